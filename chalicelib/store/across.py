"""Reads of rows of several tables in one request."""

from collections.abc import Sequence
from typing import Any

from .batches import BATCH_GET, in_batches, read_across
from .store import Store, key_item
from .table import Item, Key, RowType

__all__ = ["get_each"]


def get_each(
    store: Store,
    keys: Sequence[tuple[RowType[Any], Key]],
    *,
    consistent: bool = True,
) -> list[Any]:
    """Read rows of several tables, a hundred in a request, in the order of the keys.

    None for a missing one.
    """
    found: dict[tuple[str, Key], Item] = {}
    for batch in in_batches(dict.fromkeys(keys), BATCH_GET):
        wanted: dict[str, list[Item]] = {}
        for row, key in batch:
            name = store.name_of(row.table)
            wanted.setdefault(name, []).append(key_item(key))
        for name, item in read_across(
            store.connection, wanted, consistent=consistent
        ):
            found[name, Key(item["pk"]["S"], item["sk"]["S"])] = item
    things = []
    for row, key in keys:
        stored = found.get((store.name_of(row.table), key))
        things.append(row.to_entity(stored) if stored else None)
    return things
