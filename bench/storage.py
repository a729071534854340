"""What each operation asks of DynamoDB: requests by kind, read units and write units.

How: a World of the tests stands over the embedded store, each operation is one HTTP request
through the app, and every call that leaves botocore is counted with the capacity units that the
store reports for it (`ReturnConsumedCapacity=TOTAL`, which PynamoDB sends unasked). A request
that commits is split at its transaction: what is needed to answer ("commit"), and the hand-over
of its messages behind it, which locally runs the whole job (on AWS: one SQS batch and the
deletions; the job runs in another function). The numbers are counts: they do not depend on the
machine.

What telling somebody costs is counted with the queue and workers of the tests of faults
(`tests/faults/cloud.py`) in the place of SQS: ten are due in the same minute, as in the morning,
and everything from the sweep to the last write is divided by ten. Requests of SQS are
SendMessageBatch, ReceiveMessage and DeleteMessageBatch, each for up to ten messages; the bulk
queue brings them one by one, as in `app.py`. Empty receives, which cost the same whatever there
is to do, are not in it, nor are the sweep's own queries, one for each shard and minute. The due
row of a message that is held was written by a request's transaction, and is counted (two units).
"""

import os
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from chalicelib.kernel.job import JobRecord, record_of
from tests.job_rows import a_job

from .table import show, verdict

os.environ |= {
    "AWS_ACCESS_KEY_ID": "bench",
    "AWS_SECRET_ACCESS_KEY": "bench",
    "AWS_DEFAULT_REGION": "us-east-1",
}
os.environ["LOG_LEVEL"] = (
    "CRITICAL"  # counted, not timed: the request lines would only bury the table
)


from chalicelib.message_log.model import DIGEST
from devserver.store import embedded_store
from tests.faults.cloud import Cloud
from tests.faults.facts import timers, waiting_messages
from tests.storage import Storage, counted_storage
from tests.world import BAIHUA, CHALLENGES, START, STREET, Answer, Phone, World

from .seeds import PREFIX, seeded_store

__all__ = ["main"]

READS = {"GetItem", "BatchGetItem", "Query", "Scan", "TransactGetItems"}
COMMIT = "TransactWriteItems"
STORY = "旧的那个用了十年，前天彻底坏了，冬天没有热水喝。家里两个人，都不太会在网上买东西，希望有人能帮忙带一个回来。"
LONGEST_STORY = (STORY * 10)[:500]
LONGEST_CLAIM = f"claim, story of {len(LONGEST_STORY)} characters"
WISHES_ON_THE_WALL, WISHES_IN_THE_QUEUE = 30, 25
AT_ONCE = 10  # what one request of SQS holds
ROWS_WAITING = (1_000, 10_000, 1_000_000)


@dataclass(frozen=True)
class Measured:
    """One operation: its calls up to and including the first transaction, and those behind it."""

    name: str
    commit: Storage
    enqueue: Storage
    budget: str = ""
    within: bool | None = None

    def line(self) -> Sequence[object]:
        """Return the operation as a line of the table."""
        kept = "" if self.within is None else verdict(self.within)
        behind = self.enqueue
        return (
            self.name,
            kinds(self.commit),
            *units(self.commit),
            kinds(behind),
            *(units(behind) if behind.calls else ("", "")),
            self.budget,
            kept,
        )


def kinds(storage: Storage) -> str:
    """Return the requests by kind, in the order in which they first came."""
    return (
        ", ".join(
            f"{count} {name}" if count > 1 else name
            for name, count in storage.names.items()
        )
        or "–"
    )


def units(storage: Storage) -> tuple[float, float]:
    """Return the read and the write units of calls."""
    spent = {name: storage.units(name) for name in storage.names}
    return sum(spent[name] for name in READS & set(spent)), sum(
        value for name, value in spent.items() if name not in READS
    )


def split(name: str, storage: Storage) -> Measured:
    """Split calls behind the first transaction; an operation without one has no hand-over."""
    first = next(
        (n + 1 for n, call in enumerate(storage.calls) if call[0] == COMMIT),
        len(storage.calls),
    )
    return Measured(
        name, Storage(storage.calls[:first]), Storage(storage.calls[first:])
    )


