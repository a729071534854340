"""When a message goes out. Pure."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from ..kernel.clock import share_of
from ..kernel.quiet import quiet_span
from ..kernel.template import Template, Urgency
from . import policy
from .model import QuietHours

__all__ = ["digest_time", "is_held", "plan"]


def plan(
    now: datetime, quiet: QuietHours | None, *, not_before: datetime | None, not_after: datetime | None, seed: str
) -> datetime | None:
    """Return when a message may go out to somebody with these quiet hours, or None if it cannot in time.

    What would fall into quiet hours waits for their end, and a little longer, so that not everything goes out at once.
    What would be worth nothing by then goes out *earlier*: an hour before the quiet hours begin.
    """
    wanted = max(now, not_before or now)
    span = quiet and quiet_span(wanted, quiet.start, quiet.end, quiet.zone)
    if not span:
        return wanted if not_after is None or wanted < not_after else None
    begins, ends = span
    if not_after is None or ends + policy.JITTER < not_after:
        return ends + share_of(policy.JITTER, seed)
    early = begins - policy.ADVANCE_BY
    if now < begins:
        return max(now, early)
    return ends if ends < not_after else None  # too late to be early: the first moment after, if that still helps


def digest_time(now: datetime, zone: str) -> datetime:
    """Return the instant of the next daily digest that is still open: one that is about to be made takes no more lines."""
    local = (now + policy.DIGEST_CLOSES).astimezone(ZoneInfo(zone))
    at = datetime.combine(local.date(), policy.DIGEST_AT, local.tzinfo)
    return (at if at > local else at + timedelta(days=1)).astimezone(now.tzinfo)


def is_held(template: Template, told_this_week: int) -> bool:
    """Say whether a message waits for the digest: it is not pressing, or it can wait and she has been told enough this week."""
    return template.urgency is Urgency.LOW or (template.can_wait and told_this_week >= policy.WEEKLY_MESSAGES)
