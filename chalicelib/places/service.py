"""Use cases of places: the tree of a street, and the duty lists."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from ..kernel.access import STAFF, Action, Actor, Resource
from ..kernel.cache import ExpiringCache
from ..kernel.changes import Changes, Put, TimelineEvent
from ..kernel.clock import Clock
from ..kernel.entities import by_id
from ..kernel.errors import Invalid, NotFound, Stale
from ..kernel.paging import Page, Position, every
from ..kernel.place import ancestors, parent_of
from ..kernel.request import RequestContext
from ..people.access import Access
from ..people.model import Person
from ..people.service import People
from ..store.transaction import Transaction
from . import permissions
from .model import DEFAULT_ZONE, Location, Place, Street
from .repository import PlaceRepository

__all__ = ["Places", "Roster"]

_CACHED_FOR = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """The places of a street and the people on duty there, all read at once."""

    places: Mapping[str, Place]
    people: Mapping[str, Person]

    def duty_along(self, code: str) -> dict[str, dict[str, list[Person]]]:
        """Return the people on duty at a place and each place around it, by role, if in office."""
        lists = {level: self.duty_at(level) for level in ancestors(code)}
        return _along(lists, self.people)

    def duty_at(self, code: str) -> Mapping[str, Sequence[str]]:
        """Return the ids on the duty list of one place by role, in office or not."""
        place = self.places.get(code)
        if place is None:
            return {}
        return place.duty


class Places:
    """Use cases about places."""

    def __init__(
        self,
        *,
        transaction: Transaction,
        repository: PlaceRepository,
        clock: Clock,
        access: Access,
        people: People,
    ) -> None:
        self._transaction, self._repository = transaction, repository
        self._access, self._people = access, people
        self._zones = ExpiringCache[str](clock, _CACHED_FOR)
        self._trees = ExpiringCache[Sequence[Place]](clock, _CACHED_FOR)
        self._streets = ExpiringCache[Sequence[str]](clock, _CACHED_FOR)
        self._clock = clock

    def find(self, code: str) -> Place | None:
        """Read one place; for other features."""
        return self._repository.find_place(code)

    def find_many(self, codes: Sequence[str]) -> dict[str, Place]:
        """Read several places in one request, by code."""
        distinct = list(dict.fromkeys(codes))
        return by_id(self._repository.find_places(distinct))

    def zone_of(self, street: str) -> str:
        """Return a street's time zone. It is cached for ten minutes, as every message needs it."""
        return self._zones.get(street, self._read_zone)

    def _read_zone(self, street: str) -> str:
        return self._repository.zone_of(street) or DEFAULT_ZONE

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

        def read(_: str) -> Sequence[str]:
            return tuple(self._repository.streets())

        return self._streets.get("", read)

    def on_duty(self, code: str, roles: Sequence[str]) -> list[Person]:
        """Return the people on duty for a place in these roles, from the nearest level with any.

        A duty list may still name people who were demoted, blocked or erased. They are left out.
        """
        for level, duty in self._duty_lists(code).items():
            listed: dict[str, None] = {}  # in order, without repetition
            for role in roles:
                listed.update(dict.fromkeys(duty.get(role, ())))
            if not listed:
                continue
            people = self._people.find_many(list(listed))
            in_office = _in_office(list(listed), people, roles, level)
            if in_office:
                return in_office
        return []

    def _duty_lists(self, code: str) -> dict[str, Mapping[str, Sequence[str]]]:
        """Read the duty list of a place and of each place around it, the place itself first."""
        levels = ancestors(code)
        places = self._repository.find_places(levels)
        duty = {place.id: place.duty for place in places}
        return {level: duty.get(level, {}) for level in levels}

    def roster(self, street: str, more_people: Iterable[str] = ()) -> Roster:
        """Read all places of a street, the people on duty there and `more_people`.

        A request reads a hundred rows.
        """

        def read(start: Position | None) -> Page[Place]:
            return self._repository.places_below(street, start, 100)

        places = by_id(every(read))
        named = set(more_people)
        for place in places.values():
            named.update(*place.duty.values())
        return Roster(
            places=places, people=self._people.find_many(sorted(named))
        )

    def duty_along(self, code: str) -> dict[str, dict[str, list[Person]]]:
        """Return the people on duty at a place and each place around it, by role, if in office.

        Two requests. A place without a duty list has an empty one.
        """
        lists = self._duty_lists(code)
        named: set[str] = set()
        for duty in lists.values():
            named.update(*duty.values())
        return _along(lists, self._people.find_many(named))

    def list_places(
        self, context: RequestContext, under: str, limit: int
    ) -> tuple[Page[Place], bool]:
        """Return the tree below a place, and whether the actor may read its duty lists."""
        resource = Resource(see=permissions.SEE, places=(under,))
        granted = self._access.require(context, permissions.READ, resource)
        with_duty = bool(granted.relations & STAFF)
        if with_duty:
            self._access.require(context, permissions.READ_DUTY, resource)
        page = self._repository.places_below(under, context.start, limit)
        if not page.items and not self._repository.place_exists(under):
            raise NotFound
        return page, with_duty

    def put_place(
        self,
        context: RequestContext,
        code: str,
        name: str,
        neighbours: Sequence[str],
        zone: str | None,
        location: Location | None = None,
    ) -> Place:
        """Create or change a place. Zone and location stay where none is given.

        Raises:
            Invalid: its parent or a neighbour does not exist.

        """

        def decide() -> Changes[Place]:
            actor = self._require(context, permissions.CHANGE, code)
            self._check_around(code, neighbours)
            before = self._repository.find_place(code)
            _check_version(before, context.seen_version)
            now = self._clock.now()
            place = before or Place(
                id=code, created_at=now, updated_at=now, name=name
            )
            changed = replace(
                place,
                name=name,
                neighbours=tuple(dict.fromkeys(neighbours)),
                zone=zone or place.zone,
                location=location or place.location,
            )
            event = TimelineEvent(
                tag="place.changed", actor=actor.id, party="staff"
            )
            return Changes(entity=changed, previous=before, events=(event,))

        return self._transaction.run(decide, context)

    def _check_around(self, code: str, neighbours: Sequence[str]) -> None:
        """Refuse a place whose parent or neighbours do not exist with Invalid."""
        parent = parent_of(code)
        named = [place for place in (parent, *neighbours) if place]
        known = {place.id for place in self._repository.find_places(named)}
        if parent and parent not in known:
            raise Invalid("place.parent_unknown", ["code"], place=parent)
        for n, neighbour in enumerate(neighbours):
            if neighbour not in known or neighbour == code:
                raise Invalid(
                    "place.unknown", ["neighbours", n], place=neighbour
                )

    def assign_duty(
        self,
        context: RequestContext,
        code: str,
        duty: Mapping[str, Sequence[str]],
    ) -> Place:
        """Replace the duty list of a place. Each person must hold the role there."""

        def decide() -> Changes[Place]:
            actor = self._require(context, permissions.ASSIGN_DUTY, code)
            place = self._repository.find_place(code)
            if place is None:
                raise NotFound
            place.check_version(context.seen_version)
            self._check_roles(code, duty)
            distinct: dict[str, tuple[str, ...]] = {}
            for role, ids in duty.items():
                if ids:
                    distinct[role] = tuple(dict.fromkeys(ids))
            changed = replace(place, duty=distinct)
            event = TimelineEvent(
                tag="place.duty_assigned", actor=actor.id, party="staff"
            )
            return Changes(entity=changed, previous=place, events=(event,))

        return self._transaction.run(decide, context)

    def _check_roles(
        self, code: str, duty: Mapping[str, Sequence[str]]
    ) -> None:
        """Refuse with Invalid a person who does not hold the role at a place."""
        named: set[str] = set()
        named.update(*duty.values())
        people = self._people.find_many(named)
        for role, ids in duty.items():
            for position, id in enumerate(ids):
                person = people.get(id)
                if person is None or not _holds(person, [role], code):
                    loc: list[str | int] = [role, position]
                    raise Invalid(
                        "duty.not_of_role", loc, role=role, place=code
                    )

    def _require(
        self, context: RequestContext, action: Action, code: str
    ) -> Actor:
        resource = Resource(see=permissions.SEE, places=(code,))
        return self._access.require(context, action, resource).actor

    def found_street(self, code: str, name: str, zone: str) -> Place:
        """Create a street, for the operator's command. No route leads here."""
        now = self._clock.now()
        event = TimelineEvent(
            tag="place.changed", actor="operator", party="system"
        )

        def decide() -> Changes[Place]:
            before = self._repository.find_place(code)
            place = replace(
                before
                or Place(id=code, created_at=now, updated_at=now, name=name),
                name=name,
                zone=zone,
            )
            return Changes(
                entity=place,
                previous=before,
                writes=(Put(row=Street(code=code)),),
                events=(event,),
            )

        street = self._transaction.run(decide, RequestContext())
        self._streets.forget("")
        return street

    def put_on_duty(self, code: str, role: str, person_id: str) -> Place:
        """Add a person to a duty list, for the operator's command. No route leads here."""
        event = TimelineEvent(
            tag="place.duty_assigned", actor="operator", party="system"
        )

        def decide() -> Changes[Place]:
            place = self._repository.find_place(code)
            if place is None:
                raise NotFound
            people = tuple(
                dict.fromkeys([*place.duty.get(role, ()), person_id])
            )
            return Changes(
                entity=replace(place, duty={**place.duty, role: people}),
                previous=place,
                events=(event,),
            )

        return self._transaction.run(decide, RequestContext())


