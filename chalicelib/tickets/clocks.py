"""The four clocks of a ticket: how they start, stand still, go on, climb and end, and how each due time came about. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from .model import SlaTimer, Ticket, TimerSegment
from .policy import Level, Limits, Policy, SlaKind, Step
from .worktime import Calendar, CountedDay, Library, due_after, explain, uncertain, worked_between

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
    """What a ticket is held to, from the policy version that it names. Without a calendar every minute counts."""

    policy: Policy
    limits: Limits
    calendar: Calendar | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationContext:
    """What a decision about a ticket goes by: its terms, and who is on duty at each level, whoever is named first leading."""

    terms: Sla
    duty: Mapping[Level, tuple[str, ...]]

    @property
    def top(self) -> Level:
        """Return the last level of the ladder."""
        return self.terms.policy.ladder[-1].level

    def step(self, level: Level) -> Step:
        """Return the step of a level; of one that the ladder does not have, the next above."""
        steps = [step for step in self.terms.policy.ladder if step.level.rank >= level.rank]
        return steps[0] if steps else self.terms.policy.ladder[-1]

    def above(self, level: Level) -> Level:
        """Return the next level at which somebody is on duty; the last where nobody is."""
        higher = [step.level for step in self.terms.policy.ladder if step.level.rank > level.rank]
        return next((step for step in higher if self.duty.get(step)), higher[-1] if higher else level)

    def from_level(self, level: Level) -> Level:
        """Return a level, or the next above at which somebody is on duty."""
        first = self.step(level).level
        return first if self.duty.get(first) else self.above(first)

    def leader(self, level: Level) -> str | None:
        """Return who has what comes to a level."""
        return next(iter(self.duty.get(level, ())), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedSegment:
    """A run of a clock, explained: the days that were counted, and the years of which the public holidays are not known yet."""

    run: TimerSegment
    lines: tuple[CountedDay, ...]
    uncertain: tuple[int, ...]


def sla_of(policy: Policy, ticket: Ticket, library: Library) -> Sla:
    """Return what a ticket is held to under a policy; `library` knows the public holidays."""
    limits = policy.limits_of(ticket.category, ticket.urgency)
    if limits.always:
        return Sla(policy=policy, limits=limits, calendar=None)
    calendar = Calendar(zone=ticket.zone, week=policy.week, own=policy.own, library=library)
    return Sla(policy=policy, limits=limits, calendar=calendar)


def start(terms: Sla, name: SlaKind, now: datetime, percent: int = 100) -> SlaTimer:
    """Start a clock with a share of its limit, from the minute that has begun: what is promised is promised to the minute."""
    begun, minutes = now.replace(second=0, microsecond=0), max(1, terms.limits.of(name) * percent // 100)
    due = due_after(terms.calendar, begun, minutes)
    return SlaTimer(name=name, limit=minutes, due_at=due, promised_at=due, runs=(TimerSegment(start=begun, minutes=minutes),))


def meet(clock: SlaTimer, now: datetime) -> SlaTimer:
    """End a clock: what it waited for has been done."""
    return replace(_stopped(clock, now), met_at=now) if clock.met_at is None else clock


def pause(clock: SlaTimer, now: datetime) -> SlaTimer:
    """Let a clock stand still."""
    return _stopped(clock, now) if clock.running else clock


def resume(terms: Sla, clock: SlaTimer, now: datetime) -> SlaTimer:
    """Let a clock that stands still go on with what was left; a minute at least, so that nobody is late the moment she starts."""
    if not clock.paused:
        return clock
    last = clock.runs[-1]
    used = worked_between(terms.calendar, last.start, last.end or now)
    left = max(1, -(-(timedelta(minutes=last.minutes) - used) // timedelta(minutes=1)))
    due = due_after(terms.calendar, now, left)
    promised = due if clock.fired == 0 else clock.promised_at
    return replace(clock, due_at=due, promised_at=promised, runs=(*clock.runs, TimerSegment(start=now, minutes=left)))


def prolong(terms: Sla, clock: SlaTimer, now: datetime, minutes: int) -> SlaTimer:
    """Note that a clock has fired, and give whoever is told now her own time."""
    due = due_after(terms.calendar, now, max(1, minutes))
    runs = (*_stopped(clock, now).runs, TimerSegment(start=now, minutes=max(1, minutes)))
    return replace(clock, due_at=due, runs=runs, fired=clock.fired + 1)


def swap(ticket: Ticket, *changed: SlaTimer) -> tuple[SlaTimer, ...]:
    """Return the clocks of a ticket with some of them changed; of a name only the latest is kept."""
    by_name = {clock.name: clock for clock in (*ticket.clocks, *changed)}
    return tuple(by_name.values())


def explained_segments(terms: Sla, clock: SlaTimer) -> tuple[ExplainedSegment, ...]:
    """Return how the due time of a clock came about, stretch by stretch; of the last one also what was not needed of it."""
    return tuple(_explained(terms, run, cut=run is not clock.runs[-1]) for run in clock.runs)


def _explained(terms: Sla, run: TimerSegment, *, cut: bool) -> ExplainedSegment:
    counted = run.minutes
    if cut and run.end is not None:
        worked = worked_between(terms.calendar, run.start, run.end)
        counted = min(run.minutes, int(worked / timedelta(minutes=1)))
    end = due_after(terms.calendar, run.start, counted)
    return ExplainedSegment(
        run=run, lines=explain(terms.calendar, run.start, counted), uncertain=uncertain(terms.calendar, run.start, end)
    )


def _stopped(clock: SlaTimer, now: datetime) -> SlaTimer:
    """End the run that is going on."""
    last = clock.runs[-1]
    return clock if last.end is not None else replace(clock, runs=(*clock.runs[:-1], replace(last, end=now)))
