"""Working time: the instant at which a limit in office minutes is up, and the reason.

Office hours are wall time. An instant is worked if clocks then show a time within the office hours
of that day. Instants are counted: an hour that clocks skip is not worked, and an hour that they
repeat is worked twice. The computation goes day by day: fifteen working days are some twenty steps.

The kind of a day comes from the first of these that knows it: the street's calendar, the public
holidays, the ordinary week.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Protocol
from zoneinfo import ZoneInfo

from ..kernel.clock import local_day, start_of_day
from .wall_time import TimeSpan, shown_spans

__all__ = [
    "Calendar",
    "CountedDay",
    "Day",
    "DayReason",
    "Holiday",
    "HolidayLookup",
    "OfficeHours",
    "OwnDay",
    "WorkCalendar",
    "calendar_days",
    "due_after",
    "explain",
    "uncertain",
    "worked_between",
]

_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)
_MONDAY, _SATURDAY = 1, 6  # ISO
_HORIZON = timedelta(
    days=5 * 366
)  # a limit that is not up by then may never be


class DayReason(StrEnum):
    """The source of a day's office hours, the strongest first."""

    STREET = "street"  # the street's own calendar
    HOLIDAY = "holiday"  # off: a weekday, or a weekend day of a named holiday
    MAKEUP = "makeup"  # a weekend day that is worked instead of a holiday
    WEEKDAY = "weekday"  # ordinary, confirmed by the public holidays
    UNKNOWN = "unknown"  # a year without known holidays: taken as ordinary, with a warning


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeHours:
    """Office hours within a day, in local wall time; an `end` of 00:00 is the end of the day."""

    start: time
    end: time

    @property
    def begins(self) -> timedelta:
        """Return the start, since midnight."""
        return _since_midnight(self.start)

    @property
    def ends(self) -> timedelta:
        """Return the end, since midnight."""
        return _since_midnight(self.end) or _DAY


