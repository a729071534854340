"""Tickets in the staff queue."""

from collections import Counter
from typing import TYPE_CHECKING

from ..kernel.access import relations
from ..kernel.paging import Page
from ..kernel.staff_queue import QueuePart, QueueQuery, Task, page_and_all
from .model import TicketLine

if TYPE_CHECKING:
    from .queries import TicketQueries

__all__ = ["waiting"]

_TITLE = 60  # characters of a ticket's text in a list


def waiting(queries: "TicketQueries", query: QueueQuery) -> QueuePart:
    """Return the tickets that wait for the staff of a place, soonest due first."""

    def read(after: str, limit: int) -> Page[tuple[str, TicketLine]]:
        return queries.waiting(query.place, after, limit)

    page, everything = page_and_all(read, query)
    tasks = [(order, _task(query, line)) for order, line in page.items]
    return QueuePart(
        tasks=Page(tasks, page.next),
        counts=Counter(_kind(line) for line in everything),
    )


def _task(query: QueueQuery, line: TicketLine) -> Task:
    return Task(
        kind=_kind(line),
        id=line.id,
        title=line.text[:_TITLE],
        place=line.place,
        due_at=line.waits_until or line.updated_at,
        moves=line.moves(relations(query.actor, line.as_resource())),
    )


def _kind(line: TicketLine) -> str:
    return f"ticket.{line.waits_for}"
