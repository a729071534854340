"""Who may be asked for which wish and what that costs, found without looking at every pair.

Volunteers lie in buckets by where they live and where they help; a wish walks from the nearest bucket outwards and stops
where nobody further away can be better. After each solution of the flow its prices say for which pairs, of all that were
left out, the flow would change (column generation; Ford & Fulkerson 1958, Dantzig & Wolfe 1960): those are added, and where
there are none the solution is optimal over every eligible pair.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from heapq import heappop, heappush
from operator import itemgetter

from ..kernel.clock import at_local, local_day
from ..kernel.place import PlaceKind, community_of, covers, kind_of
from ..kernel.quiet import QUIET_FROM, QUIET_TO, quiet_span
from ..offers.model import grid_of
from ..offers.policy import Urgency
from .policy import THIN_MINUTES, Weights

__all__ = [
    "OBSTACLES",
    "Candidates",
    "Helper",
    "OpenWish",
    "may_be_asked",
    "obstacles",
    "ring_of",
    "terms_of",
    "why_of",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenWish:
    """A wish that needs somebody, as far as matching is concerned."""

    id: str
    need: int
    price: int  # of leaving one place unserved, points
    urgency: Urgency
    kind: str
    place: str
    zone: str
    skills: tuple[str, ...] = ()
    dialects: tuple[str, ...] = ()
    windows: tuple[tuple[datetime, datetime], ...] = ()
    vetted: bool = False
    resident: str = ""
    kin: frozenset[str] = frozenset()  # the resident, who filed it for her, whose phone is hers
    household: str | None = None
    not_again: frozenset[str] = frozenset()  # asked, or helped and given back


@dataclass(frozen=True, slots=True, kw_only=True)
class Helper:
    """A volunteer who may be asked, as far as matching is concerned. Times of `availability` are local ``HH:MM``."""

    id: str
    places: tuple[str, ...]
    base: str  # where she lives, or else where she helps
    kinds: frozenset[str] = frozenset()  # none: any
    never: frozenset[str] = frozenset()
    skills: frozenset[str] = frozenset()
    dialects: frozenset[str] = frozenset()
    availability: tuple[
        tuple[int, str, str], ...
    ] = ()  # weekday 1 (Monday) to 7, from, to; none: any time
    vetted: bool = False
    household: str | None = None
    contact_via: str | None = None
    paused_until: datetime | None = None
    quiet: tuple[str, str] = (QUIET_FROM, QUIET_TO)
    room: int = 1  # how many more offers she may get
    live: int = 0  # offers that she may still answer
    capacity: int = 5  # how many more wishes she may take, what she carries already included
    recent: int = 0  # offers of the last four weeks
    acceptance: int = 600  # permille
    met: frozenset[str] = frozenset()
    silent: bool = False  # has left the latest offers unanswered


Neighbours = Callable[[str, str], bool]  # whether two grids, or two communities, lie side by side


def ring_of(base: str, place: str, neighbours: Neighbours) -> str:
    """Return how far a volunteer's base is from a place, as a step of `RINGS`."""
    if (
        kind_of(base) in (PlaceKind.BUILDING, PlaceKind.UNIT)
        and base.split(".")[:4] == place.split(".")[:4]
    ):
        return "same_building"
    here, there = grid_of(base), grid_of(place)
    if kind_of(here) is PlaceKind.GRID and kind_of(there) is PlaceKind.GRID:
        if here == there:
            return "same_grid"
        if neighbours(here, there):
            return "next_grid"
    ours, theirs = community_of(base), community_of(place)
    if ours == theirs:
        return "same_community"
    return "next_community" if neighbours(ours, theirs) else "same_street"


def overlap_minutes(helper: Helper, windows: Sequence[tuple[datetime, datetime]], zone: str) -> int:
    """Return for how many minutes at the best her hours meet a wish's windows. What ends before it begins ends on the next day."""
    best = timedelta()
    for start, end in windows:
        eve = local_day(start, zone) - timedelta(days=1)  # whose night reaches into the first day
        last = min(
            local_day(end, zone), eve + timedelta(days=8)
        )  # by then each of her hours has been met whole
        for n in range((last - eve).days + 1):
            day = eve + timedelta(days=n)
            for weekday, opens, closes in helper.availability:
                if weekday == day.isoweekday():
                    begins = at_local(day, time.fromisoformat(opens), zone)
                    until = day + timedelta(days=1) if closes <= opens else day
                    best = max(
                        best,
                        min(at_local(until, time.fromisoformat(closes), zone), end)
                        - max(begins, start),
                    )
    return int(best.total_seconds()) // 60


def _serve(places: Sequence[str], place: str) -> bool:
    return any(covers(own, place) or covers(place, own) for own in places)


