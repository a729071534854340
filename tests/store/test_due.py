"""The due table: what is due is handed over and gone, what is refused stays, what is not due is not touched."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from chalicelib.kernel.outcome import Due
from chalicelib.store.due import Outbox, shard_of
from chalicelib.store.rows import row_of

from ..world import START, World, counted_storage
from .scan import dues

SHARDS = 2


@dataclass
class Desk:
    """A queue that notes its batches and refuses what it is told to."""

    refuses: Callable[[Due], bool] = lambda due: False
    batches: list = field(default_factory=list)

    def hand_over(self, entries):
        self.batches.append([entry.id for entry in entries])
        return {entry.id for entry in entries if not self.refuses(entry)}


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk()


def outbox(world: World, desk: Desk) -> Outbox:
    return Outbox(desk, world.clock, SHARDS, world.services.meter)


def wait(number: int, minutes: float = 0) -> list[str]:
    at = START + timedelta(minutes=minutes)
    ids = [f"due_{minutes}_{n:03}" for n in range(number)]
    for id in ids:
        row_of(Due(id=id, at=at, shard=shard_of(id, SHARDS), kind="wish.thanks", subject="wsh_a")).save()
    return ids


def test_what_is_due_is_handed_over_once_and_gone(world: World, desk):
    ids = wait(5, -1)
    assert outbox(world, desk).sweep() == 5
    assert sorted(id for batch in desk.batches for id in batch) == ids
    assert outbox(world, desk).sweep() == 0
    assert dues() == []


def test_due_to_the_microsecond_is_due_and_the_next_one_is_not(world: World, desk):
    wait(1, 0)
    wait(1, 1 / 60_000_000)
    assert outbox(world, desk).sweep() == 1
    assert len(dues()) == 1
    world.clock.advance(timedelta(microseconds=1))
    assert outbox(world, desk).sweep() == 1


def test_more_than_one_page_of_a_shard_is_swept_to_its_end(world: World, desk):
    ids = wait(230, -1)
    assert outbox(world, desk).sweep() == 230
    assert sorted(id for batch in desk.batches for id in batch) == ids
    assert max(len(batch) for batch in desk.batches) <= 100


def test_what_the_queue_refuses_stays_and_does_not_hold_up_the_rest(world: World, desk):
    ids = wait(130, -1)
    desk.refuses = lambda due: due.id in ids[:3]
    assert outbox(world, desk).sweep() == 127
    assert [due.id for due in dues()] == ids[:3]
    desk.refuses = lambda due: False
    assert outbox(world, desk).sweep() == 3


def test_a_sweep_with_nothing_due_reads_each_shard_once_however_much_waits(world: World, desk):
    wait(150, 60)
    with counted_storage() as storage:
        assert outbox(world, desk).sweep() == 0
    assert storage.names == {"Query": SHARDS}
    assert desk.batches == []


def test_the_earliest_instant_is_found_over_all_shards(world: World, desk):
    assert outbox(world, desk).next_at() is None
    wait(4, 9)
    wait(1, 7)
    wait(2, 8)
    assert outbox(world, desk).next_at() == START + timedelta(minutes=7)


def test_entries_spread_over_the_shards_and_each_stays_where_it_is():
    ids = [f"due_{n}" for n in range(200)]
    assert {shard_of(id, 4) for id in ids} == {"s0", "s1", "s2", "s3"}
    assert [shard_of(id, 4) for id in ids] == [shard_of(id, 4) for id in ids]
