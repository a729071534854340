"""Reads the schedule expressions of the app's functions."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from chalice.app import Chalice, ScheduledEventConfig

__all__ = [
    "DailySchedule",
    "RateSchedule",
    "Schedule",
    "read_schedule",
    "scheduled_event",
    "schedules_of",
]

_RATE = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")
_DAILY = re.compile(r"cron\((\d+) (\d+) \* \* \? \*\)")
_UNITS = {
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
}
_FREQUENT = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class RateSchedule:
    """A function that runs again after a fixed time."""

    every: timedelta

    @property
    def is_frequent(self) -> bool:
        """Return whether the function runs more often than once an hour."""
        return self.every < _FREQUENT

    def next_after(self, instant: datetime) -> datetime:
        """Return the next instant at which the function is due."""
        return instant + self.every


@dataclass(frozen=True, slots=True)
class DailySchedule:
    """A function that runs once a day, at a time in UTC."""

    hour: int
    minute: int
    is_frequent = False

    def next_after(self, instant: datetime) -> datetime:
        """Return the next instant at which the function is due."""
        now = instant.astimezone(UTC)
        at = time(self.hour, self.minute, tzinfo=UTC)
        today = datetime.combine(now.date(), at)
        if today > instant:
            return today
        return today + timedelta(days=1)


Schedule = RateSchedule | DailySchedule


def read_schedule(text: str) -> Schedule:
    """Read a rate or a daily cron expression.

    Raises:
        NotImplementedError: any other expression.

    """
    rate = _RATE.fullmatch(text)
    if rate:
        count, unit = rate.groups()
        return RateSchedule(int(count) * _UNITS[unit])
    daily = _DAILY.fullmatch(text)
    if daily:
        minute, hour = daily.groups()
        return DailySchedule(int(hour), int(minute))
    raise NotImplementedError(f"the local pump does not know {text}")


def schedules_of(app: Chalice) -> dict[str, Schedule]:
    """Return the schedule of each function that the app declares."""
    schedules = {}
    for source in app.event_sources:
        if isinstance(source, ScheduledEventConfig):
            expression = source.schedule_expression
            if not isinstance(expression, str):
                expression = expression.to_string()
            schedules[source.name] = read_schedule(expression)
    return schedules


def scheduled_event(name: str, now: datetime) -> dict[str, Any]:
    """Return the event with which a schedule calls a function."""
    return {
        "version": "0",
        "account": "local",
        "region": "local",
        "detail": {},
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "time": now.astimezone(UTC).isoformat(),
        "id": name,
        "resources": [],
    }
