"""Very many tickets due in the same minute: how they are made, drained, and counted. For the test
of faults and the bench.
"""

from collections import Counter as Tally
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from chalicelib.kernel.access import Role
from chalicelib.kernel.changes import ArmedTimer
from chalicelib.kernel.job import JobRecord
from chalicelib.message_log.model import MessageAttempt
from chalicelib.people.model import Person
from chalicelib.store.outbox import shard_of
from chalicelib.tickets import sla_timers
from chalicelib.tickets.calendar import chinese_holiday
from chalicelib.tickets.model import Ticket
from chalicelib.tickets.policy import (
    DEFAULT_POLICY,
    Level,
    SlaKind,
    TicketUrgency,
)
from chalicelib.tickets.repository import TICKET

from ..storage import intercepted
from ..store.scan import store
from ..world import BAIHUA, JINFENG, START, STREET, World
from .cloud import Cloud
from .facts import every

THIRD = f"{STREET}.c03"
COMMUNITIES = (BAIHUA, JINFENG, THIRD)
SHARDS = 4
DUE_AT = START + timedelta(
    hours=2
)  # of what is reported at START and has two hours


@dataclass
class Counted:
    """Requests and units by operation and table, without keeping the calls: there are very many."""

    requests: Tally[str] = field(default_factory=Tally)
    units: Tally[str] = field(default_factory=Tally)

    def around(
        self, call: Callable[[], Any], name: str, kwargs: dict[str, Any]
    ) -> Any:
        answer = call()
        tables = kwargs.get(
            "RequestItems", {kwargs.get("TableName", "several"): None}
        )
        table = ",".join(sorted(name.rpartition("-")[2] for name in tables))
        self.requests[f"{name} {table}"] += 1
        reported = answer.get("ConsumedCapacity", [])
        for used in reported if isinstance(reported, list) else [reported]:
            kind = (
                "read"
                if name in ("GetItem", "BatchGetItem", "Query")
                else "write"
            )
            self.units[kind] += used["CapacityUnits"]
        return answer


@dataclass(frozen=True)
class Drained:
    """What became of everything that was due."""

    sweeps: int
    requests: Tally[str]
    units: Tally[str]
    sqs: int
    heard: Tally[str]  # messages by person

    @property
    def queries(self) -> int:
        """Return the sweeps' own requests: pages of a hundred rows that are due, and one at least
        for each shard and sweep.
        """
        return sum(
            n for name, n in self.requests.items() if name == "Query due"
        )

    def per_ticket(self, due: int) -> float:
        return self.requests.total() / due


def tickets(due: int, others: int) -> Iterator[tuple[Ticket, JobRecord]]:
    """Yield open tickets over three communities, each with the row of its alarm: those that are
    due, then those that are not.
    """
    made = {
        True: ticket_at(START),
        False: ticket_at(START + timedelta(minutes=90)),
    }
    for n in range(due + others):
        one = made[n < due]
        community = COMMUNITIES[n % 3]
        timer = one.deadlines()[SlaKind.ACCEPT]
        id = f"due_{n:024}"
        armed = ArmedTimer(id, timer, shard_of(id, SHARDS))
        ticket = replace(
            one,
            id=ticket_id(n),
            place=f"{community}.g01.b05.u1",
            assignee=worker_of(community),
            timer=armed,
        )
        yield (
            ticket,
            JobRecord(
                id=id,
                at=timer,
                shard=armed.shard,
                kind="timer.ticket",
                subject=ticket.id,
            ),
        )


def ticket_id(n: int) -> str:
    return f"tkt_{n:024}"


def worker_of(community: str) -> str:
    return f"per_{COMMUNITIES.index(community):024}"


def ticket_at(now: datetime) -> Ticket:
    """Return what has just been reported."""
    one = Ticket(
        id="",
        version=1,
        created_at=now,
        updated_at=now,
        person_id="per_" + "9" * 24,
        filed_by="per_" + "9" * 24,
        category="light",
        urgency=TicketUrgency.GENERAL,
        text="楼道里的灯坏了三天了，晚上什么都看不见",
        place=f"{BAIHUA}.g01.b05.u1",
        community_name="柏华社区",
        zone="Asia/Shanghai",
        level=Level.GRID,
    )
    terms = sla_timers.sla_of(DEFAULT_POLICY, one, chinese_holiday)
    names = (SlaKind.ACCEPT, SlaKind.CONTACT, SlaKind.RESOLVE)
    return replace(
        one, clocks=tuple(sla_timers.start(terms, name, now) for name in names)
    )


def staffed_communities(world: World) -> dict[str, Person]:
    """Put one member of staff on duty in each of three communities; return them by community."""
    places, boss = world.services.places, world.boss
    places.put_place(boss, THIRD, "第三社区", [], None)
    clerks = {}
    for community in COMMUNITIES:
        clerks[community] = world.person(
            "陈敏", (Role.COMMUNITY_STAFF, community), home=community
        )
        places.assign_duty(
            boss, community, {"community_staff": [clerks[community].id]}
        )
    return clerks


def drain(world: World, most: int = 3) -> Drained:
    """Sweep once a minute, and work on everything that this brings, until nothing is due; count
    what it asks.
    """
    cloud = Cloud(world)
    cloud.provide("east")
    world.clock.move_to(DUE_AT)
    counted, sweeps = Counted(), 0
    with intercepted(counted.around):
        for _ in range(most):
            world.services.outbox.sweep()
            while cloud.deliver():
                pass
            sweeps += 1
            world.clock.advance(timedelta(minutes=1))
            before = (counted.requests.copy(), counted.units.copy())
            first = world.services.outbox.next_at()
            counted.requests, counted.units = (
                before  # this was nobody's request
            )
            if not cloud.letters and (
                first is None or first > world.clock.now()
            ):
                break
    assert not cloud.letters
    heard = Tally(
        line.person
        for line in every(MessageAttempt)
        if line.kind == "ticket.climbed_staff"
    )
    return Drained(
        sweeps, counted.requests, counted.units, cloud.requests, heard
    )


def check_drained(
    world: World, clerks: dict[str, Person], due: int, others: int
) -> None:
    """Assert that each due ticket has escalated one level with one message, and that nothing else
    changed.
    """
    expected = {ticket.id: ticket for ticket, _ in tickets(due, others)}
    found = store().get_many(TICKET, [(id, "ticket") for id in expected])
    assert len(found) == due + others
    told = Tally(
        (line.about, line.person, line.state.value)
        for line in every(MessageAttempt)
    )
    rows = {
        row.subject: (row.id, row.at)
        for row in every(JobRecord)
        if row.kind == "timer.ticket"
    }
    assert len(rows) == due + others, "each waits for something, once"
    for n, ticket in enumerate(found):
        assert ticket.timer
        assert rows[ticket.id] == (ticket.timer.id, ticket.timer.at)
        if n >= due:
            assert ticket == expected[ticket.id], "what was not due has changed"
            continue
        clerk = clerks[ticket.community].id
        assert (ticket.level, ticket.assignee, ticket.version) == (
            Level.COMMUNITY,
            clerk,
            2,
        ), "one level, once"
        assert [clock.fired for clock in ticket.clocks] == [1, 0, 0]
        assert ticket.timer.at > DUE_AT + timedelta(minutes=10)
        about = (ticket.id, clerk)  # sent, or held for the bundle
        times = [told.pop((*about, state), 0) for state in ("sent", "held")]
        assert sum(times) == 1
    assert not told, f"somebody else was told something: {told}"
