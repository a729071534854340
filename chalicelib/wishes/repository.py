"""How wishes are stored, and the lists that are read from them.

The two indexes of the wall hold public fields only. Every other index holds keys only.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ..kernel.clock import to_text
from ..kernel.entities import by_id
from ..kernel.paging import Page, Position, chain, every, first_found
from ..kernel.place import PlaceKind, covers, grid_of, kind_of, street_of
from ..store.indexes import index
from ..store.reading import EMPTY_AFTER, EMPTY_AFTER_STREET
from ..store.repository import Repository
from ..store.table import SK, EventRecord, Key, Table
from .facts import wish_facts
from .filing import FiledWishes
from .helpers import HelperRecord
from .model import (
    ClaimPointer,
    Wish,
    WishKind,
    WishState,
    filer_for_another,
    is_withheld,
)
from .states import ENDED
from .waiting_tasks import WISH_TASKS, wish_tasks
from .wall import GridEntry, WallEntry

__all__ = [
    "CLAIM",
    "FILED",
    "HELPER",
    "WISH",
    "WISH_EVENT",
    "WishEvent",
    "WishRepository",
    "wall_parts",
]

# The id is the partition key, which every index holds.
_ON_THE_WALL = (
    "version",
    "state",
    "kind",
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
    "submitted_at",
    "opened_at",
    "created_at",
    "updated_at",
)
_OF_A_CLAIM = ("wish_id", "id", "helper", "claimed_at", "place")
# PK the wish; SK `wish`, `claim#…`, `event#<version>…`. PK a person or phone; SK `helper`.
# PK `filed#<subject>`; SK `filed`.
_WISHES = Table(
    "wishes",
    indexes=(
        # The wishes of a community or street in one state, by age: the public view.
        index(
            "by_community",
            hash_key="wall_community",
            range_key="wall_order",
            include=_ON_THE_WALL,
        ),
        index(
            "by_street",
            hash_key="wall_street",
            range_key="wall_order",
            include=(*_ON_THE_WALL, "wall_community"),
        ),
        # The wishes of a grid that go on, and those that have ended, by age: for its staff. A claim
        # does not change the keys.
        index(
            "by_grid",
            hash_key="grid",
            range_key="wall_order",
            include=("state", "kind", "place"),
        ),
        # Fields of the wish itself, not copies of them: a row below a kilobyte costs half.
        index("by_resident", hash_key="person_id", range_key="created_at"),
        # Those that a person filed for another.
        index(
            "by_filer", hash_key="filed_for_another_by", range_key="created_at"
        ),
        # No state: that of a claim is read from its wish. `by_shown` has the claims of a street.
        index(
            "by_helper",
            hash_key="claimed_by",
            range_key="claimed_order",
            include=_OF_A_CLAIM,
        ),
        index(
            "by_shown",
            hash_key="shown_in",
            range_key="claimed_order",
            include=_OF_A_CLAIM,
        ),
    ),
)


# Of wishes that only volunteers vetted for safeguarding see.
_PROTECTED = "#protected"
_SUSPENDED = "#suspended"  # of blocked residents: for staff


class WishEvent(EventRecord):
    """A line of a wish's timeline."""


def _part(place: str, wish: Wish) -> str:
    """Return the partition of the wall that holds a wish."""
    if is_withheld(wish):
        return f"{place}#{wish.state}{_SUSPENDED}"
    protected = _PROTECTED if wish.vetting_required else ""
    return f"{place}#{wish.state}{protected}"


def _part_of_grid(grid: str, state: WishState) -> str:
    """Return the partition of a grid's list that holds the wishes of a state."""
    return f"{grid}#ended" if state in ENDED else grid


@dataclass(frozen=True, slots=True, kw_only=True)
class HelperClaim:
    """A claim as the index of helpers holds it: the id of the wish, and when it was claimed."""

    pk: str
    claimed_order: str


def _keys(wish: Wish) -> dict[str, Any]:
    keys: dict[str, Any] = {
        "pk": wish.id,
        "sk": "wish",
        "wall_community": _part(wish.community, wish),
        "wall_street": _part(street_of(wish.place), wish),
        "wall_order": f"{to_text(wish.opened_at or wish.submitted_at)}#{wish.id}",
        "places_left": wish.places_left,
    }
    if filer := filer_for_another(wish):
        keys["filed_for_another_by"] = filer
    if grid := grid_of(wish.place):
        keys["grid"] = _part_of_grid(grid, wish.state)
    return keys


def wall_parts(
    place: str,
    states: Sequence[WishState],
    *,
    protected: bool,
    suspended: bool = False,
) -> list[str]:
    """Return the partitions of the wall of a place in these states.

    The protected ones come last: so a cursor fits a caller who has lost their vetting meanwhile.
    """
    open_to_all = [f"{place}#{state}" for state in states]
    parts = list(open_to_all)
    if protected:
        parts += [part + _PROTECTED for part in open_to_all]
    if suspended:  # one that has ended is not withheld
        parts += [
            f"{place}#{state}{_SUSPENDED}"
            for state in states
            if state not in ENDED
        ]
    return parts


