"""Working days by the office hours and the calendar of a street."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from ..kernel.cache import ExpiringCache
from ..kernel.clock import Clock
from ..places.service import Places
from .duty import PolicyLookup
from .policy import Policy
from .worktime import Calendar, HolidayLookup, due_after, worked_between

__all__ = ["StreetCalendar", "StreetDays"]

_CACHED_FOR = timedelta(minutes=10)
_MONDAY = 1  # ISO
_MINUTE = timedelta(minutes=1)
_USUAL_MINUTES = 480  # of a day, where the office is closed on Mondays


@dataclass(frozen=True, slots=True, kw_only=True)
class StreetCalendar:
    """The office time of a street, and the minutes of its ordinary day."""

    calendar: Calendar
    day_minutes: int

    def after(self, start: datetime, *, minutes: int) -> datetime:
        """Return the instant by which so many office minutes have passed."""
        return due_after(self.calendar, start, minutes)

    def days_after(self, start: datetime, days: int) -> datetime:
        """Return the instant by which so many working days have passed."""
        return self.after(start, minutes=days * self.day_minutes)

    def days_between(self, start: datetime, end: datetime) -> int:
        """Return the number of whole working days between two instants."""
        worked = worked_between(self.calendar, start, end)
        return int(worked / _MINUTE) // self.day_minutes


class StreetDays:
    """Finds the office time of streets. A changed calendar counts after ten minutes."""

    def __init__(
        self,
        *,
        clock: Clock,
        places: Places,
        policies: PolicyLookup,
        holidays: HolidayLookup,
    ) -> None:
        self._places, self._policies = places, policies
        self._holidays = holidays
        self._calendars = ExpiringCache[StreetCalendar](clock, _CACHED_FOR)

    def after(self, street: str, start: datetime, days: int) -> datetime:
        """See `OfficeDays.after`."""
        return self.of(street).days_after(start, days)

    def of(self, street: str) -> StreetCalendar:
        """Return the office time of a street. It is cached for ten minutes."""
        return self._calendars.get(street, self._read)

    def _read(self, street: str) -> StreetCalendar:
        _, policy = self._policies.current(street)
        calendar = Calendar(
            zone=self._places.zone_of(street),
            week=policy.week,
            own=policy.own,
            holidays=self._holidays,
        )
        return StreetCalendar(
            calendar=calendar, day_minutes=_minutes_of_a_day(policy)
        )


def _minutes_of_a_day(policy: Policy) -> int:
    total = timedelta()
    for span in policy.week.get(_MONDAY, ()):
        total += span.ends - span.begins
    return int(total / _MINUTE) or _USUAL_MINUTES
