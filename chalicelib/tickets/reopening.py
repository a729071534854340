"""Decisions that begin a ticket again: reopened by its reporters, or back from a wish. Pure.

What was solved goes one level up. What was not solved goes on where it was.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from ..kernel.changes import Changes, Message, TimelineEvent
from ..kernel.errors import Conflict
from . import promises, sla_timers
from .handover import Successor, taken_on
from .model import SlaTimer, Ticket
from .moves import go, with_met
from .notifications import to_assignee, to_reporters, to_staff
from .policy import SlaKind
from .sla_timers import EscalationContext, Sla
from .states import Ending, TicketMover, TicketStatus

__all__ = [
    "Part",
    "reopen",
    "return_from_wish",
    "wish_ended",
    "wish_goes_on",
]

S = TicketStatus
Part = tuple[Ticket, Sla]  # a merged ticket, and its service level
_SOLVED = frozenset({Ending.CONFIRMED, Ending.SILENT})


def was_solved(ticket: Ticket) -> bool:
    """Say whether somebody says that a solution was none.

    Only that climbs, and counts as reopened. A ticket that staff closed unsolved after an earlier
    solution was none is still that one.
    """
    if ticket.state is S.RESOLVED or ticket.ending in _SOLVED:
        return True
    return ticket.ending is Ending.UNSOLVED and ticket.reopened > 0


def reopen(
    ticket: Ticket,
    escalation: EscalationContext,
    mover: TicketMover,
    reason: str,
    *,
    public_text: str,
    successor: Successor | None = None,
    parts: Iterable[Part] = (),
) -> Changes[Ticket]:
    """Reopen a ticket. The assignee stays, unless they have left: `successor` is for that.

    `public_text` is the reason without personal data. The solution is public no longer. `parts`
    are the tickets merged into it.

    Raises:
        Conflict: it was closed too long ago.

    """
    _check_reopening(ticket, escalation.sla.policy.reopen_days, mover)
    if was_solved(ticket):
        after = _again(ticket, escalation, mover.now, successor, parts)
        messages = to_staff(after, "reopened") + to_assignee(after, "back")
        target = S.ACCEPTED
    else:
        after = _back(ticket, escalation, mover.now, successor)
        target = promises.state_before(after)
        messages = _messages_to_go_on(after, target)
    return go(
        ticket,
        "reopen",
        mover,
        replace(after, reason=public_text),
        target=target,
        note=reason,
        shown=public_text,
        messages=messages,
    )


def _again(
    ticket: Ticket,
    escalation: EscalationContext,
    now: datetime,
    successor: Successor | None,
    parts: Iterable[Part],
) -> Ticket:
    """Return a solved ticket one level up, with a share of its first time."""
    level = escalation.above(ticket.level)
    after = replace(
        _unsolved(ticket),
        level=level,
        reopened=ticket.reopened + 1,
        bounces=0,
        clocks=_clocks_again(ticket, escalation.sla, now, parts),
    )
    if ticket.assignee and successor is None:
        return after
    return replace(after, assignee=escalation.leader(level))


def _clocks_again(
    ticket: Ticket, sla: Sla, now: datetime, parts: Iterable[Part]
) -> tuple[SlaTimer, ...]:
    """Return the timers of a ticket that is worked on again: contact and resolution begin anew.

    A ticket that came after the solution keeps what it was promised before.
    """
    met = with_met(ticket, now, SlaKind.ACCEPT, SlaKind.CALL_BACK)
    percent = sla.policy.reopen_percent
    fresh = {
        kind: sla_timers.start(sla, kind, now, percent)
        for kind in (SlaKind.CONTACT, SlaKind.RESOLVE)
    }
    for part, part_sla in parts:
        if not _came_after_solution(part, ticket):
            continue
        for kind, timer in promises.as_if_open(part, part_sla).items():
            if kind in fresh and timer.due_at > now:
                fresh[kind] = promises.earliest(fresh[kind], timer)
    return sla_timers.swap(replace(ticket, clocks=met), *fresh.values())


def _came_after_solution(part: Ticket, ticket: Ticket) -> bool:
    solved, came = ticket.resolved_at, part.closed_at
    return bool(solved and came and came >= solved)


def _back(
    ticket: Ticket,
    escalation: EscalationContext,
    now: datetime,
    successor: Successor | None,
) -> Ticket:
    """Return a ticket that was never solved as it was: no deadline has moved meanwhile."""
    if ticket.ending is Ending.WISH:
        return _from_wish(ticket, escalation, now, successor)
    if ticket.ending is Ending.UNSOLVED:
        # Staff have looked at it, and have sent the reporters the reason.
        at = ticket.closed_at or now
        met = with_met(ticket, at, SlaKind.ACCEPT, SlaKind.CONTACT)
        ticket = replace(ticket, clocks=met)
    running = promises.as_if_open(ticket, escalation.sla).values()
    after = replace(
        _unsolved(ticket),
        holds=promises.ended_holds(ticket),
        clocks=sla_timers.swap(ticket, *running),
    )
    return taken_on(after, escalation, successor)


def _messages_to_go_on(
    ticket: Ticket, state: TicketStatus
) -> tuple[Message, ...]:
    if state is S.OPEN:
        return to_assignee(ticket, "new") or to_staff(ticket, "new")
    return to_assignee(ticket, "back") or to_staff(ticket, "reopened")


def _unsolved(ticket: Ticket) -> Ticket:
    """Return a ticket without its solution, its end and the answers to it."""
    return replace(
        ticket,
        public_solution=None,
        resolved_at=None,
        resolved_by=None,
        closed_at=None,
        ending=None,
        wish_ended_at=None,
        solution=None,
        told_publicly=None,
        held_answer_at=None,
        answered=0,
        ratings=(),
    )


def _check_reopening(ticket: Ticket, days: int, mover: TicketMover) -> None:
    """Refuse to reopen a ticket that was closed too long ago."""
    since = ticket.wish_ended_at or ticket.closed_at
    if ticket.ending is Ending.WISH and ticket.wish_ended_at is None:
        return  # its wish is not over: the state table refuses
    if since and mover.now > since + timedelta(days=days):
        state = ticket.state.value
        raise Conflict("ticket.over_too_long", state=state, moves=[], days=days)


# back from a wish


def return_from_wish(
    ticket: Ticket,
    escalation: EscalationContext,
    mover: TicketMover,
    successor: Successor,
) -> Changes[Ticket]:
    """Return a ticket whose wish came to nothing to a person, with fresh deadlines."""
    after = _from_wish(ticket, escalation, mover.now, successor)
    work = to_assignee(after, "new") or to_staff(after, "new")
    messages = (*to_reporters(after, "returned"), *work)
    return go(ticket, "return", mover, after, messages=messages)


def _from_wish(
    ticket: Ticket,
    escalation: EscalationContext,
    now: datetime,
    successor: Successor | None,
) -> Ticket:
    """Return a ticket with its whole time again, or what was left of it if that ends earlier."""
    kept = promises.as_if_open(ticket, escalation.sla)
    timers: list[SlaTimer] = []
    for kind in promises.OPEN_KINDS:
        timer = sla_timers.start(escalation.sla, kind, now)
        if kind in kept and kept[kind].due_at > now:
            timer = promises.earliest(timer, kept[kind])
        timers.append(timer)
    after = replace(
        _unsolved(ticket),
        holds=promises.ended_holds(ticket),
        clocks=sla_timers.swap(ticket, *timers),
        wish=None,
        accepted_by=None,
    )
    return taken_on(after, escalation, successor)


def wish_ended(ticket: Ticket, now: datetime) -> Changes[Ticket]:
    """Note that the reporter has withdrawn the wish: the ticket may be reopened."""
    event = TimelineEvent(
        tag="ticket.wish_ended", actor="system", party="system"
    )
    return Changes(
        entity=replace(ticket, wish_ended_at=now),
        previous=ticket,
        events=(event,),
    )


def wish_goes_on(ticket: Ticket) -> Changes[Ticket]:
    """Note that the wish has begun again: the ticket may not be reopened."""
    return Changes(entity=replace(ticket, wish_ended_at=None), previous=ticket)
