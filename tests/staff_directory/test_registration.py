"""Registering a person: what is asked for, and who may be the same."""

import pytest

from chalicelib.kernel.access import Role

from ..world import BAIHUA, BUILDING, GRID, JINFENG, UNIT, Phone, World

WITNESSED = {"how": "spoken", "witness": "周洁"}

# those without a phone


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({}, ["address", "consent"]),
        ({"address": "3楼302室"}, ["consent"]),
        ({"consent": WITNESSED}, ["address"]),
        ({"consent": WITNESSED, "contact_note": "0755-26001234"}, ["address"]),
    ],
)
def test_without_a_phone_address_and_consent_are_asked_for(
    world: World, given, missing
):
    body = {"name": "李奶奶", "home": UNIT} | given
    answer = world.staff().post("/v1/people", body)
    assert (answer.status, answer.code) == (422, "person.incomplete")
    assert [error["loc"] for error in answer.json["errors"]] == [
        [name] for name in missing
    ]
    assert answer.json["missing"] == missing


def test_with_a_phone_neither_address_nor_consent_is_needed(world: World):
    body = {"name": "李四", "home": UNIT, "phone": "13811112222"}
    assert world.staff().post("/v1/people", body).status == 201


def test_the_address_of_somebody_without_a_phone_stays(world: World):
    staff, person = world.staff(), world.person(phone=None)
    path = f"/v1/people/{person.id}"
    answer = staff.patch(path, {"address": None})
    assert (answer.status, answer.code) == (422, "person.incomplete")
    assert staff.patch(path, {"address": "4楼401室"}).status == 200
    with_phone = world.person()
    path = f"/v1/people/{with_phone.id}"
    assert staff.patch(path, {"address": None}).status == 200


@pytest.mark.parametrize("number", ["0755-26001234", "075526001234"])
def test_a_landline_is_refused_with_the_reason(world: World, number: str):
    body = {"name": "李四", "home": UNIT, "phone": number}
    answer = world.staff().post("/v1/people", body)
    (error,) = answer.json["errors"]
    assert (answer.status, error["type"]) == (422, "phone_landline")
    assert "contact_note" in error["msg"]


def test_a_contact_note_is_shown_by_a_reveal_only(world: World):
    staff, note = world.staff(), "座机0755-26001234"
    body = {"name": "李奶奶", "home": UNIT, "address": "3楼302室"}
    body |= {"consent": WITNESSED, "contact_note": note}
    made = staff.post("/v1/people", body)
    assert (made.status, "26001234" in made.text) == (201, False)
    path = f"/v1/people/{made.json['id']}"
    assert "26001234" not in staff.get(path).text
    revealed = staff.post(f"{path}/reveal", {"reason": "上门探访"})
    assert revealed.json["contact_note"] == note
    staff.patch(path, {"contact_note": None})
    revealed = staff.post(f"{path}/reveal", {"reason": "上门探访"})
    assert revealed.json["contact_note"] is None


def test_a_contact_note_is_in_no_public_text(world: World):
    staff = world.staff()
    body = {"name": "李奶奶", "home": UNIT, "address": "3楼302室"}
    body |= {"consent": WITNESSED, "contact_note": "座机26001234"}
    person = staff.post("/v1/people", body).json["id"]
    filed = staff.post(
        "/v1/wishes",
        world.wish_body(
            story="请打26001234找我", on_behalf_of=person, consent=WITNESSED
        ),
    )
    path = f"/v1/wishes/{filed.json['id']}/approve"
    assert world.phone_of(world.admin).post(path).status == 200
    wall = Phone().get(f"/v1/wishes/{filed.json['id']}")
    assert (wall.status, "26001234" in wall.text) == (200, False)


# people who may be the same


@pytest.mark.parametrize(
    ("name", "home", "found"),
    [
        ("王秀英", UNIT, True),
        ("王秀英", BUILDING, True),  # the known one lives in it
        ("王秀英", JINFENG, False),
        ("王秀", UNIT, False),
        ("王秀英子", UNIT, False),
    ],
)
def test_the_same_name_in_the_same_home_is_pointed_out(
    world: World, name: str, home: str, found: bool
):
    known = world.person("王秀英")
    boss = world.phone_of(world.admin)
    body = {"name": name, "home": home, "phone": "13811112222"}
    answer = boss.post("/v1/people", body)
    assert answer.status == 201
    assert answer.json["possible_duplicates"] == [known.id] * found


def test_a_repeated_registration_shows_the_same_duplicates(world: World):
    known, staff = world.person("王秀英"), world.staff()
    body = {"name": "王秀英", "home": UNIT, "phone": "13811112222"}
    answers = [
        staff.post("/v1/people", body, idempotency_key="k1") for _ in range(2)
    ]
    assert [answer.status for answer in answers] == [201, 201]
    assert answers[0].json == answers[1].json
    assert answers[0].json["possible_duplicates"] == [known.id]


def test_duplicates_are_people_that_the_caller_may_read(world: World):
    world.person("王秀英", home=BAIHUA)
    worker = world.staff(GRID, Role.GRID_WORKER)
    body = {"name": "王秀英", "home": UNIT, "phone": "13811112222"}
    answer = worker.post("/v1/people", body)
    assert (answer.status, answer.json["possible_duplicates"]) == (201, [])


def test_an_erased_person_is_nobodys_duplicate(world: World):
    erased = world.resident(name="王秀英")
    assert world.erase(erased).status == 202
    body = {"name": "王秀英", "home": UNIT, "phone": "13811112222"}
    answer = world.staff().post("/v1/people", body)
    assert answer.json["possible_duplicates"] == []
