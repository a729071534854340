"""Authentication: the API reads a bearer token, and never a cookie."""

import pytest

from ..world import Phone, World


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_a_bearer_token_names_its_actor(world: World, scheme):
    phone = world.resident()
    answer = Phone().get("/v1/me", authorization=f"{scheme} {phone.token}")
    assert (answer.status, answer.json["id"]) == (200, phone.me["id"])


@pytest.mark.parametrize("scheme", ["Basic", "Token", ""])
def test_another_scheme_is_refused_even_where_nobody_need_sign_in(
    world: World, scheme
):
    token = world.resident().token
    answer = Phone().get(
        "/v1/wishes?place=chunhui", authorization=f"{scheme} {token}"
    )
    assert (answer.status, answer.code) == (401, "auth.token_invalid")


@pytest.mark.parametrize(
    "name", ["authorization", "session", "token", "__Host-session"]
)
def test_a_cookie_authenticates_nobody(world: World, name):
    token = world.resident().token
    answer = Phone().get("/v1/me", cookie=f"{name}={token}")
    assert (answer.status, answer.code) == (401, "auth.token_missing")
