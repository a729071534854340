"""The store's own tables: jobs, counters, Idempotency-Keys, facts, and tasks of staff."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from ..kernel.changes import Entity
from ..kernel.clock import to_text
from ..kernel.fact import Fact
from ..kernel.job import JobRecord
from ..kernel.place import community_of, street_of
from ..kernel.waiting_task import NOWHERE, WaitingTask, waiting_task
from .indexes import index
from .table import RowType, Table

__all__ = [
    "COUNTER",
    "FACT",
    "JOB",
    "OWN_ROWS",
    "PARKED",
    "PARKED_JOB",
    "PARKED_PART",
    "RECEIPT",
    "TASK",
    "Counter",
    "CounterValue",
    "ParkedJob",
    "ReceiptRecord",
]

# Jobs: PK a shard (or `parked`), SK the instant. A sweep reads a prefix of each shard.
_DUE = Table("due")
# Counters: PK the subject, SK the counter's name. PK `failed#` and a job: its last failure.
_COUNTERS = Table("counters")
# Idempotency keys: PK keyed by actor and route.
_RECEIPTS = Table("receipts")
# Facts: PK a street and month, SK a kind, a place in tree order and an entity.
_FACTS = Table("facts")
# Tasks of staff: PK the grid or a wider place, SK deadline, entity and kind. The indexes have the
# same order, so that each level of the tree is read from a partition of its own.
_OF_A_TASK = ("part", "row", "hidden_from", "assignee", "ttl")
_TASKS = Table(
    "tasks",
    indexes=(
        index(
            "by_community",
            hash_key="community",
            range_key="sk",
            include=_OF_A_TASK,
        ),
        index(
            "by_street", hash_key="street", range_key="sk", include=_OF_A_TASK
        ),
    ),
)
PARKED_PART = "parked"
PARKED_JOB = "job.parked"  # the kind of the task of a parked job


@dataclass(frozen=True, slots=True, kw_only=True)
class Counter:
    """A number that only ever changes by conditional addition."""

    subject: str
    name: str
    value: int = 0
    ttl: datetime | None = None


@dataclass(frozen=True, slots=True)
class CounterValue:
    """A counter as additions leave it: its subject and the value."""

    pk: str
    value: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptRecord:
    """A remembered Idempotency-Key."""

    id: str
    digest: str
    resource_id: str
    ttl: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class JobFailure:
    """The last failure of a job: the code of a refusal, or the class of an error. Never its text.

    A queue does not say why a job came to its dead letters.
    """

    job_id: str
    at: datetime
    error: str
    ttl: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ParkedJob(Entity):
    """A job that failed for good. Staff see it, and a redrive makes it due again.

    `place` is "" where none is known. `error` is that of its last failure, "" if unknown.
    """

    entity_kind: ClassVar[str] = "parked"

    record: JobRecord
    place: str
    error: str = ""

    @property
    def order(self) -> str:
        """Return the position in a list, earliest due first. The same job has the same position."""
        return f"{to_text(self.record.at)}#{self.record.id}"


def _job_keys(record: JobRecord) -> dict[str, str]:
    return {"pk": record.shard, "sk": f"{to_text(record.at)}#{record.id}"}


def failure_keys(job_id: str) -> tuple[str, str]:
    """Return the keys of the last failure of a job."""
    return f"failed#{job_id}", "failure"


def _failure_keys(failure: JobFailure) -> dict[str, str]:
    pk, sk = failure_keys(failure.job_id)
    return {"pk": pk, "sk": sk}


def _parked_keys(parked: ParkedJob) -> dict[str, str]:
    return {"pk": PARKED_PART, "sk": parked.order}


def _parked_tasks(parked: ParkedJob) -> tuple[WaitingTask, ...]:
    """Return the task of a parked job: somebody has to look at it."""
    return (
        waiting_task(
            PARKED_JOB,
            parked.record.id,
            parked.place,
            parked.record.at,
            part=PARKED_PART,
            row=parked.order,
        ),
    )


def _task_keys(task: WaitingTask) -> dict[str, str]:
    keys = {"pk": task.pk, "sk": task.sk}
    if task.pk != NOWHERE:
        keys |= {
            "street": street_of(task.pk),
            "community": community_of(task.pk),
        }
    return keys


def _counter_keys(counter: Counter) -> dict[str, str]:
    return {"pk": counter.subject, "sk": counter.name}


def _receipt_keys(receipt: ReceiptRecord) -> dict[str, str]:
    return {"pk": receipt.id, "sk": "receipt"}


PARKED = _DUE.row(ParkedJob, keys=_parked_keys).with_tasks(
    PARKED_JOB, derive=_parked_tasks, sk=""
)
FAILURE = _COUNTERS.row(JobFailure, keys=_failure_keys)
JOB = _DUE.row(JobRecord, keys=_job_keys)
COUNTER = _COUNTERS.row(Counter, keys=_counter_keys)
RECEIPT = _RECEIPTS.row(ReceiptRecord, keys=_receipt_keys)
FACT = _FACTS.row(Fact, keys=lambda fact: {"pk": fact.pk, "sk": fact.sk})
TASK = _TASKS.row(WaitingTask, keys=_task_keys)
OWN_ROWS: Sequence[RowType[Any]] = (
    JOB,
    PARKED,
    FAILURE,
    COUNTER,
    RECEIPT,
    FACT,
    TASK,
)
