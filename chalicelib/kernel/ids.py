"""The one source of identifiers, which are opaque and cannot be guessed."""

import base64
import hashlib
import secrets
from datetime import datetime
from typing import Protocol

__all__ = ["ID_PATTERN", "Ids", "RandomIds", "derived_id", "time_ordered_id"]

ID_PATTERN = "[a-z2-7]{24}"
# The characters of identifiers in the order in which text sorts.
_SORTED = "234567abcdefghijklmnopqrstuvwxyz"
_TIME_PART = (
    10  # characters for the milliseconds since 1970: enough for 35,000 years
)


class Ids(Protocol):
    """A source of identifiers."""

    def new(self, prefix: str) -> str:
        """Return a fresh identifier such as ``wsh_…``."""
        ...


class RandomIds:
    """Identifiers of 120 random bits in lower-case base 32."""

    def new(self, prefix: str) -> str:
        """Return the prefix, an underscore and 24 characters."""
        return _written(prefix, secrets.token_bytes(15))


def derived_id(prefix: str, text: str) -> str:
    """Return the identifier that follows from a text, so that the same work has the same id."""
    return _written(prefix, hashlib.sha256(text.encode()).digest()[:15])


def time_ordered_id(ids: Ids, prefix: str, at: datetime) -> str:
    """Return a fresh identifier that sorts by an instant, to the millisecond.

    It begins with the instant and has 70 random bits.
    """
    left = int(at.timestamp() * 1000)
    time = ""
    for _ in range(_TIME_PART):
        left, rest = divmod(left, len(_SORTED))
        time = _SORTED[rest] + time
    return f"{prefix}_{time}{ids.new(prefix)[-14:]}"


def _written(prefix: str, bits: bytes) -> str:
    return f"{prefix}_{base64.b32encode(bits).decode().lower()}"
