"""J25: a session that lasts, and how it ends."""

from collections.abc import Callable

from playwright.sync_api import Route

from .phone import Phone
from .street import Street


def test_a_lost_answer_signs_nobody_out(
    phone: Callable[..., Phone], street: Street
):
    resident = phone("0101")
    resident.open("/m")
    for _ in range(2):
        street.advance(minutes=35)  # the access token is over
        lose_next(resident, "**/m")
        resident.page.evaluate("fetch('/m').catch(() => null)")
        resident.context.unroute_all()
        street.advance(minutes=5)
        resident.open("/m")
        resident.is_at("/m$")


def lose_next(person: Phone, address: str) -> None:
    """Lose answers after the server has given them."""

    def answer(route: Route) -> None:
        route.fetch(max_redirects=0)
        route.abort()

    person.context.route(address, answer)


def test_a_form_of_another_site_is_refused(phone: Callable[..., Phone]):
    resident = phone("0102")
    resident.open("/m/wishes/new")
    for origin in ("https://example.org", "null"):
        answer = resident.context.request.post(
            f"{resident.url}/m/wishes/new",
            form={
                "kind": "goods",
                "title": "别处来的",
                "needed_by": "2026-12-20",
            },
            headers={"Origin": origin, "Accept": "text/html"},
        )
        assert answer.status == 403
    resident.open("/m/wishes")
    resident.misses("别处来的")


def test_j25_a_block_refuses_the_next_form(
    phone: Callable[..., Phone], street: Street
):
    title = "一把雨伞"
    resident = phone("0104")
    resident.open("/m/wishes/new")
    resident.choose("物品")
    resident.write("需要什么？", title)
    resident.write("什么时候之前？", "2026-12-20")
    outbox = resident.page.locator("#outbox")
    person = outbox.get_attribute("data-outbox-owner")
    blocked = f"/v1/people/{person}/blocked"
    street.call("0002", "PUT", blocked, {"blocked": True, "reason": "冒用"})
    resident.tap("提交")
    resident.is_at("/m/sign-in")
    resident.open("/m/wishes")
    resident.is_at("/m/sign-in")
    street.call("0002", "PUT", blocked, {"blocked": False, "reason": "弄清"})
    street.cookies.clear()
    again = phone("0104")
    again.open("/m/wishes")
    again.sees("心愿")
    again.misses(title)


def test_after_signing_out_the_back_button_shows_nothing(
    phone: Callable[..., Phone],
):
    resident = phone("0103")
    resident.open("/m/me/account")
    name = resident.page.get_by_label("姓名").input_value()
    resident.open("/m/sign-out")
    resident.tap("退出登录")
    resident.is_at("/$")
    for _ in range(3):
        resident.page.go_back()
        assert name not in resident.page.content()
    resident.open("/m")
    resident.is_at("/m/sign-in")


def test_a_worker_comes_back_after_31_days_to_where_they_were(
    phone: Callable[..., Phone], street: Street
):
    worker = phone("0004")
    worker.open("/m/tickets")
    street.advance(days=31)
    worker.open("/m/tickets?tab=waiting")
    worker.is_at("/m/sign-in")
    worker.write("手机号", "139 0000 0004")
    worker.tap("发送验证码")
    worker.write("短信里的 6 位数字", street.code("0004"))
    worker.tap("登录")
    worker.is_at("/m/tickets\\?tab=waiting")
