"""The task of staff that follows from a note. Pure."""

from ..kernel.waiting_task import WaitingTask, waiting_task
from .model import Note

__all__ = ["WAITING", "note_tasks"]

WAITING = "note.waiting"


def note_tasks(note: Note) -> tuple[WaitingTask, ...]:
    """Return the answer for which a note waits."""
    if not note.waits:
        return ()
    return (waiting_task(WAITING, note.id, note.place, note.overdue_at),)
