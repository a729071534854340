"""The metrics of sending, from which alarms are raised."""

from datetime import timedelta

from chalicelib.adapters.ports import Refused

from ..job_rows import a_job
from ..world import START, World
from .builders import ScriptedGateway, over


def counts(world: World, name: str) -> dict[tuple[str, ...], float]:
    return {
        key[1:]: value
        for key, value in world.services.metrics.counts.items()
        if key[0] == name
    }


def test_sends_are_counted_by_kind_and_result_with_parts_and_cost(world: World):
    over(world, ScriptedGateway(world, TimeoutError(), Refused("throttled")))
    for _ in range(3):
        world.open_wish()
    world.pass_time(minutes=2)
    sends = counts(world, "Sends")
    assert sends[("wish.approved", "unknown")] == 1
    assert sends[("wish.approved", "retry")] == 1
    assert sends[("wish.approved", "sent")] == 2
    # A refused message is not billed, one of unknown fate may be.
    assert counts(world, "SmsParts") == {("east",): 3}
    assert counts(world, "SmsCostFen") == {("east",): 16.5}
    lags = world.services.metrics.values[("Lag",)]
    assert len(lags) == 2
    assert all(0 <= lag < 60 for lag in lags)


def test_the_age_of_the_oldest_due_row_is_measured_and_is_0_when_none_waits(
    world: World,
):
    world.services.outbox.sweep()
    world.services.outbox.put(
        a_job(
            id="due_late",
            at=START - timedelta(minutes=7),
            shard="s1",
            kind="timer.wish",
            subject="wsh_gone",
        )
    )
    world.services.outbox.sweep()
    assert world.services.metrics.values[("OldestDueRow",)] == [0, 420]


def test_parked_jobs_and_lost_timers_are_counted(world: World):
    world.services.outbox.put(
        a_job(
            id="due_poison",
            at=START,
            shard="s1",
            kind="timer.nothing",
            subject="nobody",
        )
    )
    for _ in range(8):
        world.pass_time(minutes=3)
    # The alarm watches the sum of all kinds.
    assert counts(world, "ParkedJobs") == {("timer.nothing",): 1, (): 1}
    assert world.services.audit() == 0
    assert counts(world, "LostTimers") == {(): 0}
