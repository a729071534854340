"""Every page: for all eyes, hands and screens, and with nothing from elsewhere."""

import os
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from .opening import LOOKS, Look, open_page
from .pages import PAGES, OpenedPage
from .phone import Phone
from .street import ROOT

AXE = ROOT / ".browser/node_modules/axe-core/axe.min.js"
STANDARDS = [
    *("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"),
    "best-practice",
]
_RUN = """async (tags) => {
  const found = await axe.run({runOnly: {type: "tag", values: tags}});
  return found.violations.map((one) => one.id + ": "
    + one.nodes.map((node) => node.target.join(" ") + " " + node.failureSummary).join("; "));
}"""
_HANDS, _DESK, _NARROW = (390, 844), (1280, 800), (320, 640)
_TOO_WIDE = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  return [...document.querySelectorAll("body *")]
    .filter((one) => one.getBoundingClientRect().right > width + 1)
    .map((one) => one.outerHTML.slice(0, 120));
}"""
IDS = [page.name for page in PAGES]


def _turns() -> Iterator[tuple[OpenedPage, Look]]:
    """Yield pages with a further look: a third of the pages by turns, each in one look by turns.

    TURN=all gives every page in every look, a number the turn of that number.
    """
    turn = os.environ.get("TURN") or str(time.localtime().tm_yday)
    if turn == "all":
        yield from ((page, look) for page in PAGES for look in LOOKS)
        return
    for number, page in enumerate(PAGES):
        if number % 3 == int(turn) % 3:
            yield page, LOOKS[(number // 3 + int(turn)) % len(LOOKS)]


TURNS = list(_turns())
TURN_IDS = [f"{page.name}-{look.name}" for page, look in TURNS]


@pytest.fixture(scope="module")
def axe() -> str:
    return AXE.read_text("utf-8")


def resize(phone: Phone, size: tuple[int, int]) -> None:
    width, height = size
    phone.page.set_viewport_size({"width": width, "height": height})


def check(phone: Phone, axe: str) -> None:
    """Let the checker find nothing."""
    phone.page.evaluate(axe)
    found: list[Any] = phone.page.evaluate(_RUN, STANDARDS)
    assert found == []


def fits(phone: Phone) -> None:
    """See that nothing has to be moved sideways to be read."""
    resize(phone, _NARROW)
    assert phone.page.evaluate(_TOO_WIDE) == []


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_a_page_is_for_everybody(
    page: OpenedPage, phone: Callable[..., Phone], axe: str
):
    hand = phone(page.person)
    open_page(hand, page)
    check(hand, axe)
    resize(hand, _DESK)
    check(hand, axe)
    fits(hand)


@pytest.mark.parametrize(("page", "look"), TURNS, ids=TURN_IDS)
def test_a_page_is_for_everybody_in_another_look(
    page: OpenedPage, look: Look, phone: Callable[..., Phone], axe: str
):
    hand = phone(page.person)
    look.put_on(hand)
    open_page(hand, page, look)
    check(hand, axe)
    fits(hand)
