"""Use cases that change a ticket: report, join and the moves of work. Each one commits once."""

from dataclasses import replace
from datetime import datetime

from ..kernel.access import STAFF, Relation, Resource, relations
from ..kernel.changes import Changes
from ..kernel.clock import Clock
from ..kernel.request import RequestContext
from ..people.access import Access
from ..people.service import ConsentGiven
from ..store.transaction import Transaction
from ..uploads.service import Uploads
from . import decisions, handover, permissions, resolution
from .authorized_moves import AuthorizedMoves
from .duty import DutyResolver
from .ending_service import TicketEndings
from .intake import ProblemReport, TicketIntake
from .model import Ticket
from .queries import TicketQueries
from .reader import TicketForViewer, TicketReader, for_reporter
from .states import TicketMover

__all__ = ["Tickets"]


class Tickets(AuthorizedMoves):
    """Use cases that change tickets. `queries` only read; `endings` end a ticket or reopen it."""

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
        super().__init__(
            transaction=transaction, access=access, clock=clock, reader=reader
        )
        self._uploads, self._duty, self._intake = uploads, duty, intake
        self.queries = queries
        self.endings = TicketEndings(
            transaction=transaction,
            access=access,
            clock=clock,
            duty=duty,
            reader=reader,
        )

    def report(
        self,
        context: RequestContext,
        problem: ProblemReport,
        on_behalf_of: str | None,
        consent: ConsentGiven | None,
    ) -> TicketForViewer:
        """Report a problem, for the caller or, with consent, for another person."""
        resource = Resource(
            see=permissions.SEE, places=(problem.place,), public=True
        )

        def decide() -> tuple[Changes[Ticket], TicketForViewer]:
            granted = self._access.require(
                context, permissions.SUBMIT, resource
            )
            subject, consents = self._intake.subject_of(
                granted, on_behalf_of, consent
            )
            actor = granted.representing(subject).actor
            draft = self._intake.draft_for(subject, actor, problem)
            writes = (
                self._intake.new_report(draft, subject.id, actor.id),
                *consents,
            )
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
                context, permissions.JOIN, self._reader.resource_of(ticket)
            )
            ticket.check_version(context.seen_version)
            actor = granted.actor
            subject, consents = self._intake.subject_of(
                granted, on_behalf_of, consent
            )
            now_related = granted.relations
            if subject.id == actor.id:
                now_related = relations(actor, ticket.as_resource(actor.id))
            shown = self._reader.for_viewer(actor, ticket, now_related)
            if self._reader.has_reported(ticket, subject.id):
                return Changes(entity=ticket, previous=ticket), shown
            joining = relations(actor, ticket.as_resource()) - {Relation.OWNER}
            mover = TicketMover(
                id=actor.id, relations=joining, now=self._clock.now()
            )
            report = self._intake.report_by(ticket, subject.id, actor.id)
            changes = resolution.join(ticket, mover, report)
            changes = replace(changes, writes=(*changes.writes, *consents))
            return changes, replace(shown, joined=shown.joined + 1)

        ticket, shown = self._transaction.run_with(decide, context)
        return replace(shown, ticket=ticket)

    # moves of those who work on a ticket

    def accept(
        self, context: RequestContext, ticket_id: str
    ) -> TicketForViewer:
        """Accept a ticket; the caller becomes its assignee."""
        return self._move(
            context, ticket_id, permissions.ACCEPT, decisions.accept
        )

    def assign(
        self, context: RequestContext, ticket_id: str, recipient: str
    ) -> TicketForViewer:
        """Assign a ticket to a role or a person."""

        def decide(ticket: Ticket, mover: TicketMover) -> Changes[Ticket]:
            assignee = self._duty.assignee_for(ticket, recipient)
            return decisions.assign(ticket, mover, assignee)

        return self._move(context, ticket_id, permissions.ASSIGN, decide)

    def bounce(
        self, context: RequestContext, ticket_id: str, reason: str
    ) -> TicketForViewer:
        """Return a ticket that is not the caller's to work on."""

        def decide(ticket: Ticket, mover: TicketMover) -> Changes[Ticket]:
            dispatcher = self._duty.still_serves(
                ticket.accepted_by, ticket.place
            )
            escalation = self._duty.escalation_for(ticket)
            return handover.bounce(
                ticket, escalation, mover, reason, dispatcher
            )

        return self._move(context, ticket_id, permissions.BOUNCE, decide)

    def comment(
        self,
        context: RequestContext,
        ticket_id: str,
        text: str,
        *,
        public: bool,
    ) -> TicketForViewer:
        """Comment on a ticket, publicly or for those who work on it."""

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

    def resume(
        self, context: RequestContext, ticket_id: str
    ) -> TicketForViewer:
        """End the hold of a ticket."""

        def decide(ticket: Ticket, mover: TicketMover) -> Changes[Ticket]:
            return decisions.resume(
                ticket, self._duty.escalation_for(ticket), mover
            )

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
            return handover.escalate(ticket, escalation, mover, reason)

        return self._move(context, ticket_id, permissions.ESCALATE, decide)
