"""Ways of asking that are compared with the exact flow: simple heuristics and another solver.

Each takes an assignment problem and returns the volunteers who are asked for each wish.
"""

from collections.abc import Callable, Iterable, Iterator
from heapq import heapify, heappop, heappush, nsmallest

from chalicelib.matching.flow import solve
from chalicelib.matching.problem import AssignmentProblem
from tests.matching.instances import Assigned, by_ortools

__all__ = [
    "MATCHERS",
    "arrival_order",
    "exact",
    "greedy",
    "ortools",
    "urgency_first",
]
# of a pair: cost less the price of the wish, wish, volunteer, and the volunteer's offers by then
_Pair = tuple[int, int, int, int]


class _Answer:
    """The volunteers who are asked so far."""

    def __init__(self, problem: AssignmentProblem) -> None:
        self.problem = problem
        self.assigned: list[list[int]] = [[] for _ in problem.needs]
        self.taken = [0] * len(problem.loads)  # offers of each volunteer

    def add(self, wish: int, volunteer: int) -> None:
        """Ask a volunteer for a wish."""
        self.assigned[wish].append(volunteer)
        self.taken[volunteer] += 1

    def is_full(self, wish: int) -> bool:
        """Say whether as many volunteers are asked as a wish needs."""
        asked = len(self.assigned[wish])
        return asked == self.problem.needs[wish]

    def costs(self, wish: int) -> Iterator[tuple[int, int]]:
        """Yield the volunteers who may still be asked for a wish, each behind the cost."""
        for volunteer, cost in self.problem.edges[wish]:
            load = self.problem.loads[volunteer]
            taken = self.taken[volunteer]
            if taken < len(load):
                full = cost + load[taken]
                yield full, volunteer


def exact(problem: AssignmentProblem) -> Assigned:
    """Ask as the product does."""
    return solve(problem).assigned


def arrival_order(problem: AssignmentProblem) -> Assigned:
    """Ask the cheapest volunteers for each wish, in the order in which the wishes came."""
    return _one_by_one(problem, range(len(problem.needs)))


def urgency_first(problem: AssignmentProblem) -> Assigned:
    """Ask the cheapest volunteers for each wish, the highest price first."""

    def dearest_first(wish: int) -> int:
        return -problem.prices[wish]

    wishes = range(len(problem.needs))
    order = sorted(wishes, key=dearest_first)
    return _one_by_one(problem, order)


def greedy(problem: AssignmentProblem) -> Assigned:
    """Ask for the pair that saves most, then for the next.

    A pair whose volunteer has got offers meanwhile goes back into the heap, with the higher cost.
    """
    answer = _Answer(problem)
    heap = _first_pairs(problem)
    heapify(heap)
    while heap and heap[0][0] < 0:
        cost, wish, volunteer, at = heappop(heap)
        load = problem.loads[volunteer]
        now = answer.taken[volunteer]
        if answer.is_full(wish) or now == len(load):
            continue
        if now > at:
            dearer = cost - load[at] + load[now]
            heappush(heap, (dearer, wish, volunteer, now))
        else:
            answer.add(wish, volunteer)
    return answer.assigned


def _first_pairs(problem: AssignmentProblem) -> list[_Pair]:
    pairs = []
    for wish, price in enumerate(problem.prices):
        for volunteer, cost in problem.edges[wish]:
            load = problem.loads[volunteer]
            if load:
                net = cost + load[0] - price
                pair = (net, wish, volunteer, 0)
                pairs.append(pair)
    return pairs


def ortools(problem: AssignmentProblem) -> Assigned:
    """Ask as OR-Tools' SimpleMinCostFlow does; the time includes building its graph."""
    return by_ortools(problem)[1]


def _one_by_one(problem: AssignmentProblem, order: Iterable[int]) -> Assigned:
    answer = _Answer(problem)
    for wish in order:
        price = problem.prices[wish]
        need = problem.needs[wish]
        cheapest = nsmallest(need, answer.costs(wish))
        for cost, volunteer in cheapest:
            if cost < price:
                answer.add(wish, volunteer)
    return answer.assigned


MATCHERS: dict[str, Callable[[AssignmentProblem], Assigned]] = {
    "ours, exact": exact,
    "OR-Tools, min-cost flow": ortools,
    "greedy by pairs": greedy,
    "urgency first": urgency_first,
    "arrival order": arrival_order,
}
