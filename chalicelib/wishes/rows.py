"""How wishes lie in the store, and the lists that are read from it.

The wall's two indexes hold what the public may see and nothing else; every other index holds keys only.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pynamodb.attributes import BooleanAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.indexes import GlobalSecondaryIndex, IncludeProjection, KeysOnlyProjection

from ..kernel.clock import to_text
from ..kernel.paging import Page, Position, chain
from ..kernel.place import PlaceKind, community_of, covers, kind_of, street_of
from ..store.rows import EventRecord, InstantAttribute, Table, behind, load, load_many, page
from ..store.tables import Counter
from .model import ClaimPointer, Kind, State, WallEntry, Wish

__all__ = [
    "Waiting",
    "carried_by",
    "claims_of",
    "find_wish",
    "find_wishes",
    "timeline_of",
    "waiting_at",
    "wall",
    "wishes_in",
    "wishes_of",
    "with_alarms",
]

_ON_THE_WALL = [
    "id",
    "version",
    "state",
    "kind",
    "community",
    "community_name",
    "title",
    "story",
    "alias",
    "budget_fen",
    "helpers_needed",
    "places_left",
    "needed_by",
    "window",
    "dialects",
    "skills",
    "vetting_required",
    "submitted_at",
    "opened_at",
    "created_at",
    "updated_at",
]


class ByCommunity(GlobalSecondaryIndex["WishTable"]):
    """A community's wishes in one state, by age."""

    class Meta:
        """The public view."""

        index_name = "by_community"
        projection = IncludeProjection(_ON_THE_WALL)

    wall_community = UnicodeAttribute(hash_key=True)
    wall_order = UnicodeAttribute(range_key=True)


class ByStreet(GlobalSecondaryIndex["WishTable"]):
    """A street's wishes in one state, by age."""

    class Meta:
        """The public view."""

        index_name = "by_street"
        projection = IncludeProjection(_ON_THE_WALL)

    wall_street = UnicodeAttribute(hash_key=True)
    wall_order = UnicodeAttribute(range_key=True)


class ByResident(GlobalSecondaryIndex["WishTable"]):
    """Somebody's wishes. Its keys are fields of the wish itself: a row below a kilobyte costs half."""

    class Meta:
        """Keys only."""

        index_name = "by_resident"
        projection = KeysOnlyProjection()

    person_id = UnicodeAttribute(hash_key=True)
    created_at = InstantAttribute(range_key=True)


class ByHelper(GlobalSecondaryIndex["WishTable"]):
    """Somebody's claims."""

    class Meta:
        """Keys only: where a claim stands is read from its wish."""

        index_name = "by_helper"
        projection = KeysOnlyProjection()

    claimed_by = UnicodeAttribute(hash_key=True)
    claimed_order = UnicodeAttribute(range_key=True)


class ByWaiting(GlobalSecondaryIndex["WishTable"]):
    """What waits for staff of a street, soonest due first. Sparse, and so small enough to filter by place."""

    class Meta:
        """What a queue shows."""

        index_name = "by_waiting"
        projection = IncludeProjection(["id", "place", "waits_for", "waits_until"])

    waits_in = UnicodeAttribute(hash_key=True)
    waits_order = UnicodeAttribute(range_key=True)


class WishTable(Table):
    """PK the wish; SK `wish`, `claim#…`, `event#<version>…`."""

    class Meta:
        """Name."""

        table_name = "wishes"

    wall_community = UnicodeAttribute(null=True)
    wall_street = UnicodeAttribute(null=True)
    wall_order = UnicodeAttribute(null=True)
    community = UnicodeAttribute(null=True)
    places_left = NumberAttribute(null=True)
    vetting_required = BooleanAttribute(null=True)
    person_id = UnicodeAttribute(null=True)
    created_at = InstantAttribute(null=True)
    claimed_by = UnicodeAttribute(null=True)
    claimed_order = UnicodeAttribute(null=True)
    waits_in = UnicodeAttribute(null=True)
    waits_order = UnicodeAttribute(null=True)
    waits_for = UnicodeAttribute(null=True)
    waits_until = UnicodeAttribute(null=True)
    by_community = ByCommunity()
    by_street = ByStreet()
    by_resident = ByResident()
    by_helper = ByHelper()
    by_waiting = ByWaiting()


class WishEvent(EventRecord):
    """A line of a wish's timeline."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One line of the staff queue, as the index holds it."""

    id: str
    place: str
    waits_for: str
    waits_until: str
    waits_order: str


@dataclass(frozen=True, slots=True)
class _Key:
    pk: str
    sk: str


@dataclass(frozen=True, slots=True)
class _Carried:
    """A counter as additions leave it: its keys and the value."""

    pk: str
    value: int


