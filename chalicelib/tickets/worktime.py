"""Working time: when a limit in office minutes is up, and why then.

Office hours are wall time. An instant is worked if and only if the clock on the wall then shows a time within the spans of
its day. What is counted are the instants, so an hour that the clocks skip is not worked, one that they repeat is worked twice,
and nothing is ever negative. Days are looked at, not minutes: fifteen working days are some twenty steps.

What a day is comes from the first of these that has a say: the street's own calendar, a library of public holidays, the week.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from ..kernel.clock import local_day, start_of_day

__all__ = [
    "Calendar",
    "CountedDay",
    "Day",
    "DayReason",
    "Holiday",
    "Library",
    "OfficeHours",
    "OwnDay",
    "due_after",
    "explain",
    "uncertain",
    "worked_between",
]

_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)
_SECOND = timedelta(seconds=1)
_MONDAY, _SATURDAY, _SUNDAY = 1, 6, 7  # ISO
_AHEAD = timedelta(days=5 * 366)  # a limit that is not up by then may never be

_Stretch = tuple[
    datetime, datetime
]  # UTC; the first instant is in it, the second is not


class DayReason(StrEnum):
    """Where it comes from what a day is, in the order of truth."""

    STREET = "street"  # the street's own calendar
    HOLIDAY = "holiday"  # off by the library: a weekday, or a weekend day that is part of a named holiday
    MAKEUP = "makeup"  # a weekend day that is worked by the library
    WEEKDAY = "weekday"  # an ordinary weekday or weekend, confirmed by the library
    UNKNOWN = "unknown"  # the library does not know the year: the week decides, and somebody should be warned


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
    """What a day is: when it is worked, if at all, and who says so."""

    date: date
    spans: tuple[OfficeHours, ...]  # empty: off
    why: DayReason
    name: str = ""  # of the holiday, in Chinese, or the street's own note


@dataclass(frozen=True, slots=True, kw_only=True)
class Holiday:
    """What a library says about a day; `name` is that of the holiday it belongs to or makes up for."""

    off: bool
    name: str = ""


Library = Callable[[date], Holiday | None]
"""Tells what a day is by public holidays, weekends included; None when it does not know the year."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnDay:
    """One day of the street's own calendar."""

    spans: tuple[OfficeHours, ...] | None = (
        None  # empty: off; None: worked like an ordinary Monday
    )
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """The office hours of a street; `check_week` says what `week` must be."""

    zone: str
    week: Mapping[
        int, tuple[OfficeHours, ...]
    ]  # by ISO weekday, in an ordinary week; a missing one is off
    own: Mapping[date, OwnDay]
    library: Library

    def day(self, date: date) -> Day:
        """Tell what a day is, and why."""
        own = self.own.get(date)
        if own is not None:
            spans = self._ordinary(_MONDAY) if own.spans is None else own.spans
            return Day(date=date, spans=spans, why=DayReason.STREET, name=own.note)
        weekday = date.isoweekday()
        said = self.library(date)
        if said is None:
            return Day(date=date, spans=self._ordinary(weekday), why=DayReason.UNKNOWN)
        weekend = weekday >= _SATURDAY
        # A library has every weekend off, an office may be open then: only a holiday with a name closes it.
        if said.off and (said.name or not weekend):
            return Day(date=date, spans=(), why=DayReason.HOLIDAY, name=said.name)
        if weekend and not said.off:
            return Day(
                date=date,
                spans=self._ordinary(_MONDAY),
                why=DayReason.MAKEUP,
                name=said.name,
            )
        return Day(
            date=date,
            spans=self._ordinary(weekday),
            why=DayReason.WEEKDAY,
            name=said.name,
        )

    def _ordinary(self, weekday: int) -> tuple[OfficeHours, ...]:
        return self.week.get(weekday, ())


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedDay:
    """What one day adds to a limit.

    `start` and `end` (UTC) are the first instant that counts on that day and the one after the last; a break in between is not
    counted. Where nothing counts, both are the instant from which the day was looked at.
    """

    date: date  # local; where every minute counts, in the zone of the start that was given
    why: DayReason | None  # None: every minute counts
    name: str
    start: datetime
    end: datetime
    minutes: float  # that count on this day
    total: float  # minutes that count up to its end


def due_after(calendar: Calendar | None, start: datetime, minutes: int) -> datetime:
    """Return the earliest instant (UTC), not before `start`, by which so many office minutes have passed.

    A limit that ends with the morning is due at noon, not after lunch; one of no minutes is due at `start`. Without a calendar
    every minute counts.

    Raises:
        ValueError: The limit is negative, or not up within five years: the calendar has too few office hours for it.
    """
    return explain(calendar, start, minutes)[-1].end


