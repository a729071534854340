"""Journeys of residents: the wall, signing in, reports, answers, and what stays private."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from .phone import Phone
from .street import Street, phone_number

DOOR = "chunhui.baihua.g01.b01.u1"


@pytest.fixture(params=[True, False], ids=["scripts", "no-scripts"])
def with_scripts(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


def test_j1_the_wall_is_the_same_for_everybody(phone: Callable[..., Phone]):
    visitor = phone()
    visitor.open("/")
    visitor.tap("看心愿")
    visitor.tap("物品")
    visitor.sees("一个书包")
    visitor.misses("换一个灯泡")
    visitor.tap("一个书包")
    visitor.sees("孙女九月上小学", "认领后才显示姓名")
    visitor.tap_above("大字版")
    visitor.tap("‹ 心愿墙")
    assert visitor.page.locator("html").get_attribute("data-size") == "l"
    visitor.open("/wall?kind=goods")
    visitor.is_at("/wall\\?.*kind=goods")
    for state, wish in (
        ("已认领", "上门理发"),
        ("已完成", "修理水龙头"),
        ("等人认领", "换一个灯泡"),
    ):
        visitor.open("/wall")
        visitor.tap(state)
        visitor.sees(wish)
    visitor.tap_above("English")
    visitor.sees("Small wishes of neighbours")
    assert visitor.context.cookies() == []
    signed_in = phone("0101")
    pages = [
        each.context.request.get(f"{each.url}/wall").body()
        for each in (visitor, signed_in)
    ]
    assert pages[0] == pages[1]


def test_j2_signing_in_forgives(
    phone: Callable[..., Phone], street: Street, with_scripts: bool
):
    # Each run has a person of its own, since codes are limited for each.
    short = "0124" if with_scripts else "0125"
    resident = phone()
    resident.open("/m/wishes")
    resident.is_at("/m/sign-in")
    resident.write("手机号", phone_number(short))
    resident.tap("发送验证码")
    code = street.code(short)
    wrong = "000000" if code != "000000" else "111111"
    for _ in range(2):
        resident.write("短信里的 6 位数字", wrong)
        resident.tap("登录")
        resident.page.locator(".errors").wait_for()
        assert resident.page.title().startswith("出错了：")
        if with_scripts:
            expect(resident.page.locator(".errors")).to_be_focused()
    wide = code.translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    resident.write("短信里的 6 位数字", f"{wide[:3]} {wide[3:]}")
    resident.tap("登录")
    resident.is_at("/m/wishes$")


def test_j2_another_code_after_a_minute(
    phone: Callable[..., Phone], street: Street, with_scripts: bool
):
    short = "0122" if with_scripts else "0123"
    visitor = phone()
    visitor.page.clock.install()
    visitor.open("/m/sign-in")
    visitor.write("手机号", phone_number(short))
    visitor.tap("发送验证码")
    visitor.sees("输入验证码")
    if with_scripts:
        button = visitor.page.get_by_role("button", name="重新发送")
        expect(button).to_be_disabled()
        visitor.page.clock.run_for(61_000)
        expect(button).to_be_enabled()
    else:
        visitor.tap("重新发送")
        visitor.page.locator(".errors").wait_for()
        visitor.page.go_back()
    street.advance(seconds=61)
    visitor.tap("重新发送")
    visitor.sees("输入验证码")
    assert len(street.messages(short)) == 2


def test_j2_an_unknown_number_looks_the_same(
    phone: Callable[..., Phone], with_scripts: bool
):
    seen = []
    known = "0126" if with_scripts else "0127"
    unknown = "0777" if with_scripts else "0778"
    for short in (known, unknown):
        visitor = phone()
        visitor.open("/m/sign-in")
        visitor.write("手机号", phone_number(short))
        visitor.tap("发送验证码")
        visitor.sees("输入验证码")
        text = visitor.page.locator("main").inner_text()
        seen.append(re.sub(r"[0-9 ]+", "", text))
    assert seen[0] == seen[1]


def test_j2_a_sixth_try_is_refused_kindly(
    phone: Callable[..., Phone], street: Street, with_scripts: bool
):
    short = "0128" if with_scripts else "0129"
    visitor = phone()
    visitor.open("/m/sign-in")
    visitor.write("手机号", phone_number(short))
    visitor.tap("发送验证码")
    wrong = "000000" if street.code(short) != "000000" else "111111"
    for _ in range(6):
        visitor.write("短信里的 6 位数字", wrong)
        visitor.tap("登录")
        visitor.page.locator(".errors").wait_for()
    visitor.write("短信里的 6 位数字", street.code(short))
    visitor.tap("登录")
    visitor.page.locator(".errors").wait_for()
    visitor.has("换一个手机号", "link")


def test_j3_a_newcomer_signs_in(
    phone: Callable[..., Phone], street: Street, with_scripts: bool
):
    short = "0701" if with_scripts else "0702"
    visitor = phone()
    visitor.open("/m/sign-in")
    visitor.write("手机号", phone_number(short))
    visitor.tap("发送验证码")
    visitor.write("短信里的 6 位数字", street.code(short))
    visitor.tap("登录")
    visitor.sees("您是第一次来")
    visitor.write("短信里的 6 位数字", street.code(short))
    visitor.write("姓名", "王阿姨")
    visitor.choose("我看过了，同意")
    visitor.tap("登录")
    visitor.sees("字看得清吗")
    visitor.choose("大字")
    visitor.tap("就这样")
    visitor.is_at("/m$")
    assert visitor.page.locator("html").get_attribute("data-size") == "l"
    visitor.open("/m/report")
    visitor.tap("填住址")
    visitor.tap("柏华社区")
    visitor.tap("柏华社区第1网格")
    visitor.tap("1号楼")
    visitor.tap("1单元")
    visitor.tap("我住在这里")
    visitor.sees("1号楼 1单元")
    visitor.page.go_back()
    visitor.page.go_back()
    visitor.open("/m/me/account")
    assert visitor.page.get_by_label("姓名").input_value() == "王阿姨"


def test_r6_a_wish_and_r8_larger_type(phone: Callable[..., Phone]):
    resident = phone("0104")
    resident.open("/m")
    with resident.task("R8 larger type", 1, 2):
        resident.tap_above("大字版")
    assert resident.page.locator("html").get_attribute("data-size") == "l"
    with resident.task("R8 ring somebody", 1, 2):
        resident.tap_above("打电话")
    resident.open("/m")
    with resident.task("R6 file a wish", 5, 90):
        resident.tap("提一个心愿")
        resident.choose("物品")
        resident.write("需要什么？", "一个放大镜")
        resident.write("什么时候之前？", "2026-12-20")
        resident.tap("提交")
        resident.sees("已提交")


def test_j10_a_problem_in_the_stairwell(
    phone: Callable[..., Phone], street: Street, with_scripts: bool
):
    words = f"楼道里堆了旧柜子{'。' if with_scripts else '！'}"
    first, second = ("0101", "0102") if with_scripts else ("0102", "0113")
    resident = phone(first)
    resident.open(f"/b/{DOOR}")
    with resident.task("R3 report at the door", 4, 60):
        resident.tap("反映这里的问题")
        resident.choose("垃圾堆放")
        resident.write("说一说", words)
        resident.tap("提交")
        resident.sees("已收到", words)
    path = resident.path
    with resident.task("R2 see how far mine is", 1, 5):
        resident.open("/m")
        resident.sees("我的进度", "待受理")
        resident.tap(words[:8])
    resident.sees("待受理", "经过")
    neighbour = phone(second)
    with neighbour.task("R4 me too", 2, 20):
        neighbour.open("/m")
        neighbour.tap("反映问题")
        neighbour.sees("垃圾堆放")
        neighbour.tap("我也遇到：垃圾堆放")
        neighbour.sees("已加入")
    worker = phone("0004")
    worker.open("/m/tickets")
    worker.sees(words)
    with worker.task("GW2 accept", 1, 5):
        worker.tap("我来处理", within=words)
        worker.sees("由您处理")
    worker.open("/m/tickets")
    with worker.task("GW2 contacted, with a ready answer", 2, 5):
        worker.tap("已联系", within=words)
        worker.tap("已联系您，情况了解了")
        worker.sees("已发出")
    worker.open("/m/tickets")
    with worker.task("GW6 to the property company", 2, 15):
        worker.tap("改派", within=words)
        worker.tap("物业")
        worker.sees("已改派")
    company = phone("0006")
    company.open("/m/tickets")
    with company.task("P2 done", 3, 30):
        company.tap("办完了", within=words)
        company.write("怎样解决的？", "已清走。")
        company.tap("办完了")
        company.sees("已记下")
    street.run_due()
    with resident.task("R1 is it solved?", 1, 5):
        resident.open("/m")
        resident.sees("解决了吗")
        resident.tap("解决了", within=words)
    resident.sees("谢谢您告诉我们")
    neighbour.open("/m")
    neighbour.tap("解决了", within=words)
    neighbour.sees("谢谢您告诉我们")
    resident.open("/m")
    resident.tap("我反映的")
    resident.tap(words[:8])
    resident.sees("已结束", "已清走", "经过")
    assert resident.path.partition("?")[0] == path


def test_two_problems_of_one_place(phone: Callable[..., Phone]):
    """The second form is not the first one out of the browser's cache, with its key."""
    resident = phone("0115")
    _report(resident, "信箱坏了一格", "房屋维修")
    _report(resident, "门口有纸箱", "占用通道")


