"""Quiet hours: the daily span in which no phone should ring, in local time."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

__all__ = ["QUIET_FROM", "QUIET_TO", "quiet_span"]

QUIET_FROM, QUIET_TO = (
    "21:00",
    "08:00",
)  # local; the usual rule of SMS providers and of neighbours


def quiet_span(
    instant: datetime, start: str, end: str, zone: str
) -> tuple[datetime, datetime] | None:
    """Return from when to when (UTC) it is quiet around an instant, or None when it is not. `start` is in it, `end` is not."""
    local = ZoneInfo(zone)
    opens, closes = time.fromisoformat(start), time.fromisoformat(end)
    if opens == closes:
        return None
    today = instant.astimezone(local).date()
    for day in (today - timedelta(days=1), today):
        begins = datetime.combine(day, opens, local)
        ends = datetime.combine(
            day if closes > opens else day + timedelta(days=1), closes, local
        )
        if begins <= instant < ends:
            return begins.astimezone(instant.tzinfo), ends.astimezone(instant.tzinfo)
    return None
