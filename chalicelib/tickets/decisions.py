"""Decisions of those who work on a ticket. Pure: each function returns Changes, or refuses."""

from dataclasses import replace
from datetime import datetime, timedelta

from ..kernel.access import STAFF, Relation
from ..kernel.changes import Changes, Message, TimelineEvent, Write
from ..kernel.errors import Conflict, Forbidden, Invalid
from . import release, sla_timers
from .model import Hold, SlaTimer, Ticket
from .moves import conflict, event_of, go, public_update, with_met
from .notifications import to_assignee, to_reporters, to_staff
from .policy import Policy, SlaKind
from .sla_timers import EscalationContext
from .states import TicketMover, TicketStatus

__all__ = [
    "INSTRUCTED",
    "NOTED",
    "accept",
    "assign",
    "comment",
    "comment_from_outside",
    "hold",
    "resolve",
    "resume",
    "resumed",
    "submit",
]

S = TicketStatus
NOTED = "ticket.noted"  # an internal note, for staff
INSTRUCTED = "ticket.instructed"  # a note of staff for the assignee
_WORKS_ON = STAFF | {Relation.HELPER, Relation.SYSTEM}


def submit(
    ticket: Ticket,
    escalation: EscalationContext,
    mover: TicketMover,
    writes: tuple[Write, ...],
) -> Changes[Ticket]:
    """Open a new ticket: start its SLA timers and tell its assignee, or else the staff on duty."""
    kinds = (SlaKind.ACCEPT, SlaKind.CONTACT, SlaKind.RESOLVE)
    timers = tuple(
        sla_timers.start(escalation.sla, kind, mover.now) for kind in kinds
    )
    ticket = replace(ticket, clocks=timers)
    return Changes(
        entity=ticket,
        previous=None,
        writes=(*writes, *public_update(ticket, mover.now)),
        events=(event_of(mover, "ticket.submitted"),),
        messages=to_assignee(ticket, "new") or to_staff(ticket, "new"),
    )


def accept(ticket: Ticket, mover: TicketMover) -> Changes[Ticket]:
    """Accept a ticket: the mover becomes its assignee. Only the acceptance timer is met."""
    met = with_met(ticket, mover.now, SlaKind.ACCEPT)
    after = replace(ticket, assignee=mover.id, accepted_by=mover.id, clocks=met)
    messages = to_reporters(ticket, "accepted")
    return go(ticket, "accept", mover, after, messages=messages)


def assign(
    ticket: Ticket, mover: TicketMover, assignee: str
) -> Changes[Ticket]:
    """Assign a ticket to a person. The mover has accepted it by that."""
    if assignee == ticket.assignee and ticket.state is S.ASSIGNED:
        raise conflict(ticket, mover, "ticket.has_it_already")
    met = with_met(ticket, mover.now, SlaKind.ACCEPT)
    after = replace(ticket, assignee=assignee, accepted_by=mover.id, clocks=met)
    messages: tuple[Message, ...] = ()
    if assignee != mover.id:
        messages += to_assignee(after, "assigned")
    if ticket.state is S.OPEN:
        messages += to_reporters(ticket, "accepted")
    return go(ticket, "assign", mover, after, note=assignee, messages=messages)


def comment(
    ticket: Ticket,
    mover: TicketMover,
    text: str,
    *,
    public: bool,
    to_assignee_only: bool = False,
    shown: str | None = None,
) -> Changes[Ticket]:
    """Comment on a ticket for its reporters, who get `shown`, or for those who work on it.

    A note that is not public is for staff, or with `to_assignee_only` for the assignee, too.

    The first comment to the reporters by those who work on it meets the contact timer.
    """
    works = bool(mover.relations & _WORKS_ON)
    if not public:
        if not works:
            raise Forbidden("ticket.internal")
        return _note(ticket, mover, text, to_assignee_only=to_assignee_only)
    if not works:
        messages = to_assignee(ticket, "said")
        return go(
            ticket,
            "comment",
            mover,
            note=text,
            shown=shown,
            messages=messages,
        )
    after = replace(ticket, clocks=with_met(ticket, mover.now, SlaKind.CONTACT))
    messages = to_reporters(ticket, "commented")
    return go(
        ticket,
        "comment",
        mover,
        after,
        note=text,
        shown=shown,
        messages=messages,
    )


def _note(
    ticket: Ticket, mover: TicketMover, text: str, *, to_assignee_only: bool
) -> Changes[Ticket]:
    """Take a note for staff, or of staff for the assignee."""
    if not (to_assignee_only and mover.relations & STAFF):
        return go(ticket, "comment", mover, event=NOTED, note=text)
    messages = to_assignee(ticket, "said")
    return go(
        ticket,
        "comment",
        mover,
        event=INSTRUCTED,
        note=text,
        messages=messages,
    )


