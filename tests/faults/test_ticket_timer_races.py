"""A timer against people, and against itself: a level climbs once, and what was answered is true.

Each guard has a control: without it, the same race goes wrong.
"""

from collections import Counter as Tally
from unittest import mock

import pytest

from chalicelib.kernel.changes import Changes
from chalicelib.tickets.background import TicketJobs
from chalicelib.tickets.model import Ticket
from chalicelib.tickets.policy import Level
from chalicelib.tickets.states import TicketStatus
from chalicelib.tickets.timers import on_timer

from . import seams
from .cloud import note
from .facts import check, climbs, snapshot, tags_of, ticket_of
from .hands import at_once, rivals
from .ladder import (
    EscalationPath,
    check_levels_told,
    heard,
    move,
    report,
    timer_of,
    until_due,
)
from .story import just_before_commit
from .ticket_hands import ROUNDS, end, overdue, rest

# an acceptance against the timer


def test_an_acceptance_at_the_deadline_is_before_or_after_the_escalation(
    ladder: EscalationPath,
) -> None:
    world = ladder.world
    came: Tally[str] = Tally()
    for n in range(2 * ROUNDS):
        ticket = overdue(world)
        tap = move(ladder.phone(Level.GRID), ticket, "accept")
        given, _ = rivals(n, tap, world.services.outbox.sweep)
        assert given.status == 200
        rest(ladder)
        assert tags_of(ticket) in (
            ["submitted", "accepted"],
            ["submitted", "climbed", "accepted"],
        )
        assert climbs(ticket) in ([], [("accept", Level.COMMUNITY)])
        now = ticket_of(ticket)
        assert (now.state, now.assignee) == (
            TicketStatus.ACCEPTED,
            ladder.worker.id,
        )
        assert now.level is (Level.COMMUNITY if climbs(ticket) else Level.GRID)
        assert heard(ticket, "climbed_staff") == len(climbs(ticket))
        came["climb first" if climbs(ticket) else "acceptance first"] += 1
        end(world, ticket)
    note(f"came: {came}")


def test_an_acceptance_between_the_timer_and_its_commit_stops_the_escalation(
    ladder: EscalationPath,
) -> None:
    world, ticket = ladder.world, overdue(ladder.world)
    with just_before_commit(
        move(ladder.phone(Level.GRID), ticket, "accept")
    ) as happened:
        world.services.outbox.sweep()
    assert happened[0].status == 200
    rest(ladder)
    assert (tags_of(ticket), ticket_of(ticket).level) == (
        ["submitted", "accepted"],
        Level.GRID,
    )
    assert not heard(ticket, "climbed_staff")


def test_without_the_version_condition_an_accepted_ticket_escalates(
    ladder: EscalationPath,
) -> None:
    """The control: the alarm has read it before, and overwrites the acceptance."""
    world, ticket = ladder.world, overdue(ladder.world)
    with (
        seams.without_versions(),
        just_before_commit(
            move(ladder.phone(Level.GRID), ticket, "accept")
        ) as happened,
    ):
        world.services.outbox.sweep()
    assert happened[0].status == 200
    assert ticket_of(ticket).level is Level.COMMUNITY
    assert ticket_of(ticket).state is TicketStatus.OPEN, (
        "what she was answered is not true"
    )


def test_an_escalation_between_read_and_acceptance_keeps_both(
    ladder: EscalationPath,
) -> None:
    world, ticket = ladder.world, overdue(ladder.world)
    with just_before_commit(world.services.outbox.sweep):
        given = move(ladder.phone(Level.GRID), ticket, "accept")()
    assert (given.status, given.json["level"], given.json["state"]) == (
        200,
        "community",
        "accepted",
    )
    rest(ladder)
    assert tags_of(ticket) == ["submitted", "climbed", "accepted"]


