"""When a message goes out. Pure."""

from datetime import datetime

from ..kernel.clock import share_of
from ..kernel.quiet import quiet_span
from ..kernel.template import Template, Urgency
from . import policy
from .model import LocalQuietHours

__all__ = ["is_held", "plan"]


def plan(
    now: datetime,
    quiet: LocalQuietHours | None,
    *,
    not_before: datetime | None,
    not_after: datetime | None,
    seed: str,
) -> datetime | None:
    """Return when a message may go out to a person with these quiet hours, None for never.

    What would fall into quiet hours waits for their end, and a little longer, so that not
    everything goes out at once. What would be worth nothing by then goes out *earlier*: an hour
    before the quiet hours begin.
    """
    wanted = max(now, not_before or now)
    span = _span(wanted, quiet) if quiet else None
    if quiet is None or span is None:
        return wanted if not_after is None or wanted < not_after else None
    ends = _free_from(wanted, quiet)
    if not_after is None or ends + policy.JITTER < not_after:
        late = ends + share_of(policy.JITTER, seed)
        return (
            ends if _span(late, quiet) else late
        )  # the gap may be shorter than the jitter
    begins = span[0]
    early = max(now, _free_from(begins - policy.ADVANCE_BY, quiet))
    if early < min(begins, not_after):
        return early
    # Too late to be early: the first moment after, if that is in time.
    return ends if ends < not_after else None


def _span(at: datetime, quiet: LocalQuietHours) -> tuple[datetime, datetime] | None:
    return quiet_span(at, quiet.start, quiet.end, quiet.zone)


def _free_from(at: datetime, quiet: LocalQuietHours) -> datetime:
    """Return the first instant from one on that is not quiet.

    Where clocks are put forward, two spans may meet.
    """
    while span := _span(at, quiet):
        at = span[1]
    return at


def is_held(template: Template, sent_this_week: int) -> bool:
    """Say whether a message waits for the digest: it is not pressing, or the week is full."""
    if template.urgency is Urgency.LOW:
        return True
    return template.can_wait and sent_this_week >= policy.WEEKLY_MESSAGES