def _since_midnight(at: time) -> timedelta:
    return datetime.combine(date.min, at) - datetime.combine(date.min, time.min)


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A day with its office hours and their source."""

    date: date
    spans: tuple[OfficeHours, ...]  # empty: off
    why: DayReason
    name: str = ""  # of the holiday, in Chinese, or the street's own note


@dataclass(frozen=True, slots=True, kw_only=True)
class Holiday:
    """A day by the public holidays; `name` is the holiday that it belongs to or makes up for."""

    off: bool
    name: str = ""


# Looks up a day, weekends included. None for a year whose public holidays are not known.
HolidayLookup = Callable[[date], Holiday | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnDay:
    """One day of the street's own calendar.

    Without `spans` it is worked like an ordinary Monday. With empty `spans` it is off.
    """

    spans: tuple[OfficeHours, ...] | None = None
    note: str = ""


class WorkCalendar(Protocol):
    """Knows the office hours of each day in a zone."""

    @property
    def zone(self) -> str:
        """Return the name of the time zone."""
        ...

    def day(self, date: date) -> Day:
        """Return a day with its office hours and their source."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """The office hours of a street.

    `week` has the hours by ISO weekday; a missing weekday is off. `check_week` checks it.
    """

    zone: str
    week: Mapping[int, tuple[OfficeHours, ...]]
    own: Mapping[date, OwnDay]
    holidays: HolidayLookup

    def day(self, date: date) -> Day:
        """Return a day with its office hours and their source."""
        own = self.own.get(date)
        if own is not None:
            spans = self._ordinary(_MONDAY) if own.spans is None else own.spans
            return Day(
                date=date, spans=spans, why=DayReason.STREET, name=own.note
            )
        weekday = date.isoweekday()
        holiday = self.holidays(date)
        if holiday is None:
            return Day(
                date=date, spans=self._ordinary(weekday), why=DayReason.UNKNOWN
            )
        weekend, name = weekday >= _SATURDAY, holiday.name
        # The lookup has every weekend off, but an office may be open then.
        # So only a named holiday closes an office at a weekend.
        if holiday.off and (name or not weekend):
            return Day(date=date, spans=(), why=DayReason.HOLIDAY, name=name)
        if weekend and not holiday.off:
            spans = self._ordinary(_MONDAY)
            return Day(date=date, spans=spans, why=DayReason.MAKEUP, name=name)
        spans = self._ordinary(weekday)
        return Day(date=date, spans=spans, why=DayReason.WEEKDAY, name=name)

    def _ordinary(self, weekday: int) -> tuple[OfficeHours, ...]:
        return self.week.get(weekday, ())


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedDay:
    """The part of a limit that is counted on one day.

    `start` and `end` (UTC) are the first counted instant and the one after the last. A break in
    between is not counted. On a day off, both are the instant at which the day was reached.
    """

    date: (
        date  # local; where every minute counts, in the zone of the given start
    )
    why: DayReason | None  # None: every minute counts
    name: str
    start: datetime
    end: datetime
    minutes: float  # counted on this day
    total: float  # minutes counted until its end


def due_after(
    calendar: WorkCalendar | None, start: datetime, minutes: int
) -> datetime:
    """Return the earliest instant (UTC) by which so many office minutes have passed.

    A limit that ends with the morning is due at noon, not after lunch. A limit of no minutes is due
    at `start`. Without a calendar every minute counts.

    Raises:
        ValueError: the limit is negative, or is not up within five years.

    """
    left, since = _limit(minutes), start.astimezone(UTC)
    if calendar is None:
        return since + left
    if not left:
        return since
    horizon = since + _HORIZON
    for day in calendar_days(calendar, since, horizon):
        for begins, ends in _worked(day, calendar.zone, since, horizon):
            if ends - begins >= left:
                return begins + left
            left -= ends - begins
    raise _never_up(minutes)


def _limit(minutes: int) -> timedelta:
    if minutes < 0:
        raise ValueError("a limit cannot be negative")
    return minutes * _MINUTE


def _never_up(minutes: int) -> ValueError:
    return ValueError(f"{minutes} office minutes do not pass within five years")


def worked_between(
    calendar: WorkCalendar | None, start: datetime, end: datetime
) -> timedelta:
    """Return the office time from `start` to `end`; none if the end is not after the start."""
    start, end = start.astimezone(UTC), end.astimezone(UTC)
    if calendar is None:
        return max(end - start, timedelta())
    worked = timedelta()
    for day in calendar_days(calendar, start, end):
        worked += _length(_worked(day, calendar.zone, start, end))
    return worked


def explain(
    calendar: WorkCalendar | None, start: datetime, minutes: int
) -> tuple[CountedDay, ...]:
    """Return each day that `due_after` counts, the days off included; never empty.

    Raises:
        ValueError: as `due_after`.

    """
    limit, since = _limit(minutes), start.astimezone(UTC)
    if calendar is None:
        whole = [(since, since + limit)]
        return (_counted_day(start.date(), None, "", whole, limit),)
    horizon = since + _HORIZON
    days: list[CountedDay] = []
    total = timedelta()
    for day in calendar_days(calendar, since, horizon):
        worked = _worked(day, calendar.zone, since, horizon)
        counted = _until(limit - total, worked)
        total += _length(counted)
        if not counted:
            reached = max(since, start_of_day(day.date, calendar.zone))
            counted = [(reached, reached)]
        days.append(_counted_day(day.date, day.why, day.name, counted, total))
        if total == limit:
            return tuple(days)
    raise _never_up(minutes)


def uncertain(
    calendar: WorkCalendar | None, start: datetime, end: datetime
) -> tuple[int, ...]:
    """Return the years between two instants whose public holidays are not known."""
    if calendar is None:
        return ()
    years = set[int]()
    for day in calendar_days(
        calendar, start.astimezone(UTC), end.astimezone(UTC)
    ):
        if day.why is DayReason.UNKNOWN:
            years.add(day.date.year)
    return tuple(sorted(years))


def calendar_days(
    calendar: WorkCalendar, start: datetime, end: datetime
) -> Iterator[Day]:
    """Yield the local days from `start` (UTC) until just before `end` (UTC)."""
    date = local_day(start, calendar.zone)
    last = local_day(end - timedelta.resolution, calendar.zone)
    while date <= last:
        yield calendar.day(date)
        date += _DAY


def _worked(
    day: Day, zone: str, start: datetime, end: datetime
) -> list[TimeSpan]:
    """Return the worked spans of a day between two instants (UTC), in order."""
    midnight, tz = datetime.combine(day.date, time.min), ZoneInfo(zone)
    spans: list[TimeSpan] = []
    for hours in day.spans:
        spans += shown_spans(midnight + hours.begins, midnight + hours.ends, tz)
    clipped = [
        (max(begins, start), min(ends, end)) for begins, ends in sorted(spans)
    ]
    return [(begins, ends) for begins, ends in clipped if begins < ends]


def _until(limit: timedelta, spans: list[TimeSpan]) -> list[TimeSpan]:
    """Return the spans until they add up to a limit."""
    kept: list[TimeSpan] = []
    for begins, ends in spans:
        left = limit - _length(kept)
        if left:
            kept.append((begins, min(ends, begins + left)))
    return kept


def _length(spans: list[TimeSpan]) -> timedelta:
    total = timedelta()
    for begins, ends in spans:
        total += ends - begins
    return total


def _counted_day(
    date: date,
    why: DayReason | None,
    name: str,
    counted: list[TimeSpan],
    total: timedelta,
) -> CountedDay:
    return CountedDay(
        date=date,
        why=why,
        name=name,
        start=counted[0][0],
        end=counted[-1][1],
        minutes=_length(counted) / _MINUTE,
        total=total / _MINUTE,
    )
