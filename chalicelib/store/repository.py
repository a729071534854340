"""Base of the features' repositories: named reads, and writes that need no transaction."""

from collections.abc import Sequence
from typing import Any, ClassVar

from .counters import Counters
from .store import Store
from .table import RowType

__all__ = ["Repository"]


class Repository:
    """Reads one feature's rows. Making it registers their types with the store."""

    rows: ClassVar[Sequence[RowType[Any]]] = ()

    def __init__(self, store: Store) -> None:
        self._store, self._counters = store, Counters(store)
        store.register(*self.rows)
