"""What people can do with a ticket. Pure: each function decides on a ticket as it is and returns a Changes, or refuses."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from ..kernel.access import STAFF, Relation
from ..kernel.changes import Changes, Event, Message, Put, Write
from ..kernel.errors import Conflict, Forbidden, Invalid
from ..kernel.ids import derived_id
from ..kernel.place import street_of
from ..kernel.text import mask_personal, overlap
from . import clocks
from .clocks import EscalationContext
from .model import Hold, SlaTimer, Ticket, Update, place_at
from .policy import BOUNCES, DUPLICATE_OVERLAP, DUPLICATE_WITHIN, SlaKind, Urgency
from .states import TABLE, Ending, Mover, State

__all__ = [
    "ALSO_AT_NIGHT",
    "accept",
    "assign",
    "bounce",
    "comment",
    "comment_from_outside",
    "escalate",
    "escalated",
    "go",
    "hold",
    "likely_duplicates",
    "reassign",
    "resolve",
    "resume",
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
    first = (clocks.start(office.terms, name, by.now) for name in (SlaKind.ACCEPT, SlaKind.CONTACT, SlaKind.RESOLVE))
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
    after: Ticket | None = None,
    *,
    target: State | None = None,
    event: str | None = None,
    note: str | None = None,
    writes: tuple[Write, ...] = (),
    messages: tuple[Message, ...] = (),
    said: str = "",
) -> Changes[Ticket]:
    """Make a move: the new state and the event by the table, with whatever changes beside the state.

    `after` is the ticket with those changes. Its state is set here and nowhere else. `target` and `event` are needed
    only where they are not the usual ones of the row. `said` is what the public may read of the move.
    """
    moves = ticket.moves(by.relations)
    TABLE.row(ticket.state, move, by.relations, moves)
    if ticket.is_unavailable(move, by.relations):
        raise Conflict(_why_not(ticket, move), state=ticket.state.value, moves=moves)
    step = TABLE.go(ticket.state, move, by.relations, target=target, event=event, moves=moves)
    events = (Event(tag=step.event, by=by.id, party=by.party, note=note),) if step.event else ()
    entity = replace(after or ticket, state=step.target)
    if entity.state is not ticket.state or said:
        writes = (*writes, *_published(entity, by.now, said))
    return Changes(entity=entity, previous=ticket, writes=writes, events=events, messages=messages)


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


def with_met(ticket: Ticket, now: datetime, *names: SlaKind) -> tuple[SlaTimer, ...]:
    """Return the clocks with some of them ended."""
    return clocks.swap(ticket, *(clocks.meet(clock, now) for name in names if (clock := ticket.clock(name))))


def accept(ticket: Ticket, by: Mover) -> Changes[Ticket]:
    """Say that it is one's own to see to. Only the clock of acceptance ends with that."""
    met = with_met(ticket, by.now, SlaKind.ACCEPT)
    after = replace(ticket, assignee=by.id, accepted_by=by.id, clocks=met)
    return go(ticket, "accept", by, after, messages=tell_reporters(ticket, "accepted"))


def assign(ticket: Ticket, by: Mover, to: str) -> Changes[Ticket]:
    """Name who sees to it. Whoever names somebody has accepted it, and what was sent back so far is over."""
    if to == ticket.assignee and ticket.state is S.ASSIGNED:
        raise Conflict("ticket.has_it_already", state=ticket.state.value, moves=ticket.moves(by.relations))
    met = with_met(ticket, by.now, SlaKind.ACCEPT)
    after = replace(ticket, assignee=to, accepted_by=by.id, clocks=met)
    messages = tell_holder(after, "assigned") if to != by.id else ()
    messages += tell_reporters(ticket, "accepted") if ticket.state is S.OPEN else ()
    return go(ticket, "assign", by, after, note=to, messages=messages)


def bounce(ticket: Ticket, office: EscalationContext, by: Mover, reason: str, dispatcher: str | None) -> Changes[Ticket]:
    """Say that it is not one's own. No clock stops for it; after the second time the level above has to name somebody.

    What had been assigned goes back to `dispatcher`, who accepted it. What had only been accepted, or not even that, is
    open again under the clock of acceptance that it had from the beginning: another on duty has it, or who leads the level
    above, and the level stays as it is.
    """
    after = replace(ticket, bounces=ticket.bounces + 1, reason=reason)
    target: State | None = None
    if ticket.state is S.ASSIGNED and dispatcher not in (None, by.id):
        after = replace(after, assignee=dispatcher)
    else:
        another = next((id for id in office.duty.get(ticket.level, ()) if id != by.id), None)
        assignee = another or office.leader(office.above(ticket.level))
        after, target = replace(after, clocks=_unaccepted(ticket), assignee=assignee), S.OPEN
    if after.bounces >= BOUNCES:
        level = office.above(ticket.level)
        after = replace(after, level=level, assignee=office.leader(level))
    outcome = go(ticket, "bounce", by, after, target=target, note=reason)
    return replace(outcome, messages=_tell_of_bounce(outcome.entity, office, by))


