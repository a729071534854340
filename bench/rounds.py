"""Compare things on a busy machine: side by side, many times, by CPU time and median."""

from collections.abc import Callable, Mapping
from statistics import median

__all__ = ["interleaved", "ratio"]


def interleaved(
    measures: Mapping[str, Callable[[], float]], rounds: int
) -> dict[str, list[float]]:
    """Take every measure once in each round and return its values by name.

    The order rotates from round to round.
    """
    found: dict[str, list[float]] = {name: [] for name in measures}
    names = list(measures)
    for n in range(rounds):
        shift = n % len(names)
        for name in names[shift:] + names[:shift]:
            found[name].append(measures[name]())
    return found


def ratio(one: list[float], other: list[float]) -> float:
    """Return the median over the rounds of one divided by the other."""
    return round(median(a / b for a, b in zip(one, other, strict=True)), 2)
