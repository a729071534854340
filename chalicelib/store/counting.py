"""The number of rows of an index, without reading them."""

from typing import Any

from pynamodb.expressions.condition import Condition

from .faults import reading
from .store import Store
from .table import Row

__all__ = ["count_rows"]


def count_rows(
    store: Store,
    row: Row[Any],
    part: str,
    *,
    index: str,
    keys: Condition,
    limit: int,
) -> int:
    """Count the rows of a partition of an index, up to a limit. Eventually consistent.

    DynamoDB reads a megabyte of the index in a request, and returns the number alone.
    """
    counted = 0
    key: Any = None
    while True:
        with reading():
            answer = store.connection.query(
                store.name_of(row.table),
                part,
                range_key_condition=keys,
                index_name=index,
                exclusive_start_key=key,
                limit=limit - counted,
                select="COUNT",
            )
        counted += int(answer["Count"])
        key = answer.get("LastEvaluatedKey")
        if not key or counted >= limit:
            return counted
