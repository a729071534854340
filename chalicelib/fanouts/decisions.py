"""How a group becomes shares, and when each share is sent. Pure."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from ..kernel.audiences import SeveralPeople
from ..kernel.changes import Changes, Message
from ..kernel.paging import Page
from ..kernel.quiet import QUIET_FROM, QUIET_TO, quiet_span
from . import policy
from .model import Fanout

__all__ = ["end_of", "paced", "step", "take_up"]


def paced(at: datetime, zone: str) -> datetime:
    """Return the first instant from `at` on at which phones may ring."""
    span = quiet_span(at, QUIET_FROM, QUIET_TO, zone)
    return span[1] if span else at


def end_of(begins: datetime, seconds: float, zone: str) -> datetime:
    """Return when so many seconds of sending are over: day by day, with the nights between."""
    at, left = begins, seconds
    while left > 0:
        at = paced(at, zone)
        run = min(left, policy.ESTIMATE_SLICE.total_seconds())
        at, left = at + timedelta(seconds=run), left - run
    return at


def take_up(fanout: Fanout, now: datetime) -> Fanout:
    """Return the fan-out with a job at it. Should the job die, the timer resumes it."""
    return replace(fanout, timer=None, go_on_at=now + policy.STEP_LASTS)


def step(
    fanout: Fanout, page: Page[str], per_second: float, now: datetime
) -> Changes[Fanout]:
    """Freeze one page of a group into shares, each with its time.

    The commit moves the cursor with them or not at all.
    """
    shares = [
        page.items[n : n + policy.SHARE]
        for n in range(0, len(page.items), policy.SHARE)
    ]
    at, messages = max(fanout.next_at, now), []
    for share in shares:
        at = paced(at, fanout.zone)
        messages.append(_share(fanout, share, at))
        at += timedelta(seconds=len(share) / per_second)
    expanded = fanout.expanded + len(page.items)
    moved = replace(
        fanout,
        next_at=at,
        position=page.next,
        expanded=expanded,
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
