"""Measure the erasure of a person with very much, step by step (embedded store).

A step is one job of a worker. What it costs must not depend on how much the person has.
"""

import os
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from unittest import mock

from .environment import FOR_EMBEDDED_STORE, use_store
from .table import show, verdict

os.environ |= FOR_EMBEDDED_STORE

from chalicelib.kernel.job import Event, ScheduledJob
from chalicelib.privacy.erasure_notices import ERASED
from onemachine.store import embedded_store
from tests.faults import seams
from tests.faults.cloud import Cloud
from tests.faults.drain import Counted
from tests.faults.much import multiplied, somebody_with_one_of_each
from tests.storage import intercepted
from tests.world import World

__all__ = ["main"]

HEADS = (
    "handler",
    "steps",
    "requests",
    "most in a step",
    "slowest step, s",
    "budget",
    "kept",
)
TICKETS = 5000
MAX_SECONDS, MAX_REQUESTS = 10.0, 300


@dataclass
class Steps:
    """The requests and seconds of each step of a handler."""

    requests: list[int] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    def line(self, name: str) -> tuple[object, ...]:
        """Return a line of the table."""
        most, slowest = max(self.requests), max(self.seconds)
        return (
            name,
            len(self.requests),
            sum(self.requests),
            most,
            f"{slowest:.2f}",
            f"{MAX_REQUESTS}, {MAX_SECONDS:.0f} s",
            verdict(most <= MAX_REQUESTS and slowest < MAX_SECONDS),
        )


def main(tickets: int = TICKETS) -> None:
    """Print the table. There are a fifth as many wishes, and four times as many messages."""
    with (
        tempfile.TemporaryDirectory() as folder,
        embedded_store(Path(folder)) as address,
        use_store(address),
    ):
        world = World()
        _show(world, tickets)


def _show(world: World, tickets: int) -> None:
    cloud = Cloud(world)
    cloud.provide("one")
    cloud.work_inline()
    person = somebody_with_one_of_each(world)
    copies = {
        "": tickets // 5,  # of each a wish, a claim and an offer
        "tickets": tickets // 2,  # and two tickets: one reported, one joined
        "uploads": tickets // 2,
        "messages": tickets * 8 // 10,  # of each about five
        "due": 0,  # the copies need no timers
    }
    rows = multiplied(person.me["id"], copies)
    seams.use_queue(world, cloud)
    steps: dict[str, Steps] = defaultdict(Steps)
    status = world.erase(person).status
    began = time.perf_counter()
    with _watching(world, steps):
        cloud.run_for(hours=1)
    seconds = time.perf_counter() - began
    show(
        f"Erasure of a person with {tickets:,} tickets (embedded store)",
        HEADS,
        [steps[name].line(name) for name in sorted(steps)],
    )
    parked = len(list(world.services.outbox.every_parked()))
    told = sum(call.kind == ERASED for call in cloud.calls)
    print(
        f"\n{rows:,} rows; answer {status}; {seconds:.0f} s in all; "
        f"parked jobs: {parked}; SMS that it is done: {told}"
    )


@contextmanager
def _watching(world: World, steps: dict[str, Steps]) -> Iterator[None]:
    """Count the requests and seconds of each job of the erasure, by its handler."""
    dispatcher = world.services.dispatcher
    plain, counted = dispatcher.run, Counted()

    def run(scheduled: ScheduledJob) -> None:
        before, began = counted.requests.total(), time.perf_counter()
        plain(scheduled)
        if isinstance(scheduled.job, Event) and scheduled.job.handler:
            step = steps[scheduled.kind.removeprefix("event.")]
            step.requests.append(counted.requests.total() - before)
            step.seconds.append(time.perf_counter() - began)

    with (
        mock.patch.object(dispatcher, "run", run),
        intercepted(counted.around),
    ):
        yield