def test_if_match_refuses_an_acceptance_after_an_escalation(
    ladder: EscalationPath,
) -> None:
    world, ticket = ladder.world, overdue(ladder.world)
    with just_before_commit(world.services.outbox.sweep):
        given = move(
            ladder.phone(Level.GRID), ticket, "accept", if_match='"1"'
        )()
    assert (given.status, given.code) == (412, "request.stale")
    rest(ladder)
    assert (tags_of(ticket), ticket_of(ticket).state) == (
        ["submitted", "climbed"],
        TicketStatus.OPEN,
    )


# many timers


@pytest.mark.parametrize("sweeps", [2, 4])
def test_of_sweeps_at_once_each_firing_escalates_and_informs_one_level(
    ladder: EscalationPath, sweeps: int
) -> None:
    world = ladder.world
    made = [
        report(world, world.resident(), text=f"第{n}盏灯坏了") for n in range(6)
    ]
    for level in (Level.COMMUNITY, Level.STREET, Level.STREET, Level.STREET):
        for ticket in made:
            until_due(world, ticket)
        assert max(timer_of(ticket).at for ticket in made) <= world.clock.now()
        at_once(*[world.services.outbox.sweep] * sweeps)
        check()
        assert {ticket_of(ticket).level for ticket in made} == {level}
    rest(ladder)
    for ticket in made:
        assert [level for _, level in climbs(ticket)] == [
            Level.COMMUNITY,
            Level.STREET,
        ]
        assert (
            heard(ticket, "climbed_staff", ladder.clerk.id)
            == heard(ticket, "climbed_staff", ladder.chief.id)
            == 1
        )
        assert heard(ticket, "overdue_staff", ladder.chief.id) == 2


def test_without_the_version_condition_two_sweeps_escalate_twice(
    ladder: EscalationPath,
) -> None:
    """The control of the two above."""
    world = ladder.world
    made = [
        report(world, world.resident(), text=f"第{n}盏灯坏了") for n in range(6)
    ]
    for ticket in made:
        until_due(world, ticket)
    with seams.without_versions():
        at_once(*[world.services.outbox.sweep] * 4)
    assert any(heard(ticket, "climbed_staff") > 1 for ticket in made)
    with pytest.raises(AssertionError):
        check()
    with pytest.raises(AssertionError):
        check_levels_told(ladder)


def test_the_same_alarm_eight_times_at_once_is_one_step(
    ladder: EscalationPath,
) -> None:
    world = ladder.world
    for n in range(ROUNDS):
        ticket = overdue(world, text=f"第{n}盏灯坏了")
        timer = timer_of(ticket)
        at_once(*[lambda timer=timer: seams.run_job(world, timer)] * 8)
        rest(ladder)
        assert [level for _, level in climbs(ticket)] == [Level.COMMUNITY]
        assert heard(ticket, "climbed_staff") == 1
        end(world, ticket)


def test_an_alarm_that_is_not_the_one_it_waits_for_writes_nothing(
    ladder: EscalationPath,
) -> None:
    world, ticket = ladder.world, report(ladder.world, ladder.world.resident())
    stale = [until_due(world, ticket)]
    world.services.outbox.sweep()
    stale.append(until_due(world, ticket))
    world.services.outbox.sweep()
    until_due(world, ticket)
    before = snapshot()
    for timer in stale:
        seams.run_job(world, timer)
    assert snapshot() == before
    with mock.patch.object(TicketJobs, "on_timer", _wake_whoever_comes):
        seams.run_job(world, stale[0])
    assert snapshot() != before, (
        "the control: without the comparison one that is stale does what another is for"
    )


def _wake_whoever_comes(
    upkeep: TicketJobs, ticket_id: str, timer_id: str
) -> None:
    def decide(ticket: Ticket) -> Changes[Ticket]:
        return on_timer(
            ticket, upkeep._duty.escalation_for(ticket), upkeep._clock.now()
        )

    upkeep._entities.update(ticket_id, decide)
