"""Who looks at a page: an access token costs nothing, a session two reads, a forgery is nobody."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.signin.model import Session
from chalicelib.signin.repository import SessionRepository

from ..keys import a_keyring
from ..signin.builders import NUMBER
from ..storage import counted_storage
from ..store.scan import Reads, save
from ..world import World
from .browser import Browser, read_cookie

find_session = Reads(SessionRepository).find_session
PAGE = "/m/sign-out"  # reads nothing of its own


def signed_in(world: World) -> Browser:
    """Return the browser of somebody who has signed in as people do."""
    world.person("新居民", phone=NUMBER)
    browser = Browser(world)
    browser.sign_in(NUMBER)
    assert {"sid", "at", "device"} <= browser.cookies.keys()
    return browser


def session_of(browser: Browser) -> Session:
    found = find_session(browser.cookies["sid"].partition("~")[0])
    assert found
    return found


def is_in(browser: Browser) -> bool:
    """Say whether a page is shown, or the way to the sign-in."""
    shown = browser.ask("GET", PAGE)
    if shown.status == 303:
        assert shown.header("location").startswith("/m/sign-in?next=")
        return False
    assert shown.status == 200
    return True


def test_an_access_token_costs_no_read(world: World) -> None:
    browser = signed_in(world)
    with counted_storage() as storage:
        shown = browser.ask("GET", PAGE)
    assert (shown.status, storage.calls) == (200, [])
    assert shown.all_headers("set-cookie") == []


@pytest.mark.parametrize("access", ["", "forged", "eyJh.eyJh.x"])
def test_a_session_costs_two_reads_and_gives_a_new_token(
    world: World, access: str
) -> None:
    browser = signed_in(world)
    browser.cookies["at"] = access
    with counted_storage() as storage:
        shown = browser.ask("GET", PAGE)
    assert (shown.status, storage.names) == (200, {"GetItem": 2})
    (written,) = map(read_cookie, shown.all_headers("set-cookie"))
    assert written[0] == "at"
    assert written[2]["max-age"] == "1800"
    assert shown.header("cache-control") == "no-store"
    with counted_storage() as storage:
        assert is_in(browser)
    assert storage.calls == []


def test_a_token_that_is_over_is_replaced(world: World) -> None:
    browser = signed_in(world)
    before = browser.cookies["at"]
    world.clock.advance(timedelta(minutes=31))
    assert is_in(browser)
    assert browser.cookies["at"] != before


def test_a_session_cookie_that_we_did_not_sign_is_nobody(world: World) -> None:
    browser = signed_in(world)
    session, _, mark = browser.cookies["sid"].partition("~")
    del browser.cookies["at"]
    keys, other = world.services.keys, a_keyring(secret={"x": b"x" * 32})
    forgeries = [
        "",
        session,
        f"{session}~",
        f"{session}~{'0' * 32}",
        f"{session}~{mark.upper()}",
        f"{session}~{other.sign('browser-session', session)}",
        f"{session}~{keys.sign('page-form', session)}",
        f"ses_{'a' * 24}~{mark}",
        f"{session}~{mark}~{mark}",
        mark,
    ]
    for forged in forgeries:
        browser.cookies["sid"] = forged
        with counted_storage() as storage:
            assert not is_in(browser), forged
        assert storage.calls == [], forged


def test_a_signed_session_that_there_is_not_is_nobody(world: World) -> None:
    browser = Browser(world)
    session = f"ses_{'a' * 24}"
    mark = world.services.keys.sign("browser-session", session)
    browser.cookies["sid"] = f"{session}~{mark}"
    assert not is_in(browser)
    assert "sid" not in browser.cookies


@pytest.mark.parametrize("how", ["ended", "idle", "blocked", "version"])
def test_a_session_that_is_over_is_nobody_and_its_cookies_go(
    world: World, how: str
) -> None:
    browser = signed_in(world)
    session = session_of(browser)
    person = world.services.people.find(session.person_id)
    assert person
    if how == "ended":
        save(replace(session, ended=True))
    elif how == "blocked":
        world.services.person_admin.block(
            world.boss, person.id, blocked=True, reason="测试"
        )
    elif how == "version":
        save(replace(person, token_version=person.token_version + 1))
    else:
        world.clock.advance(timedelta(days=400))
    del browser.cookies["at"]
    assert not is_in(browser)
    assert not {"sid", "at"} & browser.cookies.keys()
    assert "device" in browser.cookies


def test_the_public_wall_reads_no_cookie(world: World) -> None:
    browser = signed_in(world)
    plain = Browser(world).ask("GET", "/wall")
    with counted_storage() as storage:
        shown = browser.ask("GET", "/wall")
    assert (shown.text, shown.headers) == (plain.text, plain.headers)
    assert storage.names["GetItem"] == 0


def test_the_device_is_known_again_after_a_sign_out(world: World) -> None:
    browser = signed_in(world)
    device = browser.cookies["device"]
    shown = browser.get(PAGE)
    browser.submit(shown, PAGE)
    assert browser.cookies["device"] == device
    assert not {"sid", "at"} & browser.cookies.keys()