# Why somebody may not be asked for a wish, each as a test of (wish, helper, now). Filters, not weights: no price buys them off.
OBSTACLES: Mapping[str, Callable[[OpenWish, Helper, datetime], bool]] = {
    "elsewhere": lambda w, h, now: not _serve(h.places, w.place),
    "own": lambda w, h, now: h.id in w.kin or (w.resident == h.contact_via),
    "household": lambda w, h, now: w.household is not None and w.household == h.household,
    "asked_before": lambda w, h, now: h.id in w.not_again,
    "kind": lambda w, h, now: w.kind in h.never or (bool(h.kinds) and w.kind not in h.kinds),
    "skill": lambda w, h, now: not h.skills.issuperset(w.skills),
    "vetting": lambda w, h, now: w.vetted and not h.vetted,
    "paused": lambda w, h, now: h.paused_until is not None and h.paused_until > now,
    "availability": lambda w, h, now: (
        bool(w.windows and h.availability) and overlap_minutes(h, w.windows, w.zone) <= 0
    ),
    "quiet": lambda w, h, now: quiet_span(now, *h.quiet, w.zone) is not None,
    "silent": lambda w, h, now: h.silent,
    "full": lambda w, h, now: h.room < 1,
}
_AT_ALL = ("paused", "quiet", "silent", "full")  # stand against asking her for anything
_OF_THE_PAIR = tuple(test for name, test in OBSTACLES.items() if name not in _AT_ALL)


def may_be_asked(helper: Helper, now: datetime, zone: str) -> bool:
    """Say whether she may be asked for anything at this hour."""
    paused = helper.paused_until is not None and helper.paused_until > now
    return (
        helper.room > 0
        and not (paused or helper.silent)
        and quiet_span(now, *helper.quiet, zone) is None
    )


def obstacles(wish: OpenWish, helper: Helper, now: datetime) -> list[str]:
    """Return everything that stands against asking her, in the order of `OBSTACLES`; empty when she may be asked."""
    return [name for name, stands_against in OBSTACLES.items() if stands_against(wish, helper, now)]


def terms_of(
    wish: OpenWish, helper: Helper, weights: Weights, neighbours: Neighbours
) -> dict[str, int]:
    """Return what asking her costs, in points, term by term; the price of her load apart."""
    ring = ring_of(helper.base, wish.place, neighbours)
    terms = {
        ring: getattr(weights, ring),
        "refusal": weights.of_refusal(wish.urgency, helper.acceptance),
    }
    if wish.dialects and helper.dialects.isdisjoint(wish.dialects):
        terms["dialect"] = weights.dialect
    if (
        wish.windows
        and helper.availability
        and overlap_minutes(helper, wish.windows, wish.zone) < THIN_MINUTES
    ):
        terms["thin"] = weights.thin
    if wish.kind in ("company", "learning") and wish.resident not in helper.met:
        terms["stranger"] = weights.stranger
    return terms


def why_of(wish: OpenWish, helper: Helper, neighbours: Neighbours) -> tuple[str, ...]:
    """Return why she is asked, the most personal reason first (see `offers.texts.WHY`).

    She reads it before she takes the wish: that it is in her own building would say where the resident lives.
    """
    why = ["met"] if wish.resident in helper.met else []
    why += [f"skill:{skill}" for skill in wish.skills]
    why += [f"dialect:{dialect}" for dialect in wish.dialects if dialect in helper.dialects][:1]
    why += ["vetted"] if wish.vetted else []
    ring = ring_of(helper.base, wish.place, neighbours)
    why.append("same_grid" if ring == "same_building" else ring)
    if helper.recent == 0:
        why.append("rested")
    return tuple(why)


@dataclass(slots=True)
class _Bucket:
    """Volunteers who live and help in the same places; for each urgency (price with the risk of a refusal, volunteer), cheapest first."""

    base: str
    places: tuple[str, ...]
    members: list[int] = field(default_factory=list)
    order: dict[Urgency, list[tuple[int, int]]] = field(default_factory=dict)


