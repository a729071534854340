"""Tickets for other applications, which file, read and comment on them. Private ones are hidden."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from ..kernel.access import (
    STAFF,
    SYSTEM,
    Action,
    Actor,
    Relation,
    Resource,
    relations,
)
from ..kernel.changes import Changes, Write
from ..kernel.clock import Clock
from ..kernel.errors import NotFound
from ..kernel.ids import derived_id
from ..kernel.paging import Page, Position, every
from ..kernel.request import RequestContext
from ..people.access import Access
from ..people.model import Person
from ..people.service import People
from ..store.transaction import Transaction
from . import decisions, permissions
from .intake import ProblemReport, TicketIntake
from .model import OutsideReport, Ticket, Update
from .policy import Policy
from .repository import TicketRepository
from .states import TicketMover

__all__ = ["PublicTickets"]


class PublicTickets:
    """Use cases of other applications.

    An application acts for itself, or for a signed-in person. The interface above has checked
    its API key.
    """

    def __init__(
        self,
        *,
        transaction: Transaction,
        access: Access,
        repository: TicketRepository,
        clock: Clock,
        people: People,
        intake: TicketIntake,
    ) -> None:
        self._transaction, self._access, self._repository = (
            transaction,
            access,
            repository,
        )
        self._clock, self._people, self._intake = clock, people, intake

    def policy_of(self, street: str) -> Policy:
        """Return the rules of a street, its categories among them."""
        return self._intake.policy_of(street)

    def report_from_outside(
        self, context: RequestContext, report: OutsideReport
    ) -> Ticket:
        """Report a problem that another application brings.

        The reporter is the signed-in person, or the resident who has the phone. Their daily
        limit counts. Else there is no reporter.
        """

        def decide() -> Changes[Ticket]:
            resource = Resource(
                see=permissions.SEE, places=(report.place,), public=True
            )
            actor, person = self._caller(context, permissions.SUBMIT, resource)
            if person is None and report.phone:
                person = self._people.phone_owner(report.phone)
            ticket = replace(
                self._draft(report, person),
                person_id=person.id if person else None,
                filed_by=actor.id,
                source=report.client,
                answers=report.answers or None,
                latitude=report.latitude,
                longitude=report.longitude,
            )
            return self._intake.open(
                ticket, actor, self._report_writes(ticket, person, actor)
            )

        return self._transaction.run(decide, context)

    def _caller(
        self,
        context: RequestContext,
        action: Action,
        resource: Resource,
    ) -> tuple[Actor, Person | None]:
        """Return the signed-in person who may take the action, or the system.

        An application that acts for itself has no account: its API key is its permission.
        """
        if not context.actor.id:
            return SYSTEM, None
        granted = self._access.require(context, action, resource)
        return granted.actor, granted.person

    def _draft(self, report: OutsideReport, person: Person | None) -> Ticket:
        terms = ProblemReport(
            category=report.category,
            text=report.text,
            place=report.place,
            location_note=report.location_note,
        )
        if person is None:
            return self._intake.draft(terms, name="", secrets=())
        return self._intake.draft(
            terms, name=person.name, secrets=person.secrets
        )

    def _report_writes(
        self,
        ticket: Ticket,
        person: Person | None,
        actor: Actor,
    ) -> tuple[Write, ...]:
        """Return the reporter's row and daily counter; staff have no limit."""
        if person is None:
            return ()
        own = self._intake.new_report(ticket, person.id, actor.id)
        if relations(person.as_actor(), ticket.as_resource()) & STAFF:
            return (own,)
        return (own, self._intake.count_report(person.id, ticket))

    def comment_from_outside(
        self,
        context: RequestContext,
        ticket_id: str,
        text: str,
        client: str,
    ) -> str:
        """Comment on a ticket that is not private; return the id of the comment."""

        def decide() -> Changes[Ticket]:
            ticket = next(iter(self.find_public([ticket_id])), None)
            if ticket is None:
                raise NotFound
            resource = ticket.as_resource()
            actor, person = self._caller(context, permissions.SEE_NOW, resource)
            actor_id = actor.id if person else f"open311:{client}"
            found = relations(actor, resource)
            mover = TicketMover(
                id=actor_id, relations=found, now=self._clock.now()
            )
            shown: str | None = None
            if person and Relation.OWNER in found:
                shown = self._people.mask_for([person], ticket.place)(text)
            return decisions.comment_from_outside(ticket, mover, text, shown)

        ticket = self._transaction.run(decide, context)
        return derived_id("upd", f"{ticket.id} {ticket.version}")

    # public reads, which need no actor

    def find_public(self, ids: Sequence[str]) -> list[Ticket]:
        """Read tickets; private and unknown ones are left out."""
        tickets = self._repository.find_tickets(list(dict.fromkeys(ids)))
        return [ticket for ticket in tickets if not ticket.private]

    def public_between(
        self,
        street: str,
        since: datetime,
        until: datetime,
        wanted: Callable[[Ticket], bool],
        start: Position | None,
        limit: int,
    ) -> Page[Ticket]:
        """Read the public tickets reported in a street in a span, newest first.

        Pages may be short.
        """
        page = self._repository.reported_in(street, since, until, start, limit)
        public = [
            ticket
            for ticket in page.items
            if not ticket.private and wanted(ticket)
        ]
        return Page(public, page.next)

    def updates_between(
        self,
        street: str,
        since: datetime,
        until: datetime,
        start: Position | None,
        limit: int,
    ) -> Page[Update]:
        """Read the public updates of a street in a span, oldest first."""
        return self._repository.updates_in(street, since, until, start, limit)

    def updates_of(self, ticket_ids: Sequence[str]) -> list[Update]:
        """Read the public updates of tickets, oldest first."""
        found: list[Update] = []
        for ticket_id in ticket_ids:
            found += every(partial(self._updates_of, ticket_id))
        return sorted(found, key=lambda update: (update.at, update.id))

    def _updates_of(
        self, ticket_id: str, start: Position | None
    ) -> Page[Update]:
        return self._repository.updates_of(ticket_id, start, 100)
