"""How places are stored: a street is one partition, its places sorted in tree order."""

from ..kernel.paging import Page, Position, every
from ..kernel.place import depth_below, sort_key, street_of, subtree
from ..store.repository import Repository
from ..store.table import SK, EventRecord, Table
from .model import Place, Street

__all__ = ["PLACE", "PLACE_EVENT", "STREET", "PlaceEvent", "PlaceRepository"]

# Of a page of some levels: a street has a few thousand places, most of them units.
_READ_AT_ONCE, _READ_MAX = 500, 3000
_STREETS = "#streets"  # no street can have this code
# PK the street, SK the place in tree order; PK `#streets` lists the streets themselves.
_PLACES = Table("places")


class PlaceEvent(EventRecord):
    """A line of a place's timeline."""


def _keys(place: Place) -> dict[str, str]:
    return {"pk": street_of(place.id), "sk": sort_key(place.id)}


def _street_keys(street: Street) -> dict[str, str]:
    return {"pk": _STREETS, "sk": street.code}


PLACE = _PLACES.row(Place, keys=_keys)
STREET = _PLACES.row(Street, keys=_street_keys)
PLACE_EVENT = _PLACES.event_log(Place, PlaceEvent)


class PlaceRepository(Repository):
    """Reads places."""

    rows = (PLACE, STREET, PLACE_EVENT)

    def find_place(self, code: str) -> Place | None:
        """Read one place."""
        return self._store.get(PLACE, street_of(code), sort_key(code))

    def place_exists(self, code: str) -> bool:
        """Return whether a place exists."""
        return self.find_place(code) is not None

    def find_street(self, street: str) -> Place | None:
        """Read a street, eventually consistent: it hardly ever changes."""
        return self._store.get(
            PLACE, street, sort_key(street), consistent=False
        )

    def find_places(
        self, codes: list[str], *, consistent: bool = True
    ) -> list[Place]:
        """Read several places, a hundred in a request."""
        keys = [(street_of(code), sort_key(code)) for code in codes]
        return self._store.get_many(PLACE, keys, consistent=consistent)

    def places_below(
        self,
        code: str,
        start: Position | None,
        limit: int,
        *,
        levels: int | None = None,
        consistent: bool = True,
    ) -> Page[Place]:
        """Read a place and everything below it, in tree order, or so many levels of it.

        A page of some levels may be short.
        """
        within = SK.between(*subtree(code))

        def is_near(place: Place) -> bool:
            return levels is None or depth_below(code, place.id) <= levels

        return self._store.page(
            PLACE,
            street_of(code),
            keys=within,
            start=start,
            limit=limit,
            wanted=None if levels is None else is_near,
            read_at_once=0 if levels is None else _READ_AT_ONCE,
            read_at_most=_READ_MAX,
            consistent=consistent,
        )

    def streets(self) -> list[str]:
        """Read the codes of all streets."""
        return list(every(lambda start: self.page_of_streets(start, 100)))

    def page_of_streets(self, start: Position | None, limit: int) -> Page[str]:
        """Read a page of the codes of all streets."""
        page = self._store.page(STREET, _STREETS, start=start, limit=limit)
        return Page([street.code for street in page.items], page.next)
