"""Decisions of reporters, and how a ticket ends: solved, closed or converted. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from ..kernel.access import STAFF, Relation
from ..kernel.changes import (
    Changes,
    Check,
    Count,
    Message,
    Put,
    TimelineEvent,
    Write,
)
from ..kernel.errors import Conflict, Forbidden, Invalid
from ..kernel.question import NO_COMMENT, AnswerComment
from . import release, sla_timers
from .model import SlaTimer, Ticket, TicketReport
from .moves import go, with_met
from .new_phones import hold_confirmation, is_unproven
from .notifications import to_assignee, to_reporters, to_staff
from .policy import SlaKind
from .sla_timers import EscalationContext, Sla
from .states import ANSWERS, Ending, TicketMover, TicketStatus

__all__ = [
    "JOINED",
    "answer",
    "close",
    "closed_ticket",
    "confirm",
    "convert_to_wish",
    "end",
    "end_messages",
    "has_answered",
    "if_nobody_joins",
    "join",
    "joined",
    "link",
    "reopen",
]

S = TicketStatus

BY_SMS = "短信回复："
JOINED = "joined"  # counts those who joined a ticket after it was reported


def join(
    ticket: Ticket, mover: TicketMover, report: TicketReport
) -> Changes[Ticket]:
    """Add a report to a ticket.

    Many people join at once. So the ticket itself is only checked, not written.
    """
    go(ticket, "join", mover)
    if ticket.reporter_left_at:
        after = replace(ticket, reporter_left_at=None)
        writes = joined(ticket, report)
        return Changes(entity=after, previous=ticket, writes=writes)
    writes = (*joined(ticket, report), Check(entity=ticket))
    return Changes(entity=ticket, previous=ticket, writes=writes)


def joined(ticket: Ticket, report: TicketReport) -> tuple[Write, ...]:
    """Return the rows of a report that is added to a ticket."""
    count = Count(subject=ticket.id, name=JOINED, add=1)
    return (Put(row=report, new=True), count)


def link(
    ticket: Ticket,
    person_id: str,
    earlier: TicketReport | None,
    text: str,
    now: datetime,
) -> Changes[Ticket]:
    """Make a person the reporter of an anonymous ticket; `text` is without their data.

    `earlier` is their report if they have joined it before.
    """
    as_written = ticket.written if text != ticket.written else None
    after = replace(
        ticket, person_id=person_id, text=text, as_written=as_written
    )
    report = TicketReport(
        ticket_id=ticket.id, person_id=person_id, by=person_id, joined_at=now
    )
    writes: tuple[Write, ...] = (Put(row=report, new=True),)
    if earlier:  # they are counted as the reporter from now on
        writes = (Count(subject=ticket.id, name=JOINED, add=-1),)
    event = TimelineEvent(
        tag="ticket.reporter_known", actor=person_id, party="reporter"
    )
    return Changes(
        entity=after, previous=ticket, writes=writes, events=(event,)
    )


def confirm(
    ticket: Ticket,
    mover: TicketMover,
    reports: Sequence[TicketReport],
    person_id: str,
    satisfied: int | None,
) -> Changes[Ticket]:
    """Confirm the solution for one reporter, with a rating. The last answer closes the ticket."""
    by_person = {report.person_id: report for report in reports}
    report = by_person.pop(person_id, None)
    if report is None:
        raise Invalid("ticket.not_reported", ["on_behalf_of"])
    if is_unproven(ticket, mover):
        return hold_confirmation(ticket, mover)
    answered = ticket.answered
    if not has_answered(ticket, report):
        answered += 1
    after = replace(
        ticket, answered=answered, ratings=_rated(ticket, report, satisfied)
    )
    target: TicketStatus | None = None
    if ticket.state is S.RESOLVED and _all_answered(ticket, by_person.values()):
        met = with_met(ticket, mover.now, SlaKind.CALL_BACK)
        after = replace(
            after, closed_at=mover.now, ending=Ending.CONFIRMED, clocks=met
        )
        target = S.CLOSED
    writes = (Put(row=_answered(ticket, report, mover.now, satisfied)),)
    return go(ticket, "confirm", mover, after, target=target, writes=writes)


def _answered(
    ticket: Ticket, report: TicketReport, now: datetime, satisfied: int | None
) -> TicketReport:
    """Return a report with its answer; without a rating the earlier one stays."""
    # A clock that is behind would date the answer before the solution.
    at = max(now, ticket.resolved_at or now)
    if satisfied is None:
        return replace(report, answered_at=at)
    return replace(report, answered_at=at, satisfied=satisfied)


def _all_answered(ticket: Ticket, reports: Iterable[TicketReport]) -> bool:
    for report in reports:
        if _was_asked(ticket, report) and not has_answered(ticket, report):
            return False
    return True


def _was_asked(ticket: Ticket, report: TicketReport) -> bool:
    return ticket.resolved_at is None or report.joined_at <= ticket.resolved_at


def has_answered(ticket: Ticket, report: TicketReport) -> bool:
    """Say whether a reporter has answered about the present solution."""
    answered_at, resolved_at = report.answered_at, ticket.resolved_at
    return bool(answered_at and resolved_at and answered_at >= resolved_at)


def _rated(
    ticket: Ticket, report: TicketReport, satisfied: int | None
) -> tuple[int, ...]:
    """Return the ratings with a reporter's; a second one replaces their first."""
    if satisfied is None:
        return ticket.ratings
    ratings = list(ticket.ratings)
    if has_answered(ticket, report) and report.satisfied in ratings:
        ratings.remove(report.satisfied)
    return (*ratings, satisfied)


