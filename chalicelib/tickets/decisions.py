"""Decisions of those who work on a ticket. Pure: each function returns Changes, or refuses."""

from dataclasses import replace
from datetime import datetime, timedelta

from ..kernel.access import STAFF, Relation
from ..kernel.changes import Changes, Message, TimelineEvent, Write
from ..kernel.errors import Conflict, Forbidden, Invalid
from . import clocks
from .clocks import EscalationContext
from .model import Hold, SlaTimer, Ticket
from .moves import go, public_update, with_met
from .notifications import to_assignee, to_reporters, to_staff
from .policy import MAX_BOUNCES, SlaKind
from .states import TicketMover, TicketStatus

__all__ = [
    "NOTED",
    "accept",
    "assign",
    "bounce",
    "comment",
    "comment_from_outside",
    "escalate",
    "escalated",
    "hold",
    "reassign",
    "resolve",
    "resume",
    "resumed",
    "submit",
]

S = TicketStatus
NOTED = "ticket.noted"  # an internal note, for those who work on the ticket


def submit(
    ticket: Ticket,
    escalation: EscalationContext,
    by: TicketMover,
    writes: tuple[Write, ...],
) -> Changes[Ticket]:
    """Open a new ticket: start its SLA timers and tell its assignee, or else the staff on duty."""
    kinds = (SlaKind.ACCEPT, SlaKind.CONTACT, SlaKind.RESOLVE)
    timers = tuple(clocks.start(escalation.sla, kind, by.now) for kind in kinds)
    ticket = replace(ticket, clocks=timers)
    event = TimelineEvent(tag="ticket.submitted", actor=by.id, party=by.party)
    messages = (
        to_assignee(ticket, "new") if ticket.assignee else to_staff(ticket, "new")
    )
    return Changes(
        entity=ticket,
        previous=None,
        writes=(*writes, *public_update(ticket, by.now)),
        events=(event,),
        messages=messages,
    )


def accept(ticket: Ticket, by: TicketMover) -> Changes[Ticket]:
    """Accept a ticket: the mover becomes its assignee. Only the acceptance timer is met."""
    met = with_met(ticket, by.now, SlaKind.ACCEPT)
    after = replace(ticket, assignee=by.id, accepted_by=by.id, clocks=met)
    return go(ticket, "accept", by, after, messages=to_reporters(ticket, "accepted"))


def assign(ticket: Ticket, by: TicketMover, to: str) -> Changes[Ticket]:
    """Assign a ticket to a person. The one who assigns it has accepted it."""
    if to == ticket.assignee and ticket.state is S.ASSIGNED:
        moves = ticket.moves(by.relations)
        raise Conflict("ticket.has_it_already", state=ticket.state.value, moves=moves)
    met = with_met(ticket, by.now, SlaKind.ACCEPT)
    after = replace(ticket, assignee=to, accepted_by=by.id, clocks=met)
    messages = to_assignee(after, "assigned") if to != by.id else ()
    messages += to_reporters(ticket, "accepted") if ticket.state is S.OPEN else ()
    return go(ticket, "assign", by, after, note=to, messages=messages)


def bounce(
    ticket: Ticket,
    escalation: EscalationContext,
    by: TicketMover,
    reason: str,
    dispatcher: str | None,
) -> Changes[Ticket]:
    """Return a ticket that is not the mover's to work on. No SLA timer stops.

    An assigned ticket goes back to `dispatcher`, who accepted it. Any other is open again under
    its first acceptance timer. Another person on duty gets it, or else the leader of the level
    above; its level stays. After `MAX_BOUNCES` the level above must assign it.
    """
    after = replace(ticket, bounces=ticket.bounces + 1, reason=reason)
    target: TicketStatus | None = None
    if ticket.state is S.ASSIGNED and dispatcher not in (None, by.id):
        after = replace(after, assignee=dispatcher)
    else:
        another = next(
            (id for id in escalation.duty.get(ticket.level, ()) if id != by.id), None
        )
        assignee = another or escalation.leader(escalation.above(ticket.level))
        after, target = (
            replace(after, clocks=_unaccepted(ticket), assignee=assignee),
            S.OPEN,
        )
    if after.bounces >= MAX_BOUNCES:
        level = escalation.above(ticket.level)
        after = replace(after, level=level, assignee=escalation.leader(level))
    changes = go(ticket, "bounce", by, after, target=target, note=reason)
    return replace(changes, messages=_tell_of_bounce(changes.entity, escalation, by))