def _keys(wish: Wish) -> dict[str, object]:
    keys: dict[str, object] = {
        "pk": wish.id,
        "sk": "wish",
        "wall_community": f"{wish.community}#{wish.state}",
        "wall_street": f"{street_of(wish.place)}#{wish.state}",
        "wall_order": f"{to_text(wish.opened_at or wish.submitted_at)}#{wish.id}",
        "community": wish.community,
        "places_left": wish.places_left,
        "vetting_required": wish.vetting_required,
    }
    if waiting := wish.waits_for_staff():
        waits_for, until = waiting
        keys |= {"waits_in": street_of(wish.place), "waits_order": f"{to_text(until)}#{wish.id}"}
        keys |= {"waits_for": waits_for, "waits_until": to_text(until)}
    return keys


WishRow = WishTable.holding(Wish, _keys)
ClaimRow = WishTable.holding(
    ClaimPointer,
    lambda claim: {
        "pk": claim.wish_id,
        "sk": f"claim#{claim.id}",
        "claimed_by": claim.helper,
        "claimed_order": f"{to_text(claim.claimed_at)}#{claim.id}",
    },
)
WishTable.keeping_timeline(Wish, WishEvent)


def find_wish(wish_id: str) -> Wish | None:
    """Read one wish."""
    return load(Wish, wish_id, "wish")


def find_wishes(wish_ids: Sequence[str]) -> list[Wish]:
    """Read several wishes in one request."""
    return load_many(Wish, [(id, "wish") for id in wish_ids])


def wall(place: str, states: Sequence[State], kind: Kind | None, start: Position | None, limit: int) -> Page[WallEntry]:
    """Read the wall of a street or community, oldest first within each state."""
    index = "by_street" if kind_of(place) is PlaceKind.STREET else "by_community"

    def read(state: str, key: Position | None, most: int) -> Page[WallEntry]:
        wanted = (lambda entry: entry.kind is kind) if kind else None
        return page(WallEntry, f"{place}#{state}", index=index, start=key, limit=most, row_kind=Wish, wanted=wanted)

    return chain([state.value for state in states], read, start, limit)


def wishes_in(place: str, states: Sequence[State], kind: Kind | None, start: Position | None, limit: int) -> Page[Wish]:
    """Read the wishes of any place, for its staff. Below a community pages may be short."""
    found = wall(community_of(place), states, kind, start, limit)
    wishes = find_wishes([entry.id for entry in found.items])
    return Page([wish for wish in wishes if covers(place, wish.place)], found.next)


def wishes_of(person_id: str, start: Position | None, limit: int) -> Page[Wish]:
    """Read somebody's wishes, newest first."""
    keys = page(_Key, person_id, index="by_resident", start=start, limit=limit, newest_first=True, row_kind=Wish)
    return Page(find_wishes([key.pk for key in keys.items]), keys.next)


def carried_by(helpers: Sequence[str]) -> dict[str, int]:
    """Read how many claims each of these helpers carries; who is not named carries none. Half price: it is counted again."""
    keys = [(helper, "active_claims") for helper in helpers]
    return {counter.pk: counter.value for counter in load_many(_Carried, keys, consistent=False, row_kind=Counter)}


def claims_of(person_id: str, start: Position | None, limit: int) -> Page[tuple[str, Wish]]:
    """Read somebody's claims, newest first, as (claim id, wish)."""
    keys = page(_Key, person_id, index="by_helper", start=start, limit=limit, newest_first=True, row_kind=ClaimPointer)
    wishes = {wish.id: wish for wish in find_wishes([key.pk for key in keys.items])}
    return Page([(key.sk.removeprefix("claim#"), wishes[key.pk]) for key in keys.items if key.pk in wishes], keys.next)


def waiting_at(place: str, after: str, limit: int) -> Page[Waiting]:
    """Read what waits for the staff of a place, soonest due first, from behind an order on."""
    return page(
        Waiting,
        street_of(place),
        index="by_waiting",
        keys=behind(WishRow.waits_order, after),  # type: ignore[attr-defined]
        limit=limit,
        row_kind=Wish,
        wanted=lambda waiting: covers(place, waiting.place),
        read_at_most=2000,
    )


def with_alarms(street: str) -> Iterator[Wish]:
    """Read all wishes of a street that may wait for an instant."""
    for state in (State.SUBMITTED, State.OPEN, State.CLAIMED, State.DELIVERED):
        part = f"{street}#{state}"
        start: Position | None = None
        while True:
            keys = page(_Key, part, index="by_street", start=start, limit=100, row_kind=Wish)
            yield from find_wishes([key.pk for key in keys.items])
            start = keys.next
            if start is None:
                break


def timeline_of(wish_id: str, start: Position | None, limit: int) -> Page[WishEvent]:
    """Read a wish's timeline, oldest first."""
    return page(WishEvent, wish_id, keys=Table.sk.startswith("event#"), start=start, limit=limit)
