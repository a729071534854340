"""Solves the matching problem (see `problem`): one integer minimum-cost flow, by successive shortest paths.

Place after place is sent to the sink by the cheapest way, which may displace a wish from its volunteer to another volunteer.
Each prefix of the wishes is an optimum of its own, so running out of work leaves a valid one. Node potentials keep all reduced
costs >= 0 (Edmonds & Karp, J. ACM 19, 1972; Tomizawa, Networks 1, 1971), so each path is a Dijkstra search that stops at the
sink. All potentials start at 0, where no cost is negative; the sink's stays there, and with D the distance found, that of
every nearer node falls by what it is nearer. The prices are the potentials' opposites. The optimality conditions and convex
costs: Ahuja, Magnanti & Orlin, Network Flows, 1993, chapters 9 and 14.

With E edges, U places and caps that are small constants the worst case is O(U E log E); where volunteers are ample a search
ends within a few wishes. Integers only, and ties are settled by the order of wishes and edges: the same problem has the same
solution everywhere.
"""

from collections import Counter
from collections.abc import Sequence
from heapq import heappop, heappush, nsmallest

from .problem import AssignmentProblem, Solution, lower_bound

__all__ = ["solve"]

_FAR = 1 << 62  # beyond any distance
_TURNS = 2  # the first one closes nearly all of the gap that can be closed


def solve(
    problem: AssignmentProblem,
    order: Sequence[int] | None = None,
    work: int | None = None,
) -> Solution:
    """Assign volunteers to wishes at the least total cost.

    Components that share no volunteer are solved one after the other, those with the fewest wishes first, so that a budget
    that runs out in a large one leaves the small ones exact. A place that costs as much to fill as to leave open stays open.

    Args:
        problem: The wishes and volunteers.
        order: All wishes, the most urgent first; the dearest first, then by number, if not said. It decides among optima of
            equal cost, and who is served exactly when the work runs out.
        work: Heap pops after which no further wish is begun, so it may be exceeded by what one wish takes; None is no limit.

    Raises:
        ValueError: The order does not name every wish once.
    """
    wishes = range(len(problem.needs))
    if order is None:
        order = sorted(wishes, key=lambda wish: (-problem.prices[wish], wish))
    elif sorted(order) != list(wishes):
        raise ValueError("the order does not name every wish once")
    order = _by_component(problem, order)
    flow = _Flow(problem)
    exact = 0
    for wish in order:
        if work is not None and flow.work >= work:
            break
        flow.insert(wish)
        exact += 1
    for wish in order[exact:]:
        flow.fill(wish)
    mu = flow.volunteer_prices()
    proofs = [(_place_prices(problem, mu), mu)]
    if exact < len(order):
        proofs.append(_ascended(problem, proofs[0][0], order[exact:]))
    bounds = [lower_bound(problem, *proof) for proof in proofs]
    wish_prices, volunteer_prices = proofs[bounds.index(max(bounds))]
    return Solution(
        assigned=flow.assigned(),
        cost=flow.cost(),
        bound=max(bounds),
        wish_prices=wish_prices,
        volunteer_prices=volunteer_prices,
        order=tuple(order),
        exact=exact,
        work=flow.work,
    )


