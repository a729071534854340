"""Tickets in the staff queue."""

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

from ..kernel.access import relations
from ..kernel.paging import Page
from ..kernel.staff_queue import QueueQuery, Task
from .model import TicketLine

if TYPE_CHECKING:
    from .queries import TicketQueries

__all__ = ["waiting_count", "waiting_page"]

_TITLE = 60  # characters of a ticket's text in a list
_MAX_COUNTED = 2000


def waiting_page(queries: "TicketQueries", query: QueueQuery) -> Page[tuple[str, Task]]:
    """Return the tickets that wait for the staff of a place, soonest due first."""
    page = queries.waiting(query.place, query.after, query.limit)
    return Page([(order, _task(query, line)) for order, line in page.items], page.next)


def waiting_count(queries: "TicketQueries", query: QueueQuery) -> Mapping[str, int]:
    """Return how many tickets wait, by kind, up to a bound."""
    page = queries.waiting(query.place, "", _MAX_COUNTED)
    return Counter(_kind(line) for _, line in page.items)


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
