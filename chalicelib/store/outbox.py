"""The transactional outbox: waiting jobs, their hand-over to the queues, and parked jobs."""

import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from pynamodb.exceptions import PynamoDBException

from ..kernel.changes import Delete, Put
from ..kernel.clock import Clock, to_text
from ..kernel.errors import Refusal
from ..kernel.job import JobRecord, ScheduledJob, record_of, scheduled_of
from ..kernel.metrics import Metrics
from ..kernel.paging import Page, Position, every
from .batches import in_batches
from .projections import put_with_projections
from .store import Store
from .table import SK, behind
from .tables import (
    FAILURE,
    JOB,
    PARKED,
    PARKED_PART,
    JobFailure,
    ParkedJob,
    failure_keys,
)

__all__ = ["Outbox", "ParkedJob", "Queue", "shard_of"]

_PAGE = 100  # rows of one shard read at once
_READ_MAX = 2000  # parked jobs looked through for one page
_FAILURE_TTL = timedelta(days=15)  # dead letters live 14 days
_BATCH = 10  # jobs handed over at once: SQS takes ten in one request


class Queue(Protocol):
    """Takes due jobs to the workers."""

    def enqueue(self, jobs: Sequence[ScheduledJob]) -> set[str]:
        """Return the ids of the jobs that were taken; the others stay due. Ten jobs at most."""
        ...


def shard_of(id: str, shards: int) -> str:
    """Return the shard of a job."""
    return f"s{zlib.crc32(id.encode()) % shards}"


