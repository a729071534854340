"""Count the storage calls of one matching run over a large street, by their use.

A street of 1,000 open wishes and 5,000 volunteers in ten communities is written into the embedded
store. Half of the volunteers were asked before. Four runs are counted: one over the whole street, a
second one right behind it, the scheduled one of a community (which finds nothing to do), and the
next of that community after five more wishes.
"""

import os
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .environment import FOR_EMBEDDED_STORE, use_store
from .table import show

os.environ |= FOR_EMBEDDED_STORE

from chalicelib.kernel.request import RequestContext
from chalicelib.matching.model import Run
from chalicelib.matching.policy import WeightsEdit
from onemachine.store import embedded_store
from tests.faults.cloud import Stub
from tests.matching.street import (
    StreetSize,
    carry_out,
    community_job,
    settle,
)
from tests.storage import Storage, counted_storage
from tests.world import STREET, World

from .storage_counting import units

__all__ = ["main"]

COMMUNITY = f"{STREET}.c00"
HEADS = (
    "run",
    "offers",
    "pairs looked at",
    "reading requests",
    "RRU",
    "writing requests",
    "WRU",
    "CPU s",
)


@dataclass(frozen=True)
class CountedRun:
    """The storage calls of one run, its record if it made one, and CPU seconds."""

    name: str
    storage: Storage
    record: Run | None
    seconds: float

    def line(self) -> Sequence[object]:
        """Return the run as a line of the table."""
        made = visits = 0
        if self.record:
            made, visits = self.record.made, self.record.visits
        read_units, write_units = units(self.storage)
        reads = self.storage.reads
        writes = len(self.storage.calls) - reads
        return (
            self.name,
            made,
            visits,
            reads,
            read_units,
            writes,
            write_units,
            round(self.seconds, 2),
        )


def main(wishes: int = 1000) -> None:
    """Print the tables."""
    size = StreetSize(
        wishes=wishes, volunteers=5 * wishes, communities=10, grids=5
    )
    with (
        tempfile.TemporaryDirectory() as folder,
        embedded_store(Path(folder)) as address,
        use_store(address),
    ):
        runs = _runs(size)
    people = f"{size.wishes:,} open wishes and {size.volunteers:,} volunteers"
    show(
        f"One run over {people} (embedded store)",
        HEADS,
        [run.line() for run in runs],
    )
    _show_by_use(runs[0].storage)


def _runs(size: StreetSize) -> list[CountedRun]:
    """Count the four runs in a world with a street of a size."""
    world = World()
    # Messages are only enqueued: another function sends them.
    queue = world.services.outbox._queue = Stub()
    settle(world, size)

    def whole_street() -> Run | None:
        context = RequestContext(actor=world.admin.as_actor())
        matching = world.services.matching
        started = matching.start_run(
            context, STREET, WeightsEdit(), dry_run=False
        )
        carry_out(world, queue.taken)
        return matching.read_run(context, started.run.id)[0].run

    def scheduled() -> None:
        world.services.run_job(
            community_job(COMMUNITY, world.services.core.ids.new("due"))
        )

    runs = [
        _count("the whole street, everything unmet", whole_street),
        _count("again at once", whole_street),
        _count("one community, by schedule", scheduled),
    ]
    more = StreetSize(wishes=5, volunteers=0, communities=1, grids=5)
    settle(world, more, seed=7)
    name = "one community, five more wishes, by schedule"
    return [*runs, _count(name, scheduled)]


def _count(name: str, run: Callable[[], Run | None]) -> CountedRun:
    began = time.process_time()
    with counted_storage() as storage:
        record = run()
    seconds = time.process_time() - began
    return CountedRun(name, storage, record, seconds)


def _show_by_use(storage: Storage) -> None:
    """Print requests and units by kind and table."""
    by_use: dict[tuple[str, str], Storage] = defaultdict(Storage)
    for call in storage.calls:
        kind, sent, _ = call
        use = kind, _table_of(sent)
        by_use[use].calls.append(call)
    lines = []
    for (kind, table), calls in by_use.items():
        requests = len(calls.calls)
        line = (kind, table, requests, calls.units(kind))
        lines.append(line)
    show(
        "Where the first run's requests go",
        ("request", "table", "requests", "units"),
        lines,
    )


def _table_of(sent: dict[str, Any]) -> str:
    """Return the table of a call without its prefix, and its index if there is one."""
    tables = sorted(sent.get("RequestItems", {}))
    name: str = sent.get("TableName") or ", ".join(tables) or "several"
    table = name.rpartition("-")[2]
    index = sent.get("IndexName")
    return f"{table}.{index}" if index else table
