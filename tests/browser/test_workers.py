"""Journeys of those who work on tickets."""

import re
from collections.abc import Callable

from playwright.sync_api import expect

from .phone import Phone
from .street import Street
from .test_outbox import photo

_LATE = re.compile(r"\blate\b")
DOOR = "chunhui.baihua.g01.b01.u1"


def report(resident: Phone, words: str, kind: str = "垃圾堆放") -> str:
    """Report a problem; return the path of its ticket."""
    resident.open(f"/m/report?place={DOOR}")
    resident.choose(kind)
    resident.write("说一说", words)
    resident.tap("提交")
    resident.sees("已收到", words)
    return resident.path.partition("?")[0]


def test_j14_three_hours_late(phone: Callable[..., Phone], street: Street):
    """First in this file: the list of the street's administrator has only this one that is late."""
    words = "走廊的灯一直不亮"
    path = report(phone("0101"), words, "公共照明")
    worker = phone("0004")
    worker.open("/m/tickets")
    card = worker.page.locator("main .card", has_text=words)
    expect(card.locator(".clock")).to_contain_text("前")
    expect(card).not_to_have_class(_LATE)
    street.advance(hours=3)
    staff = phone("0002")  # the level above has it now
    staff.open("/m/tickets")
    card = staff.page.locator("main .card", has_text=words)
    expect(card).to_have_class(_LATE)
    expect(card.locator(".clock.late")).to_contain_text("! 超时")
    staff.open(path)
    staff.sees("超时，升到上一级")
    street.wait_for_message("0002", "超时|升")
    administrator = phone("0001")
    administrator.open("/m/tickets")
    first = administrator.page.locator("main .card").first
    expect(first).to_contain_text(words)
    expect(first).to_have_class(_LATE)


def test_gw1_what_is_due_is_the_first_page(phone: Callable[..., Phone]):
    words = "自行车堵住了楼道"
    report(phone("0101"), words)
    worker = phone("0004")
    worker.open("/m/tickets")
    with worker.task("GW1 what is due now", 0, 3):
        worker.sees(words)
    worker.tap("我来处理", within=words)
    worker.sees("由您处理")
    worker.open("/m/tickets")
    with worker.task("GW3 done, with a photo", 3, 30):
        worker.tap("办完了", within=words)
        worker.attach(photo())
        worker.write("怎样解决的？", "已清理干净。")
        worker.tap("办完了")
        worker.sees("已记下")
    expect(worker.page.locator("img.photo")).to_have_count(1)


def test_gw6_not_mine_and_on_hold(phone: Callable[..., Phone]):
    words = "单元门口的地砖松了"
    path = report(phone("0102"), words)
    worker, staff = phone("0004"), phone("0002")
    worker.open(path)
    worker.tap("我来处理")
    worker.sees("由您处理")
    with worker.task("GW6 on hold", 2, 15):
        worker.tap("暂缓")
        worker.tap("等配件")
    worker.sees("已暂缓")
    worker.tap("继续办")
    worker.sees("继续办")
    with worker.task("GW6 not mine", 2, 15):
        worker.open(path)
        worker.tap("退回")
        worker.tap("归物业管")
    worker.sees("已退回")
    staff.open(path)
    staff.sees(words)


def test_j15_two_at_once_keep_their_words(phone: Callable[..., Phone]):
    path = report(phone("0113"), "楼顶漏水，有水渍", "停水漏水")
    first, second = phone("0002"), phone("0001")
    phone_of_worker = phone("0004")
    phone_of_worker.open(path)
    phone_of_worker.tap("我来处理")
    phone_of_worker.sees("由您处理")
    second.open(f"{path}/escalate")
    second.write("原因", "我写了很久的话。")
    first.open(f"{path}/assign")
    first.tap("物业")
    first.sees("已改派")
    second.tap("上报")
    second.page.locator(".errors").wait_for()
    second.sees("刚才有人改过了")
    reason = second.page.get_by_label("原因")
    assert reason.input_value() == "我写了很久的话。"
    second.tap("上报")
    second.sees("已上报")


def test_j19_the_list_gets_a_new_ticket_while_it_is_read(
    phone: Callable[..., Phone],
):
    worker = phone("0004")
    worker.page.clock.install()
    worker.open("/m/tickets")
    first = worker.page.locator("main .card a.btn").first
    way = first.get_attribute("href")
    button = worker.page.locator(f'main a.btn[href="{way}"]').first
    button.focus()
    words = "雨棚掉了一块"
    report(phone("0101"), words)
    worker.misses(words)
    worker.page.clock.run_for(61_000)
    worker.sees(words)
    expect(button).to_be_focused()
    worker.sees(words)
    asked: list[str] = []
    worker.page.on("request", lambda request: asked.append(request.url))
    worker.page.evaluate(
        "Object.defineProperty(document, 'hidden', {value: true})"
    )
    worker.page.clock.run_for(300_000)
    assert [url for url in asked if "/m/tickets" in url] == []


def test_a_list_that_has_not_changed_is_not_sent_again(
    phone: Callable[..., Phone], street: Street
):
    worker = phone("0005")
    worker.page.clock.install()
    worker.open("/m/tickets")
    with worker.page.expect_response("**/m/tickets*"):
        worker.page.clock.run_for(61_000)
    with worker.page.expect_response("**/m/tickets*") as waited:
        worker.page.clock.run_for(60_000)
    assert waited.value.status == 204
