"""One's own record: read, changed, and as a volunteer."""

from datetime import timedelta

import pytest

from ..world import BAIHUA, JINFENG, UNIT, Phone, World


def test_my_record_has_what_the_contract_names(world: World):
    me = world.resident(household="hh-1").get("/v1/me").json
    assert {
        "id",
        "name",
        "phone",
        "home",
        "address",
        "roles",
        "locale",
        "channels",
        "quiet_hours",
        "household",
    } <= set(me)
    assert (me["name"], me["home"], me["address"]) == (
        "王秀英",
        UNIT,
        "3楼302室",
    )
    assert me["household"].startswith("hsh_")
    assert me["phone"].startswith("+86138")  # one's own is not masked


def test_a_change_changes_what_it_names_and_nothing_else(world: World):
    phone = world.resident()
    before = phone.get("/v1/me").json
    after = phone.patch("/v1/me", {"name": "王•秀英", "locale": "en"}).json
    assert (after["name"], after["locale"], after["version"]) == (
        "王·秀英",
        "en",
        before["version"] + 1,
    )
    assert {
        name: after[name] for name in ("phone", "home", "address", "channels")
    } == {
        name: before[name] for name in ("phone", "home", "address", "channels")
    }
    assert phone.get("/v1/me").json == after


@pytest.mark.parametrize("field", ["home", "address", "quiet_hours"])
def test_a_null_empties_what_may_be_empty(world: World, field):
    phone = world.resident()
    phone.patch("/v1/me", {"quiet_hours": {"from": "21:00", "to": "08:00"}})
    assert phone.patch("/v1/me", {field: None}).json[field] is None


def test_a_null_takes_no_name_language_or_channel_away(world: World):
    phone = world.resident()
    before = phone.get("/v1/me").json
    after = phone.patch(
        "/v1/me", {"name": None, "locale": None, "channels": None}
    ).json
    assert (after["name"], after["locale"], after["channels"]) == (
        before["name"],
        before["locale"],
        before["channels"],
    )


def test_one_channel_may_be_switched_without_the_other(world: World):
    phone = world.resident()
    assert phone.patch("/v1/me", {"channels": {"sms": False}}).json[
        "channels"
    ] == {
        "sms": False,
        "email": False,
        "email_address": None,
        "promotions": False,
    }


def test_a_home_must_be_a_place(world: World):
    answer = world.resident().patch("/v1/me", {"home": "chunhui.nowhere"})
    assert (answer.status, answer.code) == (422, "place.unknown")


@pytest.mark.parametrize(
    "field",
    [
        "phone",
        "roles",
        "id",
        "vetting",
        "blocked",
        "household",
        "contact_via",
        "consents",
    ],
)
def test_what_is_not_ones_own_to_change_is_refused(world: World, field):
    assert world.resident().patch("/v1/me", {field: "x"}).status == 422


def test_a_person_who_moves_is_found_at_the_new_place(world: World):
    phone, staff = world.resident(), world.staff(JINFENG)
    assert staff.get(f"/v1/people/{phone.me['id']}").status == 404
    phone.patch("/v1/me", {"home": JINFENG})
    assert staff.get(f"/v1/people/{phone.me['id']}").status == 200
    assert phone.me["id"] in [
        person["id"]
        for person in staff.get(f"/v1/people?place={JINFENG}").json["items"]
    ]


PROFILE = {
    "places": [BAIHUA, JINFENG],
    "skills": ["家电维修"],
    "kinds": ["goods", "company"],
    "dialects": ["重庆话"],
    "availability": [],
    "capacity": 5,
    "paused_until": "2026-12-01T00:00:00Z",
}


def test_anybody_becomes_a_volunteer_without_vetting(world: World):
    phone = world.resident()
    answer = phone.put("/v1/me/volunteer", PROFILE)
    assert answer.status == 200
    assert answer.json | PROFILE == answer.json
    assert answer.json["vetting"] == "none"
    assert phone.get("/v1/me").json["roles"] == [
        {"role": "volunteer", "place": place} for place in (BAIHUA, JINFENG)
    ]


def test_a_second_put_replaces_the_first_and_leaves_vetting_alone(world: World):
    phone = world.resident()
    phone.put("/v1/me/volunteer", PROFILE)
    world.phone_of(world.admin).put(
        f"/v1/people/{phone.me['id']}/vetting",
        {"level": "safeguarding", "how": "document", "note": "已核"},
    )
    again = phone.put("/v1/me/volunteer", {"places": [BAIHUA]}).json
    assert (
        again["skills"],
        again["capacity"],
        again["paused_until"],
        again["vetting"],
    ) == ([], 3, None, "safeguarding")
    assert phone.get("/v1/me").json["roles"] == [
        {"role": "volunteer", "place": BAIHUA}
    ]


def test_a_volunteer_helps_only_where_there_is_a_place(world: World):
    answer = world.resident().put(
        "/v1/me/volunteer", {"places": [BAIHUA, "chunhui.nowhere"]}
    )
    assert (answer.status, answer.json["errors"][0]["loc"]) == (
        422,
        ["places", 1],
    )


@pytest.mark.parametrize("capacity", [0, 6])
def test_a_volunteer_carries_one_to_five(world: World, capacity):
    assert (
        world.resident()
        .put("/v1/me/volunteer", {"places": [BAIHUA], "capacity": capacity})
        .status
        == 422
    )


def test_who_pauses_takes_no_wish_until_the_pause_is_over(world: World):
    helper, wish = (
        world.volunteer(paused_until="2026-11-25T00:00:00Z"),
        world.open_wish(),
    )
    paused = helper.post(f"/v1/wishes/{wish}/claim")
    assert (paused.status, paused.code) == (403, "volunteer.paused")
    world.clock.advance(timedelta(days=2))
    helper.token = world.phone_of(
        world.services.people.find(helper.me["id"])
    ).token
    assert helper.post(f"/v1/wishes/{wish}/claim").status == 200


def test_nobody_has_no_record(world: World):
    assert Phone().get("/v1/me").code == "auth.token_missing"


def test_a_volunteer_reads_back_their_volunteer_profile(world: World):
    somebody = world.resident()
    assert somebody.get("/v1/me").json["volunteer"] is None
    put = somebody.put(
        "/v1/me/volunteer",
        {"places": [BAIHUA], "skills": ["理发"], "capacity": 2},
    )
    assert (
        world.phone_of(world.services.people.find(somebody.me["id"]))
        .get("/v1/me")
        .json["volunteer"]
        == put.json
    )
