"""J24, paper: a poster for each door whose code is read from the print, and the list of visits."""

import re
from collections.abc import Callable

import pypdfium2
import pytest
import zxingcpp

from .phone import Phone
from .street import Street

_A4 = (595, 842)  # points
_DOTS = 2  # a point, 144 an inch: less than any camera sees
_VISITS = 40
_UNIT = "chunhui.baihua.g01.b01.u1"
_LONG_NUMBER = re.compile(r"\d{7,}")


def printed(hand: Phone) -> pypdfium2.PdfDocument:
    """Print the open page to A4, and return the document."""
    return pypdfium2.PdfDocument(hand.page.pdf(format="A4"))


def words_of(document: pypdfium2.PdfDocument) -> list[str]:
    """Return the words of each page."""
    return [page.get_textpage().get_text_range() for page in document]


def test_j24_each_door_has_a_page_whose_code_leads_to_it(
    phone: Callable[..., Phone], street: Street
):
    worker = phone("0004")
    worker.open("/m/doors")
    doors = worker.page.locator(".poster .big").all_inner_texts()
    document = printed(worker)
    assert len(document) == len(doors) > 1
    addresses = []
    for page, door, words in zip(
        document, doors, words_of(document), strict=True
    ):
        assert page.get_size() == pytest.approx(_A4, abs=1)
        assert door in words
        codes = zxingcpp.read_barcodes(page.render(scale=_DOTS).to_pil())
        addresses += [code.text for code in codes]
    assert len(addresses) == len(set(addresses)) == len(doors)
    assert f"{street.url}/b/{_UNIT}" in addresses
    visitor = phone()
    for address, door in zip(addresses, doors, strict=True):
        visitor.open(address.removeprefix(street.url))
        visitor.sees(*door.split())


@pytest.fixture
def visits(street: Street) -> None:
    """People without a phone, who have a wish that was approved: nobody can tell them."""
    for number in range(_VISITS):
        person = street.call(
            "0004",
            "POST",
            "/v1/people",
            {
                "name": f"老邻居{number:02}",
                "home": _UNIT,
                "address": "3楼302室",
                "contact_note": "电话 13912345678",
                "consent": {"how": "spoken", "witness": "许见证"},
            },
        )
        wish = street.call(
            "0004",
            "POST",
            "/v1/wishes",
            {
                "kind": "goods",
                "title": f"一个放大镜（{number:02}）",
                "needed_by": "2026-12-20",
                "on_behalf_of": person["id"],
                "consent": {"how": "spoken", "witness": "许见证"},
            },
        )
        street.call("0002", "POST", f"/v1/wishes/{wish['id']}/approve", {})


@pytest.mark.usefixtures("visits")
def test_j24_forty_visits_are_two_pages_without_a_number(
    phone: Callable[..., Phone], street: Street
):
    street.advance(minutes=2)  # an approval can be undone for a minute
    street.run_due()
    worker = phone("0004")
    worker.open("/m/visits")
    assert worker.page.locator(".visits .card").count() == _VISITS
    document = printed(worker)
    pages = words_of(document)
    assert len(pages) == 2
    words = "".join(pages)
    assert words.count("签字") == words.count("1号楼 1单元") == _VISITS
    assert "柏华社区第1网格 · 2026-11-30" in words
    assert "1 / 2" in pages[0]
    assert "2 / 2" in pages[1]
    for secret in ("13912345678", "302", "许见证"):
        assert secret not in words
    assert _LONG_NUMBER.findall(words.replace(" ", "")) == []
