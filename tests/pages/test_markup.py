"""Markup that people type is text on every page: it makes no element, no attribute, no link."""

from html.parser import HTMLParser
from urllib.parse import quote

import pytest

from chalicelib.kernel.access import Role
from chalicelib.pages.assets import data_address

from ..tickets.street import TicketStreet
from ..world import BAIHUA, UNIT, World
from .browser import Browser, Shown
from .scene import POSTS, Scene, addresses, by_route
from .test_every_page import FIELDS, tokens

MARK = "xss-mark"
CORPUS = [
    f"<{MARK} onx=1>",
    f"</h1><{MARK}>",
    f'"><{MARK}>',
    f"'><{MARK}>",
    f'" {MARK}="1" x="',
    f"' {MARK}='1' x='",
    f" {MARK}=1 x",
    f"`><{MARK}>",
    f"</textarea><{MARK}>",
    f"</title><{MARK}>",
    f"</option></select><{MARK}>",
    f"<!--><{MARK}>",
    f"<![CDATA[<{MARK}>",
    f"<svg/{MARK}>",
    f"&lt;{MARK}&gt;&#60;{MARK}&#62;",
    f"javascript:{MARK}",
    f"＜{MARK}＞<{MARK}\u2028>",
    f"<{MARK}\t/>%3C{MARK}%3E",
    f"{{{{ {MARK!r} }}}}{{% x %}}",
]


