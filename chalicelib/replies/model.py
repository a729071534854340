"""Replies by SMS as they are kept: the text, its subject, and whether staff have to act. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from ..kernel.access import Resource
from ..kernel.changes import Entity
from . import permissions
from .policy import REPLY_WITHIN

__all__ = ["ReplyEffect", "StoredReply"]


class ReplyEffect(StrEnum):
    """The effect of a reply, or the reason why it has none."""

    ANSWERED = "answered"
    ANSWERED_ALREADY = "answered_already"  # in the same way
    OPTED_OUT = "opted_out"
    NOT_UNDERSTOOD = "not_understood"
    NO_QUESTION = "no_question"  # was sent to this phone with this number
    IN_DOUBT = "in_doubt"  # of two questions, or of two meanings
    TOO_LATE = "too_late"
    NOT_ALLOWED = "not_allowed"  # the phone may not answer for that person now
    UNKNOWN_PHONE = "unknown_phone"
    REPEATED = "repeated"  # the provider has brought the reply before
    IGNORED = "ignored"  # too many of a phone that nobody is registered with


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredReply(Entity):
    """A reply by SMS, and the round of the question that it may be about.

    `person_id` is the owner of the phone, "" if nobody is registered with it: then staff see the
    `number`. `answering` are the people who answer by it. `late` are those of them whose answer
    changed nothing. With `due_at` it waits for staff.
    """

    entity_kind: ClassVar[str] = "reply"

    person_id: str = ""
    number: str = ""
    place: str = ""
    text: str
    comment: str = ""
    about: str = ""
    question: str = ""
    occasion: str = ""
    effect: ReplyEffect
    answering: tuple[str, ...] = ()
    late: tuple[str, ...] = ()
    due_at: datetime | None = None
    handled_by: str = ""
    handled_at: datetime | None = None
    ttl: datetime

    @property
    def is_waiting(self) -> bool:
        """Say whether staff have to look at it."""
        return self.due_at is not None and not self.handled_by

    def as_resource(self, places: tuple[str, ...]) -> Resource:
        """Return what permission needs to know of it."""
        return Resource(see=permissions.SEE, places=places, relations={})

    def waiting(self, now: datetime, effect: ReplyEffect) -> "StoredReply":
        """Return the reply when staff have to look at it."""
        return replace(self, effect=effect, due_at=now + REPLY_WITHIN)

    def late_for(self, person_id: str) -> "StoredReply":
        """Return the reply when its answer has changed nothing for a person."""
        if person_id in self.late:
            return self
        return replace(self, late=(*self.late, person_id))

    @property
    def has_waited_late(self) -> bool:
        """Say whether it was found before that the answer has changed nothing."""
        return self.effect in (ReplyEffect.TOO_LATE, ReplyEffect.NOT_ALLOWED)

    @property
    def is_late(self) -> bool:
        """Say whether the answer has changed nothing for anybody."""
        return set(self.late) >= set(self.answering)

    def handled(self, actor_id: str, now: datetime) -> "StoredReply":
        """Return the reply when staff have seen to it. A stranger's number is not kept longer."""
        return replace(self, handled_by=actor_id, handled_at=now, number="")
