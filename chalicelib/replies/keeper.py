"""Replies as they are kept: for staff to read, and with an SMS to their senders."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any

from ..kernel.access import SYSTEM, Resource
from ..kernel.audiences import OnePerson, StaffOnDuty
from ..kernel.changes import Changes, Message
from ..kernel.clock import Clock, local_day
from ..kernel.entities import by_id
from ..kernel.errors import NotFound
from ..kernel.ids import derived_id
from ..kernel.job import Answer
from ..kernel.message_context import MessageContext, MessageSubject
from ..kernel.paging import Page, Position, every
from ..kernel.place import street_of
from ..kernel.question import AnswerOutcome, AnswerState
from ..kernel.request import RequestContext
from ..people.access import Access
from ..people.model import Person
from ..people.service import People
from ..places.model import DEFAULT_ZONE
from ..places.service import Places
from ..store.transaction import Transaction
from . import permissions
from .model import ReplyEffect, StoredReply
from .repository import ReplyRepository

__all__ = ["ReplyKeeper"]

_AS_SYSTEM = RequestContext(actor=SYSTEM)
_FORGOTTEN_PER_STEP = 50
_UNTOLD = {
    ReplyEffect.ANSWERED,
    ReplyEffect.ANSWERED_ALREADY,
    ReplyEffect.NOT_ALLOWED,
    ReplyEffect.OPTED_OUT,
}
TOO_LATE, NOT_UNDERSTOOD = "reply.too_late", "reply.not_understood"
WAITING, OPTED_OUT = "reply.waiting_staff", "reply.opted_out_staff"


class ReplyKeeper:
    """Keeps what people write, for staff to read. Nothing that was sent is dropped."""

    def __init__(
        self,
        *,
        transaction: Transaction,
        repository: ReplyRepository,
        clock: Clock,
        access: Access,
        people: People,
        places: Places,
    ) -> None:
        self._transaction, self._repository = transaction, repository
        self._clock, self._access = clock, access
        self._people, self._places = people, places

    # what is kept

    def waiting(
        self, reply: StoredReply, effect: ReplyEffect, sender: Person | None
    ) -> Changes[StoredReply]:
        """Return the change that a reply waits for staff. Its sender learns so, once a day.

        A sender who may not answer any more gets nothing.
        """
        now = self._clock.now()
        waiting = reply.waiting(now, effect)
        messages = self._to_staff(waiting)
        if sender and sender.sms and effect not in _UNTOLD:
            messages = (*messages, self._to_sender(waiting, sender.id, now))
        previous = reply if reply.version else None
        return Changes(entity=waiting, previous=previous, messages=messages)

    def _to_staff(self, reply: StoredReply) -> tuple[Message, ...]:
        if not reply.place:
            return ()  # it waits in the queue of the street's administrators
        audience = StaffOnDuty(reply.place)
        return (Message(kind=WAITING, audience=audience, subject=reply.id),)

    def _to_sender(
        self, reply: StoredReply, sender: str, now: datetime
    ) -> Message:
        """Return what a sender learns: once for each late round, otherwise once a day."""
        kind, once = NOT_UNDERSTOOD, f"{self._day(reply, now)}"
        if reply.effect is ReplyEffect.TOO_LATE:
            kind, once = TOO_LATE, f"{reply.about} {reply.occasion}"
        return Message(
            kind=kind,
            audience=OnePerson(sender),
            subject=reply.id,
            part_of=derived_id("due", f"{kind} {sender} {once}"),
        )

    def _day(self, reply: StoredReply, now: datetime) -> str:
        zone = DEFAULT_ZONE
        if reply.place:
            zone = self._places.zone_of(street_of(reply.place))
        return f"{local_day(now, zone)}"

    def opted_out(self, person: Person) -> tuple[Message, ...]:
        """Return the message to staff about a person without any channel."""
        has_mail = bool(person.email and person.email_address)
        if person.sms or has_mail or not person.places:
            return ()
        audience = StaffOnDuty(person.places[0])
        return (Message(kind=OPTED_OUT, audience=audience, subject=person.id),)

    # answers

    def state_of(self, answer: Answer) -> AnswerState:
        """Return what the SMS says beside an answer, and whether the answer has acted before."""
        reply: StoredReply | None = None
        if answer.reply:
            reply = self._repository.find_reply(answer.reply)
        return AnswerState(
            comment=reply.comment if reply else "",
            has_acted=self._repository.has_acted(answer.id),
        )

    def keep_late(self, answer: Answer, outcome: AnswerOutcome) -> None:
        """Have a reply wait for staff if its answer has changed nothing for anybody. Idempotent."""

        def decide() -> Changes[StoredReply]:
            reply = self._repository.find_reply(answer.reply)
            if reply is None:  # its sender was erased meanwhile
                raise NotFound
            late = reply.late_for(answer.person_id)
            unchanged = Changes(entity=late, previous=reply)
            if reply.has_waited_late or not late.is_late:
                return unchanged
            effect = ReplyEffect.TOO_LATE
            sender: Person | None = None
            if outcome is AnswerOutcome.NOT_ALLOWED:
                effect = ReplyEffect.NOT_ALLOWED
            elif outcome is AnswerOutcome.LATE and reply.person_id:
                sender = self._people.find(reply.person_id)
            return replace(self.waiting(late, effect, sender), previous=reply)

        if answer.reply:
            with suppress(NotFound):
                self._transaction.run(decide, _AS_SYSTEM)

    # staff

    def handle(self, context: RequestContext, reply_id: str) -> StoredReply:
        """Note that staff have seen to a reply. Idempotent."""

        def decide() -> Changes[StoredReply]:
            reply = self._repository.find_reply(reply_id)
            actor = self._require(context, reply)
            if reply is None:
                raise NotFound
            if not reply.is_waiting:
                return Changes(entity=reply, previous=reply)
            handled = reply.handled(actor, self._clock.now())
            return Changes(entity=handled, previous=reply)

        return self._transaction.run(decide, context)

    def reread(self, context: RequestContext, reply_id: str) -> StoredReply:
        """Return a reply that was handled, for a repeated request."""
        reply = self._repository.find_reply(reply_id)
        self._require(context, reply)
        if reply is None:
            raise NotFound
        return reply

    def _require(
        self, context: RequestContext, reply: StoredReply | None
    ) -> str:
        """Return the id of the actor if they may see to a reply.

        Raises:
            NotFound: the reply waited for nobody.

        """
        action = permissions.HANDLE_NOWHERE
        if reply and reply.place:
            action = permissions.HANDLE

        def resource(me: Person) -> Resource:
            if reply is None or reply.due_at is None:
                raise NotFound
            if reply.place:
                return reply.as_resource((reply.place,))
            return reply.as_resource(tuple(one.place for one in me.grants))

        return self._access.require(context, action, resource).actor.id

    # for messages and personal data

    def message_contexts(
        self, subjects: Sequence[MessageSubject]
    ) -> list[MessageContext | None]:
        """Return the names of senders, read together; None for what is true no more."""
        ids = [subject.subject for subject in subjects]
        replies = by_id(self._repository.find_replies(ids))
        senders = {reply.person_id for reply in replies.values()} - {""}
        opted_out = set(ids) - replies.keys()
        people = self._people.find_many(sorted(senders | opted_out))
        return [
            self._context_of(subject, replies.get(subject.subject), people)
            for subject in subjects
        ]

    def _context_of(
        self,
        subject: MessageSubject,
        reply: StoredReply | None,
        people: Mapping[str, Person],
    ) -> MessageContext | None:
        if subject.kind == OPTED_OUT:
            person = people.get(subject.subject)
            if person is None or not self.opted_out(person):
                return None
            return MessageContext(facts={"name": person.name})
        if reply is None:
            return None
        sender = people.get(reply.person_id)
        if subject.kind != WAITING:
            return MessageContext()
        if sender is None or not reply.is_waiting:
            return None
        return MessageContext(facts={"name": sender.name})

    def place_of(self, reply_id: str) -> str:
        """Return the place of a reply, "" where it is unknown."""
        reply = self._repository.find_reply(reply_id)
        return reply.place if reply else ""

    def export_data(self, person_id: str) -> Mapping[str, Any]:
        """Return what a person has sent by SMS."""

        def read(start: Position | None) -> Page[StoredReply]:
            return self._repository.replies_of(person_id, start, 100)

        return {"replies": list(every(read))}

    def forget(
        self, person_id: str, position: Position | None
    ) -> Position | None:
        """Delete the replies of an erased person, a page at a time; return the next position."""
        page = self._repository.replies_of(
            person_id, position, _FORGOTTEN_PER_STEP
        )
        self._repository.delete(page.items)
        return page.next
