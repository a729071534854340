"""The volunteers' line in the staff queue."""

from collections import Counter
from typing import TYPE_CHECKING

from ..kernel.access import relations
from ..kernel.paging import Page
from ..kernel.staff_queue import QueuePart, QueueQuery, Task, page_and_all
from . import permissions
from .model import Person
from .policy import VET_WITHIN

if TYPE_CHECKING:
    from .repository import WaitingVolunteer
    from .service import People

__all__ = ["waiting"]


def waiting(people: "People", query: QueueQuery) -> QueuePart:
    """Return the volunteers who wait at a place to be vetted, or for the end of their pause."""

    def read(after: str, limit: int) -> "Page[tuple[str, WaitingVolunteer]]":
        return people.waiting(query.place, after, limit)

    page, everything = page_and_all(read, query)
    found = people.find_many([line.id for _, line in page.items])
    shown = [
        (order, _task(query, line, found.get(line.id)))
        for order, line in page.items
    ]
    tasks = [(order, task) for order, task in shown if task]
    return QueuePart(
        tasks=Page(tasks, page.next),
        counts=Counter(line.waits_for for line in everything),
    )


def _task(
    query: QueueQuery, line: "WaitingVolunteer", person: Person | None
) -> Task | None:
    waits = person.waits_for_staff() if person else None
    if person is None or waits is None:
        return None
    towards = relations(query.actor, person.as_resource())
    moves = ["vet", "limits"] if towards & permissions.VET.allowed else []
    kind, due_at = waits
    return Task(
        kind=kind,
        id=person.id,
        title=person.name,
        place=line.waits_at,
        due_at=due_at,
        moves=moves,
        since=person.claims_paused_at or due_at - VET_WITHIN,
    )