def _tell_of_bounce(ticket: Ticket, office: EscalationContext, by: Mover) -> tuple[Message, ...]:
    """Tell whoever is on duty at its level, where that is not only who sends it back; who has it and is not of them, too."""
    on_duty = office.duty.get(ticket.level, ())
    others = ticket.assignee is None or set(on_duty) - {by.id}
    staff = tell_staff(ticket, "must_assign") if ticket.must_be_assigned else tell_staff(ticket, "bounced") if others else ()
    return staff if ticket.assignee in on_duty else staff + tell_holder(ticket, "assigned")


def _unaccepted(ticket: Ticket) -> tuple[SlaTimer, ...]:
    """Return the clocks as if nobody had accepted it: that clock has never stood still."""
    clock = ticket.clock(SlaKind.ACCEPT)
    if clock is None or clock.met_at is None:
        return ticket.clocks
    runs = (*clock.runs[:-1], replace(clock.runs[-1], end=None))
    return clocks.swap(ticket, replace(clock, met_at=None, runs=runs))


def reassign(ticket: Ticket, office: EscalationContext, by: Mover) -> Changes[Ticket]:
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
    higher = escalated(ticket, office)
    told = tell_staff(higher, "climbed")
    outcome = go(ticket, "escalate", by, higher, note=reason, messages=told)
    if higher.level is ticket.level:
        raise Conflict("ticket.at_the_top", state=ticket.state.value, moves=ticket.moves(by.relations))
    return outcome


def escalated(ticket: Ticket, office: EscalationContext) -> Ticket:
    """Return a ticket one level up, or at the next level where somebody is on duty. While nobody has accepted it, its leader has it."""
    level = office.above(ticket.level)
    return replace(ticket, level=level, assignee=office.leader(level) if ticket.state is S.OPEN else ticket.assignee)


def comment(ticket: Ticket, by: Mover, text: str, *, public: bool) -> Changes[Ticket]:
    """Say something. The first that those who work on it say to those who reported is the contact that a clock waits for."""
    works = bool(by.relations & (STAFF | {Relation.HELPER, Relation.SYSTEM}))
    if not public:
        if not works:
            raise Forbidden("ticket.internal")
        return go(ticket, "comment", by, event=NOTED, note=text)
    if not works:
        return go(ticket, "comment", by, note=text, messages=tell_holder(ticket, "said"))
    after = replace(ticket, clocks=with_met(ticket, by.now, SlaKind.CONTACT))
    return go(ticket, "comment", by, after, note=text, messages=tell_reporters(ticket, "commented"))


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
        raise Conflict("ticket.held_too_often", state=ticket.state.value, moves=ticket.moves(by.relations), times=policy.holds)
    new = Hold(start=by.now, until=until, reason=said, before=ticket.state)
    met = replace(ticket, clocks=with_met(ticket, by.now, SlaKind.CONTACT))
    still = clocks.swap(met, *(clocks.pause(clock, by.now) for clock in met.clocks if clock.name is SlaKind.RESOLVE))
    after = replace(ticket, holds=(*ticket.holds, new), clocks=still, reason=said)
    return go(ticket, "hold", by, after, note=reason, messages=tell_reporters(ticket, "held"))


def resume(ticket: Ticket, office: EscalationContext, by: Mover) -> Changes[Ticket]:
    """Go on with it."""
    if not ticket.hold:
        return go(ticket, "resume", by)  # refused
    return go(ticket, "resume", by, resumed(ticket, office, by.now), target=ticket.hold.before)


def resumed(ticket: Ticket, office: EscalationContext, now: datetime) -> Ticket:
    """Return the ticket with its hold ended, but for its state."""
    last = ticket.holds[-1]
    paused = [clock for clock in ticket.clocks if clock.paused]
    running = clocks.swap(ticket, *(clocks.resume(office.terms, clock, now) for clock in paused))
    ended = replace(last, until=min(last.until, now))
    return replace(ticket, clocks=running, holds=(*ticket.holds[:-1], ended))


def resolve(
    ticket: Ticket, office: EscalationContext, by: Mover, note: str | None, proof: tuple[str, ...], *, said: str
) -> Changes[Ticket]:
    """Say that it is done. Everybody who reported it is asked whether it is; the clock of the call-back begins.

    `note` is for those who reported it, `said` the same as everybody may read it.
    """
    category = office.terms.policy.category(ticket.category)
    if category and category.photo_needed and not (proof or ticket.proof):
        raise Invalid("ticket.photo_needed", ["photos"])
    met = with_met(ticket, by.now, SlaKind.ACCEPT, SlaKind.CONTACT, SlaKind.RESOLVE)
    running = clocks.swap(replace(ticket, clocks=met), clocks.start(office.terms, SlaKind.CALL_BACK, by.now))
    after = replace(
        ticket,
        clocks=running,
        assignee=ticket.assignee if ticket.state is not S.OPEN else by.id,
        proof=proof or ticket.proof,
        solution=note,
        told_publicly=said or None,
        resolved_at=by.now,
        answered=0,
        asked_again=False,
    )
    messages = tell_reporters(ticket, "resolved")
    return go(ticket, "resolve", by, after, note=note, said=said, messages=messages)
