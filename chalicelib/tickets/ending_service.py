"""Use cases by which a ticket ends or begins again. Each one commits once."""

from collections.abc import Sequence
from dataclasses import replace

from ..kernel.access import STAFF, relations
from ..kernel.changes import Changes, Write
from ..kernel.clock import Clock
from ..kernel.errors import Forbidden, Invalid
from ..kernel.request import RequestContext
from ..people.access import Access
from ..store.transaction import Transaction
from . import merging, permissions, reopening, resolution
from .alarm_bell import AlarmBell
from .authorized_moves import AuthorizedMoves
from .duty import DutyResolver
from .model import Ticket, TicketReport
from .reader import TicketForViewer, TicketReader
from .states import TicketMover

__all__ = ["TicketEndings"]


class TicketEndings(AuthorizedMoves):
    """Use cases that confirm, reopen, close, merge and split tickets."""

    def __init__(
        self,
        *,
        transaction: Transaction,
        access: Access,
        clock: Clock,
        duty: DutyResolver,
        reader: TicketReader,
        bell: AlarmBell,
    ) -> None:
        super().__init__(
            transaction=transaction, access=access, clock=clock, reader=reader
        )
        self._duty, self._bell = duty, bell

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
            represented = self._reader.represented_by(mover.id, ticket)
            person_id = on_behalf_of or _confirmer(
                mover.id, represented, reports
            )
            own = person_id == mover.id or person_id in represented
            if not own and not mover.relations & STAFF:
                raise Forbidden("action.forbidden")
            return resolution.confirm(
                ticket, mover, reports, person_id, satisfied
            )

        return self._move(context, ticket_id, permissions.CONFIRM, decide)

    def reopen(
        self, context: RequestContext, ticket_id: str, reason: str
    ) -> TicketForViewer:
        """Reopen a ticket that is not solved."""

        def decide(ticket: Ticket, mover: TicketMover) -> Changes[Ticket]:
            authors: tuple[str, ...] = (mover.id,)
            reopened, writes = ticket, tuple[Write, ...]()
            if mover.relations & STAFF:
                authors = ()
            else:
                reopened, writes = self._bell.may_ring_again(ticket, mover.id)
            changes = reopening.reopen(
                reopened,
                self._duty.escalation_for(ticket),
                mover,
                reason,
                public_text=self._reader.mask_text(ticket, reason, *authors),
                successor=self._duty.successor_of(ticket),
                parts=self._duty.parts_with_sla(self._reader.parts_of(ticket)),
            )
            return replace(
                changes, previous=ticket, writes=(*changes.writes, *writes)
            )

        return self._move(context, ticket_id, permissions.REOPEN, decide)

    def close(
        self,
        context: RequestContext,
        ticket_id: str,
        reason: str,
        *,
        publish: bool = False,
    ) -> TicketForViewer:
        """Close a ticket without a solution; with `publish` the public reads the reason."""

        def decide(ticket: Ticket, mover: TicketMover) -> Changes[Ticket]:
            alone, joined = self._reader.sole_reporter(ticket)
            text = self._reader.mask_text(ticket, reason)
            changes = resolution.close(
                ticket,
                mover,
                reason,
                alone=alone,
                joined=joined,
                public_text=text,
                publish=publish,
            )
            if not mover.relations & STAFF:
                return changes
            writes = self._bell.judge(ticket, trusted=False)
            return replace(changes, writes=(*changes.writes, *writes))

        return self._move(context, ticket_id, permissions.CLOSE, decide)

    def merge(
        self, context: RequestContext, ticket_id: str, into: str
    ) -> TicketForViewer:
        """Merge a ticket into another one, of which the caller must be staff too."""

        def decide(ticket: Ticket, mover: TicketMover) -> Changes[Ticket]:
            target = self._reader.find(into)
            if target is None:
                raise Invalid("ticket.cannot_merge", ["into"])
            actor, _ = self._access.authenticate(context.actor)
            if not relations(actor, target.as_resource()) & STAFF:
                raise Invalid("ticket.cannot_merge", ["into"])
            sla = self._duty.sla_for(ticket)
            escalation = self._duty.escalation_for(target)
            return merging.merge(ticket, target, mover, sla, escalation)

        return self._move(context, ticket_id, permissions.MERGE, decide)

    def split(self, context: RequestContext, ticket_id: str) -> TicketForViewer:
        """Take a merged ticket out of the one that it was merged into."""

        def decide(ticket: Ticket, mover: TicketMover) -> Changes[Ticket]:
            targets = self._reader.merged_into(ticket)
            return merging.split(
                ticket,
                self._duty.escalation_for(ticket),
                mover,
                targets,
                target_sla=self._duty.sla_for(targets[-1]) if targets else None,
                successor=self._duty.successor_of(ticket),
            )

        return self._move(context, ticket_id, permissions.SPLIT, decide)


def _confirmer(
    mover_id: str, represented: Sequence[str], reports: Sequence[TicketReport]
) -> str:
    """Return the reporter whose confirmation counts if the request names none."""
    if any(report.person_id == mover_id for report in reports):
        return mover_id
    return next(iter(represented), mover_id)
