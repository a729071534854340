"""Who hears a message, and what is remembered of it. Pure."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

__all__ = ["Delivery", "DeliveryState", "Recipient"]


class DeliveryState(StrEnum):
    """What is known of one message to one recipient."""

    CLAIMED = "claimed"
    SENT = "sent"
    UNKNOWN = "unknown"  # an attempt was made and its end was not seen
    SUPPRESSED = "suppressed"  # nobody to send to, or she does not want it


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One line of the ledger: at most one attempt is made per message and recipient."""

    message_id: str
    recipient: str  # a person's id, never an address
    kind: str
    channel: str
    state: DeliveryState
    at: datetime
    ttl: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """Where a message goes: read at the moment of sending."""

    person_id: str
    channel: str  # sms | email
    address: str
    locale: str
