"""Finds entities whose timer was lost, and arms them again."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Protocol, TypeVar

from ..kernel.changes import ArmedTimer, Changes, Entity
from ..kernel.clock import Clock
from ..kernel.errors import NotFound
from ..kernel.request import RequestContext
from .batches import BATCH_GET, in_batches
from .commit import timer_job
from .outbox import Outbox

__all__ = ["LostTimers"]

E = TypeVar("E", bound=Entity)
# Longer than a queue is ever behind. A timer that is armed in vain does no harm.
_LOST_AFTER = timedelta(hours=1)
# Earlier than every deadline, so the commit always replaces it.
_NO_TIMER = ArmedTimer("", datetime.min.replace(tzinfo=UTC), "")


class _Run(Protocol):
    """Commits a decision: `Transaction.run`."""

    def __call__(
        self, decide: Callable[[], Changes[E]], context: RequestContext
    ) -> E: ...


class LostTimers:
    """Compares entities with the job table."""

    def __init__(self, run: _Run, clock: Clock, outbox: Outbox) -> None:
        self._run, self._clock, self._outbox = run, clock, outbox

    def rearm(
        self, entities: Iterable[E], reread: Callable[[str], E | None]
    ) -> int:
        """Arm the entities that are long due without a job; return their number.

        The number should be 0.
        """
        lost = 0
        for batch in in_batches(entities, BATCH_GET):
            for entity in self._without_job(batch):
                lost += self._rearm_one(entity, reread)
        return lost

    def _without_job(self, entities: Sequence[E]) -> list[E]:
        """Return the entities whose timer is long due, but has no job in the table."""
        long_ago = self._clock.now() - _LOST_AFTER
        overdue: dict[str, E] = {}
        jobs = []
        for entity in entities:
            timer = entity.timer
            if timer and timer.at < long_ago:
                overdue[timer.id] = entity
                jobs.append(timer_job(entity, timer))
        waiting = self._outbox.are_waiting(jobs)
        return [entity for id, entity in overdue.items() if id not in waiting]

    def _rearm_one(self, seen: E, reread: Callable[[str], E | None]) -> bool:
        """Give an entity a fresh timer; False if its timer has moved since it was seen."""

        def decide() -> Changes[E]:
            entity = reread(seen.id)
            if entity is None or not _is_armed_alike(entity, seen):
                raise NotFound
            return Changes(
                entity=replace(entity, timer=_NO_TIMER),
                previous=entity,
                bump_version=False,
            )

        try:
            self._run(decide, RequestContext())
        except NotFound:
            return False
        return True


def _is_armed_alike(one: Entity, other: Entity) -> bool:
    return one.timer == other.timer and one.deadlines() == other.deadlines()
