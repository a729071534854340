"""Signing in and out by pages: the steps, what keeps a page, and where one is led."""

from datetime import timedelta
from urllib.parse import quote

import pytest

from ..signin.builders import NUMBER, wrong
from ..world import Phone, World
from .browser import Browser

NEWCOMER = "+8613811113333"
LATER = "/m/wishes?tab=claims"


def asked(browser: Browser, number: str = NUMBER, path: str = "/m/sign-in"):
    """Return the page that asks for the code."""
    return browser.submit(browser.get(path), "/m/sign-in", phone=number)


@pytest.fixture
def person(world: World):
    return world.person("孙桂兰", phone=NUMBER)


def test_from_the_phone_to_the_home_and_out_again(
    world: World, browser: Browser, person
) -> None:
    shown = browser.get("/m")
    assert shown.path == "/m/sign-in?next=/m"
    shown = asked(browser)
    assert "138 1111 2222" in shown.words
    shown = browser.submit(
        shown, "/m/sign-in/code", code=world.code_in_sms(NUMBER)
    )
    assert (shown.path, shown.status) == ("/m", 200)
    assert "已登录" in shown.words
    assert "已登录" not in browser.get("/m").words  # it is said once
    shown = browser.get("/m/sign-out")
    sent = browser.send(shown, shown.form("/m/sign-out"))
    assert (sent.status, sent.header("location")) == (303, "/")
    assert sent.header("clear-site-data") == '"cache", "storage"'
    assert browser.get("/m").path.startswith("/m/sign-in")


def test_a_session_that_was_signed_out_is_over_for_a_copy_of_its_cookies(
    world: World, browser: Browser, person
) -> None:
    browser.sign_in(NUMBER)
    copy = Browser(world)
    copy.cookies = dict(browser.cookies)
    browser.submit(browser.get("/m/sign-out"), "/m/sign-out")
    assert copy.get("/m/me").path.startswith("/m/sign-in")
    world.clock.advance(timedelta(minutes=31))
    assert copy.get("/m/sign-out").path.startswith("/m/sign-in")


def test_full_width_digits_and_spaces_are_read(
    world: World, browser: Browser, person
) -> None:
    shown = asked(browser)
    code = world.code_in_sms(NUMBER)
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in code)
    shown = browser.submit(
        shown, "/m/sign-in/code", code=f" {wide[:3]} {wide[3:]} "
    )
    assert shown.path == "/m"


def test_a_wrong_code_keeps_the_page(
    world: World, browser: Browser, person
) -> None:
    shown = asked(browser, path=f"/m/sign-in?next={LATER}")
    code = world.code_in_sms(NUMBER)
    for _ in range(2):
        shown = browser.submit(shown, "/m/sign-in/code", code=wrong(code))
        assert shown.status == 422
        assert "138 1111 2222" in shown.words
        assert "验证码不正确" in shown.words
        assert shown.text.count("<title>出错了") == 1
    shown = browser.submit(shown, "/m/sign-in/code", code=code)
    assert shown.path == LATER


def test_too_many_wrong_codes_are_refused_kindly(
    world: World, browser: Browser, person
) -> None:
    shown = asked(browser)
    code = world.code_in_sms(NUMBER)
    for _ in range(7):
        shown = browser.submit(shown, "/m/sign-in/code", code=wrong(code))
        assert 400 <= shown.status < 500
        assert shown.is_html
    assert browser.get("/m").path.startswith("/m/sign-in")


def test_a_newcomer_gives_a_name_and_agrees_to_the_terms(
    world: World, browser: Browser
) -> None:
    shown = asked(browser, NEWCOMER)
    code = world.code_in_sms(NEWCOMER)
    shown = browser.submit(shown, "/m/sign-in/code", code=code)
    assert {"name", "terms"} <= shown.form("/m/sign-in/code").names
    assert shown.form("/m/sign-in/code").fields["code"] == code
    for name, terms in (("", "true"), ("周小燕", "")):
        tried = browser.submit(shown, "/m/sign-in/code", name=name, terms=terms)
        assert tried.status == 422
        form = tried.form("/m/sign-in/code")
        assert form.fields["name"] == name
        assert form.fields["code"] == code
    shown = browser.submit(
        tried, "/m/sign-in/code", name="周小燕", terms="true"
    )
    assert shown.path == "/m/look?first=1&next=/m"
    form = shown.form("/m/look", "就这样")
    assert browser.send(shown, form, size="l", theme="dark").status == 303
    shown = browser.get("/m")
    assert shown.path == "/m"
    assert 'data-size="l" data-theme="dark"' in shown.text


def test_an_unknown_number_looks_like_a_known_one(
    world: World, browser: Browser, person
) -> None:
    known, unknown = asked(browser), asked(Browser(world), NEWCOMER)
    assert known.status == unknown.status == 200
    assert len(known.html.elements) == len(unknown.html.elements)


