"""The promises of a ticket that outlast a move: its urgency and its deadlines. Pure."""

from dataclasses import replace
from datetime import datetime

from . import sla_timers
from .model import Hold, SlaTimer, Ticket
from .policy import Level, SlaKind, TicketUrgency
from .sla_timers import Sla
from .states import TicketStatus

__all__ = [
    "OPEN_KINDS",
    "as_if_open",
    "earliest",
    "ended_holds",
    "higher_level",
    "inherited",
    "most_urgent",
    "running_timers",
    "state_before",
    "while_merged",
]

S = TicketStatus
# The timers of a ticket that is not solved.
OPEN_KINDS = (SlaKind.ACCEPT, SlaKind.CONTACT, SlaKind.RESOLVE)
_MOST_URGENT_FIRST = (
    TicketUrgency.URGENT,
    TicketUrgency.UTILITY,
    TicketUrgency.GENERAL,
    TicketUrgency.COMPLEX,
)


def most_urgent(*urgencies: TicketUrgency) -> TicketUrgency:
    """Return the most urgent of some urgencies."""
    return min(urgencies, key=_MOST_URGENT_FIRST.index)


def higher_level(one: Level, other: Level) -> Level:
    """Return the higher of two levels."""
    return other if other.rank > one.rank else one


def earliest(one: SlaTimer, other: SlaTimer) -> SlaTimer:
    """Return the unmet timer that fires first, with the first promise of both."""
    first = min(one, other, key=_due)
    return replace(
        first,
        promised_at=min(one.promised_at, other.promised_at),
        fired=max(one.fired, other.fired),
    )


def _due(timer: SlaTimer) -> datetime:
    return timer.due_at


def running_timers(
    ticket: Ticket, sla: Sla, now: datetime
) -> dict[SlaKind, SlaTimer]:
    """Return the unmet timers of an open ticket; those of a hold as if it ended now."""
    timers: dict[SlaKind, SlaTimer] = {}
    for kind in OPEN_KINDS:
        timer = ticket.sla_timer(kind)
        if timer and timer.met_at is None:
            timers[kind] = sla_timers.resume(sla, timer, now)
    return timers


def as_if_open(ticket: Ticket, sla: Sla) -> dict[SlaKind, SlaTimer]:
    """Return the unmet timers of a closed ticket as if they had run on: no deadline moves.

    A hold ended with the ticket.
    """
    timers: dict[SlaKind, SlaTimer] = {}
    for kind in OPEN_KINDS:
        timer = ticket.sla_timer(kind)
        if timer and timer.met_at is None:
            timers[kind] = _run_on(timer, sla, ticket.closed_at)
    return timers


def _run_on(timer: SlaTimer, sla: Sla, closed_at: datetime | None) -> SlaTimer:
    *earlier, last = timer.runs
    if closed_at and last.end and last.end < closed_at:
        return sla_timers.resume(sla, timer, closed_at)
    return replace(timer, runs=(*earlier, replace(last, end=None)))


def ended_holds(ticket: Ticket) -> tuple[Hold, ...]:
    """Return the holds of a closed ticket, of which the last ended with it at the latest."""
    if not ticket.holds or ticket.closed_at is None:
        return ticket.holds
    *earlier, last = ticket.holds
    until = min(last.until, ticket.closed_at)
    return (*earlier, replace(last, until=until))


def state_before(ticket: Ticket) -> TicketStatus:
    """Return the state to which an unsolved ticket returns, by its acceptance."""
    accept = ticket.sla_timer(SlaKind.ACCEPT)
    if accept is None or accept.met_at is None:
        return S.OPEN
    if ticket.assignee and ticket.accepted_by not in (None, ticket.assignee):
        return S.ASSIGNED
    return S.ACCEPTED


def inherited(
    into: Ticket, part: Ticket, slas: tuple[Sla, Sla], now: datetime
) -> Ticket:
    """Return an open ticket with the urgency, level and deadlines of one merged into it.

    `slas` are those of both before. Who has accepted the one has accepted the other.
    Nobody has contacted the reporters of that one, if it says so itself.
    """
    own = running_timers(into, slas[0], now)
    changed: list[SlaTimer] = []
    for kind, timer in running_timers(part, slas[1], now).items():
        known = own.get(kind)
        if known is not None and _has_climbed(known, timer, into, part, now):
            continue
        if known is not None and earliest(known, timer) != known:
            changed.append(earliest(known, timer))
        if known is None and kind is SlaKind.CONTACT:
            changed.append(timer)
    if into.state is S.ON_HOLD:
        changed = [_paused(timer, into, now) for timer in changed]
    return replace(
        with_urgency_of(into, part),
        level=higher_level(into.level, part.level),
        clocks=sla_timers.swap(into, *changed),
    )


def _has_climbed(
    own: SlaTimer, other: SlaTimer, into: Ticket, part: Ticket, now: datetime
) -> bool:
    """Say whether a target has climbed already, to where a merged ticket is only due to climb.

    Otherwise it would climb twice in one moment, and the lower level had no time.
    """
    is_as_urgent = most_urgent(into.urgency, part.urgency) is into.urgency
    return is_as_urgent and other.due_at <= now and other.fired < own.fired


def _paused(timer: SlaTimer, into: Ticket, now: datetime) -> SlaTimer:
    """Return a timer as a hold has it: the resolution waits."""
    if timer.name is SlaKind.RESOLVE:
        return sla_timers.pause(timer, now)
    return timer


def with_urgency_of(into: Ticket, part: Ticket) -> Ticket:
    """Return a ticket as urgent as another one. It rings if one of them rang."""
    urgency = most_urgent(into.urgency, part.urgency)
    silent = not (into.rings or part.rings)
    return replace(
        into,
        urgency=urgency,
        silent=silent and urgency is TicketUrgency.URGENT,
        urgency_requested=into.urgency_requested or part.urgency_requested,
    )


def while_merged(
    part: Ticket, target: Ticket, slas: tuple[Sla, Sla], now: datetime
) -> tuple[SlaTimer, ...]:
    """Return the timers of a ticket that leaves the one that it was merged into.

    `slas` are those of both, in this order. It keeps its own deadlines, or the earlier ones of the
    target. What was done for the target meanwhile, short of a solution, was done for it, too.
    """
    changed = [
        _left_with(timer, part, target, slas[1], now)
        for timer in as_if_open(part, slas[0]).values()
    ]
    return sla_timers.swap(part, *changed)


def _left_with(
    own: SlaTimer, part: Ticket, target: Ticket, sla: Sla, now: datetime
) -> SlaTimer:
    common = target.sla_timer(own.name)
    if common is None:
        return own
    if common.met_at is not None:
        if own.name is SlaKind.RESOLVE:
            return own
        since = part.closed_at or now
        return sla_timers.meet(own, max(common.met_at, since))
    if not target.is_open:
        return own
    common = sla_timers.resume(sla, common, now)
    if own.due_at <= now:
        # It was due meanwhile, and the target was escalated for it.
        promised = min(own.promised_at, common.promised_at)
        return replace(common, promised_at=promised)
    return earliest(own, common)
