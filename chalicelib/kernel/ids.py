"""The one source of identifiers. They are opaque and unguessable; the prefix says what they name."""

import base64
import hashlib
import secrets
from typing import Protocol

__all__ = ["ID_PATTERN", "Ids", "RandomIds", "derived_id"]

ID_PATTERN = "[a-z2-7]{24}"


class Ids(Protocol):
    """Makes identifiers."""

    def new(self, prefix: str) -> str:
        """Return a fresh identifier such as ``wsh_…``."""
        ...


class RandomIds:
    """120 random bits in lower-case base 32."""

    def new(self, prefix: str) -> str:
        """Return the prefix, an underscore and 24 characters."""
        return _written(prefix, secrets.token_bytes(15))


def derived_id(prefix: str, text: str) -> str:
    """Return the identifier of what a text names, the same each time: for what is one, however often it is made."""
    return _written(prefix, hashlib.sha256(text.encode()).digest()[:15])


def _written(prefix: str, bits: bytes) -> str:
    return f"{prefix}_{base64.b32encode(bits).decode().lower()}"
