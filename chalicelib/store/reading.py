"""The parts of a query: its options, and pages that end where enough is found."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from pynamodb.expressions.condition import Condition

from ..kernel.paging import Page, Position
from .table import Item, Row

__all__ = [
    "EMPTY_AFTER",
    "EMPTY_AFTER_STREET",
    "next_size",
    "page_up_to",
    "position",
    "query_options",
    "take_wanted",
]

T = TypeVar("T")
_MAX_AT_ONCE = 1000  # rows in a further request of a filtered list
# Rows in which nothing was found, after which a page ends empty. Anybody may ask for such a list.
EMPTY_AFTER = 5000
# Of lists for staff alone: more rows than a list of a whole street has.
EMPTY_AFTER_STREET = 100_000


def next_size(size: int, read_at_once: int, left: int) -> int:
    """Return the rows of the next request: twice as many, or at least as the caller asked.

    `left` is how many may still be read. If there are none it is 0, and the page ends.
    """
    size = max(read_at_once, min(2 * size, _MAX_AT_ONCE))
    return max(0, min(size, left))


def query_options(
    index: str | None,
    keys: Condition | None,
    *,
    newest_first: bool,
    consistent: bool,
) -> dict[str, Any]:
    """Return the options of a query as PynamoDB names them."""
    return {
        "range_key_condition": keys,
        "index_name": index,
        "consistent_read": consistent and index is None,
        "scan_index_forward": not newest_first,
    }


def take_wanted(
    row: Row[T],
    items: Sequence[Item],
    wanted: Callable[[T], bool] | None,
    room: int,
) -> tuple[list[T], int]:
    """Return the first `room` things that are wanted, and the number of rows used for them."""
    found: list[T] = []
    for used, item in enumerate(items, 1):
        thing = row.to_entity(item)
        if wanted is None or wanted(thing):
            found.append(thing)
        if len(found) == room:
            return found, used
    return found, len(items)


def page_up_to(
    used: int, things: list[T], names: Sequence[str], items: Sequence[Item]
) -> Page[T]:
    """Return a page that ends with item number `used`; nothing follows the last one.

    One row more than asked for is read, so that `next` is None exactly at the end.
    """
    if used == len(items):
        return Page(things)
    return Page(things, position(names, items[used - 1]))


def position(names: Sequence[str], item: Item) -> Position:
    """Return the position of an item: its keys, by the names of the index."""
    return {name: item[name]["S"] for name in names}
