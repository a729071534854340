"""The prices that prove a lower bound of an assignment problem (see `problem.lower_bound`)."""

from collections.abc import Sequence
from heapq import nsmallest

from .problem import AssignmentProblem, lower_bound

__all__ = ["Prices", "best_proof"]

Prices = tuple[tuple[int, ...], tuple[int, ...]]  # of wishes, of volunteers
_TURNS = 2  # the first turn closes nearly all of the gap that can be closed


def best_proof(
    problem: AssignmentProblem,
    volunteer_prices: tuple[int, ...],
    waiting: Sequence[int],
) -> tuple[int, Prices]:
    """Return the highest bound found, and the prices that prove it.

    With `waiting` wishes, which no shortest path has inserted, a second pair of prices is tried.
    """
    prices = (_place_prices(problem, volunteer_prices), volunteer_prices)
    bound = lower_bound(problem, *prices)
    if waiting:
        ascended = _ascended(problem, prices[0], waiting)
        higher = lower_bound(problem, *ascended)
        if higher > bound:
            return higher, ascended
    return bound, prices


def _place_prices(
    problem: AssignmentProblem, volunteer_prices: Sequence[int]
) -> tuple[int, ...]:
    """Return the wish prices that make the bound highest: the cost of filling the last place."""
    prices = []
    for need, price, edges in zip(
        problem.needs, problem.prices, problem.edges, strict=True
    ):
        places = max(need, 1)
        costs = (
            cost + volunteer_prices[volunteer] for volunteer, cost in edges
        )
        last = nsmallest(places, costs)[places - 1 :]
        prices.append(min([price, *last]))
    return tuple(prices)


def _time_prices(
    problem: AssignmentProblem, wish_prices: Sequence[int]
) -> tuple[int, ...]:
    """Return the volunteer prices that make the bound highest: where demand meets supply."""
    bids: list[list[int]] = [[] for _ in problem.loads]
    for worth, edges in zip(wish_prices, problem.edges, strict=True):
        for volunteer, cost in edges:
            bids[volunteer].append(worth - cost)
    prices = []
    for load, bid in zip(problem.loads, bids, strict=True):
        bid.sort(reverse=True)
        taken = sum(
            offered > step for offered, step in zip(bid, load, strict=False)
        )
        prices.append(max([0, *load[:taken][-1:], *bid[taken : taken + 1]]))
    return tuple(prices)


def _ascended(
    problem: AssignmentProblem,
    wish_prices: Sequence[int],
    waiting: Sequence[int],
) -> Prices:
    """Return prices that prove more where volunteers are scarce.

    They start from the open places of waiting wishes, and not from free time. The best prices of
    either side are found for the other's, by turns. Each turn raises the bound or leaves it.
    """
    start = list(wish_prices)
    for wish in waiting:
        start[wish] = problem.prices[wish]
    worth, mu = tuple(start), tuple[int, ...]()
    for _ in range(_TURNS):
        mu = _time_prices(problem, worth)
        worth = _place_prices(problem, mu)
    return worth, mu
