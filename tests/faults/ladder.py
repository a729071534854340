"""A street that is staffed at every level, what is reported there, and what must be true of tickets
once everything is at rest.
"""

from collections import Counter as Tally
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chalicelib.kernel.access import Role
from chalicelib.kernel.job import JobRecord
from chalicelib.message_log.model import DeliveryState, MessageAttempt
from chalicelib.people.model import Person
from chalicelib.tickets.model import Ticket
from chalicelib.tickets.policy import Level, SlaKind

from ..world import BAIHUA, GRID, UNIT, Answer, Phone, World
from .facts import climbs, every, tags_of, timers
from .hands import insist

TOLD = (DeliveryState.SENT, DeliveryState.HELD)
ACCEPT, RESOLVE = SlaKind.ACCEPT, SlaKind.RESOLVE


@dataclass(frozen=True)
class EscalationPath:
    """Who answers for a ticket at each level: one person each."""

    world: World
    worker: Person
    clerk: Person
    chief: Person

    def at(self, level: Level) -> Person:
        return {
            Level.GRID: self.worker,
            Level.COMMUNITY: self.clerk,
            Level.STREET: self.chief,
        }[level]

    def phone(self, level: Level) -> Phone:
        return again(self.world, self.at(level))


def staffed(world: World) -> EscalationPath:
    worker = world.person("周斌", (Role.GRID_WORKER, GRID), home=GRID)
    clerk = world.person("陈敏", (Role.COMMUNITY_STAFF, BAIHUA), home=BAIHUA)
    world.services.places.assign_duty(
        world.boss, GRID, {"grid_worker": [worker.id]}
    )
    world.services.places.assign_duty(
        world.boss, BAIHUA, {"community_staff": [clerk.id]}
    )
    return EscalationPath(world, worker, clerk, world.admin)


def again(world: World, person: Person | Phone) -> Phone:
    """Sign somebody in again: time passes, and tokens last half an hour."""
    known = world.services.people.find(
        person.id if isinstance(person, Person) else person.me["id"]
    )
    assert known
    return world.phone_of(known)


def report(world: World, phone: Phone, **fields: Any) -> str:
    """Report a problem; return the ticket. What is not said is a lamp that is broken: a general
    one.
    """
    answer = insist(lambda: phone.post("/v1/tickets", ticket_body(**fields)))
    assert answer.status == 201, answer.text
    return str(answer.json["id"])


def ticket_body(**fields: Any) -> dict[str, Any]:
    return {"category": "light", "text": "楼道灯坏了", "place": UNIT} | fields


def move(
    phone: Phone, ticket_id: str, name: str, body: Any = None, **headers: str
) -> Callable[[], Answer]:
    """Return a function that makes a move as a client does, again after a 503."""
    sent = (
        {} if body is None and name in ("confirm", "resolve", "join") else body
    )
    return lambda: insist(
        lambda: phone.post(f"/v1/tickets/{ticket_id}/{name}", sent, **headers)
    )


def done(phone: Phone, ticket_id: str, name: str, body: Any = None) -> None:
    answer = move(phone, ticket_id, name, body)()
    assert answer.status == 200, answer.text


def timer_of(ticket_id: str) -> JobRecord:
    (timer,) = timers(ticket_id)
    return timer


def until_due(world: World, ticket_id: str) -> JobRecord:
    """Let time pass until a ticket's alarm is due; return its row."""
    timer = timer_of(ticket_id)
    world.clock.move_to(timer.at)
    return timer


# messages


def lines_about(ticket_id: str, kind: str) -> list[MessageAttempt]:
    """Return the ledger's lines of a kind about a ticket, also where it is urgent, in the order in
    which they were begun.
    """
    kinds = (f"ticket.{kind}", f"ticket.urgent_{kind}")
    return sorted(
        (
            line
            for line in every(MessageAttempt)
            if line.about == ticket_id and line.kind in kinds
        ),
        key=lambda line: line.at,
    )


def heard(ticket_id: str, kind: str, person: str = "") -> int:
    """Return the number of messages about a ticket, by kind."""
    return sum(
        line.state in TOLD and person in ("", line.person)
        for line in lines_about(ticket_id, kind)
    )


def firings(ticket: Ticket) -> set[datetime]:
    """Return the instants at which the timers of a ticket without a hold have fired."""
    return {run.start for clock in ticket.clocks for run in clock.runs[1:]}


def check_levels_told(ladder: EscalationPath, *, exact: bool = True) -> None:
    """Assert one step for each firing, with one message to the people on duty at its level.

    With `exact`, by the runs of its clocks: of tickets that were neither put on hold nor
    reopened nor split.
    """
    by_ticket: dict[str, list[MessageAttempt]] = defaultdict(list)
    for line in every(MessageAttempt):
        by_ticket[line.about].append(line)
    for ticket in every(Ticket):
        lines = [
            line
            for line in by_ticket[ticket.id]
            if line.kind.endswith(("climbed_staff", "overdue_staff"))
        ]
        once = Tally((line.message, line.person) for line in lines)
        assert set(once.values()) <= {1}, f"told twice: {once}"
        told = Tally(
            (line.params["level"], line.person)
            for line in lines
            if line.kind.endswith("climbed_staff")
        )
        steps = climbs(ticket.id)
        for _, level in steps:
            assert told.pop((level.value, ladder.at(level).id), 0) == 1, (
                f"{level} was not told once of {ticket.id}: {lines}"
            )
        # A ticket takes the level of one that is merged into it.
        lifted = tags_of(ticket.id).count("escalated") + len(ticket.merged)
        assert sum(told.values()) <= lifted, f"told without a step: {told}"
        overdue = {
            line.message
            for line in lines
            if line.kind.endswith("overdue_staff")
        }
        if exact:
            _fired_as_told(ticket, len(steps) + len(overdue))


def _fired_as_told(ticket: Ticket, told: int) -> None:
    """Assert that each firing is a step or a reminder at the top, and the reverse.

    Who sends back what was accepted sets its first clock going again. That may be over, and fires
    at the same instant as another just has: these are two firings, and one instant.
    """
    fired, most = (
        len(firings(ticket)),
        sum(clock.fired for clock in ticket.clocks),
    )
    least = fired if "bounced" in tags_of(ticket.id) else told
    assert fired <= told <= most, (
        f"{told} steps of {ticket.id}, {fired} to {most} firings"
    )
    assert least == fired, f"{told} steps of {ticket.id}, and {fired} firings"
