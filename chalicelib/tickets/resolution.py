"""Decisions of reporters, and how a ticket ends: solved, closed, merged or converted. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from ..kernel.access import STAFF, Relation
from ..kernel.changes import Changes, Check, Count, Message, Put, TimelineEvent, Write
from ..kernel.errors import Conflict, Forbidden, Invalid
from . import clocks
from .clocks import EscalationContext
from .model import Ticket, TicketReport
from .moves import go, with_met
from .notifications import to_assignee, to_reporters, to_staff
from .policy import MAX_MERGED, SlaKind
from .states import ANSWERS, Ending, TicketMover, TicketStatus

__all__ = [
    "JOINED",
    "answer",
    "close",
    "confirm",
    "convert_to_wish",
    "end",
    "has_answered",
    "join",
    "merge",
    "reopen",
    "split",
]

S = TicketStatus

JOINED = "joined"  # counts those who joined a ticket after it was reported


def join(ticket: Ticket, by: TicketMover, report: TicketReport) -> Changes[Ticket]:
    """Add a report to a ticket.

    Many people join at once. So the ticket itself is only checked, not written.
    """
    go(ticket, "join", by)
    count = Count(subject=ticket.id, name=JOINED, add=1)
    writes: tuple[Write, ...] = (Put(row=report, new=True), count, Check(entity=ticket))
    return Changes(entity=ticket, previous=ticket, writes=writes)


def confirm(
    ticket: Ticket,
    by: TicketMover,
    reports: Sequence[TicketReport],
    person_id: str,
    satisfied: int | None,
) -> Changes[Ticket]:
    """Confirm the solution for one reporter, with a rating. The last answer closes the ticket."""
    own = next((report for report in reports if report.person_id == person_id), None)
    if own is None:
        raise Invalid("ticket.not_reported", ["on_behalf_of"])
    first = not has_answered(ticket, own)
    # A clock that is behind would date the answer before the solution.
    at = max(by.now, ticket.resolved_at or by.now)
    rating = satisfied if satisfied is not None else own.satisfied
    answered = replace(own, answered_at=at, satisfied=rating)
    others = [report for report in reports if report.person_id != person_id]
    asked = [report for report in others if _was_asked(ticket, report)]
    ratings = _rated(ticket, own, satisfied)
    after = replace(ticket, answered=ticket.answered + first, ratings=ratings)
    target: TicketStatus | None = None
    if ticket.state is S.RESOLVED and all(
        has_answered(ticket, report) for report in asked
    ):
        met = with_met(ticket, by.now, SlaKind.CALL_BACK)
        after = replace(after, closed_at=by.now, ending=Ending.CONFIRMED, clocks=met)
        target = S.CLOSED
    return go(ticket, "confirm", by, after, target=target, writes=(Put(row=answered),))


def _was_asked(ticket: Ticket, report: TicketReport) -> bool:
    return ticket.resolved_at is None or report.joined_at <= ticket.resolved_at


def has_answered(ticket: Ticket, report: TicketReport) -> bool:
    """Say whether a reporter has answered about the present solution."""
    answered_at, resolved_at = report.answered_at, ticket.resolved_at
    return bool(answered_at and resolved_at and answered_at >= resolved_at)


def _rated(ticket: Ticket, own: TicketReport, satisfied: int | None) -> tuple[int, ...]:
    """Return the ratings with a reporter's; a second one replaces their first."""
    if satisfied is None:
        return ticket.ratings
    ratings = list(ticket.ratings)
    if has_answered(ticket, own) and own.satisfied in ratings:
        ratings.remove(own.satisfied)
    return (*ratings, satisfied)


