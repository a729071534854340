"""Reads multipart/form-data (RFC 7578) with one file.

The standard library's parser for mail may change a file's line ends, so it is not used.
"""

import re
from email.message import Message
from typing import TypeAlias

from chalicelib.adapters.folder import Denied

__all__ = ["Form", "read_form"]

Form: TypeAlias = tuple[dict[str, str], bytes]
_NAME = re.compile(
    rb'^content-disposition:\s*form-data;(?:.*;)?\s*name="?([^";\r\n]+)"?',
    re.IGNORECASE | re.MULTILINE,
)


def read_form(content_type: str, body: bytes) -> Form:
    """Return the fields and the file of a body. Fields after the file are not read.

    Raises:
        Denied: the body is malformed, or has no file.

    """
    fields: dict[str, str] = {}
    for part in _parts(_boundary(content_type), body):
        started = part.removeprefix(b"\r\n")
        head, separator, content = started.partition(b"\r\n\r\n")
        named = _NAME.search(head)
        if not separator or not named:
            break
        name = named[1].decode("utf-8", "replace")
        if name == "file":
            return fields, content
        if name in fields:
            break
        fields[name] = content.decode("utf-8", "replace")
    raise _malformed()


def _malformed() -> Denied:
    return Denied(400, "MalformedPOSTRequest")


def _boundary(content_type: str) -> bytes:
    header = Message()
    header["Content-Type"] = content_type
    boundary = header.get_param("boundary")
    if header.get_content_type() != "multipart/form-data":
        raise _malformed()
    if not isinstance(boundary, str) or not boundary:
        raise _malformed()
    return boundary.encode("utf-8", "replace")


def _parts(boundary: bytes, body: bytes) -> list[bytes]:
    # Before the first boundary and after the last there is no part.
    separator = b"\r\n--" + boundary
    parts = (b"\r\n" + body).split(separator)
    return parts[1:-1]
