"""Posters for doors: one for each unit of a worker's place, with the address of the door."""

import re

import pytest

from chalicelib.pages.qr import qr_code

from ..world import UNIT, World
from .scene import Scene


@pytest.fixture(scope="module")
def scene() -> Scene:
    return Scene.of(World())


def test_each_door_has_a_poster(scene: Scene):
    shown = scene.browser("worker").get("/m/doors")
    assert shown.status == 200
    drawn = re.findall(r"<svg.*?</svg>", shown.text, re.DOTALL)
    places = scene.phone("worker").get("/v1/places?under=chunhui").json["items"]
    inside = {place["code"] for place in places}
    doors = {
        code
        for code in inside
        if code.count(".") == UNIT.count(".") and code.startswith(UNIT[:18])
    }
    assert qr_code(f"/b/{UNIT}") in drawn
    assert len(drawn) == len(set(drawn))
    assert len(drawn) >= len(doors) > 0


def test_others_get_no_poster(scene: Scene):
    shown = scene.browser("resident").get("/m/doors")
    assert shown.status == 200
    assert "<svg" not in shown.text


def test_a_code_of_an_address_is_large_enough_to_be_torn():
    """Version 4 to 5: a door's address of some fifty characters at level M."""
    drawn = qr_code("https://street.example/b/chunhui.baihua.g01.b01.u1")
    side = re.search(r'viewBox="0 0 (\d+) \d+"', drawn)
    assert side
    assert 33 <= int(side[1]) - 8 <= 41
    assert "style=" not in drawn
