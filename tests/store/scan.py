"""What lies in the store, read as no request may read it: by scanning."""

from typing import Any

import boto3

from chalicelib.kernel.changes import Due
from chalicelib.store.rows import Table
from chalicelib.store.tables import tables


def everything() -> dict[str, list[dict[str, Any]]]:
    """Return every raw item of every table, by the table's short name."""
    client = boto3.client("dynamodb", region_name="us-east-1")
    found = {}
    for table in tables():
        pages = client.get_paginator("scan").paginate(TableName=table.Meta.table_name)
        found[table.Meta.base_name] = [item for answer in pages for item in answer["Items"]]
    return found


def scheduled() -> list[Due]:
    """Return everything that waits, in the order of time."""
    row = Table.rows[Due]
    return sorted((row.from_raw_data(item).as_a(Due) for item in everything()["due"]), key=lambda due: due.at)


def counter(subject: str, name: str) -> int | None:
    """Return where a counter stands, None if it never counted."""
    found = [item for item in everything()["counters"] if item["pk"]["S"] == subject and item["sk"]["S"] == name]
    return int(found[0]["value"]["N"]) if found else None
