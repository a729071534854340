"""What people can do with a ticket. Pure: each function decides on a ticket as it is and returns a Changes, or refuses."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from ..kernel.access import STAFF, Party
from ..kernel.changes import Changes, Event, Message, Put, Write
from ..kernel.errors import Conflict, Forbidden, Invalid
from ..kernel.ids import derived_id
from ..kernel.place import street_of
from ..kernel.text import mask_personal, overlap
from . import clocks
from .clocks import EscalationContext
from .life import MACHINE, Ending, Mover, State
from .model import Clock, Hold, Ticket, Update, place_at
from .policy import BOUNCES, DUPLICATE_OVERLAP, DUPLICATE_WITHIN, ClockName, Urgency

__all__ = [
    "ALSO_AT_NIGHT",
    "accept",
    "assign",
    "bounce",
    "comment",
    "comment_from_outside",
    "escalate",
    "go",
    "hold",
    "likely_duplicates",
    "rehand",
    "resolve",
    "resume",
    "rise",
    "submit",
    "tell_holder",
    "tell_reporters",
    "tell_staff",
    "with_met",
]


S = State


NOTED = "ticket.noted"  # what only those who work on it read


def likely_duplicates(ticket: Ticket, others: Iterable[Ticket], now: datetime) -> tuple[Ticket, ...]:
    """Return the tickets of the same spot and category that may be about the same thing."""
    return tuple(
        other
        for other in others
        if other.id != ticket.id
        and other.category == ticket.category
        and other.is_open
        and other.created_at > now - DUPLICATE_WITHIN
        and overlap(other.written, ticket.written) >= DUPLICATE_OVERLAP
    )


def submit(ticket: Ticket, office: EscalationContext, by: Mover, beside: tuple[Write, ...]) -> Changes[Ticket]:
    """A new ticket: its clocks begin, and whoever has it hears of it."""
    first = (clocks.start(office.terms, name, by.now) for name in (ClockName.ACCEPT, ClockName.CONTACT, ClockName.RESOLVE))
    ticket = replace(ticket, clocks=tuple(first))
    event = Event(tag="ticket.submitted", by=by.id, party=by.party)
    messages = tell_holder(ticket, "new") if ticket.assignee else tell_staff(ticket, "new")
    return Changes(
        entity=ticket, previous=None, writes=(*beside, *_published(ticket, by.now)), events=(event,), messages=messages
    )


def go(
    ticket: Ticket,
    move: str,
    by: Mover,
    *,
    note: str | None = None,
    tag: str | None = None,
    writes: tuple[Write, ...] = (),
    messages: tuple[Message, ...] = (),
    said: str = "",
    **changes: Any,
) -> Changes[Ticket]:
    """Make a move: the row of the table, its event, and whatever changes with it. `said` is what the public may read of it."""
    row = MACHINE.apply(ticket.state, move, by.parties, ticket.moves(by.parties))
    if ticket.hidden(move, by.parties):
        raise Conflict(_why_not(ticket, move), state=ticket.state.value, moves=ticket.moves(by.parties))
    event = Event(tag=tag or row.event, by=by.id, party=by.party, note=note)
    entity = replace(ticket, **({"state": row.target} | changes))
    if entity.state is not ticket.state or said:
        writes = (*writes, *_published(entity, by.now, said))
    return Changes(entity=entity, previous=ticket, writes=writes, events=(event,), messages=messages)


def _why_not(ticket: Ticket, move: str) -> str:
    if move in ("accept", "bounce", "assign"):
        return "ticket.must_be_assigned" if ticket.must_be_assigned else "ticket.bounced_out"
    if move == "escalate":
        return "ticket.at_the_top"
    if move == "join":
        return "ticket.own"
    return "ticket.merged" if ticket.ending is Ending.MERGED else "ticket.wrong_state"


def tell_staff(ticket: Ticket, kind: str) -> tuple[Message, ...]:
    """Return a message to those who are on duty for a ticket at its level."""
    return (_message(ticket, f"{kind}_staff", f"staff:{place_at(ticket.level, ticket.place)}", level=ticket.level.value),)


def tell_holder(ticket: Ticket, kind: str) -> tuple[Message, ...]:
    """Return a message to whoever has it."""
    if not ticket.assignee:
        return ()
    return (_message(ticket, kind, ticket.assignee, holder=ticket.assignee, level=ticket.level.value),)


def tell_reporters(ticket: Ticket, kind: str, audience: str = "ticket") -> tuple[Message, ...]:
    """Return a message to everybody who reported a ticket or joined it, or to those of them who have not answered."""
    return (_message(ticket, kind, f"all:{audience}:{ticket.id}"),)


def _message(ticket: Ticket, kind: str, to: str, **params: str) -> Message:
    """No quiet hour holds back what is urgent, where whoever works on it is told."""
    pressing = ticket.urgency is Urgency.URGENT and kind in ALSO_AT_NIGHT
    return Message(kind=f"ticket.urgent_{kind}" if pressing else f"ticket.{kind}", to=to, about=ticket.id, params=params)


ALSO_AT_NIGHT = {
    "new",
    "new_staff",
    "assigned",
    "back",
    "bounced_staff",
    "must_assign_staff",
    "climbed_staff",
    "overdue_staff",
    "reopened_staff",
}


def _published(ticket: Ticket, now: datetime, said: str = "") -> tuple[Put, ...]:
    """Return what everybody may read of a step, nothing where the ticket is private."""
    if ticket.private:
        return ()
    id = derived_id("upd", f"{ticket.id} {ticket.version + 1}")
    text = mask_personal(said)
    update = Update(id=id, ticket_id=ticket.id, street=street_of(ticket.place), at=now, state=ticket.state, text=text)
    return (Put(row=update),)


def with_met(ticket: Ticket, now: datetime, *names: ClockName) -> tuple[Clock, ...]:
    """Return the clocks with some of them ended."""
    return clocks.swap(ticket, *(clocks.meet(clock, now) for name in names if (clock := ticket.clock(name))))


def accept(ticket: Ticket, by: Mover) -> Changes[Ticket]:
    """Say that it is one's own to see to. Only the clock of acceptance ends with that."""
    messages = tell_reporters(ticket, "accepted")
    return go(
        ticket,
        "accept",
        by,
        assignee=by.id,
        accepted_by=by.id,
        clocks=with_met(ticket, by.now, ClockName.ACCEPT),
        messages=messages,
    )


