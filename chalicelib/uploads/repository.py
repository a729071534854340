"""How uploads are stored. Their files lie elsewhere (`adapters.ports.Files`)."""

from collections.abc import Iterator, Sequence

from ..kernel.clock import to_text
from ..kernel.paging import Page, Position, every
from ..store.indexes import index
from ..store.repository import Repository
from ..store.table import Key, Table
from .model import Upload

__all__ = ["UPLOAD", "UploadRepository"]

_BATCH = 100
# PK the upload, SK `upload`.
_UPLOADS = Table(
    "uploads",
    indexes=(
        index("by_owner", hash_key="owner", range_key="created_at"),
        # Those that wait for something: what the nightly audit looks through. Sparse.
        index("by_waiting", hash_key="waiting", range_key="waiting_order"),
    ),
)


def _keys(upload: Upload) -> dict[str, str]:
    keys = {"pk": upload.id, "sk": "upload"}
    if not upload.deadlines():
        return keys
    order = f"{to_text(upload.created_at)}#{upload.id}"
    return keys | {"waiting": "waiting", "waiting_order": order}


UPLOAD = _UPLOADS.row(Upload, keys=_keys)
_KEY = UPLOAD.view(Key)


class UploadRepository(Repository):
    """Reads uploads."""

    rows = (UPLOAD,)

    def find_upload(self, upload_id: str) -> Upload | None:
        """Read one upload."""
        return self._store.get(UPLOAD, upload_id, "upload")

    def find_uploads(self, upload_ids: Sequence[str]) -> list[Upload]:
        """Read several uploads together, in this order; those that are not there are left out."""
        return self._store.get_many(
            UPLOAD, [(id, "upload") for id in upload_ids]
        )

    def uploads_of(self, owner: str) -> Iterator[Upload]:
        """Read the uploads of a person, oldest first."""
        return self._read(owner, "by_owner")

    def uploads_page(
        self, owner: str, start: Position | None, limit: int
    ) -> Page[Upload]:
        """Read a page of the uploads of a person, oldest first."""
        keys = self._store.page(
            _KEY, owner, index="by_owner", start=start, limit=limit
        )
        found = self.find_uploads([key.pk for key in keys.items])
        return Page(found, keys.next)

    def waiting_uploads(self) -> Iterator[Upload]:
        """Read everything that waits for something."""
        return self._read("waiting", "by_waiting")

    def _read(self, part: str, by: str) -> Iterator[Upload]:
        def read(start: Position | None) -> Page[Key]:
            return self._store.page(
                _KEY, part, index=by, start=start, limit=1000
            )

        keys = [key.pk for key in every(read)]
        for n in range(0, len(keys), _BATCH):
            yield from self.find_uploads(keys[n : n + _BATCH])
