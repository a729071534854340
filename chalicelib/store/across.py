"""Reads of rows of several tables in one request."""

from collections.abc import Sequence
from typing import Any

from ..kernel.one_look import rows_seen
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
    seen = rows_seen()
    places = [(store.name_of(row.table), key.pk, key.sk) for row, key in keys]
    found: dict[tuple[str, str, str], Item] = {
        place: seen[place] for place in places if place in seen
    }
    missing = dict.fromkeys(place for place in places if place not in found)
    for batch in in_batches(missing, BATCH_GET):
        wanted: dict[str, list[Item]] = {}
        for name, pk, sk in batch:
            wanted.setdefault(name, []).append(key_item(Key(pk, sk)))
        for name, item in read_across(
            store.connection, wanted, consistent=consistent
        ):
            found[name, item["pk"]["S"], item["sk"]["S"]] = item
    if consistent:
        seen.update(found)
    things = []
    for place, (row, _) in zip(places, keys, strict=True):
        stored = found.get(place)
        things.append(row.to_entity(stored) if stored else None)
    return things
