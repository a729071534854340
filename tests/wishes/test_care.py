"""Marks about care need the resident's own consent to that purpose."""

import pytest

from chalicelib.people.model import Person
from chalicelib.wishes.model import Safeguarding

from ..world import World

MARKS = [mark.value for mark in Safeguarding]
GIVEN = {"purpose": "care", "text_version": "2026-11"}


def refused(answer) -> bool:
    return (answer.status, answer.code) == (422, "consent.care_required")


def ward(world: World, **fields) -> Person:
    return world.person(phone=None, **fields)


@pytest.mark.parametrize("mark", MARKS)
def test_a_resident_agrees_before_they_mark_their_wish(world: World, mark: str):
    resident = world.resident()
    body = world.wish_body(safeguarding=[mark])
    assert refused(resident.post("/v1/wishes", body))
    assert resident.post("/v1/me/consents", GIVEN).status == 200
    assert resident.post("/v1/wishes", body).status == 201


@pytest.mark.parametrize("mark", MARKS)
def test_staff_record_the_consent_with_the_wish(world: World, mark: str):
    person, staff = ward(world), world.staff()
    consent = {"how": "spoken", "witness": "许见证"}
    body = world.wish_body(
        on_behalf_of=person.id, consent=consent, safeguarding=[mark]
    )
    assert refused(staff.post("/v1/wishes", body))
    agreed = body | {"consent": consent | {"care": True}}
    assert staff.post("/v1/wishes", agreed).status == 201
    ledger = world.services.consents.read_all(person.id)
    assert {"acting", "care"} <= {line.purpose for line in ledger}
    again = body | {"title": "一床棉被"}
    assert staff.post("/v1/wishes", again).status == 201


def test_an_edit_adds_no_mark_without_the_consent(world: World):
    resident = world.resident()
    wish_id = resident.post("/v1/wishes", world.wish_body()).json["id"]
    edit = {"safeguarding": ["alone"]}
    path = f"/v1/wishes/{wish_id}/edit"
    assert refused(resident.post(path, edit))
    assert resident.post(path, {"title": "一个水壶"}).status == 200
    resident.post("/v1/me/consents", GIVEN)
    assert resident.post(path, edit).status == 200


def test_staff_add_no_mark_without_the_consent_of_the_resident(world: World):
    resident, staff = world.resident(), world.staff()
    wish_id = world.open_wish(resident)
    path = f"/v1/wishes/{wish_id}/edit"
    for mark in MARKS:
        assert refused(staff.post(path, {"safeguarding": [mark]}))
    world.agree_to_care(resident)
    assert staff.post(path, {"safeguarding": MARKS}).status == 200


def test_after_a_withdrawal_marks_stay_and_none_is_added(world: World):
    resident = world.resident()
    world.agree_to_care(resident)
    body = world.wish_body(safeguarding=["alone"])
    wish_id = resident.post("/v1/wishes", body).json["id"]
    assert resident.delete("/v1/me/consents/care").status == 204
    path = f"/v1/wishes/{wish_id}/edit"
    assert resident.post(path, {"title": "一个水壶"}).status == 200
    more = {"safeguarding": ["alone", "bedridden"]}
    assert refused(resident.post(path, more))
    assert resident.post(path, {"safeguarding": []}).status == 200
    assert refused(resident.post("/v1/wishes", body))


def test_staff_record_the_consent_with_a_new_person(world: World):
    consent = {"how": "written", "care": True}
    home = {"name": "周小红", "home": "chunhui.baihua", "consent": consent}
    home |= {"address": "3楼302室"}
    person = world.staff().post("/v1/people", home).json
    assert "care" in world.services.people.find(person["id"]).consents
