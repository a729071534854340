"""Count a sweep that finds nothing due, while many rows wait for later."""

import time
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

from chalicelib.kernel.job import JobRecord, record_of
from tests.job_rows import a_job
from tests.storage import Storage, counted_storage
from tests.world import START, World

from .environment import use_store
from .seeds import PREFIX, seeded_store
from .storage_counting import CountedOperation

__all__ = ["measure_sweep"]

ROWS_WAITING = (1_000, 10_000, 1_000_000)


def measure_sweep() -> list[CountedOperation]:
    """Count an idle sweep for each number of waiting rows."""
    return [idle_sweep(waiting) for waiting in ROWS_WAITING]


def idle_sweep(waiting: int) -> CountedOperation:
    """Count a sweep over a store in which a number of rows wait for next year."""
    at = START + timedelta(days=365)
    begun = time.perf_counter()
    with seeded_store(_rows(waiting, at)) as address:
        took = time.perf_counter() - begun
        with use_store(address):
            storage, shards = _sweep(at)
    sweep = CountedOperation(
        f"sweep, nothing due, {waiting:,} rows waiting (seeded in {took:.0f} s)",
        storage,
        Storage(),
    )
    kept = storage.names == Counter({"Query": shards})
    return sweep.within(f"= {shards} shards' requests, flat", kept)


def _rows(waiting: int, at: datetime) -> Iterator[JobRecord]:
    """Yield jobs in four shards, one each second from an instant."""
    for n in range(waiting):
        job = a_job(
            id=f"due_{n:024}",
            at=at + timedelta(seconds=n),
            shard=f"s{n % 4}",
            kind="bench.none",
            subject="none",
        )
        yield record_of(job)


def _sweep(first: datetime) -> tuple[Storage, int]:
    """Sweep once; return the counted calls and the number of shards."""
    world = World(table_prefix=PREFIX)
    with counted_storage() as storage:
        taken = world.services.outbox.sweep()
    if taken:
        raise RuntimeError(f"nothing should have been due: {taken}")
    if world.services.outbox.next_at() != first:
        raise RuntimeError("the seeded rows are missing")
    return storage, world.settings.due_shards
