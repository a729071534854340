"""The one source of time. Everything else is handed an instant, so tests and the local server can move it."""

import hashlib
import random
import time as machine
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

__all__ = [
    "Clock",
    "SystemClock",
    "TestClock",
    "at_local",
    "cpu_milliseconds",
    "from_text",
    "local_day",
    "pause",
    "share_of",
    "start_of_day",
    "to_text",
]


class Clock(Protocol):
    """Tells the current instant."""

    def now(self) -> datetime:
        """Return the current instant in UTC, to the microsecond."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the machine's instant in UTC."""
        return datetime.now(UTC)


class TestClock:
    """A clock that moves only by `advance` and `move_to`."""

    __test__ = False  # the name is a noun; pytest must not collect it

    def __init__(self, start: datetime) -> None:
        self._now = start

    def now(self) -> datetime:
        """Return the instant that was set."""
        return self._now

    def advance(self, by: timedelta) -> None:
        """Move forward by a duration."""
        self._now += by

    def move_to(self, instant: datetime) -> None:
        """Move forward to an instant; an earlier one leaves the clock where it is."""
        self._now = max(self._now, instant)


def to_text(instant: datetime) -> str:
    """Write an instant with a fixed width, so that text order is time order: ``2026-11-23T08:40:00.000000Z``."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def from_text(text: str) -> datetime:
    """Read what `to_text` wrote."""
    return datetime.fromisoformat(text)


def local_day(instant: datetime, zone: str) -> date:
    """Return the calendar day that people in the zone are living at this instant."""
    return instant.astimezone(ZoneInfo(zone)).date()


def at_local(day: date, at: time, zone: str) -> datetime:
    """Return the instant at which clocks in the zone show a time of a day."""
    return datetime.combine(day, at, ZoneInfo(zone)).astimezone(UTC)


def start_of_day(day: date, zone: str) -> datetime:
    """Return the instant at which the day begins in the zone."""
    return at_local(day, time.min, zone)


def share_of(span: timedelta, seed: str) -> timedelta:
    """Return a part of a span, in whole seconds. It follows from the seed, and is spread like chance."""
    part = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:4]) / 2**32
    return timedelta(seconds=int(span.total_seconds() * part))


def cpu_milliseconds() -> int:
    """Return the processor time that this process has used, to measure work with."""
    return int(machine.process_time() * 1000)


def pause(attempt: int) -> None:
    """Wait before trying again: full jitter up to 20 ms, 40 ms, 80 ms … (Brooker, "Exponential backoff and jitter")."""
    machine.sleep(random.uniform(0, 0.02 * 2**attempt))
