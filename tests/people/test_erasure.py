"""Erasing one's own account: a fresh code, and no way out of limits and blocks."""

from datetime import timedelta

import pytest

from chalicelib.people.policy import SEALED_FOR

from ..signin.builders import NUMBER, sign_up
from ..world import CHALLENGES, NO_CHALLENGE, Phone, World

TERMS = "2026-11"


def delete(phone: Phone, body: dict[str, str] | None) -> str:
    answer = phone.call("DELETE", "/v1/me", body)
    return answer.code if answer.status >= 400 else str(answer.status)


def test_an_erasure_needs_a_code_and_its_challenge(world: World):
    phone = world.resident()
    fresh = world.fresh_code(phone)
    for body in (None, {}, {"code": fresh["code"]}, {"code": "12", **fresh}):
        spoilt = body if body != {"code": "12", **fresh} else {"code": "12"}
        assert phone.call("DELETE", "/v1/me", spoilt).status == 422
    assert phone.get("/v1/me").status == 200


def test_a_wrong_code_erases_nothing_and_is_counted(world: World):
    phone = world.resident()
    fresh = world.fresh_code(phone)
    wrong = {**fresh, "code": f"{(int(fresh['code']) + 1) % 1_000_000:06}"}
    for _ in range(5):
        assert delete(phone, wrong) == "auth.code_wrong"
    assert delete(phone, fresh) == "auth.too_many_tries"
    assert phone.get("/v1/me").status == 200


def test_the_challenge_must_be_that_of_the_own_phone(world: World):
    phone, other = world.resident(), world.resident()
    foreign = world.fresh_code(other)
    assert delete(phone, foreign) == "auth.code_wrong"
    assert delete(phone, {**foreign, "challenge": NO_CHALLENGE}) == (
        "auth.code_wrong"
    )
    assert phone.get("/v1/me").status == other.get("/v1/me").status == 200


def test_a_code_erases_for_five_minutes_and_once(world: World):
    phone = world.resident()
    fresh = world.fresh_code(phone)
    world.clock.advance(timedelta(minutes=5, seconds=1))
    assert delete(phone, fresh) == "auth.code_wrong"
    assert delete(phone, world.fresh_code(phone)) == "202"


def test_a_code_that_signed_in_does_not_erase_as_well(world: World):
    phone = sign_up(world)
    used = {
        "code": world.code_in_sms(NUMBER),
        "challenge": CHALLENGES[NUMBER],
    }
    assert delete(phone, used) == "auth.code_wrong"


def test_a_phone_that_comes_back_counts_with_the_keys_of_its_account(
    world: World,
):
    phone = sign_up(world)
    before = world.services.people.find(phone.me["id"])
    world.erase(phone)
    world.clock.advance(timedelta(minutes=1))
    again = world.services.people.find(sign_up(world).me["id"])
    assert again.id != before.id
    assert set(before.phone_keys) <= set(again.phone_keys)


def sign_in_code(world: World) -> str:
    phone = Phone()
    phone.post("/v1/auth/codes", {"phone": NUMBER})
    body = {
        "phone": NUMBER,
        "code": world.code_in_sms(NUMBER),
        "challenge": CHALLENGES[NUMBER],
        "consent": {"text_version": TERMS},
    }
    answer = phone.post("/v1/auth/tokens", body)
    return answer.code if answer.status >= 400 else str(answer.status)


@pytest.mark.parametrize(
    ("later", "expected"),
    [
        (timedelta(minutes=1), "person.blocked"),
        (SEALED_FOR - timedelta(hours=1), "person.blocked"),
        (SEALED_FOR + timedelta(hours=1), "201"),
    ],
)
def test_a_block_outlives_the_erasure_of_its_account(
    world: World, later: timedelta, expected: str
):
    person = world.services.people.find(sign_up(world).me["id"])
    blocked = world.phone_of(world.admin)
    world.services.transaction.run(
        lambda: _erased_while_blocked(world, person), world.boss
    )
    assert blocked.get(f"/v1/people/{person.id}").status == 404
    world.clock.advance(later)
    assert sign_in_code(world) == expected


def _erased_while_blocked(world: World, person):
    from dataclasses import replace

    erasure = world.services.erasure
    return erasure.erased(
        replace(person, blocked=True), actor="staff", party="staff"
    )
