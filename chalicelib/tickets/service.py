"""Use cases that change a ticket: report, join and the moves. Each one commits once."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from ..kernel.access import STAFF, Action, Actor, Relation, Resource, relations
from ..kernel.changes import Changes
from ..kernel.clock import Clock
from ..kernel.errors import Forbidden, Invalid
from ..kernel.request import RequestContext
from ..people.access import Access
from ..people.service import ConsentGiven
from ..store.transaction import Transaction
from ..uploads.service import Uploads
from . import decisions, permissions, resolution
from .duty import DutyResolver
from .intake import ReportTerms, TicketIntake
from .model import Ticket
from .queries import TicketQueries
from .reader import TicketForViewer, TicketReader, for_reporter
from .states import TicketMover

__all__ = ["Tickets"]

Decide = Callable[[Ticket, TicketMover], Changes[Ticket]]


class Tickets:
    """Use cases that change tickets; `queries` are those that only read."""

    def __init__(
        self,
        *,
        transaction: Transaction,
        access: Access,
        clock: Clock,
        uploads: Uploads,
        duty: DutyResolver,
        reader: TicketReader,
        intake: TicketIntake,
        queries: TicketQueries,
    ) -> None:
        self._transaction, self._access, self._clock = transaction, access, clock
        self._uploads, self._duty = uploads, duty
        self._reader, self._intake, self.queries = reader, intake, queries

    def report(
        self,
        context: RequestContext,
        terms: ReportTerms,
        on_behalf_of: str | None,
        consent: ConsentGiven | None,
    ) -> TicketForViewer:
        """Report a problem, for the caller or, with consent, for another person."""

        def decide() -> tuple[Changes[Ticket], TicketForViewer]:
            resource = Resource(see=permissions.SEE, places=(terms.place,), public=True)
            granted = self._access.require(context, permissions.SUBMIT, resource)
            actor = granted.actor
            subject, consents = self._intake.subject_of(granted, on_behalf_of, consent)
            draft = self._intake.draft_for(subject, actor, terms)
            writes = (self._intake.new_report(draft, subject.id, actor.id), *consents)
            if not granted.relations & STAFF:
                writes = (*writes, self._intake.count_report(actor.id, draft))
            changes = self._intake.open(draft, actor, writes)
            return changes, for_reporter(actor, changes.entity)

        ticket, shown = self._transaction.run_with(decide, context)
        return replace(shown, ticket=ticket)

    def join(
        self,
        context: RequestContext,
        ticket_id: str,
        on_behalf_of: str | None,
        consent: ConsentGiven | None,
    ) -> TicketForViewer:
        """Join a ticket, or the one that it was merged into. Idempotent."""

        def decide() -> tuple[Changes[Ticket], TicketForViewer]:
            ticket = self._reader.get(ticket_id)
            *_, ticket = (ticket, *self._reader.merged_into(ticket))
            granted = self._access.require(
                context,
                permissions.JOIN,
                lambda person: self._reader.resource_for(ticket, person.as_actor()),
            )
            ticket.check_version(context.seen_version)
            actor = granted.actor
            subject, consents = self._intake.subject_of(granted, on_behalf_of, consent)
            found = granted.relations
            if subject.id == actor.id:
                found = relations(actor, ticket.as_resource(actor.id))
            shown = self._reader.for_viewer(actor, ticket, found)
            if self._reader.has_reported(ticket, subject.id):
                return Changes(entity=ticket, previous=ticket), shown
            joining = relations(actor, ticket.as_resource()) - {Relation.OWNER}
            mover = TicketMover(id=actor.id, relations=joining, now=self._clock.now())
            report = self._intake.own_report(ticket, subject.id, actor.id)
            changes = resolution.join(ticket, mover, report)
            changes = replace(changes, writes=(*changes.writes, *consents))
            return changes, replace(shown, joined=shown.joined + 1)

        ticket, shown = self._transaction.run_with(decide, context)
        return replace(shown, ticket=ticket)

    # moves of those who work on a ticket

    def accept(self, context: RequestContext, ticket_id: str) -> TicketForViewer:
        """Accept a ticket; the caller becomes its assignee."""
        return self._move(context, ticket_id, permissions.ACCEPT, decisions.accept)

    def assign(
        self, context: RequestContext, ticket_id: str, to: str
    ) -> TicketForViewer:
        """Assign a ticket to a role or a person."""

        def decide(ticket: Ticket, mover: TicketMover) -> Changes[Ticket]:
            return decisions.assign(ticket, mover, self._duty.assignee_for(ticket, to))

        return self._move(context, ticket_id, permissions.ASSIGN, decide)

    def bounce(
        self, context: RequestContext, ticket_id: str, reason: str
    ) -> TicketForViewer:
        """Return a ticket that is not the caller's to work on."""

        def decide(ticket: Ticket, mover: TicketMover) -> Changes[Ticket]:
            dispatcher = self._duty.still_serves(ticket.accepted_by, ticket.place)
            escalation = self._duty.escalation_for(ticket)
            return decisions.bounce(ticket, escalation, mover, reason, dispatcher)

        return self._move(context, ticket_id, permissions.BOUNCE, decide)

    def comment(
        self,
        context: RequestContext,
        ticket_id: str,
        text: str,
        *,
        public: bool,
    ) -> TicketForViewer:
        """Comment on a ticket, for its reporters too or for those who work on it only."""

        def decide(ticket: Ticket, mover: TicketMover) -> Changes[Ticket]:
            return decisions.comment(ticket, mover, text, public=public)

        return self._move(context, ticket_id, permissions.COMMENT, decide)

    def hold(
        self,
        context: RequestContext,
        ticket_id: str,
        reason: str,
        until: datetime,
    ) -> TicketForViewer:
        """Put a ticket on hold until an instant."""

        def decide(ticket: Ticket, mover: TicketMover) -> Changes[Ticket]:
            escalation = self._duty.escalation_for(ticket)
            text = self._reader.public_text(ticket, reason)
            return decisions.hold(
                ticket, escalation, mover, reason, until, public_text=text
            )

        return self._move(context, ticket_id, permissions.HOLD, decide)

    def resume(self, context: RequestContext, ticket_id: str) -> TicketForViewer:
        """End the hold of a ticket."""

        def decide(ticket: Ticket, mover: TicketMover) -> Changes[Ticket]:
            return decisions.resume(ticket, self._duty.escalation_for(ticket), mover)

        return self._move(context, ticket_id, permissions.RESUME, decide)

    def resolve(
        self,
        context: RequestContext,
        ticket_id: str,
        note: str | None,
        photos: tuple[str, ...],
    ) -> TicketForViewer:
        """Resolve a ticket; its reporters are asked to confirm."""

        def decide(ticket: Ticket, mover: TicketMover) -> Changes[Ticket]:
            escalation = self._duty.escalation_for(ticket)
            proof = self._uploads.binding(
                mover.id, photos, ticket.id, ticket.place, ["photos"]
            )
            text = self._reader.public_text(ticket, note or "")
            changes = decisions.resolve(
                ticket, escalation, mover, note, photos, public_text=text
            )
            return replace(changes, related=proof)

        return self._move(context, ticket_id, permissions.RESOLVE, decide)

    def escalate(
        self, context: RequestContext, ticket_id: str, reason: str
    ) -> TicketForViewer:
        """Escalate a ticket to the level above."""

        def decide(ticket: Ticket, mover: TicketMover) -> Changes[Ticket]:
            escalation = self._duty.escalation_for(ticket)
            return decisions.escalate(ticket, escalation, mover, reason)

        return self._move(context, ticket_id, permissions.ESCALATE, decide)

    # how a ticket ends

    def confirm(
        self,
        context: RequestContext,
        ticket_id: str,
        satisfied: int | None,
        on_behalf_of: str | None,
    ) -> TicketForViewer:
        """Confirm that a ticket is solved.

        Staff may confirm for any reporter. A trusted contact may confirm for the resident that they
        represented in the report.
        """

        def decide(ticket: Ticket, mover: TicketMover) -> Changes[Ticket]:
            reports = self._reader.reports(ticket)
            represented = ticket.person_id if mover.id == ticket.proxy_id else None
            own = any(report.person_id == mover.id for report in reports)
            default = mover.id if own or represented is None else represented
            person_id = on_behalf_of or default
            if person_id not in (mover.id, represented) and not mover.relations & STAFF:
                raise Forbidden("action.forbidden")
            return resolution.confirm(ticket, mover, reports, person_id, satisfied)

        return self._move(context, ticket_id, permissions.CONFIRM, decide)

    def reopen(
        self, context: RequestContext, ticket_id: str, reason: str
    ) -> TicketForViewer:
        """Reopen a ticket that is not solved."""

        def decide(ticket: Ticket, mover: TicketMover) -> Changes[Ticket]:
            escalation = self._duty.escalation_for(ticket)
            left = self._duty.assignee_left(ticket)
            return resolution.reopen(
                ticket, escalation, mover, reason, assignee_left=left
            )

        return self._move(context, ticket_id, permissions.REOPEN, decide)

    def close(
        self, context: RequestContext, ticket_id: str, reason: str
    ) -> TicketForViewer:
        """Close a ticket without a solution."""

        def decide(ticket: Ticket, mover: TicketMover) -> Changes[Ticket]:
            alone, joined = self._reader.sole_reporter(ticket)
            text = self._reader.public_text(ticket, reason)
            return resolution.close(
                ticket, mover, reason, alone=alone, joined=joined, public_text=text
            )

        return self._move(context, ticket_id, permissions.CLOSE, decide)

    def merge(
        self, context: RequestContext, ticket_id: str, into: str
    ) -> TicketForViewer:
        """Merge a ticket into another one, of which the caller must be staff too."""

        def decide(ticket: Ticket, mover: TicketMover) -> Changes[Ticket]:
            other = self._reader.find(into)
            if other is None:
                raise Invalid("ticket.cannot_merge", ["into"])
            actor, _ = self._access.authenticate(context.actor)
            if not relations(actor, other.as_resource()) & STAFF:
                raise Invalid("ticket.cannot_merge", ["into"])
            return resolution.merge(ticket, other, mover)

        return self._move(context, ticket_id, permissions.MERGE, decide)

    def split(self, context: RequestContext, ticket_id: str) -> TicketForViewer:
        """Take a merged ticket out of the one that it was merged into."""

        def decide(ticket: Ticket, mover: TicketMover) -> Changes[Ticket]:
            escalation = self._duty.escalation_for(ticket)
            return resolution.split(
                ticket, escalation, mover, self._reader.merged_into(ticket)
            )

        return self._move(context, ticket_id, permissions.SPLIT, decide)

    def _move(
        self,
        context: RequestContext,
        ticket_id: str,
        action: Action,
        decide: Decide,
    ) -> TicketForViewer:
        def attempt() -> tuple[Changes[Ticket], TicketForViewer]:
            ticket, mover, actor = self._read_for(context, ticket_id, action)
            ticket.check_version(context.seen_version)
            changes = decide(ticket, mover)
            reporter = actor.id if Relation.OWNER in mover.relations else ""
            found = relations(actor, changes.entity.as_resource(reporter))
            return changes, self._reader.for_viewer(
                actor, changes.entity, found, named=True
            )

        ticket, shown = self._transaction.run_with(attempt, context)
        return replace(shown, ticket=ticket)

    def _read_for(
        self,
        context: RequestContext,
        ticket_id: str,
        action: Action,
    ) -> tuple[Ticket, TicketMover, Actor]:
        """Read a ticket and require the action of a move."""
        ticket = self._reader.get(ticket_id)
        granted = self._access.require(
            context,
            action,
            lambda person: self._reader.resource_for(ticket, person.as_actor()),
        )
        actor, now = granted.actor, self._clock.now()
        return (
            ticket,
            TicketMover(id=actor.id, relations=granted.relations, now=now),
            actor,
        )
