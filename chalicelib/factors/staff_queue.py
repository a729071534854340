"""The line of resets of second factors in the staff queue: each waits for a second person."""

from datetime import datetime
from typing import TYPE_CHECKING

from ..kernel.access import Role
from ..kernel.paging import Page
from ..kernel.staff_queue import QueuePart, QueueQuery, Task, page_and_all
from ..people.model import Person
from .model import FactorReset
from .policy import RESET_DUE

if TYPE_CHECKING:
    from ..people.service import People
    from .repository import FactorRepository

__all__ = ["RESET", "waiting"]

RESET = "factor.reset"


def waiting(
    repository: "FactorRepository",
    people: "People",
    now: datetime,
    query: QueueQuery,
) -> QueuePart:
    """Return the resets that wait for a second person, soonest due first.

    Only those who may approve one read this line.
    """
    rank = query.actor.role_at(query.place).rank
    if rank < Role.COMMUNITY_STAFF.rank:
        return QueuePart(tasks=Page([]), counts={})

    def read(after: str, limit: int) -> Page[tuple[str, FactorReset]]:
        return repository.resets_at(query.place, now, after, limit)

    page, everything = page_and_all(read, query)
    found = people.find_many([one.id for _, one in page.items])
    tasks = [
        (order, _task(reset, found[reset.id]))
        for order, reset in page.items
        if reset.id in found
    ]
    return QueuePart(
        tasks=Page(tasks, page.next), counts={RESET: len(everything)}
    )


def _task(reset: FactorReset, person: Person) -> Task:
    return Task(
        kind=RESET,
        id=person.id,
        title=person.name,
        place=reset.place,
        due_at=reset.created_at + RESET_DUE,
        moves=["reset"],
        since=reset.created_at,
    )