def _tell_of_bounce(
    ticket: Ticket,
    escalation: EscalationContext,
    by: TicketMover,
) -> tuple[Message, ...]:
    """Return messages to the others on duty at its level, and to an assignee who is not on duty."""
    on_duty = escalation.duty.get(ticket.level, ())
    staff: tuple[Message, ...] = ()
    if ticket.must_be_assigned:
        staff = to_staff(ticket, "must_assign")
    elif ticket.assignee is None or set(on_duty) - {by.id}:
        staff = to_staff(ticket, "bounced")
    return (
        staff if ticket.assignee in on_duty else staff + to_assignee(ticket, "assigned")
    )


def _unaccepted(ticket: Ticket) -> tuple[SlaTimer, ...]:
    """Return the SLA timers as if nobody had accepted the ticket."""
    clock = ticket.clock(SlaKind.ACCEPT)
    if clock is None or clock.met_at is None:
        return ticket.clocks
    runs = (*clock.runs[:-1], replace(clock.runs[-1], end=None))
    return clocks.swap(ticket, replace(clock, met_at=None, runs=runs))


def reassign(
    ticket: Ticket, escalation: EscalationContext, by: TicketMover
) -> Changes[Ticket]:
    """Give a ticket whose assignee left to the leader on duty, of a higher level if need be."""
    level = escalation.from_level(ticket.level)
    entity = replace(ticket, level=level, assignee=escalation.leader(level))
    event = TimelineEvent(tag="ticket.rehanded", actor=by.id, party=by.party)
    messages = (
        to_assignee(entity, "assigned") if entity.assignee else to_staff(entity, "new")
    )
    return Changes(entity=entity, previous=ticket, events=(event,), messages=messages)


def escalate(
    ticket: Ticket,
    escalation: EscalationContext,
    by: TicketMover,
    reason: str,
) -> Changes[Ticket]:
    """Escalate a ticket to the level above, before an SLA timer does.

    Raises:
        Conflict: it is at the last level of its street.

    """
    higher = escalated(ticket, escalation)
    messages = to_staff(higher, "climbed")
    changes = go(ticket, "escalate", by, higher, note=reason, messages=messages)
    if higher.level is ticket.level:
        moves = ticket.moves(by.relations)
        raise Conflict("ticket.at_the_top", state=ticket.state.value, moves=moves)
    return changes


def escalated(ticket: Ticket, escalation: EscalationContext) -> Ticket:
    """Return a ticket at the next level where somebody is on duty.

    While nobody has accepted it, the leader of that level is its assignee.
    """
    level = escalation.above(ticket.level)
    assignee = escalation.leader(level) if ticket.state is S.OPEN else ticket.assignee
    return replace(ticket, level=level, assignee=assignee)


def comment(
    ticket: Ticket, by: TicketMover, text: str, *, public: bool
) -> Changes[Ticket]:
    """Comment on a ticket.

    The first public comment by those who work on it meets the contact timer.
    """
    works = bool(by.relations & (STAFF | {Relation.HELPER, Relation.SYSTEM}))
    if not public:
        if not works:
            raise Forbidden("ticket.internal")
        return go(ticket, "comment", by, event=NOTED, note=text)
    if not works:
        return go(
            ticket, "comment", by, note=text, messages=to_assignee(ticket, "said")
        )
    after = replace(ticket, clocks=with_met(ticket, by.now, SlaKind.CONTACT))
    return go(
        ticket,
        "comment",
        by,
        after,
        note=text,
        messages=to_reporters(ticket, "commented"),
    )


def comment_from_outside(ticket: Ticket, by: TicketMover, text: str) -> Changes[Ticket]:
    """Publish a comment of another application, and tell the assignee."""
    if ticket.state is S.CLOSED:
        raise Conflict("ticket.wrong_state", state=ticket.state.value, moves=[])
    event = TimelineEvent(
        tag="ticket.commented", actor=by.id, party="outside", note=text
    )
    return Changes(
        entity=ticket,
        previous=ticket,
        writes=public_update(ticket, by.now, text),
        events=(event,),
        messages=to_assignee(ticket, "said"),
    )


