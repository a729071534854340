"""Takes the wishes of a resident who has moved to their new home."""

from dataclasses import replace

from ..kernel.access import Relation, relations
from ..kernel.changes import Changes
from ..kernel.clock import Clock
from ..kernel.codes import Keyring
from ..kernel.paging import Position
from ..kernel.place import community_of, street_of
from ..people.model import Person
from ..people.service import People
from ..places.service import Places
from ..store.entity_store import EntityStore
from ..store.transaction import Transaction
from . import moving
from .codes import wish_home_keys
from .helper_reader import HelperReader
from .helpers import HelperRecords
from .model import Wish
from .moving import NewHome
from .repository import WishRepository

__all__ = ["WishHomes"]

_PAGE = 50  # wishes in one step


class WishHomes:
    """Background work on the homes of wishes."""

    def __init__(
        self,
        *,
        transaction: Transaction,
        repository: WishRepository,
        clock: Clock,
        keys: Keyring,
        people: People,
        places: Places,
        helpers: HelperReader,
    ) -> None:
        self._repository, self._clock, self._keys = repository, clock, keys
        self._people, self._places, self._helpers = people, places, helpers
        self._entities = EntityStore(transaction, repository.find_wish)

    def follow(self, person_id: str, start: Position | None) -> Position | None:
        """Take the wishes of a person to their home now, a page in a step. Idempotent."""
        page = self._repository.wishes_of(person_id, start, _PAGE)
        for wish in page.items:
            if wish.home:
                self._entities.update(wish.id, self._decide)
        return page.next

    def _decide(self, wish: Wish) -> Changes[Wish]:
        resident = self._people.find(wish.person_id)
        now = self._clock.now()
        if resident is None or not resident.home or resident.erased_at:
            return Changes(entity=wish, previous=wish)
        return moving.follow_home(wish, self._home_of(resident, wish), now)

    def _home_of(self, resident: Person, wish: Wish) -> NewHome:
        home = resident.home or ""
        community, street = community_of(home), street_of(home)
        known = self._places.find_many([community, street])
        return NewHome(
            place=home,
            keys=wish_home_keys(self._keys, home, resident.address),
            counted_as=self._helpers.home_of(resident),
            community_name=known[community].name,
            zone=known[street].zone,
            reached_by=self._reached_by(wish, home),
        )

    def _reached_by(self, wish: Wish, home: str) -> dict[str, HelperRecords]:
        """Return the records of the active helpers who may help at a home, by their ids."""
        there = replace(wish, place=home).as_resource()
        people = self._people.find_many(claim.helper for claim in wish.active)
        reached: dict[str, HelperRecords] = {}
        for id, person in people.items():
            towards = relations(person.as_actor(), there)
            is_vetted = person.as_actor().vetted and person.may_act
            if Relation.VOLUNTEER in towards and is_vetted:
                reached[id] = self._helpers.records_of(person)
        return reached
