"""Background work on tickets: timers, people who leave, and contexts of messages."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any

from ..kernel.changes import Changes, Delete, Put, Write
from ..kernel.clock import Clock
from ..kernel.entities import by_id
from ..kernel.message_context import MessageContext, MessageSubject
from ..kernel.paging import Page, Position, every
from ..people.model import Person
from ..people.service import People
from ..places.service import Places
from ..store.entity_store import EntityStore
from ..store.transaction import Transaction
from ..uploads.background import UploadJobs
from . import notifications, redaction, resolution, rounds
from .duty import DutyResolver, serves
from .model import Ticket, TicketReport
from .policy import FORGOTTEN_PER_STEP
from .reader import TicketReader
from .repository import TicketEvent, TicketRepository
from .timers import on_timer

__all__ = ["TicketJobs"]

Decide = Callable[[Ticket], Changes[Ticket]]


class TicketJobs:
    """Use cases of the system. They take no request context: nobody asks."""

    def __init__(
        self,
        *,
        transaction: Transaction,
        repository: TicketRepository,
        clock: Clock,
        people: People,
        places: Places,
        uploads: UploadJobs,
        duty: DutyResolver,
        reader: TicketReader,
    ) -> None:
        self._repository, self._clock = repository, clock
        self._entities = EntityStore(
            transaction,
            repository.find_ticket,
            place=lambda ticket: ticket.place,
        )
        self._people, self._places, self._uploads = people, places, uploads
        self._duty, self._reader = duty, reader

    def on_timer(self, ticket_id: str, timer_id: str) -> None:
        """Do what is due for a ticket, if it still waits for this timer."""

        def decide(ticket: Ticket) -> Changes[Ticket]:
            return on_timer(
                ticket, self._duty.escalation_for(ticket), self._clock.now()
            )

        self._entities.on_timer(ticket_id, timer_id, decide)

    # people who leave

    def _assigned_to(self, person_id: str) -> list[Ticket]:
        return list(
            every(
                lambda start: self._repository.assigned_to(
                    person_id, start, 100
                )
            )
        )

    def _reported_by(self, person_id: str) -> list[Ticket]:
        return list(
            every(
                lambda start: self._repository.reported_by(
                    person_id, start, 100
                )
            )
        )

    def forget_person(
        self, person_id: str, position: Position | None = None
    ) -> Position | None:
        """Redact an erased person's reports and delete their photos, a step at a time.

        Only public texts stay. Return the position of the next step, None at the end.
        """

        def forget(ticket: Ticket) -> Changes[Ticket]:
            return self._forgotten(ticket, person_id)

        start, limit = position or {}, FORGOTTEN_PER_STEP
        reported = self._repository.reported_by(
            person_id, start.get("reported"), limit
        )
        for ticket in reported.items:
            photos = ticket.photos if ticket.person_id == person_id else ()
            self._uploads.delete_bound(ticket.id, photos)
            self._forget_notes(ticket, person_id)
            # Last: a repeated job finds the ticket by the report that goes here.
            self._entities.update(ticket.id, forget)
        return {"reported": reported.next} if reported.next else None

    def _forgotten(self, ticket: Ticket, person_id: str) -> Changes[Ticket]:
        changes = redaction.forget_reporter(ticket, person_id)
        writes: tuple[Write, ...] = ()
        report = self._repository.find_report(ticket.id, person_id)
        if report:
            writes = (Delete(row=report),)
        reports = self._reader.reports(ticket)
        others = [one for one in reports if one.person_id != person_id]
        if others or ticket.is_anonymous or not ticket.is_open:
            return replace(changes, writes=writes)
        left = replace(changes.entity, reporter_left_at=self._clock.now())
        _, joined = self._reader.sole_reporter(ticket)
        nobody = resolution.if_nobody_joins(ticket, joined)
        return replace(changes, entity=left, writes=(*writes, nobody))

    def _forget_notes(self, ticket: Ticket, person_id: str) -> None:
        """Blank a person's notes in the timeline: free text may name somebody.

        The reason of a move is stored in the ticket as well.
        """
        events = every(
            lambda start: self._repository.timeline_of(
                ticket.id, _any, start, 100
            )
        )
        noted = [
            event for event in events if event.note and event.by == person_id
        ]
        if ticket.reason in {event.shown for event in noted}:
            self._entities.update(ticket.id, _without_reason)
        for n in range(0, len(noted), 20):
            self._blank(ticket.id, noted[n : n + 20])

    def _blank(self, ticket_id: str, events: Sequence[TicketEvent]) -> None:
        writes = tuple(
            Put(row=replace(event, note=None, shown=None)) for event in events
        )

        def decide(ticket: Ticket) -> Changes[Ticket]:
            return Changes(entity=ticket, previous=ticket, writes=writes)

        self._entities.update(ticket_id, decide)

    def export_data(self, person_id: str) -> Mapping[str, Any]:
        """Return the data about a person that tickets hold."""
        tickets = self._reported_by(person_id)
        reports = self._repository.find_reports(
            [ticket.id for ticket in tickets], person_id
        )
        return {
            "tickets": [_exported(ticket, person_id) for ticket in tickets],
            "ticket_reports": reports,
            "assigned_tickets": [
                ticket.id for ticket in self._assigned_to(person_id)
            ],
        }

    # contexts and recipients of messages

    def message_contexts(
        self, subjects: Sequence[MessageSubject]
    ) -> list[MessageContext | None]:
        """Return the contexts of messages, read together; None for a message no longer relevant."""
        ids = list(dict.fromkeys(subject.subject for subject in subjects))
        is_sent = not all(subject.is_listed for subject in subjects)
        found = self._repository.find_tickets(ids, consistent=is_sent)
        tickets = by_id(found)
        holders = {subject.params.get("holder", "") for subject in subjects}
        people = self._people.find_many(holders - {""})
        contexts: list[MessageContext | None] = []
        for subject in subjects:
            ticket = tickets.get(subject.subject)
            if ticket and _still_serves(ticket, subject, people):
                contexts.append(self._message_context(ticket, subject))
            else:
                contexts.append(None)
        return contexts

    def _message_context(
        self, ticket: Ticket | None, subject: MessageSubject
    ) -> MessageContext | None:
        if ticket is None or not notifications.is_relevant(
            ticket, subject.kind, subject.params
        ):
            return None
        category = self._duty.category_of(ticket)
        return MessageContext(
            facts=notifications.template_context(
                ticket, category, self._clock.now()
            ),
            occasion=notifications.occasion_of(ticket, subject.kind),
        )

    def reporters(
        self, ticket_id: str, start: Position | None, limit: int
    ) -> Page[str]:
        """Return a page of the people who reported a ticket or one merged into it."""
        return self._page_of_reporters(ticket_id, start, limit, _every_report)

    def unanswered(
        self, ticket_id: str, start: Position | None, limit: int
    ) -> Page[str]:
        """Return a page of the reporters who have not answered about the solution."""
        return self._page_of_reporters(ticket_id, start, limit, _unanswered)

    def newly_asked(
        self, ticket_id: str, start: Position | None, limit: int
    ) -> Page[str]:
        """Return a page of the reporters who came with a merged ticket, without the others."""
        part = self._repository.find_ticket(ticket_id)
        targets = self._reader.merged_into(part) if part else []
        if part is None or not targets:
            return Page([])
        page = self.reporters(ticket_id, start, limit)
        came = {part.id, *part.merged}
        target = targets[-1]
        others = [one for one in (target.id, *target.merged) if one not in came]
        new = [
            person_id
            for person_id in page.items
            if not self._repository.find_reports(others, person_id)
        ]
        return Page(new, page.next)

    def _page_of_reporters(
        self,
        ticket_id: str,
        start: Position | None,
        limit: int,
        wanted: Callable[[Ticket, TicketReport], bool],
    ) -> Page[str]:
        ticket = self._repository.find_ticket(ticket_id)
        if ticket is None:
            return Page([])
        ids = [ticket.id, *ticket.merged]
        n, key = (start["n"], start["key"]) if start else (0, None)
        page = self._repository.reports_of(ids[n], key, limit)
        following: Position | None = None
        if page.next:
            following = {"n": n, "key": page.next}
        elif n + 1 < len(ids):
            following = {"n": n + 1, "key": None}
        people = [
            report.person_id for report in page.items if wanted(ticket, report)
        ]
        return Page(people, following)

    def place_of(self, ticket_id: str) -> str:
        """Return the place of a ticket, empty when there is no such ticket."""
        return self._entities.place_of(ticket_id)

    def zone_of(self, ticket_id: str) -> str | None:
        """Return the time zone of a ticket."""
        ticket = self._repository.find_ticket(ticket_id)
        return ticket.zone if ticket else None

    def rearm_lost(self) -> int:
        """Arm lost timers of tickets; return their number."""
        streets = self._places.streets()
        return self._entities.rearm(
            chain.from_iterable(map(self._repository.open_at, streets))
        )


def _still_serves(
    ticket: Ticket, subject: MessageSubject, people: Mapping[str, Person]
) -> bool:
    """Say whether a message has no assignee, or one who can still be assigned the ticket."""
    holder = subject.params.get("holder")
    if not holder:
        return True
    person = people.get(holder)
    return person is not None and serves(person, ticket.place)


_PUBLIC_FIELDS = (
    "id",
    "state",
    "category",
    "community",
    "text",
    "created_at",
    "closed_at",
)


def _exported(ticket: Ticket, person_id: str) -> Ticket | Mapping[str, Any]:
    """Return a person's part of a ticket.

    That is all of a ticket that they reported, except for hints at other tickets for staff and for
    words about other people in the solution. Of one that they joined it is what they may read.
    """
    if ticket.person_id == person_id:
        return replace(
            ticket, staff_duplicates=(), solution=ticket.told_publicly
        )
    return {name: getattr(ticket, name) for name in _PUBLIC_FIELDS}


def _every_report(ticket: Ticket, report: TicketReport) -> bool:
    return True


def _unanswered(ticket: Ticket, report: TicketReport) -> bool:
    return not rounds.has_answered(ticket, report)


def _without_reason(ticket: Ticket) -> Changes[Ticket]:
    return Changes(entity=replace(ticket, reason=None), previous=ticket)


def _any(event: TicketEvent) -> bool:
    return True
