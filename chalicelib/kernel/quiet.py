"""Quiet hours: the daily span in which no phone should ring, in local time."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

__all__ = ["QUIET_FROM", "QUIET_TO", "outside_quiet_hours", "quiet_span"]

# Local time; the usual rule of SMS providers and of neighbours.
QUIET_FROM, QUIET_TO = "21:00", "08:00"


def quiet_span(
    instant: datetime, start: str, end: str, zone: str
) -> tuple[datetime, datetime] | None:
    """Return the quiet hours around an instant as (start, end) in UTC, or None outside of them.

    The start belongs to them, the end does not.
    """
    local = ZoneInfo(zone)
    opens, closes = time.fromisoformat(start), time.fromisoformat(end)
    if opens == closes:
        return None
    today = instant.astimezone(local).date()
    for day in (today - timedelta(days=1), today):
        begins = datetime.combine(day, opens, local)
        last_day = day
        if closes < opens:
            last_day += timedelta(days=1)
        ends = datetime.combine(last_day, closes, local)
        if begins <= instant < ends:
            return begins.astimezone(instant.tzinfo), ends.astimezone(
                instant.tzinfo
            )
    return None


def outside_quiet_hours(at: datetime, zone: str) -> datetime:
    """Return the first instant from `at` on at which phones may ring."""
    span = quiet_span(at, QUIET_FROM, QUIET_TO, zone)
    if span is None:
        return at
    return span[1]