class Outbox:
    """The job table. A job that a queue takes is deleted; one that the queue refuses stays."""

    def __init__(
        self,
        queue: Queue,
        clock: Clock,
        shards: int,
        metrics: Metrics,
        store: Store,
    ) -> None:
        self._store = store
        self._queue = queue
        self._clock = clock
        self._metrics = metrics
        self._batched: list[ScheduledJob] | None = (
            None  # None outside of `batch`
        )
        self.shards = shards

    @contextmanager
    def batch(self) -> Iterator[None]:
        """Hand over the jobs of an invocation at its end, ten in a request.

        If the process dies before, the sweep finds their rows. For a process that runs one
        invocation at a time.
        """
        batched = self._batched = []
        try:
            yield
        finally:
            self._batched = None
        self.enqueue(batched)

    def enqueue(self, jobs: Sequence[ScheduledJob]) -> int:
        """Hand stored jobs to the queue, ten at a time, and delete the rows of those it took.

        Return the number of jobs taken; 0 within `batch`, which hands them over later.
        """
        if self._batched is not None:
            self._batched += jobs
            return 0
        taken_count = 0
        for batch in in_batches(jobs, _BATCH):
            taken_ids = self._queue.enqueue(batch)
            taken = [record_of(job) for job in batch if job.id in taken_ids]
            if taken:
                # The sweep hands over again the rows that stay, which does no harm.
                with suppress(PynamoDBException):
                    self._store.write_batch(delete=taken)
            taken_count += len(taken)
        return taken_count

    def spread(self, jobs: Sequence[ScheduledJob]) -> None:
        """Hand jobs that follow from another job straight to the queue.

        Only a job that the queue refuses gets a row. If the process dies half-way, the first job
        comes again and makes the same ones.
        """
        for batch in in_batches(jobs, _BATCH):
            taken = self._queue.enqueue(batch)
            for job in batch:
                if job.id not in taken:
                    self.put(job)

    def sweep(self) -> int:
        """Hand over all jobs that are due now, ten at a time over all shards; return their number.

        Reads are strongly consistent. A job that the queue refuses does not delay others.
        """
        now = self._clock.now()
        taken_count, max_age = 0, 0.0
        waiting: list[ScheduledJob] = []
        for records in self._due_pages(now):
            if records:
                max_age = max(max_age, (now - records[0].at).total_seconds())
            waiting += [scheduled_of(record) for record in records]
            whole_batches = len(waiting) - len(waiting) % _BATCH
            taken_count += self.enqueue(waiting[:whole_batches])
            del waiting[:whole_batches]
        taken_count += self.enqueue(waiting)
        self._metrics.observe("OldestDueRow", max_age)
        self._metrics.count("Swept", taken_count)
        return taken_count

    def _due_pages(self, now: datetime) -> Iterator[Sequence[JobRecord]]:
        """Yield the due rows page by page, shard by shard, earliest first within a shard."""
        until = JOB.attribute("sk") <= to_text(now) + "~"
        for number in range(self.shards):
            start: Position | None = None
            while True:
                page = self._store.page(
                    JOB, f"s{number}", keys=until, start=start, limit=_PAGE
                )
                yield page.items
                start = page.next
                if start is None:
                    break

    def put(self, scheduled: ScheduledJob) -> None:
        """Write a job on its own. The same job twice is one row."""
        shard = shard_of(scheduled.id, self.shards)
        self._store.put(record_of(replace(scheduled, shard=shard)))

    def try_put(self, scheduled: ScheduledJob) -> None:
        """Write a job if the store is able to.

        For periodic work that is asked for after a commit, where a failure must not show.
        """
        with suppress(PynamoDBException):
            self.put(scheduled)

    def next_at(self) -> datetime | None:
        """Return the instant of the earliest job, or None when no job waits."""
        instants = []
        for number in range(self.shards):
            page = self._store.page(JOB, f"s{number}", limit=1)
            instants += [record.at for record in page.items]
        return min(instants, default=None)

    def are_waiting(self, jobs: Sequence[ScheduledJob]) -> set[str]:
        """Return the ids of those jobs that are in the table.

        Shard, instant and id of a job suffice.
        """
        keys = [(job.shard, f"{to_text(job.at)}#{job.id}") for job in jobs]
        return {record.id for record in self._store.get_many(JOB, keys)}

    # jobs that failed for good

    def note_failure(self, job_id: str, error: Exception) -> None:
        """Keep why a job failed, until its dead letter would be gone, too.

        Where that fails, it is not known: the job fails by its own error.
        """
        now = self._clock.now()
        failure = JobFailure(
            job_id=job_id,
            at=now,
            error=error.code
            if isinstance(error, Refusal)
            else type(error).__name__,
            ttl=now + _FAILURE_TTL,
        )
        with suppress(PynamoDBException):
            self._store.put(failure)

    def _last_error(self, job_id: str) -> str:
        failure = self._store.get(FAILURE, *failure_keys(job_id))
        return failure.error if failure else ""

    def park(
        self, scheduled: ScheduledJob, place: str, failed_as: str = ""
    ) -> None:
        """Keep a job that failed for good, for staff to see. The same job twice is one row.

        `failed_as` is the id under which it ran, if that was another.
        """
        now = self._clock.now()
        record = record_of(scheduled)
        parked = ParkedJob(
            id=record.id,
            version=1,
            created_at=now,
            updated_at=now,
            record=record,
            place=place,
            error=self._last_error(failed_as or scheduled.id),
        )
        put_with_projections(self._store, parked)
        self._metrics.count("ParkedJobs", kind=scheduled.kind)
        # Once more without a kind: CloudWatch does not add up over dimensions by itself.
        self._metrics.count("ParkedJobs")

    def parked(
        self,
        after: str,
        limit: int,
        wanted: Callable[[ParkedJob], bool] | None = None,
    ) -> Page[ParkedJob]:
        """Return the parked jobs whose order lies behind `after`, earliest due first.

        `wanted` filters them, else those of all streets are returned. A filtered page may be
        short; `next` is where to read on.
        """
        return self._store.page(
            PARKED,
            PARKED_PART,
            keys=behind(SK, after),
            limit=limit,
            wanted=wanted,
            read_at_most=_READ_MAX,
        )

    def every_parked(self) -> Iterator[ParkedJob]:
        """Yield every parked job, earliest due first."""

        def read(start: Position | None) -> Page[ParkedJob]:
            return self._store.page(
                PARKED, PARKED_PART, start=start, limit=_PAGE
            )

        return every(read)

    def requeue(self, job: ParkedJob) -> tuple[Put, Delete]:
        """Return the writes that make a parked job due again.

        A timer keeps its id: it counts only if its entity still waits for it.
        """
        shard = shard_of(job.record.id, self.shards)
        record = replace(job.record, at=self._clock.now(), shard=shard)
        return Put(row=record), Delete(row=job)