def comment_from_outside(
    ticket: Ticket, mover: TicketMover, text: str, shown: str | None
) -> Changes[Ticket]:
    """Take a comment of another application, and tell the assignee. It is never public.

    A stranger's words are for those who work on the ticket, a reporter's also for the others.
    """
    if ticket.state is S.CLOSED:
        raise Conflict("ticket.wrong_state", state=ticket.state.value, moves=[])
    is_stranger = Relation.OWNER not in mover.relations
    event = TimelineEvent(
        tag="ticket.commented",
        actor=mover.id,
        party="outside" if is_stranger else mover.party,
        note=text,
        shown=None if is_stranger else shown,
    )
    return Changes(
        entity=ticket,
        previous=ticket,
        events=(event,),
        messages=to_assignee(ticket, "said"),
    )


def hold(
    ticket: Ticket,
    escalation: EscalationContext,
    mover: TicketMover,
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
    _check_hold(ticket, escalation.sla.policy, mover, until)
    new = Hold(
        start=mover.now, until=until, reason=public_text, before=ticket.state
    )
    after = _held(ticket, new, mover.now)
    messages = to_reporters(ticket, "held")
    return go(
        ticket,
        "hold",
        mover,
        after,
        note=reason,
        shown=public_text,
        messages=messages,
    )


def _held(ticket: Ticket, hold: Hold, now: datetime) -> Ticket:
    """Return a ticket on hold: contact is made, and the resolution timer pauses."""
    after = replace(
        ticket,
        holds=(*ticket.holds, hold),
        clocks=with_met(ticket, now, SlaKind.CONTACT),
        reason=hold.reason,
    )
    timer = after.sla_timer(SlaKind.RESOLVE)
    if timer is None:
        return after
    paused = sla_timers.pause(timer, now)
    return replace(after, clocks=sla_timers.swap(after, paused))


def _check_hold(
    ticket: Ticket, policy: Policy, mover: TicketMover, until: datetime
) -> None:
    """Refuse a hold that the policy does not allow."""
    days, times = policy.hold_days, policy.holds
    if not mover.now < until <= mover.now + timedelta(days=days):
        raise Invalid("ticket.hold_out_of_range", ["until"], days=days)
    if len(ticket.holds) >= times:
        raise conflict(ticket, mover, "ticket.held_too_often", times=times)


def resume(
    ticket: Ticket, escalation: EscalationContext, mover: TicketMover
) -> Changes[Ticket]:
    """End the hold of a ticket before its time."""
    if not ticket.hold:
        return go(ticket, "resume", mover)  # refused
    after = resumed(ticket, escalation, mover.now)
    return go(ticket, "resume", mover, after, target=ticket.hold.before)


def resumed(
    ticket: Ticket, escalation: EscalationContext, now: datetime
) -> Ticket:
    """Return a ticket with its hold ended and its timers running; the state is unchanged."""
    *earlier, last = ticket.holds
    ended = replace(last, until=min(last.until, now))
    running = sla_timers.resume_all(escalation.sla, ticket, now)
    return replace(ticket, clocks=running, holds=(*earlier, ended))


def resolve(
    ticket: Ticket,
    escalation: EscalationContext,
    mover: TicketMover,
    note: str | None,
    proof: tuple[str, ...],
    *,
    public_text: str,
    publish: bool = False,
) -> Changes[Ticket]:
    """Resolve a ticket: start the call-back timer and ask the reporters to confirm.

    `note` is for staff, `public_text` the same without personal data, for the reporters. With
    `publish` the public reads it, and the suggested text of the ticket, too.

    Raises:
        Invalid: the category needs a photo of the result.

    """
    proof = proof or ticket.proof
    _check_photo(ticket, escalation.sla.policy, proof)
    after = replace(
        _unanswered(ticket, escalation, mover),
        proof=proof,
        solution=note,
        told_publicly=public_text or None,
    )
    released = ""
    if publish:
        after = release.with_solution(after, mover)
        released = after.public_solution or ""
    return go(
        ticket,
        "resolve",
        mover,
        after,
        note=note,
        shown=after.told_publicly,
        public_text=released,
        messages=to_reporters(ticket, "resolved"),
    )


def _unanswered(
    ticket: Ticket, escalation: EscalationContext, mover: TicketMover
) -> Ticket:
    """Return a ticket whose new solution its reporters have still to confirm."""
    assignee = mover.id if ticket.state is S.OPEN else ticket.assignee
    return replace(
        ticket,
        assignee=assignee,
        clocks=_clocks_when_resolved(ticket, escalation, mover.now),
        public_solution=None,
        resolved_at=mover.now,
        resolved_by=mover.id,
        answered=0,
        asked_again=False,
    )


def _check_photo(
    ticket: Ticket, policy: Policy, proof: tuple[str, ...]
) -> None:
    """Refuse to resolve a ticket without a photo where its category needs one."""
    category = policy.category(ticket.category)
    if category and category.photo_needed and not proof:
        raise Invalid("ticket.photo_needed", ["photos"])


def _clocks_when_resolved(
    ticket: Ticket, escalation: EscalationContext, now: datetime
) -> tuple[SlaTimer, ...]:
    """Return the timers of a resolved ticket: the work is done, the call-back begins."""
    met = with_met(
        ticket, now, SlaKind.ACCEPT, SlaKind.CONTACT, SlaKind.RESOLVE
    )
    call_back = sla_timers.start(escalation.sla, SlaKind.CALL_BACK, now)
    return sla_timers.swap(replace(ticket, clocks=met), call_back)
