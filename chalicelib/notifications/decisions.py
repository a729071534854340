"""The instant when a message goes out. Pure."""

from datetime import datetime, timedelta

from ..kernel.clock import share_of
from ..kernel.quiet import quiet_span
from ..kernel.template import Template, Urgency
from . import policy
from .model import LocalQuietHours
from .policy import MORNING_AFTER

__all__ = ["is_held", "morning_at", "plan"]

_MOMENT = timedelta(microseconds=1)


def plan(
    now: datetime,
    quiet: LocalQuietHours | None,
    *,
    not_before: datetime | None,
    not_after: datetime | None,
    seed: str | None,
) -> datetime | None:
    """Return when a message may go out to a person with these quiet hours, None for never.

    A message that would fall into quiet hours waits for their end, and with a `seed` up to `JITTER`
    longer. If it would be worthless by then, it goes out *earlier*: an hour before they begin.
    """
    wanted = max(now, not_before or now)
    span = _span(wanted, quiet)
    if quiet is None or span is None:
        return _if_in_time(wanted, not_after)
    ends = _free_from(wanted, quiet)
    if not_after is None or ends + policy.JITTER < not_after:
        if seed is None:
            return ends
        late = ends + share_of(policy.JITTER, seed)
        # The time between two quiet spans may be shorter than the jitter.
        return ends if _span(late, quiet) else late
    begins = span[0]
    early = max(now, _free_from(begins - policy.ADVANCE_BY, quiet))
    if early < min(begins, not_after):
        return early
    # Too late to be early: the first moment after the quiet hours.
    return _if_in_time(ends, not_after)


def morning_at(
    due_at: datetime, quiet: LocalQuietHours, seed: str
) -> datetime | None:
    """Return when a message goes out with others that the end of quiet hours has released.

    None where no quiet hours ended at `due_at`.
    """
    span = _span(due_at - _MOMENT, quiet)
    if span is None or span[1] != due_at:
        return None
    spread = policy.JITTER - MORNING_AFTER
    at = due_at + MORNING_AFTER + share_of(spread, seed)
    return None if _span(at, quiet) else at


def _if_in_time(at: datetime, not_after: datetime | None) -> datetime | None:
    if not_after and at >= not_after:
        return None
    return at


def _span(
    at: datetime, quiet: LocalQuietHours | None
) -> tuple[datetime, datetime] | None:
    if quiet is None:
        return None
    return quiet_span(at, quiet.start, quiet.end, quiet.zone)


def _free_from(at: datetime, quiet: LocalQuietHours) -> datetime:
    """Return the first instant from `at` on that is not quiet.

    Where clocks are put forward, two spans may meet.
    """
    while span := _span(at, quiet):
        at = span[1]
    return at


def is_held(template: Template, sent_this_week: int) -> bool:
    """Say whether a message waits for the digest: it has low urgency, or the week is full."""
    if template.urgency is Urgency.LOW:
        return True
    return template.can_wait and sent_this_week >= policy.WEEKLY_MESSAGES
