"""The bell of urgent tickets: reads and writes the alarms of each reporter."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..kernel.changes import Changes, Put, Write
from ..kernel.clock import Clock
from ..kernel.place import building_of, community_of
from ..people.model import Person
from ..people.moves import are_one_household
from ..people.service import People
from . import alarms
from .alarms import AlarmRecord
from .duty import DutyResolver
from .model import Ticket
from .policy import ALARM_MEMORY, TicketUrgency
from .repository import TicketRepository

__all__ = ["AlarmBell", "Reported"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """A new ticket with its alarm settled; `ringing` is an open ticket that it should join."""

    ticket: Ticket
    writes: tuple[Write, ...] = ()
    ringing: Ticket | None = None


class AlarmBell:
    """Decides which urgent tickets ring, for the commits of use cases; grants nothing."""

    def __init__(
        self,
        *,
        repository: TicketRepository,
        clock: Clock,
        people: People,
        duty: DutyResolver,
    ) -> None:
        self._repository, self._clock = repository, clock
        self._people, self._duty = people, duty

    def on_report(self, draft: Ticket, subjects: Sequence[str]) -> Reported:
        """Ring for a new ticket, or make it silent, or name the ringing one that it joins."""
        if draft.urgency is not TicketUrgency.URGENT:
            return Reported(ticket=draft)
        ring = self._ring(draft, subjects)
        if ring is not None:
            return Reported(ticket=draft, writes=ring)
        silent = replace(draft, silent=True)
        return Reported(ticket=silent, ringing=self._ringing(draft, subjects))

    def _ring(
        self, ticket: Ticket, subjects: Sequence[str]
    ) -> tuple[Write, ...] | None:
        """Return the writes of an alarm, None where the subjects have rung enough."""
        now, records = self._clock.now(), self._records(subjects)
        if not alarms.may_ring(records, building_of(ticket.place), now):
            return None
        return tuple(
            _put(record, alarms.with_ring(record, ticket, now))
            for record in records
        )

    def _ringing(self, draft: Ticket, subjects: Sequence[str]) -> Ticket | None:
        """Read the open ticket with which the subjects rang for the same problem."""
        if draft.photos:
            return None  # they would be lost
        records = self._records(subjects)
        ticket_id = alarms.earlier_ring(records, draft, self._clock.now())
        ticket = self._repository.find_ticket(ticket_id) if ticket_id else None
        if ticket is None or not ticket.is_open:
            return None
        return ticket if ticket.private is draft.private else None

    def may_ring_again(
        self, ticket: Ticket, person_id: str
    ) -> tuple[Ticket, tuple[Write, ...]]:
        """Return a ticket that a person reopens, silent where they have rung enough."""
        if ticket.urgency is not TicketUrgency.URGENT or ticket.silent:
            return ticket, ()
        person = self._people.find(person_id)
        ring = self._ring(ticket, person.limit_subjects) if person else None
        if ring is None:
            return replace(ticket, silent=True), ()
        return ticket, ring

    def on_join(self, ticket: Ticket, person: Person) -> Changes[Ticket] | None:
        """Return the changes of an alarm by a second household; None where nothing rings.

        Where the reporter is gone nobody can tell another household from theirs.
        """
        if not ticket.waits_for_agreement or not ticket.is_open:
            return None
        if not self._is_other_household(ticket, person):
            return None
        ring = self._ring(ticket, person.limit_subjects)
        if ring is None:
            return None
        after = self.made_urgent(ticket)
        messages = alarms.ring_messages(after)
        return Changes(
            entity=after, previous=ticket, writes=ring, messages=messages
        )

    def _is_other_household(self, ticket: Ticket, person: Person) -> bool:
        if ticket.is_anonymous:
            return True
        if ticket.person_id is None:
            return False
        reporter = self._people.find(ticket.person_id)
        if reporter is None:
            return False
        return not are_one_household(reporter, person)

    def made_urgent(self, ticket: Ticket) -> Ticket:
        """Return a ticket that rings from now on, under the limits of an urgent one."""
        urgent = replace(ticket, urgency=TicketUrgency.URGENT)
        escalation = self._duty.escalation_for(urgent)
        return alarms.made_urgent(ticket, escalation, self._clock.now())

    def judge(self, ticket: Ticket, *, trusted: bool) -> tuple[Write, ...]:
        """Return the writes after staff confirmed an urgent report, or found it empty."""
        if ticket.urgency is not TicketUrgency.URGENT:
            return ()
        now, writes = self._clock.now(), []
        for record in self._records(self._subjects_of(ticket)):
            judged = alarms.with_trust(record, now, trusted=trusted)
            if judged != record:
                writes.append(_put(record, judged))
        return tuple(writes)

    def _subjects_of(self, ticket: Ticket) -> Sequence[str]:
        if ticket.is_anonymous:
            return self.subjects_of_application(ticket.source, ticket.place)
        if ticket.person_id is None:
            return ()
        person = self._people.find(ticket.person_id)
        return person.limit_subjects if person else ()

    def subjects_of_application(self, client: str, place: str) -> Sequence[str]:
        """Return what alarms of reports without a person are counted by."""
        return (f"app#{client}#{community_of(place)}",)

    def _records(self, subjects: Sequence[str]) -> list[AlarmRecord]:
        """Read the alarms of each subject; one without a row has version 0."""
        now = self._clock.now()
        known = self._repository.find_alarms(subjects)
        records = []
        for subject in subjects:
            empty = AlarmRecord(
                id=subject, created_at=now, updated_at=now, ttl=now
            )
            records.append(known.get(subject, empty))
        return records


def _put(before: AlarmRecord, after: AlarmRecord) -> Put:
    """Return the write of a record that must still be as it was read."""
    kept_until = after.updated_at + ALARM_MEMORY
    for ring in after.rings:
        kept_until = max(kept_until, ring.at + ALARM_MEMORY)
    kept_until = max(kept_until, after.confirmed_until or kept_until)
    row = replace(after, version=before.version + 1, ttl=kept_until)
    if before.version:
        return Put(row=row, expected=before)
    return Put(row=row, new=True)