def test_j13_not_solved_goes_up(
    phone: Callable[..., Phone], street: Street, with_scripts: bool
):
    words = f"单元门关不上{'。' if with_scripts else '！'}"
    reporter = phone("0101" if with_scripts else "0113")
    joined = phone("0102")
    _report(reporter, words, "公共照明")
    joined.open(f"/m/report?place={DOOR}")
    joined.tap("我也遇到：公共照明")
    worker = phone("0004")
    worker.open(reporter.path)
    worker.tap("我来处理")
    worker.sees("由您处理")
    worker.open(reporter.path)
    worker.tap("办完了")
    worker.write("怎样解决的？", "已修好。")
    worker.tap("办完了")
    worker.sees("已记下")
    reporter.open("/m")
    reporter.tap("没解决", within=words)
    reporter.write("原因", "还是关不上。")
    reporter.tap("没解决")
    reporter.sees("已升到上一级", "吴刚")
    for short in ("0102", "0002"):
        street.wait_for_message(short, "没有?解决|没解决|升|上报")
    worker.open("/m/tickets")
    worker.sees(words)


def test_j16_a_private_report_is_nowhere_public(
    phone: Callable[..., Phone], with_scripts: bool
):
    words = f"想请人调解一下{'。' if with_scripts else '！'}"
    reporter = phone("0101")
    reporter.open(f"/m/report?place={DOOR}")
    reporter.choose("邻里矛盾")
    reporter.write("说一说", words)
    reporter.choose("只给处理的人看")
    reporter.tap("提交")
    reporter.sees("只给处理的人看", words)
    path = reporter.path.partition("?")[0]
    neighbour, volunteer, visitor = phone("0113"), phone("0011"), phone()
    neighbour.open(f"/m/report?place={DOOR}")
    neighbour.misses(words)
    for page in ("/problems", "/problems?status=closed", "/wall"):
        visitor.open(page)
        visitor.misses(words)
    for each in (neighbour, volunteer):
        each.open(path)
        each.sees("没有找到")
        each.misses(words)


def _report(reporter: Phone, words: str, kind: str) -> None:
    reporter.open(f"/m/report?place={DOOR}")
    if not reporter.page.get_by_label(kind, exact=True).is_visible():
        reporter.unfold("全部")  # the rarer categories
    reporter.choose(kind)
    reporter.write("说一说", words)
    reporter.tap("提交")
    reporter.sees("已收到", words)
