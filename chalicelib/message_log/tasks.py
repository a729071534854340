"""The tasks of workers about people that no message has reached."""

from collections.abc import Sequence

from ..kernel.access import Actor, Role
from ..kernel.clock import Clock
from ..kernel.text_catalogue import DEFAULT_LOCALE
from . import decisions
from .model import SuppressionReason
from .queries import MessageQueries
from .repository import MessageRepository

__all__ = ["VisitTasks"]

_MAX_READ = 100  # the newest messages to a person: some months


class VisitTasks:
    """Finds visits by the person to be visited, and ends those that nobody has to make."""

    def __init__(
        self,
        repository: MessageRepository,
        queries: MessageQueries,
        clock: Clock,
    ) -> None:
        self._repository, self._queries = repository, queries
        self._clock = clock

    def end_outdated(self, ids: Sequence[str]) -> int:
        """End those of these visits that nobody has to make any more; return their number.

        The matter is over, or the account of each recipient is.
        """
        visits = self._repository.find_attempts(ids)
        visits = [visit for visit in visits if visit.wants_visit]
        people = self._queries.people_of(visits)
        needed = self._queries.still_needed(visits, people, DEFAULT_LOCALE)
        now, ended = self._clock.now(), 0
        for visit in visits:
            if visit.id not in needed:
                over = decisions.suppressed(
                    visit, now, SuppressionReason.OUTDATED
                )
                ended += self._repository.reclaim(over, visit)
        return ended

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
