"""Access tokens: only our own, only whole, only while they live."""

import warnings
from datetime import timedelta

import jwt
import pytest

from chalicelib.kernel.access import Actor, Grant, Role
from chalicelib.kernel.clock import TestClock
from chalicelib.kernel.codes import derive_key
from chalicelib.kernel.errors import Unauthenticated
from chalicelib.web.tokens import ACCESS_TTL_SECONDS, Tokens

from ..world import START, token_parts

SECRETS = {"k2": b"2" * 32, "k1": b"1" * 32}
ACTOR = Actor(
    id="per_aaaaaaaaaaaaaaaaaaaaaaaa",
    grants=(Grant(Role.VOLUNTEER, "chunhui.baihua"),),
    token_version=3,
    session="ses_1",
)


def house(secrets=SECRETS):
    clock = TestClock(START)
    return Tokens(lambda: secrets, clock), clock


def forged(key=None, algorithm="HS256", header=None, **changes):
    claims = token_parts(house()[0].issue(ACTOR)[0])[1] | changes
    claims = {
        name: value for name, value in claims.items() if value is not None
    }
    headers = {"kid": "k2", "typ": "at+jwt"} | (header or {})
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore"
        )  # of keys that are too short for the algorithm
        return jwt.encode(
            claims,
            key or derive_key(SECRETS["k2"], "access-token"),
            algorithm,
            headers,
        )


def test_a_token_names_its_actor_for_thirty_minutes():
    tokens, clock = house()
    token, lasts = tokens.issue(ACTOR)
    assert lasts == ACCESS_TTL_SECONDS == 1800
    clock.advance(timedelta(seconds=1799))
    assert tokens.read(token) == ACTOR
    clock.advance(timedelta(seconds=1))
    with pytest.raises(Unauthenticated):
        tokens.read(token)


def test_a_token_holds_no_personal_data():
    claims = token_parts(house()[0].issue(ACTOR)[0])[1]
    assert set(claims) == {
        "iss",
        "aud",
        "sub",
        "iat",
        "exp",
        "tv",
        "sid",
        "roles",
    }


def test_the_first_key_signs_and_every_key_verifies():
    old = Tokens(lambda: {"k1": SECRETS["k1"]}, TestClock(START)).issue(ACTOR)[
        0
    ]
    tokens, _ = house()
    assert tokens.read(old) == ACTOR
    assert token_parts(tokens.issue(ACTOR)[0])[0]["kid"] == "k2"
    with pytest.raises(Unauthenticated):
        house({"k2": SECRETS["k2"]})[0].read(old)


def test_a_forgery_that_is_none_is_taken_so_that_the_others_mean_something():
    assert house()[0].read(forged()) == ACTOR


@pytest.mark.parametrize(
    "token",
    [
        "",
        "x.y.z",
        forged(key=b"3" * 32),
        forged(header={"kid": "k9"}),
        forged(header={"typ": "JWT"}),
        forged(algorithm="HS512"),
        forged(aud="elsewhere"),
        forged(iss="elsewhere"),
        forged(exp=None),
        forged(sub=None),
        forged(tv=None),
        forged(tv="many"),
        forged(roles=["emperor@chunhui"]),
        forged(roles=None),
        jwt.encode(
            {"sub": "per_aaaaaaaaaaaaaaaaaaaaaaaa"},
            None,
            "none",
            {"kid": "k2", "typ": "at+jwt"},
        ),
    ],
)
def test_anything_else_is_nobodys_token(token):
    with pytest.raises(Unauthenticated):
        house()[0].read(token)
