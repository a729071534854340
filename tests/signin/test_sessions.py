"""Refresh tokens rotate; a copy that turns up ends the family; signing out is at once and for this
family only.
"""

from datetime import timedelta

import pytest

from chalicelib.kernel.codes import Keyring
from chalicelib.kernel.errors import Unauthenticated
from chalicelib.signin import model
from chalicelib.signin.model import (
    Reused,
    open_session,
    read_refresh,
    refresh_token,
)
from chalicelib.signin.model import refresh as rotate
from chalicelib.signin.policy import life_of

from ..world import START, Phone, World
from .builders import NUMBER, refresh, sign_up

KEYS = Keyring(b"k" * 32)


def a_session(generation: int = 1):
    session = open_session(
        id="ses_1",
        person_id="per_a",
        token_version=0,
        life=life_of(()),
        device="dev_1",
        now=START,
    )
    for _ in range(generation - 1):
        session = rotate(session, session.generation, life_of(()), START)
    return session


def test_a_refresh_token_names_its_session_and_generation():
    assert read_refresh(KEYS, refresh_token(KEYS, a_session(3))) == ("ses_1", 3)


@pytest.mark.parametrize(
    "change",
    [
        lambda t: t[:-1],
        lambda t: t + "0",
        lambda t: t.replace(".3.", ".4."),
        lambda t: "",
        lambda t: "é",
    ],
)
def test_a_refresh_token_that_we_did_not_write_is_refused(change):
    with pytest.raises(Unauthenticated):
        read_refresh(KEYS, change(refresh_token(KEYS, a_session(3))))


def test_a_refresh_token_of_another_installation_is_refused():
    with pytest.raises(Unauthenticated):
        read_refresh(Keyring(b"j" * 32), refresh_token(KEYS, a_session()))


def test_the_token_before_works_for_ten_minutes_and_then_betrays_a_copy():
    session = a_session(2)
    grace = timedelta(minutes=10)
    assert rotate(session, 1, life_of(()), START + grace) == session
    with pytest.raises(Reused):
        rotate(session, 1, life_of(()), START + grace + timedelta(seconds=1))


def test_the_token_before_the_one_before_betrays_a_copy_at_once():
    with pytest.raises(Reused):
        rotate(a_session(3), 1, life_of(()), START)


def test_the_keys_of_codes_and_tokens_are_apart():
    assert model._mac(KEYS, "ses_1", 1) != KEYS.fingerprint("code", "ses_1.1")


def test_a_refresh_gives_a_fresh_pair(world: World):
    phone = sign_up(world)
    world.clock.advance(timedelta(minutes=31))
    assert phone.get("/v1/me").status == 401
    answer = refresh(phone)
    assert answer.status == 201
    assert answer.json["refresh_token"] != phone.refresh
    assert answer.json["person"]["id"] == phone.me["id"]
    assert Phone(token=answer.json["access_token"]).get("/v1/me").status == 200


def test_a_lost_answer_may_be_asked_for_again_within_ten_minutes(
    world: World,
):
    phone = sign_up(world)
    lost = refresh(phone)
    world.clock.advance(timedelta(minutes=10) - timedelta(seconds=1))
    again = refresh(phone)
    assert again.status == 201
    assert again.json["refresh_token"] == lost.json["refresh_token"]
    assert refresh(phone, again.json["refresh_token"]).status == 201


def test_once_its_successor_was_used_the_old_token_ends_the_family(
    world: World,
):
    phone = sign_up(world)
    second = refresh(phone).json
    third = refresh(phone, second["refresh_token"]).json
    stolen = refresh(phone)
    assert (stolen.status, stolen.code) == (401, "auth.refresh_reused")
    assert refresh(phone, third["refresh_token"]).status == 401
    assert Phone(token=third["access_token"]).get("/v1/me").status == 401


def test_after_the_grace_period_an_old_token_revokes_the_family(
    world: World,
):
    phone = sign_up(world)
    second = refresh(phone).json
    world.clock.advance(timedelta(minutes=10, seconds=1))
    assert refresh(phone).code == "auth.refresh_reused"
    assert refresh(phone, second["refresh_token"]).status == 401


def test_a_family_that_ended_leaves_the_other_phone_alone(world: World):
    one = sign_up(world)
    other = world.sign_in(NUMBER)
    second = refresh(one).json
    refresh(one, second["refresh_token"])
    assert refresh(one).status == 401
    assert other.get("/v1/me").status == 200
    assert refresh(other).status == 201


def test_signing_out_ends_the_family_at_once_and_no_other(world: World):
    one = sign_up(world)
    other = world.sign_in(NUMBER)
    assert one.delete("/v1/auth/tokens").status == 204
    assert one.get("/v1/me").status == 401
    assert one.post("/v1/wishes", world.wish_body()).status == 401
    assert refresh(one).status == 401
    assert other.get("/v1/me").status == 200


def test_signing_out_many_phones_keeps_every_one_of_them_out(world: World):
    phones = [sign_up(world), *(world.sign_in(NUMBER) for _ in range(4))]
    for phone in phones[:4]:
        assert phone.delete("/v1/auth/tokens").status == 204
    assert [phone.get("/v1/me").status for phone in phones] == [
        401,
        401,
        401,
        401,
        200,
    ]


def test_a_block_ends_every_session(world: World):
    phone = sign_up(world)
    phone.patch("/v1/me", {"home": "chunhui.baihua"})
    boss = world.phone_of(world.admin)
    boss.put(
        f"/v1/people/{phone.me['id']}/blocked",
        {"blocked": True, "reason": "骚扰居民"},
    )
    assert phone.get("/v1/me").status == 401
    assert refresh(phone).status in (401, 403)
    boss.put(
        f"/v1/people/{phone.me['id']}/blocked",
        {"blocked": False, "reason": "误会"},
    )
    assert phone.get("/v1/me").status == 401  # opened again, but signed out
    assert world.sign_in(NUMBER).get("/v1/me").status == 200


def test_roles_in_a_refreshed_token_are_those_of_now(world: World):
    phone = sign_up(world)
    phone.put("/v1/me/volunteer", {"places": ["chunhui.baihua"]})
    answer = refresh(phone)
    assert answer.json["person"]["roles"] == [
        {"role": "volunteer", "place": "chunhui.baihua"}
    ]
    assert (
        Phone(token=answer.json["access_token"])
        .post(f"/v1/wishes/{world.open_wish()}/claim")
        .status
        == 200
    )
