"""How somebody can be reached, read at the moment of sending. Pure."""

from dataclasses import dataclass

from ..deliveries.model import Recipient
from ..kernel.quiet import QUIET_FROM, QUIET_TO
from . import policy

__all__ = ["QuietHours", "Reach"]


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietHours:
    """When nothing but the urgent may ring: local ``HH:MM`` in a zone."""

    start: str = QUIET_FROM
    end: str = QUIET_TO
    zone: str = policy.ZONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Where a message to somebody goes, when that phone may ring, and whether it counts against her week."""

    recipient: Recipient
    quiet: QuietHours
    rationed: bool
