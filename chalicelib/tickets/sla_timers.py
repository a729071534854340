"""SLA timers of a ticket: start, pause, resume, prolong, meet, and explain a deadline. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from .model import SlaTimer, Ticket, TimerSegment
from .policy import EscalationStep, Level, Policy, SlaKind, SlaLimits
from .recorded_days import record_days, recorded_calendar
from .worktime import (
    Calendar,
    CountedDay,
    HolidayLookup,
    due_after,
    explain,
    uncertain,
    worked_between,
)

__all__ = [
    "EscalationContext",
    "ExplainedSegment",
    "Sla",
    "explained_segments",
    "extend",
    "meet",
    "pause",
    "pause_all",
    "prolong",
    "resume",
    "resume_all",
    "sla_of",
    "start",
    "swap",
]

_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sla:
    """The service level of a ticket. Without a calendar every minute counts."""

    policy: Policy
    limits: SlaLimits
    calendar: Calendar | None
    zone: str = "UTC"  # of the ticket; nothing else explains deadlines


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationContext:
    """The service level of a ticket, and the people on duty by level, its leader first."""

    sla: Sla
    duty: Mapping[Level, tuple[str, ...]]

    @property
    def top(self) -> Level:
        """Return the last level of the escalation path."""
        return self.sla.policy.ladder[-1].level

    def step(self, level: Level) -> EscalationStep:
        """Return the step of a level, or of the next above that the policy has."""
        steps = self.sla.policy.ladder
        for step in steps:
            if step.level.rank >= level.rank:
                return step
        return steps[-1]

    def above(self, level: Level) -> Level:
        """Return the next level above at which somebody is on duty.

        Without one it is the level itself, or else the nearest below with somebody on duty. The
        last level has the ticket where nobody is on duty at all.
        """
        steps = self.sla.policy.ladder
        higher = [one.level for one in steps if one.level.rank > level.rank]
        lower = [one.level for one in steps if one.level.rank <= level.rank]
        for nearest in (*higher, *reversed(lower)):
            if self.duty.get(nearest):
                return nearest
        return self.top

    def from_level(self, level: Level) -> Level:
        """Return a level, or the nearest at which somebody is on duty, above before below."""
        first = self.step(level).level
        if self.duty.get(first):
            return first
        return self.above(first)

    def leader(self, level: Level) -> str | None:
        """Return the leader of a level, who gets its tickets."""
        return next(iter(self.duty.get(level, ())), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedSegment:
    """A segment of an SLA timer with its counted days.

    `uncertain` are years whose public holidays are not known yet.
    """

    run: TimerSegment
    lines: tuple[CountedDay, ...]
    uncertain: tuple[int, ...]


def sla_of(policy: Policy, ticket: Ticket, holidays: HolidayLookup) -> Sla:
    """Return the service level of a ticket under a policy."""
    limits = policy.limits_of(ticket.category, ticket.urgency)
    if limits.always:
        return Sla(
            policy=policy, limits=limits, calendar=None, zone=ticket.zone
        )
    calendar = Calendar(
        zone=ticket.zone, week=policy.week, own=policy.own, holidays=holidays
    )
    return Sla(
        policy=policy, limits=limits, calendar=calendar, zone=ticket.zone
    )


def start(
    sla: Sla, kind: SlaKind, now: datetime, percent: int = 100
) -> SlaTimer:
    """Start a timer with a share of its limit. Deadlines are whole minutes."""
    begun = now.replace(second=0, microsecond=0)
    minutes = max(1, sla.limits.of(kind) * percent // 100)
    first, due = _segment(sla, begun, minutes)
    return SlaTimer(
        name=kind, limit=minutes, due_at=due, promised_at=due, runs=(first,)
    )


def meet(timer: SlaTimer, now: datetime) -> SlaTimer:
    """Meet a timer: the work that it measures is done."""
    if timer.met_at is not None:
        return timer
    return replace(_stopped(timer, now), met_at=now)


def pause(timer: SlaTimer, now: datetime) -> SlaTimer:
    """Pause a running timer."""
    if timer.running:
        return _stopped(timer, now)
    return timer


def pause_all(ticket: Ticket, now: datetime) -> tuple[SlaTimer, ...]:
    """Return the timers of a ticket, all paused."""
    return swap(ticket, *(pause(timer, now) for timer in ticket.clocks))


def resume(sla: Sla, timer: SlaTimer, now: datetime) -> SlaTimer:
    """Resume a paused timer with the minutes that were left, one at least."""
    if not timer.paused:
        return timer
    last = timer.runs[-1]
    calendar = recorded_calendar(last.days, sla.zone)
    used = worked_between(calendar, last.start, last.end or now)
    left = timedelta(minutes=last.minutes) - used
    minutes = max(1, -(-left // _MINUTE))  # rounded up
    segment, due = _segment(sla, now, minutes)
    resumed = replace(timer, due_at=due, runs=(*timer.runs, segment))
    if timer.fired:
        return resumed
    return replace(resumed, promised_at=due)


def resume_all(sla: Sla, ticket: Ticket, now: datetime) -> tuple[SlaTimer, ...]:
    """Return the timers of a ticket, the paused ones resumed."""
    return swap(ticket, *(resume(sla, timer, now) for timer in ticket.clocks))


def prolong(sla: Sla, timer: SlaTimer, now: datetime, minutes: int) -> SlaTimer:
    """Count that a timer fired, and give the next level its own time."""
    minutes = max(1, minutes)
    segment, due = _segment(sla, now, minutes)
    runs = (*_stopped(timer, now).runs, segment)
    return replace(timer, due_at=due, runs=runs, fired=timer.fired + 1)


def extend(sla: Sla, timer: SlaTimer, now: datetime) -> SlaTimer:
    """Give a running timer its whole limit from now on, if that ends later than its deadline."""
    minutes = sla.limits.of(timer.name)
    segment, due = _segment(sla, now, minutes)
    if not timer.running or due <= timer.due_at:
        return timer
    runs = (*_stopped(timer, now).runs, segment)
    return replace(timer, due_at=due, promised_at=due, runs=runs)


def swap(ticket: Ticket, *changed: SlaTimer) -> tuple[SlaTimer, ...]:
    """Return the timers of a ticket with some of them changed, the latest of each kind."""
    by_kind = {timer.name: timer for timer in (*ticket.clocks, *changed)}
    return tuple(by_kind.values())


def explained_segments(
    sla: Sla, timer: SlaTimer
) -> tuple[ExplainedSegment, ...]:
    """Explain a deadline, segment by segment, by the days from which it was computed.

    The last segment is not cut.
    """
    *earlier, last = timer.runs
    explained = [
        _explained(sla, run, _worked_minutes(sla, run)) for run in earlier
    ]
    return (*explained, _explained(sla, last, last.minutes))


def _worked_minutes(sla: Sla, run: TimerSegment) -> int:
    """Return the working minutes of a segment until its end."""
    if run.end is None:
        return run.minutes
    calendar = recorded_calendar(run.days, sla.zone)
    worked = worked_between(calendar, run.start, run.end)
    return min(run.minutes, int(worked / _MINUTE))


def _explained(sla: Sla, run: TimerSegment, minutes: int) -> ExplainedSegment:
    calendar = recorded_calendar(run.days, sla.zone)
    end = due_after(calendar, run.start, minutes)
    return ExplainedSegment(
        run=run,
        lines=explain(calendar, run.start, minutes),
        uncertain=uncertain(calendar, run.start, end),
    )


def _segment(
    sla: Sla, start: datetime, minutes: int
) -> tuple[TimerSegment, datetime]:
    """Return a segment that begins now, with its days, and its deadline."""
    due = due_after(sla.calendar, start, minutes)
    days = record_days(sla.calendar, start, due)
    return TimerSegment(start=start, minutes=minutes, days=days), due


def _stopped(timer: SlaTimer, now: datetime) -> SlaTimer:
    """Return a timer with its running segment ended."""
    last = timer.runs[-1]
    if last.end is not None:
        return timer
    return replace(timer, runs=(*timer.runs[:-1], replace(last, end=now)))
