"""A clock ahead of the machine's by a shift, which survives restarts."""

import json
import os
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

from chalicelib.kernel.clock import SystemClock, from_text, to_text
from onemachine.errors import StartRefused

__all__ = ["MovableClock", "ShiftedClock"]


class MovableClock(Protocol):
    """A clock that can be moved forward."""

    def now(self) -> datetime:
        """Return the current instant."""
        ...

    def move_to(self, instant: datetime) -> None:
        """Move forward to an instant."""
        ...


class ShiftedClock:
    """The machine's clock plus a shift. `started_at` is its first instant, where known."""

    def __init__(
        self,
        file: Path | None = None,
        start: datetime | None = None,
    ) -> None:
        self._file = file
        self._machine = SystemClock()
        self._lock = threading.Lock()
        self._shift = timedelta()
        now = self._machine.now()
        self.started_at: datetime | None = start or now
        if file and file.exists():
            self._load(file)
        elif start:
            self._shift = start.astimezone(UTC) - now
            self._save()

    def now(self) -> datetime:
        """Return the shifted instant."""
        return self._machine.now() + self._shift

    def move_to(self, instant: datetime) -> None:
        """Move forward to an instant; an earlier one leaves the clock as it is."""
        with self._lock:
            ahead = instant - self.now()
            if ahead > timedelta():
                self._shift += ahead
                self._save()

    def check_start(self, start: datetime) -> None:
        """Refuse a start that the clock has passed, unless it is the one that it began with.

        The same command twice is a restart: the clock goes on from where it was.

        Raises:
            StartRefused: the clock would have to move back.

        """
        now = self.now()
        if start < now and start != self.started_at:
            raise StartRefused(
                f"CLOCK_START is {to_text(start)}, but the data has already reached"
                f" {to_text(now)} and the clock never moves back: leave CLOCK_START"
                " out, or use another DATA_DIR."
            )

    def _load(self, file: Path) -> None:
        remembered = json.loads(file.read_text())
        self._shift = timedelta(seconds=remembered["shift"])
        started_at = remembered.get("started_at")
        self.started_at = None
        if started_at:
            self.started_at = from_text(started_at)

    def _save(self) -> None:
        if not self._file:
            return
        fresh = self._file.with_suffix(".new")
        remembered: dict[str, float | str] = {}
        remembered["shift"] = self._shift.total_seconds()
        if self.started_at:
            remembered["started_at"] = to_text(self.started_at)
        with fresh.open("w") as file:
            json.dump(remembered, file)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._file)
