"""What another stage or installation signed opens nothing here, though the ids are the same."""

from collections.abc import Callable
from typing import Any

import pytest

from ..world import SECRETS, Phone, World
from .evidence import assert_problem

OTHER = {
    "token_keys": {"k1": b"other-token-key-0123456789-0123456789"},
    "secret": {"first": b"other-secret-0123456789-0123456789-01"},
    "phone_key": {"first": b"other-phone-key-0123456789-0123456789"},
}
NUMBER = "+8613811119999"


@pytest.fixture
def stages(new_world: Callable[..., World]) -> tuple[World, World]:
    """The stage where the attacker may do all, and ours; the store of both is alike."""
    other = new_world(**OTHER)
    theirs = other.sign_in(NUMBER, consent="2026-11", name="张三")
    other.signed = theirs  # type: ignore[attr-defined]
    ours = new_world()
    return other, ours


def test_an_access_token_of_another_stage_is_nobodys(stages):
    other, ours = stages
    for person in (other.admin, ours.admin):
        token = other.services.tokens.issue(person.as_actor())[0]
        assert ours.services.tokens.issue(person.as_actor())[0] != token
        assert_problem(Phone(token=token).get("/v1/me"), 401)
        assert_problem(Phone(token=token).post("/v1/wishes", {}), 401)


def test_a_refresh_token_of_another_stage_is_refused(stages):
    other, _ = stages
    body = {"refresh_token": other.signed.refresh}
    assert_problem(Phone().post("/v1/auth/tokens", body), 401)


def test_a_device_of_another_stage_is_a_stranger(stages):
    other, ours = stages
    device = other.signed.seen[-1].json["device"]
    person = ours.person(phone=NUMBER)
    for n in range(6):
        phone = Phone(address=f"198.51.100.{n}")
        assert phone.post("/v1/auth/codes", {"phone": NUMBER}).status == 202
    asked = Phone().post("/v1/auth/codes", {"phone": NUMBER, "device": device})
    assert (asked.status, person.phone) == (429, NUMBER)


@pytest.mark.parametrize("kid", ["k1", "k2", "first", "", None])
def test_no_key_id_leads_to_the_key_of_another_stage(stages, kid: Any):
    other, ours = stages
    import jwt

    token = other.services.tokens.issue(ours.admin.as_actor())[0]
    claims = jwt.decode(token, options={"verify_signature": False})
    for secret in (*OTHER["token_keys"].values(), *SECRETS["secret"].values()):
        headers = {"typ": "at+jwt"} | ({"kid": kid} if kid is not None else {})
        forged = jwt.encode(claims, secret, "HS256", headers)
        assert_problem(Phone(token=forged).get("/v1/me"), 401)
