"""The floor's own tables, and the one place that binds every table to an installation."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pynamodb.connection import Connection
from pynamodb.exceptions import TableError

from ..kernel.changes import Due, Entity
from ..kernel.clock import to_text
from .dynamo import LeanConnection
from .rows import Table

__all__ = ["PARKED", "Counter", "Parked", "ReceiptRecord", "bind", "connect", "create_missing", "table_schema", "tables"]


class DueTable(Table):
    """What becomes due: PK a shard (or `parked`), SK the instant. No index; a sweep reads a prefix of each shard."""

    class Meta:
        """Name."""

        table_name = "due"


class CounterTable(Table):
    """What many count at once: PK the subject, SK the counter's name."""

    class Meta:
        """Name."""

        table_name = "counters"


class ReceiptTable(Table):
    """Idempotency keys: PK keyed by actor and route."""

    class Meta:
        """Name."""

        table_name = "receipts"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counter:
    """A number that only ever changes by conditional addition."""

    subject: str
    name: str
    value: int = 0
    ttl: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptRecord:
    """A remembered Idempotency-Key."""

    id: str
    digest: str
    resource_id: str
    ttl: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Parked(Entity):
    """A job that failed for good: staff see it, and a redrive makes it due again. `place` is empty where none is known."""

    due: Due
    place: str

    @property
    def order(self) -> str:
        """Return where it stands in a list, earliest due first; the same for the same job, however often it is parked."""
        return f"{to_text(self.due.at)}#{self.due.id}"


PARKED = "parked"
DueTable.holding(Parked, lambda parked: {"pk": PARKED, "sk": parked.order})
DueTable.holding(Due, lambda due: {"pk": due.shard, "sk": f"{to_text(due.at)}#{due.id}"})
CounterTable.holding(Counter, lambda counter: {"pk": counter.subject, "sk": counter.name})
ReceiptTable.holding(ReceiptRecord, lambda receipt: {"pk": receipt.id, "sk": "receipt"})


def tables() -> list[type[Table]]:
    """Return every table of the features that are loaded, once, in the order of their declaration."""
    return list(Table.__subclasses__())


def bind(prefix: str, region: str, client: Any = None) -> Connection:
    """Bind every table to its name and to one shared connection, also those of features that are loaded later.

    A `client` stands in for botocore's, which is made when it is first needed otherwise.

    Sharing matters: PynamoDB would make one botocore client, 50 ms and a connection pool, for every row class.
    """
    shared = connect(region, client)
    Table.installation = prefix, shared
    for table in tables():
        table.bind(prefix, shared)
    return shared


def connect(region: str, client: Any = None) -> LeanConnection:
    """Return a connection with the time-outs and tries of every installation."""
    return LeanConnection(client, region=region, connect_timeout_seconds=2, read_timeout_seconds=5, max_retry_attempts=3)


def table_schema(table: type[Table]) -> dict[str, Any]:
    """Return what CreateTable needs for a table."""
    schema = table._get_schema()  # noqa: SLF001
    for index in schema["global_secondary_indexes"]:
        index["key_schema"].sort(key=lambda part: part["KeyType"])  # PynamoDB goes by names; DynamoDB wants HASH first
    return {
        "attribute_definitions": schema["attribute_definitions"],
        "key_schema": schema["key_schema"],
        "global_secondary_indexes": schema["global_secondary_indexes"],
        "local_secondary_indexes": schema["local_secondary_indexes"],
        "billing_mode": "PAY_PER_REQUEST",
    }


def create_missing(connection: Connection, only: Iterable[type[Table]] | None = None) -> None:
    """Create the tables that do not exist yet (tests and the local server; a deployment's come from its template)."""
    for table in only or tables():
        try:
            connection.create_table(table.Meta.table_name, **table_schema(table))
        except TableError as error:
            if error.cause_response_code != "ResourceInUseException":
                raise
