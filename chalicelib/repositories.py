"""Every feature's repositories, for tests, tools and the local server, which need all tables.

A Lambda function does not import this. It makes the repositories of the features that it serves.
"""

from collections.abc import Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, TypeGuard

from .store.repository import Repository
from .store.store import Store
from .store.table import RowType, Table
from .store.tables import OWN_ROWS

__all__ = ["all_repositories", "all_rows", "all_tables", "register_all"]


@cache
def all_repositories() -> Sequence[type[Repository]]:
    """Import the repository module of every feature and return its classes."""
    repositories: list[type[Repository]] = []
    for path in sorted(Path(__file__).parent.glob("*/repository.py")):
        module = import_module(f".{path.parent.name}.repository", __package__)
        repositories += filter(_is_repository, vars(module).values())
    return repositories


def _is_repository(value: object) -> TypeGuard[type[Repository]]:
    """Say whether a value is a repository with rows, and not the base class."""
    if not isinstance(value, type) or not issubclass(value, Repository):
        return False
    return bool(value.rows)


def all_rows() -> Sequence[RowType[Any]]:
    """Return every row type, the store's own first."""
    rows = list(OWN_ROWS)
    for repository in all_repositories():
        rows += repository.rows
    return rows


def all_tables() -> Sequence[Table]:
    """Return every table, by name."""
    tables = {row.table.name: row.table for row in all_rows()}
    return [tables[name] for name in sorted(tables)]


def register_all(store: Store) -> None:
    """Register every row type with a store."""
    for repository in all_repositories():
        repository(store)