def within(
    measured: Measured, budget: str, kept: Callable[[Storage], bool]
) -> Measured:
    """Return an operation beside its budget."""
    return Measured(
        measured.name,
        measured.commit,
        measured.enqueue,
        budget,
        kept(measured.commit),
    )


def ask(
    name: str, request: Callable[[], Answer], status: int = 200
) -> Measured:
    """Make one request and count its calls."""
    with counted_storage() as storage:
        answer = request()
    if answer.status != status:
        raise RuntimeError(f"{name}: {answer.status} {answer.text}")
    return split(name, storage)


@contextmanager
def embedded_world(**settings: Any) -> Iterator[World]:
    """Yield a World over an embedded store of its own."""
    with (
        tempfile.TemporaryDirectory() as folder,
        embedded_store(Path(folder)) as address,
    ):
        os.environ["AWS_ENDPOINT_URL_DYNAMODB"] = address
        yield World(**settings)
        os.environ.pop("AWS_ENDPOINT_URL_DYNAMODB")


def measure_reads(world: World) -> list[Measured]:
    """Count what reading asks: one wish as everybody in turn, and the lists."""
    helper, staff, owner = world.volunteer(), world.staff(), world.resident()
    wish, *_ = [open_wish(world, owner) for _ in range(WISHES_ON_THE_WALL)]
    for _ in range(WISHES_IN_THE_QUEUE):
        file_wish(world, owner)
    claimed = open_wish(world, world.resident())
    must(helper.post(f"/v1/wishes/{claimed}/claim"))
    tag = Phone().get(f"/v1/wishes/{wish}").headers["etag"]
    longest = open_wish(world, world.resident(), LONGEST_STORY)
    wall = ask(
        "wall, page of 20",
        lambda: Phone().get(f"/v1/wishes?place={BAIHUA}&limit=20"),
    )
    street_wall = ask(
        "wall of a street, page of 20",
        lambda: Phone().get(f"/v1/wishes?place={STREET}&limit=20"),
    )
    return [
        public_read("read a wish, public", wish),
        public_read(
            f"read a wish, public, story of {len(LONGEST_STORY)} characters",
            longest,
        ),
        ask(
            "read a wish, unchanged (304)",
            lambda: Phone().get(f"/v1/wishes/{wish}", If_None_Match=tag),
            304,
        ),
        ask("read a wish, signed in", lambda: helper.get(f"/v1/wishes/{wish}")),
        ask(
            "read a wish, its helper",
            lambda: helper.get(f"/v1/wishes/{claimed}"),
        ),
        ask("read a wish, staff", lambda: staff.get(f"/v1/wishes/{claimed}")),
        within(wall, "1 request", lambda s: len(s.calls) == 1),
        within(street_wall, "1 request", lambda s: len(s.calls) == 1),
        ask(
            "my wishes, page of 20", lambda: owner.get("/v1/me/wishes?limit=20")
        ),
        ask(
            "staff queue, page of 20",
            lambda: staff.get(f"/v1/admin/queue?place={BAIHUA}&limit=20"),
        ),
    ]


def public_read(name: str, wish: str) -> Measured:
    """Read a wish as anybody and compare with the budget."""
    read = ask(name, lambda: Phone().get(f"/v1/wishes/{wish}"))
    return within(
        read,
        "1 request, ≤ 1 RRU",
        lambda s: len(s.calls) == 1 and units(s)[0] <= 1,
    )