def assign(ticket: Ticket, by: Mover, to: str) -> Changes[Ticket]:
    """Name who sees to it. Whoever names somebody has accepted it, and what was sent back so far is over."""
    if to == ticket.assignee and ticket.state is S.ASSIGNED:
        raise Conflict("ticket.has_it_already", state=ticket.state.value, moves=ticket.moves(by.parties))
    changed = replace(ticket, assignee=to)
    messages = tell_holder(changed, "assigned") if to != by.id else ()
    messages += tell_reporters(ticket, "accepted") if ticket.state is S.OPEN else ()
    return go(
        ticket,
        "assign",
        by,
        note=to,
        assignee=to,
        accepted_by=by.id,
        clocks=with_met(ticket, by.now, ClockName.ACCEPT),
        messages=messages,
    )


def bounce(ticket: Ticket, office: EscalationContext, by: Mover, reason: str, dispatcher: str | None) -> Changes[Ticket]:
    """Say that it is not one's own. No clock stops for it; after the second time the level above has to name somebody.

    What had been assigned goes back to `dispatcher`, who accepted it. What had only been accepted, or not even that, is
    open again under the clock of acceptance that it had from the beginning: another on duty has it, or who leads the level
    above, and the level stays as it is.
    """
    changes: dict[str, Any] = {"bounces": ticket.bounces + 1, "reason": reason}
    if ticket.state is S.ASSIGNED and dispatcher not in (None, by.id):
        changes |= {"assignee": dispatcher}
    else:
        another = next((id for id in office.duty.get(ticket.level, ()) if id != by.id), None)
        changes |= {"state": S.OPEN, "clocks": _unaccepted(ticket)}
        changes |= {"assignee": another or office.leader(office.above(ticket.level))}
    decided = changes["bounces"] >= BOUNCES
    if decided:
        level = office.above(ticket.level)
        changes |= {"level": level, "assignee": office.leader(level)}
    outcome = go(ticket, "bounce", by, note=reason, **changes)
    return replace(outcome, messages=_tell_of_bounce(outcome.entity, office, by))


