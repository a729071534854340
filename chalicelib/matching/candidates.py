"""The eligible pairs of wishes and volunteers, found without looking at every pair. Pure.

Volunteers lie in buckets by where they live and where they help. A wish walks from the nearest
bucket outwards, and stops where nobody further away can be better. After each solution of the flow
its prices say for which left-out pairs the flow would change (column generation; Ford & Fulkerson
1958, Dantzig & Wolfe 1960). Those are added. Where there are none the solution is optimal over
every eligible pair.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from operator import itemgetter

from ..offers.model import grid_of
from ..offers.policy import OfferUrgency
from .edges import Helper, Neighbours, OpenWish, are_eligible, ring_of, serve, terms_of
from .policy import Weights

__all__ = ["Candidates"]


@dataclass(slots=True)
class _Bucket:
    """Volunteers who live and help in the same places.

    `order` holds for each urgency (price with the cost of a likely refusal, volunteer), cheapest first.
    """

    base: str
    places: tuple[str, ...]
    members: list[int] = field(default_factory=list)
    order: dict[OfferUrgency, list[tuple[int, int]]] = field(default_factory=dict)


class Candidates:
    """The eligible pairs of an instance, cheapest first. `visits` counts the pairs that were computed.

    The hour is not checked here. A volunteer who may not be asked now has no room, and so a price
    that no wish is worth.
    """

    def __init__(
        self,
        wishes: Sequence[OpenWish],
        helpers: Sequence[Helper],
        weights: Weights,
        neighbours: Neighbours,
    ) -> None:
        self._wishes, self._helpers, self._weights = wishes, helpers, weights
        self._neighbours = neighbours
        self.visits = 0
        self._refusals = {
            u: [weights.of_refusal(u, helper.acceptance) for helper in helpers]
            for u in OfferUrgency
        }
        self._pools: dict[tuple[str, str], list[_Bucket]] = {}
        self._sizes: dict[tuple[str, str], int] = {}
        self._least: dict[
            tuple[tuple[str, str], OfferUrgency], int
        ] = {}  # what the cheapest of a pool costs, the place apart
        self._near: dict[tuple[tuple[str, str], str], list[tuple[int, _Bucket]]] = {}
        self._ways: dict[tuple[str, str], int] = {}
        self._costs: dict[tuple[int, int], int | None] = {}
        self._fill()

    def _fill(self) -> None:
        """Sort the volunteers into pools by what a wish may ask for, and within each into buckets by place."""
        pools: defaultdict[
            tuple[str, str], dict[tuple[str, tuple[str, ...]], _Bucket]
        ] = defaultdict(dict)
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
        kinds = (
            helper.kinds or {"goods", "service", "company", "learning"}
        ) - helper.never
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
                self._least[pool, urgency] = min(
                    bucket.order[urgency][0][0] for bucket in buckets
                )

    def best(
        self,
        i: int,
        prices: Sequence[int],
        below: int,
        most: int,
        known: frozenset[int],
    ) -> list[tuple[int, int]]:
        """Return the cheapest pairs (volunteer, cost) of a wish whose cost and price come to less than `below`.

        At most `most`, none of `known`; buckets must be ordered by the same prices (see `price`).
        """
        wish = self._wishes[i]
        found: list[
            tuple[int, int]
        ] = []  # a heap of (-total, -volunteer), the dearest on top
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
        """Yield the pools to walk for a wish, each with a lower bound of its members' other costs.

        Place and refusal are not in the bound.
        """
        for dialect in wish.dialects:
            yield ("dialect", dialect), 0
        # Volunteers who speak one of the dialects have been seen by now.
        yield self._general_pool(wish), self._weights.dialect if wish.dialects else 0

    def _general_pool(self, wish: OpenWish) -> tuple[str, str]:
        """Return the smallest pool that holds every volunteer who fits a wish."""
        if wish.skills:
            return min((("skill", skill) for skill in wish.skills), key=self._size_of)
        return ("vetted", "") if wish.vetted else ("kind", wish.kind)

    def _size_of(self, pool: tuple[str, str]) -> int:
        return self._sizes.get(pool, 0)

    def _by_distance(
        self, pool: tuple[str, str], place: str
    ) -> list[tuple[int, _Bucket]]:
        """Return the buckets whose members help at a place, nearest first, each with the least that its place costs."""
        known = self._near.get((pool, place))
        if known is None:
            grid = grid_of(place)
            serving = (
                bucket
                for bucket in self._pools.get(pool, ())
                if serve(bucket.places, place)
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
        """Return the cost of a pair, None if it is not eligible; computed once."""
        key = (i, j)
        if key not in self._costs:
            self.visits += 1
            self._costs[key] = self._computed_cost(self._wishes[i], self._helpers[j])
        return self._costs[key]

    def _computed_cost(self, wish: OpenWish, helper: Helper) -> int | None:
        if not are_eligible(wish, helper):
            return None
        return sum(terms_of(wish, helper, self._weights, self._neighbours).values())
