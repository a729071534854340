"""Steps of a ticket's timer, one at a time; the commit arms the next timer. Pure."""

from dataclasses import replace
from datetime import datetime

from ..kernel.changes import Changes
from . import sla_timers
from .decisions import resumed
from .handover import escalated
from .model import SlaTimer, Ticket
from .moves import event_of, go
from .notifications import (
    to_assignee,
    to_former_assignee,
    to_reporters,
    to_staff,
)
from .policy import SlaKind
from .resolution import end
from .sla_timers import EscalationContext, Sla
from .states import SYSTEM_ONLY, TicketMover

__all__ = ["on_timer"]


def on_timer(
    ticket: Ticket, escalation: EscalationContext, now: datetime
) -> Changes[Ticket]:
    """Do one step that is due. Drop the spent timer, so that the commit arms the next one."""
    spent = replace(ticket, timer=None)
    mover = TicketMover(id="system", relations=SYSTEM_ONLY, now=now)
    return replace(_step(spent, escalation, mover), previous=ticket)


def _step(
    ticket: Ticket, escalation: EscalationContext, mover: TicketMover
) -> Changes[Ticket]:
    due = {name for name, at in ticket.deadlines().items() if at <= mover.now}
    if "resume" in due:
        return _resume(ticket, escalation, mover)
    if SlaKind.CALL_BACK in due:
        return end(ticket, mover)
    if "ask_again" in due:
        return _ask_again(ticket)
    overdue = [timer for timer in ticket.clocks if timer.name in due]
    if overdue:
        return _escalate(ticket, escalation, mover, overdue)
    return _wait(ticket)


def _resume(
    ticket: Ticket, escalation: EscalationContext, mover: TicketMover
) -> Changes[Ticket]:
    """End a hold at its planned instant, however late the job is."""
    last = ticket.holds[-1]
    after = resumed(ticket, escalation, min(mover.now, last.until))
    messages = to_assignee(ticket, "released") or to_staff(ticket, "released")
    return go(
        ticket, "release", mover, after, target=last.before, messages=messages
    )


def _ask_again(ticket: Ticket) -> Changes[Ticket]:
    """Ask the reporters who have not answered once more."""
    asked = replace(ticket, asked_again=True)
    messages = to_reporters(ticket, "unanswered", "unanswered")
    return Changes(
        entity=asked, previous=ticket, messages=messages, bump_version=False
    )


def _escalate(
    ticket: Ticket,
    escalation: EscalationContext,
    mover: TicketMover,
    overdue: list[SlaTimer],
) -> Changes[Ticket]:
    """Escalate one level and tell its staff; at the last level with any, remind them.

    After an outage all overdue timers count as one step. The staff of the new level get their
    own time from now on.
    """
    higher = escalated(ticket, escalation)
    if higher.level is ticket.level:
        return _remind(ticket, escalation.sla, mover, overdue)
    percent = escalation.step(higher.level).percent
    prolonged: list[SlaTimer] = []
    for timer in overdue:
        minutes = timer.limit * percent // 100
        prolonged.append(
            sla_timers.prolong(escalation.sla, timer, mover.now, minutes)
        )
    kinds = ",".join(timer.name.value for timer in overdue)
    note = f"{kinds} {higher.level}"
    after = replace(higher, clocks=sla_timers.swap(ticket, *prolonged))
    if higher.level.rank < ticket.level.rank:
        return _hand_down(ticket, after, mover, note)
    messages = to_staff(higher, "climbed")
    return go(ticket, "escalate", mover, after, note=note, messages=messages)


def _hand_down(
    ticket: Ticket, after: Ticket, mover: TicketMover, note: str
) -> Changes[Ticket]:
    """Hand a ticket down to the nearest staff: nobody is on duty at its level or above."""
    return Changes(
        entity=after,
        previous=ticket,
        events=(event_of(mover, "ticket.rehanded", note),),
        messages=(
            *to_staff(after, "overdue"),
            *to_former_assignee(ticket, after, mover.id),
        ),
    )


def _remind(
    ticket: Ticket, sla: Sla, mover: TicketMover, overdue: list[SlaTimer]
) -> Changes[Ticket]:
    """Remind the staff of the last level, and again after the policy's interval."""
    prolonged: list[SlaTimer] = []
    for timer in ticket.clocks:
        # All that are late are in this reminder, so that each interval has one.
        if timer in overdue or (timer.running and timer.fired):
            prolonged.append(
                sla_timers.prolong(sla, timer, mover.now, sla.limits.remind)
            )
    after = replace(ticket, clocks=sla_timers.swap(ticket, *prolonged))
    messages = to_staff(after, "overdue")
    return Changes(
        entity=after, previous=ticket, messages=messages, bump_version=False
    )


def _wait(ticket: Ticket) -> Changes[Ticket]:
    """Change nothing: another machine's clock was ahead of ours."""
    return Changes(entity=ticket, previous=ticket, bump_version=False)
