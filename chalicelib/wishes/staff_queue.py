"""The wishes' line in the staff queue."""

from typing import TYPE_CHECKING

from ..kernel.access import relations
from ..kernel.paging import Page
from ..kernel.staff_queue import QueueQuery, Task

if TYPE_CHECKING:
    from .queries import WishQueries

__all__ = ["waiting_page"]


def waiting_page(wishes: "WishQueries", query: QueueQuery) -> Page[tuple[str, Task]]:
    """Return the wishes that wait for the staff of a place, soonest due first."""
    page = wishes.waiting(query.place, query.after, query.limit)
    tasks = []
    for order, wish in page.items:
        waits = wish.waits_for_staff()
        towards = relations(query.actor, wish.as_resource())
        if waits and towards:
            kind, due_at = waits
            task = Task(
                kind=kind,
                id=wish.id,
                title=wish.written.title,
                place=wish.place,
                due_at=due_at,
                moves=wish.moves(query.actor.id, towards),
            )
            tasks.append((order, task))
    return Page(tasks, page.next)
