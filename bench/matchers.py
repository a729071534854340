"""What the exact flow is compared with: the ways in which people are asked where nobody computes,
and another solver.

All take a problem of the house and return who is asked for each wish.
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


def exact(problem: AssignmentProblem) -> Assigned:
    """Ask as the house does."""
    return solve(problem).assigned


def arrival_order(problem: AssignmentProblem) -> Assigned:
    """Ask for wish after wish whom it is cheapest to ask then, in the order in which they came."""
    return _one_by_one(problem, range(len(problem.needs)))


def urgency_first(problem: AssignmentProblem) -> Assigned:
    """Ask for the dearest wish first."""
    return _one_by_one(
        problem,
        sorted(
            range(len(problem.needs)), key=lambda wish: -problem.prices[wish]
        ),
    )


def greedy(problem: AssignmentProblem) -> Assigned:
    """Ask for the pair that saves most, then for the next; what a volunteer's load has made dearer
    goes back into the heap.
    """
    assigned: list[list[int]] = [[] for _ in problem.needs]
    taken = [0] * len(problem.loads)
    heap = [
        (cost + load[0] - price, wish, volunteer, 0)
        for wish, (price, edges) in enumerate(
            zip(problem.prices, problem.edges, strict=True)
        )
        for volunteer, cost in edges
        if (load := problem.loads[volunteer])
    ]
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


def ortools(problem: AssignmentProblem) -> Assigned:
    """Ask as OR-Tools' SimpleMinCostFlow says; building its graph is part of it."""
    return by_ortools(problem)[1]


def _one_by_one(problem: AssignmentProblem, order: Iterable[int]) -> Assigned:
    assigned: list[Iterable[int]] = [()] * len(problem.needs)
    taken = [0] * len(problem.loads)
    for wish in order:
        ways = (
            (cost + load[taken[volunteer]], volunteer)
            for volunteer, cost in problem.edges[wish]
            if taken[volunteer] < len(load := problem.loads[volunteer])
        )
        cheapest = nsmallest(problem.needs[wish], ways)
        assigned[wish] = [
            volunteer
            for cost, volunteer in cheapest
            if cost < problem.prices[wish]
        ]
        for volunteer in assigned[wish]:
            taken[volunteer] += 1
    return assigned


MATCHERS: dict[str, Callable[[AssignmentProblem], Assigned]] = {
    "ours, exact": exact,
    "OR-Tools, min-cost flow": ortools,
    "greedy by pairs": greedy,
    "urgency first": urgency_first,
    "arrival order": arrival_order,
}
