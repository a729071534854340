"""A renamed community: its open wishes show the present name, ended ones the name of their time."""

import pytest

from chalicelib.wishes.feature import renames

from ..trust.test_blocked_residents import block
from ..world import BAIHUA, JINFENG, STREET, Phone, World
from .recorded import stored

NEW = "柏华新社区"


def rename(world: World, code: str, name: str) -> None:
    world.services.places.put_place(world.boss, code, name, [], None)


def shown(world: World, wish_id: str) -> str:
    return str(Phone().get(f"/v1/wishes/{wish_id}").json["community_name"])


def on_the_wall(world: World) -> set[str]:
    items = Phone().get(f"/v1/wishes?place={BAIHUA}").json["items"]
    return {item["community_name"] for item in items}


def test_the_wall_shows_the_present_name(world: World):
    wish_id = world.open_wish()
    tag = Phone().get(f"/v1/wishes/{wish_id}").headers["etag"]
    rename(world, BAIHUA, NEW)
    world.pass_time(minutes=5)
    assert shown(world, wish_id) == NEW
    assert on_the_wall(world) == {NEW}
    again = Phone().get(f"/v1/wishes/{wish_id}", headers={"If-None-Match": tag})
    assert again.status == 200


def test_wishes_in_every_open_state_are_renamed(world: World):
    helper = world.volunteer()
    ids = [world.open_wish(), world.open_wish(safeguarding=["bedridden"])]
    body = world.wish_body()
    ids.append(world.resident().post("/v1/wishes", body).json["id"])
    for move in ("claim", "deliver"):
        claimed = world.open_wish()
        assert helper.post(f"/v1/wishes/{claimed}/claim").status == 200
        if move == "deliver":
            done = helper.post(f"/v1/wishes/{claimed}/deliver")
            assert done.status == 200, done.text
        ids.append(claimed)
    blocked = world.resident()
    ids.append(world.open_wish(blocked))
    block(world, blocked, blocked=True)
    world.pass_time(minutes=5)
    rename(world, BAIHUA, NEW)
    world.pass_time(minutes=5)
    assert {stored(id).community_name for id in ids} == {NEW}


def test_an_ended_wish_keeps_the_name_of_its_time(world: World):
    resident = world.resident()
    wish_id = world.open_wish(resident)
    before = stored(wish_id).community_name
    answer = resident.post(
        f"/v1/wishes/{wish_id}/withdraw", {"reason": "不要了"}
    )
    assert answer.status == 200, answer.text
    rename(world, BAIHUA, NEW)
    world.pass_time(minutes=5)
    assert stored(wish_id).community_name == before


def test_other_places_keep_their_names(world: World):
    wish_id = world.open_wish()
    before = stored(wish_id).community_name
    rename(world, JINFENG, "锦凤新社区")
    rename(world, STREET, "春晖新街道")
    world.pass_time(minutes=5)
    assert stored(wish_id).community_name == before


def test_more_wishes_than_one_step_has(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("chalicelib.wishes.renames._PAGE", 2)
    ids = [world.open_wish() for _ in range(5)]
    rename(world, BAIHUA, NEW)
    service = world.services.container.get(renames)
    steps, cursor = 1, service.rename(BAIHUA, None)
    while cursor:
        steps, cursor = steps + 1, service.rename(BAIHUA, cursor)
    assert steps >= 3
    assert {stored(id).community_name for id in ids} == {NEW}
    versions = [stored(id).version for id in ids]
    service.rename(BAIHUA, None)
    assert [stored(id).version for id in ids] == versions
