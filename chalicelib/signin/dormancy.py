"""Accounts that nobody has used for half a year: carriers give such numbers to somebody else."""

from collections.abc import Sequence
from datetime import datetime

from ..kernel.access import SYSTEM
from ..kernel.audiences import StaffOnDuty
from ..kernel.changes import Changes, Message, TimelineEvent
from ..kernel.message_context import MessageContext, MessageSubject
from ..kernel.place import community_of
from ..kernel.text import as_read
from ..people.model import Person
from ..people.moves import lose_phone
from ..people.service import People
from ..security_trail.audit import AuditLog
from .policy import DORMANT_AFTER
from .repository import SessionRepository

__all__ = ["Dormancy"]


class Dormancy:
    """Takes the phone from an account whose number belongs to somebody else now."""

    def __init__(
        self,
        *,
        repository: SessionRepository,
        people: People,
        audit: AuditLog,
    ) -> None:
        self._repository = repository
        self._people, self._audit = people, audit

    def is_open_to(
        self, person: Person, name: str | None, now: datetime
    ) -> bool:
        """Say whether the holder of a person's phone may sign in to this account.

        After half a year without a sign-in the holder must also know the registered name. A
        blocked account keeps its phone, or else a block would end by waiting.
        """
        seen = self._repository.find_last_seen(person.id)
        last = max(
            seen.at if seen else person.created_at,
            person.phone_since or person.created_at,
        )
        if person.blocked or now < last + DORMANT_AFTER:
            return True
        return bool(person.name) and as_read(name or "") == as_read(person.name)

    def has_been_used(self, person_id: str) -> bool:
        """Say whether anybody has ever signed in to an account."""
        return self._repository.find_last_seen(person_id) is not None

    def lose_phone(
        self, person: Person, address: str, now: datetime
    ) -> Changes[Person]:
        """Return the decision that an account loses its phone, and that staff are notified."""
        messages: tuple[Message, ...] = ()
        if person.home:
            message = Message(
                kind="account.phone_lost",
                audience=StaffOnDuty(
                    community_of(person.home), within=person.home
                ),
                subject=person.id,
            )
            messages = (message,)
        line = self._audit.record(
            SYSTEM,
            "person.phone_lost",
            person,
            detail="signed in without the name",
            address=address,
        )
        event = TimelineEvent(
            tag="person.phone_lost", actor=SYSTEM.id, party="system"
        )
        return Changes(
            entity=lose_phone(person, now),
            previous=person,
            writes=(line,),
            events=(event,),
            messages=messages,
        )

    def message_contexts(
        self, subjects: Sequence[MessageSubject]
    ) -> list[MessageContext | None]:
        """Return the names of accounts without their phone; None once one has a phone again."""
        people = self._people.find_many(subject.subject for subject in subjects)
        return [_context(people.get(each.subject)) for each in subjects]


def _context(person: Person | None) -> MessageContext | None:
    if person is None or person.erased_at or person.phone:
        return None
    return MessageContext(facts={"name": person.name})
