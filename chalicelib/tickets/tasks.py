"""The tasks of workers about the reporters of tickets."""

from ..kernel.access import Actor
from .repository import TicketRepository

__all__ = ["TicketTasks"]

_MAX_READ = (
    100  # the newest reports of a person; far more than are open at once
)


class TicketTasks:
    """Finds tasks by the person that they are about."""

    def __init__(self, repository: TicketRepository) -> None:
        self._repository = repository

    def has_task(self, worker: Actor, person_id: str) -> bool:
        """Say whether a person reported an open ticket that the worker is the assignee of."""
        found = self._repository.reported_by(person_id, None, _MAX_READ).items
        merged = [one.merged_into for one in found if one.merged_into]
        targets = self._repository.find_tickets(merged) if merged else []
        return any(
            ticket.is_open and ticket.assignee == worker.id
            for ticket in (*found, *targets)
        )
