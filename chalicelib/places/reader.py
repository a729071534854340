"""Reads of places and duty lists, for all features."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from ..kernel.cache import ExpiringCache
from ..kernel.clock import Clock
from ..kernel.entities import by_id
from ..kernel.paging import Page, Position, every
from ..kernel.place import ancestors
from ..people.model import Person
from ..people.service import People
from .duty_lookup import DutyLookup
from .model import DEFAULT_ZONE, Messaging, Place
from .repository import PlaceRepository
from .roster import Roster

__all__ = ["PlaceReader"]

# Streets, their zones and trees change a few times a year.
_CACHED_FOR = timedelta(minutes=10)
_ALL_DEFAULTS = Messaging()


class PlaceReader:
    """Reads places, streets, and the people on duty."""

    def __init__(
        self, *, repository: PlaceRepository, clock: Clock, people: People
    ) -> None:
        self._repository, self._people, self._clock = repository, people, clock
        self._duty = DutyLookup(repository, people)
        self._street_rows = ExpiringCache[Place | None](clock, _CACHED_FOR)
        self._trees = ExpiringCache[Sequence[Place]](clock, _CACHED_FOR)
        self._streets = ExpiringCache[Sequence[str]](clock, _CACHED_FOR)
        self._named_streets = ExpiringCache[Sequence[Place]](clock, _CACHED_FOR)

    def find(self, code: str) -> Place | None:
        """Read one place; for other features."""
        return self._repository.find_place(code)

    def find_many(
        self, codes: Sequence[str], *, consistent: bool = True
    ) -> dict[str, Place]:
        """Read several places in one request, by code.

        Eventually consistent for half the price.
        """
        distinct = list(dict.fromkeys(codes))
        return by_id(
            self._repository.find_places(distinct, consistent=consistent)
        )

    def names_of(self, codes: Iterable[str]) -> dict[str, str]:
        """Return the names of places by code, each after those around it but for the street.

        A community with which the next name begins is left out: 柏华社区第1网格 says both.

        All are read together, a hundred places in a request. An unknown place has its code.
        """
        paths = {code: _path_from_community(code) for code in codes}
        around = [each for path in paths.values() for each in path]
        found = self.find_many(around, consistent=False)
        names = {}
        for code, path in paths.items():
            known = [found[each].name for each in path if each in found]
            names[code] = _in_one_line(known) if code in found else code
        return names

    def zone_of(self, street: str) -> str:
        """Return a street's time zone. It is cached for ten minutes, as every message needs it."""
        place = self._street_rows.get(street, self._repository.find_street)
        return place.zone if place else DEFAULT_ZONE

    def messaging_of(self, street: str, *, fresh: bool = False) -> Messaging:
        """Return a street's settings of messages, cached with its zone; "" has none of its own.

        With `fresh` the street is read again.
        """
        if not street:
            return _ALL_DEFAULTS
        if fresh:
            self._street_rows.put(street, self._repository.find_place(street))
        place = self._street_rows.get(street, self._repository.find_street)
        if place is None:
            return _ALL_DEFAULTS
        return place.messaging or _ALL_DEFAULTS

    def tree(self, street: str) -> Sequence[Place]:
        """Return every place of a street, in tree order.

        The tree has thousands of rows, so it is cached for ten minutes.
        """
        return self._trees.get(street, self._read_tree)

    def _read_tree(self, street: str) -> Sequence[Place]:
        def read(start: Position | None) -> Page[Place]:
            return self._repository.places_below(
                street, start, 1000, consistent=False
            )

        return list(every(read))

    def streets(self) -> Sequence[str]:
        """Return the code of every street of the installation.

        It is cached for ten minutes, as every public list needs it.
        """
        return self._streets.get("", self._read_streets)

    def _read_streets(self, _: str) -> Sequence[str]:
        return tuple(self._repository.streets())

    def named_streets(self) -> Sequence[Place]:
        """Return every street of the installation, by code. Cached like `streets`."""
        return self._named_streets.get("", self._read_named_streets)

    def _read_named_streets(self, _: str) -> Sequence[Place]:
        codes = self.streets()
        found = self.find_many(codes, consistent=False)
        return [found[code] for code in codes if code in found]

    def forget_streets(self, changed: str) -> None:
        """Read the streets again when they are next asked for: a place has changed."""
        self._streets.forget("")
        self._named_streets.forget("")
        self._street_rows.forget(changed)

    def on_duty(
        self, code: str, roles: Sequence[str], within: str = ""
    ) -> list[Person]:
        """Return the people on duty for a place; see `DutyLookup.on_duty`."""
        return self._duty.on_duty(code, roles, within)

    def roster(self, street: str, more_people: Iterable[str] = ()) -> Roster:
        """Read all places of a street, the people on duty there and `more_people`.

        A request reads a hundred rows.
        """
        places = by_id(self._duty.places_below(street))
        named = set(more_people)
        for place in places.values():
            named.update(*place.duty.values())
        return Roster(
            places=places, people=self._people.find_many(sorted(named))
        )

    def duty_along(self, code: str) -> dict[str, dict[str, list[Person]]]:
        """Return the people on duty at a place and around it; see `DutyLookup.along`."""
        return self._duty.along(code)


def _in_one_line(names: Sequence[str]) -> str:
    """Return names, the widest first; a community that the next name repeats is left out."""
    if len(names) > 1 and names[1].startswith(names[0]):
        names = names[1:]
    return " ".join(names)


def _path_from_community(code: str) -> list[str]:
    """Return the codes from the community down to a place; a street alone."""
    path = ancestors(code)[::-1]
    return path[1:] or path
