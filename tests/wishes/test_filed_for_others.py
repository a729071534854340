"""Who files a wish for another person sees how it stands, and hears how it ends."""

from datetime import timedelta
from typing import Any

import pytest

from ..world import Phone, World

CONSENT = {"how": "spoken", "witness": "许见证"}


def filed(world: World, filer: Phone, resident: str, **fields: Any) -> str:
    body = world.wish_body(on_behalf_of=resident, consent=CONSENT, **fields)
    answer = filer.post("/v1/wishes", body)
    assert answer.status == 201, answer.text
    return str(answer.json["id"])


def told(world: World, phone: Phone) -> list[str]:
    """Return what a person was told of wishes filed for others, once their digest has come."""
    world.pass_time(days=2)
    person = world.services.people.find(phone.me["id"])
    assert person
    items = world.phone_of(person).get("/v1/me/inbox").json["items"]
    texts = [str(each["text"]) for each in items]
    return [text for text in texts if "代为提交" in text]


def test_the_list_has_what_was_filed_for_others_and_nothing_of_ones_own(
    world: World,
):
    staff, ward = world.staff(), world.person(phone=None)
    first = filed(world, staff, ward.id, title="一把雨伞")
    world.clock.advance(timedelta(minutes=1))
    second = filed(world, staff, ward.id, title="一双手套")
    assert staff.post("/v1/wishes", world.wish_body()).status in (201, 403)
    listed = staff.get("/v1/me/filed").json["items"]
    assert [one["id"] for one in listed] == [second, first]
    assert world.staff().get("/v1/me/filed").json["items"] == []


def test_words_that_staff_have_not_released_are_not_in_the_list(world: World):
    staff, ward = world.staff(), world.person(phone=None)
    wish = filed(world, staff, ward.id, title="一把雨伞")
    (line,) = staff.get("/v1/me/filed").json["items"]
    assert line["title"] is None
    assert line["state"] == "submitted"
    other = world.staff()
    assert other.post(f"/v1/wishes/{wish}/approve").status == 200
    (line,) = staff.get("/v1/me/filed").json["items"]
    assert line["title"] == "一把雨伞"
    assert other.post(f"/v1/wishes/{wish}/hide").status == 200
    (line,) = staff.get("/v1/me/filed").json["items"]
    assert line["title"] is None


@pytest.mark.parametrize(
    ("ends", "words"),
    [("reject", "未通过"), ("withdraw", "已撤回")],
)
def test_the_filer_hears_how_it_ended(world: World, ends: str, words: str):
    staff, other = world.staff(), world.staff()
    wish = filed(world, staff, world.person(phone=None).id, title="一把雨伞")
    body = {"reason": "超出范围"}
    assert other.post(f"/v1/wishes/{wish}/{ends}", body).status == 200
    (text,) = told(world, staff)
    assert words in text
    assert "雨伞" not in text  # nobody released the words


def test_who_ends_it_themselves_is_told_nothing(world: World):
    staff = world.staff()
    wish = filed(world, staff, world.person(phone=None).id)
    body = {"reason": "超出范围"}
    assert staff.post(f"/v1/wishes/{wish}/reject", body).status == 200
    assert told(world, staff) == []


def test_a_wish_of_ones_own_tells_nobody_else(world: World):
    resident, staff = world.resident(), world.staff()
    wish, body = world.open_wish(resident), {"reason": "再看"}
    assert staff.post(f"/v1/wishes/{wish}/unpublish", body).status == 200
    assert staff.post(f"/v1/wishes/{wish}/reject", body).status == 200
    assert told(world, staff) == []
    assert told(world, resident) == []
