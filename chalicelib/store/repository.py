"""The base class of the features' repositories."""

from collections.abc import Sequence
from typing import Any, ClassVar

from .counters import Counters
from .store import Store
from .table import RowType

__all__ = ["Repository"]


class Repository:
    """Named reads of one feature's rows, and writes that need no transaction.

    The constructor registers the row types with the store.
    """

    rows: ClassVar[Sequence[RowType[Any]]] = ()

    def __init__(self, store: Store) -> None:
        self._store, self._counters = store, Counters(store)
        store.register(*self.rows)

    def read_counter(self, subject: str, name: str) -> int:
        """Read a counter of a limit."""
        return self._counters.read(subject, name)
