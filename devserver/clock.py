"""The machine's clock, shifted forward by as much as it was ever moved; the shift survives restarts."""

import json
import os
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

from chalicelib.kernel.clock import SystemClock

__all__ = ["ShiftedClock"]


class ShiftedClock:
    """Ticks like the machine's clock, ahead of it by a remembered shift."""

    def __init__(self, file: Path | None = None, start: datetime | None = None) -> None:
        self._file, self._machine = file, SystemClock()
        self._lock = threading.Lock()
        self._shift = timedelta()
        if file and file.exists():
            self._shift = timedelta(seconds=json.loads(file.read_text())["shift"])
        elif start:
            self._shift = start.astimezone(UTC) - self._machine.now()
            self._remember()

    def now(self) -> datetime:
        """Return the shifted instant."""
        return self._machine.now() + self._shift

    def move_to(self, instant: datetime) -> None:
        """Move forward to an instant; an earlier one leaves the clock as it is."""
        with self._lock:
            ahead = instant - self.now()
            if ahead > timedelta():
                self._shift += ahead
                self._remember()

    def _remember(self) -> None:
        if self._file:
            fresh = self._file.with_suffix(".new")
            with fresh.open("w") as file:
                json.dump({"shift": self._shift.total_seconds()}, file)
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(self._file)
