"""Many hands at once: jobs that start at the same instant, and a client's patience."""

import random
import time
from collections import Counter as Tally
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from ..world import Answer

T = TypeVar("T")


def at_once(*jobs: Callable[[], T]) -> list[T]:
    """Start all jobs at the same instant, each in a thread; return their results in order."""
    start = Barrier(len(jobs))

    def run(job: Callable[[], T]) -> T:
        start.wait(20)
        return job()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return [
            done.result() for done in [pool.submit(run, job) for job in jobs]
        ]


def a_little_later(job: Callable[[], T], most: float = 0.05) -> Callable[[], T]:
    """Give the others a head start by chance, so that a race of a quick job against a slow one is
    not always won by the same.
    """

    def run() -> T:
        time.sleep(random.uniform(0, most))
        return job()

    return run


def insist(ask: Callable[[], Answer]) -> Answer:
    """Send a request as a client does: after a 503, again a little later."""
    for _ in range(60):
        answer = ask()
        if answer.status != 503:
            return answer
        assert int(answer.headers["retry-after"]) >= 1
        time.sleep(random.uniform(0, 0.02))
    raise AssertionError("busy for ever")


def told(answers: list[Answer]) -> Tally[tuple[int, str]]:
    """Count answers by status and, where refused, code."""
    return Tally((a.status, a.code if a.status >= 400 else "") for a in answers)


def rivals(
    n: int, first: Callable[[], T], second: Callable[[], T], most: float = 0.04
) -> list[T]:
    """Start two jobs at once; in turn, by `n`, one of them gives the other a head start."""
    jobs = [first, second]
    jobs[n % 2] = a_little_later(jobs[n % 2], most)
    return at_once(*jobs)