@pytest.mark.parametrize("number", ["", "12", "汉字", "+1" + "5" * 300])
def test_what_is_no_number_keeps_what_was_typed(
    browser: Browser, number: str
) -> None:
    shown = asked(browser, number)
    assert shown.status == 422
    assert shown.form("/m/sign-in").fields["phone"] == number


@pytest.mark.parametrize(
    "step",
    [
        "",
        "x",
        "bnVsbA",
        "W10",
        "e30",
        "W1tbW1tbW1tbW1tbW1tb" * 170,
        "eyJwaG9uZSI6MSwiY2hhbGxlbmdlIjoyLCJ3YWl0IjoieCIsIm5leHQiOltdfQ",
        "_" * 3000,
    ],
)
def test_a_forged_step_begins_at_the_phone(browser: Browser, step: str) -> None:
    browser.cookies["step"] = step
    shown = browser.get("/m/sign-in?step=code")
    assert shown.status == 200
    assert "phone" in shown.form("/m/sign-in").names
    sent = browser.post("/m/sign-in/code", {"code": "123456"})
    assert (sent.status, sent.header("location")) == (303, "/m/sign-in")


@pytest.mark.parametrize(
    "path",
    [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example/m",
        "/%0d%0aSet-Cookie:a",
        "javascript:alert(1)",
    ],
)
def test_the_way_back_never_leaves_the_site(
    world: World, browser: Browser, person, path: str
) -> None:
    shown = asked(browser, path=f"/m/sign-in?next={quote(path, safe='')}")
    code = world.code_in_sms(NUMBER)
    form = shown.form("/m/sign-in/code")
    sent = browser.send(shown, form, code=code)
    assert (sent.status, sent.header("location")) == (303, "/m")
    # also with a form that somebody has changed
    world.clock.advance(timedelta(minutes=2))
    other = Browser(world)
    other.post("/m/sign-in", [("phone", NUMBER), ("next", path)])
    sent = other.post(
        "/m/sign-in/code", {"code": world.code_in_sms(NUMBER), "next": path}
    )
    assert (sent.status, sent.header("location")) == (303, "/m")
    sent = browser.get(f"/m/sign-in?next={quote(path, safe='')}")
    assert sent.path == "/m"


def test_one_who_is_signed_in_is_led_on(
    world: World, browser: Browser, person
) -> None:
    browser.sign_in(NUMBER)
    assert browser.get(f"/m/sign-in?next={LATER.replace('?', '%3F')}").path == (
        LATER
    )


def test_somebody_blocked_is_told_so_and_stays_out(
    world: World, browser: Browser, person
) -> None:
    browser.sign_in(NUMBER)
    shown = browser.get("/m/wishes/new")
    boss = world.phone_of(world.admin)
    block = {"blocked": True, "reason": "骚扰居民"}
    assert boss.put(f"/v1/people/{person.id}/blocked", block).status == 200
    sent = browser.send(
        shown,
        shown.form("/m/wishes/new"),
        kind="goods",
        title="水壶",
        needed_by="2026-12-10",
    )
    assert sent.status == 303
    assert sent.header("location").startswith("/m/sign-in")
    assert browser.get("/m/me").path.startswith("/m/sign-in")
    world.clock.advance(timedelta(minutes=2))
    shown = asked(browser)
    assert shown.status in (200, 403)
    if shown.status == 200:
        shown = browser.submit(
            shown, "/m/sign-in/code", code=world.code_in_sms(NUMBER)
        )
    assert shown.status == 403
    assert boss.get("/v1/wishes?place=chunhui.baihua").json["items"] == []


def test_the_api_takes_no_cookie(world: World, browser: Browser, person):
    browser.sign_in(NUMBER)
    shown = browser.ask("GET", "/v1/me")
    assert shown.status == 401
    assert Phone(token=browser.cookies["at"]).get("/v1/me").status == 200
    sent = browser.ask(
        "POST",
        "/v1/me/consents",
        b'{"purpose": "care", "text_version": "2026-11"}',
        content_type="application/json",
        origin=browser.origin,
    )
    assert sent.status == 401
    assert shown.all_headers("set-cookie") == []


def test_over_https_below_a_stage_the_way_is_the_same() -> None:
    world = World(public_url="https://chunhui.example/dev")
    world.person("孙桂兰", phone=NUMBER)
    browser = Browser(world)
    assert browser.base == "/dev"
    sent = browser.ask("GET", "/m/me")
    assert sent.header("location") == "/dev/m/sign-in?next=/m/me"
    shown = asked(browser, path="/m/sign-in?next=/m/me")
    assert '"/dev/static/app.' in shown.text
    shown = browser.submit(
        shown, "/m/sign-in/code", code=world.code_in_sms(NUMBER)
    )
    assert shown.path == "/m/me"
    assert {"__Host-sid", "__Host-at"} <= browser.cookies.keys()
    assert all(link.startswith(("/dev/", "#")) for link in shown.links())
    for name in ("__Host-sid", "__Host-at"):
        browser.cookies[name.removeprefix("__Host-")] = browser.cookies.pop(
            name
        )
    assert browser.get("/m/me").path.startswith("/m/sign-in")
