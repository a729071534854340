"""Decisions that merge tickets, and split them again. Pure."""

from collections.abc import Sequence
from dataclasses import replace

from ..kernel.audiences import GroupMembers
from ..kernel.changes import Changes, Message
from ..kernel.errors import Conflict, Invalid
from . import decisions, promises
from .alarms import ring_messages
from .handover import Successor, taken_on
from .model import Ticket
from .moves import event_of, go
from .notifications import (
    to_assignee,
    to_former_assignee,
    to_reporters,
    to_staff,
)
from .policy import MAX_MERGED
from .resolution import closed_ticket, end_messages
from .rounds import ask_late, with_time
from .sla_timers import EscalationContext, Sla
from .states import SYSTEM_ONLY, Ending, TicketMover, TicketStatus

__all__ = ["NEWLY_ASKED", "merge", "split"]

S = TicketStatus
NEWLY_ASKED = "newly_asked"  # the group of those who come with a merged ticket


def merge(
    ticket: Ticket,
    into: Ticket,
    mover: TicketMover,
    sla: Sla,
    escalation: EscalationContext,
) -> Changes[Ticket]:
    """Merge a ticket into another; its reporters become reporters of that one.

    That one takes over its promises (`promises.inherited`). If it is solved, the reporters who
    come are asked at once, and have time to answer. `escalation` is that of the other ticket.

    Raises:
        Conflict: the other is closed, or has as many merged tickets as it can.
        Invalid: both are the same, or only one of them is private.

    """
    if into.id == ticket.id or into.private is not ticket.private:
        raise Invalid("ticket.cannot_merge", ["into"])
    full = len(into.merged) + len(ticket.merged) >= MAX_MERGED
    if full or not (into.is_open or into.state is S.RESOLVED):
        moves = ticket.moves(mover.relations)
        raise Conflict(
            "ticket.cannot_take", state=into.state.value, moves=moves
        )
    closed = replace(
        closed_ticket(ticket, Ending.MERGED, mover.now), merged_into=into.id
    )
    messages = to_reporters(ticket, "merged") + end_messages(ticket, mover)
    changes = go(
        ticket, "merge", mover, closed, note=into.id, messages=messages
    )
    target = _with(into, ticket, mover, sla, escalation)
    return replace(changes, related=(target,))


def _with(
    into: Ticket,
    ticket: Ticket,
    mover: TicketMover,
    sla: Sla,
    escalation: EscalationContext,
) -> Changes[Ticket]:
    """Add a ticket, and those merged into it, to a target."""
    changes = _roused(into, ticket, escalation, mover)
    before = changes.entity
    merged = dict.fromkeys((*into.merged, *ticket.merged, ticket.id))
    after = replace(before, merged=tuple(merged), reporter_left_at=None)
    if into.state is S.RESOLVED:
        after = promises.with_urgency_of(after, ticket)
        after = with_time(after, escalation.sla, mover.now)
        messages = ask_late(after, GroupMembers(NEWLY_ASKED, ticket.id))
    else:
        slas = (escalation.sla, sla)
        after = promises.inherited(after, ticket, slas, mover.now)
        after = _at_its_level(after, before, escalation)
        messages = _messages_of_more(after, into, ticket, mover)
    return replace(
        changes,
        entity=after,
        events=(
            *changes.events,
            event_of(mover, "ticket.joined_by", ticket.id),
        ),
        messages=(*changes.messages, *messages),
    )


def _roused(
    into: Ticket,
    ticket: Ticket,
    escalation: EscalationContext,
    mover: TicketMover,
) -> Changes[Ticket]:
    """End the hold of a target for what is more urgent than it."""
    urgency = promises.most_urgent(into.urgency, ticket.urgency)
    if into.hold is None or urgency is into.urgency:
        return Changes(entity=into, previous=into)
    system = TicketMover(id="system", relations=SYSTEM_ONLY, now=mover.now)
    after = decisions.resumed(into, escalation, mover.now)
    return go(into, "release", system, after, target=into.hold.before)


