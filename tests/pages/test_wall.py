"""Public pages are the same for everybody, set no cookie, and hold no name, phone or door."""

import io
import logging
from collections.abc import Iterator

import pytest

from chalicelib.kernel.access import Role
from chalicelib.runtime import log

from ..tickets.street import TicketStreet
from ..world import BAIHUA, UNIT, World
from .browser import Browser
from .test_markup import CORPUS

NAME, HELPER, STAFF = "诸葛金丝雀", "司马画眉", "欧阳百灵鸟"
NUMBERS = [f"+8613955577{n:03}" for n in (711, 722, 733)]
DOOR = "鸟鸣巷777号9栋3单元"
REASON, NOTE = "笼子没有送到鸟窝", "放在鸟窝旁边"
CANARIES = {NAME, HELPER, STAFF, DOOR, REASON, NOTE} | {
    number.removeprefix("+86") for number in NUMBERS
}
QUERIES = ("", "?lang=en", "?big=1&lang=zh", "?state=claimed&kind=goods")
PATHS = [
    *("/", "/wall", f"/b/{UNIT}", "/problems", "/problems?status=closed"),
    *("/help", "/privacy", "/accessibility"),
    *("/manifest.webmanifest", "/robots.txt"),
]


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """Listen to our log as it is written, and to all loggers."""
    lines = io.StringIO()
    ours, plain = logging.StreamHandler(lines), logging.StreamHandler(lines)
    ours.setFormatter(log.registered_formatter)
    logger, root = logging.getLogger("chunhui"), logging.getLogger()
    logger.addHandler(ours)
    root.addHandler(plain)
    yield lines
    logger.removeHandler(ours)
    root.removeHandler(plain)


class Life:
    """A street whose every secret is a canary, lived by pages."""

    def __init__(self, world: World) -> None:
        self.world = world
        street = TicketStreet(world)
        people = world.services.people
        owner = world.person(NAME, phone=NUMBERS[0], address=DOOR)
        helper = world.person(HELPER, phone=NUMBERS[1])
        world.vet(helper.id)
        profile = {"places": [BAIHUA], "capacity": 5}
        phone = world.phone_of(helper)
        assert phone.put("/v1/me/volunteer", profile).status == 200
        self.owner_id = owner.id
        self.owner = Browser(world).enter(owner)
        self.helper = Browser(world).enter(people.find(helper.id))
        self.worker = Browser(world).enter(people.find(street.ids["worker"]))
        self.clerk = Browser(world).enter(
            world.person(
                STAFF,
                (Role.COMMUNITY_STAFF, BAIHUA),
                phone=NUMBERS[2],
                home=BAIHUA,
            )
        )
        self.wishes = [self._file() for _ in range(2)]
        self._help(self.wishes[0])
        self._report()

    def _file(self) -> str:
        shown = self.owner.submit(
            self.owner.get("/m/wishes/new"),
            "/m/wishes/new",
            kind="goods",
            title="鸟笼一只",
            needed_by="2026-12-10",
        )
        wish_id = shown.path.removeprefix("/m/wishes/")
        boss = self.world.phone_of(self.world.admin)
        assert boss.post(f"/v1/wishes/{wish_id}/approve").status == 200
        return wish_id

    def _help(self, wish_id: str) -> None:
        path = f"/m/wishes/{wish_id}"
        shown = self.helper.submit(self.helper.get(path), f"{path}/claim")
        assert DOOR in shown.words
        shown = self.helper.get(f"{path}/deliver")
        self.helper.submit(shown, f"{path}/deliver", "找不到")
        shown = self.owner.get(f"{path}/dispute")
        self.owner.submit(shown, f"{path}/dispute", reason=REASON)

    def _report(self) -> None:
        shown = self.owner.submit(
            self.owner.get(f"/m/report?place={UNIT}"),
            "/m/report",
            category="rubbish",
            text="楼道里堆了垃圾",
            location_note=NOTE,
        )
        ticket = shown.path.removeprefix("/m/tickets/")
        boss = self.world.phone_of(self.world.admin)
        body = {"text": "楼道里堆了垃圾"}
        boss.post(f"/v1/tickets/{ticket}/publish", body)

    @property
    def public_paths(self) -> list[str]:
        return [*PATHS, *(f"/wall/{each}" for each in self.wishes)]