class Marks(HTMLParser):
    """Finds where the mark came to be more than text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.is_text = False

    def handle_starttag(
        self, tag: str, attrs: list[tuple[str, str | None]]
    ) -> None:
        if MARK in tag:
            self.found.append(tag)
        for name, value in attrs:
            text = (value or "").strip().lower()
            if MARK in name or name.startswith("on"):
                self.found.append(f"{tag} {name}")
            is_link = name in ("href", "src", "action", "hx-post", "hx-get")
            if value == ICON:
                continue
            if is_link and text.startswith(("javascript:", "data:", "//")):
                self.found.append(f"{name}={text}")
            self.is_text = self.is_text or MARK in text

    def handle_data(self, data: str) -> None:
        self.is_text = self.is_text or MARK in data

    def handle_comment(self, data: str) -> None:
        if MARK in data:
            self.found.append(f"<!-- {data}")

    def unknown_decl(self, data: str) -> None:
        self.found.append(data)

    def handle_decl(self, decl: str) -> None:
        if MARK in decl:
            self.found.append(decl)


ICON = data_address("icon.svg")  # of every page, and our own


def is_only_text(shown: Shown) -> bool:
    """Check that no markup was made; say whether the mark is on the page as text."""
    marks = Marks()
    marks.feed(shown.text)
    marks.close()
    assert marks.found == [], (shown.path, marks.found)
    for name, value in shown.headers:
        assert MARK not in value or name.lower() in ("location", "set-cookie")
    return marks.is_text


@pytest.fixture(scope="module")
def scene() -> Scene:
    return Scene.of(World())


@pytest.mark.parametrize("page", POSTS, ids=by_route)
def test_a_form_that_is_shown_again_shows_text(
    scene: Scene, page: object
) -> None:
    path = next(iter(addresses(page, scene.values)))
    for payload in CORPUS:
        for role in ("volunteer", "staff"):
            browser = scene.browser(role)
            sent = [(name, payload) for name in FIELDS]
            shown = browser.post(path, tokens(browser, scene) + sent)
            is_only_text(shown)


ECHOED = [
    "/m/sign-in?phone={}",
    "/m/look?size={}&theme={}&next=/m/wishes%3Ftab%3D{}",
    "/m/wishes/new?title={}&story={}&needed_by={}&budget_fen={}&kind={}",
    "/m/report?text={}&location_note={}&category={}",
    "/m/people?q={}",
    "/admin/tickets/{ticket_id}/comment?text={}",
    "/m/people/new?name={}&phone={}&home={}&address={}&contact_note={}",
    "/admin/people?q={}",
    "/admin/people/new?name={}&phone={}&address={}&contact_note={}",
    f"/admin/places/{BAIHUA}/duty?q={{}}",
    "/admin/rules/numbers?hold_days={}&holds={}",
    "/admin/exports?reason={}&from={}&to={}",
    "/m/me/account?name={}&address={}&from={}",
    "/m/me/volunteer?skills={}&capacity={}&places={}",
]
SWALLOWED = [
    "/wall?place={}",
    "/wall?state={}&kind={}&lang={}&cursor={}",
    "/problems?status={}&place={}",
    "/m/sign-in?next={}",
    "/m/wishes?tab={}&cursor={}",
    "/m/tickets?tab={}&assignee={}&place={}",
    "/m/report?place={}&for={}",
    "/m/me/home?under={}&next={}",
    "/admin/people?place={}&role={}&cursor={}",
    "/admin/places?under={}&next={}",
    "/admin/figures?month={}&by={}&place={}",
    "/admin/audit?kind={}&actor={}&subject={}&from={}&to={}",
    "/admin/print/{}",
    "/m/me/erase?challenge={}&code={}",
    "/nowhere/{}",
]


def on_pages(scene: Scene, path: str) -> list[bool]:
    """Return for each payload and person whether the mark is on the page as text."""
    found = []
    for payload in CORPUS:
        asked = path.replace("{ticket_id}", scene.values["ticket_id"][0])
        asked = asked.replace("{}", quote(payload, safe=""))
        for role in ("anonymous", "resident", "staff"):
            shown = scene.browser(role).ask("GET", asked)
            assert shown.status < 500
            if shown.is_html:
                found.append(is_only_text(shown))
    return found


@pytest.mark.parametrize("path", ECHOED)
def test_what_an_address_fills_in_is_text(scene: Scene, path: str) -> None:
    assert any(on_pages(scene, path))


@pytest.mark.parametrize("path", SWALLOWED)
def test_what_an_address_says_is_no_markup(scene: Scene, path: str) -> None:
    on_pages(scene, path)


FOUND_ON = ("/wall", "/", "/m", "/m/wishes", "/m/inbox")


@pytest.mark.parametrize("payload", CORPUS)
def test_what_is_stored_is_text_wherever_it_is_shown(
    world: World, payload: str
) -> None:
    """Titles take 40 characters; what the API refuses is shown again as text."""
    street = TicketStreet(world)
    boss = world.phone_of(world.admin)
    ward = world.person(payload[:40], phone="+8613811118888")
    owner = Browser(world).enter(ward)
    clerk = Browser(world).enter(
        world.person("陈敏", (Role.COMMUNITY_STAFF, BAIHUA), home=BAIHUA)
    )
    shown = owner.get("/m/wishes/new")
    sent = owner.submit(
        shown,
        "/m/wishes/new",
        kind="goods",
        title=payload[:40],
        story=f"{payload}\n{payload}",
        needed_by="2026-12-10",
    )
    texts = [is_only_text(sent)]
    if sent.path.startswith("/m/wishes/wsh_"):
        wish_id = sent.path.removeprefix("/m/wishes/")
        boss.post(f"/v1/wishes/{wish_id}/approve")
        pages = [f"/wall/{wish_id}", f"/m/wishes/{wish_id}/edit", *FOUND_ON]
        texts += [is_only_text(owner.get(path)) for path in pages]
    shown = owner.get(f"/m/report?place={UNIT}")
    sent = owner.submit(
        shown,
        "/m/report",
        category="rubbish",
        text=f"垃圾 {payload}",
        location_note=payload,
    )
    texts.append(is_only_text(sent))
    if sent.path.startswith("/m/tickets/tkt_"):
        worker = Browser(world).enter(
            world.services.people.find(street.ids["worker"])
        )
        path = sent.path
        for move, field in (("comment", "text"), ("resolve", "note")):
            shown = worker.get(f"{path}/{move}")
            done = worker.submit(shown, f"{path}/{move}", **{field: payload})
            texts.append(is_only_text(done))
        for each in (path, "/m/tickets", "/m"):
            texts.append(is_only_text(worker.get(each)))
            texts.append(is_only_text(owner.get(each)))
        ticket = path.removeprefix("/m/tickets/")
        boss.post(f"/v1/tickets/{ticket}/publish", {"text": payload})
        is_only_text(owner.get("/problems"))
        is_only_text(owner.get("/problems?status=closed"))
    for path in (
        f"/m/people/{ward.id}",
        "/m/people",
        f"/m/report?for={ward.id}",
    ):
        texts.append(is_only_text(clerk.get(path)))
    for path in (f"/admin/people/{ward.id}", "/admin/people?q=x"):
        texts.append(is_only_text(clerk.get(path)))
    for path in ("/m/me", "/m/me/account", "/m/me/data", "/m/me/sessions"):
        texts.append(is_only_text(owner.get(path)))
    assert any(texts)
