"""Reads whole tables, which no request may do: for the local server and the tests."""

from collections.abc import Iterator
from typing import Any, TypeVar

from pynamodb.expressions.condition import Condition

from chalicelib.store.store import Store
from chalicelib.store.table import Item, Row, Table

__all__ = ["scan", "scan_items"]

T = TypeVar("T")


def scan(
    store: Store,
    row: Row[T],
    condition: Condition | None = None,
) -> Iterator[T]:
    """Yield all entities of a row type. The condition excludes other rows of its table."""
    for item in scan_items(store, row.table, condition):
        yield row.to_entity(item)


def scan_items(
    store: Store,
    table: Table,
    condition: Condition | None = None,
) -> Iterator[Item]:
    """Yield every row of a table, in the form of DynamoDB."""
    start: Any = None
    while True:
        answer = store.connection.scan(
            store.name_of(table),
            filter_condition=condition,
            exclusive_start_key=start,
            consistent_read=True,
        )
        yield from answer["Items"]
        start = answer.get("LastEvaluatedKey")
        if not start:
            return
