"""How many wishes a resident may file, and staff for others."""

from collections.abc import Callable

import pytest

from ..world import BAIHUA, Answer, Phone, World

pytestmark = pytest.mark.usefixtures("filing_limits")


def file(world: World, phone: Phone, **fields: object) -> Answer:
    return phone.post("/v1/wishes", world.wish_body(**fields))


def filed_for(world: World, phone: Phone, resident: str) -> Answer:
    consent = {"how": "spoken"}
    return file(world, phone, on_behalf_of=resident, consent=consent)


def end(world: World, phone: Phone, answer: Answer) -> None:
    ended = phone.post(f"/v1/wishes/{answer.json['id']}/withdraw", {})
    assert ended.status == 200, ended.text


def is_full(answer: Answer) -> bool:
    return (answer.status, answer.code) == (429, "wish.too_many")


def test_a_resident_has_three_open_wishes(world: World):
    resident = world.resident()
    answers = [file(world, resident) for _ in range(3)]
    assert [answer.status for answer in answers] == [201] * 3
    full = file(world, resident)
    assert is_full(full)
    assert int(full.headers["retry-after"]) > 0
    end(world, resident, answers[0])
    assert file(world, resident).status == 201


def test_a_resident_files_five_wishes_in_a_week(world: World):
    resident = world.resident()
    for _ in range(5):
        answer = file(world, resident)
        assert answer.status == 201
        end(world, resident, answer)
        world.pass_time(minutes=5)
    assert is_full(file(world, resident))
    world.pass_time(days=6, hours=23)
    fresh = world.phone_of(world.services.people.find(resident.me["id"]))
    assert is_full(file(world, fresh))
    world.pass_time(hours=2)
    fresh = world.phone_of(world.services.people.find(resident.me["id"]))
    assert file(world, fresh).status == 201


def test_leaving_and_coming_back_resets_nothing(world: World):
    number, filed = "+8613712345678", 0
    for _ in range(8):
        phone = world.sign_in(number, consent="2026-11", name="孙一")
        answer = file(world, phone, place=BAIHUA)
        filed += answer.status == 201
        assert world.erase(phone).status in (202, 204)
        world.pass_time(minutes=61)
    assert filed == 5


def test_a_contact_files_within_the_limits_of_the_resident(world: World):
    carer = world.resident()
    resident = world.person("李奶奶", phone=None, contact_via=carer.me["id"])
    answers = [filed_for(world, carer, resident.id) for _ in range(4)]
    assert [answer.status for answer in answers] == [201] * 3 + [429]
    assert file(world, carer).status == 201


def test_staff_file_sixty_a_day_for_others(world: World):
    staff, resident = world.staff(), world.person("李奶奶", phone=None)
    answers = [filed_for(world, staff, resident.id) for _ in range(61)]
    assert [answer.status for answer in answers] == [201] * 60 + [429]


@pytest.mark.parametrize("caller", [World.resident, World.staff])
def test_staff_have_the_same_limit_for_themselves(
    world: World, caller: Callable[[World], Phone]
):
    phone = caller(world)
    answers = [file(world, phone, place=BAIHUA) for _ in range(4)]
    assert [answer.status for answer in answers] == [201] * 3 + [429]