def hold(
    ticket: Ticket,
    escalation: EscalationContext,
    by: TicketMover,
    reason: str,
    until: datetime,
    *,
    public_text: str,
) -> Changes[Ticket]:
    """Put a ticket on hold until an instant: pause the resolution timer, tell the reporters why.

    They receive `public_text`, the reason without personal data: one who joined must not learn
    who reported it.

    Raises:
        Invalid: the hold is too long, or ends in the past.
        Conflict: the ticket has had as many holds as the policy allows.

    """
    policy = escalation.sla.policy
    if not by.now < until <= by.now + timedelta(days=policy.hold_days):
        raise Invalid("ticket.hold_out_of_range", ["until"], days=policy.hold_days)
    if len(ticket.holds) >= policy.holds:
        state, moves, times = (
            ticket.state.value,
            ticket.moves(by.relations),
            policy.holds,
        )
        raise Conflict("ticket.held_too_often", state=state, moves=moves, times=times)
    new = Hold(start=by.now, until=until, reason=public_text, before=ticket.state)
    met = replace(ticket, clocks=with_met(ticket, by.now, SlaKind.CONTACT))
    resolution_timers = [timer for timer in met.clocks if timer.name is SlaKind.RESOLVE]
    timers = clocks.swap(
        met, *(clocks.pause(timer, by.now) for timer in resolution_timers)
    )
    after = replace(
        ticket, holds=(*ticket.holds, new), clocks=timers, reason=public_text
    )
    return go(
        ticket, "hold", by, after, note=reason, messages=to_reporters(ticket, "held")
    )


def resume(
    ticket: Ticket, escalation: EscalationContext, by: TicketMover
) -> Changes[Ticket]:
    """End the hold of a ticket before its time."""
    if not ticket.hold:
        return go(ticket, "resume", by)  # refused
    return go(
        ticket,
        "resume",
        by,
        resumed(ticket, escalation, by.now),
        target=ticket.hold.before,
    )


def resumed(ticket: Ticket, escalation: EscalationContext, now: datetime) -> Ticket:
    """Return a ticket with its hold ended and its timers running; the state is unchanged."""
    last = ticket.holds[-1]
    paused = [clock for clock in ticket.clocks if clock.paused]
    running = clocks.swap(
        ticket, *(clocks.resume(escalation.sla, clock, now) for clock in paused)
    )
    ended = replace(last, until=min(last.until, now))
    return replace(ticket, clocks=running, holds=(*ticket.holds[:-1], ended))


def resolve(
    ticket: Ticket,
    escalation: EscalationContext,
    by: TicketMover,
    note: str | None,
    proof: tuple[str, ...],
    *,
    public_text: str,
) -> Changes[Ticket]:
    """Resolve a ticket: start the call-back timer and ask the reporters to confirm.

    `note` is for the reporters, `public_text` the same without personal data.

    Raises:
        Invalid: the category needs a photo of the result.

    """
    category = escalation.sla.policy.category(ticket.category)
    if category and category.photo_needed and not (proof or ticket.proof):
        raise Invalid("ticket.photo_needed", ["photos"])
    met = with_met(ticket, by.now, SlaKind.ACCEPT, SlaKind.CONTACT, SlaKind.RESOLVE)
    call_back = clocks.start(escalation.sla, SlaKind.CALL_BACK, by.now)
    after = replace(
        ticket,
        clocks=clocks.swap(replace(ticket, clocks=met), call_back),
        assignee=by.id if ticket.state is S.OPEN else ticket.assignee,
        proof=proof or ticket.proof,
        solution=note,
        told_publicly=public_text or None,
        resolved_at=by.now,
        answered=0,
        asked_again=False,
    )
    messages = to_reporters(ticket, "resolved")
    return go(
        ticket,
        "resolve",
        by,
        after,
        note=note,
        public_text=public_text,
        messages=messages,
    )
