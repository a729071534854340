"""Solves the assignment problem as one integer minimum-cost flow, by successive shortest paths.

Place after place is sent to the sink along the cheapest path. A path may displace a wish from its
volunteer to another volunteer. Each prefix of the wishes is an optimum of its own, so running out
of work leaves a valid solution.

Node potentials keep all reduced costs >= 0 (Edmonds & Karp, J. ACM 19, 1972; Tomizawa, Networks 1,
1971). So each path is a Dijkstra search that stops at the sink. All potentials start at 0, where
no cost is negative. The potential of the sink stays 0. With D the distance found, the potential of
every nearer node falls by D less its own distance. The prices are the negated potentials. For the
optimality conditions and convex costs see Ahuja, Magnanti & Orlin, Network Flows, 1993, chapters
9 and 14.

With E edges, U places and small constant caps the worst case is O(U E log E). Where volunteers are
ample a search ends within a few wishes. All numbers are integers, and the order of wishes and
edges settles ties: the same problem has the same solution everywhere.
"""

from collections import Counter
from collections.abc import Sequence
from heapq import heappop, heappush, nsmallest

from .prices import best_proof
from .problem import AssignmentProblem, Solution

__all__ = ["solve"]

_FAR = 1 << 62  # beyond any distance


def solve(
    problem: AssignmentProblem,
    order: Sequence[int] | None = None,
    work: int | None = None,
) -> Solution:
    """Assign volunteers to wishes at the least total cost.

    Components that share no volunteer are solved one by one, those with the fewest wishes first.
    So a budget that runs out in a large one leaves the small ones exact. A place that costs as
    much to fill as to leave open stays open.

    Args:
        problem: The wishes and volunteers.
        order: All wishes, the most urgent first; by default the dearest first, then by number.
            It decides among optima of equal cost, and which wishes are exact when work runs out.
        work: Heap pops after which no further wish is begun, so one wish may exceed it. None is
            no limit.

    Raises:
        ValueError: The order does not name every wish once.
    """
    ordered = _by_component(problem, _checked_order(problem, order))
    flow = _Flow(problem)
    exact = _insert_until_work_runs_out(flow, ordered, work)
    waiting = ordered[exact:]
    for wish in waiting:
        flow.fill(wish)
    bound, (wish_prices, volunteer_prices) = best_proof(
        problem, flow.volunteer_prices(), waiting
    )
    return Solution(
        assigned=flow.assigned(),
        cost=flow.cost(),
        bound=bound,
        wish_prices=wish_prices,
        volunteer_prices=volunteer_prices,
        order=tuple(ordered),
        exact=exact,
        work=flow.work,
    )


def _checked_order(
    problem: AssignmentProblem, order: Sequence[int] | None
) -> Sequence[int]:
    """Return the requested order, or by default the dearest wish first."""
    wishes = range(len(problem.needs))
    if order is None:
        return sorted(wishes, key=lambda wish: (-problem.prices[wish], wish))
    if sorted(order) != list(wishes):
        raise ValueError("the order does not name every wish once")
    return order


def _by_component(
    problem: AssignmentProblem, order: Sequence[int]
) -> list[int]:
    """Return the order grouped by components, the smallest component first.

    Wishes that share volunteers, directly or through others, are one component (union-find).
    """
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
    components: dict[int, list[int]] = {}
    for wish in order:
        edges = problem.edges[wish]
        component = root(edges[0][0]) if edges else ~wish
        components.setdefault(component, []).append(wish)
    grouped: list[int] = []
    for wishes in sorted(components.values(), key=len):
        grouped += wishes
    return grouped


def _insert_until_work_runs_out(
    flow: "_Flow", order: Sequence[int], work: int | None
) -> int:
    """Insert wishes by shortest paths; return how many."""
    for exact, wish in enumerate(order):
        if work is not None and flow.work >= work:
            return exact
        flow.insert(wish)
    return len(order)


