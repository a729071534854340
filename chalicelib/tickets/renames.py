"""Renamed communities: their open tickets show the present name."""

from dataclasses import replace

from ..kernel.changes import Changes
from ..kernel.paging import Position
from ..kernel.place import PlaceKind, kind_of
from ..places.service import Places
from ..store.entity_store import EntityStore
from ..store.transaction import Transaction
from .model import Ticket
from .repository import TicketRepository

__all__ = ["TicketRenames"]

_PAGE = 25  # tickets in one step


class TicketRenames:
    """Gives tickets the names of today. Closed ones keep theirs, as a record does."""

    def __init__(
        self,
        *,
        transaction: Transaction,
        repository: TicketRepository,
        places: Places,
    ) -> None:
        self._repository, self._places = repository, places
        self._entities = EntityStore(transaction, repository.find_ticket)

    def rename(self, code: str, start: Position | None) -> Position | None:
        """Rename the community of its open tickets, a page at a time. Idempotent."""
        place = None
        if kind_of(code) is PlaceKind.COMMUNITY:
            place = self._places.find_many([code]).get(code)
        if place is None:
            return None
        name = place.name
        page = self._repository.queue(code, None, start, _PAGE)
        found = self._repository.find_tickets([line.id for line in page.items])
        for ticket in found:
            if ticket.community_name != name:
                self._entities.update(
                    ticket.id, lambda one: _renamed(one, name)
                )
        return page.next


def _renamed(ticket: Ticket, name: str) -> Changes[Ticket]:
    return Changes(
        entity=replace(ticket, community_name=name),
        previous=ticket,
    )
