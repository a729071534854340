"""How notes are stored."""

from collections.abc import Iterator

from ..kernel.clock import to_text
from ..kernel.paging import Page, Position, every
from ..kernel.place import covers, street_of
from ..store.indexes import index
from ..store.repository import Repository
from ..store.table import Key, Table, behind
from .model import Note

__all__ = ["NOTE", "NoteRepository"]

# PK the note, SK `note`.
_NOTES = Table(
    "notes",
    indexes=(
        index("by_owner", hash_key="owner", range_key="created_at"),
        # What waits for staff, soonest overdue first. Sparse.
        index(
            "by_waiting",
            hash_key="waits_in",
            range_key="waits_order",
            include=("place",),
        ),
    ),
)


def order_of(note: Note) -> str:
    """Return the position of a note in the staff queue."""
    return f"{to_text(note.overdue_at)}#{note.id}"


def _keys(note: Note) -> dict[str, str | None]:
    keys: dict[str, str | None] = {"pk": note.id, "sk": "note"}
    if note.waits:
        keys |= {
            "waits_in": street_of(note.place),
            "waits_order": order_of(note),
        }
    return keys


NOTE = _NOTES.row(Note, keys=_keys)
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

    def waiting_at(self, place: str, after: str, limit: int) -> Page[Note]:
        """Read the notes that wait at a place and below, from behind an order on."""
        order = behind(NOTE.attribute("waits_order"), after)
        page = self._store.page(
            _KEY, street_of(place), index="by_waiting", keys=order, limit=limit
        )
        notes = self._store.get_many(
            NOTE, [(key.pk, key.sk) for key in page.items]
        )
        here = [
            note for note in notes if note.waits and covers(place, note.place)
        ]
        return Page(
            here, {"after": page.next["waits_order"]} if page.next else None
        )

    def waiting_in(self, street: str) -> Iterator[Note]:
        """Read the notes that wait in a street."""

        def read(start: Position | None) -> Page[Note]:
            return self.waiting_at(street, start["after"] if start else "", 100)

        return every(read)
