"""The transactional outbox: jobs by shard and instant, their hand-over to the queues, and parked jobs."""

import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from pynamodb.exceptions import PynamoDBException

from ..kernel.changes import Delete, Put
from ..kernel.clock import Clock, to_text
from ..kernel.job import ScheduledJob, record_of, scheduled_of
from ..kernel.metrics import Metrics
from ..kernel.paging import Page, every
from .batches import in_batches
from .store import Store
from .table import SK, behind
from .tables import JOB, PARKED, PARKED_PART, ParkedJob

__all__ = ["Outbox", "ParkedJob", "Queue", "shard_of"]

_PAGE = 100  # rows of one shard read at once
_READ_MAX = 2000  # parked jobs looked through for one page
_BATCH = 10  # entries handed over at once: what SQS takes in one request


class Queue(Protocol):
    """Takes due jobs to the workers."""

    def enqueue(self, entries: Sequence[ScheduledJob]) -> set[str]:
        """Return the ids of the entries that were taken; the others stay due. Ten entries at most."""
        ...


def shard_of(id: str, shards: int) -> str:
    """Return the shard of a job."""
    return f"s{zlib.crc32(id.encode()) % shards}"


class Outbox:
    """The job table: a job that a queue takes is deleted, one that it refuses stays."""

    def __init__(
        self, queue: Queue, clock: Clock, shards: int, metrics: Metrics, store: Store
    ) -> None:
        self._store = store
        self._queue = queue
        self._clock = clock
        self._metrics = metrics
        self._gathered: list[ScheduledJob] | None = None
        self.shards = shards

    @contextmanager
    def batch(self) -> Iterator[None]:
        """Hand over at the end of an invocation what its jobs have made due, ten in one request instead of one in each.

        Should it die before, the rows are there, and the sweep finds them. For a process that runs one invocation at a time.
        """
        gathered = self._gathered = []
        try:
            yield
        finally:
            self._gathered = None
        self.enqueue(gathered)

    def enqueue(self, entries: Sequence[ScheduledJob]) -> int:
        """Hand entries to the queue, ten at a time, and delete those it took; return their number."""
        if self._gathered is not None:
            self._gathered += entries
            return 0
        taken = 0
        for batch in in_batches(entries, _BATCH):
            ids = self._queue.enqueue(batch)
            gone = [entry for entry in batch if entry.id in ids]
            if gone:
                with suppress(
                    PynamoDBException
                ):  # the sweep hands over again what stays, which does no harm
                    self._store.write_batch(delete=[record_of(entry) for entry in gone])
            taken += len(gone)
        return taken

    def spread(self, entries: Sequence[ScheduledJob]) -> None:
        """Hand entries straight to the queue; only those that it refuses get a row. For jobs that follow from another job.

        Should this die half-way, the job that they follow from comes again and makes the same ones.
        """
        for batch in in_batches(entries, _BATCH):
            taken = self._queue.enqueue(batch)
            for entry in batch:
                if entry.id not in taken:
                    self.put(entry)

    def sweep(self) -> int:
        """Hand over everything that is due now, ten at a time over all shards; return how many entries were taken.

        Strongly consistent, and as much work as there is due. An entry that the queue refuses does not hold up others.
        """
        now = self._clock.now()
        until = JOB.attribute("sk") <= to_text(now) + "~"
        taken, oldest = 0, 0.0
        waiting: list[ScheduledJob] = []
        for n in range(self.shards):
            start = None
            while True:
                found = self._store.page(
                    JOB, f"s{n}", keys=until, start=start, limit=_PAGE
                )
                oldest = max(
                    [
                        oldest,
                        *(
                            (now - record.at).total_seconds()
                            for record in found.items[:1]
                        ),
                    ]
                )
                waiting += [scheduled_of(record) for record in found.items]
                full = len(waiting) - len(waiting) % _BATCH
                taken += self.enqueue(waiting[:full])
                del waiting[:full]
                start = found.next
                if start is None:
                    break
        taken += self.enqueue(waiting)
        self._metrics.observe("OldestDueRow", oldest)
        self._metrics.count("Swept", taken)
        return taken

    def put(self, scheduled: ScheduledJob) -> None:
        """Write a job on its own. The same job twice is one row."""
        self._store.put(record_of(self._sharded(scheduled)))

    def try_put(self, scheduled: ScheduledJob) -> None:
        """Write a job if the store lets it: for work that comes round by itself anyway, after a commit that must not fail."""
        with suppress(PynamoDBException):
            self.put(scheduled)

    def _sharded(self, scheduled: ScheduledJob) -> ScheduledJob:
        return replace(scheduled, shard=shard_of(scheduled.id, self.shards))

    def next_at(self) -> datetime | None:
        """Return the instant of the earliest job, or None when nothing waits."""
        firsts = [
            self._store.page(JOB, f"s{n}", limit=1).items for n in range(self.shards)
        ]
        return min((found[0].at for found in firsts if found), default=None)

    def are_waiting(self, jobs: Sequence[ScheduledJob]) -> set[str]:
        """Return the ids of those of these jobs (shard, instant and id suffice) that are in the table."""
        keys = [(job.shard, f"{to_text(job.at)}#{job.id}") for job in jobs]
        return {record.id for record in self._store.get_many(JOB, keys)}

    # what failed for good

    def park(self, scheduled: ScheduledJob, place: str) -> None:
        """Keep a job that failed for good where staff see it; the same job twice is parked once."""
        now = self._clock.now()
        record = record_of(scheduled)
        parked = ParkedJob(
            id=record.id,
            version=1,
            created_at=now,
            updated_at=now,
            record=record,
            place=place,
        )
        self._store.put(parked)
        self._metrics.count("ParkedJobs", kind=scheduled.kind)
        self._metrics.count(
            "ParkedJobs"
        )  # of all kinds: CloudWatch does not add up over dimensions by itself

    def parked(
        self, after: str, limit: int, wanted: Callable[[ParkedJob], bool] | None = None
    ) -> Page[ParkedJob]:
        """Return parked jobs whose order lies behind `after`, earliest due first; those of all streets, or the wanted ones.

        A page may be short where few are wanted; what its `next` says lies behind is not read yet.
        """
        keys = behind(SK, after)
        return self._store.page(
            PARKED,
            PARKED_PART,
            keys=keys,
            limit=limit,
            wanted=wanted,
            read_at_most=_READ_MAX,
        )

    def every_parked(self) -> Iterator[ParkedJob]:
        """Yield every parked job, earliest due first."""
        return every(
            lambda start: self._store.page(
                PARKED, PARKED_PART, start=start, limit=_PAGE
            )
        )

    def requeue(self, job: ParkedJob) -> tuple[Put, Delete]:
        """Return what makes a parked job due again. A timer keeps its id: it counts only if its entity still waits for it."""
        record = replace(
            job.record, at=self._clock.now(), shard=shard_of(job.record.id, self.shards)
        )
        return Put(row=record), Delete(row=job)
