"""How somebody can be reached, read at the moment of sending. Pure."""

from dataclasses import dataclass

from ..deliveries.model import Recipient
from . import policy

__all__ = ["QuietHours", "Reach"]


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietHours:
    """When nothing but the urgent may ring: local ``HH:MM`` in a zone."""

    start: str = policy.QUIET_FROM
    end: str = policy.QUIET_TO
    zone: str = policy.ZONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Where a message to somebody goes, when that phone may ring, and whether it counts against her week."""

    recipient: Recipient
    quiet: QuietHours
    rationed: bool
