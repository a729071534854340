"""Scans of the store and direct writes of rows, which no request may do."""

from functools import partial
from typing import Any, TypeVar

from chalicelib.kernel.job import ScheduledJob, record_of, scheduled_of
from chalicelib.repositories import all_tables, register_all
from chalicelib.runtime import services
from chalicelib.store.store import Store
from chalicelib.store.table import PK, SK
from chalicelib.store.tables import JOB, PARKED_PART
from onemachine import scan as scanning

T = TypeVar("T")


def store() -> Store:
    """Return the store of the world that is served, which knows every row type."""
    found = services().core.store
    register_all(found)
    return found


def save(*things: object) -> None:
    """Write rows by hand, with those that follow from them."""
    for thing in things:
        for row in _with_projections(_stored(thing)):
            store().put(row)


def save_all(things: Any) -> None:
    """Write many rows by hand, in batches, with those that follow from them."""
    rows: dict[tuple[type, Any], object] = {}
    for thing in things:
        for row in _with_projections(_stored(thing)):
            rows[type(row), store().row_of(type(row)).key_of(row)] = row
    store().write_batch(put=list(rows.values()))


def remove(*things: object) -> None:
    """Delete rows by hand."""
    for thing in things:
        store().delete(_stored(thing))


def _with_projections(thing: Any) -> list[object]:
    rows = [thing]
    for projection in store().row_of(type(thing)).projections:
        rows += projection(thing)
    return rows


def _stored(thing: object) -> object:
    return record_of(thing) if isinstance(thing, ScheduledJob) else thing


class Reads:
    """A repository of the world that is served, made when one of its methods is called."""

    def __init__(self, repository: type[Any]) -> None:
        self._repository = repository

    def __getattr__(self, name: str) -> Any:
        return partial(self._call, name)

    def _call(self, name: str, *args: Any, **options: Any) -> Any:
        return getattr(self._repository(store()), name)(*args, **options)


def item_of(thing: object) -> dict[str, Any]:
    """Return the raw row of a thing."""
    return store().item_of(thing)


def find(kind: type[T], pk: str, sk: str) -> T | None:
    """Read one thing."""
    return store().get(store().row_of(kind), pk, sk)


def scan(kind: type[T], condition: Any = None) -> list[T]:
    """Return all there is of a kind; the condition tells it from the other rows of its table."""
    return list(scanning.scan(store(), store().row_of(kind), condition))


def scan_items(kind: type, condition: Any = None) -> list[dict[str, Any]]:
    """Return the raw items of a kind."""
    return [
        dict(item)
        for item in scanning.scan_items(
            store(), store().row_of(kind).table, condition
        )
    ]


def everything() -> dict[str, list[dict[str, Any]]]:
    """Return every raw item of every table, by the table's short name."""
    return {
        table.name: [dict(item) for item in scanning.scan_items(store(), table)]
        for table in all_tables()
    }


def scheduled() -> list[ScheduledJob]:
    """Return every job that waits, in the order of time."""
    items = [
        item for item in everything()["due"] if item["pk"]["S"] != PARKED_PART
    ]
    records = sorted(
        (JOB.to_entity(item) for item in items), key=lambda record: record.at
    )
    return [scheduled_of(record) for record in records]


def counter(subject: str, name: str) -> int | None:
    """Return the value of a counter, None without a row."""
    found = [
        item
        for item in everything()["counters"]
        if item["pk"]["S"] == subject and item["sk"]["S"] == name
    ]
    return int(found[0]["value"]["N"]) if found else None


__all__ = [
    "PK",
    "SK",
    "Reads",
    "counter",
    "everything",
    "find",
    "item_of",
    "remove",
    "save",
    "save_all",
    "scan",
    "scan_items",
    "scheduled",
    "store",
]
