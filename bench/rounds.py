"""How two things are compared on a machine that is busy with others: side by side, many times, by
CPU time and median.
"""

from collections.abc import Callable, Mapping
from statistics import median

__all__ = ["interleaved", "ratio"]


def interleaved(
    measures: Mapping[str, Callable[[], float]], rounds: int
) -> dict[str, list[float]]:
    """Measure all in every round, in an order that rotates from round to round; return each one's
    rounds.
    """
    found: dict[str, list[float]] = {name: [] for name in measures}
    names = list(measures)
    for n in range(rounds):
        shift = n % len(names)
        for name in names[shift:] + names[:shift]:
            found[name].append(measures[name]())
    return found


def ratio(one: list[float], other: list[float]) -> float:
    """Return the median over the rounds of one to the other."""
    return round(median(a / b for a, b in zip(one, other, strict=True)), 2)
