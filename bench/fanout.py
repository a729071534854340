"""One message to 100,000 people with fifty deaths on the way: what it costs, who was told, and what
memory it takes.

How: the engine of the tests of faults (`tests/faults/cloud.py`): one thread plays sweep, queue
and workers over the embedded store, one share at a time, at 20 messages a second by a clock that
stands still meanwhile. The audience is a place, read through its index as it is in the cloud.
Fifty times the process "dies", before or after a call of AWS or of a provider: the places are
drawn by a seed, ten of them while the audience is read and forty while people are told, so that
the same number of people gives the same deaths and the same counts. Everything runs until it is
at rest; then the whole ledger is read and compared with what the providers saw and with the list
of those to visit (`check_at_rest`): the run stops if anybody was told twice, or was missed and
is not listed. Units are what the store reports, deaths included. A hundredth of the people share
a phone, a hundredth have none, a hundredth want no SMS.

One thread, because the order of deaths is then the same in every run; two put plain rows about
twice as fast, for the store is a process of its own. The bench is one too, so that its peak of
memory (`getrusage`) is its own. What the stand-in itself asks of the store, when the next row is
due, is not counted.
"""

import os
import random
import resource
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from math import ceil
from typing import Any

from tests.job_rows import a_job

from .table import show, verdict

__all__ = ["main"]

MEMBERS, KILLS, WHILE_READING, SEED = 100_000, 50, 10, 20261123
STEPS_OF_A_MEMBER = 3  # claim, send, settle
Line = Sequence[object]


def main(members: int = MEMBERS) -> None:
    """Print the tables, from a process of its own."""
    subprocess.run(
        [sys.executable, "-m", "bench.fanout", str(members)], check=True
    )


@dataclass
class Watch:
    """What is seen at the border of the store: units by table, and who is between claimed and
    settled.
    """

    counts: Callable[[], bool] = lambda: (
        False
    )  # whether this is a call of the house
    units: Counter[str] = field(default_factory=Counter)
    claimed: set[str] = field(default_factory=set)
    in_flight: set[str] = field(default_factory=set)  # at a death
    shares: set[str] = field(default_factory=set)

    def around(
        self, call: Callable[[], Any], name: str, kwargs: dict[str, Any]
    ) -> Any:
        """See `tests.storage.intercepted`."""
        if not self.counts():
            return call()
        answer = self._count(call, name, kwargs)
        if name == "PutItem" and "state" in kwargs["Item"]:
            id, state = (
                kwargs["Item"][key]["S"].strip('"') for key in ("pk", "state")
            )
            (self.claimed.add if state == "claimed" else self.claimed.discard)(
                id
            )
        return answer

    def _count(
        self, call: Callable[[], Any], name: str, kwargs: dict[str, Any]
    ) -> Any:
        from tests.faults.crowd import units_by_table

        return units_by_table(self.units)(call, name, kwargs)

    def takes(self, due: Any) -> bool:
        """See `Cloud.takes`."""
        from chalicelib.kernel.audiences import SeveralPeople
        from chalicelib.kernel.job import Send

        if isinstance(due.job, Send) and isinstance(
            due.job.audience, SeveralPeople
        ):
            self.shares.add(due.job.message_id + due.job.id)
        return True

    def dies(self) -> None:
        """Note whom the death left between claimed and settled."""
        self.in_flight |= self.claimed
        self.claimed.clear()

    def total(self, kind: str, but: str = "") -> float:
        """Return all units of reading or writing, those of one table left out."""
        return sum(
            n
            for name, n in self.units.items()
            if name.startswith(kind) and name != f"{kind} {but}"
        )


def patiences(members: int) -> Iterator[int]:
    """Yield after how many effects each of the fifty processes dies."""
    dice = random.Random(SEED)
    reading = (
        members // 500 * 4
    )  # of a page: two reads, a transaction, and what is beside it
    telling = round(members * STEPS_OF_A_MEMBER * 0.95)
    places = sorted(
        [dice.randint(2, max(3, reading)) for _ in range(WHILE_READING)]
        + [dice.randint(reading, telling) for _ in range(KILLS - WHILE_READING)]
    )
    yield from (
        max(2, after - before)
        for before, after in zip([0, *places], places, strict=False)
    )


