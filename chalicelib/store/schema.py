"""Creates tables for tests and the local server; a deployment creates them by its template."""

from collections.abc import Iterable

from pynamodb.exceptions import TableError

from .store import Store
from .table import Table

__all__ = ["create_missing"]


def create_missing(store: Store, only: Iterable[Table] | None = None) -> None:
    """Create the registered tables that do not exist yet."""
    for table in only or store.tables:
        try:
            store.connection.create_table(
                store.name_of(table), **table.schema()
            )
        except TableError as error:
            if error.cause_response_code != "ResourceInUseException":
                raise
