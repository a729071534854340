"""Decisions of reporters, and how a ticket ends: solved, closed or converted. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from ..kernel.access import STAFF, Relation
from ..kernel.audiences import OnePerson
from ..kernel.changes import (
    Adjust,
    Changes,
    Check,
    Message,
    Put,
    TimelineEvent,
    Write,
)
from ..kernel.errors import Forbidden, Invalid
from ..kernel.question import NO_COMMENT, AnswerComment
from . import release, sla_timers
from .facts import joined_fact
from .handover import Successor
from .model import ConvertedTicket, Ticket, TicketReport
from .moves import go, with_met
from .new_phones import hold_confirmation, is_unproven
from .notifications import to_assignee, to_reporters
from .policy import SlaKind
from .reopening import Part, reopen
from .rounds import all_answered, answered, ask_late, has_answered, with_time
from .sla_timers import EscalationContext, Sla
from .states import ANSWERS, Ending, TicketMover, TicketStatus

__all__ = [
    "answer",
    "close",
    "closed_ticket",
    "confirm",
    "convert_to_wish",
    "end",
    "end_messages",
    "if_nobody_joins",
    "join",
    "joined",
    "link",
]

S = TicketStatus

BY_SMS = "短信回复："


def join(
    ticket: Ticket,
    mover: TicketMover,
    report: TicketReport,
    sla: Sla | None = None,
) -> Changes[Ticket]:
    """Add a report to a ticket.

    Many people join at once. So the ticket itself is only checked, not written. Who joins a solved
    one, for which `sla` is needed, is asked about the solution and has time to answer.
    """
    go(ticket, "join", mover)
    if sla and ticket.state is S.RESOLVED:
        return Changes(
            entity=with_time(ticket, sla, mover.now),
            previous=ticket,
            writes=joined(ticket, report),
            messages=ask_late(ticket, OnePerson(report.person_id)),
        )
    if ticket.reporter_left_at:
        after = replace(ticket, reporter_left_at=None)
        writes = joined(ticket, report)
        return Changes(entity=after, previous=ticket, writes=writes)
    writes = (*joined(ticket, report), Check(entity=ticket))
    return Changes(entity=ticket, previous=ticket, writes=writes)


def joined(ticket: Ticket, report: TicketReport) -> tuple[Write, ...]:
    """Return the rows of a report that is added to a ticket."""
    return (Put(row=report, new=True), _counted(ticket, 1))


def _counted(ticket: Ticket, add: int) -> Adjust:
    """Return the addition to the number of those who joined a ticket."""
    return Adjust(row=joined_fact(ticket), add={"n": add}, must_exist=False)


def link(
    ticket: Ticket,
    person_id: str,
    earlier: TicketReport | None,
    text: str,
    now: datetime,
    sla: Sla,
) -> Changes[Ticket]:
    """Make a person the reporter of an anonymous ticket; `text` is without their data.

    `earlier` is their report if they have joined it before. Without one they are asked about a
    solution only now.
    """
    as_written = ticket.written if text != ticket.written else None
    after = replace(
        ticket, person_id=person_id, text=text, as_written=as_written
    )
    messages: tuple[Message, ...] = ()
    if earlier is None:
        after = with_time(after, sla, now)
        messages = ask_late(after, OnePerson(person_id))
    report = TicketReport(
        ticket_id=ticket.id, person_id=person_id, by=person_id, joined_at=now
    )
    writes: tuple[Write, ...] = (Put(row=report, new=True),)
    if earlier:  # they are counted as the reporter from now on
        writes = (_counted(ticket, -1),)
    event = TimelineEvent(
        tag="ticket.reporter_known", actor=person_id, party="reporter"
    )
    return Changes(
        entity=after,
        previous=ticket,
        writes=writes,
        events=(event,),
        messages=messages,
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
    count = ticket.answered
    if not has_answered(ticket, report):
        count += 1
    after = replace(
        ticket, answered=count, ratings=_rated(ticket, report, satisfied)
    )
    target: TicketStatus | None = None
    if ticket.state is S.RESOLVED and all_answered(ticket, by_person.values()):
        met = with_met(ticket, mover.now, SlaKind.CALL_BACK)
        after = replace(
            after, closed_at=mover.now, ending=Ending.CONFIRMED, clocks=met
        )
        target = S.CLOSED
    writes = (Put(row=answered(ticket, report, mover.now, satisfied)),)
    return go(ticket, "confirm", mover, after, target=target, writes=writes)


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
    successor: Successor | None = None,
    parts: Iterable[Part] = (),
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
        successor=successor,
        parts=parts,
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


def if_nobody_joins(ticket: Ticket, joined: int) -> Adjust:
    """Return the condition that no more than `joined` people have joined.

    Joining does not write the ticket, so its version does not show it.
    """
    return replace(_counted(ticket, 0), limits={"n": (None, joined)})


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
    converted = ConvertedTicket(wish_id=wish_id, ticket_id=ticket.id)
    writes = (if_nobody_joins(ticket, joined), Put(row=converted, new=True))
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
