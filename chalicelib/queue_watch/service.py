"""Looks at the queue of each street once an office hour, and reminds those who are to act."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache

from ..kernel.changes import Changes
from ..kernel.clock import Clock, local_day, to_text
from ..kernel.hooks import Hooks
from ..kernel.job import Event, ScheduledJob, Send
from ..kernel.metrics import Metrics
from ..kernel.request import RequestContext
from ..kernel.staff_queue import Task, TaskQueue
from ..places.service import Places
from ..store.entity_store import EntityStore
from ..store.outbox import Outbox
from ..store.transaction import Transaction
from ..tickets.office_days import StreetCalendar, StreetDays
from .levels import narrowest, staffed_levels
from .model import QueueWatch, Span, notice_of, watch_id
from .notices import Notices, send_to
from .policy import (
    CHECK_MINUTES,
    CLOSED_AT_A_LOOK,
    DAYS_OF_A_LEVEL,
    SETTLED_AFTER,
)
from .repository import WatchRepository
from .waiting import WaitingCounts, query_for

__all__ = ["QueueWatches"]


class QueueWatches:
    """The watches over the staff queues of all streets. `counts` fills their messages."""

    def __init__(
        self,
        *,
        transaction: Transaction,
        repository: WatchRepository,
        clock: Clock,
        places: Places,
        days: StreetDays,
        hooks: Hooks,
        outbox: Outbox,
        metrics: Metrics,
        counts: WaitingCounts,
        tasks: TaskQueue,
    ) -> None:
        self._transaction, self._repository = transaction, repository
        self._clock, self._places, self._days = clock, places, days
        self._hooks, self._outbox, self._metrics = hooks, outbox, metrics
        self.counts, self._tasks = counts, tasks
        self._entities = EntityStore(
            transaction,
            repository.find_watch,
            place=lambda watch: watch.street,
        )

    def begin(self) -> int:
        """Begin the watch of each street that has none; return their number. Idempotent."""
        streets = {watch_id(code): code for code in self._places.streets()}
        known = {one.id for one in self._repository.find_watches([*streets])}
        new = [streets[id] for id in streets if id not in known]
        for street in new:
            self._begin_at(street)
        return len(new)

    def _begin_at(self, street: str) -> None:
        def decide() -> Changes[QueueWatch]:
            id, now = watch_id(street), self._clock.now()
            found = self._repository.find_watch(id)
            if found:
                return Changes(entity=found, previous=found)
            watch = QueueWatch(
                id=id,
                created_at=now,
                updated_at=now,
                street=street,
                checked_at=now,
                next_at=self._next_at(street, now),
            )
            return Changes(entity=watch, previous=None)

        self._transaction.run(decide, RequestContext())

    def _next_at(self, street: str, now: datetime) -> datetime:
        return self._days.of(street).after(now, minutes=CHECK_MINUTES)

    def on_timer(self, id: str, timer_id: str) -> None:
        """Look at the queue of a street, and remind staff of what became due since the last look.

        The messages are written before the commit, with ids that follow from the last look: a
        street may have more staff than a commit has items. A repeated look repeats no message.
        """

        def decide(watch: QueueWatch) -> Changes[QueueWatch]:
            settled_at = self._clock.now() - SETTLED_AFTER
            span = _span(watch, self._days.of(watch.street), settled_at)
            notices = self._notices(watch.street, span)
            for send in notices.sends(watch.id, to_text(watch.checked_at)):
                self._put(send)
            after = replace(
                watch,
                checked_at=settled_at,
                announced_at=settled_at if span.is_first else span.announced_at,
                next_at=self._next_at(watch.street, self._clock.now()),
                timer=None,
            )
            return Changes(entity=after, previous=watch, bump_version=False)

        self._entities.on_timer(id, timer_id, decide)

    def _put(self, send: Send) -> None:
        self._outbox.put(ScheduledJob(job=send, at=self._clock.now()))

    def _notices(self, street: str, span: Span) -> Notices:
        notices = Notices()
        kinds = self._hooks.queue_kinds()
        along = lru_cache(maxsize=None)(self._places.duty_along)
        for task in self._waiting(street):
            kind = kinds[task.kind]
            if kind.timer:
                continue
            notice = notice_of(kind, task, span, DAYS_OF_A_LEVEL)
            if notice is None or (not notice.is_overdue and kind.announced_by):
                continue
            levels = staffed_levels(kind.lowest, along(narrowest(task.place)))
            if not levels:
                self._metrics.count("NobodyOnDuty")
                continue
            place, people = levels[min(notice.level, len(levels) - 1)]
            ids = [person.id for person in people]
            notices.add(ids, place, task, is_overdue=notice.is_overdue)
        return notices

    def _waiting(self, street: str) -> Iterator[Task]:
        """Yield what waits in a street, as its administrators see it.

        On the way, tasks on which nobody has to act any more are closed, up to a bound.
        """
        room = CLOSED_AT_A_LOOK
        for step in self._tasks.steps(query_for(street)):
            yield from step.tasks
            if room > 0 and step.obsolete:
                room -= self._tasks.close(step.obsolete[:room])

    def on_duty_taken(self, event: Event) -> None:
        """Send people who take duty at a place a message about what waits there, if anything."""
        place = event.subject
        if not sum(self.counts.count_at(place).values()):
            return
        for person_id in event.params["people"].split(","):
            params = {"holder": person_id, "places": place, "kinds": ""}
            self._put(send_to("queue.waiting_staff", place, event.id, params))

    def rearm(self) -> int:
        """Arm lost timers of watches; return their number."""
        ids = [watch_id(street) for street in self._places.streets()]
        return self._entities.rearm(self._repository.find_watches(ids))

    def place_of(self, id: str) -> str:
        """Return the street of a watch."""
        return self._entities.place_of(id)


def _span(watch: QueueWatch, street: StreetCalendar, now: datetime) -> Span:
    zone = street.calendar.zone
    days = [local_day(at, zone) for at in _looks(watch, now)]
    return Span(
        checked_at=watch.checked_at,
        announced_at=watch.announced_at,
        now=now,
        is_first=len(set(days)) == len(days),
        days_between=street.days_between,
        days_after=street.days_after,
    )


def _looks(watch: QueueWatch, now: datetime) -> Sequence[datetime]:
    """Return the present look and the latest that announced tasks, if there was one."""
    return [at for at in (watch.announced_at, now) if at]
