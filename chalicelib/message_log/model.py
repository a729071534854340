"""What is remembered of a message to an address: claimed, settled, and never sent twice. Pure."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from ..kernel.changes import Entity

__all__ = [
    "DIGEST",
    "Asked",
    "Channel",
    "DeliveryState",
    "MessageAttempt",
    "Question",
    "Receipt",
    "Recipient",
    "Unreached",
    "Waiting",
    "address_of",
    "delivery_id",
    "named",
]


DIGEST = "reminders.digest"  # the kind of the one message that tells what others were held for


class Channel(StrEnum):
    """By which way somebody is told."""

    SMS = "sms"
    EMAIL = "email"
    DIGEST = "digest"  # with everything else of the day
    NONE = "none"  # nobody to send to: it stands in her inbox, and perhaps on a list of those to visit


class DeliveryState(StrEnum):
    """What is known of one message to one address."""

    CLAIMED = "claimed"  # an attempt is being made
    SENT = "sent"  # the provider has taken it
    RETRY = "retry"  # the provider has certainly not taken it; another attempt is due
    DEAD = "dead"  # the provider will not take it
    SUPPRESSED = "suppressed"  # no attempt was made: nobody to send to, or she does not want it, or it is too late
    UNKNOWN = "unknown"  # an attempt was made and its end was not seen
    HELD = "held"  # waits for the digest of the day


class Unreached(StrEnum):
    """Why no attempt was made."""

    NO_CHANNEL = "no_channel"
    OPTED_OUT = "opted_out"
    ERASED = "erased"
    NO_CONSENT = "no_consent"  # to promotions
    ENOUGH = "enough"  # promotions, for one week
    BUDGET = "budget"  # of the street and month
    TOO_LATE = "too_late"  # by the time it could be sent
    MISSED = "missed"  # its event falls into her quiet hours, and it came too late for the evening before
    OVER = "over"  # no longer true when it was to be sent
    ELSEWHERE = "elsewhere"  # that phone may not ring for her any more; another line says what became of it


_VISIT = {Unreached.NO_CHANNEL, Unreached.OPTED_OUT, Unreached.BUDGET, Unreached.MISSED}
_FINAL = {DeliveryState.SENT, DeliveryState.DEAD, DeliveryState.SUPPRESSED, DeliveryState.UNKNOWN}


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageAttempt:
    """One line of the ledger: one message to one address. `id` follows from the two, so that it cannot be there twice.

    `owner` is whoever has claimed the present attempt, until `lease_until`. `covers` are the lines that a digest tells.
    """

    id: str
    message: str
    kind: str
    template: int = 0  # version of the text
    about: str
    params: Mapping[str, str] = field(default_factory=dict)
    person: str  # the first whom it tells
    others: tuple[str, ...] = ()  # who shares that phone; a `Receipt` for each makes the line theirs as well
    place: str = ""
    channel: Channel
    state: DeliveryState
    reason: str = ""
    attempt: int = 0
    owner: str = ""
    lease_until: datetime | None = None
    next_at: datetime | None = None
    not_after: datetime | None = None
    provider: str = ""
    ref: str = ""
    promotional: bool = False
    parts: int = 0
    cost_li: int = 0  # 厘, a tenth of a fen
    at: datetime
    settled_at: datetime | None = None
    visited_by: str = ""
    covers: tuple[str, ...] = ()
    ttl: datetime

    @property
    def is_final(self) -> bool:
        """Say whether nothing more happens to it by itself."""
        return self.state in _FINAL

    @property
    def wants_visit(self) -> bool:
        """Say whether somebody has to go and tell her: she may not have been told, and no channel is left."""
        if self.visited_by or self.promotional or self.kind == DIGEST or not self.person.startswith("per_"):
            return False  # what a digest covers has lines of its own
        if self.state in (DeliveryState.UNKNOWN, DeliveryState.DEAD):
            return True
        return self.state is DeliveryState.SUPPRESSED and self.reason in _VISIT


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Somebody who is told by a message to somebody else's phone: hers to read and to answer like any other."""

    delivery: str
    person: str
    channel: Channel
    at: datetime
    ttl: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A line of the list of those to visit, as its index holds it."""

    id: str
    kind: str
    place: str = ""
    order: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """Where a message goes, read at the moment of sending, and whom it tells there."""

    people: tuple[str, ...]
    place: str = ""
    channel: Channel
    address: str
    locale: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question that somebody was asked."""

    delivery: str
    kind: str
    about: str
    person: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Question(Entity):
    """The latest question asked of a phone, by a keyed hash of its number, and the one before it."""

    entity_kind: ClassVar[str] = "question"

    latest: Asked | None = None
    before: Asked | None = None
    ttl: datetime


def address_of(people: Sequence[str], to: str) -> str:
    """Return to whom a later row of a message goes that was for `to`, and that is for these people of them.

    Staff are looked for again when it comes: who is on duty by then may be others.
    """
    if to.startswith("staff:"):
        return f"{to.partition('#')[0]}#{','.join(people)}"
    return people[0] if len(people) == 1 else f"people:{','.join(people)}"


def named(prefix: str, *parts: str) -> str:
    """Return an id that follows from its parts: whoever makes it again makes the same."""
    digest = hashlib.sha256("\x1f".join(parts).encode()).digest()
    return f"{prefix}_{base64.b32encode(digest[:15]).decode().lower()}"


def delivery_id(message: str, channel: Channel, address: str) -> str:
    """Return the id of the one line of a message and an address (given as a keyed hash)."""
    return named("msg", message, channel, address)
