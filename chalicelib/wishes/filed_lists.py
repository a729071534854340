"""Lists of wishes by their filing, in any state, for other features that have authorized."""

from datetime import datetime

from ..kernel.paging import Page, Position, chain
from ..kernel.place import PlaceKind, community_of, kind_of
from .model import Wish, WishState
from .repository import WishRepository, wall_parts

__all__ = ["FiledWishLists"]


class FiledWishLists:
    """Lists the wishes of a place by their filing, state by state in the order of a wish's life.

    A wish that moves on while the list is read is there twice. It is missing only if it goes back
    to a state that was read before.
    """

    def __init__(self, repository: WishRepository) -> None:
        self._repository = repository

    def filed_between(
        self,
        place: str,
        since: datetime,
        until: datetime,
        start: Position | None,
        limit: int,
    ) -> Page[Wish]:
        """Return the wishes among the next `limit` that were filed in a span. `until` is not in it.

        Of a place below a community, those of the community are looked through.
        """
        street = kind_of(place) is PlaceKind.STREET
        parts = wall_parts(
            place if street else community_of(place),
            list(WishState),
            protected=True,
            suspended=True,
        )
        by = "by_street" if street else "by_community"

        def read(part: str, key: Position | None, most: int) -> Page[Wish]:
            return self._repository.filed_in(part, by, since, key, most)

        page = chain(parts, read, start, limit)
        found = [one for one in page.items if since <= one.created_at < until]
        return Page(found, page.next)