def test_public_pages_and_the_log_hold_no_canary(
    world: World, logged: io.StringIO
) -> None:
    life = Life(world)
    private = "".join(shown.text for shown in life.helper.seen)
    assert NAME in private
    for path in life.public_paths:
        for query in QUERIES:
            shown = Browser(world).ask("GET", path.partition("?")[0] + query)
            assert shown.status in (200, 404), path
            assert not [each for each in CANARIES if each in shown.text], path
    lines = logged.getvalue()
    assert "POST /m/wishes/{wish_id}/{move}" in lines
    assert not [each for each in CANARIES if each in lines]


def test_a_full_phone_or_a_door_is_kept_by_no_browser(world: World) -> None:
    life = Life(world)
    secrets = {DOOR} | {number.removeprefix("+86") for number in NUMBERS}
    spaced = {f"{n[3:6]} {n[6:10]} {n[10:]}" for n in NUMBERS}
    record = f"/m/people/{life.owner_id}"
    shown = life.clerk.get(record)
    assert not [each for each in secrets | spaced if each in shown.text]
    shown = life.clerk.submit(shown, f"{record}/reveal", reason="送东西")
    assert (shown.status, DOOR in shown.words) == (200, True)
    assert DOOR not in life.clerk.get(record).words  # shown once
    found = 0
    for browser in (life.owner, life.helper, life.worker, life.clerk):
        for path in ("/m/me", "/m/me/account", "/m/me/data", "/m", "/m/inbox"):
            browser.get(path)
        for shown in browser.seen:
            if any(each in shown.text for each in secrets | spaced):
                found += 1
                assert shown.header("cache-control") == "no-store", shown.path
                assert shown.header("etag") == "", shown.path
    assert found > 5


def test_a_public_page_is_the_same_bytes_for_everybody(world: World) -> None:
    life = Life(world)
    for path in life.public_paths:
        plain = Browser(world).ask("GET", path)
        assert plain.status in (200, 404)
        for other in (
            life.owner.ask("GET", path),
            life.helper.ask("GET", path),
            Browser(world, accept_language="en").ask("GET", path),
            Browser(world, user_agent="x", hx_request="true").ask("GET", path),
        ):
            assert (other.text, other.headers) == (plain.text, plain.headers)
        assert plain.all_headers("set-cookie") == []
        if plain.status == 200:
            assert plain.header("cache-control").startswith("public, max-age=")
        assert plain.header("vary") == "Accept"


def test_a_public_page_says_nothing_again_that_a_cache_has(
    world: World,
) -> None:
    shown = Browser(world).ask("GET", "/wall")
    tag = shown.header("etag")
    same = Browser(world).ask("GET", "/wall", if_none_match=tag)
    assert (same.status, same.text) == (304, "")
    assert same.header("cache-control") == "public, max-age=30"
    other = Browser(world).ask("GET", "/wall?lang=en", if_none_match=tag)
    assert other.status == 200
    assert 'lang="en"' in other.text


def test_the_language_and_the_size_go_along(world: World) -> None:
    shown = Browser(world).get("/wall?lang=en&big=1")
    assert 'data-size="l"' in shown.text
    inside = [each for each in shown.links() if each.startswith("/")]
    assert inside
    for link in inside:
        assert "lang=en" in link, link
        assert "big=1" in link, link
    plain = Browser(world).get("/wall").links()
    assert not [each for each in plain if "lang=zh" in each or "m?" in each]


def test_the_start_is_a_page_or_the_welcome_of_the_api(world: World) -> None:
    page = Browser(world).ask("GET", "/")
    assert page.is_html
    api = Browser(world).ask("GET", "/", accept="application/json")
    assert api.header("content-type").startswith("application/json")
    assert api.header("vary") != "" or "public" not in api.header(
        "cache-control"
    )


@pytest.mark.parametrize("payload", CORPUS[:3])
def test_a_page_that_is_not_there_says_so(world: World, payload: str) -> None:
    for path in ("/wall/wsh_" + "a" * 24, "/b/nowhere.at.all", "/b/%00"):
        shown = Browser(world).ask("GET", path)
        assert shown.status == 404
        assert "没有找到" in shown.words
        assert shown.header("cache-control") == "no-store"
