"""Somebody whose rights ended a minute ago, with a page still open: their forms change nothing."""

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.kernel.access import Role
from chalicelib.pages.declaration import PageRoute, Shell

from ..world import JINFENG, World
from .browser import Browser
from .scene import GETS, POSTS, Scene, addresses, by_route
from .test_every_page import FIELDS, tokens

DESK_FORMS = [page for page in POSTS if page.shell is Shell.DESK]
DESK_PAGES = [page for page in GETS if page.shell is Shell.DESK]
# What somebody without a role may still do on the desk: leave a second factor, look for a page.
OWN = ("/admin/factor",)
SENT = {"reason": "核实过", "text": "x", "note": "x", "to": "resident"}


def blocked(scene: Scene, staff: str) -> None:
    body = {"blocked": True, "reason": "冒用"}
    boss = scene.world.phone_of(scene.world.admin)
    assert boss.put(f"/v1/people/{staff}/blocked", body).status == 200


def without_roles(scene: Scene, staff: str) -> None:
    give(scene, staff, [])


def of_another_community(scene: Scene, staff: str) -> None:
    give(
        scene,
        staff,
        [{"role": Role.COMMUNITY_STAFF.value, "place": JINFENG}],
    )


def give(scene: Scene, staff: str, roles: list[dict[str, Any]]) -> None:
    boss = scene.world.phone_of(scene.world.admin)
    answer = boss.put(f"/v1/people/{staff}/roles", roles)
    assert answer.status == 200, answer.text


LOSSES = [blocked, without_roles, of_another_community]


@pytest.fixture(scope="module", params=LOSSES, ids=lambda loss: loss.__name__)
def lost(request: pytest.FixtureRequest) -> tuple[Scene, Browser]:
    """A street, and the browser of staff whose rights have ended since it was opened."""
    scene = Scene.of(World())
    browser = scene.browser("staff")
    assert browser.ask("GET", "/admin").status == 200
    end: Callable[[Scene, str], None] = request.param
    end(scene, scene.people["staff"])
    return scene, browser


def rows(world: World) -> dict[str, Any]:
    """Return all rows but those that count tries and note what was refused."""
    return {
        name: dict(table.items)
        for name, table in world.tables.items()
        if not name.endswith(("-counters", "-audit", "-receipts"))
    }


@pytest.mark.parametrize("page", DESK_FORMS, ids=by_route)
def test_an_open_form_changes_nothing_of_the_old_place(
    lost: tuple[Scene, Browser], page: PageRoute
) -> None:
    scene, browser = lost
    if page.path.startswith(OWN):
        pytest.skip("of the person themselves")
    before = rows(scene.world)
    fields = [(name, SENT.get(name, "x")) for name in FIELDS]
    for number, path in enumerate(addresses(page, scene.values)):
        kept = dict(browser.cookies)
        shown = browser.post(
            path,
            [*tokens(browser, scene), *fields, ("_key", f"key-{number:020}")],
        )
        browser.cookies = kept
        assert shown.status in (303, 400, 403, 404, 413, 422), (path, shown)
        assert rows(scene.world) == before, path


@pytest.mark.parametrize("page", DESK_PAGES, ids=by_route)
def test_an_open_page_shows_nobody_of_the_old_place(
    lost: tuple[Scene, Browser], page: PageRoute
) -> None:
    scene, browser = lost
    for path in addresses(page, scene.values):
        kept = dict(browser.cookies)
        shown = browser.ask("GET", path)
        browser.cookies = kept
        for words in ("王秀英", "+86139", "孙桂兰"):
            assert words not in shown.text, path