def _claim_keys(claim: ClaimPointer) -> dict[str, str]:
    return {
        "pk": claim.wish_id,
        "sk": f"claim#{claim.id}",
        "claimed_by": claim.helper,
        "claimed_order": f"{to_text(claim.claimed_at)}#{claim.id}",
        "shown_in": street_of(claim.place),
    }


def _filed_keys(filed: FiledWishes) -> dict[str, str]:
    return {"pk": f"filed#{filed.id}", "sk": "filed"}


_COMPUTED: dict[str, type] = {"places_left": int}
WISH = (
    _WISHES.row(Wish, keys=_keys, computed=_COMPUTED)
    .with_projection(wish_facts)
    .with_tasks(*WISH_TASKS, derive=wish_tasks, sk="wish")
)
CLAIM = _WISHES.row(ClaimPointer, keys=_claim_keys)
HELPER = _WISHES.row(
    HelperRecord, keys=lambda record: {"pk": record.id, "sk": "helper"}
)
FILED = _WISHES.row(FiledWishes, keys=_filed_keys)
WISH_EVENT = _WISHES.event_log(Wish, WishEvent)
_WALL = WISH.view(WallEntry, id="pk")
_IN_GRID = WISH.view(GridEntry, id="pk")
_GRID_AT_ONCE = 100  # what goes on in a grid
_WALL_AT_ONCE = 100  # of a filtered wall
_ALL_AT_ONCE = 1000  # of one for staff, who see 23 partitions: half a megabyte
_KEY = WISH.view(Key)
_CLAIM_KEY = CLAIM.view(HelperClaim)
_WITH_TIMERS = (
    WishState.SUBMITTED,
    WishState.OPEN,
    WishState.CLAIMED,
    WishState.DELIVERED,
)


