"""What a use case costs in calls and capacity units, counted where they leave the process. Calls are the bill."""

from datetime import timedelta
from typing import Any

import pytest

from chalicelib.kernel.outcome import Due
from chalicelib.store.due import shard_of
from chalicelib.store.rows import Table, row_of

from ..world import BAIHUA, Phone, World, counted_storage
from .cloud import Cloud, Stub, note
from .facts import alarms, waiting_messages
from .story import tell

WRITES = ("TransactWriteItems", "BatchWriteItem", "PutItem", "UpdateItem", "DeleteItem")
LONGEST = {"title": "愿" * 40, "story": "一" * 500, "alias": "邻" * 20, "dialects": ["重庆话"]}


def read_units(storage: Any) -> float:
    return sum(storage.units(name) for name in ("GetItem", "BatchGetItem", "Query"))


@pytest.mark.parametrize(("terms", "most"), [({}, 1), (LONGEST, 2)], ids=["a kettle", "the longest story"])
def test_anybody_reads_a_wish_in_one_request(embedded_world: World, terms: dict[str, Any], most: int) -> None:
    wish = embedded_world.open_wish(**terms)
    with counted_storage() as storage:
        answer = Phone().get(f"/v1/wishes/{wish}")
    assert (answer.status, storage.names) == (200, {"GetItem": 1})
    assert read_units(storage) <= most
    with counted_storage() as storage:
        unchanged = Phone().get(f"/v1/wishes/{wish}", if_none_match=answer.headers["etag"])
    assert (unchanged.status, unchanged.text, storage.names) == (304, "", {"GetItem": 1})
    assert read_units(storage) <= most


def test_a_page_of_the_wall_is_one_request(embedded_world: World) -> None:
    resident = embedded_world.resident()
    for _ in range(25):
        embedded_world.open_wish(resident)
    for place in (BAIHUA, "chunhui"):
        with counted_storage() as storage:
            page = Phone().get(f"/v1/wishes?place={place}")
        assert (len(page.json["items"]), bool(page.json["next"])) == (20, True)
        assert storage.names == {"Query": 1}
        with counted_storage() as storage:
            rest = Phone().get(f"/v1/wishes?place={place}&state=open&limit=20")
        assert (len(rest.json["items"]), storage.names) == (20, {"Query": 1})


@pytest.mark.parametrize(("terms", "most"), [({}, 28), (LONGEST, 40)], ids=["a kettle", "the longest story"])
def test_a_claim_is_two_reads_and_one_transaction(embedded_world: World, terms: dict[str, Any], most: int) -> None:
    world, helper = embedded_world, embedded_world.volunteer()
    wish = world.open_wish(**terms)
    queue = world.services.outbox._queue = Stub()
    with counted_storage() as storage:
        answer = helper.post(f"/v1/wishes/{wish}/claim", idempotency_key="tap")
    assert answer.status == 200
    names = [name for name, _, _ in storage.calls]
    committed = names.index("TransactWriteItems")
    items = storage.calls[committed][1]["TransactItems"]
    units = storage.units("TransactWriteItems")
    print(f"claim: {names[:committed]}, {len(items)} items, {units:g} write units, {read_units(storage):g} read units")  # noqa: T201 - seen with -rP
    assert storage.reads == committed <= 2
    assert set(names[committed + 1 :]) <= {"BatchWriteItem"}, "after the commit nothing is read; what the queue took is deleted"
    assert sorted(due.kind for due in queue.taken) == ["event.wish.claimed", "wish.claimed", "wish.yours"]
    assert not waiting_messages()
    assert len(items) <= 25
    assert units <= most


def test_a_replayed_claim_reads_and_writes_nothing_new(embedded_world: World) -> None:
    world, helper = embedded_world, embedded_world.volunteer()
    wish = world.open_wish()
    assert helper.post(f"/v1/wishes/{wish}/claim", idempotency_key="tap").status == 200
    with counted_storage() as storage:
        assert helper.post(f"/v1/wishes/{wish}/claim", idempotency_key="tap").status == 200
    assert set(storage.names) <= {"GetItem", "BatchGetItem"}
    assert storage.reads <= 5


def test_ten_reminders_by_sms_cost_twelve_write_units_four_read_units_and_six_requests_of_the_queue(
    embedded_world: World,
) -> None:
    """From ten alarms at once to ten lines that are SENT, for wishes whose row is one kilobyte; the shards' queries beside."""
    world, shards = embedded_world, embedded_world.settings.due_shards
    cloud = Cloud(world)
    cloud.provide("east")
    for _ in range(10):
        assert world.volunteer().post(f"/v1/wishes/{world.open_wish()}/claim").status == 200
    cloud.run(world.clock.now() + timedelta(hours=1))
    (at,) = {due.at for due in alarms()}
    world.clock.move_to(at)
    cloud.calls.clear()
    cloud.requests = 0
    with counted_storage() as storage:
        assert world.services.outbox.sweep() == 10
        while cloud.deliver():
            pass
    assert [call.kind for call in cloud.calls] == ["wish.due_in_2_days"] * 10
    assert not waiting_messages()
    written, read = sum(storage.units(name) for name in WRITES), read_units(storage) - shards
    note(f"of ten: {written:g} write units, {read:g} read units, {cloud.requests} requests of the queue")
    assert written <= 10 * 12
    assert read <= 10 * 4
    assert cloud.requests <= 10 * 0.6  # sent, received and deleted, once as an alarm and once as a message


@pytest.mark.parametrize("waiting", [1_000, 10_000])
def test_a_sweep_with_nothing_due_is_one_request_per_shard(embedded_world: World, waiting: int) -> None:
    world, shards = embedded_world, embedded_world.settings.due_shards
    at = world.clock.now().replace(year=2027)
    with Table.rows[Due].batch_write() as batch:
        for n in range(waiting):
            id = f"due_{n:024}"
            batch.save(row_of(Due(id=id, at=at, shard=shard_of(id, shards), kind="alarm.wish", subject=f"wsh_{n}")))
    with counted_storage() as storage:
        assert world.services.outbox.sweep() == 0
    assert storage.names == {"Query": shards}
    assert read_units(storage) <= shards


def test_nothing_ever_scans(embedded_world: World) -> None:
    called: set[str] = set()

    def around(call: Any, name: str, kwargs: dict[str, Any]) -> Any:
        called.add(name)
        return call()

    tell(embedded_world, around=around)
    with counted_storage() as storage:
        embedded_world.pass_time(days=60)
    called |= set(storage.names)
    assert "Scan" not in called
    assert {"GetItem", "BatchGetItem", "Query", "TransactWriteItems"} <= called
