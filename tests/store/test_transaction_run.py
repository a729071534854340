"""The one write path: all of an outcome becomes true, or none of it, and every failure means one thing."""

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
from chalicelib.people.model import Person, PhoneOwner
from chalicelib.store.outbox import Outbox
from chalicelib.store.transaction import Transaction
from chalicelib.wishes.model import State, Wish
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
class EscalationContext:
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
        self.commit = Transaction(
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

    def settle(self, outcome, context=NEW):
        return self.commit.run(lambda: outcome, context)

    def keep(self, entity):
        return self.settle(Changes(entity=entity, previous=None))


@pytest.fixture
def office(world: World) -> EscalationContext:
    return EscalationContext(world)


def a_receipt(digest="d1", id="rcp_1"):
    return RequestContext(idempotency_key=IdempotencyKey(id=id, digest=digest))


def changed(wish: Wish, *tags: str, **changes) -> Changes:
    events = tuple(TimelineEvent(tag=tag, actor="per_a", party="owner") for tag in tags)
    return Changes(entity=replace(wish, **changes), previous=wish, events=events)


def test_something_new_is_written_as_version_one_and_returned_as_written(office):
    wish = office.keep(a_wish(version=0))
    assert wish.version == 1
    assert find_wish(wish.id) == wish


def test_each_change_is_the_next_version_at_the_clocks_instant(office):
    wish = office.keep(a_wish())
    office.world.clock.advance(timedelta(minutes=5))
    wish = office.settle(changed(wish, title="两个水壶"))
    assert (wish.version, wish.updated_at) == (2, START + timedelta(minutes=5))
    assert find_wish(wish.id) == wish


def test_what_has_not_changed_is_not_written_again(office):
    wish = office.keep(a_wish())
    with counted_storage() as storage:
        assert office.settle(Changes(entity=wish, previous=wish)) == wish
    assert not storage.calls


def test_events_become_lines_of_the_timeline_in_order(office):
    wish = office.keep(a_wish())
    office.settle(changed(wish, "wish.delivered", "wish.fulfilled", thanks="谢谢"))
    found = (
        store().page(WISH_EVENT, wish.id, keys=SK.startswith("event#"), limit=10).items
    )
    assert [(event.tag, event.version, event.number) for event in found] == [
        ("wish.delivered", 2, 0),
        ("wish.fulfilled", 2, 1),
    ]


def test_an_event_about_something_unchanged_does_not_overwrite_an_earlier_line(office):
    wish = office.settle(
        changed(office.keep(a_wish()), "wish.fulfilled", state=State.FULFILLED)
    )
    office.settle(changed(wish, "wish.thanked"))
    found = (
        store().page(WISH_EVENT, wish.id, keys=SK.startswith("event#"), limit=10).items
    )
    assert [event.tag for event in found] == ["wish.fulfilled", "wish.thanked"]


def test_a_row_that_is_taken_is_the_named_refusal_and_nothing_is_written(office):
    owner = PhoneOwner(fingerprint="f", person_id="per_first")
    save(owner)
    second = Put(row=replace(owner, person_id="per_b"), new=True, on_conflict=TAKEN)
    with pytest.raises(Conflict) as refused:
        office.settle(
            Changes(entity=a_person(version=0), previous=None, writes=(second,))
        )
    assert refused.value is TAKEN
    assert find(Person, "per_a", "person") is None
    assert find(PhoneOwner, "phone#f", "owner") == owner


def test_a_row_that_is_taken_without_a_refusal_is_decided_again(office):
    owner = PhoneOwner(fingerprint="f", person_id="per_first")

    def decide():
        if find(PhoneOwner, "phone#f", "owner"):
            raise TAKEN
        save(owner)  # somebody else is quicker
        return Changes(
            entity=a_person(version=0),
            previous=None,
            writes=(Put(row=replace(owner, person_id="per_b"), new=True),),
        )

    with pytest.raises(Conflict):
        office.commit.run(decide, NEW)
    assert find(PhoneOwner, "phone#f", "owner") == owner


def test_a_row_beside_that_changed_since_it_was_read_is_not_overwritten(office):
    other = office.keep(a_wish(id="wsh_b"))
    office.settle(changed(other, title="别人先改了"))
    late = Put(row=replace(other, title="旧的", version=2), expected=other)
    with pytest.raises(Busy):
        office.settle(Changes(entity=a_wish(version=0), previous=None, writes=(late,)))
    assert find_wish("wsh_b").title == "别人先改了"
    assert find_wish("wsh_a") is None


def test_a_row_beside_that_is_as_it_was_read_is_replaced(office):
    other = office.keep(a_wish(id="wsh_b"))
    office.settle(
        Changes(
            entity=a_wish(version=0),
            previous=None,
            writes=(Put(row=replace(other, title="新"), expected=other),),
        )
    )
    assert find_wish("wsh_b").title == "新"


def test_a_row_beside_may_go_with_the_change(office):
    owner = PhoneOwner(fingerprint="f", person_id="per_a")
    save(owner)
    office.settle(
        Changes(entity=a_person(version=0), previous=None, writes=(Delete(row=owner),))
    )
    assert find(PhoneOwner, "phone#f", "owner") is None


def test_a_counter_stops_exactly_at_its_limit_and_the_rest_of_the_outcome_with_it(
    office,
):
    count = Count(subject="per_v", name="active_claims", add=1, limit=2, refusal=FULL)
    for n in range(2):
        office.settle(
            Changes(
                entity=a_wish(id=f"wsh_{n}", version=0), previous=None, writes=(count,)
            )
        )
    with pytest.raises(Conflict) as refused:
        office.settle(
            Changes(
                entity=a_wish(id="wsh_2", version=0), previous=None, writes=(count,)
            )
        )
    assert refused.value is FULL
    assert counter("per_v", "active_claims") == 2
    assert find_wish("wsh_2") is None


def test_what_is_given_back_may_be_taken_again(office):
    wish = office.keep(a_wish())
    take = Count(subject="per_v", name="active_claims", add=1, limit=1, refusal=FULL)
    for count in (take, replace(take, add=-1, limit=None), take):
        office.settle(Changes(entity=wish, previous=wish, writes=(count,)))
    assert counter("per_v", "active_claims") == 1


def test_an_outcome_with_a_refusal_is_counted_and_then_refused(office):
    wish = office.keep(a_wish())
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
            office.settle(
                Changes(entity=wish, previous=wish, writes=(tried,), refusal=wrong)
            )
        assert refused.value is wrong
        assert counter("tries#clm", "code") == n


def test_whoever_is_overtaken_decides_again_on_what_is_true_now(office):
    wish = office.keep(a_wish())
    seen = []

    def decide():
        now = find_wish(wish.id)
        seen.append(now.title)
        if len(seen) == 1:
            office.settle(changed(now, title="别人先改了"))
        return changed(now, story=f"{now.title}的故事")

    after = office.commit.run(decide, NEW)
    assert seen == ["一个电热水壶", "别人先改了"]
    assert (after.title, after.story, after.version) == (
        "别人先改了",
        "别人先改了的故事",
        3,
    )
    assert office.waits == [1]


def test_whoever_is_overtaken_is_refused_from_fresh_state_only(office):
    wish = office.keep(a_wish())
    seen = []

    def decide():
        now = find_wish(wish.id)
        seen.append(now.state)
        if now.state is State.CLAIMED:
            raise Conflict("wish.already_claimed")
        office.settle(changed(now, state=State.CLAIMED))
        return changed(now, title="太晚了")

    with pytest.raises(Conflict):
        office.commit.run(decide, NEW)
    assert seen == [State.OPEN, State.CLAIMED]


def test_lasting_contention_is_busy_after_four_fresh_tries_with_nothing_half_done(
    office,
):
    wish = office.keep(a_wish())
    tries = []

    def decide():
        tries.append(1)
        now = find_wish(wish.id)
        office.settle(changed(now, told=(*now.told, "x")))
        return changed(now, "wish.edited", title="永远不会")

    with pytest.raises(Busy) as refused:
        office.commit.run(decide, NEW)
    assert (len(tries), office.waits, refused.value.retry_after) == (5, [1, 2, 3, 4], 1)
    assert find_wish(wish.id).title == "一个电热水壶"
    assert (
        not store()
        .page(WISH_EVENT, wish.id, keys=SK.startswith("event#"), limit=10)
        .items
    )


def _fails(times: int, error: ClientError, operation: str = "TransactWriteItems"):
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
        answer | {"CancellationReasons": [{"Code": reason} for reason in reasons]},
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
def test_conflicts_and_throttles_of_the_store_are_tried_again(office, error):
    with _fails(2, error):
        assert office.keep(a_wish()).version == 1
    assert office.waits == [1, 2]


def test_a_fault_that_trying_again_cannot_mend_is_not_tried_again(office):
    tries = []

    def decide():
        tries.append(1)
        return Changes(entity=a_wish(version=0), previous=None)

    with (
        _fails(9, refused("ValidationException")),
        pytest.raises(Exception, match="Failed to write transaction items"),
    ):
        office.commit.run(decide, NEW)
    assert len(tries) == 1


def test_a_throttled_read_is_tried_again(office):
    office.keep(a_wish())
    with _fails(1, refused("ThrottlingException", "GetItem"), "GetItem"):
        office.commit.run(lambda: changed(find_wish("wsh_a"), title="读到了"), NEW)
    assert find_wish("wsh_a").title == "读到了"


# alarms


def test_an_alarm_lies_in_step_with_the_earliest_due(office):
    wish = office.keep(a_wish(State.SUBMITTED))
    assert [(due.id, due.at, due.kind, due.subject) for due in scheduled()] == [
        (wish.timer.id, START + timedelta(days=30), "timer.wish", "wsh_a")
    ]


def test_a_change_that_moves_no_due_leaves_the_alarm_alone(office):
    wish = office.keep(a_wish(State.SUBMITTED))
    after = office.settle(changed(wish, title="改个名字"))
    assert after.timer == wish.timer
    assert [due.id for due in scheduled()] == [wish.timer.id]


def test_a_change_that_moves_the_due_replaces_the_alarm_with_a_fresh_one(office):
    wish = office.keep(a_wish(State.SUBMITTED))
    after = office.settle(changed(wish, submitted_at=START + timedelta(hours=1)))
    assert after.timer.id != wish.timer.id
    assert [(due.id, due.at) for due in scheduled()] == [
        (after.timer.id, START + timedelta(days=30, hours=1))
    ]


def test_a_spent_alarm_is_armed_afresh_even_for_the_same_instant(office):
    wish = office.keep(a_wish(State.SUBMITTED))
    after = office.settle(changed(wish, timer=None))
    assert after.timer.at == wish.timer.at
    assert after.timer.id != wish.timer.id
    assert [due.id for due in scheduled()] == [after.timer.id]


def test_a_change_that_leaves_nothing_to_wait_for_takes_the_alarm_away(office):
    wish = office.keep(a_wish(State.SUBMITTED))
    after = office.settle(changed(wish, state=State.WITHDRAWN))
    assert after.timer is None
    assert scheduled() == []


# messages


def test_a_message_that_is_due_at_once_is_handed_over_and_waits_no_more(office):
    wish = office.keep(a_wish(State.FULFILLED))
    message = Message(
        kind="wish.thanks",
        audience=parse_audience("per_h"),
        subject=wish.id,
        params={"claim": "clm_1"},
    )
    office.settle(Changes(entity=wish, previous=wish, messages=(message,)))
    (due,) = office.handed
    assert (due.kind, due.job.audience, due.subject, due.job.params) == (
        "wish.thanks",
        OnePerson("per_h"),
        wish.id,
        {"claim": "clm_1"},
    )
    assert scheduled() == []


def test_a_message_that_could_not_be_handed_over_waits_for_the_sweep(office):
    office.takes = False
    wish = office.keep(a_wish(State.FULFILLED))
    office.settle(
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
    assert [due.id for due in scheduled()] == [due.id for due in office.handed]
    assert scheduled()[0].at == START + timedelta(seconds=30)


def test_a_message_for_later_is_not_handed_over_before_its_time(office):
    wish = office.keep(a_wish(State.FULFILLED))
    later = Message(
        kind="wish.thanks",
        audience=parse_audience("per_h"),
        subject=wish.id,
        not_before=START + timedelta(hours=12),
    )
    office.settle(Changes(entity=wish, previous=wish, messages=(later,)))
    assert office.handed == []
    assert [due.at for due in scheduled()] == [START + timedelta(hours=12)]


def test_an_event_that_somebody_listens_to_is_handed_over_and_others_are_not(office):
    wish = office.keep(a_wish(State.FULFILLED))
    office.settle(changed(wish, "wish.approved", "wish.edited", title="改"))
    assert [(due.kind, due.subject) for due in office.handed] == [
        ("event.wish.approved", wish.id)
    ]


# receipts


def test_a_second_request_with_the_same_key_has_no_second_effect(office):
    office.settle(Changes(entity=a_wish(version=0), previous=None), a_receipt())
    with pytest.raises(Replayed) as replay:
        office.settle(
            Changes(entity=a_wish(id="wsh_again", version=0), previous=None),
            a_receipt(),
        )
    assert replay.value.resource_id == "wsh_a"
    assert find_wish("wsh_again") is None


def test_a_replay_is_answered_as_one_even_where_a_fresh_try_would_be_refused(office):
    wish = office.keep(a_wish())
    office.settle(changed(wish, state=State.CLAIMED), a_receipt())

    def decide():
        raise Conflict("wish.already_claimed")

    with pytest.raises(Replayed):
        office.commit.run(decide, a_receipt())


def test_the_same_key_with_another_body_is_a_mismatch(office):
    office.settle(Changes(entity=a_wish(version=0), previous=None), a_receipt("d1"))
    with pytest.raises(Invalid) as refusal:
        office.settle(
            Changes(entity=a_wish(id="wsh_again", version=0), previous=None),
            a_receipt("d2"),
        )
    assert refusal.value.code == "idempotency.mismatch"


def test_a_refused_request_leaves_no_receipt(office):
    wish = office.keep(a_wish())
    wrong = Changes(
        entity=wish, previous=wish, refusal=Invalid("wish.code_wrong", ["code"])
    )
    with pytest.raises(Invalid):
        office.settle(wrong, a_receipt())
    assert everything()["receipts"] == []
    assert (
        office.settle(changed(wish, title="这次对了"), a_receipt()).title == "这次对了"
    )


def test_a_receipt_is_forgotten_after_a_week_even_if_its_row_still_lies_there(office):
    office.settle(Changes(entity=a_wish(version=0), previous=None), a_receipt())
    office.world.clock.advance(timedelta(days=7, seconds=1))
    assert (
        office.settle(
            Changes(entity=a_wish(id="wsh_again", version=0), previous=None),
            a_receipt("d2"),
        ).id
        == "wsh_again"
    )


def test_a_receipt_holds_no_answer(office):
    office.settle(Changes(entity=a_wish(version=0), previous=None), a_receipt())
    (receipt,) = everything()["receipts"]
    assert set(receipt) == {"pk", "sk", "id", "digest", "resource_id", "ttl"}
