"""Fan-outs: pages are frozen once, shares take turns, and a crash is resumed where it happened."""

import os
import random
from collections import Counter as Tally
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, time, timedelta
from itertools import count, pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from chalicelib.adapters.queue import read_entry
from chalicelib.fanouts import decisions, policy
from chalicelib.fanouts.model import Fanout
from chalicelib.fanouts.repository import FanoutRepository
from chalicelib.kernel.clock import at_local, local_day
from chalicelib.kernel.job import JobRecord, ScheduledJob, record_of
from chalicelib.kernel.paging import Page
from chalicelib.message_log.model import DeliveryState, MessageAttempt
from onemachine.store import embedded_store

from ..storage import intercepted
from ..store.scan import Reads, remove
from ..world import START, World
from .cloud import Cloud, note
from .crashes import survives
from .crowd import (
    Crowd,
    crowd_of,
    fanout_of,
    members,
    receipts,
    shares,
    start,
    units_by_table,
)
from .facts import every
from .hands import at_once
from .promises import check_at_rest, on_the_list

rows = Reads(FanoutRepository)

ZONE = "Asia/Shanghai"
SENT, UNKNOWN, SUPPRESSED = (
    DeliveryState.SENT,
    DeliveryState.UNKNOWN,
    DeliveryState.SUPPRESSED,
)


# very many


@pytest.fixture
def quick_world(tmp_path: Path) -> Iterator[World]:
    """A street in an embedded store that keeps its file in memory where it can: twice as fast, and
    only we die here.
    """
    memory = Path("/dev/shm")
    with (
        TemporaryDirectory(
            dir=memory if memory.is_dir() else tmp_path
        ) as folder,
        embedded_store(Path(folder)) as address,
    ):
        os.environ["AWS_ENDPOINT_URL_DYNAMODB"] = address
        yield World()
        os.environ.pop("AWS_ENDPOINT_URL_DYNAMODB", None)


def test_a_thousand_get_one_message_through_any_number_of_crashes(
    quick_world: World,
) -> None:
    """The embedded store counts the units. bench/fanout.py measures ten thousand and more."""
    number, dice = 1_000, random.Random(20261123)
    cloud, crowd, message = crowd_of(quick_world, number)
    world = cloud.world
    world.services.outbox.put(message)
    cloud.requests, deaths, units = 0, Tally[str](), Tally[str]()
    with intercepted(units_by_table(units)):
        for n in count():
            patience = (
                dice.randint(5, 60) if n < 6 else dice.randint(200, 500)
            )  # the first while it is being read
            if survives(
                cloud,
                patience,
                dice.choice(["before", "after"]),
                lambda: cloud.run(START + timedelta(hours=6)),
            ):
                break
            deaths[cloud.steps[-1]] += 1
    hundreds = number // 100
    lines = number - hundreds  # one of a hundred shares a phone with somebody
    states = check_at_rest(cloud, {"wish.approved": lines})
    writes, reads = (
        sum(n for name, n in units.items() if name.startswith(kind))
        for kind in ("write", "read")
    )
    # The list of visits has rows of its own, of those in doubt only.
    ledger = units["write messages"] + units["write tasks"]
    beside = (writes - ledger) / number
    note(
        f"{sum(deaths.values())} deaths: {dict(deaths)}; {states}; units: {dict(units)}"
    )
    note(
        f"for each of {number}: {beside:.3f} write units beside "
        f"the ledger's {units['write messages'] / number:.2f},"
    )
    note(
        f"{reads / number:.2f} read units, {cloud.requests / number:.4f} requests of SQS"
    )
    assert sum(deaths.values()) >= 15
    assert states[SENT] + states[UNKNOWN] == lines - 2 * hundreds
    assert states[UNKNOWN] <= sum(deaths.values()), (
        "a death leaves one in doubt at most"
    )
    found, listed = every(MessageAttempt), on_the_list(world)
    assert {line.person for line in found if line.id in listed} == {
        line.person for line in found if line.state in (UNKNOWN, SUPPRESSED)
    }
    heard = {line.person for line in found} | {row.person for row in receipts()}
    assert heard == set(crowd.ids)
    assert max(crowd.read.values()) <= 1 + sum(deaths.values())
    assert beside <= 0.2


# turns


