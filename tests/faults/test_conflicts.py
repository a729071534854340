"""The store says no, not now, or nothing at all. People see the same outcome as if it had not, and nothing happens twice.

The story is told once undisturbed; then again with a fault before every single transaction (or read). Each step must
leave the outcome that it leaves undisturbed, so the next one starts from the same state and every fault is tried in it.
"""

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from itertools import count, cycle
from typing import Any
from unittest import mock

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from app import api
from chalicelib.kernel.access import Role
from chalicelib.wishes.model import Wish

from ..hostile.good import GOOD
from ..storage import intercepted
from ..world import Answer, Phone, World
from .facts import check, count_of, every, snapshot, wish_of
from .story import READS, TERMS, Step, Telling, cancelled, failure, just_before_commit, tell

WEEK = 7 * 24 * 3600
CONFLICT: Callable[[int], ClientError] = partial(cancelled, "TransactionConflict")
_OTHERS = cycle(
    [
        lambda items: cancelled("ProvisionedThroughputExceeded", items),
        lambda items: failure("ProvisionedThroughputExceededException"),
        lambda items: failure("RequestLimitExceeded"),
        lambda items: failure("TransactionInProgressException"),
        lambda items: failure("InternalServerError"),
    ]
)
FAULTS: dict[str, Callable[[int], ClientError]] = {
    "another transaction touches the same item": CONFLICT,
    "an item is throttled": lambda items: cancelled("ThrottlingError", items),
    "throttled": lambda items: failure("ThrottlingException"),
    "this and that": lambda items: next(_OTHERS)(items),  # noqa: PLW0108 - another one each time
}


# What comes back, and what staff do about it, harms nobody by coming twice; tests/replies and tests/admin tell how.
# Offers, runs and tickets have crashes and races of their own (test_offer_*.py, test_ticket_*.py); of tickets see also below.
TICKETS = {
    name: operation for name, operation in ((op.name, op) for op in api.operations) if operation.path.startswith("/v1/tickets")
}
ELSEWHERE = {
    *(f"POST {re.sub(r'{.*?}', '*', op.path)}" for op in TICKETS.values() if op.method == "POST"),
    "POST /open311/v2/requests.json",
    "POST /open311/v2/requests.xml",
    "POST /v1/uploads",
    "POST /v1/offers/*/accept",
    "POST /v1/offers/*/decline",
    "POST /v1/matching/runs",
    "POST /v1/messages/*/visited",
    "POST /v1/unsubscribe/*",
    "POST /v1/webhooks/sms/*",
    "POST /v1/admin/jobs/*/redrive",
}


@pytest.fixture(scope="module")
def calm(embedded_address: str) -> Iterator[Telling]:
    """How the story goes undisturbed."""
    with mock.patch.dict(os.environ, {"AWS_ENDPOINT_URL_DYNAMODB": embedded_address}):
        told = tell(World())
        check()
        yield told


def assert_same(told: Telling, calm: Telling) -> None:
    for mine, theirs in zip(told.steps, calm.steps, strict=True):
        assert mine == theirs
    assert told.rows == calm.rows
    assert told.letters == calm.letters


class Faults:
    """Raises before the first `times` transactions of each request; also counts them."""

    def __init__(self, times: int, error: Callable[[int], Exception] = CONFLICT) -> None:
        self.times, self.error, self.left, self.raised = times, error, times, 0

    def ask(self, step: Step) -> Answer:
        self.left = self.times
        return step.ask()

    def around(self, call: Callable[[], Any], name: str, kwargs: dict[str, Any]) -> Any:
        if name != "TransactWriteItems" or not self.left:
            return call()
        self.left -= 1
        self.raised += 1
        raise self.error(len(kwargs["TransactItems"]))


@pytest.mark.parametrize("what", FAULTS)
def test_every_transaction_fails_once_and_nobody_notices(embedded_world: World, calm: Telling, what: str) -> None:
    faults = Faults(1, FAULTS[what])
    assert_same(tell(embedded_world, faults.ask, faults.around), calm)
    assert faults.raised > 45
    check()


def test_every_transaction_conflicts_four_times_in_a_row_and_still_succeeds(embedded_world: World, calm: Telling) -> None:
    faults = Faults(4, CONFLICT)
    assert_same(tell(embedded_world, faults.ask, faults.around), calm)
    check()


