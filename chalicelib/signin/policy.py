"""Throttles and lifetimes as data (NIST SP 800-63B, OWASP ASVS 5 section 6.6)."""

from dataclasses import dataclass
from datetime import timedelta

from ..kernel.rate_limit import AttemptLimit, RateLimit

__all__ = [
    "CODES_PER_TARGET",
    "CODE_DIGITS",
    "CODE_LASTS",
    "CODE_TRIES",
    "COOLDOWN",
    "FAMILY_GRACE",
    "REFRESH_LASTS",
    "CodeLimits",
    "codes_per",
]


_WINDOWS = {"hour": timedelta(hours=1), "day": timedelta(days=1)}


def codes_per(window: str, limit: int) -> RateLimit:
    """Return the limit of codes sent in each ``hour`` or ``day``."""
    return RateLimit.fixed_window(
        window, limit, _WINDOWS[window], "auth.throttled"
    )


CODE_DIGITS = 6
CODE_LASTS = timedelta(minutes=5)
CODE_TRIES = AttemptLimit("code", 5)
COOLDOWN = timedelta(
    seconds=60
)  # between two codes to one phone, unless the first was used
CODES_PER_TARGET = (codes_per("hour", 10), codes_per("day", 30))
REFRESH_LASTS = timedelta(days=30)  # since the last rotation
FAMILY_GRACE = timedelta(
    seconds=60
)  # a lost answer: the previous token still works while its successor is unused


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeLimits:
    """The limits of codes: per network address and hour, and in all per day."""

    per_address_hour: int
    per_day: int
