"""A replay of past tickets under another policy. Pure.

What people did is kept: the instants of report, acceptance, contact and solution, and the holds.
What follows from a policy is computed anew: the first assignee, the deadline of each timer, and
each escalation with its instant. Tickets are replayed under their own policy too, by the same
function. So every difference comes from the policies.

Both replays leave out levels that a person chose (escalation by hand, a second bounce), all
solutions but the last, and the timer of the call-back, which escalates to nobody. Both use the
people who are on duty now.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import pairwise

from ..tickets import sla_timers
from ..tickets.model import SlaTimer, Ticket
from ..tickets.policy import Level, Policy, SlaKind, TicketUrgency
from ..tickets.sla_timers import EscalationContext

__all__ = [
    "ESCALATING",
    "OutcomeCounts",
    "ReplayPair",
    "ReplayResult",
    "ReplayedEscalation",
    "ReplayedTicket",
    "play",
    "summarise",
    "urgency_under",
]

ESCALATING = (SlaKind.ACCEPT, SlaKind.CONTACT, SlaKind.RESOLVE)
_EXAMPLES = 20
# In this order, where several acts happened at one instant.
_ESCALATE, _START, _RESUME, _PAUSE, _MEET = range(5)
_Fact = tuple[datetime, int, SlaKind]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayedEscalation:
    """An escalation of a replayed ticket."""

    at: datetime
    level: Level


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayedTicket:
    """The outcome of one replay of a ticket."""

    urgency: TicketUrgency
    begins: Level
    holder: str | None
    due: Mapping[SlaKind, datetime] = field(
        default_factory=dict
    )  # without holds
    over: Mapping[SlaKind, datetime] = field(default_factory=dict)  # since when
    climbs: tuple[ReplayedEscalation, ...] = ()

    @property
    def level(self) -> Level:
        """Return the highest level that the ticket reached."""
        if not self.climbs:
            return self.begins
        return self.climbs[-1].level


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayPair:
    """The replays of a ticket under its own policy (`then`) and under the other one (`now`)."""

    ticket_id: str
    then: ReplayedTicket
    now: ReplayedTicket

    @property
    def moved(self) -> bool:
        """Return whether the first level or assignee differs."""
        if self.then.begins is not self.now.begins:
            return True
        return self.then.holder != self.now.holder

    @property
    def turned(self) -> bool:
        """Return whether an overdue timer or the highest level differs."""
        if self.then.over.keys() != self.now.over.keys():
            return True
        return self.then.level is not self.now.level


def _zero_by_timer() -> dict[SlaKind, list[int]]:
    return {name: [0, 0] for name in ESCALATING}


def _zero_by_level() -> dict[Level, list[int]]:
    return {level: [0, 0] for level in Level}


@dataclass(slots=True, kw_only=True)
class OutcomeCounts:
    """Counts of tickets by outcome, each under their own policy and under the other one."""

    tickets: int = 0
    moved: int = 0
    over: Mapping[SlaKind, list[int]] = field(default_factory=_zero_by_timer)
    reached: Mapping[Level, list[int]] = field(default_factory=_zero_by_level)

    def add(self, pair: ReplayPair) -> None:
        """Count one more ticket."""
        self.tickets += 1
        self.moved += pair.moved
        for n, outcome in enumerate((pair.then, pair.now)):
            for name in outcome.over:
                self.over[name][n] += 1
            self.reached[outcome.level][n] += 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayResult:
    """The result of a replay of all tickets that were reported from one instant to another.

    `cut` is True if there were too many tickets to go back as far as was wanted.
    """

    since: datetime
    until: datetime
    cut: bool
    total: OutcomeCounts
    by_urgency: Mapping[
        TicketUrgency, OutcomeCounts
    ]  # the urgency under their own policy
    examples: tuple[
        ReplayPair, ...
    ]  # first those that turned, then those that moved

    @property
    def days(self) -> int:
        """Return the number of whole days that were replayed."""
        return (self.until - self.since).days


def summarise(
    pairs: Iterable[ReplayPair], since: datetime, until: datetime, *, cut: bool
) -> ReplayResult:
    """Count the outcomes of replayed tickets."""
    total, by_urgency = (
        OutcomeCounts(),
        {urgency: OutcomeCounts() for urgency in TicketUrgency},
    )
    turned, moved = list[ReplayPair](), list[ReplayPair]()
    for pair in pairs:
        total.add(pair)
        by_urgency[pair.then.urgency].add(pair)
        kept = turned if pair.turned else moved
        if (pair.turned or pair.moved) and len(kept) < _EXAMPLES:
            kept.append(pair)
    examples = tuple([*turned, *moved][:_EXAMPLES])
    return ReplayResult(
        since=since,
        until=until,
        cut=cut,
        total=total,
        by_urgency=by_urgency,
        examples=examples,
    )


def urgency_under(policy: Policy, own: Policy, ticket: Ticket) -> TicketUrgency:
    """Return the urgency of a ticket under a policy.

    It is that of its category, unless a person had set another. `own` is the ticket's own policy.
    """
    then, now = own.category(ticket.category), policy.category(ticket.category)
    if then and now and then.urgency is ticket.urgency:
        return now.urgency
    return ticket.urgency


def play(
    ticket: Ticket,
    escalation: EscalationContext,
    begins: Level,
    holder: str | None,
    until: datetime,
) -> ReplayedTicket:
    """Replay a ticket under a policy, up to an instant."""
    return _Play(ticket, escalation, begins, holder).run(until)


class _Play:
    """One ticket during its replay: its timers and the level that it has reached."""

    def __init__(
        self,
        ticket: Ticket,
        escalation: EscalationContext,
        begins: Level,
        holder: str | None,
    ) -> None:
        self._ticket, self._escalation, self._level = ticket, escalation, begins
        self._clocks: dict[SlaKind, SlaTimer] = {}
        self._played = ReplayedTicket(
            urgency=ticket.urgency, begins=begins, holder=holder
        )
        self._due: dict[SlaKind, datetime] = {}
        self._over: dict[SlaKind, datetime] = {}
        self._climbs: list[ReplayedEscalation] = []

    def run(self, until: datetime) -> ReplayedTicket:
        facts = [
            fact for fact in sorted(_facts(self._ticket)) if fact[0] <= until
        ]
        for n, fact in enumerate([*facts, None]):
            # An act at the very instant of a deadline is in time.
            self._fire_before(
                fact[0] if fact else until, also_at=n == len(facts)
            )
            if fact:
                self._take(fact)
        return replace(
            self._played,
            due=self._due,
            over=self._over,
            climbs=tuple(self._climbs),
        )

    def _take(self, fact: _Fact) -> None:
        at, kind, name = fact
        sla, clock = self._escalation.sla, self._clocks.get(name)
        if kind == _ESCALATE:
            self._escalate(at)
        elif kind == _START:
            percent = 100
            if at > self._ticket.created_at and self._ticket.reopened:
                percent = sla.policy.reopen_percent
            started = sla_timers.start(sla, name, at, percent)
            self._clocks[name] = started
            self._due[name] = started.due_at
        elif clock and kind == _RESUME:
            self._clocks[name] = sla_timers.resume(sla, clock, at)
        elif clock and kind == _MEET:
            self._clocks[name] = sla_timers.meet(clock, at)
        elif clock:
            self._clocks[name] = sla_timers.pause(clock, at)

    def _fire_before(self, end: datetime, *, also_at: bool) -> None:
        while running := [
            clock for clock in self._clocks.values() if clock.running
        ]:
            at = min(clock.due_at for clock in running)
            if at > end or (at == end and not also_at):
                return
            self._fire(at, [clock for clock in running if clock.due_at <= at])

    def _fire(self, at: datetime, over: list[SlaTimer]) -> None:
        """Escalate as `timers` does.

        At the top level a timer only repeats its message, so it is dropped.
        """
        for clock in over:
            self._over.setdefault(clock.name, at)
        if not self._escalate(at):
            for clock in over:
                del self._clocks[clock.name]
            return
        share = self._escalation.step(self._level).percent
        for clock in over:
            more = clock.limit * share // 100
            prolonged = sla_timers.prolong(
                self._escalation.sla, clock, at, more
            )
            self._clocks[clock.name] = prolonged

    def _escalate(self, at: datetime) -> bool:
        level = self._escalation.above(self._level)
        if level is self._level:
            return False
        self._level = level
        self._climbs.append(ReplayedEscalation(at=at, level=level))
        return True


def _facts(ticket: Ticket) -> Iterator[_Fact]:
    """Yield the acts that the timers of a ticket record."""
    for clock in ticket.clocks:
        name, last = clock.name, clock.runs[-1]
        if name not in ESCALATING:
            continue
        if name is SlaKind.RESOLVE and clock.started_at > ticket.created_at:
            for _ in range(ticket.reopened):
                yield clock.started_at, _ESCALATE, name
        yield clock.started_at, _START, name
        for run, after in pairwise(clock.runs):
            if run.end is not None and run.end < after.start:
                yield run.end, _PAUSE, name
                yield after.start, _RESUME, name
        if last.end is not None and last.end != clock.met_at:
            yield last.end, _PAUSE, name
        if clock.met_at is not None:
            yield clock.met_at, _MEET, name
