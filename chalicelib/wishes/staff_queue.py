"""The wishes' line in the staff queue."""

from collections import Counter
from typing import TYPE_CHECKING

from ..kernel.access import relations
from ..kernel.paging import Page
from ..kernel.staff_queue import QueuePart, QueueQuery, Task, page_and_all
from .model import Wish
from .policy import SETTLE_HOURS_WITHIN

if TYPE_CHECKING:
    from .queries import WishQueries
    from .repository import WaitingWish

__all__ = ["waiting"]


def waiting(wishes: "WishQueries", query: QueueQuery) -> QueuePart:
    """Return the wishes that wait for the staff of a place, soonest due first."""

    def read(after: str, limit: int) -> "Page[tuple[str, WaitingWish]]":
        return wishes.waiting(query.place, after, limit)

    page, everything = page_and_all(read, query)
    found = wishes.find_many([line.id for _, line in page.items])
    shown = [
        (order, _task(query, found[line.id]))
        for order, line in page.items
        if line.id in found
    ]
    tasks = [(order, task) for order, task in shown if task]
    return QueuePart(
        tasks=Page(tasks, page.next),
        counts=Counter(line.waits_for for line in everything),
    )


def _task(query: QueueQuery, wish: Wish) -> Task | None:
    waits = wish.waits_for_staff()
    towards = relations(query.actor, wish.as_resource())
    if waits is None or not towards:
        return None
    kind, due_at = waits
    since = {
        "wish.approve": wish.submitted_at,
        "wish.hours": due_at - SETTLE_HOURS_WITHIN,
    }
    return Task(
        kind=kind,
        id=wish.id,
        title=wish.written.title,
        place=wish.place,
        due_at=due_at,
        moves=wish.moves(query.actor.id, towards),
        since=since.get(kind, due_at),
    )
