"""Alarms: who may ring with an urgent ticket, and how a ticket becomes urgent later. Pure.

An urgent ticket rings at once. Until staff have confirmed one of their urgent reports, the same
person rings a few times in some hours, and once for each building. Further ones are silent: they
are on top of the queue, and their messages wait for the morning like any others.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar

from ..kernel.changes import Changes, Entity, Message
from ..kernel.place import building_of
from . import sla_timers
from .model import Ticket
from .moves import event_of
from .notifications import to_assignee, to_staff
from .policy import (
    ALARM_CONFIRMED_FOR,
    ALARM_MEMORY,
    ALARMS,
    TicketUrgency,
)
from .sla_timers import EscalationContext
from .states import TicketMover, TicketStatus

__all__ = [
    "AlarmRecord",
    "Ring",
    "add_to_ringing",
    "earlier_ring",
    "made_urgent",
    "may_ring",
    "ring_messages",
    "with_ring",
    "with_trust",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring:
    """One alarm: the ticket that rang, and its building."""

    at: datetime
    building: str
    category: str
    ticket_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmRecord(Entity):
    """The latest alarms of a subject: a person, a phone, or an application and community.

    Until `confirmed_until` the subject rings without a limit.
    """

    entity_kind: ClassVar[str] = "alarms"

    rings: tuple[Ring, ...] = ()
    confirmed_until: datetime | None = None
    ttl: datetime


def recent(record: AlarmRecord, now: datetime) -> tuple[Ring, ...]:
    """Return the alarms that still count."""
    since = now - ALARM_MEMORY
    return tuple(ring for ring in record.rings if ring.at > since)


def may_ring(
    records: Iterable[AlarmRecord], building: str, now: datetime
) -> bool:
    """Say whether a subject may ring for a building. The strictest of its records holds."""
    for record in records:
        if record.confirmed_until and record.confirmed_until > now:
            continue
        rings = recent(record, now)
        buildings = {ring.building for ring in rings}
        if building in buildings or len(rings) >= ALARMS:
            return False
    return True


def earlier_ring(
    records: Iterable[AlarmRecord], ticket: Ticket, now: datetime
) -> str | None:
    """Return the ticket that rang for the same building and category, which a further one joins."""
    same = (building_of(ticket.place), ticket.category)
    for record in records:
        for ring in recent(record, now):
            if (ring.building, ring.category) == same:
                return ring.ticket_id
    return None


def with_ring(
    record: AlarmRecord, ticket: Ticket, now: datetime
) -> AlarmRecord:
    """Return a record with the alarm of a ticket."""
    ring = Ring(
        at=now,
        building=building_of(ticket.place),
        category=ticket.category,
        ticket_id=ticket.id,
    )
    return replace(record, rings=(*recent(record, now), ring))


def with_trust(
    record: AlarmRecord, now: datetime, *, trusted: bool
) -> AlarmRecord:
    """Return a record after staff confirmed an alarm of the subject, or found it empty."""
    until = now + ALARM_CONFIRMED_FOR if trusted else None
    return replace(record, confirmed_until=until)


def made_urgent(
    ticket: Ticket, escalation: EscalationContext, now: datetime
) -> Ticket:
    """Return a ticket that rings from now on; `escalation` is that of an urgent one."""
    after = replace(ticket, urgency=TicketUrgency.URGENT, silent=False)
    if ticket.urgency is TicketUrgency.URGENT:
        return after
    restarted = [
        sla_timers.start(escalation.sla, timer.name, now)
        for timer in ticket.clocks
        if timer.running
    ]
    return replace(after, clocks=sla_timers.swap(after, *restarted))


def ring_messages(ticket: Ticket) -> tuple[Message, ...]:
    """Return the messages of a ticket that has become urgent: to its assignee, or else staff."""
    if ticket.state is TicketStatus.OPEN:
        return to_assignee(ticket, "new") or to_staff(ticket, "new")
    if ticket.is_open:
        return to_assignee(ticket, "assigned")
    return ()


def add_to_ringing(
    ticket: Ticket, mover: TicketMover, text: str
) -> Changes[Ticket]:
    """Add the text of a further urgent report to the ticket that rings already."""
    return Changes(
        entity=ticket,
        previous=ticket,
        events=(event_of(mover, "ticket.reported_again", text),),
        messages=to_assignee(ticket, "said"),
    )
