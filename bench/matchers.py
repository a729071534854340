"""Ways of asking that are compared with the exact flow: simple heuristics and another solver.

Each takes an assignment problem and returns the volunteers who are asked for each wish.
"""

from collections.abc import Callable, Iterable
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
# of a pair: saved cost, wish, volunteer, and the volunteer's offers when the saving was computed
_Pair = tuple[int, int, int, int]


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

    order = sorted(range(len(problem.needs)), key=dearest_first)
    return _one_by_one(problem, order)


def greedy(problem: AssignmentProblem) -> Assigned:
    """Ask for the pair that saves most, then for the next.

    A pair whose volunteer has got offers meanwhile goes back into the heap, with the higher cost.
    """
    assigned: list[list[int]] = [[] for _ in problem.needs]
    taken = [0] * len(problem.loads)
    heap = _first_pairs(problem)
    heapify(heap)
    while heap and heap[0][0] < 0:
        saved, wish, volunteer, at = heappop(heap)
        load, now = problem.loads[volunteer], taken[volunteer]
        if len(assigned[wish]) == problem.needs[wish] or now == len(load):
            continue
        if now > at:
            heappush(heap, (saved - load[at] + load[now], wish, volunteer, now))
            continue
        assigned[wish].append(volunteer)
        taken[volunteer] += 1
    return assigned


def _first_pairs(problem: AssignmentProblem) -> list[_Pair]:
    pairs = []
    for wish, edges in enumerate(problem.edges):
        for volunteer, cost in edges:
            load = problem.loads[volunteer]
            if load:
                saved = cost + load[0] - problem.prices[wish]
                pairs.append((saved, wish, volunteer, 0))
    return pairs


def ortools(problem: AssignmentProblem) -> Assigned:
    """Ask as OR-Tools' SimpleMinCostFlow does; the time includes building its graph."""
    return by_ortools(problem)[1]


def _one_by_one(problem: AssignmentProblem, order: Iterable[int]) -> Assigned:
    assigned: list[list[int]] = [[] for _ in problem.needs]
    taken = [0] * len(problem.loads)
    for wish in order:
        ways = _ways(problem, wish, taken)
        cheapest = nsmallest(problem.needs[wish], ways)
        for cost, volunteer in cheapest:
            if cost < problem.prices[wish]:
                assigned[wish].append(volunteer)
                taken[volunteer] += 1
    return assigned


def _ways(
    problem: AssignmentProblem, wish: int, taken: list[int]
) -> Iterable[tuple[int, int]]:
    """Yield the volunteers who may still be asked for a wish, each behind the cost."""
    for volunteer, cost in problem.edges[wish]:
        load = problem.loads[volunteer]
        if taken[volunteer] < len(load):
            yield cost + load[taken[volunteer]], volunteer


MATCHERS: dict[str, Callable[[AssignmentProblem], Assigned]] = {
    "ours, exact": exact,
    "OR-Tools, min-cost flow": ortools,
    "greedy by pairs": greedy,
    "urgency first": urgency_first,
    "arrival order": arrival_order,
}
