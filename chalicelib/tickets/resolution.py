"""What those who reported a ticket can do with it, and how it ends: together, alone, or as something else. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from ..kernel.access import STAFF, Relation
from ..kernel.changes import Changes, Check, Count, Event, Message, Put, Write
from ..kernel.errors import Conflict, Forbidden, Invalid
from . import clocks
from .clocks import EscalationContext
from .decisions import go, tell_holder, tell_reporters, tell_staff, with_met
from .model import Report, Ticket
from .policy import MERGED_MOST, SlaKind
from .states import ANSWERS, Ending, Mover, State

__all__ = [
    "JOINED",
    "answer",
    "close",
    "confirm",
    "convert_to_wish",
    "end",
    "forget_reporter",
    "has_answered",
    "join",
    "merge",
    "reopen",
    "split",
]

S = State

JOINED = "joined"  # the counter of those who joined a ticket after it was reported


def join(ticket: Ticket, by: Mover, report: Report) -> Changes[Ticket]:
    """Me too. Many do so at once: a row and a counter of their own; of the ticket itself only that it is as it was read."""
    go(ticket, "join", by)
    beside: tuple[Write, ...] = (Put(row=report, new=True), Count(subject=ticket.id, name=JOINED, add=1), Check(entity=ticket))
    return Changes(entity=ticket, previous=ticket, writes=beside)


def confirm(ticket: Ticket, by: Mover, reports: Sequence[Report], person_id: str, satisfied: int | None) -> Changes[Ticket]:
    """Say that it is solved, and how one likes it. With the last of those who were asked it is over."""
    own = next((report for report in reports if report.person_id == person_id), None)
    if own is None:
        raise Invalid("ticket.not_reported", ["on_behalf_of"])
    first = not has_answered(ticket, own)
    at = max(by.now, ticket.resolved_at or by.now)  # by a clock that is behind she would have answered about what was before
    answered = replace(own, answered_at=at, satisfied=satisfied if satisfied is not None else own.satisfied)
    asked = [report for report in reports if report.person_id != person_id and _was_asked(ticket, report)]
    ratings = _rated(ticket, own, satisfied)
    after = replace(ticket, answered=ticket.answered + first, ratings=ratings)
    target: State | None = None
    if ticket.state is S.RESOLVED and all(has_answered(ticket, report) for report in asked):
        met = with_met(ticket, by.now, SlaKind.CALL_BACK)
        after = replace(after, closed_at=by.now, ending=Ending.CONFIRMED, clocks=met)
        target = S.CLOSED
    return go(ticket, "confirm", by, after, target=target, writes=(Put(row=answered),))


def _was_asked(ticket: Ticket, report: Report) -> bool:
    return ticket.resolved_at is None or report.joined_at <= ticket.resolved_at


def has_answered(ticket: Ticket, report: Report) -> bool:
    """Say whether somebody has answered about the present solution."""
    return bool(report.answered_at and ticket.resolved_at and report.answered_at >= ticket.resolved_at)


def _rated(ticket: Ticket, own: Report, satisfied: int | None) -> tuple[int, ...]:
    """Return the ratings with hers; a second one takes the place of her first."""
    if satisfied is None:
        return ticket.ratings
    ratings = list(ticket.ratings)
    if has_answered(ticket, own) and own.satisfied in ratings:
        ratings.remove(own.satisfied)
    return (*ratings, satisfied)


def reopen(ticket: Ticket, office: EscalationContext, by: Mover, reason: str, *, gone: bool = False) -> Changes[Ticket]:
    """Say that it is not solved: the same person has it, one level up, with a part of the time that it had before.

    Whoever had it may be `gone` by now: then it is with whoever leads that level.

    Raises:
        Conflict: it was over too long ago.

    """
    policy = office.terms.policy
    if ticket.closed_at and by.now > ticket.closed_at + timedelta(days=policy.reopen_days):
        raise Conflict("ticket.over_too_long", state=ticket.state.value, moves=[], days=policy.reopen_days)
    fresh = (clocks.start(office.terms, name, by.now, policy.reopen_percent) for name in (SlaKind.CONTACT, SlaKind.RESOLVE))
    met = with_met(ticket, by.now, SlaKind.ACCEPT, SlaKind.CALL_BACK)
    level = office.above(ticket.level)
    holder = None if gone else ticket.assignee
    after = replace(
        ticket,
        level=level,
        assignee=holder or office.leader(level),
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
    messages = tell_staff(after, "reopened") + tell_holder(after, "back")
    return go(ticket, "reopen", by, after, note=reason, messages=messages)


def end(ticket: Ticket, by: Mover) -> Changes[Ticket]:
    """Nobody has said that it is not solved: it is over. Who has not answered counts as that and nothing else."""
    met = with_met(ticket, by.now, SlaKind.CALL_BACK)
    return go(ticket, "end", by, replace(ticket, closed_at=by.now, ending=Ending.SILENT, clocks=met))


def answer(
    ticket: Ticket, office: EscalationContext, by: Mover, reports: Sequence[Report], kind: str, *, yes: bool, gone: bool = False
) -> Changes[Ticket]:
    """Do what a reporter has answered by SMS; nothing where it has moved on meanwhile, or was not hers to answer."""
    meant = ANSWERS[(kind, yes)]
    mine = any(report.person_id == by.id for report in reports)
    if not mine or Relation.OWNER not in by.relations or meant.move not in ticket.moves(by.relations):
        return Changes(entity=ticket, previous=ticket)
    if meant.move == "confirm":
        return confirm(ticket, by, reports, by.id, None)
    return reopen(ticket, office, by, meant.reason, gone=gone)


def close(ticket: Ticket, by: Mover, reason: str, *, alone: bool, joined: int = 0, said: str) -> Changes[Ticket]:
    """End it without a solution, and say why; whoever reported it alone may take it back, unless somebody joins meanwhile.

    Raises:
        Forbidden: others have reported it too.

    """
    staff = bool(by.relations & STAFF)
    unsolved = Ending.SILENT if ticket.state is S.RESOLVED else Ending.UNSOLVED
    ending = unsolved if staff else Ending.WITHDRAWN
    messages = (tell_reporters(ticket, "closed") if staff else ()) + _tell_it_is_over(ticket, by)
    said = said if staff else ""
    writes = () if staff else _while_nobody_joins(ticket, joined)
    over = replace(_over(ticket, ending, by.now), reason=reason, told_publicly=said or None)
    outcome = go(ticket, "close", by, over, note=reason, said=said, writes=writes, messages=messages)
    if not (staff or alone):
        raise Forbidden("ticket.others_joined")
    return outcome


def _while_nobody_joins(ticket: Ticket, joined: int) -> tuple[Count]:
    """Return what holds only as long as no more have joined than `joined`; to join changes nothing of the ticket itself."""
    return (Count(subject=ticket.id, name=JOINED, add=0, limit=joined + 1),)


def _tell_it_is_over(ticket: Ticket, by: Mover) -> tuple[Message, ...]:
    """Whoever sees to it need not set out any more. She who ended it knows, and so does she who had said that it was done."""
    waits = ticket.is_open and ticket.assignee != by.id
    return tell_holder(ticket, "over") if waits else ()


def _over(ticket: Ticket, ending: Ending, now: datetime) -> Ticket:
    """Return the ticket with its end noted and all clocks stopped, but for its state."""
    still = clocks.swap(ticket, *(clocks.pause(clock, now) for clock in ticket.clocks))
    return replace(ticket, ending=ending, closed_at=now, clocks=still)


def merge(ticket: Ticket, into: Ticket, by: Mover) -> Changes[Ticket]:
    """See to it together with another: those who reported this one hear of that, and are asked with the others.

    Raises:
        Conflict: the other is over, or has others with it as many as can be.
        Invalid: it is itself, or one is private and the other is not.

    """
    if into.id == ticket.id or into.private is not ticket.private:
        raise Invalid("ticket.cannot_merge", ["into"])
    if not (into.is_open or into.state is S.RESOLVED) or len(into.merged) + len(ticket.merged) >= MERGED_MOST:
        raise Conflict("ticket.cannot_take", state=into.state.value, moves=ticket.moves(by.relations))
    together = replace(into, merged=tuple(dict.fromkeys((*into.merged, *ticket.merged, ticket.id))))
    taken = Event(tag="ticket.joined_by", by=by.id, party=by.party, note=ticket.id)
    messages = tell_reporters(ticket, "merged") + _tell_it_is_over(ticket, by)
    over = replace(_over(ticket, Ending.MERGED, by.now), merged_into=into.id)
    outcome = go(ticket, "merge", by, over, note=into.id, messages=messages)
    return replace(outcome, related=(Changes(entity=together, previous=into, events=(taken,)),))


def split(ticket: Ticket, office: EscalationContext, by: Mover, targets: Iterable[Ticket]) -> Changes[Ticket]:
    """It was about something else after all: it goes on by itself, under its own clocks.

    `targets` are the one that it was merged into, and those into which that one was merged in its turn.
    """
    running = clocks.swap(ticket, *(clocks.resume(office.terms, clock, by.now) for clock in ticket.clocks if clock.paused))
    accept_clock = ticket.clock(SlaKind.ACCEPT)
    before = S.ACCEPTED if accept_clock and accept_clock.met_at else S.OPEN
    after = replace(ticket, merged_into=None, ending=None, closed_at=None, clocks=running)
    messages = tell_holder(ticket, "assigned")
    outcome = go(ticket, "split", by, after, target=before, messages=messages)
    return replace(outcome, related=tuple(_left(ticket, target, by) for target in targets if ticket.id in target.merged))


def _left(ticket: Ticket, target: Ticket, by: Mover) -> Changes[Ticket]:
    """What came with it leaves with it."""
    rest = tuple(id for id in target.merged if id != ticket.id and id not in ticket.merged)
    gone = Event(tag="ticket.left_by", by=by.id, party=by.party, note=ticket.id)
    return Changes(entity=replace(target, merged=rest), previous=target, events=(gone,))


def convert_to_wish(ticket: Ticket, by: Mover, wish_id: str, *, joined: int = 0) -> Changes[Ticket]:
    """Neighbours help instead: it is over as a ticket, and goes on as a wish, unless somebody joins meanwhile."""
    messages = tell_reporters(ticket, "turned") + _tell_it_is_over(ticket, by)
    writes = _while_nobody_joins(ticket, joined)
    over = replace(_over(ticket, Ending.WISH, by.now), wish=wish_id)
    return go(ticket, "turn", by, over, note=wish_id, writes=writes, messages=messages)


def forget_reporter(ticket: Ticket, person_id: str, now: datetime) -> Changes[Ticket]:
    """Let go of somebody who was erased: what she wrote stays only as the public may read it."""
    if person_id not in (ticket.person_id, ticket.proxy_id):
        return Changes(entity=ticket, previous=ticket)
    proxy = None if ticket.proxy_id == person_id else ticket.proxy_id
    after = replace(ticket, proxy_id=proxy)
    if ticket.person_id == person_id:
        after = replace(after, person_id=None, as_written=None, location_note=None, answers=None, photos=())
    event = Event(tag="ticket.reporter_erased", by="system", party="system")
    return Changes(entity=after, previous=ticket, events=(event,))
