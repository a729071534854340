"""Metrics of the running service, without anything about a person."""

from collections import Counter, defaultdict
from typing import Protocol

__all__ = ["MemoryMetrics", "Metrics"]


class Metrics(Protocol):
    """A collector of measurements, which it writes out when the invocation ends."""

    def count(self, name: str, value: float = 1, **dimensions: str) -> None:
        """Add to a number."""
        ...

    def observe(
        self, name: str, value: float, unit: str = "Seconds", **dimensions: str
    ) -> None:
        """Record one value of a distribution."""
        ...

    def __enter__(self) -> object:
        """Begin an invocation."""
        ...

    def __exit__(self, *error: object) -> None:
        """End an invocation and write out its measurements."""
        ...


class MemoryMetrics:
    """Measurements in memory, for the local server and tests."""

    def __init__(self) -> None:
        self.counts: Counter[tuple[str, ...]] = Counter()
        self.values: defaultdict[tuple[str, ...], list[float]] = defaultdict(
            list
        )

    def count(self, name: str, value: float = 1, **dimensions: str) -> None:
        """See `Metrics.count`."""
        self.counts[(name, *dimensions.values())] += value  # type: ignore[assignment]

    def observe(
        self, name: str, value: float, unit: str = "Seconds", **dimensions: str
    ) -> None:
        """See `Metrics.observe`; the newest thousand values are kept."""
        kept = self.values[(name, *dimensions.values())]
        kept.append(value)
        del kept[:-1000]

    def __enter__(self) -> object:
        """Keep everything."""
        return self

    def __exit__(self, *error: object) -> None:
        """Keep everything."""
