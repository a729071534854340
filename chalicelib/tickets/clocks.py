"""SLA timers of a ticket: start, pause, resume, prolong, meet, and explain a deadline. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from .model import SlaTimer, Ticket, TimerSegment
from .policy import EscalationStep, Level, Policy, SlaKind, SlaLimits
from .worktime import (
    Calendar,
    CountedDay,
    Library,
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
    "meet",
    "pause",
    "prolong",
    "resume",
    "sla_of",
    "start",
    "swap",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sla:
    """The service level of a ticket, by its policy version. Without a calendar every minute counts."""

    policy: Policy
    limits: SlaLimits
    calendar: Calendar | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationContext:
    """The service level of a ticket, and who is on duty at each level. The first of each leads."""

    sla: Sla
    duty: Mapping[Level, tuple[str, ...]]

    @property
    def top(self) -> Level:
        """Return the last level of the ladder."""
        return self.sla.policy.ladder[-1].level

    def step(self, level: Level) -> EscalationStep:
        """Return the step of a level, or of the next above that the ladder has."""
        steps = [
            step for step in self.sla.policy.ladder if step.level.rank >= level.rank
        ]
        return steps[0] if steps else self.sla.policy.ladder[-1]

    def above(self, level: Level) -> Level:
        """Return the next level at which somebody is on duty; the last where nobody is."""
        higher = [
            step.level
            for step in self.sla.policy.ladder
            if step.level.rank > level.rank
        ]
        return next(
            (step for step in higher if self.duty.get(step)),
            higher[-1] if higher else level,
        )

    def from_level(self, level: Level) -> Level:
        """Return a level, or the next above at which somebody is on duty."""
        first = self.step(level).level
        return first if self.duty.get(first) else self.above(first)

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


def sla_of(policy: Policy, ticket: Ticket, library: Library) -> Sla:
    """Return the service level of a ticket under a policy; `library` knows the public holidays."""
    limits = policy.limits_of(ticket.category, ticket.urgency)
    if limits.always:
        return Sla(policy=policy, limits=limits, calendar=None)
    calendar = Calendar(
        zone=ticket.zone, week=policy.week, own=policy.own, library=library
    )
    return Sla(policy=policy, limits=limits, calendar=calendar)


def start(sla: Sla, name: SlaKind, now: datetime, percent: int = 100) -> SlaTimer:
    """Start a timer with a share of its limit. Deadlines are whole minutes."""
    begun = now.replace(second=0, microsecond=0)
    minutes = max(1, sla.limits.of(name) * percent // 100)
    due = due_after(sla.calendar, begun, minutes)
    first = TimerSegment(start=begun, minutes=minutes)
    return SlaTimer(
        name=name, limit=minutes, due_at=due, promised_at=due, runs=(first,)
    )


def meet(clock: SlaTimer, now: datetime) -> SlaTimer:
    """Meet a timer: the work that it measures is done."""
    return replace(_stopped(clock, now), met_at=now) if clock.met_at is None else clock


def pause(clock: SlaTimer, now: datetime) -> SlaTimer:
    """Pause a running timer."""
    return _stopped(clock, now) if clock.running else clock


def resume(sla: Sla, clock: SlaTimer, now: datetime) -> SlaTimer:
    """Resume a paused timer with what was left, a minute at least."""
    if not clock.paused:
        return clock
    last = clock.runs[-1]
    used = worked_between(sla.calendar, last.start, last.end or now)
    left = max(1, -(-(timedelta(minutes=last.minutes) - used) // timedelta(minutes=1)))
    due = due_after(sla.calendar, now, left)
    promised = due if clock.fired == 0 else clock.promised_at
    runs = (*clock.runs, TimerSegment(start=now, minutes=left))
    return replace(clock, due_at=due, promised_at=promised, runs=runs)


def prolong(sla: Sla, clock: SlaTimer, now: datetime, minutes: int) -> SlaTimer:
    """Count that a timer fired, and give the next level its own time."""
    due = due_after(sla.calendar, now, max(1, minutes))
    runs = (
        *_stopped(clock, now).runs,
        TimerSegment(start=now, minutes=max(1, minutes)),
    )
    return replace(clock, due_at=due, runs=runs, fired=clock.fired + 1)


def swap(ticket: Ticket, *changed: SlaTimer) -> tuple[SlaTimer, ...]:
    """Return the timers of a ticket with some of them changed, the latest of each kind."""
    by_name = {clock.name: clock for clock in (*ticket.clocks, *changed)}
    return tuple(by_name.values())


def explained_segments(sla: Sla, clock: SlaTimer) -> tuple[ExplainedSegment, ...]:
    """Return how a deadline came about, segment by segment; the last one is not cut."""
    return tuple(
        _explained(sla, run, cut=run is not clock.runs[-1]) for run in clock.runs
    )


def _explained(sla: Sla, run: TimerSegment, *, cut: bool) -> ExplainedSegment:
    counted = run.minutes
    if cut and run.end is not None:
        worked = worked_between(sla.calendar, run.start, run.end)
        counted = min(run.minutes, int(worked / timedelta(minutes=1)))
    end = due_after(sla.calendar, run.start, counted)
    return ExplainedSegment(
        run=run,
        lines=explain(sla.calendar, run.start, counted),
        uncertain=uncertain(sla.calendar, run.start, end),
    )


def _stopped(clock: SlaTimer, now: datetime) -> SlaTimer:
    """Return a timer with its running segment ended."""
    last = clock.runs[-1]
    if last.end is not None:
        return clock
    return replace(clock, runs=(*clock.runs[:-1], replace(last, end=now)))
