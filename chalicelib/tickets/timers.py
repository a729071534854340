"""What happens to a ticket by itself, when what it waits for is due. Pure: `on_timer` decides one step, and the commit arms the next."""

from dataclasses import replace
from datetime import datetime

from ..kernel.changes import Changes
from . import clocks
from .clocks import EscalationContext
from .decisions import escalated, go, resumed, tell_holder, tell_reporters, tell_staff
from .model import SlaTimer, Ticket
from .policy import SlaKind
from .resolution import end
from .states import SYSTEM_ONLY, Mover

__all__ = ["on_timer"]


def on_timer(ticket: Ticket, office: EscalationContext, now: datetime) -> Changes[Ticket]:
    """Do what is due, one step. The spent alarm is dropped, so that the commit arms the next one afresh."""
    spent = replace(ticket, timer=None)
    by = Mover(id="system", relations=SYSTEM_ONLY, now=now)
    return replace(_step(spent, office, by), previous=ticket)


def _step(ticket: Ticket, office: EscalationContext, by: Mover) -> Changes[Ticket]:
    due = {name for name, at in ticket.deadlines().items() if at <= by.now}
    if "resume" in due:
        return _resume(ticket, office, by)
    if SlaKind.CALL_BACK in due:
        return end(ticket, by)
    if "ask_again" in due:
        return _ask_again(ticket)
    over = [clock for clock in ticket.clocks if clock.name in due]
    return _escalate(ticket, office, by, over) if over else _sleep_on(ticket)


def _resume(ticket: Ticket, office: EscalationContext, by: Mover) -> Changes[Ticket]:
    """A hold is over: the clock of the solution goes on, from the moment it was to, however late we are."""
    last = ticket.holds[-1]
    after = resumed(ticket, office, min(by.now, last.until))
    messages = tell_holder(ticket, "released") or tell_staff(ticket, "released")
    return go(ticket, "release", by, after, target=last.before, messages=messages)


def _ask_again(ticket: Ticket) -> Changes[Ticket]:
    """Who has not answered is asked once more; who has is left alone when it is sent."""
    asked = replace(ticket, asked_again=True)
    return Changes(entity=asked, previous=ticket, messages=tell_reporters(ticket, "unanswered", "unanswered"), bump_version=False)


def _escalate(ticket: Ticket, office: EscalationContext, by: Mover, over: list[SlaTimer]) -> Changes[Ticket]:
    """A clock is over: one level up, which is told; at the top they are told again.

    After an outage everything that is over counts as one step, and whoever is told now has her own time from now on.
    """
    higher = escalated(ticket, office)
    names = ",".join(clock.name.value for clock in over)
    if higher.level is ticket.level:
        longer = clocks.swap(ticket, *(clocks.prolong(office.terms, c, by.now, office.terms.limits.remind) for c in over))
        still = replace(ticket, clocks=longer)
        return Changes(entity=still, previous=ticket, messages=tell_staff(still, "overdue"), bump_version=False)
    share = office.step(higher.level).percent
    longer = clocks.swap(ticket, *(clocks.prolong(office.terms, c, by.now, c.limit * share // 100) for c in over))
    messages = tell_staff(higher, "climbed")
    after = replace(higher, clocks=longer)
    return go(ticket, "escalate", by, after, note=f"{names} {higher.level}", messages=messages)


def _sleep_on(ticket: Ticket) -> Changes[Ticket]:
    """Woken too early, by a clock ahead of ours."""
    return Changes(entity=ticket, previous=ticket, bump_version=False)
