"""Journeys of staff at the desk: the queue by keyboard and in bulk, two at once, and the clock."""

import json
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from .phone import Phone
from .street import Street, phone_number
from .test_workers import report

WIDE = {"width": 1280, "height": 800}
STAFF, WORKER, ADMIN = "0002", "0004", "0001"
WRITERS = ("0101", "0102", "0103", "0104", "0105")
Give = Callable[..., Phone]


@pytest.fixture
def desk(phone: Give) -> Give:
    """Give desks: wide screens of staff."""

    def give(short: str = STAFF) -> Phone:
        hand = phone(short)
        hand.page.set_viewport_size(WIDE)
        return hand

    return give


def wish(phone: Give, short: str, title: str) -> None:
    """File a wish, which waits for staff."""
    resident = phone(short)
    resident.open("/m/wishes/new")
    resident.choose("物品")
    resident.write("需要什么？", title)
    resident.page.get_by_label("什么时候之前？").fill("2026-12-20")
    resident.tap("提交")
    resident.sees("已提交")


def row(staff: Phone, words: str):  # type: ignore[no-untyped-def]
    return staff.page.locator("[data-row]", has_text=words)


def answer_of(staff: Phone, key: str) -> None:
    """Press a key that leads to another page."""
    with staff.page.expect_navigation():
        staff.page.keyboard.press(key)


def test_j17_the_queue_by_keyboard_alone(phone: Give, desk: Give):
    for short in WRITERS[:4]:
        wish(phone, short, f"键盘上的心愿{short}")
    staff = desk()
    staff.open("/admin?kind=wish.approve")
    titles = staff.page.locator("[data-go]").all_inner_texts()
    keys = staff.page.keyboard
    for key in ("j", "j", "x", "j", "x"):
        keys.press(key)
    expect(staff.page.locator("[data-row] input:checked")).to_have_count(2)
    answer_of(staff, "a")
    staff.sees("2 项已批准")
    expect(staff.target("撤下重审")).to_have_count(1)
    focused = staff.page.locator("[data-go]:focus")
    expect(focused).to_have_text(titles[3])  # the row behind those two
    for title in titles[1:3]:
        expect(row(staff, title)).to_have_count(0)
    keys.press("k")
    expect(staff.page.locator("[data-go]:focus")).to_have_text(titles[0])
    answer_of(staff, "Enter")
    expect(staff.page.locator("#item-title")).to_have_text(titles[0])
    keys.press("/")
    expect(staff.page.locator("#search")).to_be_focused()
    keys.type("jx?")
    expect(staff.page.locator("#search")).to_have_value("jx?")
    answer_by_reject(staff, titles[0])


def answer_by_reject(staff: Phone, title: str) -> None:
    """Say no to the wish that is open, with a reason, by keys."""
    staff.open("/admin?kind=wish.approve")
    keys = staff.page.keyboard
    keys.press("j")
    answer_of(staff, "r")
    staff.page.get_by_label("原因").fill("重复了。")
    answer_of(staff, "Control+Enter")
    staff.sees(f"「{title}」没有通过")


def test_keys_are_listed_can_be_turned_off_and_leave_others_alone(
    phone: Give, desk: Give
):
    wish(phone, "0106", "快捷键的心愿")
    staff = desk()
    staff.open("/admin?kind=wish.approve")
    keys = staff.page.keyboard
    keys.press("?")
    expect(staff.page.locator("#keys li").first).to_be_visible()
    for key in ("Control+c", "Alt+j", "Meta+x"):
        keys.press(key)
    expect(staff.page.locator("[data-go]:focus")).to_have_count(0)
    staff.page.get_by_role("button", name="关掉单键快捷键").click()
    staff.open("/admin?kind=wish.approve")
    for key in ("j", "x", "a", "/"):
        keys.press(key)
    expect(staff.page.locator("[data-go]:focus")).to_have_count(0)
    expect(staff.page.locator("[data-row] input:checked")).to_have_count(0)
    staff.page.locator("#keys summary").click()
    staff.page.get_by_role("button", name="打开单键快捷键").click()
    staff.open("/admin?kind=wish.approve")
    keys.press("j")
    expect(staff.page.locator("[data-go]:focus")).to_have_count(1)


def test_j18_in_bulk_one_was_changed_by_another(phone: Give, desk: Give):
    for short in WRITERS:
        wish(phone, short, f"一起批的心愿{short}")
    first, second = desk(), desk(ADMIN)
    first.open("/admin?kind=wish.approve")
    first.page.get_by_label("全选").check()
    chosen = first.page.locator("[data-row] input:checked").count()
    assert chosen >= len(WRITERS)
    first.sees(f"已选 {chosen}")
    second.open("/admin?kind=wish.approve")
    row(second, "一起批的心愿0103").locator("[data-go]").click()
    second.page.get_by_role("link", name="修改").click()
    second.write("说一说", "换一种写法。")
    second.tap("保存") if second.target("保存").count() else second.tap("修改")
    with first.page.expect_navigation():
        first.page.get_by_role("button", name="批准所选").click()
    first.sees(f"{chosen - 1} 项已批准", "1 项刚被别人改过")
    left = row(first, "一起批的心愿0103")
    expect(left.locator("input")).to_be_checked()
    expect(left).to_contain_text("没办成")
    first.sees("一起批的心愿0103：刚被别人改过")


