"""The line of stopped corrections in the staff queue."""

from collections.abc import Sequence

from ..kernel.staff_queue import FoundTask, Task
from ..people.model import Person

__all__ = ["correction_lines"]


def correction_lines(found: Sequence[FoundTask]) -> list[Task | None]:
    """Return the corrections that wait for a street administrator as tasks."""
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
        moves=["force"],
        version=person.version,
    )
