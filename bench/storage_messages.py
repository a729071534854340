"""Count the cost of a message, from its timer or request to its line in the message log.

The queue and workers are those of the tests of faults (`tests/faults/cloud.py`), in place of SQS.
Ten messages are due in the same minute, as in the morning. Everything from the sweep to the last
write is divided by ten.

Requests of SQS are SendMessageBatch, ReceiveMessage and DeleteMessageBatch, each for up to ten
messages. The bulk queue delivers them one by one, as in `app.py`. Empty receives are not counted,
since they cost the same at any load. Neither are the sweep's own queries, one for each shard and
minute. The row of a deferred message was written by a request's transaction, and is counted (two
units).
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from chalicelib.message_log.model import DIGEST
from tests.faults.cloud import Cloud
from tests.faults.facts import timers, waiting_messages
from tests.storage import Storage, counted_storage
from tests.world import Phone, World

from .storage_counting import units
from .storage_world import a_helper, embedded_world, must, open_wish
from .table import verdict

__all__ = ["measure_messages"]

AT_ONCE = 10  # messages in one request of SQS
BUDGET = "≤ 4 RRU, ≤ 12 WRU, ≤ 0.6 SQS"


def measure_messages() -> list[Sequence[object]]:
    """Count each kind of message: the average of ten (or thirty) at once."""
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
class CountedMessages:
    """The calls of the store and the requests of SQS for a number of messages."""

    storage: Storage
    sqs: int = 0
    # The sweep's own: one for each shard, shared by all that is due in that minute
    queries: int = 0

    def line(
        self,
        name: str,
        number: int,
        *,
        due_rows: int = 0,
        budgeted: bool = False,
    ) -> Sequence[object]:
        """Return the table's line of one message.

        Each of `due_rows` was written by an earlier transaction, for two units.
        """
        read, written = units(self.storage)
        calls = len(self.storage.calls)
        requests = (calls - self.queries) / number
        reads = (read - self.queries) / number
        writes = (written + 2 * due_rows) / number
        sqs = self.sqs / number
        budget = kept = ""
        if budgeted:
            budget = BUDGET
            kept = verdict(writes <= 12 and reads <= 4 and sqs <= 0.6)
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
def counted(cloud: Cloud, *, sweeps: int = 0) -> Iterator[CountedMessages]:
    """Count the calls of the store and the requests of SQS that are made meanwhile."""
    cloud.requests = 0
    with counted_storage() as storage:
        queries = sweeps * cloud.world.settings.due_shards
        messages = CountedMessages(storage, queries=queries)
        yield messages
    messages.sqs = cloud.requests


def sweep_and_work(cloud: Cloud, number: int) -> None:
    """Sweep once, then work on all messages that this brings."""
    if cloud.world.services.outbox.sweep() != number:
        raise RuntimeError(f"{number} should have been due")
    cloud.deliver_all()


def check_sent(cloud: Cloud, kind: str) -> None:
    """Stop unless exactly ten messages of a kind were sent."""
    sent = [call.kind for call in cloud.calls]
    if sent != [kind] * AT_ONCE:
        raise RuntimeError(f"ten {kind} should have been sent: {cloud.calls}")


def reminder(
    world: World, name: str, open_one: Callable[[Phone], str]
) -> Sequence[object]:
    """Count ten reminders whose timers fire in the same minute."""
    cloud = cloud_of(world)
    for _ in range(AT_ONCE):
        owner, helper = world.resident(), a_helper(world)
        wish = open_one(owner)
        must(helper.post(f"/v1/wishes/{wish}/claim"))
    cloud.run_for(hours=1)
    timer = next(iter(timers()))
    world.clock.move_to(timer.at)
    cloud.calls.clear()
    with counted(cloud, sweeps=1) as reminders:
        sweep_and_work(cloud, AT_ONCE)
    check_sent(cloud, "wish.due_in_2_days")
    if waiting_messages():
        raise RuntimeError("no message should wait any longer")
    return reminders.line(name, AT_ONCE, budgeted=True)


def sign_in_code(world: World) -> Sequence[object]:
    """Count sign-in codes, from the request for each to SENT.

    They are enqueued and worked on one by one.
    """
    cloud = cloud_of(world)
    phones = [f"+86139000080{n:02}" for n in range(AT_ONCE)]
    for phone in phones:
        world.person(phone=phone)
    with counted(cloud) as codes:
        for phone in phones:
            must(Phone().post("/v1/auth/codes", {"phone": phone}))
            cloud.deliver_all()
    if len(cloud.calls) != AT_ONCE:
        raise RuntimeError(f"ten codes should have been sent: {cloud.calls}")
    return codes.line("one sign-in code, from the tap to SENT", AT_ONCE)


def digest(world: World) -> list[Sequence[object]]:
    """Count thanks that go into a digest, three for each of ten helpers, and then the digests."""
    cloud = cloud_of(world)
    cloud.batch = 1  # as the bulk queue delivers them
    helpers = [a_helper(world) for _ in range(AT_ONCE)]
    for helper in helpers:
        for _ in range(3):
            thank(cloud, helper)
    world.clock.advance(timedelta(seconds=31))
    thanks = len(waiting_messages())
    if thanks != 3 * AT_ONCE:
        raise RuntimeError(f"thirty should wait, not {thanks}")
    with counted(cloud, sweeps=1) as adding:
        sweep_and_work(cloud, thanks)
    cloud.calls.clear()
    instants = [due.at for due in waiting_messages()]
    world.clock.move_to(max(instants))
    with counted(cloud, sweeps=1) as sending:
        sweep_and_work(cloud, AT_ONCE)
    check_sent(cloud, DIGEST)
    return [
        adding.line(
            "one message held for the digest, from its due row to HELD",
            thanks,
            due_rows=thanks,
        ),
        sending.line(
            "one digest of three, from its due row to four lines that are final",
            AT_ONCE,
        ),
    ]


def thank(cloud: Cloud, helper: Phone) -> None:
    """Let a helper grant a wish and get thanks. The queue refuses the thanks, so they wait."""
    world = cloud.world
    owner = world.resident()
    wish = f"/v1/wishes/{world.open_wish(owner)}"
    must(
        helper.post(f"{wish}/claim"),
        helper.post(f"{wish}/deliver", {}),
        owner.post(f"{wish}/confirm", {}),
    )
    cloud.run(world.clock.now())
    cloud.takes = lambda due: False
    thanks = {"rating": 5, "thanks": "谢谢你！"}
    must(owner.post(f"{wish}/confirm", thanks))
    cloud.takes = lambda due: True


def cloud_of(world: World) -> Cloud:
    """Return a queue and one provider for a world."""
    cloud = Cloud(world)
    cloud.provide("east")
    return cloud
