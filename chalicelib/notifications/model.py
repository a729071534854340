"""When somebody may be told things. Pure."""

from dataclasses import dataclass

from ..kernel.quiet import QUIET_FROM, QUIET_TO
from . import policy

__all__ = ["QuietHours"]


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietHours:
    """When nothing but the urgent may ring: local ``HH:MM`` in a zone."""

    start: str = QUIET_FROM
    end: str = QUIET_TO
    zone: str = policy.ZONE