def measure_moves(world: World) -> list[Measured]:
    """Count what the life of a wish asks, from filing to thanks."""
    staff, helper, rival, owner = (
        world.staff(),
        world.volunteer(),
        world.volunteer(),
        world.resident(),
    )
    body = wish_body(world, STORY)
    measured = [
        ask(
            "submit",
            lambda: owner.post("/v1/wishes", body, Idempotency_Key="submit"),
            201,
        )
    ]
    wish = owner.seen[-1].json["id"]
    at = f"/v1/wishes/{wish}"
    measured.append(
        ask(
            "approve",
            lambda: staff.post(f"{at}/approve", Idempotency_Key="approve"),
        )
    )
    measured += [
        claim("claim", helper, at),
        ask(
            "claim, replayed",
            lambda: helper.post(f"{at}/claim", Idempotency_Key=at),
        ),
        ask(
            "claim, too late",
            lambda: rival.post(f"{at}/claim", Idempotency_Key="late"),
            409,
        ),
        ask(
            "release",
            lambda: helper.post(
                f"{at}/release",
                {"reason": "临时出差"},
                Idempotency_Key="release",
            ),
        ),
    ]
    must(helper.post(f"{at}/claim"))
    code = world.delivery_code(owner.me["phone"])
    delivered = ask(
        "deliver with code",
        lambda: helper.post(
            f"{at}/deliver", {"code": code}, Idempotency_Key="deliver"
        ),
    )
    longest = claim(
        LONGEST_CLAIM,
        helper,
        f"/v1/wishes/{open_wish(world, owner, LONGEST_STORY)}",
    )
    other = f"/v1/wishes/{open_wish(world, owner)}"
    must(helper.post(f"{other}/claim"), helper.post(f"{other}/deliver", {}))
    thanks = {"rating": 5, "thanks": "谢谢你，水很烫！"}
    confirm = ask(
        "confirm",
        lambda: owner.post(
            f"{other}/confirm", thanks, Idempotency_Key="confirm"
        ),
    )
    return [*measured, delivered, confirm, longest]


def claim(name: str, helper: Phone, at: str) -> Measured:
    """Claim the wish at a path and compare with the budget."""
    claimed = ask(name, lambda: helper.post(f"{at}/claim", Idempotency_Key=at))
    budget = "≤ 2 reads + 1 transaction ≤ 28 WRU"
    return within(
        claimed,
        budget,
        lambda s: (
            s.reads <= 2 and s.names[COMMIT] == 1 and s.units(COMMIT) <= 28
        ),
    )


def measure_sign_in(world: World) -> list[Measured]:
    """Count what signing in asks: the code, the tokens, a refresh, somebody new."""
    number, fresh = "+8613900008001", "+8613900008002"
    world.person(phone=number)
    phone = Phone()
    code = ask(
        "sign-in: send a code",
        lambda: phone.post("/v1/auth/codes", {"phone": number}),
        202,
    )
    known = {
        "phone": number,
        "code": world.code_in_sms(number),
        "challenge": CHALLENGES[number],
    }
    tokens = ask(
        "sign-in: code to tokens",
        lambda: phone.post("/v1/auth/tokens", known),
        201,
    )
    refresh = {"refresh_token": phone.seen[-1].json["refresh_token"]}
    refreshed = ask(
        "refresh", lambda: phone.post("/v1/auth/tokens", refresh), 201
    )
    must(phone.post("/v1/auth/codes", {"phone": fresh}))
    new = {
        "phone": fresh,
        "code": world.code_in_sms(fresh),
        "challenge": CHALLENGES[fresh],
        "name": "新邻居",
        "consent": {"text_version": "2026-11"},
    }
    return [
        code,
        tokens,
        refreshed,
        ask(
            "sign-in: first time",
            lambda: phone.post("/v1/auth/tokens", new),
            201,
        ),
    ]


def measure_messages() -> list[Sequence[object]]:
    """Count messages from what makes them due to their line in the ledger, the average of ten (or
    thirty) at once.
    """
    with embedded_world() as world:
        plain = reminder(
            world, "one SMS reminder, from alarm to SENT", world.open_wish
        )
    with embedded_world() as world:
        filled = reminder(
            world,
            "… of a wish with every field filled (1.3 KB)",
            lambda owner: open_wish(world, owner),
        )
    with embedded_world() as world:
        code = sign_in_code(world)
    with embedded_world() as world:
        return [plain, filled, code, *digest(world)]