def reopen(
    ticket: Ticket,
    escalation: EscalationContext,
    mover: TicketMover,
    reason: str,
    *,
    public_text: str,
    assignee_left: bool = False,
) -> Changes[Ticket]:
    """Reopen a ticket one level up, with a share of its first time.

    The assignee stays. Where they have left, the leader of that level gets it. `public_text` is
    the reason without personal data. The solution is public no longer.

    Raises:
        Conflict: it was closed too long ago.

    """
    _check_reopening(ticket, escalation.sla.policy.reopen_days, mover)
    level = escalation.above(ticket.level)
    assignee = None if assignee_left else ticket.assignee
    after = replace(
        _unsolved(ticket),
        level=level,
        assignee=assignee or escalation.leader(level),
        clocks=_clocks_when_reopened(ticket, escalation.sla, mover.now),
        reopened=ticket.reopened + 1,
        bounces=0,
        reason=public_text,
    )
    messages = to_staff(after, "reopened") + to_assignee(after, "back")
    return go(
        ticket,
        "reopen",
        mover,
        after,
        note=reason,
        shown=public_text,
        messages=messages,
    )


def _unsolved(ticket: Ticket) -> Ticket:
    """Return a ticket without its solution, its end and the answers to it."""
    return replace(
        ticket,
        public_solution=None,
        resolved_at=None,
        resolved_by=None,
        closed_at=None,
        ending=None,
        solution=None,
        told_publicly=None,
        held_answer_at=None,
        answered=0,
        ratings=(),
    )


def _clocks_when_reopened(
    ticket: Ticket, sla: Sla, now: datetime
) -> tuple[SlaTimer, ...]:
    """Return the timers of a reopened ticket: contact and resolution begin anew."""
    met = with_met(ticket, now, SlaKind.ACCEPT, SlaKind.CALL_BACK)
    kinds, percent = (
        (SlaKind.CONTACT, SlaKind.RESOLVE),
        sla.policy.reopen_percent,
    )
    fresh = [sla_timers.start(sla, kind, now, percent) for kind in kinds]
    return sla_timers.swap(replace(ticket, clocks=met), *fresh)


def _check_reopening(ticket: Ticket, days: int, mover: TicketMover) -> None:
    """Refuse to reopen a ticket that was closed too long ago."""
    if ticket.closed_at and mover.now > ticket.closed_at + timedelta(days=days):
        state = ticket.state.value
        raise Conflict("ticket.over_too_long", state=state, moves=[], days=days)


def end(ticket: Ticket, mover: TicketMover) -> Changes[Ticket]:
    """Close a resolved ticket that nobody reopened."""
    met = with_met(ticket, mover.now, SlaKind.CALL_BACK)
    after = replace(
        ticket, closed_at=mover.now, ending=Ending.SILENT, clocks=met
    )
    return go(ticket, "end", mover, after)


