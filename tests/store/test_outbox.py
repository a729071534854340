"""The outbox: due jobs are handed over and deleted, refused ones stay, others are untouched."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from chalicelib.kernel.job import JobRecord, scheduled_of
from chalicelib.store.outbox import Outbox, ParkedJob, shard_of
from chalicelib.wishes.model import WishState
from chalicelib.wishes.repository import WishRepository

from ..faults.facts import snapshot, timers, wish_of
from ..faults.story import failure
from ..job_rows import a_job
from ..storage import counted_storage, intercepted
from ..world import START, World
from .conftest import STORES
from .scan import Reads, remove, save, scheduled

rows = Reads(WishRepository)

SHARDS = 2


@dataclass
class RecordingQueue:
    """A queue that records its batches and refuses chosen jobs."""

    refuses: Callable[[JobRecord], bool] = lambda due: False
    batches: list[list[str]] = field(default_factory=list)

    def enqueue(self, entries):
        self.batches.append([entry.id for entry in entries])
        return {entry.id for entry in entries if not self.refuses(entry)}


@pytest.fixture
def desk(world: World) -> RecordingQueue:
    return RecordingQueue()


def outbox(world: World, desk: RecordingQueue) -> Outbox:
    return Outbox(
        desk, world.clock, SHARDS, world.services.metrics, world.services.store
    )


def wait(number: int, minutes: float = 0) -> list[str]:
    at = START + timedelta(minutes=minutes)
    ids = [f"due_{minutes}_{n:03}" for n in range(number)]
    for id in ids:
        save(
            a_job(
                id=id,
                at=at,
                shard=shard_of(id, SHARDS),
                kind="wish.thanks",
                subject="wsh_a",
            )
        )
    return ids


def test_a_due_job_is_handed_over_once_and_deleted(world: World, desk):
    ids = wait(5, -1)
    assert outbox(world, desk).sweep() == 5
    assert sorted(id for batch in desk.batches for id in batch) == ids
    assert outbox(world, desk).sweep() == 0
    assert scheduled() == []


def test_due_instants_are_exact_to_the_microsecond(world: World, desk):
    wait(1, 0)
    wait(1, 1 / 60_000_000)
    assert outbox(world, desk).sweep() == 1
    assert len(scheduled()) == 1
    world.clock.advance(timedelta(microseconds=1))
    assert outbox(world, desk).sweep() == 1


def test_more_than_one_page_of_a_shard_is_swept_to_its_end(world: World, desk):
    ids = wait(230, -1)
    assert outbox(world, desk).sweep() == 230
    assert sorted(id for batch in desk.batches for id in batch) == ids


def test_a_refused_job_stays_and_does_not_delay_others(world: World, desk):
    ids = wait(130, -1)
    desk.refuses = lambda due: due.id in ids[:3]
    assert outbox(world, desk).sweep() == 127
    assert [due.id for due in scheduled()] == ids[:3]
    desk.refuses = lambda due: False
    assert outbox(world, desk).sweep() == 3


def test_jobs_are_handed_over_by_ten_and_deleted_in_one_request(
    world: World, desk
):
    wait(25, -1)
    with counted_storage() as storage:
        outbox(world, desk).sweep()
    assert max(len(batch) for batch in desk.batches) == 10
    assert [len(batch) for batch in desk.batches] == [10, 10, 5], (
        "over all shards"
    )
    assert storage.names == {
        "Query": SHARDS,
        "BatchWriteItem": len(desk.batches),
    }


def test_jobs_of_one_invocation_are_handed_over_at_its_end(world: World, desk):
    wait(12, -1)
    box = outbox(world, desk)
    with box.batch():
        for due in scheduled():
            assert box.enqueue([due]) == 0
        assert desk.batches == []
    assert [len(batch) for batch in desk.batches] == [10, 2]
    assert scheduled() == []


def test_the_sweep_finds_the_jobs_of_a_dead_invocation(world: World, desk):
    wait(3, -1)
    box = outbox(world, desk)
    with suppress(RuntimeError), box.batch():
        box.enqueue(scheduled())
        raise RuntimeError
    assert desk.batches == []
    assert box.sweep() == 3


def test_only_the_taken_jobs_of_a_batch_are_deleted(world: World, desk):
    ids = wait(10, -1)
    desk.refuses = lambda due: due.id in ids[::3]
    waiting = [
        a_job(
            id=id,
            at=START - timedelta(minutes=1),
            shard=shard_of(id, SHARDS),
            kind="",
            subject="",
        )
        for id in ids
    ]
    assert outbox(world, desk).enqueue(scheduled()) == 6
    assert [sorted(batch) for batch in desk.batches] == [ids]
    assert outbox(world, desk).are_waiting(waiting) == set(ids[::3])


def test_a_taken_job_that_was_not_deleted_is_handed_over_again(
    world: World, desk
):
    wait(3, -1)

    def around(call, name, kwargs):
        if name == "BatchWriteItem":
            raise failure("ProvisionedThroughputExceededException", name)
        return call()

    with intercepted(around):
        outbox(world, desk).sweep()
    assert len(scheduled()) == 3
    assert outbox(world, desk).sweep() == 3
    assert scheduled() == []


def test_a_queue_that_refuses_all_loses_no_job(world: World, desk):
    wait(12, -1)
    desk.refuses = lambda due: True
    assert [outbox(world, desk).sweep() for _ in range(2)] == [0, 0]
    assert len(scheduled()) == 12


def test_waiting_jobs_are_looked_up_in_one_request(world: World, desk):
    wait(130, 5)
    there = scheduled()
    gone = [a_job(id="due_gone", at=START, shard="s0", kind="", subject="")]
    with counted_storage() as storage:
        assert outbox(world, desk).are_waiting([*there, *gone]) == {
            due.id for due in there
        }
    assert storage.names == {"BatchGetItem": 2}
    assert outbox(world, desk).are_waiting([]) == set()


def test_a_sweep_without_due_jobs_reads_each_shard_once(world: World, desk):
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


# what failed for good


def redrive(world: World, job: ParkedJob) -> None:
    world.services.desk.redrive_all([job.id])


def test_a_job_is_parked_once_with_all_its_fields(
    world: World,
):
    outbox = world.services.outbox
    job = a_job(
        id="due_a",
        at=START,
        shard="s0",
        kind="wish.approved",
        subject="wsh_a",
        to="people:per_a,per_b",
        params={"claim": "clm_a"},
        not_before=START,
        not_after=START + timedelta(days=1),
        message="due_first",
    )
    for _ in range(2):
        outbox.park(job, "chunhui.baihua")
        world.clock.advance(timedelta(minutes=1))
    (parked,) = outbox.parked("", 10).items
    assert (scheduled_of(parked.record), parked.place) == (
        job,
        "chunhui.baihua",
    )
    assert dues_of(outbox) == []
    redrive(world, parked)
    (again,) = dues_of(outbox)
    assert again.at == world.clock.now()
    assert again.job == job.job
    assert again.job.message_id == "due_first"
    assert outbox.parked("", 10).items == []


def dues_of(outbox: Outbox) -> list[JobRecord]:
    return [
        due
        for due in scheduled()
        if due.shard == shard_of(due.id, outbox.shards)
    ]


def test_parked_jobs_are_listed_page_by_page_earliest_due_first(world: World):
    outbox = world.services.outbox
    for n in (3, 1, 2):
        outbox.park(
            a_job(
                id=f"due_{n}",
                at=START + timedelta(minutes=n),
                shard="s0",
                kind="wish.approved",
                subject="",
            ),
            "",
        )
    first = outbox.parked("", 2)
    assert [job.record.id for job in first.items] == ["due_1", "due_2"]
    assert [
        job.record.id for job in outbox.parked(first.items[-1].order, 2).items
    ] == ["due_3"]


def test_a_page_holds_only_wanted_parked_jobs(world: World):
    outbox = world.services.outbox
    for n in range(30):
        job = a_job(
            id=f"due_{n:02}",
            at=START + timedelta(minutes=n),
            shard="s0",
            kind="wish.approved",
            subject="",
        )
        outbox.park(job, "here" if n % 10 == 9 else "elsewhere")
    first = outbox.parked("", 2, lambda job: job.place == "here")
    assert [job.record.id for job in first.items] == ["due_09", "due_19"]
    second = outbox.parked(first.next["sk"], 2, lambda job: job.place == "here")
    assert [job.record.id for job in second.items] == ["due_29"]
    assert second.next is None


def test_a_redriven_timer_that_is_no_longer_armed_does_nothing(world: World):
    wish = world.open_wish()
    (stale,) = timers(wish)
    assert world.volunteer().post(f"/v1/wishes/{wish}/claim").status == 200
    world.services.outbox.park(stale, "")
    world.clock.advance(timedelta(days=60))
    (job,) = world.services.outbox.parked("", 10).items
    redrive(world, job)
    (due,) = [due for due in timers(wish) if due.id == stale.id]
    before = snapshot()
    world.services.dispatcher.run(due)
    assert snapshot() == before


def test_a_redriven_timer_that_is_still_armed_fires(world: World):
    wish = world.open_wish()
    (timer,) = timers(wish)
    world.clock.move_to(timer.at)
    remove(timer)
    world.services.outbox.park(timer, "")
    (job,) = world.services.outbox.parked("", 10).items
    redrive(world, job)
    world.pass_time(minutes=1)
    assert "expiring" in wish_of(wish).told
    assert world.services.outbox.parked("", 10).items == []


# the nightly audit


def test_the_audit_arms_only_entities_with_a_lost_timer(world: World):
    lost, well = (
        world.open_wish(title="心愿甲"),
        world.open_wish(title="心愿乙"),
    )
    assert world.services.audit() == 0
    world.clock.advance(timedelta(days=20))
    (row,) = timers(lost)
    remove(row)
    assert world.services.audit() == 1
    (armed,) = timers(lost)
    assert armed.id == wish_of(lost).timer.id != row.id
    assert world.services.audit() == 0
    world.pass_time(minutes=2)
    assert [wish_of(wish).state for wish in (lost, well)] == [
        WishState.EXPIRED,
        WishState.EXPIRED,
    ]
    assert world.services.audit() == 0


def test_the_audit_ignores_timers_late_by_less_than_an_hour(world: World):
    wish = world.open_wish()
    (timer,) = timers(wish)
    remove(timer)
    world.clock.move_to(timer.at + timedelta(minutes=59))
    assert world.services.audit() == 0
    world.clock.advance(timedelta(minutes=2))
    assert world.services.audit() == 1


def test_the_audit_leaves_a_timer_that_moves_meanwhile(
    world: World,
):
    wish = world.open_wish()
    world.clock.advance(timedelta(days=20))
    seen = wish_of(wish)
    remove(*timers(wish))
    assert world.volunteer().post(f"/v1/wishes/{wish}/claim").status == 200
    claimed = wish_of(wish)
    assert world.services.transaction.rearm_lost([seen], wish_of) == 0
    assert wish_of(wish) == claimed


# Not on moto's, which takes thirteen seconds for its many rows.
@pytest.mark.parametrize(
    "world", [STORES[0], STORES[-1]], indirect=True, ids=("memory", "embedded")
)
def test_the_audit_counts_no_lost_timer_where_none_is_lost(world: World):
    helper = world.volunteer()
    for n in range(3):
        wish = world.open_wish()
        if n:
            assert helper.post(f"/v1/wishes/{wish}/claim").status == 200
        if n == 2:
            assert helper.post(f"/v1/wishes/{wish}/deliver", {}).status == 200
    for _ in range(3):
        world.pass_time(days=10)
        assert world.services.audit() == 0
    assert world.services.metrics.counts["LostTimers",] == 0
    assert world.services.metrics.counts["RearmedTimers",] == 0
