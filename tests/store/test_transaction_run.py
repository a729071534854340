"""The write path: all changes are committed or none, and each failure has one meaning."""

from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from botocore.exceptions import ClientError

from chalicelib.kernel.audiences import OnePerson, parse_audience
from chalicelib.kernel.changes import (
    Changes,
    Count,
    Delete,
    Message,
    Put,
    TimelineEvent,
)
from chalicelib.kernel.errors import Busy, Conflict, Invalid, Replayed
from chalicelib.kernel.ids import RandomIds
from chalicelib.kernel.request import IdempotencyKey, RequestContext
from chalicelib.people.model import Person
from chalicelib.people.records import PhoneOwner
from chalicelib.store.outbox import Outbox
from chalicelib.store.transaction import Transaction
from chalicelib.wishes.model import Wish, WishState
from chalicelib.wishes.repository import WISH_EVENT, WishRepository

from ..people.builders import a_person
from ..storage import counted_storage, intercepted
from ..wishes.builders import a_wish
from ..world import START, World
from .scan import SK, Reads, counter, everything, find, save, scheduled, store

find_wish = Reads(WishRepository).find_wish

NEW = RequestContext()
TAKEN = Conflict("person.phone_taken")
FULL = Conflict("volunteer.too_many_claims", capacity=2)


@dataclass
class CommitScene:
    """A committer with a queue that notes what it is handed, and takes it or not."""

    world: World
    takes: bool = True
    handed: list = field(default_factory=list)
    waits: list = field(default_factory=list)

    def __post_init__(self):
        outbox = Outbox(
            self,
            self.world.clock,
            4,
            self.world.services.metrics,
            self.world.services.store,
        )
        self.transaction = Transaction(
            store=self.world.services.store,
            clock=self.world.clock,
            ids=RandomIds(),
            outbox=outbox,
            is_subscribed=frozenset({"wish.approved"}).__contains__,
            wait=self.waits.append,
        )

    def enqueue(self, entries):
        self.handed.extend(entries)
        return {entry.id for entry in entries} if self.takes else set()

    def commit(self, outcome, context=NEW):
        return self.transaction.run(lambda: outcome, context)

    def keep(self, entity):
        return self.commit(Changes(entity=entity, previous=None))


@pytest.fixture
def scene(world: World) -> CommitScene:
    return CommitScene(world)


def a_receipt(digest="d1", id="rcp_1"):
    return RequestContext(idempotency_key=IdempotencyKey(id=id, digest=digest))


def changed(wish: Wish, *tags: str, **changes) -> Changes:
    events = tuple(
        TimelineEvent(tag=tag, actor="per_a", party="owner") for tag in tags
    )
    return Changes(
        entity=replace(wish, **changes), previous=wish, events=events
    )


def test_something_new_is_written_as_version_one_and_returned_as_written(scene):
    wish = scene.keep(a_wish(version=0))
    assert wish.version == 1
    assert find_wish(wish.id) == wish


def test_each_change_is_the_next_version_at_the_clocks_instant(scene):
    wish = scene.keep(a_wish())
    scene.world.clock.advance(timedelta(minutes=5))
    wish = scene.commit(changed(wish, title="两个水壶"))
    assert (wish.version, wish.updated_at) == (2, START + timedelta(minutes=5))
    assert find_wish(wish.id) == wish


def test_an_unchanged_entity_is_not_written(scene):
    wish = scene.keep(a_wish())
    with counted_storage() as storage:
        assert scene.commit(Changes(entity=wish, previous=wish)) == wish
    assert not storage.calls


def test_events_become_lines_of_the_timeline_in_order(scene):
    wish = scene.keep(a_wish())
    scene.commit(
        changed(wish, "wish.delivered", "wish.fulfilled", thanks="谢谢")
    )
    found = (
        store()
        .page(WISH_EVENT, wish.id, keys=SK.startswith("event#"), limit=10)
        .items
    )
    assert [(event.tag, event.version, event.number) for event in found] == [
        ("wish.delivered", 2, 0),
        ("wish.fulfilled", 2, 1),
    ]


def test_an_event_of_an_unchanged_entity_gets_a_new_version(scene):
    wish = scene.commit(
        changed(
            scene.keep(a_wish()), "wish.fulfilled", state=WishState.FULFILLED
        )
    )
    scene.commit(changed(wish, "wish.thanked"))
    found = (
        store()
        .page(WISH_EVENT, wish.id, keys=SK.startswith("event#"), limit=10)
        .items
    )
    assert [event.tag for event in found] == ["wish.fulfilled", "wish.thanked"]


