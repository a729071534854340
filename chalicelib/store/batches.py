"""Batch requests. Keys and rows that DynamoDB leaves unprocessed are sent again."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, TypeVar

from pynamodb.connection import Connection
from pynamodb.connection.base import BOTOCORE_EXCEPTIONS
from pynamodb.constants import UNPROCESSED_ITEMS, UNPROCESSED_KEYS
from pynamodb.exceptions import GetError, PutError

from ..kernel.clock import pause
from ..kernel.one_look import look_again
from .faults import reading
from .table import Item

__all__ = [
    "BATCH_GET",
    "in_batches",
    "read_across",
    "read_batch",
    "write_batch",
]

T = TypeVar("T")
BATCH_GET, BATCH_WRITE = 100, 25  # DynamoDB's own limits
_TRIES = 5


def in_batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Yield items in lists of at most `size`."""
    remaining = iter(items)
    while batch := list(islice(remaining, size)):
        yield batch


def read_batch(
    connection: Connection,
    table: str,
    keys: Sequence[tuple[str, str]],
    *,
    consistent: bool,
) -> Iterator[Item]:
    """Yield the rows of at most a hundred keys, in any order; missing ones are left out."""
    wanted: Any = [{"pk": pk, "sk": sk} for pk, sk in keys]
    while wanted:
        with reading():
            answer = connection.batch_get_item(
                table, wanted, consistent_read=consistent
            )
        yield from answer["Responses"].get(table, ())
        wanted = answer.get(UNPROCESSED_KEYS, {}).get(table, {}).get("Keys")


def read_across(
    connection: Connection,
    keys: Mapping[str, Sequence[Item]],
    *,
    consistent: bool,
) -> Iterator[tuple[str, Item]]:
    """Yield the rows of at most a hundred keys of several tables, each with its table."""
    wanted: dict[str, Any] = {
        table: {"Keys": [*items], "ConsistentRead": consistent}
        for table, items in keys.items()
    }
    while wanted:
        with reading():
            answer = _dispatch(connection, wanted)
        for table, items in answer["Responses"].items():
            for item in items:
                yield table, item
        wanted = answer.get(UNPROCESSED_KEYS) or {}


def _dispatch(connection: Connection, wanted: dict[str, Any]) -> Any:
    """Send a BatchGetItem over several tables, which PynamoDB has no method for."""
    try:
        return connection.dispatch("BatchGetItem", {"RequestItems": wanted})
    except BOTOCORE_EXCEPTIONS as error:
        raise GetError(f"Failed to batch get items: {error}", error) from error


def write_batch(
    connection: Connection,
    table: str,
    items: Sequence[Item],
    keys: Sequence[Item],
) -> None:
    """Write rows and delete keys of one table, 25 in a request."""
    work: list[tuple[str, Item]] = [("put", item) for item in items]
    work += [("delete", key) for key in keys]
    for batch in in_batches(work, BATCH_WRITE):
        _write(connection, table, batch)


def _write(
    connection: Connection, table: str, batch: list[tuple[str, Item]]
) -> None:
    look_again()
    for attempt in range(_TRIES):
        if attempt:
            pause(attempt)
        puts = [item for name, item in batch if name == "put"]
        deletes = [item for name, item in batch if name == "delete"]
        answer = connection.batch_write_item(
            table, put_items=puts, delete_items=deletes
        )
        unprocessed = answer.get(UNPROCESSED_ITEMS, {}).get(table, ())
        batch = [_unprocessed(request) for request in unprocessed]
        if not batch:
            return
    raise PutError("DynamoDB left rows of a batch unprocessed")


def _unprocessed(request: dict[str, Any]) -> tuple[str, Item]:
    if "PutRequest" in request:
        return "put", request["PutRequest"]["Item"]
    return "delete", request["DeleteRequest"]["Key"]
