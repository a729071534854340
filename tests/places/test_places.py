"""The one tree of places: its order, what must exist, who answers for what, and who may know."""

from datetime import timedelta

import pytest

from chalicelib.kernel.access import Role
from chalicelib.places.model import Location

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

TREE = {
    STREET,
    BAIHUA,
    JINFENG,
    GRID,
    OTHER_GRID,
    BUILDING,
    UNIT,
    f"{OTHER_GRID}.b01",
}


def codes(answer) -> list[str]:
    return [place["code"] for place in answer.json["items"]]


def test_the_tree_below_a_place_holds_it_and_everything_below_and_nothing_else(
    world: World,
):
    phone = world.resident()
    assert set(codes(phone.get(f"/v1/places?under={STREET}"))) == TREE
    assert set(codes(phone.get(f"/v1/places?under={BAIHUA}"))) == {
        BAIHUA,
        GRID,
        BUILDING,
        UNIT,
    }
    assert codes(phone.get(f"/v1/places?under={UNIT}")) == [UNIT]


def test_places_with_like_names_do_not_mix(world: World):
    boss = world.phone_of(world.admin)
    for code in (
        f"{BAIHUA}.g1",
        f"{BAIHUA}.g1.b1",
        f"{BAIHUA}.g1-a",
        f"{BAIHUA}.g10",
        f"{BAIHUA}.g10.b1",
        "chunhui.baihua-2",
    ):
        assert boss.put(f"/v1/places/{code}", {"name": "某处"}).status == 200
    assert set(codes(boss.get(f"/v1/places?under={BAIHUA}.g1"))) == {
        f"{BAIHUA}.g1",
        f"{BAIHUA}.g1.b1",
    }
    everything = codes(boss.get(f"/v1/places?under={STREET}"))
    inside = "".join(
        "x" if code.startswith(f"{BAIHUA}.") or code == BAIHUA else " "
        for code in everything
    )
    assert " " not in inside.strip()  # they lie side by side


@pytest.mark.parametrize("limit", [1, 3, 8])
def test_the_tree_is_whole_at_any_page_size(world: World, limit):
    phone, found, cursor = world.resident(), [], ""
    while True:
        answer = phone.get(f"/v1/places?under={STREET}&limit={limit}{cursor}")
        found += codes(answer)
        if answer.json["next"] is None:
            break
        cursor = f"&cursor={answer.json['next']}"
    assert found == codes(phone.get(f"/v1/places?under={STREET}"))
    assert set(found) == TREE


def test_a_place_is_shown_with_its_level(world: World):
    kinds = {
        place["code"]: place["kind"]
        for place in world.resident()
        .get(f"/v1/places?under={BAIHUA}")
        .json["items"]
    }
    assert kinds == {
        BAIHUA: "community",
        GRID: "grid",
        BUILDING: "building",
        UNIT: "unit",
    }


def test_a_place_that_does_not_exist_is_not_found(world: World):
    assert (
        world.resident().get("/v1/places?under=chunhui.nowhere").status == 404
    )


def test_places_are_for_the_signed_in(world: World):
    assert Phone().get(f"/v1/places?under={STREET}").status == 401


def test_a_place_is_made_and_then_changed(world: World):
    staff, code = world.staff(), f"{BAIHUA}.g02"
    made = staff.put(f"/v1/places/{code}", {"name": "第二网格", "kind": "grid"})
    assert (made.status, made.json["version"], made.json["name"]) == (
        200,
        1,
        "第二网格",
    )
    changed = staff.put(
        f"/v1/places/{code}", {"name": "二网格", "neighbours": [GRID]}
    )
    assert (changed.json["version"], changed.json["neighbours"]) == (2, [GRID])
    assert code in codes(staff.get(f"/v1/places?under={BAIHUA}"))


def test_the_place_above_must_exist(world: World):
    answer = world.staff().put(
        f"/v1/places/{BAIHUA}.g09.b01", {"name": "1号楼"}
    )
    assert (answer.status, answer.code) == (422, "place.parent_unknown")


@pytest.mark.parametrize("neighbour", [f"{BAIHUA}.g09", GRID])
def test_a_neighbour_must_exist_and_be_another(world: World, neighbour):
    answer = world.staff().put(
        f"/v1/places/{GRID}", {"name": "第一网格", "neighbours": [neighbour]}
    )
    assert (answer.status, answer.code, answer.json["errors"][0]["loc"]) == (
        422,
        "place.unknown",
        ["neighbours", 0],
    )


def test_a_neighbour_may_lie_in_another_community_and_counts_once(world: World):
    answer = world.staff().put(
        f"/v1/places/{GRID}",
        {"name": "第一网格", "neighbours": [OTHER_GRID, OTHER_GRID]},
    )
    assert answer.json["neighbours"] == [OTHER_GRID]


def test_the_level_follows_from_the_code_and_no_other_is_taken(world: World):
    answer = world.staff().put(
        f"/v1/places/{BAIHUA}.g02", {"name": "第二网格", "kind": "building"}
    )
    assert (answer.status, answer.code, answer.json["kind"]) == (
        422,
        "place.kind_wrong",
        "grid",
    )


