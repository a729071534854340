"""Run the process of bench.fanout: seed the store, send, crash on the way, check, and print."""

import os
import random
import resource
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from math import ceil

from .environment import FOR_EMBEDDED_STORE, use_store
from .table import show

os.environ |= FOR_EMBEDDED_STORE

from chalicelib.fanouts.model import FanoutEstimate
from chalicelib.kernel.audiences import GroupMembers
from chalicelib.people.model import Person
from tests.faults.cloud import Cloud
from tests.faults.crashes import survives
from tests.faults.crowd import neighbours_of
from tests.faults.promises import forget_what_was_told
from tests.job_rows import a_job
from tests.storage import intercepted
from tests.world import OTHER_GRID, START, World

from .fanout_report import Line, cost_lines, estimate_lines, line, result_lines
from .fanout_watch import SEED, StoreWatch, patiences
from .seeds import PREFIX, seeded_store

PLACE = f"{OTHER_GRID}.b01"
KIND = "wish.approved"


def run(members: int) -> None:
    """Send one message to a number of people and print the tables."""
    begun = time.perf_counter()
    with seeded_world(members) as world:
        seeding = time.perf_counter() - begun
        wish = world.open_wish()
        cloud = Cloud(world, batch=1, sweeps_every=timedelta(minutes=1))
        watch = StoreWatch(cloud)
        cloud.takes = watch.takes
        cloud.provide("east", "west")
        cloud.run_for(hours=1)
        forget_what_was_told()
        cloud.calls.clear()
        at = world.clock.now()
        estimate = estimate_of(world)
        put_message(world, wish, at)
        cloud.requests = 0
        before = peak_mb()
        start = time.perf_counter()
        until = at + timedelta(hours=12)
        crashes = send_with_crashes(watch, members, until)
        took = time.perf_counter() - start
        memory = f"{before} → {peak_mb()}"
        lines = [
            *result_lines(cloud, watch, members, crashes.total()),
            *cost_lines(cloud, watch, members),
            *machine_lines(took, seeding, memory),
        ]
        estimated = estimate_lines(cloud, estimate)
        print_tables(members, lines, crashes, estimated)


@contextmanager
def seeded_world(members: int) -> Iterator[World]:
    """Yield a World over a store in which very many people live in one building."""
    one = Person(
        id="",
        version=1,
        created_at=START,
        updated_at=START,
        name="王秀英",
        home=PLACE,
    )
    people = neighbours_of(one, members)
    with seeded_store(people) as address, use_store(address):
        yield World(table_prefix=PREFIX)


def estimate_of(world: World) -> FanoutEstimate:
    """Return the estimate that the sender of a message would see before it."""
    estimate: FanoutEstimate = world.services.fanouts.estimate(
        GroupMembers("place", PLACE),
        KIND,
        {"title": "一个电热水壶"},
        55,
        "春晖",
    )
    return estimate


def put_message(world: World, wish: str, at: datetime) -> None:
    """Schedule the message for everybody at the place."""
    message = a_job(
        id="due_all",
        at=at,
        shard="",
        kind=KIND,
        subject=wish,
        to=f"all:place:{PLACE}",
    )
    world.services.outbox.put(message)


def send_with_crashes(
    watch: StoreWatch, members: int, until: datetime
) -> Counter[str]:
    """Run the cloud until an instant, with the drawn crashes. Return them by the step."""
    cloud = watch.cloud
    dice = random.Random(SEED)
    crashes = Counter[str]()
    with intercepted(watch.around):
        for patience in patiences(members):
            when = dice.choice(["before", "after"])
            if survives(cloud, patience, when, lambda: cloud.run(until)):
                return crashes
            watch.note_crash()
            crashes[cloud.steps[-1]] += 1
        with cloud.watching():
            cloud.run(until)
    return crashes


def machine_lines(took: float, seeding: float, memory: str) -> list[Line]:
    """Return the lines that depend on the machine."""
    return [
        line(
            "wall time of telling, s (one thread, a busy machine)",
            round(took),
        ),
        line("seeding by import, s", round(seeding)),
        line(
            "peak memory, MB, before and after (the stand-in's own notes included)",
            memory,
        ),
    ]


def print_tables(
    members: int,
    lines: list[Line],
    crashes: Counter[str],
    estimated: list[Line],
) -> None:
    """Print the results, the steps at which the process died, and the estimate."""
    show(
        f"A message to {members:,} people, {crashes.total()} deaths",
        ("what", "reached", "budget", "kept"),
        lines,
    )
    steps = [f"{name} {count}" for name, count in crashes.most_common()]
    print("\nDied at:", ", ".join(steps))
    show(
        "What was estimated, and what happened",
        ("what", "estimated", "happened"),
        estimated,
    )


def peak_mb() -> int:
    """Return the peak memory of this process so far."""
    return ceil(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


if __name__ == "__main__":
    run(int(sys.argv[1]))
