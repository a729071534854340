"""Decisions that merge tickets, and split them again. Pure."""

from collections.abc import Iterable
from dataclasses import replace

from ..kernel.changes import Changes
from ..kernel.errors import Conflict, Invalid
from . import sla_timers
from .model import Ticket
from .moves import event_of, go
from .notifications import to_assignee, to_reporters
from .policy import MAX_MERGED, SlaKind
from .resolution import closed_ticket, end_messages
from .sla_timers import EscalationContext
from .states import Ending, TicketMover, TicketStatus

__all__ = ["merge", "split"]

S = TicketStatus


def merge(ticket: Ticket, into: Ticket, mover: TicketMover) -> Changes[Ticket]:
    """Merge a ticket into another; its reporters become reporters of that one.

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
    return replace(changes, related=(_with(into, ticket, mover),))


def _with(into: Ticket, ticket: Ticket, mover: TicketMover) -> Changes[Ticket]:
    """Add a ticket, and those merged into it, to a target."""
    merged = dict.fromkeys((*into.merged, *ticket.merged, ticket.id))
    event = event_of(mover, "ticket.joined_by", ticket.id)
    entity = replace(into, merged=tuple(merged))
    return Changes(entity=entity, previous=into, events=(event,))


def split(
    ticket: Ticket,
    escalation: EscalationContext,
    mover: TicketMover,
    targets: Iterable[Ticket],
) -> Changes[Ticket]:
    """Take a merged ticket out again, under its own SLA timers.

    `targets` are the ticket that it was merged into, and those that one was merged into in turn.
    """
    after = replace(
        ticket,
        merged_into=None,
        ending=None,
        closed_at=None,
        clocks=sla_timers.resume_all(escalation.sla, ticket, mover.now),
    )
    accept_timer = ticket.sla_timer(SlaKind.ACCEPT)
    target = S.ACCEPTED if accept_timer and accept_timer.met_at else S.OPEN
    messages = to_assignee(ticket, "assigned")
    changes = go(
        ticket, "split", mover, after, target=target, messages=messages
    )
    holding = [one for one in targets if ticket.id in one.merged]
    related = tuple(_without(one, ticket, mover) for one in holding)
    return replace(changes, related=related)


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