def test_places_are_changed_by_community_staff_within_their_own(world: World):
    body = {"name": "第二网格"}
    assert (
        world.staff(GRID, Role.GRID_WORKER)
        .put(f"/v1/places/{BAIHUA}.g02", body)
        .status
        == 403
    )
    assert (
        world.staff(JINFENG).put(f"/v1/places/{BAIHUA}.g02", body).status == 403
    )
    assert world.resident().put(f"/v1/places/{BAIHUA}.g02", body).status == 403
    assert (
        world.phone_of(world.admin)
        .put("/v1/places/chunhui.gudu", {"name": "古渡社区"})
        .status
        == 200
    )
    assert (
        world.phone_of(world.admin)
        .put("/v1/places/qingyang", {"name": "青羊"})
        .status
        == 403
    )


def test_who_answers_for_a_place_must_hold_that_role_there(world: World):
    staff, worker = world.staff(), world.staff(GRID, Role.GRID_WORKER)
    duty = {"grid_worker": [worker.me["id"]]}
    assert staff.put(f"/v1/places/{GRID}/duty", duty).json["duty"] == duty
    for role, person in (
        ("community_staff", worker.me["id"]),
        ("grid_worker", world.person().id),
        ("grid_worker", "per_" + "a" * 24),
    ):
        answer = staff.put(f"/v1/places/{GRID}/duty", {role: [person]})
        assert (
            answer.status,
            answer.code,
            answer.json["errors"][0]["loc"],
        ) == (
            422,
            "duty.not_of_role",
            [role, 0],
        )
    elsewhere = world.staff(OTHER_GRID, Role.GRID_WORKER)
    assert (
        staff.put(
            f"/v1/places/{GRID}/duty", {"grid_worker": [elsewhere.me["id"]]}
        ).status
        == 422
    )


def test_duty_is_set_whole_and_emptied_by_an_empty_list(world: World):
    staff = world.staff()
    worker = world.staff(GRID, Role.GRID_WORKER)
    staff.put(
        f"/v1/places/{GRID}/duty",
        {"grid_worker": [worker.me["id"], worker.me["id"]]},
    )
    assert staff.get(f"/v1/places?under={GRID}").json["items"][-1]["duty"] == {
        "grid_worker": [worker.me["id"]]
    }
    assert (
        staff.put(f"/v1/places/{GRID}/duty", {"grid_worker": []}).json["duty"]
        == {}
    )


def test_duty_of_a_place_that_does_not_exist(world: World):
    assert world.staff().put(f"/v1/places/{BAIHUA}.g09/duty", {}).status == 404


def test_a_change_of_the_name_leaves_duty_alone(world: World):
    staff = world.staff()
    duty = {"community_staff": [staff.me["id"]]}
    staff.put(f"/v1/places/{BAIHUA}/duty", duty)
    assert (
        staff.put(f"/v1/places/{BAIHUA}", {"name": "新名"}).json["duty"] == duty
    )


def test_duty_is_for_staff_of_the_place_to_see(world: World):
    staff = world.staff()
    staff.put(
        f"/v1/places/{BAIHUA}/duty", {"community_staff": [staff.me["id"]]}
    )
    for phone, sees in (
        (staff, True),
        (world.resident(), False),
        (world.volunteer(), False),
        (world.staff(JINFENG), False),
    ):
        duties = [
            place["duty"]
            for place in phone.get(f"/v1/places?under={BAIHUA}").json["items"]
        ]
        assert any(duties) is sees
        assert all(duty is not None for duty in duties) is sees


def test_only_a_street_has_a_zone_and_the_zone_must_be_one(world: World):
    boss = world.phone_of(world.admin)
    assert (
        boss.put(
            f"/v1/places/{STREET}",
            {"name": "春晖路街道", "zone": "Asia/Urumqi"},
        ).json["zone"]
        == "Asia/Urumqi"
    )
    assert (
        boss.put(f"/v1/places/{STREET}", {"name": "春晖路街道"}).json["zone"]
        == "Asia/Urumqi"
    )  # left out, it stays
    assert (
        boss.put(
            f"/v1/places/{STREET}",
            {"name": "春晖路街道", "zone": "Asia/Chengdu"},
        ).status
        == 422
    )
    zones = {
        place["code"]: place["zone"]
        for place in boss.get(f"/v1/places?under={STREET}").json["items"]
    }
    assert {code for code, zone in zones.items() if zone} == {STREET}


def test_a_wish_lives_by_the_zone_of_its_street(world: World):
    world.services.places.found_street(STREET, "春晖路街道", "Pacific/Auckland")
    world.clock.move_to(
        world.clock.now().replace(hour=12)
    )  # already tomorrow in Auckland
    today = world.clock.now().date().isoformat()
    assert (
        world.resident()
        .post("/v1/wishes", world.wish_body(needed_by=today))
        .code
        == "wish.needed_by_out_of_range"
    )


def ids(people: list) -> list[str]:
    return [person.id for person in people]


