"""The store's own tables: waiting jobs, counters, and remembered Idempotency-Keys."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from ..kernel.changes import Entity
from ..kernel.clock import to_text
from ..kernel.fact import Fact
from ..kernel.job import JobRecord
from .table import RowType, Table

__all__ = [
    "COUNTER",
    "FACT",
    "JOB",
    "OWN_ROWS",
    "PARKED",
    "PARKED_PART",
    "RECEIPT",
    "Counter",
    "CounterValue",
    "ParkedJob",
    "ReceiptRecord",
]

# Jobs: PK a shard (or `parked`), SK the instant. A sweep reads a prefix of each shard.
_DUE = Table("due")
# Counters: PK the subject, SK the counter's name.
_COUNTERS = Table("counters")
# Idempotency keys: PK keyed by actor and route.
_RECEIPTS = Table("receipts")
# Facts: PK a street and month, SK a kind, a place in tree order and an entity.
_FACTS = Table("facts")
PARKED_PART = "parked"


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
class ParkedJob(Entity):
    """A job that failed for good. Staff see it, and a redrive makes it due again.

    `place` is "" where none is known.
    """

    entity_kind: ClassVar[str] = "parked"

    record: JobRecord
    place: str

    @property
    def order(self) -> str:
        """Return the position in a list, earliest due first. The same job has the same position."""
        return f"{to_text(self.record.at)}#{self.record.id}"


def _job_keys(record: JobRecord) -> dict[str, str]:
    return {"pk": record.shard, "sk": f"{to_text(record.at)}#{record.id}"}


def _parked_keys(parked: ParkedJob) -> dict[str, str]:
    return {"pk": PARKED_PART, "sk": parked.order}


def _counter_keys(counter: Counter) -> dict[str, str]:
    return {"pk": counter.subject, "sk": counter.name}


def _receipt_keys(receipt: ReceiptRecord) -> dict[str, str]:
    return {"pk": receipt.id, "sk": "receipt"}


PARKED = _DUE.row(ParkedJob, keys=_parked_keys)
JOB = _DUE.row(JobRecord, keys=_job_keys)
COUNTER = _COUNTERS.row(Counter, keys=_counter_keys)
RECEIPT = _RECEIPTS.row(ReceiptRecord, keys=_receipt_keys)
FACT = _FACTS.row(Fact, keys=lambda fact: {"pk": fact.pk, "sk": fact.sk})
OWN_ROWS: Sequence[RowType[Any]] = (JOB, PARKED, COUNTER, RECEIPT, FACT)
