"""The content of the message log: attempts, the people they reach, and questions. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from ..kernel.changes import Entity
from ..kernel.digits import REQUESTS, Pair, pair_of
from ..kernel.ids import derived_id
from ..kernel.job import Send
from ..kernel.message_context import MessageSubject
from ..kernel.template import Template, Urgency
from ..kernel.text_catalogue import text

__all__ = [
    "BUNDLE",
    "COLLECTIONS",
    "DIGEST",
    "FURTHER_ALARMS",
    "MORNING",
    "URGENT_BUNDLE",
    "AskedQuestion",
    "BundleWindow",
    "Channel",
    "DeliveryState",
    "Envelope",
    "Facts",
    "FurtherRecipient",
    "InboxItem",
    "MessageAttempt",
    "OpenedVisit",
    "PhoneQuestion",
    "PhoneQuota",
    "Recipient",
    "SuppressionReason",
    "attempt_id",
    "bundle_of",
    "id_of_parts",
    "masked",
    "subject_of",
    "words_of",
]


DIGEST = "reminders.digest"  # the message kind of the daily digest
BUNDLE = "reminders.bundle"  # the work of some minutes in one message
URGENT_BUNDLE = "reminders.urgent_bundle"
FURTHER_ALARMS = "reminders.urgent_more"  # with the words of one that rang
MORNING = "reminders.morning"  # what quiet hours have held back
# They consist of other messages.
COLLECTIONS = (DIGEST, BUNDLE, URGENT_BUNDLE, FURTHER_ALARMS, MORNING)
Facts = Mapping[str, object]
_CODES, _MASK = ("code", "word"), "****"


class Channel(StrEnum):
    """The way by which a message reaches a person."""

    SMS = "sms"
    EMAIL = "email"
    DIGEST = "digest"  # with everything else of the day
    BUNDLE = "bundle"  # with others of some minutes
    NONE = "none"  # no address: it is in the inbox, and perhaps on the list of visits


class DeliveryState(StrEnum):
    """The state of a message to one address."""

    CLAIMED = "claimed"  # an attempt is being made
    SENT = "sent"  # the provider has taken it
    RETRY = "retry"  # the provider has certainly not taken it; another attempt is due
    DEAD = "dead"  # the provider will not take it
    SUPPRESSED = (
        "suppressed"  # no attempt was made; `SuppressionReason` says why
    )
    UNKNOWN = "unknown"  # an attempt was made, and nobody knows how it ended
    HELD = "held"  # waits for the digest of the day


class SuppressionReason(StrEnum):
    """The reason why no attempt was made."""

    NO_CHANNEL = "no_channel"
    OPTED_OUT = "opted_out"
    ERASED = "erased"
    BLOCKED = "blocked"
    LEFT = "left"  # withdrew the terms
    NO_CONSENT = "no_consent"  # to promotions
    ENOUGH = "enough"  # promotions: the weekly limit
    BUDGET = "budget"  # of the street and month
    TOO_LATE = "too_late"  # by the time it could be sent
    # The event falls into quiet hours, and the evening before has passed.
    MISSED = "missed"
    OUTDATED = "over"  # no longer true when it was to be sent
    # That phone may not ring for the person any more; see another attempt.
    ELSEWHERE = "elsewhere"


_YES, _NO = text(zh="是", en="yes"), text(zh="否", en="no")
_VISIT = {
    SuppressionReason.NO_CHANNEL,
    SuppressionReason.OPTED_OUT,
    SuppressionReason.BUDGET,
    SuppressionReason.MISSED,
}
_FINAL = {
    DeliveryState.SENT,
    DeliveryState.DEAD,
    DeliveryState.SUPPRESSED,
    DeliveryState.UNKNOWN,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageAttempt:
    """The record of one message to one address. The id is derived from these two.

    `attempt` counts the calls of a provider. `owner` is the job that has claimed the present one,
    until `lease_until`. `covers` are the attempts whose messages a digest contains. `bundle` is the
    kind of the bundle for which a held one waits. `text` is the text as it was sent, in `locale`,
    with codes masked.
    """

    id: str
    message: str
    kind: str
    template: int = 0  # version of the text
    about: str
    params: Mapping[str, str] = field(default_factory=dict)
    person: str  # the first recipient
    others: tuple[
        str, ...
    ] = ()  # share that phone; each has a `FurtherRecipient`
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
    bundle: str = ""
    text: str = ""
    locale: str = ""
    number: str = ""  # of a question by SMS: the number for yes
    ttl: datetime

    @property
    def numbers(self) -> Pair | None:
        """Return the numbers that answer the question, as they were sent."""
        found = pair_of(self.number)
        return found[1] if found else None

    @property
    def is_final(self) -> bool:
        """Say whether the attempt changes no more by itself."""
        return self.state in _FINAL

    @property
    def is_billed(self) -> bool:
        """Say whether the provider bills the attempt, or may."""
        return self.state in (DeliveryState.SENT, DeliveryState.UNKNOWN)

    @property
    def wants_visit(self) -> bool:
        """Say whether staff must visit: the person may not know, and no channel is left."""
        if self.visited_by or self.promotional or self.kind in COLLECTIONS:
            return False  # the messages in it have attempts of their own
        if not self.person.startswith("per_"):
            return False
        if self.state in (DeliveryState.UNKNOWN, DeliveryState.DEAD):
            return True
        return self.state is DeliveryState.SUPPRESSED and self.reason in _VISIT


@dataclass(frozen=True, slots=True, kw_only=True)
class FurtherRecipient:
    """A person who gets a message by another person's phone. It is in their inbox too."""

    delivery: str
    person: str
    channel: Channel
    at: datetime
    ttl: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedVisit:
    """What a visit needs: the person, the place, the words to say, and the code to bring."""

    id: str
    person: str
    name: str
    phone: str | None
    place: str
    address: str | None
    contact_note: str | None
    text: str
    code: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxItem:
    """An attempt with its text as it was sent; None if it was not sent and is over.

    `is_current` says whether it is still true.
    """

    attempt: MessageAttempt
    text: str | None
    is_current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """An address, read at the moment of sending, and the people it reaches.

    `holder` is the person whose phone or mailbox it is, who may be a contact of those people.
    """

    people: tuple[str, ...]
    place: str = ""
    channel: Channel
    address: str
    locale: str
    holder: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """A message to one recipient: the job, its due instant, the template and the address."""

    send: Send
    due_at: datetime
    template: Template
    recipient: Recipient
    occasion: str = ""  # see `MessageContext`


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedQuestion:
    """One round of a question, asked at a phone by SMS under one pair of numbers.

    `number` is the number for yes. `occasion` is the round (`MessageContext`). `deliveries` are
    the attempts that asked, the first one first: a reminder asks the same round again. `at` is the
    instant of the last of them. `over_at` is when the round was found to be over without an
    answer by SMS, or when a late answer came. `yes` is the answer by SMS.
    """

    number: str
    kind: str
    about: str
    occasion: str = ""
    person: str
    deliveries: tuple[str, ...]
    at: datetime
    first_at: datetime
    over_at: datetime | None = None
    yes: bool | None = None

    @property
    def is_answered(self) -> bool:
        """Say whether the question was answered by SMS."""
        return self.yes is not None

    def is_same_round(self, other: "AskedQuestion") -> bool:
        """Say whether another message asks the same round of the same question."""
        return (self.about, self.occasion) == (other.about, other.occasion)


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneQuestion(Entity):
    """The questions of one family at a phone, by a keyed hash of its number.

    Each pair of numbers has the last question that it was given to.
    """

    entity_kind: ClassVar[str] = "question"

    family: str = REQUESTS.name
    asked: tuple[AskedQuestion, ...] = ()
    ttl: datetime

    def of(self, number: str) -> AskedQuestion | None:
        """Return the question that has the pair of a number for yes."""
        return next((one for one in self.asked if one.number == number), None)

    def with_question(self, question: AskedQuestion) -> "PhoneQuestion":
        """Return the row with a question in place of the one that had its numbers."""
        others = tuple(
            one for one in self.asked if one.number != question.number
        )
        return replace(self, asked=(*others, question))


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleWindow:
    """The time after a message, in which further ones of its kind are bundled until `at`."""

    first: str  # the id of the attempt that opened it
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneQuota:
    """What a phone of staff was sent, by a keyed hash of its number.

    `sent` counts the messages of a local `day` that are not urgent, and `words` has the hashes of
    those to staff. `windows` are by the kind of bundle, and for alarms by their words, too.
    """

    id: str
    version: int
    day: str = ""
    sent: int = 0
    words: tuple[str, ...] = ()
    windows: Mapping[str, BundleWindow] = field(default_factory=dict)
    ttl: datetime


