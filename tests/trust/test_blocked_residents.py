"""The wishes of a blocked resident leave the wall and matching at once, and come back."""

from typing import Any

import pytest

from chalicelib.wishes.model import Wish, WishState

from ..store.scan import find
from ..wishes.recorded import on_duty
from ..world import BAIHUA, STREET, Phone, World


def block(world: World, phone: Phone, *, blocked: bool) -> None:
    body = {"blocked": blocked, "reason": "核实身份"}
    path = f"/v1/people/{phone.me['id']}/blocked"
    assert world.phone_of(world.admin).put(path, body).status == 200


def stored(wish_id: str) -> Wish:
    wish = find(Wish, wish_id, "wish")
    assert isinstance(wish, Wish)
    return wish


def offers(world: World, phone: Phone) -> list[Any]:
    """Return the offers to a volunteer, whose token may be over."""
    person = world.services.people.find(phone.me["id"])
    return list(world.phone_of(person).get("/v1/me/offers").json["items"])


def on_wall(wish_id: str) -> list[bool]:
    """Return where the public finds a wish: street, community, the wish itself."""
    lists = [
        wish_id in Phone().get(f"/v1/wishes?place={place}").text
        for place in (STREET, BAIHUA)
    ]
    return [*lists, Phone().get(f"/v1/wishes/{wish_id}").status == 200]


@pytest.mark.parametrize("state", ["open", "claimed", "delivered"])
def test_the_wall_shows_no_wish_of_a_blocked_resident(world: World, state: str):
    resident, helper = world.resident(), world.volunteer()
    wish_id = world.open_wish(resident)
    path = f"/v1/wishes/{wish_id}"
    if state != "open":
        assert helper.post(f"{path}/claim").status == 200
    if state == "delivered":
        assert helper.post(f"{path}/deliver", {}).status == 200
    shown = on_wall(wish_id)
    block(world, resident, blocked=True)
    world.pass_time(seconds=1)
    assert on_wall(wish_id) == [False, False, False]
    staff = world.staff()
    assert wish_id in staff.get(f"/v1/wishes?place={BAIHUA}").text
    assert staff.get(path).json["state"] == state
    block(world, resident, blocked=False)
    world.pass_time(seconds=1)
    assert on_wall(wish_id) == shown


def test_nobody_claims_it_not_even_before_the_job_has_run(world: World):
    resident = world.resident()
    wish_id = world.open_wish(resident)
    path = f"/v1/wishes/{wish_id}/claim"
    block(world, resident, blocked=True)
    assert world.volunteer().post(path).status == 404
    world.pass_time(seconds=1)
    assert world.volunteer().post(path).status == 404
    block(world, resident, blocked=False)
    world.pass_time(seconds=1)
    assert world.volunteer().post(path).status == 200


def test_nobody_is_asked_to_help_a_blocked_resident(world: World):
    helper, resident = world.volunteer(), world.resident()
    wish_id = world.open_wish(resident)
    world.pass_time(minutes=5)
    (offer,) = offers(world, helper)
    assert (offer["state"], offer["wish"]) == ("offered", wish_id)
    block(world, resident, blocked=True)
    world.pass_time(minutes=5)
    (offer,) = offers(world, helper)
    assert offer["state"] == "superseded"
    other = world.volunteer()
    world.pass_time(minutes=30)
    assert offers(world, other) == []
    block(world, resident, blocked=False)
    world.pass_time(minutes=30)
    found = offers(world, helper) + offers(world, other)
    asked = [offer["state"] for offer in found]
    assert "offered" in asked


def test_a_helper_keeps_the_claim_and_staff_are_notified(world: World):
    resident, helper = world.resident(), world.volunteer()
    clerk = on_duty(world)
    wish_id = world.open_wish(resident)
    assert helper.post(f"/v1/wishes/{wish_id}/claim").status == 200
    world.pass_time(minutes=21)
    block(world, resident, blocked=True)
    world.pass_time(minutes=1)
    assert world.sms_to(clerk.me["phone"], "wish.suspended_staff")
    assert len(stored(wish_id).active) == 1
    view = helper.get(f"/v1/wishes/{wish_id}")
    assert view.status == 200


def test_many_wishes_go_and_come_in_steps(world: World):
    resident = world.resident()
    person = world.services.people.find(resident.me["id"])
    staff = world.staff()
    wishes = []
    for n in range(55):
        body = world.wish_body(
            title=f"心愿第{n}个",
            on_behalf_of=person.id,
            consent={"how": "written"},
        )
        wishes.append(staff.post("/v1/wishes", body).json["id"])
    block(world, resident, blocked=True)
    world.pass_time(minutes=1)
    assert {stored(id).suspended for id in wishes} == {True}
    block(world, resident, blocked=False)
    world.pass_time(minutes=1)
    assert {stored(id).suspended for id in wishes} == {False}


def test_a_wish_that_staff_file_meanwhile_waits_as_well(world: World):
    resident = world.resident()
    block(world, resident, blocked=True)
    world.pass_time(minutes=1)
    body = world.wish_body(
        on_behalf_of=resident.me["id"], consent={"how": "written"}
    )
    filed = world.staff().post("/v1/wishes", body)
    assert filed.status == 201
    wish_id = filed.json["id"]
    boss = world.phone_of(world.admin)
    assert boss.post(f"/v1/wishes/{wish_id}/approve").status == 200
    assert on_wall(wish_id) == [False, False, False]
    assert stored(wish_id).state is WishState.OPEN