def test_j14_the_clock_climbs_and_adds_up(
    phone: Give, desk: Give, street: Street
):
    words = "楼道的扶手松了"
    path = report(phone("0107"), words).replace("/m/", "/admin/")
    street.advance(hours=3)
    admin = desk(ADMIN)
    admin.open("/admin")
    top = admin.page.locator("[data-row]").first
    expect(top).to_contain_text("超时")
    expect(row(admin, words)).to_contain_text("超时")
    late = admin.page.locator("[data-row].late")
    assert late.count() >= 1
    expect(top).to_have_class(re.compile("late"))
    admin.open(path)
    admin.sees("已升到")
    admin.page.locator(".timer summary").first.click()
    table = admin.page.locator(".timer table").first
    minutes = table.locator("tbody tr td:nth-child(3)").all_inner_texts()
    totals = table.locator("tbody tr td:nth-child(4)").all_inner_texts()
    assert sum(map(int, minutes)) == int(totals[-1]) > 0


def test_j15_two_at_once_and_nothing_typed_is_lost(phone: Give, desk: Give):
    path = report(phone("0108"), "地下室的灯坏了").replace("/m/", "/admin/")
    first, second = desk(), desk(ADMIN)
    second.open(path)
    second.write("说一说", "我写了很久的话。")
    first.open(f"{path}/assign")
    first.choose("物业")
    first.tap("改派")
    first.sees("已改派")
    second.tap("发送")
    second.page.locator(".errors").wait_for()
    second.sees("刚才有人改过了", "交办", "您写的还在下面")
    text = second.page.get_by_label("说一说")
    expect(text).to_have_value("我写了很久的话。")
    with second.task("J15 send it again", 1, 10):
        second.tap("发送")
    second.sees("已发出", "我写了很久的话。")


def test_j19_a_row_appears_while_a_reply_is_typed(phone: Give, desk: Give):
    report(phone("0109"), "院里的水管裂了")
    staff = desk()
    staff.page.clock.install()
    staff.open("/admin")
    with staff.page.expect_navigation():
        row(staff, "院里的水管裂了").locator("[data-go]").click()
    text = staff.page.get_by_label("说一说")
    text.fill("正在写")
    text.press("ArrowLeft")
    words = "大门的锁坏了"
    report(phone("0110"), words)
    expect(row(staff, words)).to_have_count(0)
    staff.page.clock.run_for(61_000)
    expect(row(staff, words)).to_have_count(1)
    expect(text).to_be_focused()
    expect(text).to_have_value("正在写")
    assert text.evaluate("one => one.selectionStart") == 2
    asked: list[str] = []
    staff.page.on("request", lambda request: asked.append(request.url))
    staff.page.evaluate(
        "Object.defineProperty(document, 'hidden', {value: true})"
    )
    staff.page.clock.run_for(300_000)
    assert asked == []


def test_j6_a_dispute_is_first_and_goes_on_the_wall_again(
    phone: Give, desk: Give
):
    resident = phone("0118")
    resident.open("/m/wishes")
    resident.page.locator("main .card h2 a").first.click()
    resident.tap("没收到")
    resident.page.get_by_label("怎么回事").or_(
        resident.page.get_by_label("原因")
    ).first.fill("没有人来过。")
    resident.tap("没收到")
    resident.sees("已告诉工作人员")
    staff = desk()
    staff.open("/admin?kind=wish.dispute")
    expect(staff.page.locator("[data-row]").first).to_contain_text("有异议")
    with staff.page.expect_navigation():
        staff.page.locator("[data-go]").first.click()
    staff.tap("打开心愿")
    staff.sees("没有人来过。")
    staff.tap("重新上墙")
    staff.tap("重新上墙")
    staff.sees("等人认领")


def sign_in_again(staff: Phone, street: Street, short: str) -> None:
    staff.is_at("/m/sign-in")
    staff.write("手机号", phone_number(short).removeprefix("+86"))
    staff.tap("发送验证码")
    staff.write("短信里", street.code(short))
    staff.tap("登录")


def test_a_session_that_ends_while_one_types_loses_nothing(
    phone: Give, desk: Give, street: Street
):
    path = report(phone("0111"), "楼顶的门关不上").replace("/m/", "/admin/")
    secret = "只给同事看的话。"
    staff = desk()
    staff.open(path)
    staff.write("说一说", secret)
    staff.choose("反映人看得到")
    staff.context.clear_cookies()
    staff.tap("发送")
    assert secret not in staff.page.url
    assert secret not in json.dumps(staff.context.cookies())
    sign_in_again(staff, street, STAFF)
    staff.is_at(re.escape(path) + "/comment")
    staff.sees("您登录前写的还在下面")
    expect(staff.page.get_by_label("说一说")).to_have_value(secret)
    expect(staff.page.get_by_label("反映人看得到")).to_be_checked()
    staff.tap("发送")
    staff.sees("已发出", secret)


def test_what_was_typed_is_never_shown_to_another(
    phone: Give, desk: Give, street: Street
):
    path = report(phone("0112"), "楼下的井盖翘了").replace("/m/", "/admin/")
    secret = "别人不能看的话。"
    staff = desk()
    staff.open(path)
    staff.write("说一说", secret)
    staff.context.clear_cookies()
    staff.tap("发送")
    sign_in_again(staff, street, ADMIN)
    expect(staff.page.get_by_label("说一说")).to_have_value("")
    staff.misses(secret)
    kept = "Object.values(sessionStorage).join() + Object.values(localStorage)"
    assert secret not in staff.page.evaluate(kept)


def test_what_was_typed_is_forgotten_away_from_the_desk(
    phone: Give, desk: Give, street: Street
):
    path = report(phone("0114"), "单元门的灯闪").replace("/m/", "/admin/")
    secret = "忘掉的话。"
    staff = desk()
    staff.open(path)
    staff.write("说一说", secret)
    staff.context.clear_cookies()
    staff.tap("发送")
    staff.is_at("/m/sign-in")
    staff.open("/")
    assert secret not in staff.page.evaluate(
        "Object.values(sessionStorage).join()"
    )
