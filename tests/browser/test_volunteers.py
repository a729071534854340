"""Journeys of volunteers: a wish from the wall to thanks, and everything that may come between."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from .phone import Phone
from .street import Street


@pytest.fixture(params=[True, False], ids=["scripts", "no-scripts"])
def with_scripts(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture
def mark(with_scripts: bool) -> str:
    """What tells the wishes of one run from those of the other."""
    return "一个" if with_scripts else "两个"


def file_wish(resident: Phone, title: str, kind: str = "物品") -> str:
    """File a wish by its owner; return its path."""
    resident.open("/m/wishes/new")
    resident.choose(kind)
    resident.write("需要什么？", title)
    resident.write("什么时候之前？", "2026-12-20")
    resident.tap("提交")
    resident.sees("已提交", title)
    return resident.path.partition("?")[0]


def approve(staff: Phone, path: str) -> None:
    staff.open(path)
    staff.tap("批准上墙")
    staff.sees("已上墙")


def claim(helper: Phone, path: str) -> None:
    helper.open(path)
    helper.tap("我来认领")
    helper.sees("您认领了")


def delivery_code(street: Street, short: str, title: str) -> str:
    """Return the code that a resident was sent for a wish."""
    pattern = re.escape(title) + r"[^0-9]*.*?\b(\d{4})\b"
    return street.wait_for_message(short, pattern)[1]


def test_j4_the_kettle(phone: Callable[..., Phone], street: Street, mark: str):
    title = f"{mark}电热水壶"
    owner, surname = ("0101", "魏") if with_scripts else ("0102", "华")
    worker, staff = phone("0004"), phone("0002")
    worker.open("/m/people")
    worker.write("姓名", surname)
    worker.tap("查找")
    path = _wish_for_somebody(worker, title)
    approve(staff, path)
    first, second = phone("0011"), phone("0014")
    second.open(path)
    with first.task("V4 find one on the wall and take it", 3, 20):
        first.open("/wall")
        first.tap(title)
        first.tap("我想帮这个忙")
        first.tap("我来认领")
        first.sees("您认领了", "电话", "地址")
    second.tap("我来认领")
    second.sees("也许能帮这些")
    second.misses("地址")
    with first.task("V3 phone and address", 1, 5):
        first.open("/m")
        first.tap(title)
        first.sees("电话", "地址", "1号楼 1单元")
    code = delivery_code(street, owner, title)
    with first.task("V2 deliver with the code", 2, 15):
        first.open("/m")
        first.tap("我送到了", within=title)
        first.write("送达码", code)
        first.tap("确认送达")
        first.sees("已记下")
    first.misses("地址")
    first.open(f"{path}/deliver")
    first.sees("现在不能这样做了")
    resident = phone(owner)
    resident.open(path)
    resident.tap("说声谢谢")
    resident.choose("很满意")
    resident.write("感谢的话", "谢谢小李！")
    resident.tap("提交")
    resident.sees("谢谢您告诉我们")
    first.open(path)
    first.sees("谢谢小李！")
    first.open("/m/me/hours")
    first.sees(title)


def _wish_for_somebody(worker: Phone, title: str) -> str:
    worker.page.locator("main .card h2 a").first.click()
    with worker.task("GW5 a wish for somebody", 6, 120):
        worker.tap("代提心愿")
        worker.choose("物品")
        worker.write("需要什么？", title)
        worker.write("什么时候之前？", "2026-12-20")
        worker.write("见证人姓名", "张三")
        worker.tap("提交")
        worker.sees("已提交", title)
    return worker.path.partition("?")[0]


def test_j4_a_wrong_code(
    phone: Callable[..., Phone], street: Street, mark: str
):
    title = f"{mark}饭盒"
    owner = phone("0105")
    path = file_wish(owner, title)
    approve(phone("0002"), path)
    helper = phone("0020")
    claim(helper, path)
    code = delivery_code(street, "0105", title)
    helper.tap("我送到了")
    helper.write("送达码", "0000" if code != "0000" else "1111")
    helper.tap("确认送达")
    helper.page.locator(".errors").wait_for()
    helper.write("送达码", code)
    helper.tap("确认送达")
    helper.sees("已记下")


def test_j5_no_code_and_j6_disputed(
    phone: Callable[..., Phone], street: Street, mark: str
):
    title = f"{mark}暖水袋"
    owner, helper, staff = phone("0103"), phone("0017"), phone("0002")
    path = file_wish(owner, title)
    approve(staff, path)
    claim(helper, path)
    helper.tap("我送到了")
    helper.tap("居民找不到码")
    helper.sees("已记下")
    owner.open("/m")
    owner.sees("送到了吗？", title)
    owner.tap("没收到", within=title)
    owner.write("原因", "没有人来。")
    owner.tap("没收到")
    owner.sees("已告诉工作人员")
    staff.open(path)
    staff.sees("有异议", "没有人来")
    staff.tap("重新提出")
    staff.tap("重新提出")
    staff.sees("等人认领")
    again = phone("0014")
    claim(again, path)
    again.tap("我送到了")
    again.tap("居民找不到码")
    again.sees("已记下")
    with owner.task("R1 did it come?", 1, 5):
        owner.open("/m")
        owner.tap("收到了", within=title)
        owner.sees("谢谢您告诉我们")
    owner.open(path)
    owner.sees("已完成")


def test_j7_given_back(phone: Callable[..., Phone], street: Street, mark: str):
    title = f"{mark}台灯"
    owner, helper = phone("0106"), phone("0023")
    path = file_wish(owner, title)
    approve(phone("0002"), path)
    claim(helper, path)
    with helper.task("V5 give it back", 2, 20):
        helper.open("/m")
        helper.tap("退回给其他邻居", within=title)
        helper.write("原因", "临时有事。")
        helper.tap("退回给其他邻居")
        helper.sees("已退回")
    visitor = phone()
    visitor.open("/wall")
    visitor.sees(title)
    helper.open(path)
    helper.misses("地址")
    again = phone(_wait_until_asked(street, title))
    again.open("/m")
    again.sees("请您帮忙", title)
    again.tap(title)
    why = again.page.locator("main .meta", has_text="为什么问您：")
    expect(why).to_have_text(re.compile("为什么问您：.*[您需]"))


def test_j9_a_visit_is_measured(
    phone: Callable[..., Phone], street: Street, mark: str
):
    title = f"{mark}晾衣架要修"
    owner, helper = phone("0104"), phone("0026")
    path = file_wish(owner, title, "帮忙")
    approve(phone("0002"), path)
    claim(helper, path)
    with helper.task("V6 check in", 1, 5):
        _other(helper, "到了")
        helper.sees("已记下到达时间")
    street.advance(minutes=90)
    helper.open(path)
    with helper.task("V6 check out", 1, 5):
        _other(helper, "做完了")
        helper.sees("时长会自动登记")
    code = delivery_code(street, "0104", title)
    helper.open(f"{path}/deliver")
    helper.write("送达码", code)
    helper.tap("确认送达")
    helper.sees("已记下")
    helper.open("/m/me/hours")
    helper.sees(title, "120 分钟")


def _other(helper: Phone, name: str) -> None:
    """Tap a move, which may be folded."""
    if not helper.target(name).first.is_visible():
        helper.unfold()
    helper.tap(name)


def test_j8_an_offer(
    phone: Callable[..., Phone], street: Street, mark: str, with_scripts: bool
):
    owner = "0115" if with_scripts else "0114"
    title = f"{mark}人陪我下棋"
    helper = phone(_offer(phone, street, owner, title))
    helper.open("/m")
    helper.sees("请您帮忙", title)
    helper.tap(title)
    helper.sees("为什么问您", "回答")
    with helper.task("V1 answer an offer", 1, 5):
        helper.open("/m")
        helper.tap("我来帮", within=title)
        helper.sees(title)
    late_title = f"{mark}人陪我散步"
    late = phone(_offer(phone, street, owner, late_title))
    late.open("/m")
    late.tap(late_title)
    path = late.path
    street.advance(hours=36)
    late.open(path)
    late.sees("时间过了")
    late.lacks("我来帮")
    street.advance(hours=12)  # nobody is asked at night


def _offer(
    phone: Callable[..., Phone], street: Street, owner: str, title: str
) -> str:
    """Have a wish offered; return the volunteer who is asked."""
    approve(phone("0002"), file_wish(phone(owner), title, "陪伴"))
    return _wait_until_asked(street, title)


def _wait_until_asked(street: Street, title: str) -> str:
    """Let time pass until a volunteer is asked to help with a wish; return who."""
    for _ in range(9):
        street.advance(minutes=20)
        if asked := _asked(street, title):
            return asked
    raise AssertionError(title)


def _asked(street: Street, title: str) -> str:
    for number in range(11, 31):
        short = f"{number:04}"
        asked = f"请您帮忙：「{title}」"
        if any(asked in text for text in street.messages(short)):
            return short
    return ""
