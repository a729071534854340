"""Use cases of places: the tree of a street, and the duty lists."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from ..kernel.access import STAFF, Action, Actor, Resource
from ..kernel.changes import Changes, Put, TimelineEvent
from ..kernel.clock import Clock
from ..kernel.errors import Invalid, NotFound, Stale
from ..kernel.paging import Page
from ..kernel.place import PlaceKind, ancestors, kind_of, parent_of
from ..kernel.request import RequestContext
from ..kernel.unset import UNSET, Maybe, or_else
from ..people.access import Access
from ..people.service import People
from ..store.transaction import Transaction
from . import permissions
from .model import Location, Messaging, Place, Street
from .reader import PlaceReader
from .repository import PlaceRepository
from .roster import _holds, duty_taken

__all__ = ["Places"]


class Places(PlaceReader):
    """Use cases about places."""

    def __init__(
        self,
        *,
        transaction: Transaction,
        repository: PlaceRepository,
        clock: Clock,
        access: Access,
        people: People,
        sms_provider_names: Callable[[], Sequence[str]],
        default_contact: str,
    ) -> None:
        super().__init__(repository=repository, clock=clock, people=people)
        self._transaction, self._access = transaction, access
        self._sms_provider_names = sms_provider_names
        self._default_contact = default_contact

    def list_places(
        self,
        context: RequestContext,
        under: str,
        limit: int,
        *,
        alone: bool = False,
        levels: int | None = None,
    ) -> tuple[Page[Place], bool]:
        """Return the tree below a place, and whether the actor reads it as staff.

        With `alone` it is the place itself, with `levels` the tree ends so many levels below.
        """
        resource = Resource(see=permissions.SEE, places=(under,))
        granted = self._access.require(context, permissions.READ, resource)
        for_staff = bool(granted.relations & STAFF)
        if for_staff:
            self._access.require(context, permissions.READ_DUTY, resource)
        if alone:
            place = self.find(under)
            if place is None:
                raise NotFound
            return Page([place], None), for_staff
        page = self._repository.places_below(
            under, context.start, limit, levels=levels
        )
        is_last = not page.items and page.next is None
        if is_last and not self._repository.place_exists(under):
            raise NotFound
        return page, for_staff

    def list_streets(self, context: RequestContext, limit: int) -> Page[Place]:
        """Return the streets of the installation, by code; for anybody.

        The first page is cached for ten minutes: public pages begin with it.
        """
        if context.start is None:
            streets = self.named_streets()
            if len(streets) <= limit:
                return Page(list(streets), None)
        page = self._repository.page_of_streets(context.start, limit)
        found = self.find_many(page.items, consistent=False)
        streets = [found[code] for code in page.items if code in found]
        return Page(streets, page.next)

    def read_doorplate(self, code: str) -> Sequence[Place]:
        """Return a place with those around it, from the street down; for anybody.

        Raises:
            NotFound: there is no such place.

        """
        path = ancestors(code)[::-1]
        found = self.find_many(path, consistent=False)
        if code not in found:
            raise NotFound
        return [found[each] for each in path if each in found]

    def contact_of(self, street: Place) -> str | None:
        """Return the public contact of a street: its own, or that of the installation."""
        own = street.messaging.contact if street.messaging else None
        return own or self._default_contact or None

    def put_place(
        self,
        context: RequestContext,
        code: str,
        name: str,
        neighbours: Sequence[str],
        zone: str | None,
        location: Location | None = None,
        *,
        hotline: Maybe[str | None] = UNSET,
    ) -> Place:
        """Create or change a place. Zone, location and hotline stay where none is given.

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
                hotline=or_else(hotline, place.hotline),
            )
            event = _change_event(before, changed, actor)
            return Changes(entity=changed, previous=before, events=(event,))

        place = self._transaction.run(decide, context)
        self.forget_streets(code)
        return place

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
            place = self._find_to_change(context, code)
            self._check_roles(code, duty)
            distinct: dict[str, tuple[str, ...]] = {}
            for role, ids in duty.items():
                if ids:
                    distinct[role] = tuple(dict.fromkeys(ids))
            changed = replace(place, duty=distinct)
            event = TimelineEvent(
                tag="place.duty_assigned", actor=actor.id, party="staff"
            )
            return Changes(
                entity=changed,
                previous=place,
                events=(event,),
                jobs=duty_taken(place, changed),
            )

        return self._transaction.run(decide, context)

    def set_messaging(
        self, context: RequestContext, code: str, messaging: Messaging
    ) -> Place:
        """Replace a street's settings of messages.

        Raises:
            Invalid: the place is no street, or no provider has the name.

        """

        def decide() -> Changes[Place]:
            actor = self._require(context, permissions.SET_MESSAGING, code)
            _check_street(code)
            self._check_provider(messaging.sms_provider)
            place = self._find_to_change(context, code)
            event = TimelineEvent(
                tag="place.messaging_set", actor=actor.id, party="staff"
            )
            return Changes(
                entity=replace(place, messaging=messaging),
                previous=place,
                events=(event,),
            )

        street = self._transaction.run(decide, context)
        self._street_rows.put(code, street)
        return street

    def _find_to_change(self, context: RequestContext, code: str) -> Place:
        """Read a place in the version that the actor has seen."""
        place = self._repository.find_place(code)
        if place is None:
            raise NotFound
        place.check_version(context.seen_version)
        return place

    def _check_provider(self, name: str | None) -> None:
        """Refuse with Invalid the name of a provider that the installation does not have."""
        if name is None:
            return
        known = self._sms_provider_names()
        if name not in known:
            raise Invalid(
                "place.provider_unknown",
                ["sms_provider"],
                known=", ".join(known),
            )

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
        self.forget_streets(code)
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


def _change_event(
    before: Place | None, changed: Place, actor: Actor
) -> TimelineEvent:
    """Return the event of a change. The open things of a renamed place show its name."""
    is_renamed = before is not None and before.name != changed.name
    tag = "place.renamed" if is_renamed else "place.changed"
    return TimelineEvent(tag=tag, actor=actor.id, party="staff")


def _check_street(code: str) -> None:
    """Refuse with Invalid a place that is no street."""
    kind = kind_of(code)
    if kind is not PlaceKind.STREET:
        raise Invalid("place.not_a_street", ["code"], kind=kind.value)


def _check_version(place: Place | None, seen_version: int | None) -> None:
    """Refuse with Stale a change to another version than the stored one."""
    if place:
        place.check_version(seen_version)
    elif seen_version is not None:
        raise Stale("request.stale", version=0)
