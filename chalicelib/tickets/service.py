"""Use cases that change a ticket: report, join and the moves of work. Each one commits once."""

from dataclasses import replace
from datetime import datetime

from ..kernel.access import STAFF, Actor, Relation, Resource, relations
from ..kernel.changes import Changes, Write
from ..kernel.clock import Clock
from ..kernel.request import RequestContext
from ..people.access import Access, Granted
from ..people.model import Person
from ..people.service import ConsentGiven
from ..store.transaction import Transaction
from ..uploads.service import Uploads
from . import alarms, decisions, handover, permissions, release, resolution
from .alarm_bell import AlarmBell
from .authorized_moves import AuthorizedMoves
from .duty import DutyResolver
from .ending_service import TicketEndings
from .intake import ProblemReport, TicketIntake
from .model import Ticket, TicketReport
from .moves import event_of
from .nearby import NearbyTickets
from .policy import COMMENTS_PER_DAY
from .queries import TicketQueries
from .reader import TicketForViewer, TicketReader, for_reporter
from .states import TicketMover

__all__ = ["Tickets"]


class Tickets(AuthorizedMoves):
    """Use cases that change tickets.

    `queries` and `nearby` only read; `endings` end a ticket or reopen it.
    """

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
        bell: AlarmBell,
        nearby: NearbyTickets,
    ) -> None:
        super().__init__(
            transaction=transaction, access=access, clock=clock, reader=reader
        )
        self._uploads, self._duty, self._intake = uploads, duty, intake
        self.queries, self.nearby, self._bell = queries, nearby, bell
        self.endings = TicketEndings(
            transaction=transaction,
            access=access,
            clock=clock,
            duty=duty,
            reader=reader,
            bell=bell,
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
            by_staff = bool(granted.relations & STAFF)
            actor = granted.representing(subject).actor
            draft = self._intake.draft_for(
                subject, actor, problem, by_staff=by_staff
            )
            changes = self._opened(draft, granted, subject, consents)
            return changes, self._for_reporter(actor, changes.entity)

        ticket, shown = self._transaction.run_with(decide, context)
        return replace(shown, ticket=ticket)

    def _opened(
        self,
        draft: Ticket,
        granted: Granted,
        subject: Person,
        consents: tuple[Write, ...],
    ) -> Changes[Ticket]:
        """Open a new ticket, or add it to the one that its reporter rings with already."""
        actor = granted.actor
        if granted.relations & STAFF:
            own = self._intake.new_report(draft, subject.id, actor.id)
            writes = (own, *consents)
            return self._intake.open(draft, actor, writes, subject.home)
        subjects = granted.person.limit_subjects
        counts = self._intake.count_report(subjects, draft)
        reported = self._bell.on_report(draft, subjects)
        writes = (*consents, *counts, *reported.writes)
        if reported.ringing is None:
            own = self._intake.new_report(draft, subject.id, actor.id)
            writes = (own, *writes)
            return self._intake.open(
                reported.ticket, actor, writes, subject.home
            )
        ringing = reported.ringing
        mover = TicketMover(
            id=actor.id, relations=granted.relations, now=draft.created_at
        )
        changes = alarms.add_to_ringing(ringing, mover, draft.written)
        if not self._reader.has_reported(ringing, subject.id):
            report = self._intake.report_by(ringing, subject.id, actor.id)
            writes = (*writes, *resolution.joined(ringing, report))
        return replace(changes, writes=(*changes.writes, *writes))

    def _for_reporter(self, actor: Actor, ticket: Ticket) -> TicketForViewer:
        """Return the view of a report, also where it went into a ticket that rings already."""
        if ticket.version == 0:
            return for_reporter(actor, ticket)
        related = relations(actor, ticket.as_resource(actor.id))
        return self._reader.for_viewer(actor, ticket, related)

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
            changes = self._joined(ticket, mover, report, granted)
            changes = replace(changes, writes=(*changes.writes, *consents))
            return changes, replace(shown, joined=shown.joined + 1)

        ticket, shown = self._transaction.run_with(decide, context)
        return replace(shown, ticket=ticket)

    def _joined(
        self,
        ticket: Ticket,
        mover: TicketMover,
        report: TicketReport,
        granted: Granted,
    ) -> Changes[Ticket]:
        """Add a report to a ticket; a second household may ring with it."""
        sla = None if ticket.is_open else self._duty.sla_for(ticket)
        changes = resolution.join(ticket, mover, report, sla)
        alarm = self._bell.on_join(ticket, granted.person)
        if alarm is None:
            return changes
        event = event_of(mover, "ticket.agreed_urgent")
        writes = (*alarm.writes, *resolution.joined(ticket, report))
        return replace(alarm, writes=writes, events=(event,))

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
        to_assignee: bool = False,
    ) -> TicketForViewer:
        """Comment on a ticket, publicly, for staff, or for its assignee, too."""

        def decide(ticket: Ticket, mover: TicketMover) -> Changes[Ticket]:
            shown: str | None = None
            if public:
                authors = () if mover.relations & STAFF else (mover.id,)
                shown = self._reader.mask_text(ticket, text, *authors)
            return decisions.comment(
                ticket,
                mover,
                text,
                public=public,
                to_assignee_only=to_assignee,
                shown=shown,
            )

        return self._move(
            context,
            ticket_id,
            permissions.COMMENT,
            decide,
            limit=COMMENTS_PER_DAY,
        )

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
            text = self._reader.mask_text(ticket, reason)
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
        *,
        publish: bool = False,
    ) -> TicketForViewer:
        """Resolve a ticket; its reporters are asked to confirm.

        With `publish` the public reads the solution, and the suggested text.
        """

        def decide(ticket: Ticket, mover: TicketMover) -> Changes[Ticket]:
            escalation = self._duty.escalation_for(ticket)
            bound_photos = self._uploads.bind(
                mover.id, photos, ticket.id, ticket.place, ["photos"]
            )
            text = self._reader.mask_text(ticket, note or "")
            changes = decisions.resolve(
                ticket,
                escalation,
                mover,
                note,
                photos,
                public_text=text,
                publish=publish,
            )
            writes = changes.writes
            if mover.relations & STAFF:
                writes = (*writes, *self._bell.judge(ticket, trusted=True))
            return replace(changes, related=bound_photos, writes=writes)

        return self._move(context, ticket_id, permissions.RESOLVE, decide)

    def escalate(
        self,
        context: RequestContext,
        ticket_id: str,
        reason: str,
        *,
        urgent: bool = False,
    ) -> TicketForViewer:
        """Escalate a ticket to the level above; with `urgent` it rings there."""

        def decide(ticket: Ticket, mover: TicketMover) -> Changes[Ticket]:
            escalation = self._duty.escalation_for(ticket)
            if not urgent:
                return handover.escalate(ticket, escalation, mover, reason)
            ringing = self._bell.made_urgent(ticket)
            changes = handover.escalate(
                ticket, escalation, mover, reason, urgent=ringing
            )
            writes = self._bell.judge(ringing, trusted=True)
            return replace(changes, writes=(*changes.writes, *writes))

        return self._move(context, ticket_id, permissions.ESCALATE, decide)

    # what the public reads

    def publish(
        self,
        context: RequestContext,
        ticket_id: str,
        text: str,
        solution: str | None,
    ) -> TicketForViewer:
        """Release texts of a ticket as staff edited them. They pass the redaction again."""

        def decide(ticket: Ticket, mover: TicketMover) -> Changes[Ticket]:
            mask = self._reader.mask_of(ticket)
            solved = mask(solution) if solution else None
            return release.publish(ticket, mover, mask(text), solved)

        return self._move(context, ticket_id, permissions.PUBLISH, decide)

    def hide(self, context: RequestContext, ticket_id: str) -> TicketForViewer:
        """Take back all texts of a ticket that the public reads. Idempotent."""

        def decide(ticket: Ticket, mover: TicketMover) -> Changes[Ticket]:
            return release.hide(ticket, mover, self._reader.updates(ticket))

        return self._move(context, ticket_id, permissions.HIDE, decide)
