"""The days that a deadline was computed from, kept with it. Pure.

A later version of the holiday library, or another calendar, does not change an explanation.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from .worktime import (
    Day,
    DayReason,
    OfficeHours,
    WorkCalendar,
    calendar_days,
)

__all__ = ["RecordedDays", "record_days", "recorded_calendar"]

_DAY = timedelta(days=1)
_SHORT = len("0830")


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedDays:
    """The calendar of one segment: its days as they were. All others are off."""

    zone: str
    days: Mapping[date, Day]

    def day(self, date: date) -> Day:
        """Return a day as it was counted."""
        unknown = Day(date=date, spans=(), why=DayReason.WEEKDAY)
        return self.days.get(date, unknown)


def record_days(
    calendar: WorkCalendar | None, start: datetime, due: datetime
) -> str:
    """Return the days from `start` to `due` as a short text, "" where every minute counts.

    It holds the first date, the kinds of days, and one character for the kind of each day.
    """
    if calendar is None:
        return ""
    kinds: dict[tuple[str, ...], str] = {}
    pattern, first = "", ""
    for day in calendar_days(calendar, start, max(due, start + _DAY / 1440)):
        first = first or day.date.isoformat()
        kind = (day.why.value, *map(_written, day.spans), day.name)
        pattern += kinds.setdefault(kind, chr(ord("0") + len(kinds)))
    return json.dumps(
        [first, list(kinds), pattern], ensure_ascii=False, separators=(",", ":")
    )


def recorded_calendar(record: str, zone: str) -> RecordedDays | None:
    """Return the calendar of a record; None where every minute counts."""
    if not record:
        return None
    first, kinds, pattern = json.loads(record)
    days: dict[date, Day] = {}
    at = date.fromisoformat(first)
    for letter in pattern:
        why, *spans, name = kinds[ord(letter) - ord("0")]
        days[at] = Day(
            date=at,
            spans=tuple(_read(span) for span in spans),
            why=DayReason(why),
            name=name,
        )
        at += _DAY
    return RecordedDays(zone=zone, days=days)


def _written(hours: OfficeHours) -> str:
    return f"{_digits(hours.start)}-{_digits(hours.end)}"


def _digits(at: time) -> str:
    seconds = f"{at:%S}" if at.second else ""
    return f"{at:%H%M}{seconds}"


def _read(span: str) -> OfficeHours:
    start, _, end = span.partition("-")
    return OfficeHours(start=_time(start), end=_time(end))


def _time(digits: str) -> time:
    second = int(digits[_SHORT:] or "0")
    return time(int(digits[:2]), int(digits[2:_SHORT]), second)
