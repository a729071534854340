"""The round of answers about a solution: who is asked, has answered, and joins it late. Pure."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from ..kernel.audiences import Audience
from ..kernel.changes import Message
from . import sla_timers
from .model import Ticket, TicketReport
from .notifications import to_audience
from .policy import SlaKind
from .sla_timers import Sla
from .states import TicketStatus

__all__ = ["all_answered", "answered", "ask_late", "has_answered", "with_time"]


def has_answered(ticket: Ticket, report: TicketReport) -> bool:
    """Say whether a reporter has answered about the present solution of this very ticket."""
    if report.answered_on not in ("", ticket.id):
        return False
    answered_at, resolved_at = report.answered_at, ticket.resolved_at
    return bool(answered_at and resolved_at and answered_at >= resolved_at)


def all_answered(ticket: Ticket, reports: Iterable[TicketReport]) -> bool:
    """Say whether all of these reporters have answered, however late they came."""
    return all(has_answered(ticket, report) for report in reports)


def answered(
    ticket: Ticket, report: TicketReport, now: datetime, satisfied: int | None
) -> TicketReport:
    """Return a report with its answer; without a rating the earlier one stays."""
    # A clock that is behind would date the answer before the solution.
    at = max(now, ticket.resolved_at or now)
    report = replace(report, answered_at=at, answered_on=ticket.id)
    if satisfied is None:
        return report
    return replace(report, satisfied=satisfied)


def with_time(ticket: Ticket, sla: Sla, now: datetime) -> Ticket:
    """Return a resolved ticket with time to answer for those who come now. Others get it, too."""
    timer = ticket.sla_timer(SlaKind.CALL_BACK)
    if ticket.state is not TicketStatus.RESOLVED or timer is None:
        return ticket
    extended = sla_timers.extend(sla, timer, now)
    return replace(
        ticket,
        clocks=sla_timers.swap(ticket, extended),
        asked_again=False,
    )


def ask_late(ticket: Ticket, audience: Audience) -> tuple[Message, ...]:
    """Return the question about a solution to people who report it only now."""
    if ticket.state is not TicketStatus.RESOLVED:
        return ()
    return to_audience(ticket, "resolved", audience)
