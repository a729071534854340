"""The sealed record: what stays of an erased person for 180 days, and who may read it."""

from datetime import timedelta

import pytest

from chalicelib.kernel.access import Role
from chalicelib.people.policy import SEALED_FOR

from ..store.scan import everything
from ..world import BAIHUA, GRID, STREET, UNIT, World
from .cases import erased_helper

REASON = {"reason": "居民报失窃"}


def test_a_helper_who_read_a_door_and_left_is_still_known(world: World):
    helper, resident = world.volunteer(), world.resident()
    wish_id = world.open_wish(resident)
    assert helper.post(f"/v1/wishes/{wish_id}/claim").status == 200
    assert helper.get(f"/v1/wishes/{wish_id}").json["address"]
    assert world.erase(helper).status == 202
    world.pass_time(minutes=5)
    admin = world.phone_of(world.admin)
    person_id = helper.me["id"]
    assert admin.get(f"/v1/people/{person_id}").status == 404
    answer = admin.post(f"/v1/people/{person_id}/unseal", REASON)
    assert answer.status == 200
    assert answer.json["name"] == helper.me["name"]
    assert answer.json["phone"] == helper.me["phone"]
    (home,) = answer.json["homes"]
    assert (home["wish_id"], home["place"]) == (wish_id, UNIT)
    lines = [str(row) for row in everything()["audit"]]
    assert [line for line in lines if "person.unsealed" in line]


def test_homes_whose_claim_was_given_back_are_sealed_as_well(world: World):
    helper = world.volunteer()
    wishes = [world.open_wish() for _ in range(3)]
    for wish_id in wishes:
        world.clock.advance(timedelta(minutes=1))
        helper.post(f"/v1/wishes/{wish_id}/claim")
        helper.post(f"/v1/wishes/{wish_id}/release", {"reason": "没时间"})
    world.erase(helper)
    answer = world.phone_of(world.admin).post(
        f"/v1/people/{helper.me['id']}/unseal", REASON
    )
    homes = [home["wish_id"] for home in answer.json["homes"]]
    assert homes == wishes[::-1]


@pytest.mark.parametrize(
    ("role", "place", "status"),
    [
        (Role.RESIDENT, None, 404),
        (Role.GRID_WORKER, GRID, 404),
        (Role.COMMUNITY_STAFF, BAIHUA, 403),
        (Role.STREET_ADMIN, STREET, 200),
        (Role.STREET_ADMIN, "qingyang", 404),
    ],
)
def test_only_an_administrator_of_the_street_reads_it(
    world: World, role: Role, place: str | None, status: int
):
    world.services.places.found_street("qingyang", "青羊", "Asia/Shanghai")
    person_id = erased_helper(world)
    if role is Role.STREET_ADMIN and place == "qingyang":
        reader = world.phone_of(
            world.services.person_admin.bootstrap_admin(
                "+8613900000099", "别街", "qingyang"
            )
        )
    elif place:
        reader = world.phone_of(world.person("陈敏", (role, place), home=place))
    else:
        reader = world.resident()
    answer = reader.post(f"/v1/people/{person_id}/unseal", REASON)
    assert answer.status == status
    if status != 200:
        assert "赵志强" not in answer.text


def test_a_reason_is_needed(world: World):
    path = f"/v1/people/{erased_helper(world)}/unseal"
    admin = world.phone_of(world.admin)
    for body in (None, {}, {"reason": ""}):
        assert admin.post(path, body).status == 422


def test_it_is_gone_after_its_time_although_the_row_may_remain(world: World):
    path = f"/v1/people/{erased_helper(world)}/unseal"
    world.clock.advance(SEALED_FOR - timedelta(minutes=1))
    assert world.phone_of(world.admin).post(path, REASON).status == 200
    world.clock.advance(timedelta(minutes=1))
    assert world.phone_of(world.admin).post(path, REASON).status == 404


def test_nothing_is_sealed_of_a_resident_who_saw_no_home(world: World):
    resident = world.resident(name="欧阳秀英")
    world.open_wish(resident)
    world.erase(resident)
    world.pass_time(minutes=5)
    path = f"/v1/people/{resident.me['id']}/unseal"
    assert world.phone_of(world.admin).post(path, REASON).status == 404
    assert "欧阳秀英" not in str(everything())
