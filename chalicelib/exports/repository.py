"""How exports are stored. Their files lie elsewhere (`adapters.ports.Files`)."""

from collections.abc import Iterator, Sequence

from ..kernel.clock import to_text
from ..kernel.entities import by_id
from ..kernel.paging import Page, Position, every
from ..store.indexes import index
from ..store.repository import Repository
from ..store.table import Key, Table
from .model import Export, ExportKind

__all__ = ["EXPORT", "ExportRepository", "data_part"]

# PK the export, SK `export`.
_EXPORTS = Table(
    "exports",
    indexes=(
        # The exports of a person; those of their own data apart.
        index("by_owner", hash_key="listed", range_key="listed_order"),
        # Those that wait for something: what the nightly audit looks through. Sparse.
        index("by_waiting", hash_key="waiting", range_key="waiting_order"),
    ),
)


def data_part(person_id: str) -> str:
    """Return the partition of the exports of a person's own data."""
    return f"data#{person_id}"


def _keys(export: Export) -> dict[str, str]:
    order = f"{to_text(export.created_at)}#{export.id}"
    listed = export.owner
    if export.what is ExportKind.DATA:
        listed = data_part(export.owner)
    keys = {"pk": export.id, "sk": "export"}
    keys |= {"listed": listed, "listed_order": order}
    if export.deadlines():
        keys |= {"waiting": "waiting", "waiting_order": order}
    return keys


EXPORT = _EXPORTS.row(Export, keys=_keys)
_KEY = EXPORT.view(Key)


class ExportRepository(Repository):
    """Reads exports."""

    rows = (EXPORT,)

    def find_export(self, export_id: str) -> Export | None:
        """Read one export."""
        return self._store.get(EXPORT, export_id, "export")

    def find_exports(self, export_ids: Sequence[str]) -> dict[str, Export]:
        """Read several exports by id; unknown ones are left out."""
        keys = [(id, "export") for id in export_ids]
        return by_id(self._store.get_many(EXPORT, keys))

    def exports_of(
        self, part: str, start: Position | None, limit: int
    ) -> Page[Export]:
        """Read a page of the exports of a person, or of their own data, newest first."""
        return self._read(part, "by_owner", start, limit, newest_first=True)

    def waiting_exports(self) -> Iterator[Export]:
        """Read everything that waits for something."""

        def read(start: Position | None) -> Page[Export]:
            return self._read("waiting", "by_waiting", start, 100)

        return every(read)

    def _read(
        self,
        part: str,
        by: str,
        start: Position | None,
        limit: int,
        *,
        newest_first: bool = False,
    ) -> Page[Export]:
        keys = self._store.page(
            _KEY,
            part,
            index=by,
            start=start,
            limit=limit,
            newest_first=newest_first,
        )
        found = self._store.get_many(
            EXPORT, [(key.pk, "export") for key in keys.items]
        )
        return Page(found, keys.next)
