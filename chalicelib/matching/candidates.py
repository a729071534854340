"""The eligible pairs of wishes and volunteers, found without looking at every pair. Pure.

Volunteers are in buckets by where they live and where they help. A wish walks from the nearest
bucket outwards, and stops where no volunteer further away can be better. After each solution of
the flow, its prices say for which left-out pairs the flow would change (column generation; Ford &
Fulkerson 1958, Dantzig & Wolfe 1960). Those pairs are added. Where there are none, the solution is
optimal over every eligible pair.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from operator import itemgetter

from ..offers.model import grid_of
from ..offers.policy import OfferUrgency
from ..wishes.model import WishKind
from .edges import (
    Neighbours,
    OpenWish,
    Volunteer,
    are_eligible,
    ring_of,
    serve,
    terms_of,
)
from .policy import Weights

__all__ = ["Candidates"]

_Pool = tuple[
    str, str
]  # what its members share: a kind, a skill, a dialect or vetting
_Priced = tuple[int, int]  # price with the cost of a likely refusal, volunteer
_VETTED: _Pool = ("vetted", "")
_KNOWN: _Pool = ("known", "")
_STRIDE = 7919  # a prime, so that neighbouring wishes begin far apart


@dataclass(slots=True)
class _Bucket:
    """Volunteers who live and help in the same places; `order` by urgency, cheapest first."""

    base: str
    places: tuple[str, ...]
    members: list[int] = field(default_factory=list)
    order: dict[OfferUrgency, list[_Priced]] = field(default_factory=dict)


class _Cheapest:
    """The cheapest volunteers found for a wish, at most `limit`, each below a total cost."""

    def __init__(self, below: int, limit: int) -> None:
        self.below = below
        self._limit = limit
        self._heap: list[
            tuple[int, int]
        ] = []  # -total, -volunteer: the dearest on top

    def add(self, total: int, volunteer: int) -> None:
        """Add a volunteer, if they are cheaper than the dearest one found."""
        if total >= self.below:
            return
        heappush(self._heap, (-total, -volunteer))
        if len(self._heap) > self._limit:
            heappop(self._heap)
        if len(self._heap) == self._limit:
            self.below = -self._heap[0][0]

    def found(self) -> Iterator[tuple[int, int]]:
        """Yield total and volunteer, the cheapest first."""
        for total, volunteer in sorted(self._heap, reverse=True):
            yield -total, -volunteer


class Candidates:
    """The eligible pairs of a run, cheapest first. `visits` counts the pairs computed.

    The hour is not checked here. A volunteer who may not be asked now has no room, and so a price
    that no wish is worth.
    """

    def __init__(
        self,
        wishes: Sequence[OpenWish],
        volunteers: Sequence[Volunteer],
        weights: Weights,
        neighbours: Neighbours,
    ) -> None:
        self._wishes, self._volunteers = wishes, volunteers
        self._weights, self._neighbours = weights, neighbours
        self.visits = 0
        self._refusals = {
            urgency: self._refusals_at(urgency) for urgency in OfferUrgency
        }
        self._pools = self._fill()
        self._sizes = {
            pool: _size(buckets) for pool, buckets in self._pools.items()
        }
        # The cost of the cheapest member of a pool, without the place.
        self._least: dict[tuple[_Pool, OfferUrgency], int] = {}
        self._near: dict[tuple[_Pool, str], list[tuple[int, _Bucket]]] = {}
        self._distances: dict[tuple[str, str], int] = {}
        self._costs: dict[tuple[int, int], int | None] = {}

    def _refusals_at(self, urgency: OfferUrgency) -> list[int]:
        """Return the cost of each volunteer's likely refusal."""
        cost = self._weights.refusal_cost
        return [
            cost(urgency, volunteer.acceptance)
            for volunteer in self._volunteers
        ]

    def _fill(self) -> dict[_Pool, list[_Bucket]]:
        """Return the volunteers in pools by what a wish may require, and in buckets by place."""
        pools: defaultdict[_Pool, dict[tuple[str, tuple[str, ...]], _Bucket]]
        pools = defaultdict(dict)
        for j, volunteer in enumerate(self._volunteers):
            where = (grid_of(volunteer.base), volunteer.places)
            for pool in _pools_of(volunteer):
                bucket = pools[pool].setdefault(where, _Bucket(*where))
                bucket.members.append(j)
        return {pool: list(buckets.values()) for pool, buckets in pools.items()}

    def price(self, prices: Sequence[int]) -> None:
        """Order every bucket by its members' costs at these prices, without the place."""
        for pool, buckets in self._pools.items():
            for urgency, refusals in self._refusals.items():
                for bucket in buckets:
                    priced = [
                        (prices[j] + refusals[j], j) for j in bucket.members
                    ]
                    bucket.order[urgency] = sorted(priced)
                least = min(bucket.order[urgency][0][0] for bucket in buckets)
                self._least[pool, urgency] = least

    def best(
        self,
        i: int,
        prices: Sequence[int],
        below: int,
        limit: int,
        known: frozenset[int],
    ) -> list[tuple[int, int]]:
        """Return the cheapest pairs (volunteer, cost) of a wish, at most `limit`.

        Cost and price together come to less than `below`. None of `known` is among them. The
        buckets must be ordered by the same prices (see `price`).
        """
        wish = self._wishes[i]
        cheapest, seen = _Cheapest(below, limit), set(known)
        for pool, extra in self._pools_to_walk(wish):
            least = extra + self._least[pool, wish.urgency]
            for distance, bucket in self._by_distance(pool, wish.place):
                if distance + least >= cheapest.below:
                    break
                order = bucket.order[wish.urgency]
                for price, j in _rotated(order, i):
                    if distance + extra + price >= cheapest.below:
                        break
                    if j not in seen:
                        seen.add(j)
                        self._add_if_eligible(cheapest, i, j, prices[j])
        return [(j, total - prices[j]) for total, j in cheapest.found()]

    def _add_if_eligible(
        self, cheapest: _Cheapest, i: int, j: int, price: int
    ) -> None:
        cost = self._cost(i, j)
        if cost is not None:
            cheapest.add(cost + price, j)

    def _pools_to_walk(self, wish: OpenWish) -> Iterator[tuple[_Pool, int]]:
        """Yield the pools of a wish, each with a lower bound of its members' other costs.

        Place and refusal are not in the bound.
        """
        for dialect in wish.dialects:
            if ("dialect", dialect) in self._pools:
                yield ("dialect", dialect), 0
        general = self._general_pool(wish)
        if general in self._pools:
            # Volunteers who speak one of the dialects have been seen by now.
            yield general, self._weights.dialect if wish.dialects else 0

    def _general_pool(self, wish: OpenWish) -> _Pool:
        """Return the smallest pool that holds every volunteer who fits a wish."""
        if wish.skills:
            pools = [("skill", skill) for skill in wish.skills]
            return min(pools, key=self._size_of)
        if wish.vetted:
            return _VETTED
        return _KNOWN if wish.alone else ("kind", wish.kind)

    def _size_of(self, pool: _Pool) -> int:
        return self._sizes.get(pool, 0)

    def _by_distance(
        self, pool: _Pool, place: str
    ) -> list[tuple[int, _Bucket]]:
        """Return the buckets whose members help at a place, nearest first.

        Each comes with the least cost of its distance.
        """
        known = self._near.get((pool, place))
        if known is not None:
            return known
        grid, near = grid_of(place), []
        for bucket in self._pools[pool]:
            if serve(bucket.places, place):
                near.append((self._distance(bucket.base, grid), bucket))
        near.sort(key=itemgetter(0))
        self._near[pool, place] = near
        return near

    def _distance(self, base: str, grid: str) -> int:
        """Return the least cost of the distance between places of two grids."""
        if (base, grid) not in self._distances:
            ring = ring_of(base, grid, self._neighbours)
            cost: int = getattr(self._weights, ring)
            if ring == "same_grid":
                cost = min(cost, self._weights.same_building)
            self._distances[base, grid] = cost
        return self._distances[base, grid]

    def _cost(self, i: int, j: int) -> int | None:
        """Return the cost of a pair, None if it is not eligible; computed once."""
        if (i, j) not in self._costs:
            self.visits += 1
            self._costs[i, j] = self._compute_cost(
                self._wishes[i], self._volunteers[j]
            )
        return self._costs[i, j]

    def _compute_cost(self, wish: OpenWish, volunteer: Volunteer) -> int | None:
        if not are_eligible(wish, volunteer):
            return None
        return sum(
            terms_of(wish, volunteer, self._weights, self._neighbours).values()
        )


def _size(buckets: Sequence[_Bucket]) -> int:
    return sum(len(bucket.members) for bucket in buckets)


def _pools_of(volunteer: Volunteer) -> Iterator[_Pool]:
    """Yield the pools that a volunteer belongs to."""
    kinds = volunteer.kinds or frozenset(WishKind)
    for kind in sorted(kinds - volunteer.never):
        yield "kind", str(kind)
    for skill in sorted(volunteer.skills):
        yield "skill", skill
    for dialect in sorted(volunteer.dialects):
        yield "dialect", dialect
    if volunteer.vetted:
        yield _VETTED
    if volunteer.known:
        yield _KNOWN


def _rotated(order: Sequence[_Priced], i: int) -> Iterator[_Priced]:
    """Yield the members of a bucket, cheapest first.

    Among those of equal cost each wish begins with another, so that not all wishes have the same
    candidates.
    """
    equal = bisect_right(order, order[0][0], key=itemgetter(0))
    start = i * _STRIDE % equal
    yield from order[start:equal]
    yield from order[:start]
    yield from order[equal:]
