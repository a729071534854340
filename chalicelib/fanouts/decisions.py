"""The shares of a group, and when each share is sent. Pure."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from ..kernel.audiences import SeveralPeople
from ..kernel.changes import Changes, Message
from ..kernel.paging import Page
from ..kernel.quiet import outside_quiet_hours
from . import policy
from .model import Fanout

__all__ = ["estimated_end", "freeze_page", "take_up"]


def estimated_end(begins_at: datetime, seconds: float, zone: str) -> datetime:
    """Return when so many seconds of sending are over. Nights do not count as sending."""
    at = begins_at
    left = seconds
    while left > 0:
        at = outside_quiet_hours(at, zone)
        sending = min(left, policy.ESTIMATE_SLICE.total_seconds())
        at += timedelta(seconds=sending)
        left -= sending
    return at


def take_up(fanout: Fanout, now: datetime) -> Fanout:
    """Return the fan-out with a job at it. If the job dies, the timer resumes the fan-out."""
    return replace(fanout, timer=None, go_on_at=now + policy.STEP_LEASE)


def freeze_page(
    fanout: Fanout, page: Page[str], per_second: float, now: datetime
) -> Changes[Fanout]:
    """Freeze one page of a group into shares, each with its time.

    One commit stores the cursor and the shares.
    """
    at = max(fanout.next_at, now)
    messages = []
    for start in range(0, len(page.items), policy.SHARE_SIZE):
        people = page.items[start : start + policy.SHARE_SIZE]
        at = outside_quiet_hours(at, fanout.zone)
        messages.append(_share(fanout, people, at))
        at += timedelta(seconds=len(people) / per_second)
    moved = replace(
        fanout,
        next_at=at,
        position=page.next,
        expanded=fanout.expanded + len(page.items),
        done=page.next is None,
    )
    return Changes(entity=moved, previous=fanout, messages=tuple(messages))


def _share(fanout: Fanout, people: Sequence[str], at: datetime) -> Message:
    return Message(
        kind=fanout.kind,
        audience=SeveralPeople(tuple(people)),
        subject=fanout.about,
        params=fanout.params,
        not_after=fanout.not_after,
        part_of=fanout.message,
        paced_at=at,
    )
