"""One place as staff see it, without the tree below it."""

from ..storage import counted_storage
from ..world import BAIHUA, GRID, STREET, World


def test_a_place_is_read_alone(world: World):
    boss = world.phone_of(world.admin)
    whole = boss.get(f"/v1/places?under={STREET}").json["items"]
    assert len(whole) > 1
    for code in (STREET, BAIHUA, GRID):
        answer = boss.get(f"/v1/places?under={code}&alone=true")
        (place,) = answer.json["items"]
        assert place in whole
        assert place["code"] == code
        assert answer.json["next"] is None


def test_a_place_alone_costs_one_read_beside_the_reader(world: World):
    boss = world.phone_of(world.admin)
    with counted_storage() as storage:
        boss.get(f"/v1/places?under={STREET}&alone=true")
    assert storage.names == {"GetItem": 2}


def test_a_place_that_there_is_not_is_not_found_alone(world: World):
    boss = world.phone_of(world.admin)
    assert boss.get(f"/v1/places?under={STREET}.x&alone=true").status == 404
    resident = world.resident()
    answer = resident.get(f"/v1/places?under={STREET}&alone=true")
    assert answer.json["items"][0]["duty"] is None