def _tell_of_bounce(ticket: Ticket, office: EscalationContext, by: Mover) -> tuple[Message, ...]:
    """Tell whoever is on duty at its level, where that is not only who sends it back; who has it and is not of them, too."""
    on_duty = office.duty.get(ticket.level, ())
    others = ticket.assignee is None or set(on_duty) - {by.id}
    staff = tell_staff(ticket, "must_assign") if ticket.must_be_assigned else tell_staff(ticket, "bounced") if others else ()
    return staff if ticket.assignee in on_duty else staff + tell_holder(ticket, "assigned")


def _unaccepted(ticket: Ticket) -> tuple[Clock, ...]:
    """Return the clocks as if nobody had accepted it: that clock has never stood still."""
    clock = ticket.clock(ClockName.ACCEPT)
    if clock is None or clock.met_at is None:
        return ticket.clocks
    runs = (*clock.runs[:-1], replace(clock.runs[-1], end=None))
    return clocks.swap(ticket, replace(clock, met_at=None, runs=runs))


def rehand(ticket: Ticket, office: EscalationContext, by: Mover) -> Changes[Ticket]:
    """Whoever has it is no longer there: it goes to who is on duty, at the next level where nobody is."""
    level = office.from_level(ticket.level)
    entity = replace(ticket, level=level, assignee=office.leader(level))
    event = Event(tag="ticket.rehanded", by=by.id, party=by.party)
    messages = tell_holder(entity, "assigned") if entity.assignee else tell_staff(entity, "new")
    return Changes(entity=entity, previous=ticket, events=(event,), messages=messages)


def escalate(ticket: Ticket, office: EscalationContext, by: Mover, reason: str) -> Changes[Ticket]:
    """Take it to the level above, before any clock does.

    Raises:
        Conflict: the ladder of the street ends here.

    """
    raised = rise(ticket, office)
    told = tell_staff(raised, "climbed")
    outcome = go(ticket, "escalate", by, note=reason, level=raised.level, assignee=raised.assignee, messages=told)
    if raised.level is ticket.level:
        raise Conflict("ticket.at_the_top", state=ticket.state.value, moves=ticket.moves(by.parties))
    return outcome


def rise(ticket: Ticket, office: EscalationContext) -> Ticket:
    """Return a ticket one level up, or at the next level where somebody is on duty. While nobody has accepted it, its leader has it."""
    level = office.above(ticket.level)
    return replace(ticket, level=level, assignee=office.leader(level) if ticket.state is S.OPEN else ticket.assignee)


def comment(ticket: Ticket, by: Mover, text: str, *, public: bool) -> Changes[Ticket]:
    """Say something. The first that those who work on it say to those who reported is the contact that a clock waits for."""
    works = bool(by.parties & (STAFF | {Party.HELPER, Party.SYSTEM}))
    if not public:
        if not works:
            raise Forbidden("ticket.internal")
        return go(ticket, "comment", by, note=text, tag=NOTED)
    if not works:
        return go(ticket, "comment", by, note=text, messages=tell_holder(ticket, "said"))
    met = with_met(ticket, by.now, ClockName.CONTACT)
    return go(ticket, "comment", by, note=text, clocks=met, messages=tell_reporters(ticket, "commented"))


