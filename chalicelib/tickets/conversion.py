"""The ticket's half of a conversion: it closes, and a wish takes its place in one commit."""

from ..kernel.changes import Changes
from ..kernel.clock import Clock
from ..kernel.errors import Conflict
from ..kernel.request import RequestContext
from ..people.access import Access
from . import permissions, resolution
from .model import Ticket
from .reader import TicketReader
from .states import TicketMover

__all__ = ["TicketConversion"]


class TicketConversion:
    """Decides conversions of tickets, for a commit of the staff desk."""

    def __init__(
        self, *, access: Access, clock: Clock, reader: TicketReader
    ) -> None:
        self._access, self._clock, self._reader = access, clock, reader

    def find(self, context: RequestContext, ticket_id: str) -> Ticket:
        """Read a ticket, if the caller may convert it."""
        return self._require(context, ticket_id)[0]

    def convert_to_wish(
        self,
        context: RequestContext,
        ticket_id: str,
        wish_id: str,
    ) -> Changes[Ticket]:
        """Decide that a wish takes the place of a ticket.

        Raises:
            Conflict: several people reported it, or no resident did.

        """
        ticket, mover = self._require(context, ticket_id)
        alone, joined = self._reader.sole_reporter(ticket)
        if ticket.person_id is None or not alone:
            moves = ticket.moves(mover.relations)
            raise Conflict(
                "ticket.others_joined", state=ticket.state.value, moves=moves
            )
        return resolution.convert_to_wish(ticket, mover, wish_id, joined=joined)

    def _require(
        self, context: RequestContext, ticket_id: str
    ) -> tuple[Ticket, TicketMover]:
        ticket = self._reader.get(ticket_id)
        granted = self._access.require(
            context, permissions.TURN, self._reader.resource_of(ticket)
        )
        mover = TicketMover(
            id=granted.actor.id,
            relations=granted.relations,
            now=self._clock.now(),
        )
        return ticket, mover
