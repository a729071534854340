"""Reads of wishes: one wish, the wall, a person's own lists, near misses, and the staff queue."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from ..kernel.access import (
    STAFF,
    Actor,
    Relation,
    Resource,
    authorize,
    relations,
)
from ..kernel.clock import Clock
from ..kernel.codes import Keyring
from ..kernel.entities import by_id
from ..kernel.errors import Invalid, NotFound
from ..kernel.paging import Page, Position, every, first_found
from ..kernel.place import PlaceKind, kind_of
from ..kernel.request import RequestContext
from ..kernel.text_catalogue import DEFAULT_LOCALE
from ..people.access import Access
from ..people.model import Person
from ..people.service import Mask, People
from . import model, permissions
from .codes import spoken_word
from .model import WALL_STATES, Claim, ClaimState, Wish, WishKind, WishState
from .repository import WishEvent, WishRepository
from .wall import WallEntry

__all__ = [
    "PublicWishLine",
    "WishForViewer",
    "WishQueries",
    "people_named_in",
    "public_line",
]

_INSIDERS = STAFF | {Relation.OWNER, Relation.HELPER}


@dataclass(frozen=True, slots=True, kw_only=True)
class WishForViewer:
    """A wish, the viewer's relations to it, and the people that the view may name.

    `words` are those that helpers say at the door, by active claim.
    """

    wish: Wish
    actor_id: str
    relations: frozenset[Relation]
    people: Mapping[str, Person] = field(default_factory=dict)
    now: datetime
    locale: str = DEFAULT_LOCALE
    words: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicWishLine:
    """A line of the wall for viewers who are not staff."""

    entry: WallEntry
    moves: Sequence[str]
    now: datetime


class WishQueries:
    """Reads of wishes. Methods without a request context are for other features and jobs."""

    def __init__(
        self,
        *,
        repository: WishRepository,
        clock: Clock,
        keys: Keyring,
        access: Access,
        people: People,
    ) -> None:
        self._repository, self._clock, self._keys = repository, clock, keys
        self._access, self._people = access, people

    # for requests

    def read_wish(self, context: RequestContext, wish_id: str) -> WishForViewer:
        """Return a wish as the caller may see it. A plain public look is one request."""
        wish = self.get(wish_id)
        if wish.vetting_required and not context.actor.id:
            raise NotFound
        resource = wish.as_resource()
        if not wish.vetting_required and not resource.concerns(context.actor):
            actor = self._access.require(
                context, permissions.SEE, resource
            ).actor
            return self.for_viewer(actor, wish, {}, context.locale)
        granted = self._access.require(
            context,
            permissions.SEE_INSIDE,
            self.resource_for(wish),
            reading=people_named_in(wish),
        )
        people: Mapping[str, Person] = {}
        if granted.relations & _INSIDERS:
            people = self.with_contact(wish, granted.people)
        return self.for_viewer(granted.actor, wish, people, context.locale)

    def read_timeline(
        self, context: RequestContext, wish_id: str, limit: int
    ) -> tuple[Page[WishEvent], Mapping[str, str] | None]:
        """Return a wish's events, oldest first, and for staff the names of who did what, by id."""
        wish = self.get(wish_id)
        granted = self._access.require(
            context, permissions.READ_TIMELINE, wish.as_resource()
        )
        page = self._repository.timeline_of(wish.id, context.start, limit)
        if not granted.relations & STAFF:
            return page, None
        ids = dict.fromkeys(event.by for event in page.items if event.by)
        people = self._people.find_many(ids, consistent=False) if ids else {}
        return page, {one.id: one.name for one in people.values()}

    def list_wishes(
        self,
        context: RequestContext,
        place: str,
        *,
        states: Collection[WishState],
        kinds: Collection[WishKind],
        limit: int,
    ) -> Page[WishForViewer] | Page[PublicWishLine]:
        """Return the wall of a place; for its staff, all its wishes.

        Those of any of the states and kinds; without any, of all.
        """
        resource = Resource(see=permissions.SEE, places=(place,), public=True)
        granted = self._access.require(context, permissions.LIST, resource)
        if granted.relations & STAFF:
            granted = self._access.require(
                context, permissions.LIST_ALL, resource
            )
            page = self._repository.wishes_in(
                place,
                _in_order(WishState, states),
                kinds,
                context.start,
                limit,
            )
            return self._for_viewer_each(granted.actor, page, context.locale)
        return self._wall(context, resource, states, kinds, limit)

    def _wall(
        self,
        context: RequestContext,
        resource: Resource,
        states: Collection[WishState],
        kinds: Collection[WishKind],
        limit: int,
    ) -> Page[PublicWishLine]:
        """Return the wall of a place, as people see it who are not its staff."""
        (place,) = resource.places
        if kind_of(place) not in (PlaceKind.STREET, PlaceKind.COMMUNITY):
            raise Invalid("wish.place_of_wall", ["place"])
        if set(states) - set(WALL_STATES):
            authorize(context.actor, permissions.LIST_ALL, resource)
        wall = self._repository.wall(
            place,
            _in_order(WALL_STATES, states),
            kinds,
            context.start,
            limit,
            protected=self._sees_protected(context.actor, place),
        )
        now = self._clock.now()
        return Page(
            [public_line(context.actor, entry, now) for entry in wall.items],
            wall.next,
        )

    def my_wishes(
        self, context: RequestContext, limit: int
    ) -> Page[WishForViewer]:
        """Return the caller's own wishes, newest first."""
        actor = self._access.require_self(context).actor
        page = self._repository.wishes_of(actor.id, context.start, limit)
        return self._for_viewer_each(actor, page, context.locale)

    def my_claims(
        self, context: RequestContext, limit: int
    ) -> Page[tuple[Claim, WishForViewer]]:
        """Return the caller's own claims, newest first, each with its wish."""
        actor = self._access.require_self(context).actor

        def read(
            start: Position | None, size: int
        ) -> Page[tuple[Claim, WishForViewer]]:
            page = self._repository.claims_of(actor.id, start, size)
            lines = self._claims_in(page.items, actor, context.locale)
            return Page(lines, page.next)

        return first_found(read, context.start, limit)

    def _claims_in(
        self, found: Sequence[tuple[str, Wish]], actor: Actor, locale: str
    ) -> list[tuple[Claim, WishForViewer]]:
        people = self._people_in(wish for _, wish in found)
        lines: list[tuple[Claim, WishForViewer]] = []
        for claim_id, wish in found:
            view = self.for_viewer(actor, wish, people, locale)
            for claim in wish.claims:
                if claim.id == claim_id and _still_counts(claim, view):
                    lines.append((claim, view))
        return lines

    # for other services of wishes

    def resource_for(self, wish: Wish) -> Callable[[Person], Resource]:
        """Return the wish as a resource that depends on the vetting of the actor."""

        def resource_of(actor: Person) -> Resource:
            now = self._clock.now()
            return wish.as_resource(
                to_safeguarding=actor.may_visit_vulnerable(wish.place, now)
            )

        return resource_of

    def _sees_protected(self, actor: Actor, place: str) -> bool:
        """Say whether an actor sees the wishes of a street that need vetting for safeguarding.

        Only a volunteer's own record tells, so it is read for volunteers alone.
        """
        resource = Resource(see=permissions.SEE, places=(place,))
        if Relation.VOLUNTEER not in relations(actor, resource):
            return False
        person = self._people.find(actor.id)
        if person is None:
            return False
        person.check_still_valid(actor)
        return person.may_visit_vulnerable(place, self._clock.now())

    def for_viewer(
        self,
        actor: Actor,
        wish: Wish,
        people: Mapping[str, Person],
        locale: str,
    ) -> WishForViewer:
        """Return the wish as an actor sees it now."""
        words = {
            claim.id: spoken_word(self._keys, claim) for claim in wish.active
        }
        return WishForViewer(
            wish=wish,
            actor_id=actor.id,
            relations=relations(actor, wish.as_resource()),
            people=people,
            now=self._clock.now(),
            locale=locale,
            words=words,
        )

    def mask_of(self, wish: Wish, owner: Person) -> Mask:
        """Return the redaction of texts about a wish, by its owner and its building."""
        return self._people.mask_for([owner], wish.place)

    def with_contact(
        self, wish: Wish, people: Mapping[str, Person]
    ) -> dict[str, Person]:
        """Return the people with the trusted contact of a resident who has no phone."""
        resident = people.get(wish.person_id)
        if resident is None or resident.phone or not resident.contact:
            return dict(people)
        return dict(people) | self._people.find_many([resident.contact])

    # for other features

    def get(self, wish_id: str) -> Wish:
        """Read one wish; raise NotFound when there is none."""
        wish = self._repository.find_wish(wish_id)
        if wish is None:
            raise NotFound
        return wish

    def find(self, wish_id: str) -> Wish | None:
        """Read one wish, None when there is none."""
        return self._repository.find_wish(wish_id)

    def find_many(self, wish_ids: Sequence[str]) -> dict[str, Wish]:
        """Read several wishes by id, a hundred in a request."""
        wishes = self._repository.find_wishes(list(dict.fromkeys(wish_ids)))
        return by_id(wishes)

    def latest_of(self, person_id: str, limit: int) -> Sequence[Wish]:
        """Return the newest wishes of a person."""
        return self._repository.wishes_of(person_id, None, limit).items

    def open_at(self, place: str) -> list[WallEntry]:
        """Return every open wish on the wall of a street or community, oldest first."""

        def read(start: Position | None) -> Page[WallEntry]:
            states = [WishState.OPEN]
            return self._repository.wall(
                place, states, (), start, 500, protected=True
            )

        return list(every(read))

    def _for_viewer_each(
        self, actor: Actor, page: Page[Wish], locale: str
    ) -> Page[WishForViewer]:
        people = self._people_in(page.items)
        seen = [
            self.for_viewer(actor, wish, people, locale) for wish in page.items
        ]
        return Page(seen, page.next)

    def _people_in(self, wishes: Iterable[Wish]) -> dict[str, Person]:
        named: set[str] = set()
        for wish in wishes:
            named.update(people_named_in(wish))
        return self._people.find_many(named)


def public_line(
    actor: Actor, entry: WallEntry, now: datetime
) -> PublicWishLine:
    """Return an entry of the wall as an actor who is not staff sees it."""
    resource = Resource(
        see=permissions.SEE, places=(entry.community,), public=True
    )
    moves = model.TABLE.moves(entry.state, relations(actor, resource) - STAFF)
    return PublicWishLine(entry=entry, moves=moves, now=now)


def _in_order(
    known: Iterable[WishState], wanted: Collection[WishState]
) -> list[WishState]:
    """Return the wanted states in the order of the known ones; without any, return all."""
    return [state for state in known if not wanted or state in wanted]


def _still_counts(claim: Claim, seen: WishForViewer) -> bool:
    """Say whether a claim is over as usual, or its helper may still help."""
    is_released = claim.state is ClaimState.RELEASED
    return is_released or Relation.HELPER in seen.relations


def people_named_in(wish: Wish) -> list[str]:
    """Return the ids of the people that a view of a wish may name."""
    return [wish.person_id, *(claim.helper for claim in wish.claims)]
