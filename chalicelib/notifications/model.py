"""The quiet hours of a phone. Pure."""

from dataclasses import dataclass

from ..kernel.quiet import QUIET_FROM, QUIET_TO

__all__ = ["LocalQuietHours"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalQuietHours:
    """The hours when only urgent messages may ring: local ``HH:MM`` in a time zone."""

    start: str = QUIET_FROM
    end: str = QUIET_TO
    zone: str