def test_somebody_else_writes_the_same_thing_first_every_time_and_nobody_notices(embedded_world: World, calm: Telling) -> None:
    client, fresh = embedded_world.services.store.connection.client, [True]

    def ask(step: Step) -> Answer:
        fresh[0] = True
        return step.ask()

    def around(call: Callable[[], Any], name: str, kwargs: dict[str, Any]) -> Any:
        if name == "TransactWriteItems" and fresh[0]:
            fresh[0] = False
            for put in [item["Put"] for item in kwargs["TransactItems"] if "Put" in item]:
                if "version" in put.get("ExpressionAttributeNames", {}).values():
                    _bump(client, put)
        return call()

    assert_same(tell(embedded_world, ask, around), calm)
    check(contiguous=False)
    assert all(wish.version > 2 * len(wish.claims) for wish in every(Wish))


def _bump(client: Any, put: dict[str, Any]) -> None:
    client.update_item(
        TableName=put["TableName"],
        Key={name: put["Item"][name] for name in ("pk", "sk")},
        UpdateExpression="ADD version :one",
        ExpressionAttributeValues={":one": {"N": "1"}},
    )


class NthRead:
    """Fails the nth read of each request, once."""

    def __init__(self, n: int) -> None:
        self.n, self.seen, self.raised = n, 0, 0

    def ask(self, step: Step) -> Answer:
        self.seen = 0
        answer = step.ask()
        if answer.status != 503:
            return answer
        assert int(answer.headers["retry-after"]) >= 1
        return step.ask()  # without a key: nothing may have been done

    def around(self, call: Callable[[], Any], name: str, kwargs: dict[str, Any]) -> Any:
        if name in READS:
            self.seen += 1
            if self.seen == self.n:
                self.raised += 1
                raise failure("ProvisionedThroughputExceededException", name)
        return call()


def test_every_read_is_throttled_once_and_nobody_notices(embedded_address: str, calm: Telling) -> None:
    """The nth read of every request fails, for every n. Whoever is asked to come again finds that nothing was done."""
    with mock.patch.dict(os.environ, {"AWS_ENDPOINT_URL_DYNAMODB": embedded_address}):
        for n in count(1):
            faults = NthRead(n)
            assert_same(tell(World(), faults.ask, faults.around), calm)
            check()
            if not faults.raised:
                break
    assert n > 5


@pytest.mark.parametrize("odd", [0, 1])
def test_every_second_write_beside_the_transaction_fails_and_nobody_notices(
    embedded_world: World, calm: Telling, odd: int
) -> None:
    """The hand-over of messages fails here and there; the sweep makes it good, and nobody is told twice.

    Only a code comes once more, the same, where it could not be written down that it was sent: a person waits for it.
    """
    calls = count(odd)

    def around(call: Callable[[], Any], name: str, kwargs: dict[str, Any]) -> Any:
        if name in ("PutItem", "UpdateItem", "DeleteItem") and next(calls) % 2:
            raise failure("ThrottlingException", name)
        return call()

    told = tell(embedded_world, around=around)
    again = told.letters - calm.letters
    assert {kind for _, kind in again} <= {"code.sign_in"}
    assert set(again.values()) <= {1}
    assert_same(replace(told, letters=told.letters - again), calm)
    assert next(calls) > 60
    check()


def test_conflicts_without_end_are_busy_and_leave_nothing_half_done(embedded_world: World, calm: Telling) -> None:
    faults = Faults(10**9, CONFLICT)
    busy: list[str] = []

    def ask(step: Step) -> Answer:
        before, faults.left = snapshot(), faults.times
        answer = step.ask()
        faults.left = 0
        if answer.status != 503:
            return answer
        busy.append(step.name)
        assert answer.headers["content-type"] == "application/problem+json"
        assert (answer.code, answer.headers["retry-after"]) == ("server.busy", "1")
        assert snapshot() == before
        return step.ask()

    assert_same(tell(embedded_world, ask, faults.around), calm)
    assert len(busy) > 45
    check()


class LostAnswers:
    """Commits, but lets the answer never arrive; `for_good`: and the store cannot be reached any more after that."""

    def __init__(self, *, for_good: bool = False) -> None:
        self.for_good, self.lost = for_good, 0

    def around(self, call: Callable[[], Any], name: str, kwargs: dict[str, Any]) -> Any:
        if self.lost and self.for_good:
            raise ReadTimeoutError(endpoint_url="https://dynamodb.example")
        answer = call()
        if name != "TransactWriteItems":
            return answer
        self.lost += 1
        raise ReadTimeoutError(endpoint_url="https://dynamodb.example")


