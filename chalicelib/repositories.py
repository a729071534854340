"""Every feature's repositories, for what needs all tables: tests, tools and the local server.

A function of Lambda does not import this: it makes the repositories of the features it is asked for.
"""

from collections.abc import Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from .store.repository import Repository
from .store.store import Store
from .store.table import RowType, Table
from .store.tables import OWN_ROWS

__all__ = ["all_repositories", "all_rows", "all_tables", "register_all"]


@cache
def all_repositories() -> Sequence[type[Repository]]:
    """Import the repository module of every feature and return its classes."""
    found: list[type[Repository]] = []
    for path in sorted(Path(__file__).parent.glob("*/repository.py")):
        module = import_module(f".{path.parent.name}.repository", __package__)
        classes = [one for one in vars(module).values() if isinstance(one, type)]
        mine = [one for one in classes if issubclass(one, Repository) and one.rows]
        found += mine
    return found


def all_rows() -> Sequence[RowType[Any]]:
    """Return every row type, the store's own first."""
    return [*OWN_ROWS, *(row for one in all_repositories() for row in one.rows)]


def all_tables() -> Sequence[Table]:
    """Return every table, by name."""
    tables = {row.table.name: row.table for row in all_rows()}
    return [tables[name] for name in sorted(tables)]


def register_all(store: Store) -> None:
    """Make every row type known to a store."""
    for repository in all_repositories():
        repository(store)
