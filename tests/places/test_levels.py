"""Some levels of the tree of places, and pages of staff in a street with many places."""

from typing import Any

from chalicelib.places.model import Place

from ..pages.browser import Browser
from ..storage import counted_storage
from ..store.scan import save_all
from ..world import BAIHUA, GRID, JINFENG, OTHER_GRID, STREET, World


def codes(answer: Any) -> set[str]:
    assert answer.status == 200, answer.text
    return {place["code"] for place in answer.json["items"]}


def many_places(world: World, buildings: int = 60, units: int = 10) -> None:
    """Give a grid so many buildings with units that one page cannot list them."""
    now = world.clock.now()
    common = {"created_at": now, "updated_at": now, "version": 1}
    made = []
    for n in range(buildings):
        code = f"{GRID}.m{n:03}"
        made.append(Place(id=code, name=f"{n}号楼", **common))
        for unit in range(units):
            id = f"{code}.u{unit}"
            made.append(Place(id=id, name=f"{unit}单元", **common))
    save_all(made)


def test_levels_end_the_tree_below_a_place(world: World):
    phone = world.resident()
    path = f"/v1/places?under={STREET}&levels="
    assert codes(phone.get(f"{path}1")) == {STREET, BAIHUA, JINFENG}
    assert codes(phone.get(f"{path}2")) == {
        STREET,
        BAIHUA,
        JINFENG,
        GRID,
        OTHER_GRID,
    }
    assert codes(phone.get(f"{path}4")) == codes(
        phone.get(f"/v1/places?under={STREET}")
    )
    for wrong in ("0", "5", "x", "-1"):
        assert phone.get(f"{path}{wrong}").status == 422
    assert phone.get("/v1/places?under=chunhui.no&levels=1").status == 404


def test_a_level_of_many_places_is_read_in_few_requests(world: World):
    many_places(world)
    staff = world.staff()
    path = f"/v1/places?under={BAIHUA}&levels=1"
    staff.get(path)
    with counted_storage() as storage:
        found = staff.get(path)
    assert codes(found) == {BAIHUA, GRID}
    assert found.json["next"] is None
    assert storage.names["Query"] <= 3


def test_the_desk_shows_every_community_and_grid_above_many_places(
    world: World,
):
    many_places(world)
    boss = Browser(world).enter(world.admin)
    shown = boss.get("/admin/places")
    for code in (BAIHUA, JINFENG, GRID, OTHER_GRID):
        assert f"/admin/places/{code}" in shown.links()
    below = boss.get(f"/admin/places?under={GRID}")
    for link in (f"/admin/places/{GRID}.m059", f"under={GRID}.m059"):
        assert link in " ".join(below.links())
    assert "只列出 500 个" not in shown.words + below.words
    last = boss.get(f"/admin/places?under={GRID}.m059")
    assert f"/admin/places/{GRID}.m059.u9" in last.links()


def test_more_places_of_one_level_than_a_page_lists_are_said_to_be_cut(
    world: World,
):
    many_places(world, buildings=520, units=0)
    boss = Browser(world).enter(world.admin)
    shown = boss.get(f"/admin/places?under={GRID}")
    assert "只列出 500 个" in shown.words


def test_a_form_with_too_many_places_leads_to_a_smaller_one(world: World):
    many_places(world)
    boss = Browser(world).enter(world.admin)
    for path in (
        "/admin/people/new",
        f"/admin/people/{world.person().id}/correct",
    ):
        shown = boss.get(path)
        assert "先选小一点的地点" in shown.words
        (choose,) = [
            link
            for link in shown.links()
            if link.startswith("/admin/places?next=%2Fadmin%2Fpeople%2F")
        ]
        narrower = boss.get(f"{choose}&under={GRID}.m059")
        (chosen,) = [
            link for link in narrower.links() if link.endswith("m059.u9")
        ]
        form = boss.get(chosen)
        assert "先选小一点的地点" not in form.words
        assert f'value="{GRID}.m059.u9"' in form.text
