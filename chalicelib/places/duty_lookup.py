"""Reads duty lists, and finds the nearest staff who are on duty."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from ..kernel.entities import by_id
from ..kernel.paging import Page, Position, every
from ..kernel.place import ancestors
from ..people.model import Person
from ..people.service import People
from .model import Place
from .nearest import is_wide, levels_below, on_the_way
from .repository import PlaceRepository
from .roster import along, in_office

__all__ = ["DutyLookup"]

_DutyLists = Mapping[str, Mapping[str, Sequence[str]]]  # by place and role


class DutyLookup:
    """Finds the people on duty. They are re-read: a list may name people who have left."""

    def __init__(self, repository: PlaceRepository, people: People) -> None:
        self._repository, self._people = repository, people

    def on_duty(
        self, code: str, roles: Sequence[str], within: str = ""
    ) -> list[Person]:
        """Return the people on duty for a place in these roles, from the nearest level with any.

        Levels above are tried first, then those below (see `nearest`). A duty list may still name
        people who were demoted, blocked or erased. They are left out.
        """
        on_the_path = self._lists(on_the_way(code, within))
        for level, duty in on_the_path.items():
            if serving := self._serving({level: duty}, roles):
                return serving
        deepest = within or code
        if not is_wide(deepest):
            return []
        below = by_id(self.places_below(deepest))
        for codes in levels_below(deepest, below.values()):
            lists = {level: below[level].duty for level in codes}
            if serving := self._serving(lists, roles):
                return serving
        return []

    def along(self, code: str) -> dict[str, dict[str, list[Person]]]:
        """Return the people on duty at a place and each place around it, by role, if in office.

        Two requests. A place without a duty list has an empty one.
        """
        lists = self._lists(ancestors(code))
        named: set[str] = set()
        for duty in lists.values():
            named.update(*duty.values())
        return along(lists, self._people.find_many(named))

    def places_below(self, code: str) -> Iterator[Place]:
        """Read a place and everything below it, a hundred in a request."""

        def read(start: Position | None) -> Page[Place]:
            return self._repository.places_below(code, start, 100)

        return every(read)

    def _lists(self, levels: list[str]) -> _DutyLists:
        """Read the duty lists of some places, in their order."""
        places = self._repository.find_places(levels)
        duty = {place.id: place.duty for place in places}
        return {level: duty.get(level, {}) for level in levels}

    def _serving(self, lists: _DutyLists, roles: Sequence[str]) -> list[Person]:
        """Return the people in office of some duty lists, each once, in order."""
        serving: dict[str, Person] = {}
        for level, duty in lists.items():
            listed = list(_listed(duty, roles))
            if listed:
                people = self._people.find_many(listed)
                serving |= by_id(in_office(listed, people, roles, level))
        return list(serving.values())


def _listed(
    duty: Mapping[str, Sequence[str]], roles: Iterable[str]
) -> dict[str, None]:
    """Return the ids on a duty list in some roles, in order, without repetition."""
    listed: dict[str, None] = {}
    for role in roles:
        listed |= dict.fromkeys(duty.get(role, ()))
    return listed
