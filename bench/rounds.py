"""Compare things on a busy machine: side by side, many times, by CPU time and median."""

from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from operator import truediv
from statistics import median

__all__ = ["interleaved", "ratio"]


def interleaved(
    measures: Mapping[str, Callable[[], float]], rounds: int
) -> dict[str, list[float]]:
    """Take every measure once in each round and return its values by name.

    The order rotates from round to round.
    """
    found: dict[str, list[float]] = defaultdict(list)
    names = deque(measures)
    for _ in range(rounds):
        for name in names:
            measure = measures[name]
            found[name].append(measure())
        names.rotate(-1)
    return found


def ratio(one: list[float], other: list[float]) -> float:
    """Return the median over the rounds of one divided by the other."""
    middle: float = median(map(truediv, one, other))
    return round(middle, 2)