def reopen(
    ticket: Ticket,
    escalation: EscalationContext,
    by: TicketMover,
    reason: str,
    *,
    assignee_left: bool = False,
) -> Changes[Ticket]:
    """Reopen a ticket one level up, with a share of its first time.

    The assignee stays. Where they have left, the leader of that level gets it.

    Raises:
        Conflict: it was closed too long ago.

    """
    _check_reopening(ticket, escalation.sla.policy.reopen_days, by)
    sla, share = escalation.sla, escalation.sla.policy.reopen_percent
    kinds = (SlaKind.CONTACT, SlaKind.RESOLVE)
    fresh = [clocks.start(sla, kind, by.now, share) for kind in kinds]
    met = with_met(ticket, by.now, SlaKind.ACCEPT, SlaKind.CALL_BACK)
    level = escalation.above(ticket.level)
    assignee = None if assignee_left else ticket.assignee
    after = replace(
        ticket,
        level=level,
        assignee=assignee or escalation.leader(level),
        clocks=clocks.swap(replace(ticket, clocks=met), *fresh),
        reopened=ticket.reopened + 1,
        bounces=0,
        reason=reason,
        resolved_at=None,
        closed_at=None,
        ending=None,
        solution=None,
        told_publicly=None,
        answered=0,
        ratings=(),
    )
    messages = to_staff(after, "reopened") + to_assignee(after, "back")
    return go(ticket, "reopen", by, after, note=reason, messages=messages)


def _check_reopening(ticket: Ticket, days: int, by: TicketMover) -> None:
    """Refuse to reopen a ticket that was closed too long ago."""
    if ticket.closed_at and by.now > ticket.closed_at + timedelta(days=days):
        state = ticket.state.value
        raise Conflict("ticket.over_too_long", state=state, moves=[], days=days)


def end(ticket: Ticket, by: TicketMover) -> Changes[Ticket]:
    """Close a resolved ticket that nobody reopened."""
    met = with_met(ticket, by.now, SlaKind.CALL_BACK)
    after = replace(ticket, closed_at=by.now, ending=Ending.SILENT, clocks=met)
    return go(ticket, "end", by, after)


def answer(
    ticket: Ticket,
    escalation: EscalationContext,
    by: TicketMover,
    reports: Sequence[TicketReport],
    kind: str,
    *,
    yes: bool,
    assignee_left: bool = False,
) -> Changes[Ticket]:
    """Make the move that a reporter's SMS reply means, if it is still theirs to make."""
    meant = ANSWERS[(kind, yes)]
    reported = any(report.person_id == by.id for report in reports)
    available = meant.move in ticket.moves(by.relations)
    if not (reported and available and Relation.OWNER in by.relations):
        return Changes(entity=ticket, previous=ticket)
    if meant.move == "confirm":
        return confirm(ticket, by, reports, by.id, None)
    return reopen(ticket, escalation, by, meant.reason, assignee_left=assignee_left)


def close(
    ticket: Ticket,
    by: TicketMover,
    reason: str,
    *,
    alone: bool,
    joined: int = 0,
    public_text: str,
) -> Changes[Ticket]:
    """Close a ticket without a solution, with a reason.

    A reporter may withdraw it while they are the only one.

    Raises:
        Forbidden: others have joined it.

    """
    messages = _tell_assignee_of_end(ticket, by)
    if by.relations & STAFF:
        ending = Ending.SILENT if ticket.state is S.RESOLVED else Ending.UNSOLVED
        closed = replace(
            _closed(ticket, ending, by.now), told_publicly=public_text or None
        )
        closed = replace(closed, reason=reason)
        messages = to_reporters(ticket, "closed") + messages
        text = public_text
        return go(
            ticket,
            "close",
            by,
            closed,
            note=reason,
            public_text=text,
            messages=messages,
        )
    withdrawn = replace(
        _closed(ticket, Ending.WITHDRAWN, by.now), reason=reason, told_publicly=None
    )
    writes = (_if_nobody_joins(ticket, joined),)
    changes = go(
        ticket, "close", by, withdrawn, note=reason, writes=writes, messages=messages
    )
    if not alone:
        raise Forbidden("ticket.others_joined")
    return changes


def _if_nobody_joins(ticket: Ticket, joined: int) -> Count:
    """Return the condition that no more than `joined` people have joined.

    Joining does not write the ticket, so its version does not show it.
    """
    return Count(subject=ticket.id, name=JOINED, add=0, limit=joined + 1)


