"""Reminders before a day: when each is due, until when it is worth telling, and which are left.

"Two days before, at nine" is a `DayBefore`. A text that names a day ("tomorrow") is worthless after midnight. A step
that was over when the thing began is skipped.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from .clock import at_local, start_of_day

__all__ = ["DayBefore", "Step", "due_steps", "first_due", "steps_before", "steps_left"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DayBefore:
    """One reminder of a plan: its name, how many days before the day it comes, and at which local time."""

    name: str
    days: int
    at: time


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One reminder: from when it is due, and until when it is worth telling."""

    name: str
    at: datetime
    until: datetime | None = None


def steps_before(day: date, plan: Sequence[DayBefore], zone: str) -> tuple[Step, ...]:
    """Return the reminders before a day, in the order of the plan. Each is worthless after its own midnight."""
    return tuple(_step_before(day, part, zone) for part in plan)


def _step_before(day: date, part: DayBefore, zone: str) -> Step:
    on = day - timedelta(days=part.days)
    until = start_of_day(on + timedelta(days=1), zone)
    return Step(name=part.name, at=at_local(on, part.at, zone), until=until)


def steps_left(
    steps: Sequence[Step], done: Collection[str], begun_at: datetime
) -> tuple[Step, ...]:
    """Return the steps that are still to come for something that began at an instant; `done` names those behind it.

    A step that was due by then is skipped.
    """
    return tuple(step for step in steps if step.name not in done and step.at > begun_at)


def due_steps(left: Sequence[Step], now: datetime) -> tuple[Step, ...]:
    """Return those of the steps left that are due. Tell only the last: after an outage the others are long past."""
    return tuple(step for step in left if step.at <= now)


def first_due(left: Sequence[Step]) -> datetime | None:
    """Return the instant of the next step, None when none is left."""
    return min((step.at for step in left), default=None)