def test_an_existing_row_is_the_named_refusal(scene):
    owner = PhoneOwner(fingerprint="f", person_id="per_first")
    save(owner)
    second = Put(
        row=replace(owner, person_id="per_b"), new=True, on_conflict=TAKEN
    )
    with pytest.raises(Conflict) as refused:
        scene.commit(
            Changes(entity=a_person(version=0), previous=None, writes=(second,))
        )
    assert refused.value is TAKEN
    assert find(Person, "per_a", "person") is None
    assert find(PhoneOwner, "phone#f", "owner") == owner


def test_an_existing_row_without_a_refusal_is_decided_again(scene):
    owner = PhoneOwner(fingerprint="f", person_id="per_first")

    def decide():
        if find(PhoneOwner, "phone#f", "owner"):
            raise TAKEN
        save(owner)  # another decision is quicker
        return Changes(
            entity=a_person(version=0),
            previous=None,
            writes=(Put(row=replace(owner, person_id="per_b"), new=True),),
        )

    with pytest.raises(Conflict):
        scene.transaction.run(decide, NEW)
    assert find(PhoneOwner, "phone#f", "owner") == owner


def test_a_row_beside_that_changed_since_it_was_read_is_not_overwritten(scene):
    other = scene.keep(a_wish(id="wsh_b"))
    scene.commit(changed(other, title="别人先改了"))
    late = Put(row=replace(other, title="旧的", version=2), expected=other)
    with pytest.raises(Busy):
        scene.commit(
            Changes(entity=a_wish(version=0), previous=None, writes=(late,))
        )
    assert find_wish("wsh_b").title == "别人先改了"
    assert find_wish("wsh_a") is None


def test_a_row_beside_that_is_as_it_was_read_is_replaced(scene):
    other = scene.keep(a_wish(id="wsh_b"))
    scene.commit(
        Changes(
            entity=a_wish(version=0),
            previous=None,
            writes=(Put(row=replace(other, title="新"), expected=other),),
        )
    )
    assert find_wish("wsh_b").title == "新"


def test_a_row_beside_may_go_with_the_change(scene):
    owner = PhoneOwner(fingerprint="f", person_id="per_a")
    save(owner)
    scene.commit(
        Changes(
            entity=a_person(version=0),
            previous=None,
            writes=(Delete(row=owner),),
        )
    )
    assert find(PhoneOwner, "phone#f", "owner") is None


def test_a_full_counter_refuses_the_whole_change(
    scene,
):
    count = Count(
        subject="per_v", name="active_claims", add=1, limit=2, refusal=FULL
    )
    for n in range(2):
        scene.commit(
            Changes(
                entity=a_wish(id=f"wsh_{n}", version=0),
                previous=None,
                writes=(count,),
            )
        )
    with pytest.raises(Conflict) as refused:
        scene.commit(
            Changes(
                entity=a_wish(id="wsh_2", version=0),
                previous=None,
                writes=(count,),
            )
        )
    assert refused.value is FULL
    assert counter("per_v", "active_claims") == 2
    assert find_wish("wsh_2") is None


def test_a_decremented_counter_can_be_taken_again(scene):
    wish = scene.keep(a_wish())
    take = Count(
        subject="per_v", name="active_claims", add=1, limit=1, refusal=FULL
    )
    for count in (take, replace(take, add=-1, limit=None), take):
        scene.commit(Changes(entity=wish, previous=wish, writes=(count,)))
    assert counter("per_v", "active_claims") == 1


def test_changes_with_a_refusal_are_committed_and_then_refused(scene):
    wish = scene.keep(a_wish())
    wrong = Invalid("wish.code_wrong", ["code"])
    tried = Count(
        subject="tries#clm",
        name="code",
        add=1,
        limit=5,
        refusal=Conflict("wish.code_locked"),
    )
    for n in range(1, 3):
        with pytest.raises(Invalid) as refused:
            scene.commit(
                Changes(
                    entity=wish, previous=wish, writes=(tried,), refusal=wrong
                )
            )
        assert refused.value is wrong
        assert counter("tries#clm", "code") == n


def test_an_overtaken_decision_is_made_again_from_fresh_state(scene):
    wish = scene.keep(a_wish())
    seen = []

    def decide():
        now = find_wish(wish.id)
        seen.append(now.title)
        if len(seen) == 1:
            scene.commit(changed(now, title="别人先改了"))
        return changed(now, story=f"{now.title}的故事")

    after = scene.transaction.run(decide, NEW)
    assert seen == ["一个电热水壶", "别人先改了"]
    assert (after.title, after.story, after.version) == (
        "别人先改了",
        "别人先改了的故事",
        3,
    )
    assert scene.waits == [1]


