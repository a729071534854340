"""The volunteers' line in the staff queue."""

from collections.abc import Sequence

from ..kernel.access import relations
from ..kernel.staff_queue import FoundTask, QueueQuery, Task
from . import permissions
from .model import Person
from .policy import VET_WITHIN

__all__ = ["volunteer_lines"]


def volunteer_lines(
    query: QueueQuery, found: Sequence[FoundTask]
) -> list[Task | None]:
    """Return volunteers who wait to be vetted, or for the end of their pause, as tasks."""
    return [_task(query, one) for one in found]


def _task(query: QueueQuery, found: FoundTask) -> Task:
    person: Person = found.entity
    line = found.line
    towards = relations(query.actor, person.as_resource())
    moves = ["vet", "limits"] if towards & permissions.VET.allowed else []
    return Task(
        kind=line.kind,
        id=person.id,
        title=person.name,
        place=line.code,
        due_at=line.due_at,
        moves=moves,
        since=person.claims_paused_at or line.due_at - VET_WITHIN,
        version=person.version,
    )
