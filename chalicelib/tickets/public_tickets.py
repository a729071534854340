"""Tickets for other applications, which file, read and comment on them. Private ones are hidden."""

from collections.abc import Sequence
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
from . import alarms, decisions, permissions
from .alarm_bell import AlarmBell
from .claimed_reporters import ClaimedReporters
from .intake import ProblemReport, TicketIntake
from .list_repository import TicketLists
from .listed import FoundTickets, PublicFilter
from .model import OutsideReport, Ticket, Update
from .policy import (
    APPLICATION_COMMENTS,
    COMMENTS_PER_DAY,
    Policy,
)
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
        lists: TicketLists,
        clock: Clock,
        people: People,
        intake: TicketIntake,
        bell: AlarmBell,
        claimed: ClaimedReporters,
    ) -> None:
        self._transaction, self._access, self._repository = (
            transaction,
            access,
            repository,
        )
        self._clock, self._people, self._intake = clock, people, intake
        self._lists, self._bell, self._claimed = lists, bell, claimed

    def policy_of(self, street: str) -> Policy:
        """Return the rules of a street, its categories among them."""
        return self._intake.policy_of(street)

    def report_from_outside(
        self, context: RequestContext, report: OutsideReport
    ) -> Ticket:
        """Report a problem that another application brings.

        The reporter is the signed-in person. Else there is none: a phone is only a claim, and
        changes nothing before its owner has said yes.
        """

        def decide() -> Changes[Ticket]:
            resource = Resource(
                see=permissions.SEE, places=(report.place,), public=True
            )
            actor, person = self._caller(context, permissions.SUBMIT, resource)
            ticket = replace(
                self._draft(report, person),
                person_id=person.id if person else None,
                filed_by=actor.id,
                source=report.client,
                latitude=report.latitude,
                longitude=report.longitude,
            )
            if person is None:
                return self._opened_for_nobody(ticket, actor, report)
            return self._opened_for(ticket, actor, person)

        return self._transaction.run(decide, context)

    def _opened_for(
        self, ticket: Ticket, actor: Actor, person: Person
    ) -> Changes[Ticket]:
        """Open the ticket of a signed-in person; staff have no limit."""
        if relations(actor, ticket.as_resource()) & STAFF:
            own = self._intake.new_report(ticket, person.id, actor.id)
            return self._intake.open(ticket, actor, (own,))
        subjects = person.limit_subjects
        counts = self._intake.count_report(subjects, ticket)
        reported = self._bell.on_report(ticket, subjects)
        writes = (*counts, *reported.writes)
        if reported.ringing:
            return self._added(reported.ringing, ticket, actor.id, writes)
        own = self._intake.new_report(ticket, person.id, actor.id)
        return self._intake.open(reported.ticket, actor, (own, *writes))

    def _opened_for_nobody(
        self, ticket: Ticket, actor: Actor, report: OutsideReport
    ) -> Changes[Ticket]:
        """Open the ticket of an application, and ask the owner of the phone that it names."""
        client = report.client
        subjects = self._bell.subjects_of_application(client, ticket.place)
        counts = self._intake.count_application_report(client, ticket)
        reported = self._bell.on_report(ticket, subjects)
        writes = (*counts, *reported.writes)
        if reported.ringing:
            application = f"open311:{client}"
            return self._added(reported.ringing, ticket, application, writes)
        changes = self._intake.open(reported.ticket, actor, writes)
        asked, messages = self._claimed.question(report.phone, ticket)
        return replace(
            changes,
            writes=(*changes.writes, *asked),
            messages=(*changes.messages, *messages),
        )

    def _added(
        self,
        ringing: Ticket,
        ticket: Ticket,
        reporter: str,
        writes: tuple[Write, ...],
    ) -> Changes[Ticket]:
        mover = TicketMover(
            id=reporter,
            relations=relations(SYSTEM, ringing.as_resource()),
            now=ticket.created_at,
        )
        changes = alarms.add_to_ringing(ringing, mover, ticket.written)
        return replace(changes, writes=(*changes.writes, *writes))

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
            answers=report.answers,
        )
        if person is None:
            return self._intake.draft(terms, name="", secrets=())
        return self._intake.draft(
            terms, name=person.name, secrets=person.secrets
        )

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
            changes = decisions.comment_from_outside(ticket, mover, text, shown)
            counts = self._comment_counts(ticket, client, person, mover)
            return replace(changes, writes=(*changes.writes, *counts))

        ticket = self._transaction.run(decide, context)
        return derived_id("upd", f"{ticket.id} {ticket.version}")

    def _comment_counts(
        self,
        ticket: Ticket,
        client: str,
        person: Person | None,
        mover: TicketMover,
    ) -> tuple[Write, ...]:
        """Return the counters that limit the comments of a person, or of an application."""
        if person is None:
            subject = f"app#{client}#{ticket.id}"
            return (APPLICATION_COMMENTS.count(subject, mover.now),)
        if mover.relations & STAFF:
            return ()
        subjects = person.limit_subjects
        return COMMENTS_PER_DAY.counts(subjects, mover.now, ticket.zone)

    # public reads, which need no actor

    def find_public(self, ids: Sequence[str]) -> list[Ticket]:
        """Read tickets; private and unknown ones are left out."""
        tickets = self._repository.find_tickets(list(dict.fromkeys(ids)))
        return [ticket for ticket in tickets if not ticket.private]

    def find_listed(
        self, asked: PublicFilter, limit: int, read_at_most: int
    ) -> FoundTickets:
        """Read the public tickets of a filter, newest first."""
        return self._lists.public(asked, limit, read_at_most)

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
