"""Runs schedules, timers and queues on one machine, under a clock that can be moved."""

import math
import threading
import time
from collections import Counter
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

from chalice.app import Chalice

from chalicelib.container import Container
from onemachine.schedules import scheduled_event, schedules_of

from .clock import MovableClock

__all__ = ["Pump"]

_SWEEP = "sweep"


class Pump:
    """Runs the app's scheduled functions when they are due.

    The sweep runs every minute in the cloud. Here it runs at each instant at which a job is due, so
    a long move jumps from one due instant to the next. A frequent schedule finds work only where
    jobs have run. It runs once after each stop at which a sweep ran, and at the end.
    """

    def __init__(
        self,
        app: Chalice,
        services: Container,
        clock: MovableClock,
        without: Collection[str] = (),
    ) -> None:
        self._app = app
        self._services = services
        self._clock = clock
        self._lock = threading.RLock()
        self._schedules = schedules_of(app)
        for name in (_SWEEP, *without):
            del self._schedules[name]
        self._ran_at = dict.fromkeys(self._schedules, clock.now())

    @property
    def functions(self) -> frozenset[str]:
        """Return the names of the functions that the pump runs."""
        return frozenset({_SWEEP, *self._schedules})

    def run_due(self) -> Counter[str]:
        """Run what is due now; return the number of runs of each function."""
        ran: Counter[str] = Counter()
        with self._lock:
            self._run_due(ran)
        return ran

    def move_to(
        self,
        instant: datetime,
        seconds: float | None = None,
    ) -> Counter[str]:
        """Move the clock forward, stopping at each instant at which something is due.

        The move ends early after `seconds` of the machine's time. The clock then stays at the last
        stop, and a further move goes on from there. Return the number of runs of each function.
        """
        ran: Counter[str] = Counter()
        deadline = math.inf
        if seconds is not None:
            deadline = time.monotonic() + seconds
        with self._lock:
            next_job = self._run_due(ran)
            swept = True
            while True:
                stop = self._next_stop(next_job, with_frequent=swept)
                if stop > instant:
                    break
                if time.monotonic() > deadline:
                    return ran
                self._clock.move_to(stop)
                sweeps = ran[_SWEEP]
                next_job = self._run_due(ran)
                swept = ran[_SWEEP] > sweeps
            self._clock.move_to(instant)
            self._run_due(ran)
        return ran

    def _next_stop(
        self,
        next_job: datetime | None,
        *,
        with_frequent: bool,
    ) -> datetime:
        stops = []
        for name, schedule in self._schedules.items():
            if with_frequent or not schedule.is_frequent:
                stops.append(schedule.next_after(self._ran_at[name]))
        # An overdue job has just failed. Only the future is stepped through.
        if next_job and next_job > self._clock.now():
            stops.append(next_job)
        return min(stops, default=datetime.max.replace(tzinfo=UTC))

    def _run_due(self, ran: Counter[str]) -> datetime | None:
        """Run what is due now; return the instant of the earliest job that is left."""
        for name, schedule in self._schedules.items():
            due_at = schedule.next_after(self._ran_at[name])
            if due_at <= self._clock.now():
                self._run(name, ran)
                self._ran_at[name] = self._clock.now()
        outbox = self._services.core.outbox
        next_job = outbox.next_at()
        while next_job and next_job <= self._clock.now():
            if not self._run(_SWEEP, ran):
                break
            next_job = outbox.next_at()
        return next_job

    def _run(self, name: str, ran: Counter[str]) -> Any:
        event = scheduled_event(name, self._clock.now())
        ran[name] += 1
        return self._app.handler_map[name](event, None)
