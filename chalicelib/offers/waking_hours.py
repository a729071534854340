"""The hours at which people are awake, and the deadline to answer an offer. Pure."""

from datetime import datetime, time, timedelta

from ..kernel.clock import at_local, local_day
from .policy import ANSWER_BY, SENT_FROM, SENT_UNTIL, OfferUrgency

__all__ = ["answer_by", "next_waking", "waking_after"]


def next_waking(now: datetime, start: time, end: time, zone: str) -> datetime:
    """Return now, or the next instant between `start` and `end`, local."""
    day = local_day(now, zone)
    opens = at_local(day, start, zone)
    if now < opens:
        return opens
    if now < at_local(day, end, zone):
        return now
    return at_local(day + timedelta(days=1), start, zone)


def waking_after(
    now: datetime, hours: int, start: time, end: time, zone: str
) -> datetime:
    """Return the instant after so many waking hours, which are from `start` to `end`, local."""
    left, at = timedelta(hours=hours), now
    while True:
        day = local_day(at, zone)
        opens, closes = at_local(day, start, zone), at_local(day, end, zone)
        at = max(at, opens)
        if at + left <= closes:
            return at + left
        left -= max(timedelta(), closes - at)
        at = at_local(day + timedelta(days=1), start, zone)


def answer_by(
    urgency: OfferUrgency, now: datetime, zone: str, too_late_at: datetime
) -> datetime:
    """Return the deadline to answer an offer that is made now.

    Half of the remaining time is kept for the next volunteer. After `too_late_at` it is not.
    """
    by = ANSWER_BY[urgency]
    if by.hours:
        until = waking_after(now, by.hours, SENT_FROM, SENT_UNTIL, zone)
    else:
        until = at_local(
            local_day(now, zone) + timedelta(days=by.days), by.at, zone
        )
    if too_late_at > now:
        return min(until, now + (too_late_at - now) / 2)
    return until