class _Flow:
    """The flow so far and its potentials; between two insertions no residual arc has a negative reduced cost."""

    def __init__(self, problem: AssignmentProblem) -> None:
        self.problem = problem
        self.work = 0
        self._wish_potential = [0] * len(problem.needs)
        self._potential = [0] * len(problem.loads)
        self._serves: list[dict[int, int]] = [
            {} for _ in problem.loads
        ]  # of each volunteer: wish → cost
        self._next = [
            load[0] if load else _FAR for load in problem.loads
        ]  # price of the next offer to each volunteer
        # Scratch of one search, clean between two: tentative distances, and where they come from.
        self._wish_distance = [_FAR] * len(problem.needs)
        self._distance = [_FAR] * len(problem.loads)
        self._displaced_by = [0] * len(problem.needs)
        self._reached_from = [(0, 0)] * len(problem.loads)  # wish, cost
        self._wishes_seen: list[int] = []
        self._seen: list[int] = []

    def insert(self, wish: int) -> None:
        """Send every place of a new wish to the sink by the cheapest way."""
        for _ in range(self.problem.needs[wish]):
            distance, end = self._search(wish)
            self._shift(distance)
            self._send(wish, end)

    def fill(self, wish: int) -> None:
        """Assign the cheapest volunteers now to a wish, where that costs less than leaving a place open."""
        ways = (
            (cost + self._next[volunteer], volunteer, cost)
            for volunteer, cost in self.problem.edges[wish]
        )
        for total, volunteer, cost in nsmallest(self.problem.needs[wish], ways):
            if total < self.problem.prices[wish]:
                self._book(volunteer, wish, cost)

    def assigned(self) -> tuple[tuple[int, ...], ...]:
        """Return who is asked for each wish."""
        asked: list[list[int]] = [[] for _ in self._wish_potential]
        for volunteer, serves in enumerate(self._serves):
            for wish in serves:
                asked[wish].append(volunteer)
        return tuple(tuple(volunteers) for volunteers in asked)

    def cost(self) -> int:
        """Return what all this costs."""
        problem = self.problem
        filled = Counter(wish for serves in self._serves for wish in serves)
        left = sum(
            price * (need - filled[n])
            for n, (price, need) in enumerate(
                zip(problem.prices, problem.needs, strict=True)
            )
        )
        loads = sum(
            sum(load[: len(serves)])
            for load, serves in zip(problem.loads, self._serves, strict=True)
        )
        return left + loads + sum(sum(serves.values()) for serves in self._serves)

    def volunteer_prices(self) -> tuple[int, ...]:
        """Return the price of everybody's time at which the wishes that were inserted are an optimum."""
        return tuple(-potential for potential in self._potential)

    def _search(self, start: int) -> tuple[int, int]:
        """Return the distance to the sink and the last node before it: a volunteer, or wish + number of volunteers.

        The heap holds wishes only: a volunteer hands on at once to the wishes that they serve.
        """
        edges, prices = self.problem.edges, self.problem.prices
        serves, next_price = self._serves, self._next
        potential, wish_potential = self._potential, self._wish_potential
        distance, wish_distance = self._distance, self._wish_distance
        count, wish_count = len(next_price), len(wish_distance)
        best, end = _FAR, start
        wish_distance[start] = 0
        self._wishes_seen.append(start)
        heap = [start]
        while heap:
            far, wish = divmod(heappop(heap), wish_count)
            self.work += 1
            if far >= best:
                break
            if far > wish_distance[wish]:
                continue  # it was reached by a shorter way since
            here = far + wish_potential[wish]
            if here + prices[wish] < best:
                best, end = here + prices[wish], wish + count
            for volunteer, cost in edges[wish]:
                at = here + cost - potential[volunteer]
                if at >= best or at >= distance[volunteer] or wish in serves[volunteer]:
                    continue
                distance[volunteer] = at
                self._seen.append(volunteer)
                self._reached_from[volunteer] = wish, cost
                if here + cost + next_price[volunteer] < best:
                    best, end = here + cost + next_price[volunteer], volunteer
                for other, saved in serves[volunteer].items():
                    beyond = here + cost - saved - wish_potential[other]
                    if beyond < best and beyond < wish_distance[other]:
                        wish_distance[other] = beyond
                        self._wishes_seen.append(other)
                        self._displaced_by[other] = volunteer
                        heappush(heap, beyond * wish_count + other)
        return best, end

    def _shift(self, distance: int) -> None:
        """Move the potentials of all that is nearer than the sink, and forget the search."""
        for seen, found, potential in (
            (self._wishes_seen, self._wish_distance, self._wish_potential),
            (self._seen, self._distance, self._potential),
        ):
            for node in seen:
                if found[node] < distance:
                    potential[node] += found[node] - distance
                found[node] = _FAR  # a node seen twice is moved once
            seen.clear()

    def _send(self, start: int, end: int) -> None:
        """Send one place along the way that was found, from its end backwards."""
        count = len(self._next)
        wish = (
            end - count if end >= count else self._book(end, *self._reached_from[end])
        )
        while wish != start:
            volunteer = self._displaced_by[wish]
            del self._serves[volunteer][wish]
            wish = self._book(volunteer, *self._reached_from[volunteer])

    def _book(self, volunteer: int, wish: int, cost: int) -> int:
        self._serves[volunteer][wish] = cost
        load, taken = self.problem.loads[volunteer], len(self._serves[volunteer])
        self._next[volunteer] = load[taken] if taken < len(load) else _FAR
        return wish


def _place_prices(
    problem: AssignmentProblem, volunteer_prices: Sequence[int]
) -> tuple[int, ...]:
    """Return the price of a place of each wish that makes the bound highest: what filling its last place costs."""
    prices = []
    for need, price, edges in zip(
        problem.needs, problem.prices, problem.edges, strict=True
    ):
        places = max(need, 1)
        last = nsmallest(
            places, (cost + volunteer_prices[volunteer] for volunteer, cost in edges)
        )[places - 1 :]
        prices.append(min([price, *last]))
    return tuple(prices)


def _time_prices(
    problem: AssignmentProblem, wish_prices: Sequence[int]
) -> tuple[int, ...]:
    """Return the prices of the volunteers' time that make the bound highest: where demand meets supply."""
    bids: list[list[int]] = [[] for _ in problem.loads]
    for worth, edges in zip(wish_prices, problem.edges, strict=True):
        for volunteer, cost in edges:
            bids[volunteer].append(worth - cost)
    prices = []
    for load, bid in zip(problem.loads, bids, strict=True):
        bid.sort(reverse=True)
        taken = sum(offered > step for offered, step in zip(bid, load, strict=False))
        prices.append(max([0, *load[:taken][-1:], *bid[taken : taken + 1]]))
    return tuple(prices)


def _ascended(
    problem: AssignmentProblem, wish_prices: Sequence[int], waiting: Sequence[int]
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return prices that prove more where volunteers are scarce: from open places downwards instead of from free time upwards.

    Either side's best prices are found for the other's, by turns; each turn raises the bound or leaves it.
    """
    left = set(waiting)
    worth = tuple(
        problem.prices[wish] if wish in left else price
        for wish, price in enumerate(wish_prices)
    )
    mu: tuple[int, ...] = ()
    for _ in range(_TURNS):
        mu = _time_prices(problem, worth)
        worth = _place_prices(problem, mu)
    return worth, mu


def _by_component(problem: AssignmentProblem, order: Sequence[int]) -> list[int]:
    """Return the order with wishes that share volunteers, directly or through others, together, the fewest first."""
    parent = list(range(len(problem.loads)))

    def root(node: int) -> int:
        while parent[node] != node:
            parent[node] = node = parent[parent[node]]
        return node

    for edges in problem.edges:
        if edges:
            first = root(edges[0][0])
            for volunteer, _ in edges:
                parent[root(volunteer)] = first
    parts: dict[int, list[int]] = {}
    for wish in order:
        edges = problem.edges[wish]
        parts.setdefault(root(edges[0][0]) if edges else ~wish, []).append(wish)
    return [wish for part in sorted(parts.values(), key=len) for wish in part]