def test_the_nearest_level_that_names_anybody_is_on_duty(world: World):
    places, boss = world.services.places, world.boss
    staff, worker = world.staff(), world.staff(GRID, Role.GRID_WORKER)
    roles = ["grid_worker", "community_staff", "street_admin"]
    assert ids(places.on_duty(UNIT, roles)) == [world.admin.id]
    places.assign_duty(boss, BAIHUA, {"community_staff": [staff.me["id"]]})
    assert ids(places.on_duty(UNIT, roles)) == [staff.me["id"]]
    places.assign_duty(boss, GRID, {"grid_worker": [worker.me["id"]]})
    assert ids(places.on_duty(UNIT, roles)) == [worker.me["id"]]
    assert ids(places.on_duty(UNIT, ["community_staff"])) == [staff.me["id"]]
    assert ids(places.on_duty(OTHER_GRID, roles)) == [world.admin.id]
    assert places.on_duty("qingyang", roles) == []


def test_the_operator_founds_a_street_and_names_who_answers(world: World):
    places = world.services.places
    places.found_street("qingyang", "青羊街道", "Asia/Shanghai")
    places.found_street(
        "qingyang", "青羊路街道", "Asia/Shanghai"
    )  # again is a change
    admin = world.services.person_admin.bootstrap_admin(
        "+8613811112222", "周洁", "qingyang"
    )
    assert places.put_on_duty("qingyang", "street_admin", admin.id).duty == {
        "street_admin": (admin.id,)
    }
    assert places.find("qingyang").name == "青羊路街道"
    assert ids(places.on_duty("qingyang.tong", ["street_admin"])) == [admin.id]


# where it lies on the map


def test_a_place_is_put_on_the_map_and_stays_there_until_it_is_moved(
    world: World,
):
    staff, here, there = (
        world.staff(),
        {"lat": 30.25, "long": 108.95},
        {"lat": -0.5, "long": 180},
    )
    assert (
        staff.put(f"/v1/places/{BUILDING}", {"name": "5号楼"}).json["location"]
        is None
    )
    assert (
        staff.put(
            f"/v1/places/{BUILDING}", {"name": "5号楼", "location": here}
        ).json["location"]
        == here
    )
    assert (
        staff.put(f"/v1/places/{BUILDING}", {"name": "五号楼"}).json["location"]
        == here
    )
    assert (
        staff.put(
            f"/v1/places/{BUILDING}", {"name": "五号楼", "location": there}
        ).json["location"]
        == there
    )
    listed = {
        place["code"]: place["location"]
        for place in staff.get(f"/v1/places?under={GRID}").json["items"]
    }
    assert listed == {GRID: None, BUILDING: there, UNIT: None}


@pytest.mark.parametrize(
    "wrong",
    [
        {"lat": 90.1, "long": 0},
        {"lat": 0, "long": -181},
        {"lat": "30", "long": 0},
        {"lat": True, "long": 0},
        {"lat": 30},
        {"lat": 30, "long": 0, "alt": 5},
        [30, 108],
        "30,108",
    ],
)
def test_what_is_no_point_on_the_map_is_refused(world: World, wrong):
    assert (
        world.staff()
        .put(f"/v1/places/{BUILDING}", {"name": "5号楼", "location": wrong})
        .status
        == 422
    )


@pytest.mark.parametrize(
    ("one", "other", "metres"),
    [
        ((30.25, 108.95), (30.25, 108.95), 0),
        ((0, 0), (1, 0), 111_195),  # a degree of latitude
        (
            (60, 10),
            (60, 11),
            55_597,
        ),  # a degree of longitude is half as long there
        ((0, 179.999), (0, -179.999), 222.39),  # over the date line
        ((90, 0), (-90, 0), 20_015_087),
    ],
)
def test_distances_over_the_ground(one, other, metres):
    assert Location(*one).metres_to(Location(*other)) == pytest.approx(
        metres, rel=1e-3
    )


def test_the_tree_of_a_street_is_read_again_after_ten_minutes(world: World):
    places = world.services.places
    assert [place.id for place in places.tree(STREET)] == codes(
        world.resident().get(f"/v1/places?under={STREET}")
    )
    places.put_place(world.boss, f"{BAIHUA}.g02", "柏华第二网格", [], None)
    with counted_storage() as storage:
        assert f"{BAIHUA}.g02" not in {
            place.id for place in places.tree(STREET)
        }
    assert not storage.reads
    world.clock.advance(timedelta(minutes=10))
    assert f"{BAIHUA}.g02" in {place.id for place in places.tree(STREET)}


def test_a_doorplate_names_each_place_around_it_once(world: World):
    boss = world.phone_of(world.admin)
    names = []
    for code in (STREET, BAIHUA, GRID, BUILDING, UNIT):
        name = f"名{len(names)}"
        assert boss.put(f"/v1/places/{code}", {"name": name}).status == 200
        names.append(name)
    plate = boss.get(f"/v1/places/{UNIT}").json
    assert plate["names"] == names
    assert plate["community"] == BAIHUA