def masked(template: Template, facts: Facts) -> Facts | None:
    """Return the facts of a text as the log keeps it: no code; None for a text with a name.

    A code opens a door or an account. Messages to staff may name a resident: they are filled when
    they are read.
    """
    if "name" in template.slots:
        return None
    hidden = {name: _MASK for name in _CODES if name in facts}
    return {**facts, **hidden}


def bundle_of(template: Template) -> str:
    """Return the kind of bundle that takes further messages of a template, "" for none."""
    if not template.is_bundled:
        return ""
    if template.urgency is not Urgency.URGENT:
        return BUNDLE
    return FURTHER_ALARMS if template.alarm else URGENT_BUNDLE


def id_of_parts(prefix: str, *parts: str) -> str:
    """Return an id that is derived from its parts, the same each time."""
    return derived_id(prefix, "\x1f".join(parts))


def attempt_id(message: str, channel: Channel, address: str) -> str:
    """Return the id of the one attempt of a message and an address (given as a keyed hash)."""
    return id_of_parts("msg", message, channel, address)


def subject_of(
    message: MessageAttempt, *, is_listed: bool = False
) -> MessageSubject:
    """Return the subject of a message."""
    return MessageSubject(
        kind=message.kind,
        subject=message.about,
        params=message.params,
        is_listed=is_listed,
    )


def words_of(locale: str) -> Pair:
    """Return the answers at a visit: staff ask the question, and the answer is a word."""
    return Pair(_YES.format(locale), _NO.format(locale))
