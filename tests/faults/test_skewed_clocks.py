"""Clocks that are ten minutes apart make one step of what is due, and count each answer."""

import random
from datetime import datetime, timedelta

import pytest

from chalicelib.message_log.model import MessageAttempt
from chalicelib.tickets.policy import SlaKind
from chalicelib.tickets.states import Ending, TicketStatus

from . import seams
from .clocks import SkewedClock
from .cloud import Cloud, note
from .crashes import Row, Scene
from .facts import check, every, tags_of, ticket_of, timers
from .ladder import timer_of
from .scenes import rows
from .test_lost_timers import WAITING_TICKETS
from .ticket_scene import GRID, MINUTE, NOTE, does, reported, rest

SKEWS = 6  # ways in which clocks are wrong


@pytest.fixture
def skewed(cloud: Cloud) -> SkewedClock:
    """Give the machines a clock that may be wrong by as much as is said."""
    clock = SkewedClock(cloud.world.clock)
    seams.rewire(cloud.world, clock=clock)
    seams.use_queue(cloud.world, cloud)
    cloud.provide("east", "west")
    return clock


@rows(WAITING_TICKETS)
def test_sweepers_and_workers_whose_clocks_are_ten_minutes_apart_make_one_step_of_it(
    cloud: Cloud, skewed: SkewedClock, row: Row
) -> None:
    scene, early = row.arrange(cloud), 0
    due = timer_of(scene.expected.ticket).at
    for seed in range(SKEWS):
        cloud.restore(scene.start)
        cloud.world.clock._now = due - 12 * MINUTE
        first = _first_step(cloud, skewed, scene, random.Random(seed)) - due
        rest(cloud)
        scene.check()
        assert abs(first) <= 12 * MINUTE
        early += first < timedelta(0)
    note(f"{row.name}: {early} of {SKEWS} were early")


def _first_step(
    cloud: Cloud, skewed: SkewedClock, scene: Scene, dice: random.Random
) -> datetime:
    """Sweep and work around the instant at which it is due; return when it went its step."""
    clock, went = cloud.world.clock, None
    for _ in range(13):
        for work in (
            cloud.world.services.outbox.sweep,
            cloud.deliver,
            cloud.deliver,
        ):
            skewed.offset = dice.randint(-10, 10) * MINUTE
            work()
        if went is None and _has_gone(scene):
            went = clock.now()
            check()
        clock.advance(2 * MINUTE)
    skewed.offset = timedelta(0)
    assert went is not None
    return went


def _has_gone(scene: Scene) -> bool:
    ticket = ticket_of(scene.expected.ticket)
    if scene.expected.tags != tags_of(ticket.id):
        return False
    accept = ticket.sla_timer(SlaKind.ACCEPT)
    return "ticket.overdue_staff" not in scene.expected.told or bool(
        accept and accept.fired == 3
    )


def test_an_answer_of_a_slow_clock_counts_for_its_own_solution(
    cloud: Cloud, skewed: SkewedClock
) -> None:
    ladder, ticket, first = reported(cloud)
    second = cloud.world.resident()
    does(cloud, second, ticket, "join", {})
    skewed.offset = 10 * MINUTE
    does(cloud, ladder.phone(GRID), ticket, "resolve", NOTE)
    skewed.offset = -10 * MINUTE
    does(cloud, first, ticket, "confirm", {"satisfied": 5})
    skewed.offset = timedelta(0)
    does(cloud, second, ticket, "confirm", {})
    rest(cloud)
    assert (ticket_of(ticket).state, ticket_of(ticket).ending) == (
        TicketStatus.CLOSED,
        Ending.CONFIRMED,
    )
    assert not timers(ticket)
    lines: list[MessageAttempt] = every(MessageAttempt)
    assert not [line for line in lines if line.kind == "ticket.unanswered"]