def frozen(
    number: int, per_second: float, at: datetime
) -> list[tuple[datetime, int]]:
    """Return the time and the size of each share of a crowd, from the decisions alone."""
    ids = [f"per_{n:024}" for n in range(number)]
    fanout = Fanout(
        id="fan_a",
        created_at=at,
        updated_at=at,
        message="due_a",
        kind="wish.approved",
        about="wsh_a",
        audience="test:x",
        zone=ZONE,
        published_at=at,
        next_at=at,
        go_on_at=at,
    )
    turns: list[tuple[datetime, int]] = []
    for first in range(0, number, policy.PAGE_SIZE):
        after = first + policy.PAGE_SIZE
        page = Page(ids[first:after], {"n": after} if after < number else None)
        outcome = decisions.freeze_page(
            fanout, page, per_second, at + timedelta(seconds=first / 10_000)
        )
        turns += [
            (m.paced_at, len(m.audience.ids))
            for m in outcome.messages
            if m.paced_at
        ]
        fanout = outcome.entity
    assert (fanout.done, fanout.expanded) == (True, number)
    return turns


def test_ten_thousand_at_twenty_a_second_take_500_seconds_evenly() -> None:
    turns = frozen(10_000, 20, START)
    assert len(turns) == 200
    assert {size for _, size in turns} == {policy.SHARE_SIZE}
    assert turns[0][0] == START
    assert {
        later - earlier for (earlier, _), (later, _) in pairwise(turns)
    } == {timedelta(seconds=2.5)}
    assert turns[-1][0] + timedelta(seconds=2.5) - START == timedelta(
        seconds=500
    )


@pytest.mark.parametrize(
    "begins", [time(20, 57), time(21), time(23, 59), time(7, 59, 59)]
)
def test_shares_jump_over_the_night_and_go_on_in_the_morning_at_the_same_pace(
    begins: time,
) -> None:
    day = local_day(START, ZONE)
    at = at_local(day, begins, ZONE)
    turns = [instant for instant, _ in frozen(10_000, 20, at)]
    morning = at_local(
        day if begins < time(8) else day + timedelta(days=1), time(8), ZONE
    )
    evening = [instant for instant in turns if instant < morning]
    assert all(instant < at_local(day, time(21), ZONE) for instant in evening)
    assert len(evening) == (
        72 if begins == time(20, 57) else 0
    )  # three minutes of 2.5 seconds each
    assert turns[len(evening)] == morning
    assert turns[-1] == morning + timedelta(seconds=2.5) * (
        len(turns) - len(evening) - 1
    )


# at most what was said before


@pytest.mark.parametrize(
    "begins", [time(10), time(20, 30)], ids=["by day", "into the night"]
)
def test_what_was_estimated_is_what_is_done(
    world: World, monkeypatch: pytest.MonkeyPatch, begins: time
) -> None:
    monkeypatch.setattr(policy, "SHARE_SIZE", 5)
    monkeypatch.setattr(policy, "PAGE_SIZE", 20)
    world.clock.move_to(at_local(local_day(START, ZONE), begins, ZONE))
    cloud, _, message = crowd_of(world, 90, per_second=1 / 60)
    cloud.sweeps_every = timedelta(0)
    begun = world.clock.now()
    title = {"title": "一个电热水壶"}
    said = world.services.fanouts.estimate(
        message.job.audience, "wish.approved", title, 55, "春晖"
    )
    world.services.outbox.put(message)
    cloud.run(begun + timedelta(days=2))
    states = check_at_rest(cloud, {"wish.approved": 89})
    lines = [line for line in every(MessageAttempt) if line.state is SENT]
    assert states == {SENT: 87, SUPPRESSED: 2}
    assert said.recipients == 90
    assert {line.parts for line in lines} == {1}
    assert said.parts == 2, "in English it is longer"
    assert sum(line.cost_li for line in lines) <= said.cost_li == 90 * 2 * 55
    first, last = (
        min(call.at for call in cloud.calls),
        max(call.at for call in cloud.calls),
    )
    assert abs(first - said.begins_at) <= timedelta(minutes=1)
    assert abs(last + timedelta(minutes=5) - said.ends_at) <= timedelta(
        minutes=15
    )  # a share, and the slice of an estimate


