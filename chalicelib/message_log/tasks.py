"""The tasks of workers about people that no message has reached."""

from ..kernel.access import Actor, Role
from ..kernel.clock import Clock
from ..kernel.hooks import Hooks
from . import decisions
from .model import SuppressionReason, subject_of
from .repository import MessageRepository

__all__ = ["VisitTasks"]

_MAX_READ = 100  # the newest messages to a person: some months
_MAX_ENDED = 200  # visits of a street looked at in one hour


class VisitTasks:
    """Finds visits by the person to be visited, and ends those that nobody has to make."""

    def __init__(
        self, repository: MessageRepository, hooks: Hooks, clock: Clock
    ) -> None:
        self._repository, self._hooks = repository, hooks
        self._clock = clock

    def end_outdated(self, street: str) -> None:
        """End the visits of a street whose messages are no longer true. Idempotent."""
        page = self._repository.pending_visits(street, "", _MAX_ENDED)
        contexts = self._hooks.contexts([subject_of(one) for one in page.items])
        over = [
            visit.id
            for visit, context in zip(page.items, contexts, strict=True)
            if context is None
        ]
        now = self._clock.now()
        for attempt in self._repository.find_attempts(over):
            ended = decisions.suppressed(
                attempt, now, SuppressionReason.OUTDATED
            )
            self._repository.reclaim(ended, attempt)

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
