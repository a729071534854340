"""The notes' line in the staff queue."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ..kernel.access import relations
from ..kernel.paging import Page
from ..kernel.staff_queue import QueueQuery, Task
from .model import Note
from .repository import order_of

if TYPE_CHECKING:
    from .service import Notes

__all__ = ["waiting_count", "waiting_page"]

_KIND = "note.waiting"
_MAX_COUNTED = 2000
_MAX_TITLE = 60  # characters


def waiting_page(notes: "Notes", query: QueueQuery) -> Page[tuple[str, Task]]:
    """Return the notes that wait for the staff of a place, soonest overdue first."""
    page = notes.waiting(query.place, query.after, query.limit)
    return Page([(order_of(note), _task(query, note)) for note in page.items], page.next)


def waiting_count(notes: "Notes", query: QueueQuery) -> Mapping[str, int]:
    """Return how many notes wait, up to a bound."""
    return {_KIND: len(notes.waiting(query.place, "", _MAX_COUNTED).items)}


def _task(query: QueueQuery, note: Note) -> Task:
    return Task(
        kind=_KIND,
        id=note.id,
        title=note.text[:_MAX_TITLE],
        place=note.place,
        due_at=note.overdue_at,
        moves=note.moves(relations(query.actor, note.as_resource())),
    )