@dataclass
class Counting:
    """What is counted of a number of messages."""

    storage: Storage
    sqs: int = 0
    # The sweep's own, one for each shard, shared by all that is due in that minute
    queries: int = 0

    def line(
        self,
        name: str,
        number: int,
        *,
        due_rows: int = 0,
        budgeted: bool = False,
    ) -> Sequence[object]:
        """Return the table's line of one of them; `due_rows` were written by transactions before."""
        read, written = units(self.storage)
        reads, writes = (
            (read - self.queries) / number,
            (written + 2 * due_rows) / number,
        )
        requests, sqs = (
            (len(self.storage.calls) - self.queries) / number,
            self.sqs / number,
        )
        kept = (
            verdict(writes <= 12 and reads <= 4 and sqs <= 0.6)
            if budgeted
            else ""
        )
        budget = "≤ 4 RRU, ≤ 12 WRU, ≤ 0.6 SQS" if budgeted else ""
        return (
            name,
            round(requests, 1),
            round(reads, 2),
            round(writes, 2),
            round(sqs, 2),
            budget,
            kept,
        )


@contextmanager
def counted(cloud: Cloud, *, sweeps: int = 0) -> Iterator[Counting]:
    """Count calls of the store and requests of the queue, which are each for up to ten messages."""
    cloud.requests = 0
    with counted_storage() as storage:
        counting = Counting(
            storage, queries=sweeps * cloud.world.settings.due_shards
        )
        yield counting
    counting.sqs = cloud.requests


def sweep_and_work(cloud: Cloud, number: int) -> None:
    """Sweep once, then work on everything that this brings."""
    if cloud.world.services.outbox.sweep() != number:
        raise RuntimeError(f"{number} should have been due")
    while cloud.deliver():
        pass


def reminder(
    world: World, name: str, open_one: Callable[[Phone], str]
) -> Sequence[object]:
    """Count ten reminders whose alarms fire in the same minute."""
    cloud = cloud_of(world)
    for _ in range(AT_ONCE):
        must(
            world.volunteer().post(
                f"/v1/wishes/{open_one(world.resident())}/claim"
            )
        )
    cloud.run(world.clock.now() + timedelta(hours=1))
    world.clock.move_to(next(iter({due.at for due in timers()})))
    cloud.calls.clear()
    with counted(cloud, sweeps=1) as counting:
        sweep_and_work(cloud, AT_ONCE)
    if [call.kind for call in cloud.calls] != [
        "wish.due_in_2_days"
    ] * AT_ONCE or waiting_messages():
        raise RuntimeError(
            f"ten reminders should have been sent: {cloud.calls}"
        )
    return counting.line(name, AT_ONCE, budgeted=True)


def sign_in_code(world: World) -> Sequence[object]:
    """Count sign-in codes, which are handed over and worked on one by one, from the request for
    each to SENT.
    """
    cloud = cloud_of(world)
    for n in range(AT_ONCE):
        world.person(phone=f"+86139000080{n:02}")
    with counted(cloud) as counting:
        for n in range(AT_ONCE):
            must(
                Phone().post("/v1/auth/codes", {"phone": f"+86139000080{n:02}"})
            )
            while cloud.deliver():
                pass
    if len(cloud.calls) != AT_ONCE:
        raise RuntimeError(f"ten codes should have been sent: {cloud.calls}")
    return counting.line("one sign-in code, from the tap to SENT", AT_ONCE)


def digest(world: World) -> list[Sequence[object]]:
    """Count thanks that are held, three for each of ten helpers, and then the digests that tell
    them.
    """
    cloud = cloud_of(world)
    cloud.batch = 1  # as the bulk queue brings them
    for helper in [world.volunteer() for _ in range(AT_ONCE)]:
        for _ in range(3):
            owner = world.resident()
            at = f"/v1/wishes/{world.open_wish(owner)}"
            must(
                helper.post(f"{at}/claim"),
                helper.post(f"{at}/deliver", {}),
                owner.post(f"{at}/confirm", {}),
            )
            cloud.run(world.clock.now())
            cloud.takes = lambda due: False
            must(
                owner.post(f"{at}/confirm", {"rating": 5, "thanks": "谢谢你！"})
            )
            cloud.takes = lambda due: True
    world.clock.advance(timedelta(seconds=31))
    held = len(waiting_messages())
    with counted(cloud, sweeps=1) as holding:
        sweep_and_work(cloud, held)
    cloud.calls.clear()
    world.clock.move_to(max(due.at for due in waiting_messages()))
    with counted(cloud, sweeps=1) as telling:
        sweep_and_work(cloud, AT_ONCE)
    if (
        held != 3 * AT_ONCE
        or [call.kind for call in cloud.calls] != [DIGEST] * AT_ONCE
    ):
        raise RuntimeError(
            f"thirty should have been held ({held}) and ten digests sent: {cloud.calls}"
        )
    return [
        holding.line(
            "one message held for the digest, from its due row to HELD",
            held,
            due_rows=held,
        ),
        telling.line(
            "one digest of three, from its due row to four lines that are final",
            AT_ONCE,
        ),
    ]


