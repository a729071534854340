"""Runs sweeps and schedules in threads of their own, and says how they fare."""

import json
import os
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from chalice.app import Chalice

from chalicelib.kernel.clock import Clock, from_text, to_text
from chalicelib.kernel.log import Log

from .lanes import LaneQueue
from .schedules import scheduled_event, schedules_of

__all__ = ["Timekeeper"]

_SWEEP = "sweep"
_SWEEP_SECONDS = 2.0
_LOOK_SECONDS = 5.0
_REST = timedelta(minutes=1)  # after a schedule has failed
# A store that does not answer comes back with a new start of the whole service.
_MAX_SILENCE = 60.0  # seconds


def _nothing() -> None:
    pass


class Timekeeper:
    """Runs what is due until it is stopped.

    The last run of each schedule is kept in a file. A night of work that was missed while the
    machine was down is done at the next start.
    """

    def __init__(
        self,
        app: Chalice,
        queue: LaneQueue,
        clock: Clock,
        log: Log,
        runs_file: Path,
        upkeep: Callable[[], None] = _nothing,
    ) -> None:
        self._app, self._queue = app, queue
        self._clock, self._log, self._runs_file = clock, log, runs_file
        self._upkeep = upkeep
        self._schedules = schedules_of(app)
        del self._schedules[_SWEEP]
        self._ran_at = dict.fromkeys(self._schedules, clock.now())
        self._ran_at |= self._kept_runs(clock.now())
        self._rests_until: dict[str, datetime] = {}
        self._stop = threading.Event()
        self.swept_at = clock.now()
        self._answered = time.monotonic()
        loops = (self._sweep_on, self._look_on)
        self._threads = [threading.Thread(target=loop) for loop in loops]

    @property
    def is_lost(self) -> bool:
        """Return whether the store has not answered for a minute."""
        return time.monotonic() - self._answered > _MAX_SILENCE

    def late(self, since: datetime) -> list[str]:
        """Return the schedules that were due at an instant and have not run."""
        return [
            name
            for name, schedule in self._schedules.items()
            if schedule.next_after(self._ran_at[name]) <= since
        ]

    def start(self) -> None:
        """Begin. A new street's first night counts from here."""
        self._answered = time.monotonic()
        self._keep_runs()
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End both loops, and wait for the jobs that run."""
        self._stop.set()
        self._queue.wake.set()
        for thread in self._threads:
            thread.join()
        self._queue.close()

    def _sweep_on(self) -> None:
        while not self._stop.is_set():
            self._queue.wake.clear()
            self.sweep()
            self._queue.wake.wait(_SWEEP_SECONDS)

    def sweep(self) -> None:
        """Begin all due jobs."""
        try:
            self._call(_SWEEP)
        except Exception as error:  # noqa: BLE001 - the next sweep tries again
            self._log.error("sweep", error=type(error).__name__)
        else:
            self._answered = time.monotonic()
            self.swept_at = self._clock.now()

    def _look_on(self) -> None:
        while not self._stop.wait(_LOOK_SECONDS):
            self.run_schedules()
            self._keep_up()

    def run_schedules(self) -> None:
        """Run the schedules that are due. One that fails does not hinder others."""
        now = self._clock.now()
        for name in self.late(now):
            if self._rests_until.get(name, now) > now:
                continue
            try:
                self._call(name)
            except Exception as error:  # noqa: BLE001 - tried again in a minute
                self._rests_until[name] = now + _REST
                self._log.error(
                    "schedule", schedule=name, error=type(error).__name__
                )
            else:
                self._ran_at[name] = now
                self._keep_runs()

    def _keep_up(self) -> None:
        try:
            self._upkeep()
        except Exception as error:  # noqa: BLE001 - the next time tries again
            self._log.error("upkeep", error=type(error).__name__)

    def _call(self, name: str) -> Any:
        event = scheduled_event(name, self._clock.now())
        return self._app.handler_map[name](event, None)

    def _kept_runs(self, now: datetime) -> dict[str, datetime]:
        """Return the kept runs; none lies ahead, for a clock that was wrong may be right again."""
        try:
            kept = json.loads(self._runs_file.read_text())
            runs = {name: from_text(at) for name, at in kept.items()}
        except FileNotFoundError:
            return {}
        except (AttributeError, TypeError, ValueError) as error:
            self._log.error("runs", error=type(error).__name__)
            return {}
        known = runs.keys() & self._schedules.keys()
        return {name: min(runs[name], now) for name in known}

    def _keep_runs(self) -> None:
        """Keep the runs. On a full disk they are kept after the next run."""
        fresh = self._runs_file.with_suffix(".new")
        kept = {name: to_text(at) for name, at in self._ran_at.items()}
        try:
            with fresh.open("w") as file:
                json.dump(kept, file)
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(self._runs_file)
        except OSError as error:
            self._log.error("runs", error=type(error).__name__)
