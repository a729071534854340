"""Reads the schedule expressions of the app's functions."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

__all__ = ["DailySchedule", "RateSchedule", "Schedule", "read_schedule"]

_RATE = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")
_DAILY = re.compile(r"cron\((\d+) (\d+) \* \* \? \*\)")
_SECONDS = {"minute": 60, "hour": 3600, "day": 86400}
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
        today = instant.astimezone(UTC).replace(
            hour=self.hour, minute=self.minute, second=0, microsecond=0
        )
        return today if today > instant else today + timedelta(days=1)


Schedule = RateSchedule | DailySchedule


def read_schedule(text: str) -> Schedule:
    """Read a rate or a daily cron expression.

    Raises:
        NotImplementedError: any other expression.

    """
    if rate := _RATE.fullmatch(text):
        return RateSchedule(timedelta(seconds=int(rate[1]) * _SECONDS[rate[2]]))
    if daily := _DAILY.fullmatch(text):
        return DailySchedule(hour=int(daily[2]), minute=int(daily[1]))
    raise NotImplementedError(f"the local pump does not know {text}")
