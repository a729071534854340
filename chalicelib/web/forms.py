"""Form bodies, for specifications that post them: values by name, all as text."""

import re
from collections.abc import Iterable, Iterator
from urllib.parse import parse_qsl

from ..kernel.errors import Malformed, WrongMedia

__all__ = ["FORMS", "MAX_FIELDS", "read_form"]

MAX_FIELDS = 200
FORMS = _URLENCODED, _MULTIPART = (
    "application/x-www-form-urlencoded",
    "multipart/form-data",
)
_CHARSET = re.compile(r';\s*charset="?([^";\s]+)', re.IGNORECASE)
# RFC 2046, 5.1.1
_BOUNDARY = re.compile(r';\s*boundary="?([^";]{1,70})', re.IGNORECASE)
_NAME = re.compile(rb'\bname="([^"\r\n]*)"')


def read_form(
    raw: bytes, content_type: str | None
) -> dict[str, str | list[str]]:
    """Return the fields of a form. A repeated field is a list, in the order of the body.

    A body without a content type is read as URL-encoded: clients of such interfaces send it so.

    Raises:
        WrongMedia: the body is no form, is not in UTF-8, or has a file.
        Malformed: the body cannot be read, or has more than `MAX_FIELDS` fields.

    """
    given = content_type or _URLENCODED
    media = given.partition(";")[0].strip().lower()
    charset = _CHARSET.search(given)
    if charset and charset[1].lower() not in ("utf-8", "utf8"):
        raise WrongMedia("form.charset")
    if media == _URLENCODED:
        pairs = _pairs(raw)
    elif media == _MULTIPART:
        pairs = _parts(raw, _BOUNDARY.search(given))
    else:
        raise WrongMedia("form.media_type")
    try:
        return _by_name(pairs)
    except ValueError:  # invalid UTF-8
        raise Malformed("form.malformed") from None


def _by_name(pairs: Iterable[tuple[str, str]]) -> dict[str, str | list[str]]:
    fields: dict[str, str | list[str]] = {}
    for index, (name, value) in enumerate(pairs):
        if index == MAX_FIELDS:
            raise Malformed("form.too_many", most=MAX_FIELDS)
        earlier = fields.get(name)
        if earlier is None:
            fields[name] = value
        elif isinstance(earlier, list):
            earlier.append(value)
        else:
            fields[name] = [earlier, value]
    return fields


def _pairs(raw: bytes) -> Iterator[tuple[str, str]]:
    # Checked before parsing, which is slow for many. Empty pairs are ignored, hence the factor.
    if raw.count(b"&") > MAX_FIELDS * 2:
        raise Malformed("form.too_many", most=MAX_FIELDS)
    yield from parse_qsl(raw.decode(), keep_blank_values=True, errors="strict")


def _parts(
    raw: bytes, boundary: re.Match[str] | None
) -> Iterator[tuple[str, str]]:
    """Yield the fields of a multipart form (RFC 7578)."""
    if boundary is None:
        raise Malformed("form.malformed")
    between = b"\r\n--" + boundary[1].encode()
    _, *parts = (b"\r\n" + raw).split(between, MAX_FIELDS * 2)
    if not parts or not parts[-1].startswith(b"--"):
        # Cut off, or too many parts.
        raise Malformed("form.malformed")
    for part in parts[:-1]:
        head, separator, value = part.partition(b"\r\n\r\n")
        name = _NAME.search(head)
        if not separator or name is None:
            raise Malformed("form.malformed")
        if b"filename" in head.lower():
            raise WrongMedia("form.file")
        yield name[1].decode(), value.decode()
