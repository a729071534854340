"""Who is asked for which wish, at the least total cost: the problem, what solves it, and the proof that it is solved.

Formulation. Wish i needs n_i volunteers, each at most once; leaving a place open costs p_i. Asking volunteer j for it costs
c_ij, and their k-th offer of this run costs s_j(k) on top, never less than the one before, up to their capacity::

    min  SUM c_ij x_ij + SUM s_j(k) y_jk + SUM p_i u_i
    s.t. SUM_j x_ij + u_i = n_i,   SUM_i x_ij = SUM_k y_jk,   x_ij, y_jk in {0, 1},   u_i >= 0

This is a flow from wishes over volunteers to one sink, so whole numbers in give whole numbers out, and the multipliers of the
two equations (lambda_i, mu_j; here the prices of a wish's place and of a volunteer's time) prove the optimum: for any prices
with lambda_i <= p_i, `lower_bound` is a cost that no solution can undercut. `faults` looks at every edge once.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

__all__ = ["AssignmentProblem", "Solution", "breaches", "faults", "lower_bound"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentProblem:
    """Who may be asked for what, at which price; wishes and volunteers are numbered from 0, costs are points.

    Raises:
        ValueError: The parts do not fit together, a wish has a volunteer twice, or a load falls or is negative.
    """

    needs: Sequence[int]  # places to fill of each wish, >= 0
    prices: Sequence[int]  # of leaving one place of each wish open, >= 0
    edges: Sequence[
        Sequence[tuple[int, int]]
    ]  # of each wish: (volunteer, cost >= 0), each volunteer at most once
    loads: Sequence[
        Sequence[int]
    ]  # of each volunteer: the price of the 1st, 2nd, ... offer; its length is their capacity

    def __post_init__(self) -> None:
        count = len(self.loads)
        if not len(self.needs) == len(self.prices) == len(self.edges):
            raise ValueError("needs, prices and edges are of different length")
        if min(self.needs, default=0) < 0 or min(self.prices, default=0) < 0:
            raise ValueError("a need or a price is negative")
        for load in self.loads:
            if any(after < before for before, after in pairwise([0, *load])):
                raise ValueError("a load is negative or falls")
        for edges in self.edges:
            if len({volunteer for volunteer, _ in edges}) < len(edges):
                raise ValueError("a volunteer stands twice at one wish")
            if not all(
                0 <= volunteer < count and cost >= 0 for volunteer, cost in edges
            ):
                raise ValueError("an edge leads to nobody, or its cost is negative")


@dataclass(frozen=True, slots=True, kw_only=True)
class Solution:
    """Who is asked, what it costs, and the prices that prove how far from the optimum it can be at most."""

    assigned: tuple[tuple[int, ...], ...]  # volunteers asked for each wish, ascending
    cost: int
    bound: int  # of these prices: no solution of the problem costs less
    wish_prices: tuple[
        int, ...
    ]  # lambda: of a place of each wish, between what the last one costs and what one more would
    volunteer_prices: tuple[int, ...]  # mu: of one more unit of each volunteer's time
    order: tuple[
        int, ...
    ]  # wishes as they were taken: component by component, within one as was asked for
    exact: int  # of that order, how many were inserted by shortest paths; the rest was filled greedily
    work: int  # heap pops spent

    @property
    def regret(self) -> int:
        """Return what an optimum could save at most."""
        return self.cost - self.bound

    @property
    def complete(self) -> bool:
        """Return whether all wishes were inserted by shortest paths, and so the solution is an optimum."""
        return self.exact == len(self.assigned)


def lower_bound(
    problem: AssignmentProblem,
    wish_prices: Sequence[int],
    volunteer_prices: Sequence[int],
) -> int:
    """Return a cost that no solution undercuts, for any prices (the Lagrangian bound).

    The two equations of the flow are lifted and their breach is charged at these prices; what remains falls apart into terms
    that are each as low as they can be. A wish's price above that of an open place is taken as the latter.
    """
    mu = volunteer_prices
    total = 0
    for need, price, edges, asked in zip(
        problem.needs, problem.prices, problem.edges, wish_prices, strict=True
    ):
        worth = min(price, asked)
        total += worth * need + sum(
            cost + mu[volunteer] - worth
            for volunteer, cost in edges
            if cost + mu[volunteer] < worth
        )
    for load, worth in zip(problem.loads, mu, strict=True):
        total += sum(step - worth for step in load if step < worth)
    return total


def breaches(problem: AssignmentProblem, solution: Solution) -> list[str]:
    """Return how the solution breaks the rules of the problem or misstates its cost; empty: it can be carried out."""
    counts = [
        (len(solution.assigned), len(problem.needs)),
        (len(solution.wish_prices), len(problem.needs)),
    ]
    counts.append((len(solution.volunteer_prices), len(problem.loads)))
    if any(there != needed for there, needed in counts):
        return ["wishes or volunteers are missing or too many"]
    found: list[str] = []
    taken = [0] * len(problem.loads)
    cost = 0
    for wish, volunteers in enumerate(solution.assigned):
        costs = dict(problem.edges[wish])
        strangers = [volunteer for volunteer in volunteers if volunteer not in costs]
        found += [
            f"wish {wish}: volunteer {volunteer} may not be asked"
            for volunteer in strangers
        ]
        if len(set(volunteers)) < len(volunteers):
            found.append(f"wish {wish}: a volunteer is asked twice")
        if len(volunteers) > problem.needs[wish]:
            found.append(
                f"wish {wish}: {len(volunteers)} are asked, {problem.needs[wish]} are needed"
            )
        cost += problem.prices[wish] * (problem.needs[wish] - len(volunteers))
        for volunteer in set(volunteers) & costs.keys():
            cost += costs[volunteer]
            taken[volunteer] += 1
    for volunteer, load in enumerate(problem.loads):
        if taken[volunteer] > len(load):
            found.append(
                f"volunteer {volunteer}: asked {taken[volunteer]} times, she takes {len(load)}"
            )
        cost += sum(load[: taken[volunteer]])
    if not found and cost != solution.cost:
        found.append(f"the cost is {cost} and not {solution.cost}")
    if (
        not found
        and (
            bound := lower_bound(
                problem, solution.wish_prices, solution.volunteer_prices
            )
        )
        != solution.bound
    ):
        found.append(f"the bound of these prices is {bound} and not {solution.bound}")
    return found


def faults(problem: AssignmentProblem, solution: Solution) -> list[str]:
    """Check the certificate in O(E) and return what is wrong with it; empty: the solution can be carried out and is an optimum.

    The prices prove the optimum if no residual arc has a negative reduced cost: nobody would be better asked instead, no
    offer is dearer than its worth, no place is open or filled against its price (complementary slackness).
    """
    return breaches(problem, solution) or [
        *_wrong_edges(problem, solution),
        *_wrong_loads(problem, solution),
    ]


def _wrong_edges(problem: AssignmentProblem, solution: Solution) -> Iterator[str]:
    for wish, volunteers in enumerate(solution.assigned):
        price, worth = problem.prices[wish], solution.wish_prices[wish]
        if worth > price:
            yield f"wish {wish}: a place is priced at {worth}, leaving it open costs {price}"
        if worth < price and len(volunteers) < problem.needs[wish]:
            yield f"wish {wish}: a place is open at {price} and priced at {worth}"
        for volunteer, cost in problem.edges[wish]:
            reduced = cost + solution.volunteer_prices[volunteer] - worth
            if reduced > 0 and volunteer in volunteers:
                yield f"wish {wish}: asking volunteer {volunteer} costs {reduced} more than a place is worth"
            if reduced < 0 and volunteer not in volunteers:
                yield f"wish {wish}: a place is worth {-reduced} more than volunteer {volunteer}, who is not asked"


def _wrong_loads(problem: AssignmentProblem, solution: Solution) -> Iterator[str]:
    taken = Counter(
        volunteer for volunteers in solution.assigned for volunteer in volunteers
    )
    for volunteer, (load, worth) in enumerate(
        zip(problem.loads, solution.volunteer_prices, strict=True)
    ):
        count = taken[volunteer]
        if count and load[count - 1] > worth:
            yield f"volunteer {volunteer}: offer {count} costs {load[count - 1]}, her time is priced at {worth}"
        if count < len(load) and load[count] < worth:
            yield f"volunteer {volunteer}: offer {count + 1} would cost {load[count]}, her time is priced at {worth}"
