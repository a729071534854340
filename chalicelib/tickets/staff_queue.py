"""Tickets in the staff queue."""

from collections.abc import Sequence

from ..kernel.access import relations
from ..kernel.staff_queue import FoundTask, QueueQuery, Task, masked_name
from .model import Ticket

__all__ = ["ticket_lines"]

_TITLE = 60  # characters of a ticket's text in a list


def ticket_lines(
    query: QueueQuery, found: Sequence[FoundTask]
) -> list[Task | None]:
    """Return tickets as tasks."""
    return [_task(query, one) for one in found]


def _task(query: QueueQuery, found: FoundTask) -> Task:
    ticket: Ticket = found.entity
    assignee = found.people.get(ticket.assignee or "")
    return Task(
        kind=found.line.kind,
        id=ticket.id,
        title=ticket.text[:_TITLE],
        place=ticket.place,
        due_at=found.line.due_at,
        moves=ticket.moves(relations(query.actor, ticket.as_resource())),
        version=ticket.version,
        category=ticket.category,
        urgency=ticket.urgency.value,
        level=ticket.level.value,
        assignee=ticket.assignee,
        assignee_name=assignee.name if assignee else None,
        reporter=masked_name(found.people.get(ticket.person_id or "")),
    )
