"""An Idempotency-Key: asked twice, done once, and answered with the resource as it is now."""

import pytest

from ..store.scan import everything
from ..world import World


def test_the_same_request_twice_has_one_effect_and_the_same_status(
    world: World,
):
    phone, body = world.resident(), world.wish_body()
    answers = [
        phone.post("/v1/wishes", body, idempotency_key="k1") for _ in range(3)
    ]
    assert [answer.status for answer in answers] == [201, 201, 201]
    assert len({answer.json["id"] for answer in answers}) == 1
    assert len(phone.get("/v1/me/wishes").json["items"]) == 1


def test_a_replay_shows_the_resource_as_it_is_now(world: World):
    phone, body = world.resident(), world.wish_body()
    id = phone.post("/v1/wishes", body, idempotency_key="k1").json["id"]
    world.phone_of(world.admin).post(f"/v1/wishes/{id}/approve")
    assert (
        phone.post("/v1/wishes", body, idempotency_key="k1").json["state"]
        == "open"
    )


def test_a_replay_is_answered_where_a_fresh_try_would_be_refused(world: World):
    id, helper = world.open_wish(), world.volunteer()
    path = f"/v1/wishes/{id}/claim"
    assert helper.post(path, idempotency_key="k1").status == 200
    assert helper.post(path, idempotency_key="k1").json["state"] == "claimed"
    assert helper.post(path, idempotency_key="k2").status == 409
    assert helper.post(path).status == 409


def test_a_replay_is_rendered_under_todays_permissions(world: World):
    id, helper = world.open_wish(), world.volunteer()
    assert helper.post(f"/v1/wishes/{id}/claim", idempotency_key="k1").json[
        "address"
    ]
    helper.post(f"/v1/wishes/{id}/release", {"reason": "来不了"})
    again = helper.post(f"/v1/wishes/{id}/claim", idempotency_key="k1")
    assert again.status == 200
    assert "address" not in again.json


def test_the_same_key_with_another_body_is_a_mismatch(world: World):
    phone = world.resident()
    phone.post("/v1/wishes", world.wish_body(), idempotency_key="k1")
    other = phone.post(
        "/v1/wishes", world.wish_body(title="另一个心愿"), idempotency_key="k1"
    )
    assert (other.status, other.code) == (422, "idempotency.mismatch")
    assert len(phone.get("/v1/me/wishes").json["items"]) == 1


def test_the_same_body_written_otherwise_is_the_same_body(world: World):
    phone, body = world.resident(), world.wish_body()
    first = phone.post("/v1/wishes", body, idempotency_key="k1")
    turned = phone.post(
        "/v1/wishes", dict(reversed(body.items())), idempotency_key="k1"
    )
    assert (turned.status, turned.json["id"]) == (201, first.json["id"])


def test_a_key_is_ones_own_and_the_routes_own(world: World):
    one, two, body = world.resident(), world.resident(), world.wish_body()
    first = one.post("/v1/wishes", body, idempotency_key="k1")
    assert (
        two.post("/v1/wishes", body, idempotency_key="k1").json["id"]
        != first.json["id"]
    )
    staff = world.staff()
    ids = [
        phone.post("/v1/wishes", world.wish_body(title=f"心愿{n}")).json["id"]
        for n, phone in enumerate((one, two))
    ]
    assert [
        staff.post(f"/v1/wishes/{id}/approve", idempotency_key="k9").json[
            "state"
        ]
        for id in ids
    ] == ["open", "open"]


@pytest.mark.parametrize("key", ["", "a b", "x" * 201, "钥匙"])
def test_a_key_that_is_none_is_refused(world: World, key):
    answer = world.resident().post(
        "/v1/wishes", world.wish_body(), idempotency_key=key
    )
    assert (answer.status, answer.code) == (422, "idempotency.key_invalid")


def test_a_look_at_somebodys_phone_is_written_down_once_per_key(world: World):
    person, staff = world.person(), world.staff()
    path, body = f"/v1/people/{person.id}/reveal", {"reason": "送餐联系"}
    answers = [
        staff.post(path, body, idempotency_key="k1").json for _ in range(2)
    ]
    assert answers[0] == answers[1]
    assert (
        sum(
            row["kind"]["S"] == "person.revealed"
            for row in everything()["audit"]
        )
        == 1
    )


def test_posts_that_make_no_wish_take_a_key_too(world: World):
    resident, staff = world.resident(), world.staff()
    for path, body, phone in (
        ("/v1/me/email", {"address": "a@example.com"}, resident),
        ("/v1/people", {"name": "李四", "home": "chunhui.baihua"}, staff),
    ):
        first, again = (
            phone.post(path, body, idempotency_key="k1") for _ in range(2)
        )
        assert (again.status, again.json) == (first.status, first.json)
    code = world.mailbox.read("a@example.com")[0].text.split()[-1]
    digits = "".join(c for c in code if c.isdigit())[:6]
    answers = [
        resident.post(
            "/v1/me/email/verify", {"code": digits}, idempotency_key="k2"
        )
        for _ in range(2)
    ]
    assert [answer.status for answer in answers] == [200, 200]


def test_signing_in_remembers_no_key(world: World):
    phone = world.resident()
    phone.post(
        "/v1/auth/codes", {"phone": "+8613811112222"}, idempotency_key="k1"
    )
    assert (
        phone.post(
            "/v1/auth/codes", {"phone": "+8613811112222"}, idempotency_key="k1"
        ).status
        == 429
    )