def test_an_overtaken_decision_is_refused_from_fresh_state_only(scene):
    wish = scene.keep(a_wish())
    seen = []

    def decide():
        now = find_wish(wish.id)
        seen.append(now.state)
        if now.state is WishState.CLAIMED:
            raise Conflict("wish.already_claimed")
        scene.commit(changed(now, state=WishState.CLAIMED))
        return changed(now, title="太晚了")

    with pytest.raises(Conflict):
        scene.transaction.run(decide, NEW)
    assert seen == [WishState.OPEN, WishState.CLAIMED]


def test_lasting_contention_is_busy_and_writes_nothing(
    scene,
):
    wish = scene.keep(a_wish())
    tries = []

    def decide():
        tries.append(1)
        now = find_wish(wish.id)
        scene.commit(changed(now, told=(*now.told, "x")))
        return changed(now, "wish.edited", title="永远不会")

    with pytest.raises(Busy) as refused:
        scene.transaction.run(decide, NEW)
    assert (len(tries), scene.waits, refused.value.retry_after) == (
        5,
        [1, 2, 3, 4],
        1,
    )
    assert find_wish(wish.id).title == "一个电热水壶"
    assert (
        not store()
        .page(WISH_EVENT, wish.id, keys=SK.startswith("event#"), limit=10)
        .items
    )


def _fails(
    times: int, error: ClientError, operation: str = "TransactWriteItems"
):
    left = [times]

    def around(context, name, kwargs):
        if name == operation and left[0]:
            left[0] -= 1
            raise error
        return context()

    return intercepted(around)


def cancelled(*reasons: str) -> ClientError:
    answer = {
        "Error": {
            "Code": "TransactionCanceledException",
            "Message": f"[{', '.join(reasons)}]",
        }
    }
    return ClientError(
        answer
        | {"CancellationReasons": [{"Code": reason} for reason in reasons]},
        "TransactWriteItems",
    )


def refused(code: str, operation: str = "TransactWriteItems") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": ""}}, operation)


@pytest.mark.parametrize(
    "error",
    [
        cancelled("TransactionConflict", "None"),
        cancelled("ThrottlingError"),
        refused("TransactionInProgressException"),
    ],
)
def test_conflicts_and_throttles_of_the_store_are_tried_again(scene, error):
    with _fails(2, error):
        assert scene.keep(a_wish()).version == 1
    assert scene.waits == [1, 2]


def test_a_lasting_fault_is_not_tried_again(scene):
    tries = []

    def decide():
        tries.append(1)
        return Changes(entity=a_wish(version=0), previous=None)

    with (
        _fails(9, refused("ValidationException")),
        pytest.raises(Exception, match="Failed to write transaction items"),
    ):
        scene.transaction.run(decide, NEW)
    assert len(tries) == 1


def test_a_throttled_read_is_tried_again(scene):
    scene.keep(a_wish())
    with _fails(1, refused("ThrottlingException", "GetItem"), "GetItem"):
        scene.transaction.run(
            lambda: changed(find_wish("wsh_a"), title="读到了"), NEW
        )
    assert find_wish("wsh_a").title == "读到了"


# timers


def test_the_timer_follows_the_earliest_deadline(scene):
    wish = scene.keep(a_wish(WishState.SUBMITTED))
    assert [(due.id, due.at, due.kind, due.subject) for due in scheduled()] == [
        (wish.timer.id, START + timedelta(days=30), "timer.wish", "wsh_a")
    ]


def test_an_unmoved_deadline_keeps_its_timer(scene):
    wish = scene.keep(a_wish(WishState.SUBMITTED))
    after = scene.commit(changed(wish, title="改个名字"))
    assert after.timer == wish.timer
    assert [due.id for due in scheduled()] == [wish.timer.id]


def test_a_moved_deadline_gets_a_fresh_timer(scene):
    wish = scene.keep(a_wish(WishState.SUBMITTED))
    after = scene.commit(changed(wish, submitted_at=START + timedelta(hours=1)))
    assert after.timer.id != wish.timer.id
    assert [(due.id, due.at) for due in scheduled()] == [
        (after.timer.id, START + timedelta(days=30, hours=1))
    ]


def test_a_fired_timer_is_armed_again_for_the_same_instant(scene):
    wish = scene.keep(a_wish(WishState.SUBMITTED))
    after = scene.commit(changed(wish, timer=None))
    assert after.timer.at == wish.timer.at
    assert after.timer.id != wish.timer.id
    assert [due.id for due in scheduled()] == [after.timer.id]


