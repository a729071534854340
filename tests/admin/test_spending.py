"""What a street spends on text messages."""

import pytest

from chalicelib.kernel.access import Role

from ..world import BAIHUA, GRID, JINFENG, STREET, World


def test_staff_see_what_their_street_has_spent_this_month_and_what_it_may(
    world: World,
):
    world = World(sms_budget_fen=100_000)
    staff = world.staff()
    for _ in range(3):
        world.open_wish()  # one text each, of one part at five and a half fen
    world.pass_time(minutes=2)
    view = staff.get(f"/v1/admin/spending?place={BAIHUA}").json
    assert view == {
        "street": STREET,
        "month": "2026-11",
        "sms_fen": 17,
        "budget_fen": 100_000,
    }


def test_a_street_with_a_budget_of_its_own_reads_that_one_at_once(
    world: World,
):
    staff, elsewhere = world.staff(), world.rewired().sms_budget
    path = f"/v1/admin/spending?place={BAIHUA}"
    assert staff.get(path).json["budget_fen"] == 300_000
    assert elsewhere.spending(STREET).budget_li == 3_000_000
    answer = world.phone_of(world.admin).put(
        f"/v1/places/{STREET}/messaging", {"sms_budget_fen": 50_000}
    )
    assert answer.status == 200
    assert staff.get(path).json["budget_fen"] == 50_000
    assert elsewhere.spending(STREET).budget_li == 500_000
    assert elsewhere.spending("qingfeng").budget_li == 3_000_000


def test_a_new_month_begins_with_nothing_spent(world: World):
    world.open_wish()
    world.pass_time(days=8)
    assert (
        world.staff().get(f"/v1/admin/spending?place={BAIHUA}").json["month"]
        == "2026-12"
    )
    assert (
        world.staff().get(f"/v1/admin/spending?place={BAIHUA}").json["sms_fen"]
        == 0
    )


@pytest.mark.parametrize(
    ("role", "place", "status"),
    [(Role.GRID_WORKER, GRID, 403), (Role.COMMUNITY_STAFF, JINFENG, 403)],
)
def test_it_is_for_staff_of_the_place(world: World, role, place, status):
    assert world.staff(place, role).get(
        f"/v1/admin/spending?place={BAIHUA}"
    ).status in (status, 404)
    assert world.resident().get(
        f"/v1/admin/spending?place={BAIHUA}"
    ).status in (
        status,
        404,
    )
