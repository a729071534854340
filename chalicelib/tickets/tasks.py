"""The tasks of workers about the reporters of tickets."""

from ..kernel.access import Actor
from .model import Ticket
from .policy import MAX_MERGED
from .repository import TicketRepository

__all__ = ["TicketTasks"]

_MAX_READ = (
    100  # the newest reports of a person; far more than are open at once
)
_MAX_CHAIN = MAX_MERGED + 1  # one merged into another, and that one again


class TicketTasks:
    """Finds tasks by the person that they are about."""

    def __init__(self, repository: TicketRepository) -> None:
        self._repository = repository

    def has_task(self, worker: Actor, person_id: str) -> bool:
        """Say whether a person reported an open ticket that the worker is the assignee of."""
        found = self._repository.reported_by(person_id, None, _MAX_READ).items
        for _ in range(_MAX_CHAIN):
            if any(_is_task(ticket, worker.id) for ticket in found):
                return True
            merged = [one.merged_into for one in found if one.merged_into]
            if not merged:
                return False
            found = self._repository.find_tickets(list(dict.fromkeys(merged)))
        return False


def _is_task(ticket: Ticket, worker_id: str) -> bool:
    return ticket.is_open and ticket.assignee == worker_id
