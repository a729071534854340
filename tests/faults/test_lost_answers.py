"""Requests whose answer is lost: with its key a repeat is done once, without one it says so."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError

from app import api
from chalicelib.signin.model import Challenge
from chalicelib.wishes.model import Wish

from ..hostile.good import GOOD
from ..storage import intercepted
from ..world import Answer, Phone, World
from .facts import check, every, snapshot
from .story import TERMS, Step, Telling, assert_same, tell

# What comes back, and what staff do about it, harms nobody by coming twice; tests/replies and
# tests/admin tell how.
# Offers, runs and tickets have crashes (scenes_*.py) and races (test_*_races.py) of their own;
# of tickets see also below.
TICKETS = {
    name: operation
    for name, operation in ((op.name, op) for op in api.operations)
    if operation.path.startswith("/v1/tickets")
}
ALONE = {
    "POST /v1/me/consents",
    "POST /v1/me/factor",
    "POST /v1/me/factor/verify",
    "POST /v1/me/phone",
    "POST /v1/me/phone/verify",
    "POST /v1/messages/*/visit",
    "POST /v1/people/*/consents/*/confirm",
    "POST /v1/people/*/erase",
    "POST /v1/people/*/factor/reset",
    "POST /v1/people/*/phone",
    "POST /v1/admin/exports",
    "POST /v1/people/*/phone/force",
    "POST /v1/people/*/reveals/allow",
    "POST /v1/people/*/role-code",
    "POST /v1/people/*/role-code/verify",
    "POST /v1/people/*/sign-in-code",
    "POST /v1/people/*/unseal",
    "POST /v1/replies/*/handled",
    "POST /v1/wishes/*/check",
    "POST /v1/wishes/*/hide",
    "POST /v1/wishes/*/settle-hours",
}  # not part of the story; see below
ELSEWHERE = {
    *ALONE,
    *(
        f"POST {re.sub(r'{.*?}', '*', op.path)}"
        for op in TICKETS.values()
        if op.method == "POST"
    ),
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
    # tests/admin/test_bulk.py
    "POST /v1/admin/queue/accept",
    "POST /v1/admin/queue/approve",
    "POST /v1/admin/queue/assign",
    "POST /v1/admin/queue/merge",
    "POST /v1/admin/queue/redrive",
    "POST /v1/admin/queue/reject",
    "POST /v1/admin/queue/visited",
}


class LostAnswers:
    """Commits, but lets the answer never arrive; `for_good`: and the store cannot be reached any
    more after that.
    """

    def __init__(self, *, for_good: bool = False) -> None:
        self.for_good, self.lost = for_good, 0

    def around(
        self, call: Callable[[], Any], name: str, kwargs: dict[str, Any]
    ) -> Any:
        if self.lost and self.for_good:
            raise ReadTimeoutError(endpoint_url="https://dynamodb.example")
        answer = call()
        if name != "TransactWriteItems":
            return answer
        self.lost += 1
        raise ReadTimeoutError(endpoint_url="https://dynamodb.example")


@pytest.mark.parametrize("for_good", [False, True])
def test_a_move_with_a_lost_answer_succeeds_when_repeated_with_its_key(
    world: World, calm: Telling, for_good: bool
) -> None:
    lost: list[str] = []

    def ask(step: Step) -> Answer:
        if not step.keyed:
            return step.ask()
        faults, key = (
            LostAnswers(for_good=for_good),
            f"key-{len(step.phone.seen)}",
        )
        with intercepted(faults.around):
            first = step.ask(idempotency_key=key)
        if not faults.lost:
            assert first.status >= 400, (
                "nothing was committed, so nothing can have succeeded"
            )
            return first
        assert first.status == 503 or (first.status < 300 and not for_good)
        assert first.status < 300 or first.headers["retry-after"]
        lost.append(step.name)
        return step.ask(idempotency_key=key)

    assert_same(tell(world, ask), calm)
    check()
    takes_keys = {
        f"POST {re.sub(r'{.*?}', '*', o.path)}"
        for o in api.operations
        if o.method == "POST" and o.repeatable
    }
    assert takes_keys - ELSEWHERE == set(lost), (
        "the story goes through every route that takes a key"
    )


def told_alone() -> list[str]:
    """Return the names of the operations that the story does not go through."""
    names = [name for name, op in TICKETS.items() if op.method == "POST"]
    alone = [
        op.name
        for op in api.operations
        if f"{op.method} {re.sub(r'{.*?}', '*', op.path)}" in ALONE
    ]
    return names + alone


@pytest.mark.parametrize("name", told_alone())
def test_a_move_beside_the_story_with_a_lost_answer_happens_once(
    world: World, name: str
) -> None:
    request, faults = GOOD[name](world), LostAnswers()
    with intercepted(faults.around):
        first = request.send("POST", idempotency_key="tap")
    before = snapshot()
    again = request.send("POST", idempotency_key="tap")
    assert faults.lost
    assert first.status == 503 or first.status < 300
    assert again.status in (200, 201, 202, 204), again.text
    assert snapshot() == before, "it was done the first time"


def answers_lost(ask: Callable[[], Answer]) -> Answer:
    with intercepted(LostAnswers().around):
        lost = ask()
    assert lost.status == 503
    return ask()


def test_without_a_key_a_lost_answer_reads_as_done_already(
    world: World,
) -> None:
    """What happens to clients that send no key: nothing is done twice but submitting, whose
    duplicate is pointed out.
    """
    owner, helper, staff = (
        world.resident(),
        world.volunteer(),
        world.staff(),
    )

    def again(phone: Phone, move: str, body: Any = None) -> tuple[int, str]:
        answer = answers_lost(
            lambda: phone.post(f"/v1/wishes/{wish}/{move}", body)
        )
        world.pass_time(
            seconds=30
        )  # sent by the sweep, while it is still relevant
        return answer.status, answer.code

    filed = answers_lost(
        lambda: owner.post("/v1/wishes", world.wish_body())
    ).json
    wish = filed["possible_duplicates"][0]
    assert [w.id for w in every(Wish) if w.id != wish] == [filed["id"]]
    assert again(staff, "approve") == (409, "wish.wrong_state")
    assert again(helper, "claim") == (409, "wish.already_helping")
    assert again(helper, "release", {"reason": "临时有事"}) == (
        403,
        "action.forbidden",
    )
    assert helper.post(f"/v1/wishes/{wish}/claim").status == 200
    assert again(helper, "deliver", {}) == (409, "wish.wrong_state")
    assert again(owner, "dispute", {"reason": "没有收到"}) == (
        409,
        "wish.wrong_state",
    )
    # An open wish may have a disputed delivery, this one has none any more.
    assert again(staff, "reopen", {}) == (409, "wish.no_delivery")
    assert again(owner, "withdraw", {}) == (409, "wish.wrong_state")
    check()
    assert {
        kind: len(world.sms_to(owner.me["phone"], f"wish.{kind}"))
        for kind in ("approved", "released", "delivered")
    } == {
        "approved": 1,
        "released": 1,
        "delivered": 1,
    }


def test_signing_in_with_a_lost_answer_needs_a_fresh_code_and_refreshing_does_not(
    world: World,
) -> None:
    number = "+8613900002100"
    asked = answers_lost(
        lambda: Phone().post("/v1/auth/codes", {"phone": number})
    )
    assert asked.code == "auth.too_soon"
    world.pass_time(seconds=30)
    assert len(world.sms_to(number)) == 1, (
        "the sweep sent what the request could not"
    )
    body = {
        "phone": number,
        "code": world.code_in_sms(number),
        "challenge": every(Challenge)[0].id,  # the lost answer held it
        "consent": {"text_version": TERMS},
    }
    assert (
        answers_lost(lambda: Phone().post("/v1/auth/tokens", body)).code
        == "auth.code_wrong"
    )
    phone = world.sign_in(number)
    refreshed = answers_lost(
        lambda: Phone().post(
            "/v1/auth/tokens", {"refresh_token": phone.refresh}
        )
    )
    assert refreshed.status == 201
    assert (
        Phone()
        .post(
            "/v1/auth/tokens",
            {"refresh_token": refreshed.json["refresh_token"]},
        )
        .status
        == 201
    )
