"""The line of stopped corrections in the staff queue."""

from typing import TYPE_CHECKING

from ..kernel.access import Role
from ..kernel.paging import Page
from ..kernel.staff_queue import QueuePart, QueueQuery, Task, page_and_all
from ..people.model import Person
from .model import PhoneCorrection

if TYPE_CHECKING:
    from ..people.service import People
    from .repository import PhoneCorrectionRepository

__all__ = ["STOPPED", "waiting"]

STOPPED = "phone_change.stopped"


def waiting(
    repository: "PhoneCorrectionRepository",
    people: "People",
    query: QueueQuery,
) -> QueuePart:
    """Return the corrections that wait for a street administrator, soonest due first.

    Only they read this line.
    """
    if query.actor.role_at(query.place) is not Role.STREET_ADMIN:
        return QueuePart(tasks=Page([]), counts={})

    def read(after: str, limit: int) -> Page[tuple[str, PhoneCorrection]]:
        return repository.stopped_at(query.place, after, limit)

    page, everything = page_and_all(read, query)
    found = people.find_many([one.id for _, one in page.items])
    tasks = [
        (order, _task(correction, found[correction.id]))
        for order, correction in page.items
        if correction.id in found
    ]
    return QueuePart(
        tasks=Page(tasks, page.next), counts={STOPPED: len(everything)}
    )


def _task(correction: PhoneCorrection, person: Person) -> Task:
    return Task(
        kind=STOPPED,
        id=person.id,
        title=person.name,
        place=correction.place,
        due_at=correction.decide_by,
        moves=["force"],
    )
