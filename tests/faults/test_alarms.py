"""Every wait has a timer, which fires once at its instant: stale, doubled, early, late or failing.

The table of scenes (scenes_wishes.py) covers crashes.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from chalicelib.kernel.job import ScheduledJob
from chalicelib.kernel.template import Urgency
from chalicelib.message_log.model import (
    DIGEST,
    DeliveryState,
    MessageAttempt,
)
from chalicelib.wishes.model import Wish, WishState

from ..job_rows import a_job
from ..storage import counted_storage
from ..store.scan import save
from ..world import START, Answer, World
from .facts import check, every, snapshot, timers, waiting_messages, wish_of
from .hands import at_once
from .scenes_wishes import LIVES
from .seams import is_bundled, run_job, storage_calls, urgency
from .story import Step, failure, tell
from .wish_life import (
    claimed,
    delivered,
    history,
    only,
    submitted,
    tags,
    traces,
    without_matching,
)

NEEDED_BY_IS_OVER = datetime(
    2026, 12, 7, 16, tzinfo=UTC
)  # the end of 7 December in Shanghai
TWO_DAYS_LATER = datetime(
    2026, 12, 9, 16, tzinfo=UTC
)  # the third day after it begins
WRITES = {
    "TransactWriteItems",
    "PutItem",
    "UpdateItem",
    "DeleteItem",
    "BatchWriteItem",
}


@pytest.fixture(autouse=True)
def only_the_wishes_wait() -> Iterator[None]:
    """Look for nobody in these tests."""
    with without_matching():
        yield


life = pytest.mark.parametrize(
    ("make", "trace", "messages"), LIVES.values(), ids=LIVES
)


def told_of(world: World, title: str, kinds: dict[str, int]) -> dict[str, int]:
    """Return the number of messages about a title by kind, alone or as a line of a digest.

    The text of a bundle names only its oldest message, so these are counted by the log.
    """
    kept = [letter for letter in world.mailbox.read() if title in letter.text]
    digests = sum(
        letter.text.count(title) for letter in kept if letter.kind == DIGEST
    )
    told = {}
    for kind in kinds:
        if urgency(kind) is Urgency.LOW:
            told[kind] = digests
        elif is_bundled(kind):
            told[kind] = logged(title, kind)
        else:
            told[kind] = [letter.kind for letter in kept].count(kind)
    return told


def logged(title: str, kind: str) -> int:
    """Return the number of messages about a title that were sent, alone or in a bundle."""
    (wish,) = [wish for wish in every(Wish) if wish.title == title]
    lines = {line.id: line for line in every(MessageAttempt)}
    count = 0
    for line in lines.values():
        if (line.about, line.kind) == (wish.id, kind):
            # Its own letter, or that of the bundle which covers it.
            letter = lines.get(line.ref, line)
            assert letter is line or line.id in letter.covers
            count += letter.state is DeliveryState.SENT
    return count


def let_everybody_be_told(world: World) -> None:
    """Let time pass until no message waits: phones do not ring at night, low urgency waits for
    18:00.
    """
    for _ in range(20):
        waiting = waiting_messages()
        if not waiting:
            return
        world.pump.move_to(
            max(world.clock.now(), min(due.at for due in waiting))
        )
    raise AssertionError(f"still waiting: {waiting_messages()}")


# one alarm, in step


def test_at_every_step_of_a_life_exactly_one_alarm_is_armed_for_what_comes_first(
    world: World,
) -> None:
    def ask(step: Step) -> Answer:
        answer = step.ask()
        check()
        return answer

    tell(world, ask)


def test_a_timer_ends_with_its_wait_and_stays_while_the_wait_stays(
    world: World,
) -> None:
    staff = world.staff()
    wish = world.open_wish()
    armed = only(timers(wish))
    assert (
        staff.post(
            f"/v1/wishes/{wish}/edit", {"story": "冬天没有热水喝。"}
        ).status
        == 200
    )
    assert only(timers(wish)) == armed
    assert (
        staff.post(
            f"/v1/wishes/{wish}/edit", {"needed_by": "2026-12-20"}
        ).status
        == 200
    )
    assert only(timers(wish)).at == armed.at + timedelta(days=13)
    assert staff.post(f"/v1/wishes/{wish}/withdraw", {}).status == 200
    assert not timers(wish)
    check()


# stale, doubled, early, re-ordered


def test_a_stale_wake_up_does_nothing(world: World) -> None:
    wish = submitted(world)
    stale = [only(timers(wish))]
    assert world.staff().post(f"/v1/wishes/{wish}/approve").status == 200
    stale.append(only(timers(wish)))
    assert world.volunteer().post(f"/v1/wishes/{wish}/claim").status == 200
    world.clock.advance(timedelta(days=60))
    before = snapshot()
    for due in stale:
        run_job(world, due)
    run_job(
        world,
        a_job(
            id="due_" + "a" * 24,
            at=START,
            shard="s0",
            kind="timer.wish",
            subject=wish,
        ),
    )
    assert snapshot() == before


@life
def test_a_doubled_wake_up_does_nothing_the_second_time(
    world: World,
    make: Callable[..., str],
    trace: str,
    messages: dict[str, int],
) -> None:
    wish = make(world, title="一床棉被")
    due = only(timers(wish))
    world.clock.move_to(due.at)
    run_job(world, due)
    world.services.outbox.sweep()
    let_everybody_be_told(world)
    world.pass_time(seconds=1)  # and the schedules of these days
    before = snapshot()
    run_job(world, due)
    world.pass_time(seconds=30)
    assert snapshot() == before
    assert traces(wish).count(trace) == 1
    assert told_of(world, "一床棉被", messages) == messages


@life
def test_an_early_timer_job_changes_nothing_visible_and_fires_in_time(
    world: World,
    make: Callable[..., str],
    trace: str,
    messages: dict[str, int],
) -> None:
    wish = make(world, title="一床棉被")
    due, before, letters = (
        only(timers(wish)),
        wish_of(wish),
        len(world.mailbox.read()),
    )
    world.clock.move_to(due.at - timedelta(milliseconds=1))
    run_job(world, due)
    assert replace(wish_of(wish), timer=before.timer) == before
    assert len(world.mailbox.read()) == letters
    check()
    world.pass_time(milliseconds=1)
    assert traces(wish).count(trace) == 1
    let_everybody_be_told(world)
    assert told_of(world, "一床棉被", messages) == messages


def test_wake_ups_in_any_order_have_the_effect_of_the_one_that_counts(
    world: World,
) -> None:
    staff, helpers = world.staff(), [world.volunteer(), world.volunteer()]
    made = []
    for n in range(6):
        wish = submitted(world, title=f"第{n}个心愿")
        dues = [only(timers(wish))]
        assert staff.post(f"/v1/wishes/{wish}/approve").status == 200
        dues.append(only(timers(wish)))
        assert helpers[n % 2].post(f"/v1/wishes/{wish}/claim").status == 200
        made.append((wish, [*dues, only(timers(wish))]))
    world.clock.advance(timedelta(days=60))
    for (wish, dues), order in zip(made, permutations(range(3)), strict=True):
        for n in order:
            run_job(world, dues[n])
        assert tags(wish)[-1] == "wish.late"
        assert wish_of(wish).state is WishState.CLAIMED
    world.services.outbox.sweep()  # takes away the rows of those that were woken here by hand
    check()


def test_four_sweeps_at_once_have_one_effect(embedded_world: World) -> None:
    world = embedded_world
    made = [world.open_wish(title=f"第{n}个心愿") for n in range(12)]
    world.clock.advance(timedelta(days=30))
    at_once(*[world.services.outbox.sweep] * 4)
    world.pass_time(seconds=60)
    let_everybody_be_told(world)
    for n, wish in enumerate(made):
        assert tags(wish) == ["wish.submitted", "wish.approved", "wish.expired"]
        once = {"wish.expired": 1, "wish.expired_staff": 1}
        assert told_of(world, f"第{n}个心愿", once) == once
    assert not waiting_messages()
    check()


def test_a_reminder_writes_nothing_that_anybody_is_shown(
    world: World,
) -> None:
    wish = claimed(world)
    due, before = only(timers(wish)), wish_of(wish)
    world.clock.move_to(due.at)
    with counted_storage() as storage:
        world.services.outbox.sweep()
    (transaction,) = [
        kwargs["TransactItems"]
        for name, kwargs, _ in storage.calls
        if name == "TransactWriteItems"
    ]
    written = [
        (operation, put["TableName"].partition("-")[2])
        for item in transaction
        for operation, put in item.items()
    ]
    assert sorted(written) == [
        ("Put", "due"),
        ("Put", "due"),
        ("Put", "wishes"),
    ]
    assert sum(storage.units(name) for name in WRITES) <= 12
    noted = wish_of(wish)
    assert (noted.version, noted.updated_at, history(wish)[-1][0]) == (
        before.version,
        before.updated_at,
        "wish.claimed",
    )
    assert noted.claims[0].reminded == ("due_in_2_days",)
    check()


# failing


@pytest.fixture
def narrow_world(world: World) -> World:
    """Everything that is due lies in one shard."""
    return World(due_shards=1)


def poison(n: int) -> ScheduledJob:
    due = a_job(
        id=f"due_{'p' * 20}{n:04}".replace("0", "a"),
        at=START,
        shard="s0",
        kind="timer.nothing",
        subject=f"nobody{n}",
    )
    save(due)
    return due


def test_a_job_that_always_fails_stays_due_and_holds_up_nobody(
    narrow_world: World,
) -> None:
    world = narrow_world
    for n in range(120):  # more than a page, and all of them before the wish
        poison(n)
    wish = world.open_wish()
    kept = len(timers()) - 1
    world.clock.advance(timedelta(days=30))
    for _ in range(2):
        world.pump.run_due()
        assert len(timers()) == kept >= 111
    assert wish_of(wish).state is WishState.EXPIRED


def test_a_job_that_fails_for_a_while_is_tried_again_until_it_succeeds(
    world: World,
) -> None:
    ill, well = (
        world.open_wish(title="心愿甲"),
        world.open_wish(title="心愿乙"),
    )

    def around(
        call: Callable[[], Any], name: str, kwargs: dict[str, Any]
    ) -> Any:
        if name == "GetItem" and kwargs.get("Key", {}).get("pk") == {"S": ill}:
            raise failure("ProvisionedThroughputExceededException", name)
        return call()

    world.clock.advance(timedelta(days=30))
    with storage_calls(around):
        for _ in range(3):
            world.pass_time(seconds=60)
    assert (wish_of(ill).state, wish_of(well).state) == (
        WishState.OPEN,
        WishState.EXPIRED,
    )
    check()
    world.pass_time(seconds=60)
    assert wish_of(ill).state is WishState.EXPIRED
    let_everybody_be_told(world)
    once = {"wish.expired": 1, "wish.expired_staff": 1}
    assert [told_of(world, title, once) for title in ("心愿甲", "心愿乙")] == [
        once,
        once,
    ]
    assert not waiting_messages()
    check()


# the right instants


@pytest.mark.parametrize(
    "steps", [1, 40], ids=["in one step", "in small steps"]
)
def test_what_is_due_happens_at_its_own_instant_however_time_passes(
    world: World, steps: int
) -> None:
    world.pass_time(hours=0)
    left, unclaimed = (
        submitted(world, title="没人看过"),
        world.open_wish(title="没人认领"),
    )
    late, unconfirmed = (
        claimed(world, title="没有送达"),
        delivered(world, title="没有确认"),
    )
    for _ in range(steps):
        world.pass_time(hours=40 * 24 / steps)
    assert history(left)[1:] == [("wish.expired", START + timedelta(days=30))]
    assert history(unclaimed)[2:] == [("wish.expired", TWO_DAYS_LATER)]
    assert history(late)[3:] == [
        ("wish.late", NEEDED_BY_IS_OVER)
    ]  # reminders leave no line in it
    assert history(unconfirmed)[4:] == [
        ("wish.unconfirmed", START + timedelta(days=3))
    ]
    sent = {letter.kind: letter.sent_at for letter in world.mailbox.read()}
    in_the_morning = NEEDED_BY_IS_OVER + timedelta(
        hours=8
    )  # nobody's phone rings at midnight
    assert (
        in_the_morning
        <= sent["wish.late_staff"]
        < in_the_morning + timedelta(minutes=30)
    )
    assert sent["wish.unconfirmed_staff"] == START + timedelta(days=3)
    assert {due.kind for due in timers()} == {"timer.person"}, (
        "only vettings still end"
    )
    check()


def test_after_an_outage_of_six_weeks_everything_due_is_done_once(
    world: World,
) -> None:
    made = [
        submitted(world),
        world.open_wish(),
        claimed(world),
        delivered(world),
    ]
    world.clock.advance(timedelta(days=42))
    assert world.services.outbox.sweep() >= 4
    assert [tags(wish)[-1] for wish in made] == [
        "wish.expired",
        "wish.expired",
        "wish.late",
        "wish.unconfirmed",
    ]
    assert world.services.outbox.sweep() == 0
    assert {wish.id: wish.state for wish in every(Wish)} == dict(
        zip(
            made,
            (
                WishState.EXPIRED,
                WishState.EXPIRED,
                WishState.CLAIMED,
                WishState.DELIVERED,
            ),
            strict=True,
        )
    )
    check()
