"""What a ticket's timer does: one step at a time; the commit arms the next timer. Pure."""

from dataclasses import replace
from datetime import datetime

from ..kernel.changes import Changes
from . import clocks
from .clocks import EscalationContext
from .decisions import escalated, resumed
from .model import SlaTimer, Ticket
from .moves import go
from .notifications import to_assignee, to_reporters, to_staff
from .policy import SlaKind
from .resolution import end
from .states import SYSTEM_ONLY, TicketMover

__all__ = ["on_timer"]


def on_timer(
    ticket: Ticket, escalation: EscalationContext, now: datetime
) -> Changes[Ticket]:
    """Do one step that is due. Drop the spent timer, so that the commit arms the next one."""
    spent = replace(ticket, timer=None)
    by = TicketMover(id="system", relations=SYSTEM_ONLY, now=now)
    return replace(_step(spent, escalation, by), previous=ticket)


def _step(
    ticket: Ticket, escalation: EscalationContext, by: TicketMover
) -> Changes[Ticket]:
    due = {name for name, at in ticket.deadlines().items() if at <= by.now}
    if "resume" in due:
        return _resume(ticket, escalation, by)
    if SlaKind.CALL_BACK in due:
        return end(ticket, by)
    if "ask_again" in due:
        return _ask_again(ticket)
    over = [clock for clock in ticket.clocks if clock.name in due]
    return _escalate(ticket, escalation, by, over) if over else _wait(ticket)


def _resume(
    ticket: Ticket, escalation: EscalationContext, by: TicketMover
) -> Changes[Ticket]:
    """End a hold at its planned instant, however late the job is."""
    last = ticket.holds[-1]
    after = resumed(ticket, escalation, min(by.now, last.until))
    messages = to_assignee(ticket, "released") or to_staff(ticket, "released")
    return go(ticket, "release", by, after, target=last.before, messages=messages)


def _ask_again(ticket: Ticket) -> Changes[Ticket]:
    """Ask the reporters who have not answered once more."""
    asked = replace(ticket, asked_again=True)
    messages = to_reporters(ticket, "unanswered", "unanswered")
    return Changes(entity=asked, previous=ticket, messages=messages, bump_version=False)


def _escalate(
    ticket: Ticket,
    escalation: EscalationContext,
    by: TicketMover,
    over: list[SlaTimer],
) -> Changes[Ticket]:
    """Escalate one level and tell its staff; at the last level, remind them.

    After an outage all overdue timers count as one step. The staff of the new level get their
    own time from now on.
    """
    sla, higher = escalation.sla, escalated(ticket, escalation)
    names = ",".join(clock.name.value for clock in over)
    if higher.level is ticket.level:
        remind = sla.limits.remind
        prolonged = [clocks.prolong(sla, timer, by.now, remind) for timer in over]
        still = replace(ticket, clocks=clocks.swap(ticket, *prolonged))
        messages = to_staff(still, "overdue")
        return Changes(
            entity=still, previous=ticket, messages=messages, bump_version=False
        )
    share = escalation.step(higher.level).percent
    prolonged = [clocks.prolong(sla, c, by.now, c.limit * share // 100) for c in over]
    messages = to_staff(higher, "climbed")
    after = replace(higher, clocks=clocks.swap(ticket, *prolonged))
    return go(
        ticket, "escalate", by, after, note=f"{names} {higher.level}", messages=messages
    )


def _wait(ticket: Ticket) -> Changes[Ticket]:
    """Change nothing: another machine's clock was ahead of ours."""
    return Changes(entity=ticket, previous=ticket, bump_version=False)
