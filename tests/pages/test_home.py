"""Where one lives: each page offers the place that it names, and those below it."""

from ..world import BAIHUA, GRID, UNIT, World
from .browser import Browser


def test_a_place_is_offered_with_those_below_it(world: World) -> None:
    person = world.person("王秀英", home=UNIT)
    browser = Browser(world).enter(person)
    path = f"/m/me/home?under={BAIHUA}"
    shown = browser.get(path)
    form = shown.form("/m/me/home")
    assert form.fields["home"] == BAIHUA
    assert f"/m/me/home?under={GRID}&next=%2Fm%2Fme" in shown.links()


def test_a_building_is_chosen_as_home(world: World) -> None:
    person = world.person("王秀英", home=UNIT)
    browser = Browser(world).enter(person)
    shown = browser.get(f"/m/me/home?under={GRID}.b05")
    browser.submit(shown, "/m/me/home")
    found = world.services.people.find(person.id)
    assert found
    assert found.home == f"{GRID}.b05"
