"""A page that fails says so in plain words, with the number under which the log has it."""

import pytest

from chalicelib.pages.call import PageCall

from ..world import World
from .browser import Browser


@pytest.mark.parametrize("path", ["/m", "/wall"])
def test_a_crash_is_a_page_with_a_number_and_a_telephone(
    world: World, monkeypatch: pytest.MonkeyPatch, path: str
):
    def fail(*given: object, **more: object) -> object:
        raise RuntimeError("孙桂兰 13900000000")

    browser = Browser(world).enter(world.person())
    monkeypatch.setattr(PageCall, "read", fail)
    shown = browser.ask("GET", path)
    assert shown.status == 500
    assert "打电话时请报" in shown.text
    assert "/help#hotlines" in shown.text
    assert "孙桂兰" not in shown.text


def test_a_refusal_without_a_form_is_a_page_without_a_number(world: World):
    resident = world.person()
    shown = (
        Browser(world).enter(resident).ask("GET", f"/m/people/{resident.id}")
    )
    assert shown.status == 403
    assert "打电话时请报" not in shown.text
