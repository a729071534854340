"""Journeys of staff at the desk: a person, the figures, the rules."""

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from .phone import Phone

_DESK = {"width": 1280, "height": 800}


@pytest.fixture
def desk(phone: Callable[..., Phone]) -> Callable[[str], Phone]:
    """Return a wide screen of a person."""

    def open_desk(person: str) -> Phone:
        hand = phone(person)
        hand.page.set_viewport_size(_DESK)  # type: ignore[arg-type]
        return hand

    return open_desk


def test_j20_a_person(desk: Callable[[str], Phone]):
    """`/`, a name, the record, the phone with a reason; masked again; in the trail."""
    clerk = desk("0002")
    clerk.open("/admin/people")
    with clerk.task("C4 find a person, phone with a reason", 2, 10):
        clerk.page.keyboard.press("/")
        expect(clerk.page.locator("#search")).to_be_focused()
        clerk.page.keyboard.type("孙")
        with clerk.page.expect_navigation():
            clerk.page.keyboard.press("Enter")
        name = clerk.page.locator("main tbody th a").first.inner_text()
        clerk.tap(name)
        record = clerk.path
        clerk.write("原因", "送药上门")
        clerk.tap("显示电话和门牌")
    number = clerk.page.locator("main a[href^='tel:']").inner_text()
    assert len(number.replace(" ", "")) == 11
    assert clerk.path == record  # what a reload asks for
    clerk.page.reload()
    expect(clerk.page.locator("main a[href^='tel:']")).to_have_count(0)
    clerk.misses(number)
    clerk.open("/admin/more")
    clerk.page.go_back()
    clerk.misses(number)
    boss = desk("0001")
    boss.open("/admin/audit?kind=person.revealed")
    boss.sees("送药上门", name)


def test_j20_nothing_is_kept_in_the_browser(desk: Callable[[str], Phone]):
    clerk = desk("0002")
    answers: list[str] = []
    clerk.page.on(
        "response",
        lambda answer: answers.append(
            answer.headers.get("cache-control", "")
            if "/admin/people" in answer.url
            else "no-store"
        ),
    )
    clerk.open("/admin/people?q=孙")
    clerk.tap(clerk.page.locator("main tbody th a").first.inner_text())
    clerk.write("原因", "送药上门")
    clerk.tap("显示电话和门牌")
    clerk.sees("1")
    assert set(answers) == {"no-store"}


def test_c8_somebody_without_a_phone(desk: Callable[[str], Phone]):
    clerk = desk("0002")
    clerk.open("/admin/people")
    with clerk.task("C8 register somebody without a phone", 3, 120):
        clerk.tap("登记居民")
        clerk.write("姓名", "周奶奶")
        clerk.write("门牌", "2楼201室")
        clerk.choose("本人已经同意")
        clerk.write("见证人姓名", "吴刚")
        clerk.tap("登记居民")
    clerk.sees("周奶奶", "没有手机", "已登记")


def test_j23_figures_lead_to_their_tickets(desk: Callable[[str], Phone]):
    boss = desk("0001")
    boss.open("/admin/figures")
    with boss.task("S2 the month, as a table", 2, 20):
        boss.tap("按种类")
        boss.sees("按时联系")
    expect(boss.page.locator("main svg[role=img]").first).to_be_visible()
    boss.open("/admin/figures")
    link = boss.page.locator("main dl a[href*='/admin/tickets']").first
    count, href = int(link.inner_text()), str(link.get_attribute("href"))
    asked = parse_qs(urlsplit(href).query)
    assert asked["place"] == ["chunhui"]
    assert asked["from"] == ["2026-11-01T00:00:00+08:00"]
    assert asked["to"] == ["2026-12-01T00:00:00+08:00"]
    assert count > 0


def test_j23_the_month_is_printed_on_one_page(desk: Callable[[str], Phone]):
    boss = desk("0001")
    boss.open("/admin/figures")
    assert pages_of(boss) == 1
    boss.open("/admin/print/wall")
    assert pages_of(boss) == 1


def pages_of(hand: Phone) -> int:
    """Return how many sheets of A4 a page needs."""
    printed = hand.page.pdf(format="A4")
    return printed.count(b"/Type /Page\n") or printed.count(b"/Type/Page/")


def test_j24_each_door_is_a_page(desk: Callable[[str], Phone]):
    clerk = desk("0002")
    clerk.open("/admin/more")
    clerk.tap("门口海报")
    doors = clerk.page.locator("main .poster").count()
    assert doors > 0
    assert doors <= pages_of(clerk) <= doors + 1


def test_s3_a_rule_is_tried_and_saved(desk: Callable[[str], Phone]):
    boss = desk("0001")
    boss.open("/admin/rules")
    with boss.task("S3 try a rule on 90 days, save", 4, 300):
        boss.tap("改时限")
        field = boss.page.locator("[id='limits.2.resolve']")
        field.fill("48")
        boss.tap("先试一试")
        boss.sees("如果这样改", "还没有保存")
        expect(field).to_have_value("48")
        boss.tap("保存")
    boss.sees("规则已保存", "48 小时")


def test_s4_a_gap_in_the_ladder_is_filled(desk: Callable[[str], Phone]):
    boss = desk("0001")
    boss.open("/admin/places/chunhui.jinfeng/duty")
    with boss.task("S4 somebody is put on duty", 2, 60):
        name = boss.page.get_by_role("searchbox", name="姓名", exact=True)
        name.fill("陈")
        boss.tap("查找")
        boss.sees("陈")
