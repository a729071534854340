"""How fan-outs lie in the store."""

from collections.abc import Iterator
from dataclasses import dataclass

from pynamodb.attributes import UnicodeAttribute
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection

from ..kernel.clock import to_text
from ..kernel.paging import every
from ..store.rows import Table, load, page
from .model import Fanout

__all__ = ["find_fanout", "open_fanouts"]


class ByOpen(GlobalSecondaryIndex["FanoutTable"]):
    """Those that are on their way. Sparse."""

    class Meta:
        """Keys only."""

        index_name = "by_open"
        projection = KeysOnlyProjection()

    open = UnicodeAttribute(hash_key=True)
    open_order = UnicodeAttribute(range_key=True)


class FanoutTable(Table):
    """PK the fan-out, SK `fanout`."""

    class Meta:
        """Name."""

        table_name = "fanouts"

    open = UnicodeAttribute(null=True)
    open_order = UnicodeAttribute(null=True)
    by_open = ByOpen()


@dataclass(frozen=True, slots=True)
class _Key:
    pk: str


def _keys(fanout: Fanout) -> dict[str, str]:
    keys = {"pk": fanout.id, "sk": "fanout"}
    return keys if fanout.done else keys | {"open": "open", "open_order": f"{to_text(fanout.published_at)}#{fanout.id}"}


FanoutTable.holding(Fanout, _keys)


def find_fanout(id: str) -> Fanout | None:
    """Read one fan-out."""
    return load(Fanout, id, "fanout")


def open_fanouts() -> Iterator[Fanout]:
    """Read everything that is on its way."""
    for key in every(lambda start: page(_Key, "open", index="by_open", start=start, limit=100, row_kind=Fanout)):
        found = find_fanout(key.pk)
        if found:
            yield found
