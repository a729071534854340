"""How notes are stored."""

from collections.abc import Iterator

from ..kernel.paging import Page, Position, every
from ..kernel.place import street_of
from ..store.indexes import index
from ..store.repository import Repository
from ..store.table import Key, Table
from .model import Note
from .waiting_tasks import WAITING, note_tasks

__all__ = ["NOTE", "NoteRepository"]

# PK the note, SK `note`.
_NOTES = Table(
    "notes",
    indexes=(
        index("by_owner", hash_key="owner", range_key="created_at"),
        # What waits for staff, to arm lost timers. Sparse.
        index("by_street", hash_key="waits_in", range_key="created_at"),
    ),
)


def _keys(note: Note) -> dict[str, str]:
    keys = {"pk": note.id, "sk": "note"}
    if note.waits:
        keys["waits_in"] = street_of(note.place)
    return keys


NOTE = _NOTES.row(Note, keys=_keys).with_tasks(
    WAITING, derive=note_tasks, sk="note"
)
_KEY = NOTE.view(Key)


class NoteRepository(Repository):
    """Reads notes."""

    rows = (NOTE,)

    def find_note(self, note_id: str) -> Note | None:
        """Read one note."""
        return self._store.get(NOTE, note_id, "note")

    def notes_of(self, owner: str) -> Iterator[Note]:
        """Read all notes of a person, oldest first."""

        def read(start: Position | None) -> Page[Key]:
            return self._store.page(
                _KEY, owner, index="by_owner", start=start, limit=100
            )

        for key in every(read):
            note = self.find_note(key.pk)
            if note is not None and note.owner == owner:
                yield note

    def waiting_in(self, street: str) -> Iterator[Note]:
        """Read the notes that wait in a street."""

        def read(start: Position | None) -> Page[Key]:
            return self._store.page(
                _KEY, street, index="by_street", start=start, limit=100
            )

        for key in every(read):
            note = self.find_note(key.pk)
            if note is not None:
                yield note