class Candidates:
    """The eligible pairs of an instance, looked at from the cheapest on. `visits` counts the pairs that were looked at.

    Whether somebody may be asked at all at this hour is not looked at: whoever may not has no room, and a price to match.
    """

    def __init__(
        self,
        wishes: Sequence[OpenWish],
        helpers: Sequence[Helper],
        weights: Weights,
        neighbours: Neighbours,
        now: datetime,
    ) -> None:
        self._wishes, self._helpers, self._weights, self._neighbours, self._now = (
            wishes,
            helpers,
            weights,
            neighbours,
            now,
        )
        self.visits = 0
        self._refusals = {
            u: [weights.of_refusal(u, helper.acceptance) for helper in helpers] for u in Urgency
        }
        self._pools: dict[tuple[str, str], list[_Bucket]] = {}
        self._sizes: dict[tuple[str, str], int] = {}
        self._least: dict[
            tuple[tuple[str, str], Urgency], int
        ] = {}  # what the cheapest of a pool costs, the place apart
        self._near: dict[tuple[tuple[str, str], str], list[tuple[int, _Bucket]]] = {}
        self._ways: dict[tuple[str, str], int] = {}
        self._costs: dict[tuple[int, int], int | None] = {}
        self._fill()

    def _fill(self) -> None:
        """Sort the volunteers into pools by what a wish may ask for, and within each into buckets by place."""
        pools: defaultdict[tuple[str, str], dict[tuple[str, tuple[str, ...]], _Bucket]] = (
            defaultdict(dict)
        )
        for j, helper in enumerate(self._helpers):
            where = (grid_of(helper.base), helper.places)
            for pool in self._pools_of(helper):
                pools[pool].setdefault(where, _Bucket(*where)).members.append(j)
        self._pools = {pool: list(buckets.values()) for pool, buckets in pools.items()}
        self._sizes = {
            pool: sum(len(bucket.members) for bucket in buckets)
            for pool, buckets in self._pools.items()
        }

    def _pools_of(self, helper: Helper) -> Iterator[tuple[str, str]]:
        kinds = (helper.kinds or {"goods", "service", "company", "learning"}) - helper.never
        yield from (("kind", kind) for kind in sorted(kinds))
        yield from (("skill", skill) for skill in sorted(helper.skills))
        yield from (("dialect", dialect) for dialect in sorted(helper.dialects))
        if helper.vetted:
            yield ("vetted", "")

    def price(self, prices: Sequence[int]) -> None:
        """Order every bucket by what its members cost at these prices of theirs, the place apart."""
        for pool, buckets in self._pools.items():
            for urgency, refusals in self._refusals.items():
                for bucket in buckets:
                    bucket.order[urgency] = sorted(
                        (prices[j] + refusals[j], j) for j in bucket.members
                    )
                self._least[pool, urgency] = min(bucket.order[urgency][0][0] for bucket in buckets)

    def best(
        self, i: int, prices: Sequence[int], below: int, most: int, known: frozenset[int]
    ) -> list[tuple[int, int]]:
        """Return the cheapest pairs (volunteer, cost) of a wish whose cost and price come to less than `below`.

        At most `most`, none of `known`; buckets must be ordered by the same prices (see `price`).
        """
        wish, found = (
            self._wishes[i],
            list[tuple[int, int]](),
        )  # a heap of (-total, -volunteer), the dearest on top
        seen, limit = set(known), below
        for pool, more in self._walks(wish):
            for way, bucket in self._by_distance(pool, wish.place):
                if way + more + self._least[pool, wish.urgency] >= limit:
                    break
                for price, j in self._rotated(bucket.order[wish.urgency], i):
                    if way + more + price >= limit:
                        break
                    if j in seen:
                        continue
                    seen.add(j)
                    cost = self._cost(i, j)
                    if cost is None or cost + prices[j] >= limit:
                        continue
                    heappush(found, (-(cost + prices[j]), -j))
                    if len(found) > most:
                        heappop(found)
                    if len(found) == most:
                        limit = -found[0][0]
        return [(-j, -total - prices[-j]) for total, j in sorted(found, reverse=True)]

    def _walks(self, wish: OpenWish) -> Iterator[tuple[tuple[str, str], int]]:
        """Yield the pools to walk for a wish, and what everybody in them costs at least beside place and refusal."""
        if wish.skills:
            general = min(
                (("skill", skill) for skill in wish.skills),
                key=lambda pool: self._sizes.get(pool, 0),
            )
        else:
            general = ("vetted", "") if wish.vetted else ("kind", wish.kind)
        for dialect in wish.dialects:
            yield ("dialect", dialect), 0
        yield (
            general,
            self._weights.dialect if wish.dialects else 0,
        )  # who speaks one of them has been seen already

    def _by_distance(self, pool: tuple[str, str], place: str) -> list[tuple[int, _Bucket]]:
        """Return the buckets whose members help at a place, nearest first, each with the least that its place costs."""
        known = self._near.get((pool, place))
        if known is None:
            grid = grid_of(place)
            serving = (
                bucket for bucket in self._pools.get(pool, ()) if _serve(bucket.places, place)
            )
            known = sorted(
                ((self._way(bucket.base, grid), bucket) for bucket in serving),
                key=lambda pair: pair[0],
            )
            self._near[pool, place] = known
        return known

    def _way(self, base: str, grid: str) -> int:
        """Return the least that it costs to get from somewhere in a grid to somewhere in another."""
        if (base, grid) not in self._ways:
            ring = ring_of(base, grid, self._neighbours)
            cost: int = getattr(self._weights, ring)
            self._ways[base, grid] = (
                min(cost, self._weights.same_building) if ring == "same_grid" else cost
            )
        return self._ways[base, grid]

    @staticmethod
    def _rotated(order: Sequence[tuple[int, int]], i: int) -> Iterator[tuple[int, int]]:
        """Yield the members of a bucket, cheapest first; of those who cost the same each wish begins with another."""
        same = bisect_right(order, order[0][0], key=itemgetter(0))
        start = i * 7919 % same
        yield from order[start:same]
        yield from order[:start]
        yield from order[same:]

    def _cost(self, i: int, j: int) -> int | None:
        """Return what a pair costs, or None where something stands against it; looked at once."""
        key = (i, j)
        if key not in self._costs:
            self.visits += 1
            wish, helper = self._wishes[i], self._helpers[j]
            fits = not any(
                stands_against(wish, helper, self._now) for stands_against in _OF_THE_PAIR
            )
            self._costs[key] = (
                sum(terms_of(wish, helper, self._weights, self._neighbours).values())
                if fits
                else None
            )
        return self._costs[key]