class _Flow:
    """The flow so far and its potentials.

    Between two insertions no residual arc has a negative reduced cost.
    """

    def __init__(self, problem: AssignmentProblem) -> None:
        self.problem = problem
        self.work = 0
        wishes, volunteers = len(problem.needs), len(problem.loads)
        self._wish_potential = [0] * wishes
        self._potential = [0] * volunteers
        # Of each volunteer: the cost of each wish that they serve.
        self._serves: list[dict[int, int]] = [{} for _ in problem.loads]
        self._next_price = [next(iter(load), _FAR) for load in problem.loads]
        # Scratch of one search, clean between two: tentative distances and predecessors.
        self._wish_distance = [_FAR] * wishes
        self._distance = [_FAR] * volunteers
        self._displaced_by = [0] * wishes
        self._reached_from = [(0, 0)] * volunteers  # wish, cost
        self._wishes_seen: list[int] = []
        self._seen: list[int] = []

    def insert(self, wish: int) -> None:
        """Send every place of a new wish to the sink along the cheapest path."""
        for _ in range(self.problem.needs[wish]):
            distance, end = self._search(wish)
            self._shift(distance)
            self._send(wish, end)

    def fill(self, wish: int) -> None:
        """Assign the volunteers cheapest now, where that costs less than an open place."""
        choices = (
            (cost + self._next_price[volunteer], volunteer, cost)
            for volunteer, cost in self.problem.edges[wish]
        )
        for total, volunteer, cost in nsmallest(
            self.problem.needs[wish], choices
        ):
            if total < self.problem.prices[wish]:
                self._book(volunteer, wish, cost)

    def assigned(self) -> tuple[tuple[int, ...], ...]:
        """Return the volunteers asked for each wish."""
        asked: list[list[int]] = [[] for _ in self._wish_potential]
        for volunteer, serves in enumerate(self._serves):
            for wish in serves:
                asked[wish].append(volunteer)
        return tuple(map(tuple, asked))

    def cost(self) -> int:
        """Return the cost of the assignment: open places, offers and loads."""
        problem, total = self.problem, 0
        filled = Counter[int]()
        for load, serves in zip(problem.loads, self._serves, strict=True):
            filled.update(serves.keys())
            total += sum(serves.values()) + sum(load[: len(serves)])
        for wish, need in enumerate(problem.needs):
            total += problem.prices[wish] * (need - filled[wish])
        return total

    def volunteer_prices(self) -> tuple[int, ...]:
        """Return the price of each volunteer's time at which the inserted wishes are an optimum."""
        return tuple(-potential for potential in self._potential)

    def _search(self, start: int) -> tuple[int, int]:
        """Return the distance to the sink and the last node before it.

        The node is a volunteer, or a wish plus the number of volunteers. The heap holds wishes
        only: a volunteer hands on at once to the wishes that they serve.
        """
        edges, prices = self.problem.edges, self.problem.prices
        serves, next_price = self._serves, self._next_price
        potential, wish_potential = self._potential, self._wish_potential
        distance, wish_distance = self._distance, self._wish_distance
        count, wish_count = len(next_price), len(wish_distance)
        best, end, heap = _FAR, start, [start]
        wish_distance[start] = 0
        self._wishes_seen.append(start)
        while heap:
            far, wish = divmod(heappop(heap), wish_count)
            self.work += 1
            if far >= best:
                break
            if far > wish_distance[wish]:
                continue  # a shorter path has reached it since
            here = far + wish_potential[wish]
            if here + prices[wish] < best:
                best, end = here + prices[wish], wish + count
            for volunteer, cost in edges[wish]:
                at = here + cost - potential[volunteer]
                if (
                    at >= best
                    or at >= distance[volunteer]
                    or wish in serves[volunteer]
                ):
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
        """Lower the potentials of all nodes nearer than the sink, and clear the scratch."""
        for seen, found, potential in (
            (self._wishes_seen, self._wish_distance, self._wish_potential),
            (self._seen, self._distance, self._potential),
        ):
            for node in seen:
                if found[node] < distance:
                    potential[node] += found[node] - distance
                found[node] = _FAR  # a node seen twice moves once
            seen.clear()

    def _send(self, start: int, end: int) -> None:
        """Send one place along the path found, from its end backwards."""
        count = len(self._next_price)
        if end >= count:
            wish = end - count
        else:
            wish = self._book(end, *self._reached_from[end])
        while wish != start:
            volunteer = self._displaced_by[wish]
            del self._serves[volunteer][wish]
            wish = self._book(volunteer, *self._reached_from[volunteer])

    def _book(self, volunteer: int, wish: int, cost: int) -> int:
        serves, load = self._serves[volunteer], self.problem.loads[volunteer]
        serves[wish] = cost
        taken = len(serves)
        self._next_price[volunteer] = load[taken] if taken < len(load) else _FAR
        return wish
