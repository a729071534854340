"""What lies in the store, read as no request may read it: by scanning."""

from collections.abc import Iterator
from typing import Any

from chalicelib.kernel.changes import Due
from chalicelib.store.rows import Table
from chalicelib.store.tables import tables


def everything() -> dict[str, list[dict[str, Any]]]:
    """Return every raw item of every table, by the table's short name."""
    return {table.Meta.base_name: list(_items(table.Meta.table_name)) for table in tables()}


def _items(table_name: str) -> Iterator[dict[str, Any]]:
    assert Table.installation
    _, connection = Table.installation
    request: dict[str, Any] = {"TableName": table_name}
    while True:
        answer = connection.dispatch("Scan", dict(request))
        yield from answer["Items"]
        if "LastEvaluatedKey" not in answer:
            return
        request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


def scheduled() -> list[Due]:
    """Return everything that waits, in the order of time."""
    row = Table.rows[Due]
    return sorted((row.from_raw_data(item).as_a(Due) for item in everything()["due"]), key=lambda due: due.at)


def counter(subject: str, name: str) -> int | None:
    """Return where a counter stands, None if it never counted."""
    found = [item for item in everything()["counters"] if item["pk"]["S"] == subject and item["sk"]["S"] == name]
    return int(found[0]["value"]["N"]) if found else None