def answer(
    ticket: Ticket,
    escalation: EscalationContext,
    mover: TicketMover,
    reports: Sequence[TicketReport],
    kind: str,
    *,
    yes: bool,
    comment: AnswerComment = NO_COMMENT,
    assignee_left: bool = False,
) -> Changes[Ticket]:
    """Make the move that a reporter's SMS reply means, if it is still theirs to make.

    A comment is the reason of the move, or a note of its event.
    """
    meant = ANSWERS[(kind, yes)]
    reported = any(report.person_id == mover.id for report in reports)
    available = meant.move in ticket.moves(mover.relations)
    if not (reported and available and Relation.OWNER in mover.relations):
        return Changes(entity=ticket, previous=ticket)
    reason = shown = meant.reason
    if comment.text:
        reason, shown = f"{BY_SMS}{comment.text}", f"{BY_SMS}{comment.shown}"
    if meant.move == "confirm":
        changes = confirm(ticket, mover, reports, mover.id, None)
        events = tuple(
            replace(event, note=reason or None, shown=shown or None)
            for event in changes.events
        )
        return replace(changes, events=events)
    return reopen(
        ticket,
        escalation,
        mover,
        reason,
        public_text=shown,
        assignee_left=assignee_left,
    )


def close(
    ticket: Ticket,
    mover: TicketMover,
    reason: str,
    *,
    alone: bool,
    joined: int = 0,
    public_text: str,
    publish: bool = False,
) -> Changes[Ticket]:
    """Close a ticket without a solution, with a reason; `public_text` is without personal data.

    A reporter may withdraw it while they are the only one. With `publish` staff release the
    reason.

    Raises:
        Forbidden: others have joined it.

    """
    if mover.relations & STAFF:
        return _close_by_staff(
            ticket, mover, reason, public_text, publish=publish
        )
    if publish:
        raise Forbidden("action.forbidden")
    changes = _withdraw(ticket, mover, reason, public_text, joined)
    if not alone:
        raise Forbidden("ticket.others_joined")
    return changes


def _withdraw(
    ticket: Ticket,
    mover: TicketMover,
    reason: str,
    public_text: str,
    joined: int,
) -> Changes[Ticket]:
    """Close a ticket for its reporter, unless somebody joins it meanwhile."""
    withdrawn = replace(
        closed_ticket(ticket, Ending.WITHDRAWN, mover.now),
        reason=public_text,
        told_publicly=None,
    )
    return go(
        ticket,
        "close",
        mover,
        withdrawn,
        note=reason,
        shown=public_text,
        writes=(if_nobody_joins(ticket, joined),),
        messages=end_messages(ticket, mover),
    )


def _close_by_staff(
    ticket: Ticket,
    mover: TicketMover,
    reason: str,
    public_text: str,
    *,
    publish: bool,
) -> Changes[Ticket]:
    """Close a ticket and tell its reporters the reason."""
    ending = Ending.UNSOLVED
    if ticket.state is S.RESOLVED:
        ending = Ending.SILENT
    closed = closed_ticket(ticket, ending, mover.now)
    closed = replace(
        closed, reason=public_text, told_publicly=public_text or None
    )
    if publish:
        closed = release.with_solution(closed, mover)
    messages = to_reporters(ticket, "closed") + end_messages(ticket, mover)
    return go(
        ticket,
        "close",
        mover,
        closed,
        note=reason,
        shown=public_text,
        public_text=public_text if publish else "",
        messages=messages,
    )


def if_nobody_joins(ticket: Ticket, joined: int) -> Count:
    """Return the condition that no more than `joined` people have joined.

    Joining does not write the ticket, so its version does not show it.
    """
    return Count(subject=ticket.id, name=JOINED, add=0, limit=joined + 1)


def end_messages(ticket: Ticket, mover: TicketMover) -> tuple[Message, ...]:
    """Return a message to the assignee of an open ticket, unless they ended it themselves."""
    if ticket.is_open and ticket.assignee != mover.id:
        return to_assignee(ticket, "over")
    return ()


def closed_ticket(ticket: Ticket, ending: Ending, now: datetime) -> Ticket:
    """Return a ticket with its ending and all timers paused; the state is unchanged."""
    paused = sla_timers.pause_all(ticket, now)
    return replace(ticket, ending=ending, closed_at=now, clocks=paused)


def convert_to_wish(
    ticket: Ticket,
    mover: TicketMover,
    wish_id: str,
    *,
    joined: int = 0,
) -> Changes[Ticket]:
    """Close a ticket whose place a wish takes, unless somebody joins meanwhile."""
    messages = to_reporters(ticket, "turned") + end_messages(ticket, mover)
    writes = (if_nobody_joins(ticket, joined),)
    closed = replace(
        closed_ticket(ticket, Ending.WISH, mover.now), wish=wish_id
    )
    return go(
        ticket,
        "turn",
        mover,
        closed,
        note=wish_id,
        writes=writes,
        messages=messages,
    )
