"""Working time by plain counting, minute by minute, from the library and the wall clock."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import chinese_calendar

from chalicelib.tickets.calendar import chinese_holiday
from chalicelib.tickets.worktime import Calendar, OfficeHours, OwnDay

Hours = tuple[tuple[int, int], ...]  # of a day, in minutes since midnight

ESCALATION: Hours = ((510, 720), (810, 1080))
OFFICE_WEEK = dict.fromkeys(range(1, 6), ESCALATION)
SHANGHAI_OFFSET = timedelta(hours=8)
DAY, MINUTE, SECOND = (
    timedelta(days=1),
    timedelta(minutes=1),
    timedelta(seconds=1),
)


def spans(hours: Hours) -> tuple[OfficeHours, ...]:
    return tuple(
        OfficeHours(start=_at(start), end=_at(end)) for start, end in hours
    )


def _at(minute: int) -> time:
    return time(minute // 60 % 24, minute % 60)


@dataclass
class PlainCalendar:
    """A street in Shanghai, in plain numbers; in `own`, None is a day worked like a Monday."""

    week: Mapping[int, Hours] = field(default_factory=lambda: OFFICE_WEEK)
    own: Mapping[date, Hours | None] = field(default_factory=dict)

    def calendar(self) -> Calendar:
        return Calendar(
            zone="Asia/Shanghai",
            week={
                weekday: spans(hours) for weekday, hours in self.week.items()
            },
            own={
                day: OwnDay(spans=None if hours is None else spans(hours))
                for day, hours in self.own.items()
            },
            holidays=chinese_holiday,
        )

    def due_by_walking(self, start: datetime, minutes: int) -> datetime:
        """Walk on from a wall time, a minute at a time, until enough of them were worked."""
        day, minute = start.date(), start.hour * 60 + start.minute
        while minutes:
            open_at = _flags(self.hours(day))
            while minutes and minute < 1440:
                minutes -= open_at[minute]
                minute += 1
            if minutes:
                day, minute = day + DAY, 0
        return datetime.combine(day, time.min) + minute * MINUTE

    def worked_by_walking(self, start: datetime, end: datetime) -> int:
        """Count the worked minutes from one wall time to another."""
        worked, day = 0, start.date()
        while day <= end.date():
            midnight = datetime.combine(day, time.min)
            open_at = _flags(self.hours(day))
            for minute in range(
                max(0, (start - midnight) // MINUTE),
                min(1440, (end - midnight) // MINUTE),
            ):
                worked += open_at[minute]
            day += DAY
        return worked

    def seconds(self, start: date, days: int) -> bytes:
        """Return one byte for each second of some days: 1 where it is worked."""
        return b"".join(
            bytes(86400) if not hours else _by_second(hours)
            for hours in map(self.hours, _run(start, days))
        )

    def hours(self, day: date) -> Hours:
        weekday = day.isoweekday()
        ordinary = self.week.get(weekday, ())
        if day in self.own:
            own = self.own[day]
            return self.week.get(1, ()) if own is None else own
        try:
            worked = chinese_calendar.is_workday(day)
        except NotImplementedError:
            return ordinary
        if worked:
            return ordinary if weekday < 6 else self.week.get(1, ())
        return () if day in chinese_calendar.holidays else ordinary


def _run(start: date, days: int) -> list[date]:
    return [start + n * DAY for n in range(days)]


@cache
def _flags(hours: Hours) -> bytes:
    return bytes(
        any(start <= minute < end for start, end in hours)
        for minute in range(1440)
    )


@cache
def _by_second(hours: Hours) -> bytes:
    return b"".join(bytes([flag]) * 60 for flag in _flags(hours))


@cache
def walls(zone: str, start: datetime, days: int) -> list[tuple[date, int]]:
    """Return the day and minute on the wall clock at each minute after an instant."""
    local = ZoneInfo(zone)
    shown = ((start + n * MINUTE).astimezone(local) for n in range(days * 1440))
    return [(at.date(), at.hour * 60 + at.minute) for at in shown]


def shanghai(wall: datetime) -> datetime:
    return (wall - SHANGHAI_OFFSET).replace(tzinfo=UTC)