def _at_its_level(
    after: Ticket, before: Ticket, escalation: EscalationContext
) -> Ticket:
    """Return a target with the leader of the level to which it has climbed, if nobody has it."""
    if after.level is before.level:
        return after
    return taken_on(after, escalation, None, climbed=after.state is S.OPEN)


def _messages_of_more(
    after: Ticket, into: Ticket, ticket: Ticket, mover: TicketMover
) -> tuple[Message, ...]:
    """Return the messages to those who have more to do now: once to each."""
    messages: tuple[Message, ...] = ()
    if after.level is not into.level:
        messages += to_staff(after, "climbed")
    if after.assignee == mover.id:
        return messages
    if after.rings and not into.rings:
        return messages + ring_messages(after)
    is_new_to_them = after.assignee not in (ticket.assignee, None)
    if is_new_to_them or _first_due(after) != _first_due(into):
        messages += to_assignee(after, "merged_in")
    return messages


def _first_due(ticket: Ticket) -> object:
    return ticket.next_due


def split(
    ticket: Ticket,
    escalation: EscalationContext,
    mover: TicketMover,
    targets: Sequence[Ticket],
    *,
    target_sla: Sla | None = None,
    successor: Successor | None = None,
) -> Changes[Ticket]:
    """Take a merged ticket out again. Both parts keep the earlier deadlines.

    `targets` are the ticket that it was merged into, and those that one was merged into in turn.
    `successor` is for an assignee who has left meanwhile.
    """
    after = _alone(ticket, escalation, mover, targets, target_sla, successor)
    state = promises.state_before(after)
    changes = go(ticket, "split", mover, after, target=state)
    messages = _messages_of_split(changes.entity, mover, targets)
    holding = [one for one in targets if ticket.id in one.merged]
    related = tuple(_without(one, ticket, mover) for one in holding)
    return replace(
        changes, related=related, messages=(*messages, *changes.messages)
    )


def _alone(
    ticket: Ticket,
    escalation: EscalationContext,
    mover: TicketMover,
    targets: Sequence[Ticket],
    target_sla: Sla | None,
    successor: Successor | None,
) -> Ticket:
    """Return a ticket that leaves the last of its targets, at the level that one has reached."""
    level, clocks = ticket.level, ticket.clocks
    if targets:
        last = targets[-1]
        slas = (escalation.sla, target_sla or escalation.sla)
        clocks = promises.while_merged(ticket, last, slas, mover.now)
        if last.is_open:
            level = promises.higher_level(level, last.level)
    after = replace(
        ticket,
        level=level,
        clocks=clocks,
        holds=promises.ended_holds(ticket),
        merged_into=None,
        ending=None,
        closed_at=None,
    )
    climbed = level is not ticket.level
    unaccepted = promises.state_before(after) is S.OPEN
    return taken_on(
        after, escalation, successor, climbed=climbed and unaccepted
    )


def _messages_of_split(
    after: Ticket, mover: TicketMover, targets: Sequence[Ticket]
) -> tuple[Message, ...]:
    """Return the messages to its reporters, to its assignee, and to those who had it meanwhile."""
    messages = to_reporters(after, "split")
    if after.assignee is None:
        messages += to_staff(after, "new")
    elif after.assignee != mover.id:
        messages += to_assignee(after, "assigned")
    for target in targets[-1:]:
        if target.is_open and target.assignee:
            messages += to_former_assignee(target, after, mover.id)
    return messages


def _without(
    target: Ticket, ticket: Ticket, mover: TicketMover
) -> Changes[Ticket]:
    """Take a ticket, and those merged into it, out of a target."""
    leaving = {ticket.id, *ticket.merged}
    rest = tuple(
        merged_id for merged_id in target.merged if merged_id not in leaving
    )
    event = event_of(mover, "ticket.left_by", ticket.id)
    entity = replace(target, merged=rest)
    return Changes(entity=entity, previous=target, events=(event,))