@pytest.mark.parametrize("for_good", [False, True])
def test_a_move_whose_answer_was_lost_succeeds_at_once_or_when_it_is_sent_again_with_its_key(
    embedded_world: World, calm: Telling, for_good: bool
) -> None:
    lost: list[str] = []

    def ask(step: Step) -> Answer:
        if not step.keyed:
            return step.ask()
        faults, key = LostAnswers(for_good=for_good), f"key-{len(step.phone.seen)}"
        with intercepted(faults.around):
            first = step.ask(idempotency_key=key)
        if not faults.lost:
            assert first.status >= 400, "nothing was committed, so nothing can have succeeded"
            return first
        assert first.status == 503 or (first.status < 300 and not for_good)
        assert first.status < 300 or first.headers["retry-after"]
        lost.append(step.name)
        return step.ask(idempotency_key=key)

    assert_same(tell(embedded_world, ask), calm)
    check()
    takes_keys = {f"POST {re.sub(r'{.*?}', '*', o.path)}" for o in api.operations if o.method == "POST" and o.repeatable}
    assert takes_keys - ELSEWHERE == set(lost), "the story goes through every route that takes a key"


@pytest.mark.parametrize("name", [name for name, op in TICKETS.items() if op.method == "POST"])
def test_what_is_done_with_a_ticket_is_done_once_when_its_answer_is_lost_and_it_is_sent_again(
    embedded_world: World, name: str
) -> None:
    request, faults = GOOD[name](embedded_world), LostAnswers()
    with intercepted(faults.around):
        first = request.send("POST", idempotency_key="tap")
    before = snapshot()
    again = request.send("POST", idempotency_key="tap")
    assert faults.lost
    assert first.status == 503 or first.status < 300
    assert again.status in (200, 201), again.text
    assert snapshot() == before, "it was done the first time"


def answers_lost(ask: Callable[[], Answer]) -> Answer:
    with intercepted(LostAnswers().around):
        lost = ask()
    assert lost.status == 503
    return ask()


def test_without_a_key_a_lost_answer_reads_as_done_already(embedded_world: World) -> None:
    """What happens to clients that send no key: nothing is done twice but submitting, whose duplicate is pointed out."""
    world, owner, helper, staff = embedded_world, embedded_world.resident(), embedded_world.volunteer(), embedded_world.staff()

    def again(phone: Phone, move: str, body: Any = None) -> tuple[int, str]:
        answer = answers_lost(lambda: phone.post(f"/v1/wishes/{wish}/{move}", body))
        world.pass_time(seconds=30)  # told by the sweep, while it is still true
        return answer.status, answer.code

    filed = answers_lost(lambda: owner.post("/v1/wishes", world.wish_body())).json
    wish = filed["possible_duplicates"][0]
    assert [w.id for w in every(Wish) if w.id != wish] == [filed["id"]]
    assert again(staff, "approve") == (409, "wish.wrong_state")
    assert again(helper, "claim") == (409, "wish.already_helping")
    assert again(helper, "release", {"reason": "临时有事"}) == (403, "action.forbidden")
    assert helper.post(f"/v1/wishes/{wish}/claim").status == 200
    assert again(helper, "deliver", {}) == (409, "wish.wrong_state")
    assert again(owner, "dispute", {"reason": "没有收到"}) == (409, "wish.wrong_state")
    assert again(staff, "reopen", {}) == (409, "wish.wrong_state")
    assert again(owner, "withdraw", {}) == (409, "wish.wrong_state")
    check()
    assert {kind: len(world.sms_to(owner.me["phone"], f"wish.{kind}")) for kind in ("approved", "released", "delivered")} == {
        "approved": 1,
        "released": 1,
        "delivered": 1,
    }


def test_signing_in_with_a_lost_answer_needs_a_fresh_code_and_refreshing_does_not(embedded_world: World) -> None:
    world, number = embedded_world, "+8613900002100"
    asked = answers_lost(lambda: Phone().post("/v1/auth/codes", {"phone": number}))
    assert asked.code == "auth.too_soon"
    world.pass_time(seconds=30)
    assert len(world.sms_to(number)) == 1, "the sweep sent what the request could not"
    body = {"phone": number, "code": world.code_in_sms(number), "consent": {"text_version": TERMS}}
    assert answers_lost(lambda: Phone().post("/v1/auth/tokens", body)).code == "auth.code_wrong"
    phone = world.sign_in(number)
    refreshed = answers_lost(lambda: Phone().post("/v1/auth/tokens", {"refresh_token": phone.refresh}))
    assert refreshed.status == 201
    assert Phone().post("/v1/auth/tokens", {"refresh_token": refreshed.json["refresh_token"]}).status == 201