def cloud_of(world: World) -> Cloud:
    """Return a queue and one provider for a world."""
    cloud = Cloud(world)
    cloud.provide("east")
    return cloud


def measure_sweep() -> list[Measured]:
    """Count a sweep that finds nothing due, while ever more rows wait for later."""
    return [idle_sweep(waiting) for waiting in ROWS_WAITING]


def idle_sweep(waiting: int) -> Measured:
    """Count a sweep over a store in which so many rows wait for next year."""
    at = START + timedelta(days=365)
    rows = (
        a_job(
            id=f"due_{n:024}",
            at=at + timedelta(seconds=n),
            shard=f"s{n % 4}",
            kind="bench.none",
            subject="none",
        )
        for n in range(waiting)
    )
    begun = time.perf_counter()
    with seeded_store(JobRecord, map(record_of, rows)) as address:
        took = time.perf_counter() - begun
        os.environ["AWS_ENDPOINT_URL_DYNAMODB"] = address
        world = World(table_prefix=PREFIX)
        shards = world.settings.due_shards
        with counted_storage() as storage:
            taken = world.services.outbox.sweep()
        if taken or world.services.outbox.next_at() != at:
            raise RuntimeError(
                "nothing should have been due, and everything should have been there"
            )
        os.environ.pop("AWS_ENDPOINT_URL_DYNAMODB")
    sweep = Measured(
        f"sweep, nothing due, {waiting:,} rows waiting (seeded in {took:.0f} s)",
        storage,
        Storage(),
    )
    return within(
        sweep,
        f"= {shards} shards' requests, flat",
        lambda s: s.names == Counter({"Query": shards}),
    )


def wish_body(world: World, story: str) -> dict[str, Any]:
    """Return a wish with most of its fields filled: two windows, a dialect, an alias."""
    day = world.clock.now() + timedelta(days=7)
    windows = [
        {
            "from": (day + timedelta(hours=h)).isoformat(),
            "to": (day + timedelta(hours=h + 2)).isoformat(),
        }
        for h in (2, 6)
    ]
    return world.wish_body(
        story=story,
        window=windows,
        dialects=["重庆话"],
        safeguarding=["alone"],
        alias="王奶奶",
    )


def file_wish(world: World, owner: Phone, story: str = STORY) -> str:
    """File a wish; return its id."""
    answer = owner.post("/v1/wishes", wish_body(world, story))
    must(answer)
    return str(answer.json["id"])


def open_wish(world: World, owner: Phone, story: str = STORY) -> str:
    """File a wish and put it on the wall; return its id."""
    wish = file_wish(world, owner, story)
    must(world.phone_of(world.admin).post(f"/v1/wishes/{wish}/approve"))
    return wish


def must(*answers: Answer) -> None:
    """Stop at an answer that is a refusal."""
    for answer in answers:
        if answer.status >= 300:
            raise RuntimeError(f"{answer.status} {answer.text}")


def main() -> None:
    """Print the tables."""
    measured: list[Measured] = []
    for measure in (measure_reads, measure_moves, measure_sign_in):
        with embedded_world() as world:
            measured += measure(world)
    measured += measure_sweep()
    heads = (
        "operation",
        "to the answer / the commit",
        "RRU",
        "WRU",
        "hand-over",
        "RRU",
        "WRU",
        "budget",
        "kept",
    )
    show(
        "Storage calls per operation (embedded store)",
        heads,
        [each.line() for each in measured],
    )
    heads = (
        "one of ten at once",
        "requests of the store",
        "RRU",
        "WRU",
        "SQS",
        "budget",
        "kept",
    )
    show(
        "What telling somebody costs, all rows counted",
        heads,
        measure_messages(),
    )
