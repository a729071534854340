"""The notes' line in the staff queue."""

from typing import TYPE_CHECKING

from ..kernel.access import relations
from ..kernel.paging import Page
from ..kernel.staff_queue import QueuePart, QueueQuery, Task, page_and_all
from .model import Note
from .repository import order_of

if TYPE_CHECKING:
    from .service import Notes

__all__ = ["waiting"]

_KIND = "note.waiting"
_MAX_TITLE = 60  # characters


def waiting(notes: "Notes", query: QueueQuery) -> QueuePart:
    """Return the notes that wait for the staff of a place, soonest overdue first."""

    def read(after: str, limit: int) -> Page[tuple[str, Note]]:
        page = notes.waiting(query.place, after, limit)
        return Page([(order_of(note), note) for note in page.items], page.next)

    page, everything = page_and_all(read, query)
    tasks = [(order, _task(query, note)) for order, note in page.items]
    return QueuePart(
        tasks=Page(tasks, page.next), counts={_KIND: len(everything)}
    )


def _task(query: QueueQuery, note: Note) -> Task:
    return Task(
        kind=_KIND,
        id=note.id,
        title=note.text[:_MAX_TITLE],
        place=note.place,
        due_at=note.overdue_at,
        moves=note.moves(relations(query.actor, note.as_resource())),
    )