@contextmanager
def seeded_world(members: int) -> Iterator[Any]:
    """Yield a World over a store in which a building has very many people."""
    from chalicelib.people.model import Person
    from tests.faults.crowd import neighbours_of
    from tests.world import OTHER_GRID, START, World

    from .seeds import PREFIX, seeded_store

    one = Person(
        id="",
        version=1,
        created_at=START,
        updated_at=START,
        name="王秀英",
        home=f"{OTHER_GRID}.b01",
    )
    with seeded_store(Person, neighbours_of(one, members)) as address:
        os.environ["AWS_ENDPOINT_URL_DYNAMODB"] = address
        yield World(table_prefix=PREFIX)


def run(members: int) -> None:
    """Tell everybody, die on the way, check, and print."""
    from chalicelib.kernel.audiences import GroupMembers
    from tests.faults.cloud import Cloud
    from tests.faults.crashes import survives
    from tests.faults.promises import forget_what_was_told
    from tests.storage import intercepted
    from tests.world import OTHER_GRID

    begun = time.perf_counter()
    with seeded_world(members) as world:
        seeding = time.perf_counter() - begun
        watch, wish = Watch(), world.open_wish()
        cloud = Cloud(
            world, batch=1, sweeps_every=timedelta(minutes=1), takes=watch.takes
        )
        watch.counts = lambda: cloud.watched
        cloud.provide("east", "west")
        cloud.run(world.clock.now() + timedelta(hours=1))
        forget_what_was_told()
        cloud.calls.clear()
        at, audience = world.clock.now(), f"place:{OTHER_GRID}.b01"
        group = GroupMembers("place", f"{OTHER_GRID}.b01")
        said = world.services.fanouts.estimate(
            group, "wish.approved", {"title": "一个电热水壶"}, 55, "春晖"
        )
        world.services.outbox.put(
            a_job(
                id="due_all",
                at=at,
                shard="",
                kind="wish.approved",
                subject=wish,
                to=f"all:{audience}",
            )
        )
        cloud.requests, before, deaths = 0, peak_mb(), Counter[str]()
        start, dice, until = (
            time.perf_counter(),
            random.Random(SEED),
            at + timedelta(hours=12),
        )
        with intercepted(watch.around):
            for patience in patiences(members):
                when = dice.choice(["before", "after"])
                if survives(cloud, patience, when, lambda: cloud.run(until)):
                    break
                watch.dies()
                deaths[cloud.steps[-1]] += 1
            else:
                with cloud.watching():
                    cloud.run(until)
        took, after = time.perf_counter() - start, peak_mb()
        lines = [
            *told(cloud, watch, members, deaths),
            *costs(cloud, watch, members),
            (
                "wall time of telling, s (one thread, a busy machine)",
                round(took),
                "",
                "",
            ),
            ("seeding by import, s", round(seeding), "", ""),
            (
                "peak memory, MB, before and after (the stand-in's own notes included)",
                f"{before} → {after}",
                "",
                "",
            ),
        ]
        show(
            f"A message to {members:,} people, {sum(deaths.values())} deaths",
            ("what", "reached", "budget", "kept"),
            lines,
        )
        print(
            "\nDied at:",
            ", ".join(
                f"{name} {count}" for name, count in deaths.most_common()
            ),
        )
        show(
            "What was estimated, and what happened",
            ("what", "estimated", "happened"),
            beside(cloud, said),
        )


