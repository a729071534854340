"""Every page is read aloud and looks as it did. `make browser-renew` keeps what is new."""

import os
from collections.abc import Callable, Iterator

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Browser

from .comparing import (
    compare_names,
    compare_picture,
    is_renewing,
    machine_differs,
    names_of,
    note_machine,
    picture_of,
    share_that_differs,
)
from .opening import Look, open_page
from .pages import PAGES, OpenedPage
from .phone import Phone
from .street import Street, open_street

_DARK = (("color_scheme", "dark"),)
_LOOKS = (
    Look("light"),
    Look("dark", media=_DARK),
    Look("light-en", locale="en"),
    Look("dark-en", locale="en", media=_DARK),
)
LOOKS = _LOOKS if os.environ.get("TURN") == "all" else _LOOKS[:1]
SIZES = ((390, 844), (1280, 800))
# The trail tells of every look before, and the code of the poster holds the port of the server.
_CHANGING = ("desk-audit", "desk-poster")
_STEADY = [page for page in PAGES if page.name not in _CHANGING]


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Street]:
    """A street on which pages are the same in every run."""
    folder = tmp_path_factory.mktemp("street")
    with open_street(folder, still=True) as opened:
        # All sign in at first, so that no page depends on which others were opened before.
        for short in sorted({page.person for page in PAGES} - {""}):
            opened.cookies_of(short)
        yield opened


@pytest.fixture(scope="module")
def drawn(browser: Browser) -> str:
    """How this machine draws otherwise than the kept pictures were drawn; "" for equal."""
    if is_renewing():
        note_machine(browser)
    return machine_differs(browser)


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
@pytest.mark.parametrize("page", _STEADY, ids=lambda page: page.name)
def test_a_page_reads_and_looks_as_before(
    page: OpenedPage, look: Look, phone: Callable[..., Phone], drawn: str
):
    hand = phone(page.person, reduced_motion="reduce")
    look.put_on(hand)
    open_page(hand, page, look)
    if look == LOOKS[0]:
        compare_names(page.name, names_of(hand.page))
    if drawn:
        pytest.skip(drawn)
    for width, height in SIZES:
        hand.page.set_viewport_size({"width": width, "height": height})
        name = f"{look.name}/{page.name}-{width}"
        compare_picture(name, picture_of(hand.page))


def test_a_small_change_of_a_picture_is_seen():
    plain = Image.new("RGB", (195, 422), "white")
    changed = plain.copy()
    ImageDraw.Draw(changed).rectangle((20, 20, 30, 30), fill="#b0221a")
    assert share_that_differs(plain, plain) == 0
    assert 0.001 < share_that_differs(plain, changed) < 0.002
    assert share_that_differs(plain, plain.crop((0, 0, 195, 421))) == 1