def comment_from_outside(ticket: Ticket, by: Mover, text: str) -> Changes[Ticket]:
    """Note what another application says, as everybody may read it; whoever has the ticket hears of it."""
    if ticket.state is S.CLOSED:
        raise Conflict("ticket.wrong_state", state=ticket.state.value, moves=[])
    event = Event(tag="ticket.commented", by=by.id, party="outside", note=text)
    return Changes(
        entity=ticket,
        previous=ticket,
        writes=_published(ticket, by.now, text),
        events=(event,),
        messages=tell_holder(ticket, "said"),
    )


def hold(ticket: Ticket, office: EscalationContext, by: Mover, reason: str, until: datetime, *, said: str) -> Changes[Ticket]:
    """Nothing can be done until an instant. The clock of the solution stands still, those who reported are told why.

    They are told what is `said`: the same as everybody may read it, for who joined knows nothing of who reported it.

    Raises:
        Invalid: too long, or in the past.
        Conflict: it was put on hold as often as may be.

    """
    policy = office.terms.policy
    if not by.now < until <= by.now + timedelta(days=policy.hold_days):
        raise Invalid("ticket.hold_out_of_range", ["until"], days=policy.hold_days)
    if len(ticket.holds) >= policy.holds:
        raise Conflict("ticket.held_too_often", state=ticket.state.value, moves=ticket.moves(by.parties), times=policy.holds)
    new = Hold(start=by.now, until=until, reason=said, before=ticket.state)
    met = replace(ticket, clocks=with_met(ticket, by.now, ClockName.CONTACT))
    still = clocks.swap(met, *(clocks.pause(clock, by.now) for clock in met.clocks if clock.name is ClockName.RESOLVE))
    messages = tell_reporters(ticket, "held")
    return go(ticket, "hold", by, note=reason, holds=(*ticket.holds, new), clocks=still, reason=said, messages=messages)


def resume(ticket: Ticket, office: EscalationContext, by: Mover) -> Changes[Ticket]:
    """Go on with it."""
    changes = resumed(ticket, office, by.now) if ticket.hold else {}  # what is not on hold is refused
    return go(ticket, "resume", by, **changes)


def resumed(ticket: Ticket, office: EscalationContext, now: datetime) -> dict[str, Any]:
    """Return what changes when a hold ends."""
    last = ticket.holds[-1]
    running = clocks.swap(ticket, *(clocks.resume(office.terms, clock, now) for clock in ticket.clocks if clock.paused))
    ended = replace(last, until=min(last.until, now))
    return {"state": last.before, "clocks": running, "holds": (*ticket.holds[:-1], ended)}


def resolve(
    ticket: Ticket, office: EscalationContext, by: Mover, note: str | None, proof: tuple[str, ...], *, said: str
) -> Changes[Ticket]:
    """Say that it is done. Everybody who reported it is asked whether it is; the clock of the call-back begins.

    `note` is for those who reported it, `said` the same as everybody may read it.
    """
    category = office.terms.policy.category(ticket.category)
    if category and category.photo_needed and not (proof or ticket.proof):
        raise Invalid("ticket.photo_needed", ["photos"])
    met = with_met(ticket, by.now, ClockName.ACCEPT, ClockName.CONTACT, ClockName.RESOLVE)
    running = clocks.swap(replace(ticket, clocks=met), clocks.start(office.terms, ClockName.CALL_BACK, by.now))
    return go(
        ticket,
        "resolve",
        by,
        note=note,
        said=said,
        clocks=running,
        assignee=ticket.assignee if ticket.state is not S.OPEN else by.id,
        proof=proof or ticket.proof,
        solution=note,
        told_publicly=said or None,
        resolved_at=by.now,
        answered=0,
        asked_again=False,
        messages=tell_reporters(ticket, "resolved"),
    )
