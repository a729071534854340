"""How places lie in the store: a street is one partition, its tree lies in the order of the codes."""

from ..kernel.paging import Page, Position, every
from ..kernel.place import sort_key, street_of, subtree
from ..store.rows import EventRecord, Table, load, load_many, page
from .model import Place, Street

__all__ = ["find_place", "find_places", "places_below", "streets", "zone_of"]

_STREETS = "#streets"  # no street can have this code


class PlaceTable(Table):
    """PK the street, SK the place in tree order; PK `#streets` lists the streets themselves."""

    class Meta:
        """Name."""

        table_name = "places"


class PlaceEvent(EventRecord):
    """A line of a place's timeline."""


PlaceTable.holding(Place, lambda place: {"pk": street_of(place.id), "sk": sort_key(place.id)})
PlaceTable.holding(Street, lambda street: {"pk": _STREETS, "sk": street.code})
PlaceTable.keeping_timeline(Place, PlaceEvent)


def find_place(code: str) -> Place | None:
    """Read one place."""
    return load(Place, street_of(code), sort_key(code))


def zone_of(street: str) -> str | None:
    """Read a street's time zone, eventually consistent: it hardly ever changes."""
    place = load(Place, street, sort_key(street), consistent=False)
    return place.zone if place else None


def find_places(codes: list[str]) -> list[Place]:
    """Read several places in one request."""
    return load_many(Place, [(street_of(code), sort_key(code)) for code in codes])


def places_below(code: str, start: Position | None, limit: int, *, consistent: bool = True) -> Page[Place]:
    """Read a place and everything below it, in tree order."""
    within = Table.sk.between(*subtree(code))
    return page(Place, street_of(code), keys=within, start=start, limit=limit, consistent=consistent)


def streets() -> list[str]:
    """Read the codes of all streets."""
    return [street.code for street in every(lambda start: page(Street, _STREETS, start=start, limit=100))]
