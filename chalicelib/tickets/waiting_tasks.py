"""The task of staff that follows from a ticket. Pure."""

from ..kernel.waiting_task import NOBODY, WaitingTask, waiting_task
from .model import Ticket
from .states import NEW_PHONE, WAITING

__all__ = ["TICKET_TASKS", "ticket_tasks"]

TICKET_TASKS = (
    "ticket.accept",
    "ticket.contact",
    "ticket.resolve",
    "ticket.call_back",
    "ticket.resume",
    "ticket.look",
    "ticket.new_phone",
)


def ticket_tasks(ticket: Ticket) -> tuple[WaitingTask, ...]:
    """Return what staff have to do about a ticket: what is due next, while they work on it."""
    waits = ticket.next_due
    if waits is None:
        return ()
    name, due_at = waits
    if ticket.state not in WAITING and name != NEW_PHONE:
        return ()
    task = waiting_task(
        f"ticket.{name}",
        ticket.id,
        ticket.place,
        due_at,
        assignee=ticket.assignee or NOBODY,
    )
    return (task,)
