"""The store's own tables: jobs that wait, counters, and remembered Idempotency-Keys."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from ..kernel.changes import Due, Entity
from ..kernel.clock import to_text
from .table import RowType, Table

__all__ = ["COUNTER", "DUE", "OWN_ROWS", "PARKED", "PARKED_PART", "RECEIPT", "Counter", "CounterValue", "Parked", "ReceiptRecord"]

# What becomes due: PK a shard (or `parked`), SK the instant. A sweep reads a prefix of each shard.
_DUE = Table("due")
# Numbers that many change at once: PK the subject, SK the counter's name.
_COUNTERS = Table("counters")
# Idempotency keys: PK keyed by actor and route.
_RECEIPTS = Table("receipts")
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
class Parked(Entity):
    """A job that failed for good: staff see it, and a redrive makes it due again.

    `place` is empty where none is known.
    """

    entity_kind: ClassVar[str] = "parked"

    due: Due
    place: str

    @property
    def order(self) -> str:
        """Return where it stands in a list, earliest due first; the same job has always the same."""
        return f"{to_text(self.due.at)}#{self.due.id}"


def _due_keys(due: Due) -> dict[str, str]:
    return {"pk": due.shard, "sk": f"{to_text(due.at)}#{due.id}"}


PARKED = _DUE.row(Parked, keys=lambda parked: {"pk": PARKED_PART, "sk": parked.order})
DUE = _DUE.row(Due, keys=_due_keys)
COUNTER = _COUNTERS.row(Counter, keys=lambda counter: {"pk": counter.subject, "sk": counter.name})
RECEIPT = _RECEIPTS.row(ReceiptRecord, keys=lambda receipt: {"pk": receipt.id, "sk": "receipt"})
OWN_ROWS: Sequence[RowType[Any]] = (DUE, PARKED, COUNTER, RECEIPT)
