"""The one source of time. It is injected, so tests and the local server can move it."""

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
    """A source of the current instant."""

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
        """Return the instant at which the clock was set."""
        return self._now

    def advance(self, by: timedelta) -> None:
        """Move the clock forward by a duration."""
        self._now += by

    def move_to(self, instant: datetime) -> None:
        """Move the clock forward to an instant; an earlier one is ignored."""
        self._now = max(self._now, instant)


def to_text(instant: datetime) -> str:
    """Return an instant as text like ``2026-11-23T08:40:00.000000Z``.

    The width is fixed, so that text order is time order.
    """
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def from_text(text: str) -> datetime:
    """Return the instant of a text that `to_text` wrote."""
    return datetime.fromisoformat(text)


def local_day(instant: datetime, zone: str) -> date:
    """Return the calendar day in a zone at an instant."""
    return instant.astimezone(ZoneInfo(zone)).date()


def at_local(day: date, at: time, zone: str) -> datetime:
    """Return the instant of a local time on a day in a zone."""
    return datetime.combine(day, at, ZoneInfo(zone)).astimezone(UTC)


def start_of_day(day: date, zone: str) -> datetime:
    """Return the instant at which a day begins in a zone."""
    return at_local(day, time.min, zone)


def share_of(span: timedelta, seed: str) -> timedelta:
    """Return a part of a span, in whole seconds, pseudo-random by the seed."""
    part = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:4]) / 2**32
    return timedelta(seconds=int(span.total_seconds() * part))


def cpu_milliseconds() -> int:
    """Return the processor time that this process has used, in milliseconds."""
    return int(machine.process_time() * 1000)


def pause(attempt: int) -> None:
    """Sleep before another try: full jitter up to 40 ms, 80 ms, 160 ms …, from attempt 1 on.

    Brooker, "Exponential backoff and jitter".
    """
    machine.sleep(random.uniform(0, 0.02 * 2**attempt))