def _check_version(place: Place | None, seen_version: int | None) -> None:
    """Refuse with Stale a change to another version than the stored one."""
    if place:
        place.check_version(seen_version)
    elif seen_version is not None:
        raise Stale("request.stale", version=0)


def _along(
    lists: Mapping[str, Mapping[str, Sequence[str]]],
    people: Mapping[str, Person],
) -> dict[str, dict[str, list[Person]]]:
    """Return the people in office by place and role; `lists` are duty lists by place."""
    along: dict[str, dict[str, list[Person]]] = {}
    for level, duty in lists.items():
        by_role = along[level] = {}
        for role, ids in duty.items():
            by_role[role] = _in_office(ids, people, [role], level)
    return along


def _in_office(
    ids: Sequence[str],
    people: Mapping[str, Person],
    roles: Sequence[str],
    place: str,
) -> list[Person]:
    """Return the active people of `ids` who still hold one of the roles at a place."""
    serving = []
    for id in ids:
        person = people.get(id)
        if person is None or not person.may_act:
            continue
        if _holds(person, roles, place):
            serving.append(person)
    return serving


def _holds(person: Person, roles: Sequence[str], place: str) -> bool:
    there = [grant for grant in person.grants if grant.reaches(place)]
    return any(grant.role.value in roles for grant in there)
