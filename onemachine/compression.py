"""Compression of answers, as API Gateway does it from `minimum_compression_size` on."""

import gzip
import re

__all__ = ["compressed"]

MIN_BYTES = 1024  # as in .chalice/config.json
_LEVEL = 6  # zlib's own choice between time and size
_TEXT = re.compile(
    r"text/|image/svg\+xml|application/([a-z.-]+\+)?(json|xml|javascript)\b"
)
_ACCEPTED = re.compile(
    r"(?:^|,)\s*(?:gzip|\*)\s*(?:;\s*q=(?!0(?:\.0*)?\s*(?:,|$))[0-9.]+)?\s*(?:,|$)",
    re.IGNORECASE,
)
Header = tuple[str, str]


def compressed(
    headers: list[Header], content: bytes, accepted: str
) -> tuple[list[Header], bytes]:
    """Return an answer in gzip where it is a long text and the client accepts that.

    `accepted` is the Accept-Encoding of the request. Caches are told that the answer depends on it.
    """
    given = {name.lower(): value for name, value in headers}
    is_text = _TEXT.match(given.get("content-type", ""))
    if len(content) < MIN_BYTES or not is_text or "content-encoding" in given:
        return headers, content
    kept = [each for each in headers if each[0].lower() != "vary"]
    names = [given["vary"]] if "vary" in given else []
    kept.append(("Vary", ", ".join([*names, "Accept-Encoding"])))
    if not _ACCEPTED.search(accepted):
        return kept, content
    kept.append(("Content-Encoding", "gzip"))
    return kept, gzip.compress(content, _LEVEL, mtime=0)
