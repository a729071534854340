"""Renamed communities: their open wishes show the present name."""

from dataclasses import replace

from ..kernel.changes import Changes
from ..kernel.paging import Position
from ..kernel.place import PlaceKind, kind_of
from ..places.service import Places
from ..store.entity_store import EntityStore
from ..store.transaction import Transaction
from .model import Wish
from .repository import WishRepository
from .states import LIVE

__all__ = ["WishRenames"]

_PAGE = 25  # wishes in one step


class WishRenames:
    """Gives wishes the names of today. Ended ones keep theirs, as a record does."""

    def __init__(
        self,
        *,
        transaction: Transaction,
        repository: WishRepository,
        places: Places,
    ) -> None:
        self._repository, self._places = repository, places
        self._entities = EntityStore(transaction, repository.find_wish)

    def rename(self, code: str, start: Position | None) -> Position | None:
        """Rename the community of its open wishes, a page at a time. Idempotent."""
        place = None
        if kind_of(code) is PlaceKind.COMMUNITY:
            place = self._places.find_many([code]).get(code)
        if place is None:
            return None
        name = place.name
        page = self._repository.wall(
            code, LIVE, (), start, _PAGE, protected=True, suspended=True
        )
        for entry in page.items:
            if entry.community_name != name:
                self._entities.update(entry.id, lambda one: _renamed(one, name))
        return page.next


def _renamed(wish: Wish, name: str) -> Changes[Wish]:
    return Changes(
        entity=replace(wish, community_name=name),
        previous=wish,
    )
