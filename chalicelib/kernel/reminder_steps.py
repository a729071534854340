"""Reminders before a day: their due instants, their ends, and the ones that are left.

"Two days before, at nine" is a `DayBefore`. A text that names a day ("tomorrow") is worthless after
midnight. A step that was due before its subject began is skipped.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from .clock import at_local, start_of_day

__all__ = [
    "DayBefore",
    "ReminderStep",
    "due_steps",
    "first_due",
    "steps_before",
    "steps_left",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class DayBefore:
    """One reminder of a plan: its name, the number of days before the day, and the local time."""

    name: str
    days: int
    at: time


@dataclass(frozen=True, slots=True, kw_only=True)
class ReminderStep:
    """One reminder: the instant at which it is due, and the instant after which it is worthless."""

    name: str
    at: datetime
    until: datetime | None = None


def steps_before(
    day: date, plan: Sequence[DayBefore], zone: str
) -> tuple[ReminderStep, ...]:
    """Return the reminders before a day, in the order of the plan.

    Each is worthless after its own midnight.
    """
    return tuple(_step_before(day, part, zone) for part in plan)


def _step_before(day: date, part: DayBefore, zone: str) -> ReminderStep:
    on = day - timedelta(days=part.days)
    until = start_of_day(on + timedelta(days=1), zone)
    return ReminderStep(
        name=part.name, at=at_local(on, part.at, zone), until=until
    )


def steps_left(
    steps: Sequence[ReminderStep], done: Collection[str], begun_at: datetime
) -> tuple[ReminderStep, ...]:
    """Return the steps that are not `done`, of a subject that began at an instant.

    A step that was due by then is skipped.
    """
    return tuple(
        step for step in steps if step.name not in done and step.at > begun_at
    )


def due_steps(
    left: Sequence[ReminderStep], now: datetime
) -> tuple[ReminderStep, ...]:
    """Return the steps that are due.

    Only the last is worth sending: after an outage the others are long past.
    """
    return tuple(step for step in left if step.at <= now)


def first_due(left: Sequence[ReminderStep]) -> datetime | None:
    """Return the instant of the next step, None if none is left."""
    return min((step.at for step in left), default=None)
