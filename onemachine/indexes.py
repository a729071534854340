"""Builds the indexes that the tables of a local store lack: those that were declared later.

The embedded store builds an index within the request, which takes seconds where a table is large.
So a client of its own waits for it, longer than those of requests do.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any

import botocore.session
from botocore.config import Config
from botocore.exceptions import ClientError

from chalicelib.store.store import Store
from chalicelib.store.table import Table

__all__ = ["build_missing_indexes", "digest_of_indexes"]

_PATIENCE = (
    1800  # seconds for one index; ten million rows take about five minutes
)
_THERE_ALREADY = ("ResourceInUseException", "ValidationException")


def build_missing_indexes(
    store: Store,
    address: str,
    report: Callable[[str], None],
    patience: float = _PATIENCE,
) -> list[str]:
    """Build the indexes that are declared and missing, one after the other; return their names.

    An index that another start builds meanwhile is done.
    """
    client = _patient_client(store.connection.region, address, patience)
    built = []
    for table in store.tables:
        name = store.name_of(table)
        described = client.describe_table(TableName=name)["Table"]
        known = _index_names(described)
        for index in _declared(table):
            if index["IndexName"] not in known:
                label = f"{table.name}.{index['IndexName']}"
                report(f"building the index {label}")
                _build(client, name, table, index)
                built.append(label)
    return built


def digest_of_indexes(store: Store) -> str:
    """Return a digest of all indexes that are declared."""
    declared = {table.name: _declared(table) for table in store.tables}
    text = json.dumps(declared, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _patient_client(region: str, address: str, patience: float) -> Any:
    config = Config(read_timeout=patience, retries={"total_max_attempts": 1})
    session = botocore.session.get_session()
    return session.create_client(
        "dynamodb", region_name=region, endpoint_url=address, config=config
    )


def _index_names(described: Mapping[str, Any]) -> set[str]:
    indexes = described.get("GlobalSecondaryIndexes", ())
    return {index["IndexName"] for index in indexes}


def _declared(table: Table) -> list[dict[str, Any]]:
    """Return the indexes of a table as UpdateTable takes them."""
    return [
        {
            "IndexName": index["index_name"],
            "KeySchema": index["key_schema"],
            "Projection": index["projection"],
        }
        for index in table.schema()["global_secondary_indexes"]
    ]


def _build(client: Any, name: str, table: Table, index: dict[str, Any]) -> None:
    """Build an index and wait for it.

    Raises:
        ClientError: the store refuses the index.

    """
    try:
        client.update_table(
            TableName=name,
            AttributeDefinitions=table.schema()["attribute_definitions"],
            GlobalSecondaryIndexUpdates=[{"Create": index}],
        )
    except ClientError as error:
        if error.response["Error"]["Code"] not in _THERE_ALREADY:
            raise
        described = client.describe_table(TableName=name)["Table"]
        if index["IndexName"] not in _index_names(described):
            raise