def test_a_claim_is_not_answered_with_an_error_because_the_contacts_number_could_not_be_read(embedded_world: World) -> None:
    """The resident has no phone: her contact is read after the commit. That read fails, and the claim has happened."""
    world, helper = embedded_world, embedded_world.volunteer()
    contact = world.person()
    resident = world.person("张婆婆", phone=None, contact_via=contact.id)
    filed = world.staff().post("/v1/wishes", world.wish_body(on_behalf_of=resident.id, consent={"how": "spoken"}))
    assert filed.status == 201, filed.text
    wish = filed.json["id"]
    assert world.phone_of(world.admin).post(f"/v1/wishes/{wish}/approve").status == 200
    committed, failed = [False], [0]

    def around(call: Callable[[], Any], name: str, kwargs: Any) -> Any:
        if name == "BatchGetItem" and committed[0] and not failed[0]:
            failed[0] += 1
            raise failure("ProvisionedThroughputExceededException", name)
        answer = call()
        committed[0] = committed[0] or name == "TransactWriteItems"
        return answer

    with intercepted(around):
        answer = helper.post(f"/v1/wishes/{wish}/claim")
    if answer.status == 503:
        assert not wish_of(wish).claims, "503 means that nothing was done, and she has claimed it"
    else:
        assert (answer.status, count_of(helper.me["id"])) == (200, 1)


# replays


def test_a_replayed_claim_shows_the_wish_as_it_is_now(embedded_world: World) -> None:
    world, helper = embedded_world, embedded_world.volunteer()
    wish = world.open_wish()

    def claim() -> Answer:
        return helper.post(f"/v1/wishes/{wish}/claim", idempotency_key="tap")

    first = claim()
    assert (first.status, first.json["address"]) == (200, "3楼302室")
    assert claim().text == first.text
    assert helper.post(f"/v1/wishes/{wish}/deliver", {}).status == 200
    after = claim()
    assert (after.status, after.json["state"]) == (200, "delivered")
    assert not {"address", "phone", "name"} & set(after.json)
    check()


def test_a_replayed_claim_does_not_take_again_what_was_given_back(embedded_world: World) -> None:
    world, helper = embedded_world, embedded_world.volunteer()
    wish = world.open_wish()
    assert helper.post(f"/v1/wishes/{wish}/claim", idempotency_key="tap").status == 200
    assert helper.post(f"/v1/wishes/{wish}/release", {"reason": "临时有事"}).status == 200
    again = helper.post(f"/v1/wishes/{wish}/claim", idempotency_key="tap")
    assert (again.status, again.json["state"], again.json["places_left"]) == (200, "open", 1)
    assert "address" not in again.json
    assert count_of(helper.me["id"]) == 0
    check()


def test_a_replay_is_seen_with_todays_permissions(embedded_world: World) -> None:
    world, resident, person = embedded_world, embedded_world.resident(), embedded_world.person("陈敏")
    admin = world.phone_of(world.admin)
    assert admin.put(f"/v1/people/{person.id}/roles", [{"role": "community_staff", "place": "chunhui.baihua"}]).status == 200
    fresh = world.services.people.find(person.id)
    assert fresh
    clerk = world.phone_of(fresh)
    wish = resident.post("/v1/wishes", world.wish_body()).json["id"]
    assert "name" in clerk.post(f"/v1/wishes/{wish}/approve", idempotency_key="a").json
    reveal = f"/v1/people/{resident.me['id']}/reveal"
    assert clerk.post(reveal, {"reason": "上门核实"}, idempotency_key="r").json["phone"] == resident.me["phone"]
    assert admin.put(f"/v1/people/{person.id}/roles", []).status == 200
    again = clerk.post(f"/v1/wishes/{wish}/approve", idempotency_key="a")
    assert again.status == 200
    assert not {"name", "phone", "claims"} & set(again.json)
    assert clerk.post(reveal, {"reason": "上门核实"}, idempotency_key="r").status in (403, 404)


