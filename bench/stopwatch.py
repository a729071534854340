"""Measure how the time of a request is divided among its parts.

The functions at the borders between parts are wrapped. A part is charged its own time, without the
parts inside it. A profiler would measure every call; here only a dozen calls carry that cost.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from statistics import median
from typing import Any, NamedTuple
from unittest import mock

__all__ = ["Border", "parts_of"]


class Border(NamedTuple):
    """A function by which a part of a request is entered."""

    part: str
    owner: Any
    function: str


class _Watch:
    """Own nanoseconds of each part; `_inside` holds, for each open call, those of inner calls."""

    def __init__(self) -> None:
        self.spent: dict[str, int] = defaultdict(int)
        self._inside: list[int] = []

    def around(
        self, part: str, function: Callable[..., Any]
    ) -> Callable[..., Any]:
        def timed(*args: Any, **kwargs: Any) -> Any:
            self._inside.append(0)
            start = time.perf_counter_ns()
            try:
                return function(*args, **kwargs)
            finally:
                took = time.perf_counter_ns() - start
                inner = self._inside.pop()
                self.spent[part] += took - inner
                if self._inside:
                    self._inside[-1] += took

        return timed


@contextmanager
def _watched(borders: Sequence[Border]) -> Iterator[_Watch]:
    watch = _Watch()
    with ExitStack() as stack:
        for part, owner, name in borders:
            function = getattr(owner, name)
            timed = watch.around(part, function)
            patch = mock.patch.object(owner, name, timed)
            stack.enter_context(patch)
        yield watch


def parts_of(
    request: Callable[[], object], borders: Sequence[Border], times: int
) -> dict[str, float]:
    """Return the median microseconds of each part over many requests."""
    seen: dict[str, list[int]] = defaultdict(list)
    with _watched(borders) as watch:
        for _ in range(times):
            watch.spent.clear()
            request()
            for border in borders:
                nanoseconds = watch.spent[border.part]
                seen[border.part].append(nanoseconds)
    return {part: median(spent) / 1000 for part, spent in seen.items()}