class WishRepository(Repository):
    """Reads wishes, claims and their timelines."""

    rows = (WISH, CLAIM, HELPER, FILED, WISH_EVENT)

    def find_wish(self, wish_id: str) -> Wish | None:
        """Read one wish."""
        return self._store.get(WISH, wish_id, "wish")

    def find_wishes(
        self, wish_ids: Sequence[str], *, consistent: bool = True
    ) -> list[Wish]:
        """Read several wishes, a hundred in a request."""
        keys = [(id, "wish") for id in wish_ids]
        return self._store.get_many(WISH, keys, consistent=consistent)

    def find_filed(self, subjects: Sequence[str]) -> dict[str, FiledWishes]:
        """Read the latest wishes of subjects; one without a row is left out."""
        keys = [(f"filed#{subject}", "filed") for subject in subjects]
        return by_id(self._store.get_many(FILED, keys))

    def wall(
        self,
        place: str,
        states: Sequence[WishState],
        kinds: Collection[WishKind],
        start: Position | None,
        limit: int,
        *,
        protected: bool,
        suspended: bool = False,
    ) -> Page[WallEntry]:
        """Read the wall of a street or community, oldest first within each state.

        Without `kinds`, all kinds.

        With `protected`, the wishes that need vetting for safeguarding follow; with `suspended`
        those of blocked residents, for staff. A filter of theirs reads each partition at once.
        """
        by = (
            "by_street"
            if kind_of(place) is PlaceKind.STREET
            else "by_community"
        )
        options: dict[str, Any] = {}
        if kinds:
            options = {
                "wanted": lambda entry: entry.kind in kinds,
                "read_at_once": _ALL_AT_ONCE if suspended else _WALL_AT_ONCE,
                "empty_after": EMPTY_AFTER_STREET if suspended else EMPTY_AFTER,
            }

        def read(part: str, key: Position | None, most: int) -> Page[WallEntry]:
            return self._store.page(
                _WALL, part, index=by, start=key, limit=most, **options
            )

        parts = wall_parts(
            place, states, protected=protected, suspended=suspended
        )
        return chain(parts, read, start, limit)

    def wishes_in(
        self,
        place: str,
        states: Sequence[WishState],
        kinds: Collection[WishKind],
        start: Position | None,
        limit: int,
    ) -> Page[Wish]:
        """Read the wishes of any place, for its staff. An empty page is the last.

        Oldest first within each state. Of a street or community, those that need vetting and those
        of blocked residents come last.
        """
        is_narrow = grid_of(place) is not None

        def read(start: Position | None, size: int) -> Page[Wish]:
            entries: Page[WallEntry] | Page[GridEntry]
            if is_narrow:
                entries = self._of_grid(place, states, kinds, start, size)
            else:
                entries = self.wall(
                    place,
                    states,
                    kinds,
                    start,
                    size,
                    protected=True,
                    suspended=True,
                )
            ids = [entry.id for entry in entries.items]
            return Page(self.find_wishes(ids), entries.next)

        return first_found(read, start, limit)

    def _of_grid(
        self,
        place: str,
        states: Sequence[WishState],
        kinds: Collection[WishKind],
        start: Position | None,
        limit: int,
    ) -> Page[GridEntry]:
        grid = grid_of(place) or place

        def read(
            state: str, key: Position | None, most: int
        ) -> Page[GridEntry]:
            def fits(entry: GridEntry) -> bool:
                is_asked = not kinds or entry.kind in kinds
                is_asked = is_asked and entry.state == state
                return is_asked and covers(place, entry.place)

            return self._store.page(
                _IN_GRID,
                _part_of_grid(grid, WishState(state)),
                index="by_grid",
                start=key,
                limit=most,
                wanted=fits,
                read_at_once=_GRID_AT_ONCE,
            )

        return chain(states, read, start, limit)

    def wishes_of(
        self,
        person_id: str,
        start: Position | None,
        limit: int,
        *,
        index: str = "by_resident",
    ) -> Page[Wish]:
        """Read the wishes of a person, newest first; ``by_filer`` are those filed for others."""
        keys = self._store.page(
            _KEY,
            person_id,
            index=index,
            start=start,
            limit=limit,
            newest_first=True,
        )
        return Page(self.find_wishes([key.pk for key in keys.items]), keys.next)

    def helper_records(
        self, subjects: Sequence[str], *, consistent: bool = True
    ) -> dict[str, HelperRecord]:
        """Read the records of helpers by subject, a hundred in a request; new ones are missing.

        Not consistent for half the price, where a claim reads them again.
        """
        keys = [(subject, "helper") for subject in subjects]
        found = self._store.get_many(HELPER, keys, consistent=consistent)
        return by_id(found)

    def claims_of(
        self, person_id: str, start: Position | None, limit: int
    ) -> Page[tuple[str, Wish]]:
        """Read the claims of a person, newest first, as (claim id, wish)."""
        keys = self._store.page(
            _KEY,
            person_id,
            index="by_helper",
            start=start,
            limit=limit,
            newest_first=True,
        )
        found = self.find_wishes([key.pk for key in keys.items])
        wishes = by_id(found)
        claims = []
        for key in keys.items:
            if key.pk in wishes:
                claim_id = key.sk.removeprefix("claim#")
                claims.append((claim_id, wishes[key.pk]))
        return Page(claims, keys.next)

    def homes_claimed(
        self, person_id: str, limit: int
    ) -> Sequence[HelperClaim]:
        """Read the latest claims of a person, newest first; ended ones as well."""
        return self._store.page(
            _CLAIM_KEY,
            person_id,
            index="by_helper",
            limit=limit,
            newest_first=True,
        ).items

    def every_wish_of(self, person_id: str) -> Iterator[Wish]:
        """Read all wishes of a person, newest first."""

        def read(start: Position | None) -> Page[Wish]:
            return self.wishes_of(person_id, start, 100)

        return every(read)

    def every_claim_of(self, person_id: str) -> Iterator[tuple[str, Wish]]:
        """Read all claims of a person, newest first, as (claim id, wish)."""

        def read(start: Position | None) -> Page[tuple[str, Wish]]:
            return self.claims_of(person_id, start, 100)

        return every(read)

    def every_event_of(self, wish_id: str) -> Iterator[WishEvent]:
        """Read a wish's whole timeline, oldest first."""

        def read(start: Position | None) -> Page[WishEvent]:
            return self.timeline_of(wish_id, start, 100)

        return every(read)

    def with_timers(self, street: str) -> Iterator[Wish]:
        """Read all wishes of a street that may have a timer."""
        for part in wall_parts(
            street, _WITH_TIMERS, protected=True, suspended=True
        ):
            yield from self._listed_in(part)

    def opened_between(
        self,
        part: str,
        first: datetime,
        last: datetime,
        start: Position | None,
        limit: int,
    ) -> Page[Wish]:
        """Read the wishes of a street and state that came to the wall in a span, oldest first."""
        order = WISH.attribute("wall_order")
        keys = self._store.page(
            _KEY,
            part,
            index="by_street",
            keys=order.between(to_text(first), to_text(last)),
            start=start,
            limit=limit,
        )
        return Page(self.find_wishes([key.pk for key in keys.items]), keys.next)

    def filed_in(
        self,
        part: str,
        by: str,
        since: datetime,
        start: Position | None,
        limit: int,
    ) -> Page[Wish]:
        """Read the wishes of a partition of the wall that were last submitted from an instant on.

        `by` is the index: ``by_street`` or ``by_community``.
        """
        order = WISH.attribute("wall_order")
        keys = self._store.page(
            _KEY,
            part,
            index=by,
            keys=order >= to_text(since),
            start=start,
            limit=limit,
        )
        return Page(self.find_wishes([key.pk for key in keys.items]), keys.next)

    def _listed_in(self, part: str) -> Iterator[Wish]:
        def read(start: Position | None) -> Page[Wish]:
            keys = self._store.page(
                _KEY, part, index="by_street", start=start, limit=100
            )
            return Page(
                self.find_wishes([key.pk for key in keys.items]), keys.next
            )

        return every(read)

    def timeline_of(
        self, wish_id: str, start: Position | None, limit: int
    ) -> Page[WishEvent]:
        """Read a wish's timeline, oldest first."""
        keys = SK.startswith("event#")
        return self._store.page(
            WISH_EVENT, wish_id, keys=keys, start=start, limit=limit
        )
