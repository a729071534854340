"""Decisions that hand a ticket over to other people. Pure.

A ticket is bounced by its assignee, reassigned when they leave, and escalated when it is overdue.
"""

from collections.abc import Collection
from dataclasses import replace

from ..kernel.changes import Changes, Message, TimelineEvent
from . import sla_timers
from .model import SlaTimer, Ticket
from .moves import conflict, event_of, go
from .notifications import to_assignee, to_staff
from .policy import MAX_BOUNCES, Level, SlaKind
from .sla_timers import EscalationContext
from .states import TicketMover, TicketStatus

__all__ = [
    "Successor",
    "bounce",
    "escalate",
    "escalated",
    "reassign",
    "remove_contact",
    "taken_on",
]

S = TicketStatus
# The level and the person, by routing, for a ticket whose assignee has left.
Successor = tuple[Level, str | None]


def taken_on(
    ticket: Ticket,
    escalation: EscalationContext,
    successor: Successor | None,
    *,
    climbed: bool = False,
) -> Ticket:
    """Return a ticket that goes on with its assignee, unless they have left.

    Then its `successor` has it. Where that is at a lower level, and for one that has `climbed`,
    the leader of its level has it.
    """
    if ticket.assignee and successor is None and not climbed:
        return ticket
    level = escalation.from_level(ticket.level)
    assignee = escalation.leader(level)
    if successor and successor[0] is level:
        assignee = successor[1] or assignee
    return replace(ticket, level=level, assignee=assignee)


def bounce(
    ticket: Ticket,
    escalation: EscalationContext,
    mover: TicketMover,
    reason: str,
    dispatcher: str | None,
) -> Changes[Ticket]:
    """Return a ticket that is not the mover's to work on. No SLA timer stops.

    An assigned ticket goes back to `dispatcher`, who accepted it. Any other is open again under
    its first acceptance timer. Another person on duty gets it, or else the leader of the level
    above; its level stays. After `MAX_BOUNCES` the level above must assign it. The reason is
    internal: only the timeline has it.
    """
    after = replace(ticket, bounces=ticket.bounces + 1)
    above = escalation.above(ticket.level)
    target: TicketStatus | None = None
    if ticket.state is S.ASSIGNED and dispatcher not in (None, mover.id):
        after = replace(after, assignee=dispatcher)
    else:
        on_duty = escalation.duty.get(ticket.level, ())
        others = [person_id for person_id in on_duty if person_id != mover.id]
        assignee = others[0] if others else escalation.leader(above)
        after = replace(after, clocks=_unaccepted(ticket), assignee=assignee)
        target = S.OPEN
    if after.bounces >= MAX_BOUNCES:
        after = replace(after, level=above, assignee=escalation.leader(above))
    changes = go(ticket, "bounce", mover, after, target=target, note=reason)
    messages = _bounce_messages(changes.entity, escalation, mover)
    return replace(changes, messages=(*messages, *changes.messages))


def _bounce_messages(
    ticket: Ticket,
    escalation: EscalationContext,
    mover: TicketMover,
) -> tuple[Message, ...]:
    """Return messages to the others on duty at its level, and to an assignee who is not on duty."""
    on_duty = escalation.duty.get(ticket.level, ())
    messages: tuple[Message, ...] = ()
    if ticket.must_be_assigned:
        messages = to_staff(ticket, "must_assign")
    elif ticket.assignee is None or set(on_duty) - {mover.id}:
        messages = to_staff(ticket, "bounced")
    if ticket.assignee not in on_duty:
        messages += to_assignee(ticket, "assigned")
    return messages


def _unaccepted(ticket: Ticket) -> tuple[SlaTimer, ...]:
    """Return the SLA timers as if nobody had accepted the ticket."""
    timer = ticket.sla_timer(SlaKind.ACCEPT)
    if timer is None or timer.met_at is None:
        return ticket.clocks
    *earlier, last = timer.runs
    runs = (*earlier, replace(last, end=None))
    return sla_timers.swap(ticket, replace(timer, met_at=None, runs=runs))


def reassign(
    ticket: Ticket, escalation: EscalationContext, mover: TicketMover
) -> Changes[Ticket]:
    """Give a ticket whose assignee left to the leader on duty, of a higher level if need be."""
    level = escalation.from_level(ticket.level)
    entity = replace(ticket, level=level, assignee=escalation.leader(level))
    event = event_of(mover, "ticket.rehanded")
    messages = to_assignee(entity, "assigned") or to_staff(entity, "new")
    return Changes(
        entity=entity, previous=ticket, events=(event,), messages=messages
    )


def remove_contact(ticket: Ticket, former: Collection[str]) -> Changes[Ticket]:
    """Remove a former contact who filed a ticket for its reporter. Idempotent."""
    if ticket.proxy_id not in former:
        return Changes(entity=ticket, previous=ticket)
    event = TimelineEvent(
        tag="ticket.contact_removed", actor="system", party="system"
    )
    return Changes(
        entity=replace(ticket, proxy_id=None), previous=ticket, events=(event,)
    )


def escalate(
    ticket: Ticket,
    escalation: EscalationContext,
    mover: TicketMover,
    reason: str,
    *,
    urgent: Ticket | None = None,
) -> Changes[Ticket]:
    """Escalate a ticket to the level above, before an SLA timer does.

    `urgent` is the ticket as it rings, where the mover agrees that it is urgent. It may then stay
    at the last level.

    Raises:
        Conflict: it is at the last level of its street.

    """
    higher = escalated(urgent or ticket, escalation)
    messages = to_staff(higher, "climbed")
    changes = go(
        ticket, "escalate", mover, higher, note=reason, messages=messages
    )
    if higher.level is ticket.level and urgent is None:
        raise conflict(ticket, mover, "ticket.at_the_top")
    return changes


def escalated(ticket: Ticket, escalation: EscalationContext) -> Ticket:
    """Return a ticket at the next level where somebody is on duty.

    While nobody has accepted it, the leader of that level is its assignee.
    """
    level = escalation.above(ticket.level)
    higher = replace(ticket, level=level)
    if ticket.state is S.OPEN:
        return replace(higher, assignee=escalation.leader(level))
    return higher
