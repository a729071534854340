"""Generated duty tables: each task reaches somebody on duty, and climbs as staff allow."""

from datetime import datetime, timedelta
from unittest import mock

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from chalicelib.catalogue import queue_kinds
from chalicelib.queue_watch import service

from ..admin.test_queue import queue
from ..cases import merged
from ..tickets.street import TicketStreet
from ..world import STREET, World
from .test_queue_watch import (
    ADMIN,
    CLERK,
    DUTY,
    FROM,
    WATCHED,
    WORKER,
    notices,
    off_duty,
    on_duty,
)

LEVELS = [WORKER, CLERK, ADMIN]
LAPSES = {
    "consent.call_back",
    "factor.reset",
}  # before every level has its turn
TABLES = st.sets(st.sampled_from(LEVELS), min_size=1)
STEPS = st.lists(
    st.tuples(st.sampled_from([*WATCHED]), TABLES), min_size=1, max_size=2
)


def nearest(name: str, present: set[str]) -> list[str]:
    """Return the levels that a kind of task may reach, the first one first."""
    upwards = [
        one for one in FROM[queue_kinds()[name].lowest] if one in present
    ]
    below = [one for one in reversed(LEVELS) if one in present]
    return upwards or below[:1]


def run(steps: list[tuple[str, set[str]]]) -> None:
    street = TicketStreet(World())
    world = street.world
    world.services.queue_watch.begin()
    present = set(LEVELS)
    for name, table in steps:
        merged("waiting")[name](world)
        off_duty(street, *sorted(present - table))
        on_duty(street, *sorted(table - present))
        present = set(table)
        world.pass_time(days=1)
    begun = world.clock.now()
    world.pass_time(days=5)  # over a weekend at the most
    places = world.services.places
    for task in queue(street.phone(world.admin.id), STREET)["items"]:
        assert task["due_at"], "a task has no due time"
        due_at = datetime.fromisoformat(task["due_at"])
        kind = queue_kinds()[task["kind"]]
        if kind.timer or task["kind"] in LAPSES:
            continue
        if due_at > world.clock.now() - timedelta(days=3):
            continue
        ids = {street.ids[one] for one in nearest(task["kind"], present)}
        told = {
            line.person
            for line in notices(street, task["kind"])
            if line.at >= begun - timedelta(days=1)
        }
        assert told & ids, "nobody on duty learns of a task"
    for name in LEVELS:
        place, role = DUTY[name]
        here = places.duty_along(place)[place].get(role, ())
        assert bool(here) is (name in present)


def examples(number: int) -> settings:
    return settings(
        max_examples=number,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


@examples(8)
@given(STEPS)
def test_each_task_reaches_somebody_whoever_is_on_duty(steps):
    run(steps)


def _upwards_only(lowest, along):
    """Forget the levels below: a task of the street waits for an empty desk."""
    found = original(lowest, along)
    return [one for one in found if one[0].count(".") <= 0] if found else []


original = service.staffed_levels


def test_the_histories_find_a_task_that_nobody_learns_of():
    with (
        mock.patch.object(service, "staffed_levels", _upwards_only),
        pytest.raises(AssertionError, match="nobody on duty learns"),
    ):
        run([("wish.approve", {WORKER}), ("volunteer.vet", {WORKER})])