def test_without_a_deadline_the_timer_is_deleted(scene):
    wish = scene.keep(a_wish(WishState.SUBMITTED))
    after = scene.commit(changed(wish, state=WishState.WITHDRAWN))
    assert after.timer is None
    assert scheduled() == []


# messages


def test_a_message_due_at_once_is_handed_over(scene):
    wish = scene.keep(a_wish(WishState.FULFILLED))
    message = Message(
        kind="wish.thanks",
        audience=parse_audience("per_h"),
        subject=wish.id,
        params={"claim": "clm_1"},
    )
    scene.commit(Changes(entity=wish, previous=wish, messages=(message,)))
    (due,) = scene.handed
    assert (due.kind, due.job.audience, due.subject, due.job.params) == (
        "wish.thanks",
        OnePerson("per_h"),
        wish.id,
        {"claim": "clm_1"},
    )
    assert scheduled() == []


def test_a_message_that_could_not_be_handed_over_waits_for_the_sweep(scene):
    scene.takes = False
    wish = scene.keep(a_wish(WishState.FULFILLED))
    scene.commit(
        Changes(
            entity=wish,
            previous=wish,
            messages=(
                Message(
                    kind="wish.thanks",
                    audience=parse_audience("per_h"),
                    subject=wish.id,
                ),
            ),
        )
    )
    assert [due.id for due in scheduled()] == [due.id for due in scene.handed]
    assert scheduled()[0].at == START + timedelta(seconds=30)


def test_a_message_for_later_is_not_handed_over_before_its_time(scene):
    wish = scene.keep(a_wish(WishState.FULFILLED))
    later = Message(
        kind="wish.thanks",
        audience=parse_audience("per_h"),
        subject=wish.id,
        not_before=START + timedelta(hours=12),
    )
    scene.commit(Changes(entity=wish, previous=wish, messages=(later,)))
    assert scene.handed == []
    assert [due.at for due in scheduled()] == [START + timedelta(hours=12)]


def test_only_subscribed_events_are_handed_over(scene):
    wish = scene.keep(a_wish(WishState.FULFILLED))
    scene.commit(changed(wish, "wish.approved", "wish.edited", title="改"))
    assert [(due.kind, due.subject) for due in scene.handed] == [
        ("event.wish.approved", wish.id)
    ]


# receipts


def test_a_second_request_with_the_same_key_has_no_second_effect(scene):
    scene.commit(Changes(entity=a_wish(version=0), previous=None), a_receipt())
    with pytest.raises(Replayed) as replay:
        scene.commit(
            Changes(entity=a_wish(id="wsh_again", version=0), previous=None),
            a_receipt(),
        )
    assert replay.value.resource_id == "wsh_a"
    assert find_wish("wsh_again") is None


def test_a_replay_is_answered_where_a_fresh_try_would_be_refused(scene):
    wish = scene.keep(a_wish())
    scene.commit(changed(wish, state=WishState.CLAIMED), a_receipt())

    def decide():
        raise Conflict("wish.already_claimed")

    with pytest.raises(Replayed):
        scene.transaction.run(decide, a_receipt())


def test_the_same_key_with_another_body_is_a_mismatch(scene):
    scene.commit(
        Changes(entity=a_wish(version=0), previous=None), a_receipt("d1")
    )
    with pytest.raises(Invalid) as refusal:
        scene.commit(
            Changes(entity=a_wish(id="wsh_again", version=0), previous=None),
            a_receipt("d2"),
        )
    assert refusal.value.code == "idempotency.mismatch"


def test_a_refused_request_leaves_no_receipt(scene):
    wish = scene.keep(a_wish())
    wrong = Changes(
        entity=wish, previous=wish, refusal=Invalid("wish.code_wrong", ["code"])
    )
    with pytest.raises(Invalid):
        scene.commit(wrong, a_receipt())
    assert everything()["receipts"] == []
    assert (
        scene.commit(changed(wish, title="这次对了"), a_receipt()).title
        == "这次对了"
    )


def test_a_receipt_is_ignored_after_a_week(scene):
    scene.commit(Changes(entity=a_wish(version=0), previous=None), a_receipt())
    scene.world.clock.advance(timedelta(days=7, seconds=1))
    assert (
        scene.commit(
            Changes(entity=a_wish(id="wsh_again", version=0), previous=None),
            a_receipt("d2"),
        ).id
        == "wsh_again"
    )


def test_a_receipt_holds_no_answer(scene):
    scene.commit(Changes(entity=a_wish(version=0), previous=None), a_receipt())
    (receipt,) = everything()["receipts"]
    assert set(receipt) == {"pk", "sk", "id", "digest", "resource_id", "ttl"}
