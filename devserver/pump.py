"""Schedules, timers and queues on one machine, under a clock that can be moved."""

import re
import threading
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from chalice.app import Chalice, ScheduledEventConfig

from chalicelib.container import Container

__all__ = ["Pump"]

_UNITS = {"minute": 60, "hour": 3600, "day": 86400}


class MovableClock(Protocol):
    """A clock that can be moved forward."""

    def now(self) -> datetime:
        """Return the instant."""
        ...

    def move_to(self, instant: datetime) -> None:
        """Move forward to an instant."""
        ...


class Pump:
    """Runs the app's scheduled functions when they are due.

    The sweep, every minute in the cloud, runs here whenever something is due: moving the clock by a month steps from
    due instant to due instant instead of minute to minute. What comes round every few minutes finds something to do only
    where something has happened, so it is stopped for once after each stop at which something was due, and at the end.
    """

    def __init__(
        self,
        app: Chalice,
        services: Container,
        clock: MovableClock,
        without: frozenset[str] = frozenset(),
    ) -> None:
        self._app, self._services, self._clock = app, services, clock
        self._lock = threading.RLock()
        schedules = {
            e.name: _text(e.schedule_expression)
            for e in app.event_sources
            if isinstance(e, ScheduledEventConfig)
        }
        schedules = {
            name: text for name, text in schedules.items() if name not in without
        }
        self._sweep = next(name for name in schedules if name == "sweep")
        self._others = {
            name: _timer(text)
            for name, text in schedules.items()
            if name != self._sweep
        }
        self._often = {
            name
            for name, text in schedules.items()
            if text.startswith("rate") and "minute" in text
        }
        self._ran_at = dict.fromkeys(self._others, clock.now())

    def run_due(self) -> Counter[str]:
        """Run what is due now until nothing is; return how often each function ran."""
        with self._lock:
            ran: Counter[str] = Counter()
            for name, timer in self._others.items():
                if timer(self._ran_at[name]) <= self._clock.now():
                    self._run(name, ran)
                    self._ran_at[name] = self._clock.now()
            while self._is_due() and self._run(self._sweep, ran):
                pass
            return ran

    def move_to(self, instant: datetime) -> Counter[str]:
        """Move the clock forward, stopping at each instant at which something is due."""
        with self._lock:
            ran, quiet = self.run_due(), False
            while True:
                awaited = self._others.keys() - (self._often if quiet else set())
                stops = [self._others[name](self._ran_at[name]) for name in awaited]
                due = self._services.core.outbox.next_at()
                # What is overdue has just been tried and stays; only the future is stepped through.
                stops += [due] if due and due > self._clock.now() else []
                stop = min((s for s in stops if s <= instant), default=None)
                if stop is None:
                    break
                self._clock.move_to(stop)
                here = self.run_due()
                quiet = not here[self._sweep]
                ran += here
            self._clock.move_to(instant)
            return ran + self.run_due()

    def _is_due(self) -> bool:
        due = self._services.core.outbox.next_at()
        return due is not None and due <= self._clock.now()

    def _run(self, name: str, ran: Counter[str]) -> Any:
        event = {
            "version": "0",
            "account": "local",
            "region": "local",
            "detail": {},
            "detail-type": "Scheduled Event",
            "source": "aws.events",
            "time": self._clock.now().astimezone(UTC).isoformat(),
            "id": name,
            "resources": [],
        }
        ran[name] += 1
        return self._app.handler_map[name](event, None)


def _text(expression: Any) -> str:
    return expression if isinstance(expression, str) else str(expression.to_string())


def _timer(text: str) -> Callable[[datetime], datetime]:
    """Return what says when a schedule comes next after an instant: a rate, or once a day (UTC)."""
    rate = re.fullmatch(r"rate\((\d+) (minute|hour|day)s?\)", text)
    if rate:
        every = timedelta(seconds=int(rate[1]) * _UNITS[rate[2]])
        return lambda after: after + every
    daily = re.fullmatch(r"cron\((\d+) (\d+) \* \* \? \*\)", text)
    if not daily:
        raise NotImplementedError(f"the local pump does not know {text}")
    minute, hour = int(daily[1]), int(daily[2])

    def next_day(after: datetime) -> datetime:
        at = after.astimezone(UTC).replace(
            hour=hour, minute=minute, second=0, microsecond=0
        )
        return at if at > after else at + timedelta(days=1)

    return next_day