def worked_between(
    calendar: Calendar | None, start: datetime, end: datetime
) -> timedelta:
    """Return how much office time passes from `start` to `end`; none if the end is not after the start."""
    start, end = start.astimezone(UTC), end.astimezone(UTC)
    if calendar is None:
        return max(end - start, timedelta())
    worked = [
        _worked(day, calendar.zone, start, end) for day in _days(calendar, start, end)
    ]
    return sum(map(_length, worked), timedelta())


def explain(
    calendar: Calendar | None, start: datetime, minutes: int
) -> tuple[CountedDay, ...]:
    """Return how `due_after` comes to its answer: a line for each day it looks at, the days off included; never empty.

    Raises:
        ValueError: As `due_after`.
    """
    if minutes < 0:
        raise ValueError("a limit cannot be negative")
    limit, since = minutes * _MINUTE, start.astimezone(UTC)
    if calendar is None:
        return (_line(start.date(), None, "", [(since, since + limit)], limit),)
    horizon = since + _AHEAD
    lines: list[CountedDay] = []
    total = timedelta()
    for day in _days(calendar, since, horizon):
        counted = _first(limit - total, _worked(day, calendar.zone, since, horizon))
        seen_at = max(since, start_of_day(day.date, calendar.zone))
        total += _length(counted)
        lines.append(
            _line(day.date, day.why, day.name, counted or [(seen_at, seen_at)], total)
        )
        if total == limit:
            return tuple(lines)
    raise ValueError(f"{minutes} office minutes do not pass within five years")


def uncertain(
    calendar: Calendar | None, start: datetime, end: datetime
) -> tuple[int, ...]:
    """Return the years between two instants on some day of which only the week could say whether it is worked."""
    if calendar is None:
        return ()
    days = _days(calendar, start.astimezone(UTC), end.astimezone(UTC))
    return tuple(
        sorted({day.date.year for day in days if day.why is DayReason.UNKNOWN})
    )


def _days(calendar: Calendar, start: datetime, end: datetime) -> Iterator[Day]:
    """Yield the days on which people live from `start` (UTC) until just before `end` (UTC)."""
    date = local_day(start, calendar.zone)
    last = local_day(end - timedelta.resolution, calendar.zone)
    while date <= last:
        yield calendar.day(date)
        date += _DAY


def _worked(day: Day, zone: str, start: datetime, end: datetime) -> list[_Stretch]:
    """Return when a day is worked between two instants (UTC), in order."""
    midnight = datetime.combine(day.date, time.min)
    spans = [(midnight + span.begins, midnight + span.ends) for span in day.spans]
    stretches = sorted(
        stretch for span in spans for stretch in _shown(*span, ZoneInfo(zone))
    )
    clipped = [(max(begins, start), min(ends, end)) for begins, ends in stretches]
    return [(begins, ends) for begins, ends in clipped if begins < ends]


def _shown(start: datetime, end: datetime, zone: ZoneInfo) -> Iterator[_Stretch]:
    """Yield when clocks show a wall time (naive) from `start` until before `end`; a stretch that ends before it begins is empty."""
    before = _offset(start.replace(tzinfo=zone, fold=0))
    after = _offset(end.replace(tzinfo=zone, fold=1))
    # As if the offset were 0, to be moved by it.
    start, end = start.replace(tzinfo=UTC), end.replace(tzinfo=UTC)
    if before == after:
        yield start - before, end - before
        return
    # The clocks are changed in between, or at an edge; each side of the change has a plain offset.
    earliest, latest = (
        min(start - before, start - after),
        max(end - before, end - after),
    )
    seconds = range((latest - earliest) // _SECOND)
    changed = bisect_left(
        seconds,
        True,
        key=lambda passed: (
            _offset((earliest + passed * _SECOND).astimezone(zone)) == after
        ),
    )
    change = earliest + changed * _SECOND
    yield start - before, min(end - before, change)
    yield max(start - after, change), end - after


def _offset(local: datetime) -> timedelta:
    return local.utcoffset() or timedelta()


def _first(limit: timedelta, stretches: list[_Stretch]) -> list[_Stretch]:
    """Return the stretches until they add up to a limit."""
    kept: list[_Stretch] = []
    for begins, ends in stretches:
        left = limit - _length(kept)
        if left:
            kept.append((begins, min(ends, begins + left)))
    return kept


def _length(stretches: list[_Stretch]) -> timedelta:
    return sum((ends - begins for begins, ends in stretches), timedelta())


def _line(
    date: date,
    why: DayReason | None,
    name: str,
    counted: list[_Stretch],
    total: timedelta,
) -> CountedDay:
    (start, _), (_, end) = counted[0], counted[-1]
    return CountedDay(
        date=date,
        why=why,
        name=name,
        start=start,
        end=end,
        minutes=_length(counted) / _MINUTE,
        total=total / _MINUTE,
    )
