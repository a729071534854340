"""Tickets as other applications may file, read and comment on them: of what is private nothing is known outside."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from ..kernel.access import STAFF, SYSTEM, Actor, relations
from ..kernel.changes import Changes, Put, Write
from ..kernel.clock import Clock
from ..kernel.errors import NotFound
from ..kernel.ids import derived_id
from ..kernel.paging import Page, Position, every
from ..kernel.place import community_of, street_of
from ..kernel.request import RequestContext
from ..people.service import People
from ..places.service import Places
from ..store.transaction import Transaction
from . import decisions
from .model import OutsideReport, Report, Ticket, Update
from .policy import Policy
from .repository import TicketRepository
from .service import ReportTerms, Tickets
from .states import SYSTEM_ONLY, Mover

__all__ = ["PublicTickets"]


class PublicTickets:
    """Use cases of other applications. They speak for themselves, or for somebody who is signed in."""

    def __init__(
        self,
        *,
        transaction: Transaction,
        repository: TicketRepository,
        clock: Clock,
        people: People,
        places: Places,
        tickets: Tickets,
    ) -> None:
        self._transaction, self._repository, self._clock = transaction, repository, clock
        self._people, self._places, self._tickets = people, places, tickets

    def policy_of(self, street: str) -> Policy:
        """Return the rules of a street, its categories among them."""
        return self._tickets.policy_of(street)

    def report_from_outside(self, context: RequestContext, report: OutsideReport) -> Ticket:
        """Report a problem that another application brings.

        It is the report of whoever is signed in, or of the resident whose phone is named, and counts among hers of the day;
        else of nobody in particular.
        """

        def decide() -> Changes[Ticket]:
            actor, person = self._people.current(context.actor) if context.actor.id else (SYSTEM, None)
            person = person or (self._people.phone_owner(report.phone) if report.phone else None)
            known = self._places.find_many([report.place, community_of(report.place), street_of(report.place)])
            names = {code: (place.name, place.zone) for code, place in known.items()}
            terms = ReportTerms(
                category=report.category, text=report.text, place=report.place, location_note=report.location_note
            )
            drafted = self._tickets.draft(
                terms, names, name=person.name if person else "", secrets=person.secrets if person else ()
            )
            ticket = replace(
                drafted,
                person_id=person.id if person else None,
                filed_by=actor.id,
                source=report.client,
                answers=report.answers or None,
                latitude=report.latitude,
                longitude=report.longitude,
            )
            beside: tuple[Write, ...] = ()
            if person:
                own = Report(ticket_id=ticket.id, person_id=person.id, by=actor.id, joined_at=ticket.created_at)
                works = relations(person.as_actor(), ticket.as_resource()) & STAFF
                beside = (Put(row=own, new=True), *(() if works else (self._tickets.count_report(person.id, ticket),)))
            return self._tickets.opened(ticket, actor, beside)

        return self._transaction.run(decide, context)

    def find_public(self, ids: Sequence[str]) -> list[Ticket]:
        """Read tickets; what is private, or not there, is left out."""
        return [ticket for ticket in self._repository.find_tickets(list(dict.fromkeys(ids))) if not ticket.private]

    def public_between(
        self,
        street: str,
        since: datetime,
        until: datetime,
        wanted: Callable[[Ticket], bool],
        start: Position | None,
        limit: int,
    ) -> Page[Ticket]:
        """Read the public tickets of a street that were reported in a span of time, newest first; pages may be short."""
        page = self._repository.listed(street, since, until, start, limit)
        return Page([ticket for ticket in page.items if not ticket.private and wanted(ticket)], page.next)

    def updates_between(self, street: str, since: datetime, until: datetime, start: Position | None, limit: int) -> Page[Update]:
        """Read what everybody may know of what happened in a street in a span of time, oldest first."""
        return self._repository.updates_in(street, since, until, start, limit)

    def updates_of(self, ticket_ids: Sequence[str]) -> list[Update]:
        """Read what everybody may know of what happened to tickets, oldest first."""
        found: list[Update] = []
        for id in ticket_ids:
            found += every(partial(self._updates_of, id))
        return sorted(found, key=lambda update: (update.at, update.id))

    def _updates_of(self, ticket_id: str, start: Position | None) -> Page[Update]:
        return self._repository.updates_of(ticket_id, start, 100)

    def comment_from_outside(self, context: RequestContext, ticket_id: str, text: str, client: str) -> str:
        """Add to a public ticket what another application says of it; return the id of the update."""

        def decide() -> Changes[Ticket]:
            ticket = next(iter(self.find_public([ticket_id])), None)
            if ticket is None:
                raise NotFound
            actor = self._people.current(context.actor)[0] if context.actor.id else Actor(id="")
            found = relations(actor, ticket.as_resource()) or SYSTEM_ONLY
            by = Mover(id=actor.id or f"open311:{client}", relations=found, now=self._clock.now())
            return decisions.comment_from_outside(ticket, by, text)

        ticket = self._transaction.run(decide, context)
        return derived_id("upd", f"{ticket.id} {ticket.version}")
