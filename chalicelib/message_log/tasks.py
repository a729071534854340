"""The tasks of workers about people that no message has reached."""

from ..kernel.access import Actor, Role
from .repository import MessageRepository

__all__ = ["VisitTasks"]

_MAX_READ = 100  # the newest messages to a person: some months


class VisitTasks:
    """Finds visits by the person to be visited."""

    def __init__(self, repository: MessageRepository) -> None:
        self._repository = repository

    def has_task(self, worker: Actor, person_id: str) -> bool:
        """Say whether a person is to be visited at a place where the worker serves."""
        page = self._repository.messages_to(person_id, None, _MAX_READ)
        for attempt in page.items:
            if not attempt.wants_visit or not attempt.place:
                continue
            rank = worker.role_at(attempt.place).rank
            if rank >= Role.GRID_WORKER.rank:
                return True
        return False
