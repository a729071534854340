"""The assignment problem, its solution, and the certificate that the solution is optimal.

Formulation. Wish i needs n_i volunteers, each at most once. Leaving a place open costs p_i.
Asking volunteer j for wish i costs c_ij. The k-th offer of this run to j costs s_j(k) on top,
never less than the one before, up to the capacity of j::

    min  SUM c_ij x_ij + SUM s_j(k) y_jk + SUM p_i u_i
    s.t. SUM_j x_ij + u_i = n_i,   SUM_i x_ij = SUM_k y_jk,   x_ij, y_jk in {0, 1},   u_i >= 0

This is a flow from wishes over volunteers to one sink. So integer data have an integer optimum.
The multipliers of the two equations, lambda_i and mu_j, prove the optimum. Here they are the
prices of a wish's place and of a volunteer's time. For any prices with lambda_i <= p_i,
`lower_bound` is a cost that no solution can undercut.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

__all__ = ["AssignmentProblem", "Solution", "breaches", "faults", "lower_bound"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentProblem:
    """The wishes, the volunteers and the costs; both are numbered from 0, costs are points.

    Raises:
        ValueError: The parts do not fit together, a wish names a volunteer twice, or a load
            falls or is negative.
    """

    needs: Sequence[int]  # places to fill of each wish, >= 0
    prices: Sequence[int]  # of leaving one place of each wish open, >= 0
    # Of each wish: (volunteer, cost >= 0), each volunteer at most once.
    edges: Sequence[Sequence[tuple[int, int]]]
    # Of each volunteer: the price of the 1st, 2nd, ... offer. The length is their capacity.
    loads: Sequence[Sequence[int]]

    def __post_init__(self) -> None:
        if not len(self.needs) == len(self.prices) == len(self.edges):
            raise ValueError("needs, prices and edges are of different length")
        if min(self.needs, default=0) < 0 or min(self.prices, default=0) < 0:
            raise ValueError("a need or a price is negative")
        for load in self.loads:
            if any(after < before for before, after in pairwise([0, *load])):
                raise ValueError("a load is negative or falls")
        for edges in self.edges:
            self._check_edges(edges)

    def _check_edges(self, edges: Sequence[tuple[int, int]]) -> None:
        count = len(self.loads)
        if len({volunteer for volunteer, _ in edges}) < len(edges):
            raise ValueError("a wish names a volunteer twice")
        for volunteer, cost in edges:
            if not 0 <= volunteer < count or cost < 0:
                raise ValueError(
                    "an edge leads to nobody, or its cost is negative"
                )


@dataclass(frozen=True, slots=True, kw_only=True)
class Solution:
    """An assignment, its cost, and the prices that bound its distance from the optimum."""

    assigned: tuple[
        tuple[int, ...], ...
    ]  # volunteers asked for each wish, ascending
    cost: int
    bound: int  # of these prices: no solution of the problem costs less
    # lambda: of a place of each wish, between the cost of the last one and of one more.
    wish_prices: tuple[int, ...]
    volunteer_prices: tuple[
        int, ...
    ]  # mu: of one more unit of each volunteer's time
    # Wishes as they were taken: component by component, within one in the requested order.
    order: tuple[int, ...]
    exact: int  # of that order, how many shortest paths inserted; the rest is greedy
    work: int  # heap pops spent

    @property
    def regret(self) -> int:
        """Return how much an optimum could save at most."""
        return self.cost - self.bound

    @property
    def complete(self) -> bool:
        """Say whether shortest paths inserted all wishes: then the solution is an optimum."""
        return self.exact == len(self.assigned)


def lower_bound(
    problem: AssignmentProblem,
    wish_prices: Sequence[int],
    volunteer_prices: Sequence[int],
) -> int:
    """Return a cost that no solution undercuts, for any prices (the Lagrangian bound).

    The two equations of the flow are lifted, and their breach is charged at these prices. The
    remaining terms are independent, and each is as low as it can be. A wish's price above that
    of an open place counts as the latter.
    """
    mu = volunteer_prices
    total = 0
    for need, price, edges, asked in zip(
        problem.needs, problem.prices, problem.edges, wish_prices, strict=True
    ):
        worth = min(price, asked)
        total += worth * need
        for volunteer, cost in edges:
            reduced = cost + mu[volunteer] - worth
            if reduced < 0:
                total += reduced
    for load, worth in zip(problem.loads, mu, strict=True):
        total += sum(step - worth for step in load if step < worth)
    return total


def breaches(problem: AssignmentProblem, solution: Solution) -> list[str]:
    """Return how a solution breaks the rules of the problem or misstates its cost or bound.

    Empty: the solution can be carried out.
    """
    if not _has_all(problem, solution):
        return ["wishes or volunteers are missing or too many"]
    found = [*_assignment_breaches(problem, solution)]
    for volunteer, taken in enumerate(_taken(problem, solution)):
        capacity = len(problem.loads[volunteer])
        if taken > capacity:
            found.append(
                f"volunteer {volunteer}: asked {taken} times, takes {capacity}"
            )
    return found or [*_misstatements(problem, solution)]


def _has_all(problem: AssignmentProblem, solution: Solution) -> bool:
    wishes, volunteers = len(problem.needs), len(problem.loads)
    return (
        len(solution.assigned) == wishes
        and len(solution.wish_prices) == wishes
        and len(solution.volunteer_prices) == volunteers
    )


def _assignment_breaches(
    problem: AssignmentProblem, solution: Solution
) -> Iterator[str]:
    for wish, volunteers in enumerate(solution.assigned):
        eligible, need = dict(problem.edges[wish]), problem.needs[wish]
        for volunteer in volunteers:
            if volunteer not in eligible:
                yield f"wish {wish}: volunteer {volunteer} may not be asked"
        if len(set(volunteers)) < len(volunteers):
            yield f"wish {wish}: a volunteer is asked twice"
        if len(volunteers) > need:
            yield f"wish {wish}: {len(volunteers)} are asked, {need} are needed"


def _taken(problem: AssignmentProblem, solution: Solution) -> list[int]:
    """Return the number of eligible wishes that each volunteer is asked for."""
    taken = [0] * len(problem.loads)
    for edges, volunteers in zip(problem.edges, solution.assigned, strict=True):
        for volunteer in set(volunteers) & dict(edges).keys():
            taken[volunteer] += 1
    return taken


def _misstatements(
    problem: AssignmentProblem, solution: Solution
) -> Iterator[str]:
    cost = _cost(problem, solution)
    if cost != solution.cost:
        yield f"the cost is {cost} and not {solution.cost}"
        return
    bound = lower_bound(
        problem, solution.wish_prices, solution.volunteer_prices
    )
    if bound != solution.bound:
        yield f"the bound of these prices is {bound} and not {solution.bound}"


def _cost(problem: AssignmentProblem, solution: Solution) -> int:
    """Return the cost of a solution without breaches, computed from the formulation."""
    cost = 0
    for wish, volunteers in enumerate(solution.assigned):
        costs = dict(problem.edges[wish])
        cost += problem.prices[wish] * (problem.needs[wish] - len(volunteers))
        cost += sum(costs[volunteer] for volunteer in volunteers)
    taken = _taken(problem, solution)
    for load, count in zip(problem.loads, taken, strict=True):
        cost += sum(load[:count])
    return cost


def faults(problem: AssignmentProblem, solution: Solution) -> list[str]:
    """Return the faults of a solution's certificate; looks at every edge once, O(E).

    Empty: the solution can be carried out and is an optimum. The prices prove this if no
    residual arc has a negative reduced cost (complementary slackness).
    """
    return breaches(problem, solution) or [
        *_wish_faults(problem, solution),
        *_load_faults(problem, solution),
    ]


def _wish_faults(
    problem: AssignmentProblem, solution: Solution
) -> Iterator[str]:
    for wish, volunteers in enumerate(solution.assigned):
        price, worth = problem.prices[wish], solution.wish_prices[wish]
        if worth > price:
            yield f"wish {wish}: a place is priced at {worth}, leaving it open costs {price}"
        if worth < price and len(volunteers) < problem.needs[wish]:
            yield f"wish {wish}: a place is open at {price} and priced at {worth}"
        for volunteer, cost in problem.edges[wish]:
            reduced = cost + solution.volunteer_prices[volunteer] - worth
            if reduced > 0 and volunteer in volunteers:
                yield f"wish {wish}: volunteer {volunteer} costs {reduced} more than a place"
            if reduced < 0 and volunteer not in volunteers:
                yield f"wish {wish}: unasked volunteer {volunteer} would save {-reduced}"


def _load_faults(
    problem: AssignmentProblem, solution: Solution
) -> Iterator[str]:
    taken = Counter[int]()
    for volunteers in solution.assigned:
        taken.update(volunteers)
    for volunteer, (load, worth) in enumerate(
        zip(problem.loads, solution.volunteer_prices, strict=True)
    ):
        count, time = taken[volunteer], f"their time is priced at {worth}"
        if count and load[count - 1] > worth:
            yield f"volunteer {volunteer}: offer {count} costs {load[count - 1]}, {time}"
        if count < len(load) and load[count] < worth:
            yield f"volunteer {volunteer}: offer {count + 1} would cost {load[count]}, {time}"
