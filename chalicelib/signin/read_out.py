"""One-time codes that staff read out to somebody who is shut out."""

from dataclasses import dataclass, replace
from datetime import datetime

from ..kernel.access import Actor, Resource
from ..kernel.audiences import OnePerson
from ..kernel.changes import Changes, Message, Put
from ..kernel.clock import Clock
from ..kernel.errors import Conflict, NotFound
from ..kernel.message_context import MessageContext, MessageSubject
from ..kernel.request import RequestContext
from ..people.access import Access
from ..people.model import Person
from ..people.phones import Phones
from ..people.service import People
from ..security_trail.audit import AuditLog
from ..store.transaction import Transaction
from . import permissions
from .challenges import Challenges
from .code_order import CodeOrder
from .model import Challenge, Purpose, ReadOutPointer
from .policy import READ_OUT_LASTS, READ_OUTS_PER_DAY
from .sign_in_codes import phone_target

__all__ = ["ReadOutCode", "ReadOutCodes"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOutCode:
    """A code for staff to read out, and its challenge."""

    code: str
    challenge: str
    expires_at: datetime


class ReadOutCodes:
    """The use case of reading out a code. The person gets a notice, and the audit a line."""

    def __init__(
        self,
        *,
        transaction: Transaction,
        clock: Clock,
        access: Access,
        people: People,
        phones: Phones,
        challenges: Challenges,
        audit: AuditLog,
    ) -> None:
        self._transaction, self._clock, self._access = (
            transaction,
            clock,
            access,
        )
        self._people, self._phones = people, phones
        self._challenges, self._audit = challenges, audit

    def read_out(
        self, context: RequestContext, person_id: str, reason: str
    ) -> ReadOutCode:
        """Make a code for a person with a phone, whose role is below that of the actor.

        Raises:
            Conflict: the person has no phone, and so no account.
            TooMany: too many codes about this person today.

        """

        def decide() -> Changes[Challenge]:
            actor, person = self._require(context, person_id)
            person.check_version(context.seen_version)
            line = self._audit.record(
                actor,
                "person.code_read_out",
                person,
                reason,
                address=context.address,
            )
            notice = Message(
                kind="account.code_read_out",
                audience=OnePerson(person.id),
                subject=person.id,
            )
            issued = self._challenges.issue(self._order(person))
            pointer = ReadOutPointer(
                target=issued.entity.target,
                challenge=issued.entity.id,
                ttl=issued.entity.ttl,
            )
            writes = (*issued.writes, Put(row=pointer), line)
            return replace(issued, writes=writes, messages=(notice,))

        return self._shown(self._transaction.run(decide, context))

    def _order(self, person: Person) -> CodeOrder:
        if person.phone is None:
            raise Conflict("person.no_phone")
        count = READ_OUTS_PER_DAY.count(person.id, self._clock.now())
        return CodeOrder(
            purpose=Purpose.SIGN_IN,
            target=phone_target(self._phones, person.phone),
            address=person.phone,
            asker=f"asker#{person.id}",
            locale=person.locale,
            counts=(count,),
            lasts=READ_OUT_LASTS,
            person_id=person.id,
            holder=person,
            sent=False,
        )

    def reread(self, context: RequestContext, challenge_id: str) -> ReadOutCode:
        """Return the code of a repeated request."""
        challenge = self._challenges.find(challenge_id)
        if challenge is None or challenge.person_id is None:
            raise NotFound
        self._require(context, challenge.person_id)
        return self._shown(challenge)

    def _require(
        self, context: RequestContext, person_id: str
    ) -> tuple[Actor, Person]:
        """Return the actor, who may read out a code to a person, and the person."""
        person = self._people.find(person_id)

        def resource_of(me: Person) -> Resource:
            if person is None or person.erased_at:
                raise NotFound
            return person.as_resource()

        granted = self._access.require(
            context, permissions.READ_OUT, resource_of
        )
        assert person is not None  # noqa: S101 - `resource_of` has refused
        return granted.actor, person

    def _shown(self, challenge: Challenge) -> ReadOutCode:
        return ReadOutCode(
            code=self._challenges.code_of(challenge),
            challenge=challenge.id,
            expires_at=challenge.expires_at,
        )

    def message_context(self, subject: MessageSubject) -> MessageContext:
        """Return the context of the notice, which has no facts."""
        return MessageContext()
