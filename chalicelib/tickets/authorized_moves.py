"""The shared frame of a move: read, require, decide, commit, and return the caller's view."""

from collections.abc import Callable
from dataclasses import replace

from ..kernel.access import STAFF, Action, Relation, relations
from ..kernel.changes import Changes
from ..kernel.clock import Clock
from ..kernel.rate_limit import RateLimit
from ..kernel.request import RequestContext
from ..people.access import Access, Granted
from ..store.transaction import Transaction
from . import permissions
from .model import Ticket, solvers_of
from .reader import TicketForViewer, TicketReader
from .states import TicketMover

__all__ = ["AuthorizedMoves", "Decide"]

# The actions on somebody's work, for which their household counts, too.
_JUDGE = frozenset({permissions.CONFIRM.name, permissions.CLOSE.name})
Decide = Callable[[Ticket, TicketMover], Changes[Ticket]]


class AuthorizedMoves:
    """Base of services whose methods are moves: each is authorized and commits once."""

    def __init__(
        self,
        *,
        transaction: Transaction,
        access: Access,
        clock: Clock,
        reader: TicketReader,
    ) -> None:
        self._transaction, self._access = transaction, access
        self._clock, self._reader = clock, reader

    def _move(
        self,
        context: RequestContext,
        ticket_id: str,
        action: Action,
        decide: Decide,
        limit: RateLimit | None = None,
    ) -> TicketForViewer:
        """Make a move for the caller, who must be allowed its action.

        A `limit` holds for those who do not work on the ticket.
        """

        def attempt() -> tuple[Changes[Ticket], TicketForViewer]:
            ticket, mover, granted = self._read_for(context, ticket_id, action)
            actor = granted.actor
            ticket.check_version(context.seen_version)
            changes = decide(ticket, mover)
            if limit and not mover.relations & (STAFF | {Relation.HELPER}):
                subjects = granted.person.limit_subjects
                counts = limit.counts(subjects, mover.now, ticket.zone)
                changes = replace(changes, writes=(*changes.writes, *counts))
            reporter = actor.id if Relation.OWNER in mover.relations else ""
            now_related = relations(actor, changes.entity.as_resource(reporter))
            shown = self._reader.for_viewer(
                actor, changes.entity, now_related, named=True
            )
            return changes, shown

        ticket, shown = self._transaction.run_with(attempt, context)
        return replace(shown, ticket=ticket)

    def _read_for(
        self,
        context: RequestContext,
        ticket_id: str,
        action: Action,
    ) -> tuple[Ticket, TicketMover, Granted]:
        """Read a ticket and require the action of a move."""
        ticket = self._reader.get(ticket_id)
        judged = solvers_of(ticket) if action.name in _JUDGE else ()
        granted = self._access.require(
            context, action, self._reader.resource_of(ticket), reading=judged
        )
        mover = TicketMover(
            id=granted.actor.id,
            relations=granted.relations,
            now=self._clock.now(),
            phone_since=granted.phone_since,
        )
        return ticket, mover, granted
