"""The table of fan-outs."""

from collections.abc import Iterator

from ..kernel.clock import to_text
from ..kernel.paging import Page, Position, every
from ..store.indexes import index
from ..store.repository import Repository
from ..store.table import Key, Table
from .model import Fanout

__all__ = ["FANOUT", "FanoutRepository"]

# PK the fan-out, SK `fanout`. The index holds those that are not done. Sparse.
_FANOUTS = Table(
    "fanouts",
    indexes=(index("by_open", hash_key="open", range_key="open_order"),),
)


def _keys(fanout: Fanout) -> dict[str, str]:
    keys = {"pk": fanout.id, "sk": "fanout"}
    if not fanout.done:
        keys["open"] = "open"
        keys["open_order"] = f"{to_text(fanout.published_at)}#{fanout.id}"
    return keys


FANOUT = _FANOUTS.row(Fanout, keys=_keys)
_KEY = FANOUT.view(Key)


class FanoutRepository(Repository):
    """Reads fan-outs."""

    rows = (FANOUT,)

    def find_fanout(self, id: str) -> Fanout | None:
        """Read one fan-out."""
        return self._store.get(FANOUT, id, "fanout")

    def open_fanouts(self) -> Iterator[Fanout]:
        """Read the fan-outs that are not done."""

        def read(start: Position | None) -> Page[Key]:
            return self._store.page(
                _KEY, "open", index="by_open", start=start, limit=100
            )

        for key in every(read):
            fanout = self.find_fanout(key.pk)
            if fanout:
                yield fanout