def test_the_same_key_with_another_body_is_a_mismatch_whether_or_not_the_body_would_do(embedded_world: World) -> None:
    world, resident, helper = embedded_world, embedded_world.resident(), embedded_world.volunteer()
    body = world.wish_body()
    assert resident.post("/v1/wishes", body, idempotency_key="k").status == 201
    for other in ({"title": "两个电热水壶"}, {"kind": "service"}, {"place": "chunhui.nowhere.g01"}):
        answer = resident.post("/v1/wishes", body | other, idempotency_key="k")
        assert (answer.status, answer.code) == (422, "idempotency.mismatch"), other
    assert len(every(Wish)) == 1
    wish = world.open_wish()
    assert helper.post(f"/v1/wishes/{wish}/claim").status == 200
    release = f"/v1/wishes/{wish}/release"
    assert helper.post(release, {"reason": "临时有事"}, idempotency_key="k").status == 200
    assert helper.post(release, {"reason": "不想去了"}, idempotency_key="k").code == "idempotency.mismatch"


def test_a_key_means_nothing_in_the_hands_of_somebody_else_or_on_another_wish(embedded_world: World) -> None:
    world, one, other = embedded_world, embedded_world.volunteer(), embedded_world.volunteer()
    wishes = [world.open_wish(), world.open_wish()]
    assert one.post(f"/v1/wishes/{wishes[0]}/claim", idempotency_key="k").status == 200
    assert other.post(f"/v1/wishes/{wishes[0]}/claim", idempotency_key="k").code == "wish.already_claimed"
    assert one.post(f"/v1/wishes/{wishes[1]}/claim", idempotency_key="k").json["id"] == wishes[1]
    assert other.post("/v1/wishes", world.wish_body(), idempotency_key="k").status == 201


def test_a_refused_request_does_not_use_up_its_key(embedded_world: World) -> None:
    world, one, other = embedded_world, embedded_world.volunteer(), embedded_world.volunteer()
    wish = world.open_wish()
    assert other.post(f"/v1/wishes/{wish}/claim").status == 200
    assert one.post(f"/v1/wishes/{wish}/claim", idempotency_key="k").status == 409
    assert other.post(f"/v1/wishes/{wish}/release", {"reason": "临时有事"}).status == 200
    assert one.post(f"/v1/wishes/{wish}/claim", idempotency_key="k").json["state"] == "claimed"


@pytest.mark.parametrize(("after", "wishes"), [(WEEK - 1, 1), (WEEK, 2), (WEEK + 0.5, 2), (WEEK + 1, 2), (2 * WEEK, 2)])
def test_a_key_lasts_for_seven_days(embedded_world: World, after: float, wishes: int) -> None:
    world, person = embedded_world, embedded_world.person()
    body = world.wish_body()
    assert world.phone_of(person).post("/v1/wishes", body, idempotency_key="k").status == 201
    world.pass_time(seconds=after)
    answer = world.phone_of(person).post("/v1/wishes", body, idempotency_key="k")
    assert answer.status == 201, answer.text
    assert len(every(Wish)) == wishes


def test_a_new_wish_under_an_expired_key_is_remembered_in_its_turn(embedded_world: World) -> None:
    world, person = embedded_world, embedded_world.person()
    body = world.wish_body()
    first = world.phone_of(person).post("/v1/wishes", body, idempotency_key="k").json["id"]
    world.pass_time(days=8)
    second = world.phone_of(person).post("/v1/wishes", body, idempotency_key="k").json["id"]
    world.pass_time(days=6)
    assert world.phone_of(person).post("/v1/wishes", body, idempotency_key="k").json["id"] == second != first


def test_a_refusal_comes_from_fresh_state_when_the_place_is_given_back_in_between(embedded_world: World) -> None:
    """She has no room when she taps, and has when the transaction fails: the second look decides."""
    world, helper = embedded_world, embedded_world.volunteer(capacity=1)
    held, wanted = world.open_wish(), world.open_wish()
    assert helper.post(f"/v1/wishes/{held}/claim").status == 200
    staff = world.staff(role=Role.COMMUNITY_STAFF)

    def meanwhile() -> int:
        return staff.post(f"/v1/wishes/{held}/release", {"reason": "志愿者生病"}).status

    with just_before_commit(meanwhile) as happened:
        assert helper.post(f"/v1/wishes/{wanted}/claim").status == 200
    assert happened == [200]
    check()
