"""Tickets whose wish has ended: back to a person if it came to nothing."""

from ..kernel.changes import Changes
from ..kernel.clock import Clock
from ..store.entity_store import EntityStore
from ..store.transaction import Transaction
from ..wishes.outcome import WishEnd, WishOutcomes
from . import reopening
from .duty import DutyResolver
from .model import Ticket
from .repository import TicketRepository
from .states import SYSTEM_ONLY, Ending, TicketMover

__all__ = ["WishReturns"]


class WishReturns:
    """Follows the wishes that took the place of tickets. It takes no request context."""

    def __init__(
        self,
        *,
        transaction: Transaction,
        repository: TicketRepository,
        clock: Clock,
        duty: DutyResolver,
        outcomes: WishOutcomes,
    ) -> None:
        self._repository, self._clock, self._duty = repository, clock, duty
        self._outcomes = outcomes
        self._entities = EntityStore(transaction, repository.find_ticket)

    def follow(self, wish_id: str) -> None:
        """Do what the present state of a wish means for its ticket. Idempotent."""
        ticket = self._repository.find_converted(wish_id)
        if ticket is None:
            return

        def decide(ticket: Ticket) -> Changes[Ticket]:
            return self._followed(ticket, wish_id)

        self._entities.update(ticket.id, decide)

    def _followed(self, ticket: Ticket, wish_id: str) -> Changes[Ticket]:
        unchanged = Changes(entity=ticket, previous=ticket)
        if ticket.ending is not Ending.WISH or ticket.wish != wish_id:
            return unchanged
        end = self._outcomes.end_of(wish_id)
        now = self._clock.now()
        if end is WishEnd.CAME_TO_NOTHING:
            return self._returned(ticket)
        if end is WishEnd.WITHDRAWN_BY_RESIDENT and not ticket.wish_ended_at:
            return reopening.wish_ended(ticket, now)
        if end is WishEnd.NONE and ticket.wish_ended_at:
            return reopening.wish_goes_on(ticket)
        return unchanged

    def _returned(self, ticket: Ticket) -> Changes[Ticket]:
        escalation, routing = self._duty.routing_for(ticket)
        mover = TicketMover(
            id="system", relations=SYSTEM_ONLY, now=self._clock.now()
        )
        successor = (routing.level, routing.assignee)
        return reopening.return_from_wish(ticket, escalation, mover, successor)
