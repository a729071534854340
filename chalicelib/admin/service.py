"""What waits for the staff of a place, soonest due first, over all features."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ..kernel.access import Resource, authorize, parties
from ..kernel.call import Call
from ..kernel.paging import Page
from ..people.service import People
from ..wishes.service import Wishes

__all__ = ["Desk", "Task"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One thing that waits."""

    kind: str
    id: str
    title: str
    place: str
    due_at: datetime
    moves: Sequence[str]


class Desk:
    """Use cases of the staff desk."""

    def __init__(self, *, people: People, wishes: Wishes) -> None:
        self._people, self._wishes = people, wishes

    def queue(self, call: Call, place: str, limit: int) -> tuple[Page[Task], Mapping[str, int]]:
        """Return what waits for the staff of a place and below, and how much of each kind there is in all."""
        actor, _ = self._people.current(call.actor)
        authorize(actor, "queue.read", Resource(kind="queue", places=(place,)))
        page = self._wishes.waiting(place, call.start, limit)
        tasks = [
            Task(
                kind=waits[0],
                id=wish.id,
                title=wish.written.title,
                place=wish.place,
                due_at=waits[1],
                moves=wish.moves(actor.id, as_what),
            )
            for wish in page.items
            if (waits := wish.waits_for_staff()) and (as_what := parties(actor, wish.as_resource()))
        ]
        return Page(tasks, page.next), self._wishes.count_waiting(place)
