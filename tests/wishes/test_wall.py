"""The wall: order, filters, pages, and what staff list beside it."""

from datetime import timedelta

import pytest

from chalicelib.kernel.access import Role

from ..storage import counted_storage
from ..world import (
    BAIHUA,
    BUILDING,
    GRID,
    JINFENG,
    OTHER_GRID,
    STREET,
    UNIT,
    Phone,
    World,
)

NOBODY = Phone()


def listed(phone: Phone, query: str, limit: int = 100) -> list[str]:
    ids, cursor = [], ""
    while True:
        answer = phone.get(f"/v1/wishes?{query}&limit={limit}{cursor}")
        assert answer.status == 200, answer.text
        assert len(answer.json["items"]) <= limit
        ids += [wish["id"] for wish in answer.json["items"]]
        if answer.json["next"] is None:
            return ids
        cursor = f"&cursor={answer.json['next']}"


def a_wall(world: World) -> list[str]:
    """Wishes of baihua in every state; those on the wall in the order in which it shows them."""
    resident, helper, boss = (
        world.resident(),
        world.volunteer(),
        world.phone_of(world.admin),
    )
    wishes = []
    for n in range(8):
        wishes.append(
            world.open_wish(
                resident,
                title=f"心愿第{n}",
                kind="company" if n % 2 else "service",
                budget_fen=None,
            )
        )
        world.clock.advance(timedelta(minutes=1))
    for n in (1, 4, 5, 6):
        helper.post(f"/v1/wishes/{wishes[n]}/claim")
    for n in (4, 6):
        helper.post(f"/v1/wishes/{wishes[n]}/deliver", {})
    resident.post(f"/v1/wishes/{wishes[4]}/confirm", {})
    resident.post(f"/v1/wishes/{wishes[7]}/withdraw", {})
    boss.post(f"/v1/wishes/{wishes[0]}/unpublish", {"reason": "核实"})
    boss.post(f"/v1/wishes/{wishes[0]}/approve")  # it keeps its age
    return [wishes[n] for n in (0, 2, 3, 1, 5, 4)]


def test_the_wall_shows_open_then_claimed_then_fulfilled_each_oldest_first(
    world: World,
):
    wall = a_wall(world)
    for limit in (1, 2, 3, 4, 6, 100):
        assert listed(NOBODY, f"place={BAIHUA}", limit) == wall
    assert listed(NOBODY, f"place={STREET}") == wall
    assert listed(world.resident(), f"place={BAIHUA}") == wall


def test_the_wall_is_filtered_by_state_and_kind(world: World):
    wall = a_wall(world)
    assert listed(NOBODY, f"place={BAIHUA}&state=claimed", 1) == wall[3:5]
    assert listed(NOBODY, f"place={BAIHUA}&state=fulfilled") == wall[5:]
    for limit in (1, 2, 5):
        assert listed(NOBODY, f"place={BAIHUA}&kind=company", limit) == [
            wall[n] for n in (2, 3, 4)
        ]
    assert listed(NOBODY, f"place={BAIHUA}&kind=learning") == []


def test_a_community_shows_its_own_and_the_street_all(world: World):
    here, there = (
        world.open_wish(),
        world.open_wish(world.resident(home=OTHER_GRID)),
    )
    assert listed(NOBODY, f"place={BAIHUA}") == [here]
    assert listed(NOBODY, f"place={JINFENG}") == [there]
    assert set(listed(NOBODY, f"place={STREET}")) == {here, there}
    assert listed(NOBODY, "place=qingyang") == []


@pytest.mark.parametrize("place", [GRID, BUILDING, UNIT])
def test_the_public_asks_for_a_street_or_community_only(world: World, place):
    for phone in (NOBODY, world.resident()):
        answer = phone.get(f"/v1/wishes?place={place}")
        assert (answer.status, answer.code) == (422, "wish.place_of_wall")


def test_other_states_are_for_staff(world: World):
    for state in (
        "submitted",
        "delivered",
        "disputed",
        "rejected",
        "withdrawn",
        "expired",
    ):
        assert (
            NOBODY.get(f"/v1/wishes?place={BAIHUA}&state={state}").status == 401
        )
        assert (
            world.staff(JINFENG)
            .get(f"/v1/wishes?place={BAIHUA}&state={state}")
            .status
            == 403
        )


def test_staff_list_every_state_of_every_place_below_their_own(world: World):
    wall = a_wall(world)
    staff, worker = world.staff(), world.staff(GRID, Role.GRID_WORKER)
    assert len(listed(staff, f"place={BAIHUA}")) == 8
    assert set(wall) < set(listed(staff, f"place={BAIHUA}", 3))
    assert len(listed(staff, f"place={BAIHUA}&state=withdrawn")) == 1
    world.resident(home=BAIHUA).post("/v1/wishes", world.wish_body())
    for limit in (1, 4, 100):
        assert len(listed(worker, f"place={GRID}", limit)) == 8
    assert len(listed(staff, f"place={BAIHUA}")) == 9
    assert worker.get(f"/v1/wishes?place={GRID}").json["items"][0]["person_id"]


def test_a_page_of_the_wall_is_one_request(world: World):
    for _ in range(3):
        world.open_wish()
    with counted_storage() as storage:
        NOBODY.get(f"/v1/wishes?place={BAIHUA}&limit=2")
    assert storage.names == {"Query": 1}


def test_a_cursor_is_good_for_its_own_filter_only(world: World):
    for _ in range(2):
        world.open_wish()
    cursor = NOBODY.get(f"/v1/wishes?place={BAIHUA}&limit=1").json["next"]
    for other in (
        f"place={STREET}",
        f"place={BAIHUA}&kind=goods",
        f"place={BAIHUA}&state=open",
    ):
        assert (
            NOBODY.get(f"/v1/wishes?{other}&limit=1&cursor={cursor}").code
            == "cursor.invalid"
        )
    assert (
        world.resident()
        .get(f"/v1/wishes?place={BAIHUA}&limit=1&cursor={cursor}")
        .code
        == "cursor.invalid"
    )


def test_age_counts_from_the_first_day_on_the_wall(world: World):
    resident, boss = world.resident(), world.phone_of(world.admin)
    id = resident.post("/v1/wishes", world.wish_body()).json["id"]
    world.clock.advance(timedelta(days=2))
    boss = world.phone_of(world.admin)
    boss.post(f"/v1/wishes/{id}/approve")
    world.clock.advance(timedelta(days=3, hours=23))
    assert NOBODY.get(f"/v1/wishes/{id}").json["age_days"] == 3
    assert (
        NOBODY.get(f"/v1/wishes?place={BAIHUA}").json["items"][0]["age_days"]
        == 3
    )
