"""The erasure of a person with very much of everything: small steps, and one SMS at the end.

The process dies between any two jobs, and at storage calls all over the work. All ends are alike.
"""

import os
import re
from collections import Counter as Tally
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from chalicelib.kernel.job import Event, ScheduledJob
from chalicelib.message_log.model import DeliveryState, MessageAttempt
from chalicelib.privacy.erasure_notices import ERASED

from . import seams
from .cloud import Cloud, Killed, note
from .crashes import survives
from .facts import every, snapshot
from .much import NOTE, multiplied, somebody_with_one_of_each
from .scenes_offers import unheard

COPIES = 12  # of each: 26 tickets, 39 wishes, 26 photos, a step or more of each
REQUESTS = 150  # of storage in one step, whatever the person has
KILLS = int(os.environ.get("KILLS", "15"))  # storage calls at which it dies
CHANGING = re.compile(
    r"\d{4}-\d\d-\d\dT[\d:.]+Z|\b(?:due|own|chl|non)_[a-z2-7]{24}|\b1[78]\d{8,14}\b"
)
# The notice, and the sum of what SMS cost: a crash may leave out one.
IGNORED = (ERASED, "spent#")
SECRETS = ("冬天没有热水喝", "床头的灯坏了", NOTE, "王秀英")


class Bulk:
    """Somebody with very much who has just been erased; no feature has heard of it."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud, world = cloud, cloud.world
        cloud.work_inline()
        person = somebody_with_one_of_each(world)
        self.number = person.me["phone"]
        multiplied(person.me["id"], {"": COPIES})
        seams.use_queue(world, cloud)
        with unheard(cloud):
            assert world.erase(person).status == 202
        cloud.calls.clear()
        self.start = cloud.checkpoint()

    def settle(self) -> None:
        self.cloud.run_for(minutes=15)

    def remains(self) -> tuple[set[str], Tally[str]]:
        """Return the kept files and all rows, without instants and ids that differ each time.

        Runs of matching, and the time that a wish took, depend on the time lost by the crash.
        """
        assert not list(self.cloud.world.services.outbox.every_parked())
        rows = [
            CHANGING.sub("", row)
            for row in snapshot(without=("facts", "runs"))
            if not any(one in row for one in IGNORED)
        ]
        return set(seams.kept_files(self.cloud.world)), Tally(rows)

    def check_notice(self) -> None:
        """Assert that the number hears of the end once, unless the process died in that call."""
        calls = [call.phone for call in self.cloud.calls if call.kind == ERASED]
        (line,) = [one for one in every(MessageAttempt) if one.kind == ERASED]
        in_doubt = line.state is DeliveryState.UNKNOWN
        assert calls == [self.number] or (in_doubt and len(calls) <= 1)


@pytest.fixture(name="bulk")
def _bulk(cloud: Cloud) -> Bulk:
    return Bulk(cloud)


@contextmanager
def counting_jobs(cloud: Cloud) -> Iterator[list[tuple[str, int]]]:
    """Collect the kind of each job of the erasure and its number of storage calls."""
    counted: list[tuple[str, int]] = []
    dispatcher = cloud.world.services.dispatcher
    plain = dispatcher.run

    def run(scheduled: ScheduledJob) -> None:
        before = len(cloud.steps)
        try:
            plain(scheduled)
        finally:
            if isinstance(scheduled.job, Event):
                counted.append((scheduled.kind, len(cloud.steps) - before))

    dispatcher.run = run
    try:
        with cloud.hooks():
            yield counted
    finally:
        del dispatcher.run


def test_all_is_erased_in_small_steps_and_the_number_hears_of_it_once(
    bulk: Bulk,
) -> None:
    cloud = bulk.cloud
    with counting_jobs(cloud) as jobs:
        bulk.settle()
    steps = Tally(kind for kind, _ in jobs)
    assert steps["event.person.erased@tickets"] >= 26 / 10
    assert max(calls for _, calls in jobs) <= REQUESTS, jobs
    assert not list(cloud.world.services.outbox.every_parked())
    left = [row for row in snapshot() if any(one in row for one in SECRETS)]
    assert left == []
    bulk.check_notice()


def test_it_may_die_at_storage_calls_all_over_the_work(bulk: Bulk) -> None:
    cloud = bulk.cloud
    with cloud.hooks():
        bulk.settle()
    expected, steps = bulk.remains(), len(cloud.steps)
    note(f"{steps} steps")
    for n in range(1, steps, max(1, steps // KILLS)):
        for when in ("before", "after"):
            cloud.restore(bulk.start)
            assert not survives(cloud, n, when, bulk.settle)
            bulk.settle()
            assert bulk.remains() == expected, (n, when)
            bulk.check_notice()


def test_it_may_die_between_any_two_jobs(bulk: Bulk) -> None:
    cloud = bulk.cloud
    with counting_jobs(cloud) as jobs:
        bulk.settle()
    expected = bulk.remains()
    for n in range(1, len(jobs) + 1):
        cloud.restore(bulk.start)
        with dying_before_job(cloud, n), suppress(Killed):
            bulk.settle()
        bulk.settle()
        assert bulk.remains() == expected, jobs[n - 1]
        bulk.check_notice()


@contextmanager
def dying_before_job(cloud: Cloud, number: int) -> Iterator[None]:
    """Let the process die before a job begins: the one before it may still be in the queue."""
    dispatcher, begun = cloud.world.services.dispatcher, 0
    plain = dispatcher.run

    def run(scheduled: ScheduledJob) -> None:
        nonlocal begun
        begun += isinstance(scheduled.job, Event)
        if begun == number:
            raise Killed
        plain(scheduled)

    dispatcher.run = run
    try:
        yield
    finally:
        del dispatcher.run