# taken up again


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages of six in shares of three, two pages in a job."""
    for name, value in {
        "SHARE_SIZE": 3,
        "PAGE_SIZE": 6,
        "MAX_PAGES": 2,
    }.items():
        monkeypatch.setattr(policy, name, value)


def frozen_once(cloud: Cloud, crowd: Crowd, message: ScheduledJob) -> None:
    """Assert that everybody is in exactly one share, in the table or taken by the queue."""
    handed = [due for due in taken(cloud) if due.to.startswith("people:")]
    everybody = members(
        [*{due.id: due for due in [*handed, *shares()]}.values()]
    )
    assert sorted(everybody) == sorted(crowd.ids)
    assert fanout_of(message).expanded == len(crowd.ids)
    assert fanout_of(message).done


def taken(cloud: Cloud) -> list[JobRecord]:
    return [record_of(read_entry(letter.body)) for letter in cloud.letters]


def test_a_job_that_died_or_did_its_pages_is_resumed_by_its_timer(
    world: World, small: None
) -> None:
    cloud, crowd, message = crowd_of(world, 30)
    fanouts = world.services.fanouts
    start(message)
    assert dict(crowd.read) == {0: 1, 6: 1}, (
        "two pages, and the rest is for the next job"
    )
    start(message)
    assert dict(crowd.read) == {0: 1, 6: 1}, (
        "begun before, it is left to its alarm"
    )
    left = fanout_of(message)
    assert left.timer
    assert left.timer.at == left.published_at + policy.STEP_LEASE
    world.clock.move_to(left.timer.at)
    assert not survives(
        cloud,
        4,
        "before",
        lambda: fanouts.on_timer(left.id, left.timer.id if left.timer else ""),
    )
    assert cloud.steps[-1] == "TransactWriteItems"
    dead = fanout_of(message)
    assert dead.expanded == 12
    fanouts.on_timer(left.id, left.timer.id)
    assert fanout_of(message) == dead, "the spent alarm wakes nobody"
    assert dead.timer
    world.clock.move_to(dead.timer.at)
    fanouts.on_timer(dead.id, dead.timer.id)
    assert fanout_of(message).expanded == 24
    assert dict(crowd.read) == {0: 1, 6: 1, 12: 2, 18: 1}, (
        "the page at which it died is read again, and no other"
    )
    cloud.run(world.clock.now() + timedelta(hours=1))
    assert fanout_of(message).done
    check_at_rest(cloud, {"wish.approved": 29})


def test_a_fan_out_whose_alarm_was_lost_is_found_at_night(
    world: World, small: None
) -> None:
    cloud, _, message = crowd_of(world, 30)
    start(message)
    timer = next(due for due in every(JobRecord) if due.kind == "timer.fanout")
    remove(timer)
    cloud.run(world.clock.now() + timedelta(hours=1))
    world.clock.advance(timedelta(hours=2))
    assert not fanout_of(message).done
    assert world.services.audit() == 1
    cloud.run(world.clock.now() + timedelta(hours=1))
    check_at_rest(cloud, {"wish.approved": 29})
    assert world.services.audit() == 0


# two at once


def test_whenever_a_second_job_comes_in_between_each_page_is_frozen_once(
    world: World, small: None
) -> None:
    """A second begin, or the alarm, comes before each of the transactions of the first job."""
    cloud, crowd, message = crowd_of(world, 30)
    tried = 0
    for second in ("begin", "wake"):
        for n in count(1):
            id = f"due_{second}{n}"
            this = replace(
                message, job=replace(message.job, id=id, message_id=id)
            )
            cloud.letters.clear()
            came = interrupted(world, this, n, second)
            if not came:
                break
            tried += 1
            while not fanout_of(this).done:
                timer = fanout_of(this).timer
                assert timer
                world.clock.move_to(timer.at)
                world.services.fanouts.on_timer(fanout_of(this).id, timer.id)
            frozen_once(cloud, crowd, this)
            for due in every(JobRecord):
                remove(due)
    assert tried >= 5


def interrupted(
    world: World, message: ScheduledJob, n: int, second: str
) -> bool:
    """Begin, and let another job do its work just before the nth transaction; say whether there was
    one.
    """
    fanouts, transactions = world.services.fanouts, count(1)

    def around(
        call: Callable[[], Any], name: str, kwargs: dict[str, Any]
    ) -> Any:
        if name == "TransactWriteItems" and next(transactions) == n:
            known = rows.find_fanout(f"fan_{message.id.partition('_')[2]}")
            if second == "begin" or known is None or known.timer is None:
                start(message)
            else:
                world.clock.move_to(known.timer.at)
                fanouts.on_timer(known.id, known.timer.id)
        return call()

    with intercepted(around):
        start(message)
    return next(transactions) > n


def test_four_jobs_at_the_same_instant_freeze_each_page_once(
    embedded_world: World, small: None
) -> None:
    cloud, crowd, message = crowd_of(embedded_world, 60)
    fanouts = embedded_world.services.fanouts
    at_once(*[lambda: start(message)] * 4)
    while not (fanout := fanout_of(message)).done:
        timer = fanout.timer
        assert timer
        embedded_world.clock.move_to(timer.at)
        at_once(
            *[
                lambda timer=timer: fanouts.on_timer(
                    fanout_of(message).id, timer.id
                )
            ]
            * 4
        )
    frozen_once(cloud, crowd, message)