def told(
    cloud: Any, watch: Watch, members: int, deaths: Counter[str]
) -> list[Line]:
    """Check everything that was promised about who was told, and say what became of them."""
    from chalicelib.message_log.model import DeliveryState, MessageAttempt
    from tests.faults.crowd import receipts
    from tests.faults.facts import every
    from tests.faults.promises import check_at_rest, on_the_list

    shared = len(range(1, members, 100))
    states = check_at_rest(cloud, {"wish.approved": members - shared})
    found, listed = every(MessageAttempt), on_the_list(cloud.world)
    unknown = {line.id for line in found if line.state is DeliveryState.UNKNOWN}
    heard = {line.person for line in found} | {row.person for row in receipts()}
    require(
        heard >= {f"per_{n:024}" for n in range(members)},
        "somebody is in no line of the ledger",
    )
    require(
        watch.in_flight == unknown,
        "those in flight at a death are not those of unknown fate",
    )
    require(unknown <= listed, "somebody in doubt is not on the list")
    require(
        len(cloud.calls) == len({call.phone for call in cloud.calls}),
        "somebody was told twice",
    )
    no_way = states[DeliveryState.SUPPRESSED]
    return [
        (
            "people; lines of the ledger",
            f"{members:,}; {members - shared:,}",
            "",
            "",
        ),
        ("shares", len(watch.shares), "", ""),
        (
            "deaths, before or after an effect",
            sum(deaths.values()),
            "at any point",
            "yes",
        ),
        ("told: SENT", states[DeliveryState.SENT], "", ""),
        ("told twice", 0, "nobody", "yes"),
        (
            "in flight at a death: UNKNOWN, on the list",
            len(unknown),
            "listed",
            "yes",
        ),
        (
            "no phone, or wants no SMS: on the list",
            len(listed) - len(unknown),
            f"= {no_way} suppressed",
            verdict(no_way == len(listed) - len(unknown)),
        ),
        ("neither told nor listed", 0, "nobody", "yes"),
    ]


def require(kept: bool, otherwise: str) -> None:
    """Stop at a promise that is not kept."""
    if not kept:
        raise RuntimeError(otherwise)


def costs(cloud: Any, watch: Watch, members: int) -> list[Line]:
    """Return what each of the people cost."""
    beside = watch.total("write", but="messages") / members
    parts = ", ".join(
        f"{name.partition(' ')[2]} {n / members:.3f}"
        for name, n in watch.units.items()
        if name.startswith("write") and "mess" not in name
    )
    return [
        (
            "write units for each beside the ledger",
            round(beside, 3),
            "≤ 0.2",
            verdict(beside <= 0.2),
        ),
        ("… of which", parts, "", ""),
        (
            "write units for each in the ledger",
            round(watch.units["write messages"] / members, 3),
            "",
            "",
        ),
        (
            "read units for each",
            round(watch.total("read") / members, 3),
            "",
            "",
        ),
        (
            "requests of SQS for each",
            round(cloud.requests / members, 4),
            "",
            "",
        ),
    ]


def beside(cloud: Any, said: Any) -> list[Line]:
    """Return what was estimated beside what happened."""
    from chalicelib.message_log.model import MessageAttempt
    from tests.faults.facts import every

    first, last = (
        min(call.at for call in cloud.calls),
        max(call.at for call in cloud.calls),
    )
    lines = every(MessageAttempt)
    return [
        (
            "people, at most; calls of providers",
            f"{said.recipients:,}",
            f"{len(cloud.calls):,}",
        ),
        (
            "parts of each, at most",
            said.parts,
            max(line.parts for line in lines),
        ),
        (
            "yuan, at most",
            f"{said.cost_li / 1000:,.0f}",
            f"{sum(line.cost_li for line in lines) / 1000:,.0f}",
        ),
        ("begins (UTC)", f"{said.begins_at:%H:%M:%S}", f"{first:%H:%M:%S}"),
        ("ends (UTC)", f"{said.ends_at:%H:%M:%S}", f"{last:%H:%M:%S}"),
    ]


def peak_mb() -> int:
    """Return the most memory that this process has had at once."""
    return ceil(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


if __name__ == "__main__":
    os.environ |= {
        "AWS_ACCESS_KEY_ID": "bench",
        "AWS_SECRET_ACCESS_KEY": "bench",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    os.environ["LOG_LEVEL"] = "CRITICAL"
    run(int(sys.argv[1]))
