"""The line of resets of second factors in the staff queue: each waits for a second person."""

from collections.abc import Sequence

from ..kernel.staff_queue import FoundTask, Task
from ..people.model import Person

__all__ = ["reset_lines"]


def reset_lines(found: Sequence[FoundTask]) -> list[Task | None]:
    """Return the resets that wait for a second person as tasks."""
    return [_task(one) for one in found]


def _task(found: FoundTask) -> Task | None:
    line = found.line
    person: Person | None = found.people.get(line.id)
    if person is None:
        return None
    return Task(
        kind=line.kind,
        id=person.id,
        title=person.name,
        place=line.code,
        due_at=line.due_at,
        moves=["reset"],
        since=found.entity.created_at,
        version=person.version,
    )
