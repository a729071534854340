"""The one source of identifiers. They are opaque and unguessable; the prefix says what they name."""

import base64
import secrets
from typing import Protocol

__all__ = ["ID_PATTERN", "Ids", "RandomIds"]

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
        return f"{prefix}_{base64.b32encode(secrets.token_bytes(15)).decode().lower()}"
