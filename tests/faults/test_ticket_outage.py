"""Three days without a sweep: afterwards one level and one message for each firing, and nothing is
lost.
"""

from collections import Counter as Tally
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from chalicelib.kernel.quiet import QUIET_FROM, QUIET_TO, quiet_span
from chalicelib.message_log.model import (
    Channel,
    DeliveryState,
    MessageAttempt,
    SuppressionReason,
)
from chalicelib.message_log.policy import BUNDLE_FOR
from chalicelib.notifications.policy import JITTER
from chalicelib.tickets.model import Ticket
from chalicelib.tickets.policy import Level
from chalicelib.tickets.states import Ending, TicketStatus

from ..world import Phone, World
from .cloud import Cloud, note
from .facts import check, climbs, every, tags_of, ticket_of
from .ladder import (
    EscalationPath,
    again,
    check_levels_told,
    heard,
    lines_about,
    report,
    staffed,
)
from .promises import check_promises
from .seams import is_urgent

ZONE = "Asia/Shanghai"
NIGHT = datetime(
    2026, 11, 26, 18, 30, tzinfo=UTC
)  # half past two on Friday, in Shanghai
OUTAGE = timedelta(days=3)
# A category of each urgency class.
CLASSES = {
    "urgent": "gas",
    "utility": "lift",
    "general": "light",
    "complex": "building",
}


@pytest.fixture
def cloud(world: World) -> Cloud:
    """In memory, on one thread."""
    made = Cloud(world)
    made.provide("east", "west")
    return made


@dataclass
class Street:
    """Tickets of every class in every state, as the outage finds them."""

    cloud: Cloud
    ladder: EscalationPath
    tickets: dict[str, str] = field(default_factory=dict)

    @property
    def world(self) -> World:
        return self.cloud.world

    def report(self, name: str, category: str) -> str:
        self.tickets[name] = report(
            self.world,
            self.world.resident(),
            category=category,
            text=f"{name}坏了",
        )
        self.rest()
        return self.tickets[name]

    def does(
        self, ticket: str, name: str, body: object, phone: Phone | None = None
    ) -> None:
        phone = phone or self.ladder.phone(Level.GRID)
        answer = again(self.world, phone).post(
            f"/v1/tickets/{ticket}/{name}", body
        )
        assert answer.status == 200, answer.text
        self.rest()

    def rest(self) -> None:
        self.cloud.run(self.world.clock.now())

    def of(self, start: str) -> dict[str, str]:
        return {
            name: id
            for name, id in self.tickets.items()
            if name.startswith(start)
        }


@pytest.fixture
def street(cloud: Cloud) -> Street:
    """Afternoon and evening before: a report at ten at night sends its message in the morning."""
    made = Street(cloud, staffed(cloud.world))
    clock = cloud.world.clock
    clock.move_to(
        NIGHT - OUTAGE - timedelta(hours=10)
    )  # half past four in the afternoon
    for urgency, category in CLASSES.items():
        made.report(f"{urgency} open", category)
        made.does(made.report(f"{urgency} accepted", category), "accept", {})
        made.does(
            made.report(f"{urgency} assigned", category),
            "assign",
            {"to": "grid_worker"},
        )
        held = made.report(f"{urgency} on hold", category)
        made.does(held, "accept", {})
        until = clock.now() + timedelta(days=1)
        made.does(
            held, "hold", {"reason": "等零件到货", "until": until.isoformat()}
        )
        made.does(
            made.report(f"{urgency} resolved", category),
            "resolve",
            {"note": "修好了"},
        )
        closed = made.report(f"{urgency} closed", category)
        made.does(closed, "close", {"reason": "重复反映"})
    clock.move_to(
        NIGHT - OUTAGE - timedelta(hours=4, minutes=30)
    )  # ten in the evening
    cloud.run(clock.now())
    for urgency in ("general", "complex", "utility"):
        made.report(f"{urgency} in the evening", CLASSES[urgency])
    clock.move_to(NIGHT - OUTAGE)
    cloud.run(clock.now())
    check()
    return made


