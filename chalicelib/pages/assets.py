"""Static files. A name holds the hash of the content, so that a browser keeps it for ever."""

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import quote

from ..kernel.errors import NotFound

__all__ = ["Asset", "asset", "asset_name", "data_address", "plain_asset"]

_FOLDER = Path(__file__).parent / "static"
_MEDIA = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
    "txt": "text/plain; charset=utf-8",
}


@dataclass(frozen=True, slots=True)
class Asset:
    """A file with its media type."""

    text: str
    media: str


@cache
def asset_name(name: str) -> str:
    """Return the public name of a file: ``app.css`` -> ``app.1a2b3c4d.css``."""
    stem, _, suffix = name.rpartition(".")
    digest = hashlib.sha256((_FOLDER / name).read_bytes()).hexdigest()
    return f"{stem}.{digest[:8]}.{suffix}"


@cache
def _by_public_name() -> dict[str, str]:
    names = [path.name for path in _FOLDER.iterdir() if path.is_file()]
    return {asset_name(name): name for name in names}


def asset(public_name: str) -> Asset:
    """Return a file by its public name.

    Raises:
        NotFound: there is none with this name and hash.

    """
    name = _by_public_name().get(public_name)
    if name is None:
        raise NotFound
    return plain_asset(name)


@cache
def data_address(name: str) -> str:
    """Return a small file as an address of its own, which costs no request."""
    found = plain_asset(name)
    return f"data:{found.media},{quote(found.text)}"


@cache
def plain_asset(name: str) -> Asset:
    """Return a file by the name that it has here."""
    suffix = name.rpartition(".")[2]
    text = (_FOLDER / name).read_text(encoding="utf-8")
    return Asset(text, _MEDIA[suffix])
