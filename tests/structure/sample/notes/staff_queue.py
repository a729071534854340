"""The notes' line in the staff queue."""

from collections.abc import Sequence

from ..kernel.access import relations
from ..kernel.staff_queue import FoundTask, QueueQuery, Task, masked_name
from .model import Note

__all__ = ["note_lines"]

_MAX_TITLE = 60  # characters


def note_lines(
    query: QueueQuery, found: Sequence[FoundTask]
) -> list[Task | None]:
    """Return the notes that wait for staff as tasks."""
    return [_task(query, one) for one in found]


def _task(query: QueueQuery, found: FoundTask) -> Task:
    note: Note = found.entity
    return Task(
        kind=found.line.kind,
        id=note.id,
        title=note.text[:_MAX_TITLE],
        place=note.place,
        due_at=found.line.due_at,
        moves=note.moves(relations(query.actor, note.as_resource())),
        version=note.version,
        reporter=masked_name(found.people.get(note.owner or "")),
    )