def _tell_assignee_of_end(ticket: Ticket, by: TicketMover) -> tuple[Message, ...]:
    """Return a message to the assignee of an open ticket, unless they ended it themselves."""
    waits = ticket.is_open and ticket.assignee != by.id
    return to_assignee(ticket, "over") if waits else ()


def _closed(ticket: Ticket, ending: Ending, now: datetime) -> Ticket:
    """Return a ticket with its ending and all timers paused; the state is unchanged."""
    still = clocks.swap(ticket, *(clocks.pause(clock, now) for clock in ticket.clocks))
    return replace(ticket, ending=ending, closed_at=now, clocks=still)


def merge(ticket: Ticket, into: Ticket, by: TicketMover) -> Changes[Ticket]:
    """Merge a ticket into another; its reporters become reporters of that one.

    Raises:
        Conflict: the other is closed, or has as many merged tickets as it can.
        Invalid: both are the same, or only one of them is private.

    """
    if into.id == ticket.id or into.private is not ticket.private:
        raise Invalid("ticket.cannot_merge", ["into"])
    full = len(into.merged) + len(ticket.merged) >= MAX_MERGED
    if full or not (into.is_open or into.state is S.RESOLVED):
        moves = ticket.moves(by.relations)
        raise Conflict("ticket.cannot_take", state=into.state.value, moves=moves)
    together = replace(
        into, merged=tuple(dict.fromkeys((*into.merged, *ticket.merged, ticket.id)))
    )
    taken = TimelineEvent(
        tag="ticket.joined_by", actor=by.id, party=by.party, note=ticket.id
    )
    messages = to_reporters(ticket, "merged") + _tell_assignee_of_end(ticket, by)
    closed = replace(_closed(ticket, Ending.MERGED, by.now), merged_into=into.id)
    changes = go(ticket, "merge", by, closed, note=into.id, messages=messages)
    target = Changes(entity=together, previous=into, events=(taken,))
    return replace(changes, related=(target,))


def split(
    ticket: Ticket,
    escalation: EscalationContext,
    by: TicketMover,
    targets: Iterable[Ticket],
) -> Changes[Ticket]:
    """Take a merged ticket out again, under its own SLA timers.

    `targets` are the ticket that it was merged into, and those that one was merged into in turn.
    """
    paused = [timer for timer in ticket.clocks if timer.paused]
    resumed = [clocks.resume(escalation.sla, timer, by.now) for timer in paused]
    running = clocks.swap(ticket, *resumed)
    accept_clock = ticket.clock(SlaKind.ACCEPT)
    before = S.ACCEPTED if accept_clock and accept_clock.met_at else S.OPEN
    after = replace(
        ticket, merged_into=None, ending=None, closed_at=None, clocks=running
    )
    messages = to_assignee(ticket, "assigned")
    changes = go(ticket, "split", by, after, target=before, messages=messages)
    holding = [target for target in targets if ticket.id in target.merged]
    return replace(
        changes, related=tuple(_without(target, ticket, by) for target in holding)
    )


def _without(target: Ticket, ticket: Ticket, by: TicketMover) -> Changes[Ticket]:
    """Take a ticket, and those merged into it, out of a target."""
    rest = tuple(
        id for id in target.merged if id != ticket.id and id not in ticket.merged
    )
    event = TimelineEvent(
        tag="ticket.left_by", actor=by.id, party=by.party, note=ticket.id
    )
    return Changes(
        entity=replace(target, merged=rest), previous=target, events=(event,)
    )


def convert_to_wish(
    ticket: Ticket,
    by: TicketMover,
    wish_id: str,
    *,
    joined: int = 0,
) -> Changes[Ticket]:
    """Close a ticket whose place a wish takes, unless somebody joins meanwhile."""
    messages = to_reporters(ticket, "turned") + _tell_assignee_of_end(ticket, by)
    writes = (_if_nobody_joins(ticket, joined),)
    closed = replace(_closed(ticket, Ending.WISH, by.now), wish=wish_id)
    return go(
        ticket, "turn", by, closed, note=wish_id, writes=writes, messages=messages
    )