def test_after_three_days_each_ticket_escalates_once_a_firing_in_order(
    street: Street,
) -> None:
    world, cloud = street.world, street.cloud
    before = {ticket.id: ticket for ticket in every(Ticket)}
    world.clock.move_to(NIGHT)
    calls = len(cloud.calls)
    steps: Tally[int] = Tally()
    for n in range(1, 5):  # sweeps, a minute apart, each with its workers
        seen = {ticket.id: ticket for ticket in every(Ticket)}
        events = {id: len(tags_of(id)) for id in seen}
        world.services.outbox.sweep()
        while cloud.deliver():
            pass
        for ticket in every(Ticket):
            assert ticket.level.rank - seen[ticket.id].level.rank in (0, 1), (
                "one level for one firing"
            )
            assert len(tags_of(ticket.id)) - events[ticket.id] in (0, 1), (
                "one step for one firing"
            )
            steps[n] += len(tags_of(ticket.id)) - events[ticket.id]
        check()
        world.clock.advance(timedelta(minutes=1))
    assert steps[4] == 0, "it is at rest after three"
    for ticket in every(Ticket):
        assert all(
            due > world.clock.now() - timedelta(minutes=5)
            for due in ticket.deadlines().values()
        ), "every due time is ahead"
        assert ticket.level.rank - before[ticket.id].level.rank <= 1
    assert world.services.audit() == 0

    told_at_night = Tally(call.kind for call in cloud.calls[calls:])
    assert told_at_night
    assert all(map(is_urgent, told_at_night)), told_at_night
    cloud.run(NIGHT + timedelta(hours=9))  # until half past eleven
    check()
    check_everybody_was_told(street)
    assert world.services.audit() == 0
    note(
        f"steps by sweep {dict(steps)}; told at night {dict(told_at_night)}; "
        f"states {Tally(t.state.value for t in every(Ticket))}"
    )


def was_taken(line: MessageAttempt) -> bool:
    """Say whether a message waited in a bundle until its ticket was taken."""
    is_outdated = line.reason is SuppressionReason.OUTDATED
    return is_outdated and line.channel is Channel.BUNDLE


def check_everybody_was_told(street: Street) -> None:
    cloud, ladder = street.cloud, street.ladder
    check_promises(cloud)
    check_levels_told(ladder, exact=False)
    sent = {call.delivery: call for call in cloud.calls}
    for name, id in street.tickets.items():
        ticket = ticket_of(id)
        of_levels = [
            line
            for kind in ("new", "climbed_staff")
            for line in lines_about(id, kind)
        ]
        if ticket.is_open:
            told = [line for line in of_levels if not was_taken(line)]
            assert {line.state for line in told} <= {DeliveryState.SENT}, (
                f"{name}: a level was passed over: {of_levels}"
            )
        at = [
            (sent.get(line.id) or sent[line.ref]).at  # itself, or in a bundle
            for line in of_levels
            if line.state is DeliveryState.SENT
        ]
        later = [second - first for first, second in pairwise(at)]
        assert all(by > -JITTER - BUNDLE_FOR for by in later), (
            f"{name}: a higher level was told long before a lower one"
        )
        taken = sum(was_taken(line) for line in lines_about(id, "new"))
        assert heard(id, "new") + taken == 1, name
        assert len(of_levels) == 1 + len(climbs(id))
    for call in cloud.calls:
        if not is_urgent(call.kind):
            assert not quiet_span(call.at, QUIET_FROM, QUIET_TO, ZONE), (
                f"{call.kind} went out in the night: {call.at}"
            )


def test_after_three_days_the_assignee_gets_what_only_they_can_end(
    street: Street,
) -> None:
    """What became of each state: holds end at their own time, silence ends what is resolved, the
    others have climbed.
    """
    world = street.world
    world.clock.move_to(NIGHT)
    street.cloud.run(NIGHT + timedelta(minutes=5))
    for name, id in street.of("").items():
        ticket, state = ticket_of(id), name.split(" ", 1)[1]
        if state == "on hold":
            assert ticket.state is TicketStatus.ACCEPTED
            assert tags_of(id)[3] == "resumed"
            assert ticket.holds[-1].until < NIGHT - timedelta(days=1), (
                "it goes on from when it was to, however late we are"
            )
            assert heard(id, "released") == 0, (
                "in the night nobody is told that a hold is over"
            )
        elif state == "resolved":
            assert (ticket.state, ticket.ending) == (
                TicketStatus.CLOSED,
                Ending.SILENT,
            )
        elif state == "closed":
            assert ticket.state is TicketStatus.CLOSED
        else:
            assert climbs(id), name
    assert all(
        ticket.timer is None or ticket.timer.at > NIGHT
        for ticket in every(Ticket)
    )


def test_a_second_outage_right_behind_it_loses_nothing_either(
    street: Street,
) -> None:
    cloud, world = street.cloud, street.world
    for n in range(1, 4):
        at = NIGHT + (n - 1) * OUTAGE
        world.clock.move_to(at)
        cloud.run(at + timedelta(hours=9))
        check()
        assert world.services.audit() == 0
        for ticket in every(Ticket):
            ranks = [level.rank for _, level in climbs(ticket.id)]
            assert ranks == list(range(1, len(ranks) + 1)), "nothing skipped"
    cloud.run(world.clock.now())  # what the last audit began
    check_promises(cloud)
    check_levels_told(street.ladder, exact=False)
