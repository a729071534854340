"""The wishes' line in the staff queue."""

from collections.abc import Sequence

from ..kernel.access import relations
from ..kernel.staff_queue import FoundTask, QueueQuery, Task, masked_name
from .model import Wish
from .policy import SETTLE_HOURS_WITHIN

__all__ = ["wish_lines"]


def wish_lines(
    query: QueueQuery, found: Sequence[FoundTask]
) -> list[Task | None]:
    """Return wishes as tasks; None for one that does not concern the actor."""
    return [_task(query, one) for one in found]


def _task(query: QueueQuery, found: FoundTask) -> Task | None:
    wish: Wish = found.entity
    line = found.line
    towards = relations(query.actor, wish.as_resource())
    if not towards:
        return None
    since = {
        "wish.approve": wish.submitted_at,
        "wish.hours": line.due_at - SETTLE_HOURS_WITHIN,
    }
    return Task(
        kind=line.kind,
        id=wish.id,
        title=wish.written.title,
        place=wish.place,
        due_at=line.due_at,
        moves=wish.moves(query.actor.id, towards),
        since=since.get(line.kind, line.due_at),
        version=wish.version,
        category=wish.kind.value,
        reporter=masked_name(found.people.get(wish.person_id)),
    )
