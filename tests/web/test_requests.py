"""The request reader: bodies, media types and If-Match."""

import json

import pytest

from ..world import World


@pytest.mark.parametrize(
    "media",
    ["application/json", "application/json; charset=utf-8", "Application/JSON"],
)
def test_json_is_taken_under_each_of_its_names(world: World, media):
    assert (
        world.resident()
        .post("/v1/wishes", world.wish_body(), content_type=media)
        .status
        == 201
    )


def test_a_body_of_the_largest_size_is_read(world: World):
    body = json.dumps(world.wish_body()).encode()
    assert (
        world.resident()
        .post("/v1/wishes", raw=body + b" " * (65_536 - len(body)))
        .status
        == 201
    )


def test_a_change_is_made_only_to_the_version_that_was_seen(world: World):
    phone = world.resident()
    tag = phone.get("/v1/me").headers["etag"]
    seen = phone.patch("/v1/me", {"address": "甲"}, if_match=tag)
    assert seen.status == 200
    late = phone.patch("/v1/me", {"address": "乙"}, if_match=tag)
    assert (late.status, late.code) == (412, "request.stale")
    assert phone.get("/v1/me").json["address"] == "甲"
    assert (
        phone.patch(
            "/v1/me", {"address": "丙"}, if_match=seen.headers["etag"]
        ).status
        == 200
    )


def test_if_match_takes_any_version_for_a_star_and_none_for_a_stranger(
    world: World,
):
    phone = world.resident()
    assert phone.patch("/v1/me", {"address": "甲"}, if_match="*").status == 200
    assert (
        phone.patch("/v1/me", {"address": "乙"}, if_match='"nonsense"').status
        == 412
    )
    assert phone.patch("/v1/me", {"address": "丙"}, if_match="").status == 412


def test_a_move_is_made_only_from_the_version_that_was_seen(world: World):
    resident, helper = world.resident(), world.volunteer()
    id = world.open_wish(resident)
    tag = helper.get(f"/v1/wishes/{id}").headers["etag"]
    assert (
        world.staff()
        .post(f"/v1/wishes/{id}/edit", {"title": "另一个水壶"})
        .status
        == 200
    )
    assert helper.post(f"/v1/wishes/{id}/claim", if_match=tag).status == 412
    assert (
        helper.post(
            f"/v1/wishes/{id}/claim",
            if_match=helper.get(f"/v1/wishes/{id}").headers["etag"],
        ).status
        == 200
    )


def test_every_put_about_somebody_heeds_if_match(world: World):
    person, admin = world.person(), world.phone_of(world.admin)
    tag = admin.get(f"/v1/people/{person.id}").headers["etag"]
    assert (
        admin.patch(f"/v1/people/{person.id}", {"address": "新"}).status == 200
    )
    bodies = {
        "roles": [],
        "vetting": {"level": "basic", "how": "vouched"},
        "limits": {"homes_7_days": 3, "reason": "楼栋活动"},
        "blocked": {"blocked": False, "reason": "误封"},
        "household": {"household": None},
    }
    answers = {
        what: admin.put(
            f"/v1/people/{person.id}/{what}", body, if_match=tag
        ).status
        for what, body in bodies.items()
    }
    assert answers == dict.fromkeys(bodies, 412)


def test_a_place_is_changed_only_in_the_version_that_was_seen(world: World):
    admin = world.phone_of(world.admin)
    duty = {"street_admin": [world.admin.id]}
    tag = admin.put("/v1/places/chunhui.baihua", {"name": "柏华"}).headers[
        "etag"
    ]
    assert (
        admin.put("/v1/places/chunhui.baihua/duty", duty, if_match=tag).status
        == 200
    )
    assert (
        admin.put(
            "/v1/places/chunhui.baihua", {"name": "又改"}, if_match=tag
        ).status
        == 412
    )
    assert (
        admin.put("/v1/places/chunhui.baihua/duty", {}, if_match=tag).status
        == 412
    )


def test_a_place_that_is_not_there_matches_no_version(world: World):
    admin = world.phone_of(world.admin)
    assert (
        admin.put(
            "/v1/places/chunhui.gudu", {"name": "古渡社区"}, if_match='"3.abc"'
        ).status
        == 412
    )  # RFC 9110, 13.1.1
    assert admin.get("/v1/places?under=chunhui.gudu").status == 404
