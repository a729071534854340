"""How uploads lie in the store. Their files lie elsewhere (`carriers.ports.Files`)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pynamodb.attributes import UnicodeAttribute
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection

from ..kernel.clock import to_text
from ..kernel.paging import every
from ..store.rows import InstantAttribute, Table, load, load_many, page
from .model import Upload

__all__ = ["find_upload", "find_uploads", "uploads_of", "waiting_uploads"]

_BATCH = 100


class ByOwner(GlobalSecondaryIndex["UploadTable"]):
    """Somebody's uploads."""

    class Meta:
        """Keys only."""

        index_name = "by_owner"
        projection = KeysOnlyProjection()

    owner = UnicodeAttribute(hash_key=True)
    created_at = InstantAttribute(range_key=True)


class ByWaiting(GlobalSecondaryIndex["UploadTable"]):
    """Those that wait for something: what the nightly audit looks through. Sparse."""

    class Meta:
        """Keys only."""

        index_name = "by_waiting"
        projection = KeysOnlyProjection()

    waiting = UnicodeAttribute(hash_key=True)
    waiting_order = UnicodeAttribute(range_key=True)


class UploadTable(Table):
    """PK the upload, SK `upload`."""

    class Meta:
        """Name."""

        table_name = "uploads"

    owner = UnicodeAttribute(null=True)
    created_at = InstantAttribute(null=True)
    waiting = UnicodeAttribute(null=True)
    waiting_order = UnicodeAttribute(null=True)
    by_owner = ByOwner()
    by_waiting = ByWaiting()


@dataclass(frozen=True, slots=True)
class _Key:
    pk: str


def _keys(upload: Upload) -> dict[str, str]:
    keys = {"pk": upload.id, "sk": "upload"}
    waits = {"waiting": "waiting", "waiting_order": f"{to_text(upload.created_at)}#{upload.id}"}
    return keys | waits if upload.deadlines() else keys


UploadTable.holding(Upload, _keys)


def find_upload(upload_id: str) -> Upload | None:
    """Read one upload."""
    return load(Upload, upload_id, "upload")


def find_uploads(upload_ids: Sequence[str]) -> list[Upload]:
    """Read several uploads together, in this order; those that are not there are left out."""
    return load_many(Upload, [(id, "upload") for id in upload_ids])


def uploads_of(owner: str) -> Iterator[Upload]:
    """Read somebody's uploads, oldest first."""
    return _read(owner, "by_owner")


def waiting_uploads() -> Iterator[Upload]:
    """Read everything that waits for something."""
    return _read("waiting", "by_waiting")


def _read(part: str, index: str) -> Iterator[Upload]:
    keys = [key.pk for key in every(lambda start: page(_Key, part, index=index, start=start, limit=1000, row_kind=Upload))]
    for n in range(0, len(keys), _BATCH):
        yield from find_uploads(keys[n : n + _BATCH])
