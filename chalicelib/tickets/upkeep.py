"""What happens to tickets without anybody asking: alarms, answers by SMS, people who leave; and what messages say."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from ..kernel.access import Actor, relations
from ..kernel.changes import Changes, Delete, Put
from ..kernel.clock import Clock
from ..kernel.message_context import MessageContext, MessageSubject
from ..kernel.paging import Page, Position, every
from ..people.service import People
from ..places.service import Places
from ..store.entity_store import EntityStore
from ..store.transaction import Transaction
from ..uploads.service import Uploads
from . import decisions, resolution, telling
from .model import Report, Ticket
from .office import DutyResolver
from .repository import TicketEvent, TicketRepository
from .service import Tickets
from .states import SYSTEM_ONLY, Mover
from .timers import on_timer

__all__ = ["TicketJobs"]

Decide = Callable[[Ticket], Changes[Ticket]]


class TicketJobs:
    """Use cases of the house itself about tickets."""

    def __init__(
        self,
        *,
        transaction: Transaction,
        repository: TicketRepository,
        clock: Clock,
        people: People,
        places: Places,
        uploads: Uploads,
        offices: DutyResolver,
        tickets: Tickets,
    ) -> None:
        self._repository, self._clock = repository, clock
        self._entities = EntityStore(transaction, repository.find_ticket, place=lambda ticket: ticket.place)
        self._people, self._places, self._uploads = people, places, uploads
        self._offices, self._tickets = offices, tickets

    def wake_ticket(self, ticket_id: str, timer_id: str) -> None:
        """Do what is due for a ticket, if it was woken by the alarm that it waits for."""

        def decide(ticket: Ticket) -> Changes[Ticket]:
            return on_timer(ticket, self._offices.of(ticket), self._clock.now())

        self._entities.on_timer(ticket_id, timer_id, decide)

    def answer_question(self, ticket_id: str, person_id: str, kind: str, *, yes: bool) -> None:
        """Do what somebody who reported it has answered; nothing where it has moved on meanwhile."""

        def decide(ticket: Ticket) -> Changes[Ticket]:
            person = self._people.find(person_id)
            gone = person is None or person.erased_at or person.blocked
            found = frozenset() if gone else relations(Actor(id=person_id), ticket.as_resource(person_id))
            by = Mover(id=person_id, relations=found, now=self._clock.now())
            office, reports = self._offices.of(ticket), self._tickets.reports(ticket)
            return resolution.answer(ticket, office, by, reports, kind, yes=yes, gone=self._offices.is_gone(ticket))

        self._entities.update(ticket_id, decide)

    # people who leave

    def rehand(self, person_id: str) -> None:
        """Give to others what somebody has who no longer serves there: every ticket has a person."""
        for ticket in list(every(lambda start: self._repository.held_by(person_id, start, 100))):
            self._entities.update(ticket.id, lambda ticket: self._rehanded(ticket, person_id))

    def _rehanded(self, ticket: Ticket, person_id: str) -> Changes[Ticket]:
        if ticket.assignee != person_id or not ticket.is_open or self._offices.still_serves(person_id, ticket.place):
            return Changes(entity=ticket, previous=ticket)
        by = Mover(id="system", relations=SYSTEM_ONLY, now=self._clock.now())
        return decisions.reassign(ticket, self._offices.of(ticket), by)

    def forget_person(self, person_id: str) -> None:
        """Let go of somebody who was erased: what she wrote stays as the public may read it, her photos go."""
        self.rehand(person_id)
        for ticket in list(every(lambda start: self._repository.reported_by(person_id, start, 100))):
            self._uploads.delete_bound(ticket.id, ticket.photos if ticket.person_id == person_id else ())
            self._forget_notes(ticket, person_id)
            self._entities.update(ticket.id, lambda ticket: self._forgotten(ticket, person_id))  # last: by her report it is found

    def _forgotten(self, ticket: Ticket, person_id: str) -> Changes[Ticket]:
        outcome = resolution.forget_reporter(ticket, person_id, self._clock.now())
        report = self._repository.find_report(ticket.id, person_id)
        return replace(outcome, writes=(Delete(row=report),)) if report else outcome

    def _forget_notes(self, ticket: Ticket, person_id: str) -> None:
        """What she has written into the timeline is free text, and may name somebody; as the reason of a move it stands elsewhere too."""
        noted = [
            e
            for e in every(lambda start: self._repository.timeline_of(ticket.id, _any, start, 100))
            if e.note and e.by == person_id
        ]
        if ticket.reason in {event.note for event in noted}:
            self._entities.update(ticket.id, _without_reason)
        for n in range(0, len(noted), 20):
            blank = tuple(Put(row=replace(event, note=None)) for event in noted[n : n + 20])
            self._entities.update(ticket.id, lambda ticket, blank=blank: Changes(entity=ticket, previous=ticket, writes=blank))  # type: ignore[misc]

    def export_data(self, person_id: str) -> Mapping[str, Any]:
        """Return what tickets hold about a person (see `people.service.DataExporter`)."""
        tickets = list(every(lambda start: self._repository.reported_by(person_id, start, 100)))
        ids = [ticket.id for ticket in tickets]
        return {
            "tickets": [_held(ticket, person_id) for ticket in tickets],
            "ticket_reports": [
                report for n in range(0, len(ids), 100) for report in self._repository.find_reports(ids[n : n + 100], person_id)
            ],
            "assigned_tickets": [ticket.id for ticket in every(lambda start: self._repository.held_by(person_id, start, 100))],
        }

    # what messages say, and to whom

    def message_contexts(self, subjects: Sequence[MessageSubject]) -> list[MessageContext | None]:
        """Return what fills messages about tickets, read now and together; None for what is no longer true."""
        ids = list(dict.fromkeys(subject.about for subject in subjects))
        tickets = {ticket.id: ticket for ticket in self._repository.find_tickets(ids)}
        return [_message_context(tickets.get(subject.about), subject) for subject in subjects]

    def reporters(self, name: str, as_of: datetime, start: Position | None, limit: int) -> Page[str]:
        """Return who has reported a ticket, or one that is seen to with it; an audience (see `fanouts`)."""
        return self._audience(name, start, limit, lambda ticket, report: True)

    def unanswered(self, name: str, as_of: datetime, start: Position | None, limit: int) -> Page[str]:
        """Return those of them who have not said whether it is solved."""
        return self._audience(name, start, limit, lambda ticket, report: not resolution.has_answered(ticket, report))

    def _audience(
        self, ticket_id: str, start: Position | None, limit: int, wanted: Callable[[Ticket, Report], bool]
    ) -> Page[str]:
        ticket = self._repository.find_ticket(ticket_id)
        if ticket is None:
            return Page([])
        ids = [ticket.id, *ticket.merged]
        n, key = (start["n"], start["key"]) if start else (0, None)
        page = self._repository.reports_of(ids[n], key, limit)
        following = {"n": n, "key": page.next} if page.next else {"n": n + 1, "key": None} if n + 1 < len(ids) else None
        return Page([report.person_id for report in page.items if wanted(ticket, report)], following)

    def place_of(self, ticket_id: str) -> str:
        """Return the place of a ticket, empty when there is no such ticket."""
        return self._entities.place_of(ticket_id)

    def zone_of(self, ticket_id: str) -> str | None:
        """Return the time zone of a ticket."""
        ticket = self._repository.find_ticket(ticket_id)
        return ticket.zone if ticket else None

    def rearm_lost(self) -> int:
        """Arm anew the tickets that wait for something long due and have no alarm; return how many there were."""
        tickets = (ticket for street in self._places.streets() for ticket in self._repository.open_at(street))
        return self._entities.rearm(tickets)


def _message_context(ticket: Ticket | None, subject: MessageSubject) -> MessageContext | None:
    if ticket is None or not telling.is_true(ticket, subject.kind, subject.params):
        return None
    return MessageContext(facts=telling.facts_of(ticket))


def _held(ticket: Ticket, person_id: str) -> Ticket | Mapping[str, Any]:
    """Return what is hers of a ticket: all that she reported, but for hints at what is private; of what she joined what everybody reads."""
    if ticket.person_id == person_id:
        return replace(ticket, private_duplicates=())
    return {name: getattr(ticket, name) for name in ("id", "state", "category", "community", "text", "created_at", "closed_at")}


def _without_reason(ticket: Ticket) -> Changes[Ticket]:
    return Changes(entity=replace(ticket, reason=None), previous=ticket)


def _any(event: TicketEvent) -> bool:
    return True
