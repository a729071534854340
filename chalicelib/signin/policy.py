"""Throttles and lifetimes as data (NIST SP 800-63B, OWASP ASVS 5 section 6.6)."""

from dataclasses import dataclass
from datetime import timedelta

__all__ = ["CODE_DIGITS", "CODE_LASTS", "CODE_TRIES", "COOLDOWN", "FAMILY_GRACE", "PHONE_WINDOWS", "REFRESH_LASTS", "Window"]


@dataclass(frozen=True, slots=True)
class Window:
    """At most `most` within each full `lasts`."""

    name: str
    most: int
    lasts: timedelta


CODE_DIGITS = 6
CODE_LASTS = timedelta(minutes=5)
CODE_TRIES = 5
COOLDOWN = timedelta(seconds=60)  # between two codes to one phone, unless the first was used
PHONE_WINDOWS = (Window("hour", 10, timedelta(hours=1)), Window("day", 30, timedelta(days=1)))
REFRESH_LASTS = timedelta(days=30)  # since the last rotation
FAMILY_GRACE = timedelta(seconds=60)  # a lost answer: the previous token still works while its successor is unused
