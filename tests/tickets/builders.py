"""A ticket, its escalation context and those who move it, as tests need them."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from chalicelib.kernel.access import STAFF, Relation
from chalicelib.kernel.audiences import format_audience
from chalicelib.kernel.changes import Changes
from chalicelib.tickets import sla_timers
from chalicelib.tickets.calendar import chinese_holiday
from chalicelib.tickets.model import Hold, SlaTimer, Ticket, TicketReport
from chalicelib.tickets.policy import (
    DEFAULT_POLICY,
    Level,
    Policy,
    SlaKind,
    TicketUrgency,
)
from chalicelib.tickets.sla_timers import EscalationContext, Sla, sla_of
from chalicelib.tickets.states import (
    SYSTEM_ONLY,
    Ending,
    TicketMover,
    TicketStatus,
)

from ..world import START, UNIT

S, C, L = TicketStatus, SlaKind, Level
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
# The people on duty, lowest level first; the first one leads.
GRID, COMMUNITY, STREET = (
    ("per_grid", "per_grid2"),
    ("per_staff",),
    ("per_admin",),
)

OWNER, HELPER, MEMBER = (
    {Relation.SIGNED_IN, Relation.PUBLIC, party}
    for party in (Relation.OWNER, Relation.HELPER, Relation.SIGNED_IN)
)
WORKER = MEMBER | {Relation.GRID_WORKER}
CLERK = WORKER | {Relation.COMMUNITY_STAFF}


def the_sla(ticket: Ticket, policy: Policy = DEFAULT_POLICY) -> Sla:
    return sla_of(policy, ticket, chinese_holiday)


def an_escalation(
    ticket: Ticket | None = None,
    *,
    grid: tuple[str, ...] = GRID,
    community: tuple[str, ...] = COMMUNITY,
    street: tuple[str, ...] = STREET,
    policy: Policy = DEFAULT_POLICY,
) -> EscalationContext:
    duty = {L.GRID: grid, L.COMMUNITY: community, L.STREET: street}
    return EscalationContext(
        sla=the_sla(ticket or a_ticket(), policy), duty=duty
    )


def a_ticket(state: TicketStatus = S.OPEN, **fields: Any) -> Ticket:
    """A ticket in a state, with the clocks that it then has: reported, and moved on, at START."""
    values: dict[str, Any] = {
        "id": "tkt_a",
        "version": 3,
        "created_at": START,
        "updated_at": START,
        "person_id": "per_owner",
        "filed_by": "per_owner",
        "category": "rubbish",
        "urgency": TicketUrgency.GENERAL,
        "text": "楼道里有垃圾",
        "place": UNIT,
        "community_name": "柏华社区",
        "zone": "Asia/Shanghai",
        "level": L.GRID,
        "assignee": "per_grid",
    }
    ticket = Ticket(**(values | {"state": state} | fields))
    fresh = _moved_on(ticket)
    return replace(
        ticket,
        **{name: value for name, value in fresh.items() if name not in fields},
    )


def _moved_on(ticket: Ticket) -> dict[str, Any]:
    terms, state = the_sla(ticket), ticket.state
    running = {
        name: sla_timers.start(terms, name, START)
        for name in (C.ACCEPT, C.CONTACT, C.RESOLVE)
    }
    fresh: dict[str, Any] = {}
    if state is not S.OPEN:
        running[C.ACCEPT] = sla_timers.meet(running[C.ACCEPT], START)
        fresh["accepted_by"] = "per_grid"
    if state is S.ON_HOLD:
        running[C.CONTACT] = sla_timers.meet(running[C.CONTACT], START)
        running[C.RESOLVE] = sla_timers.pause(running[C.RESOLVE], START)
        fresh["holds"] = (
            Hold(
                start=START,
                until=START + 5 * DAY,
                reason="等配件",
                before=S.ACCEPTED,
            ),
        )
    if state in (S.RESOLVED, S.CLOSED):
        running |= {
            name: sla_timers.meet(running[name], START)
            for name in (C.CONTACT, C.RESOLVE)
        }
        running[C.CALL_BACK] = sla_timers.start(terms, C.CALL_BACK, START)
        fresh |= {"resolved_at": START, "solution": "已清理"}
    if state is S.CLOSED:
        running[C.CALL_BACK] = sla_timers.meet(running[C.CALL_BACK], START)
        fresh |= {"closed_at": START, "ending": Ending.CONFIRMED}
    return fresh | {"clocks": tuple(running.values())}


def by(
    relations: set[Relation] | frozenset[Relation],
    id: str = "per_x",
    *,
    after: timedelta = HOUR,
) -> TicketMover:
    return TicketMover(id=id, relations=frozenset(relations), now=START + after)


def at(mover: TicketMover, now: datetime) -> TicketMover:
    return replace(mover, now=now)


OWNER_ACTS, JOINER_ACTS, NEIGHBOUR_ACTS = (
    by(OWNER, "per_owner"),
    by(OWNER, "per_joiner"),
    by(MEMBER, "per_neighbour"),
)
WORKER_ACTS, CLERK_ACTS = (
    by(WORKER | HELPER, "per_grid"),
    by(CLERK, "per_staff"),
)
ADMIN_ACTS = by(MEMBER | STAFF, "per_admin")
PROPERTY_ACTS = by(HELPER, "per_property")
SYSTEM_ACTS = by(SYSTEM_ONLY, "system")


def a_report(person: str = "per_owner", **fields: Any) -> TicketReport:
    return TicketReport(
        **(
            {
                "ticket_id": "tkt_a",
                "person_id": person,
                "by": person,
                "joined_at": START,
            }
            | fields
        )
    )


def told(outcome: Changes[Any]) -> list[tuple[str, str]]:
    """Return the kinds and recipients; where nobody is on duty, the way down is the ticket's."""
    return [
        (
            message.kind.removeprefix("ticket."),
            format_audience(message.audience).partition(">")[0],
        )
        for message in outcome.messages
    ]


def tags(outcome: Changes[Any]) -> list[str]:
    return [event.tag.removeprefix("ticket.") for event in outcome.events]


def clock(ticket: Ticket, name: SlaKind) -> SlaTimer:
    found = ticket.sla_timer(name)
    assert found, name
    return found


def running(ticket: Ticket) -> set[str]:
    return {clock.name.value for clock in ticket.clocks if clock.running}
