"""Below 14 a guardian agrees: at sign-in, in one's own account, and before staff."""

from typing import Any

import pytest

from ..signin.builders import NUMBER, ask, exchange
from ..world import UNIT, Answer, Phone, World

TERMS = {"consent": {"text_version": "2026-11"}, "name": "小明"}
YEAR = 2026  # of the clock of tests


def first_sign_in(world: World, **fields: Any) -> Answer:
    phone = Phone()
    ask(phone)
    return exchange(phone, world.code_in_sms(NUMBER), **TERMS, **fields)


@pytest.mark.parametrize("age", [0, 8, 13, 14])
def test_a_child_does_not_sign_up_without_a_guardian(world: World, age: int):
    answer = first_sign_in(world, birth_year=YEAR - age)
    assert (answer.status, answer.code) == (422, "guardian.required")


@pytest.mark.parametrize("age", [15, 40, 100])
def test_others_need_none(world: World, age: int):
    answer = first_sign_in(world, birth_year=YEAR - age)
    assert (answer.status, answer.json["person"]["birth_year"]) == (
        201,
        YEAR - age,
    )


@pytest.mark.parametrize("year", [YEAR + 1, YEAR - 131])
def test_a_year_of_birth_is_possible(world: World, year: int):
    assert first_sign_in(world, birth_year=year).status == 422


@pytest.mark.parametrize("by", ["name", "person"])
def test_a_guardian_agrees_and_the_ledger_has_it(world: World, by: str):
    guardian = {"name": "王芳"}
    if by == "person":
        guardian = {"person": world.person("王芳").id}
    answer = first_sign_in(world, birth_year=YEAR - 10, guardian=guardian)
    assert answer.status == 201
    ledger = world.services.consents.read_all(answer.json["person"]["id"])
    assert {line.purpose for line in ledger} == {"terms", "guardian"}


def test_the_guardian_is_another_person_and_no_child(world: World):
    child = {
        "name": "小红",
        "home": UNIT,
        "birth_year": YEAR - 10,
        "address": "3楼302室",
    }
    child |= {"guardian": {"name": "王芳"}, "consent": {"how": "written"}}
    made = world.staff().post("/v1/people", child)
    assert made.status == 201
    for guardian in (
        {},
        {"name": "小明"},
        {"person": made.json["id"]},
        {"person": "per_" + "b" * 24},
    ):
        answer = world.staff().post(
            "/v1/people",
            child | {"name": "小明", "guardian": guardian},
        )
        assert answer.status == 422, guardian


def test_staff_need_the_guardians_consent(world: World):
    child = {
        "name": "小红",
        "home": UNIT,
        "birth_year": YEAR - 10,
        "address": "3楼302室",
    }
    child |= {"guardian": {"name": "王芳"}}
    answer = world.staff().post("/v1/people", child)
    assert (answer.status, answer.code) == (422, "guardian.required")


def test_who_turns_out_to_be_a_child_names_a_guardian(world: World):
    phone = world.resident()
    young = {"birth_year": YEAR - 9}
    assert phone.patch("/v1/me", young).code == "guardian.required"
    more = young | {"guardian": {"name": "王芳"}}
    assert phone.patch("/v1/me", more).status == 200
    assert phone.patch("/v1/me", {"name": "小明"}).status == 200
    ledger = world.services.consents.read_all(phone.me["id"])
    assert [line.purpose for line in ledger].count("guardian") == 1


def test_staff_who_correct_an_age_need_the_guardian_and_their_consent(
    world: World,
):
    person, staff = world.person("小明", phone=None), world.staff()
    path, young = f"/v1/people/{person.id}", {"birth_year": YEAR - 9}
    named = young | {"guardian": {"name": "王芳"}}
    for body in (young, named):
        answer = staff.patch(path, body)
        assert (answer.status, answer.code) == (422, "guardian.required")
    assert staff.patch(path, {"birth_year": YEAR - 40}).status == 200
    agreed = named | {"consent": {"how": "written"}}
    assert staff.patch(path, agreed).status == 200
    child = world.services.people.find(person.id)
    assert (child.birth_year, child.guardian_name) == (YEAR - 9, "王芳")
    (line,) = [
        line
        for line in world.services.consents.read_all(person.id)
        if line.purpose == "guardian"
    ]
    assert (line.how, line.recorded_by) == ("written", staff.me["id"])


def test_a_withdrawn_guardian_ends_the_sessions_of_a_child(world: World):
    answer = first_sign_in(
        world, birth_year=YEAR - 10, guardian={"name": "王芳"}
    )
    phone = Phone(token=answer.json["access_token"])
    assert phone.delete("/v1/me/consents/guardian").status == 204
    assert phone.get("/v1/me").status == 401
    again = first_sign_in(world)
    assert (again.status, again.code) == (422, "guardian.required")
    world.pass_time(minutes=2)
    assert first_sign_in(world, guardian={"name": "王芳"}).status == 201
