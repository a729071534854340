"""Every page for everybody: an answer that says what it is, and never a 5xx."""

import re
from collections.abc import Iterator

import pytest

from app import site
from chalicelib.pages.declaration import PageRoute
from chalicelib.pages.guard import form_token

from ..hostile.watch import watched
from ..world import World
from .browser import Browser, Shown, attributes_of
from .scene import GETS, POSTS, ROLES, Scene, addresses, by_route

# What leads to a signed address of a file.
FILES = ("/admin/exports/{export_id}",)
EVERY_ROLE = pytest.mark.parametrize("role", ROLES)
QUERIES = [
    "lang=en&big=1",
    "seen=x",
    "cursor=x",
    "place=x&state=x&kind=x&status=x&tab=x&for=x&under=x&next=x&q=x",
    "place=&state=&kind=&status=&tab=&for=&under=&next=&q=&step=",
    "place=%00&state=%00&cursor=%00&for=%00&under=%00&next=%00&q=%00&tab=%00",
    "place=a&place=b&cursor=a&cursor=b&for=a&for=b&next=/a&next=/b&q=a&q=b",
    "tab=a&tab=b&under=a&under=b&state=open&state=claimed&kind=goods&kind=x",
    "lang=en&lang=zh&step=code&step=x&first=1&first=1&status=a&status=b",
    "%FF=%FF&place=%ED%A0%80",
    "name=%3Cb%3E&reason=1&reason=2&title=a&title=b&code=1&places=a&size=xxl",
    "consent.how=x&budget_fen=x&needed_by=x&category=x&days=x&to=x&rating=9",
    "q=" + "%E5%AD%99" * 3000,
    "step=code&wait=x",
    "under=chunhui.baihua.g01.b05.u1&for=per_" + "a" * 24,
    "place=" + "a." * 5000,
    "item=x&assignee=x&late=x&back=x",
    "item=wsh_" + "a" * 24 + "&late=true&assignee=none&kind=wish.approve",
    "item=a&item=b&late=true&late=false&back=//evil.example&assignee=me",
    "month=x&by=x&kind=x&from=x&to=x&actor=x&subject=x&role=x&twin=x",
    "month=2026-13&by=month&from=2026-99-99&twin=a&twin=b&cursor=%00",
    "&".join(f"x{n}=y" for n in range(500)),
]


@pytest.fixture(scope="module")
def scene() -> Scene:
    return Scene.of(World())


@pytest.fixture(autouse=True)
def nothing_personal_is_logged(
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[None]:
    with watched(monkeypatch):
        yield


def check(page: PageRoute, shown: Shown, allowed: set[int]) -> None:
    """Check what holds for every answer of every page."""
    about = (by_route(page), shown.path[:200], shown.status)
    assert shown.status in allowed, about
    policy = shown.header("content-security-policy")
    assert policy.startswith("default-src 'none'; "), about
    assert "unsafe" not in policy
    assert "*" not in policy
    assert "frame-ancestors 'none'" in policy
    assert "base-uri 'none'" in policy
    assert shown.header("x-content-type-options") == "nosniff"
    assert shown.header("referrer-policy") == "same-origin"
    assert shown.header("cross-origin-opener-policy") == "same-origin"
    if page.path != "/":
        names = {name.lower() for name, _ in shown.headers}
        assert not {n for n in names if n.startswith("access-control")}, about
    cache = shown.header("cache-control")
    if shown.status != 200:
        assert cache == "no-store" or shown.status == 304, about
    if page.shell.is_public:
        assert shown.all_headers("set-cookie") == [], about
    elif page.path not in ("/m/offline", "/m/sw.js"):
        assert cache in ("no-store", "private, no-cache"), about
    if shown.status == 303 and page.path not in FILES:
        assert re.match(r"/(?!/)", shown.header("location")), about
    if shown.is_html and shown.text:
        check_html(shown)


def check_html(shown: Shown) -> None:
    """Check what holds for every page that is read."""
    elements = shown.html.elements
    tags = [tag for tag, _ in elements]
    assert tags.count("h1") == 1, shown.text
    assert tags.count("main") == 1
    assert "style" not in tags
    given = dict(elements)["html"]
    assert given["lang"] == shown.header("content-language")
    for tag, attributes in elements:
        assert not [name for name in attributes if name.startswith("on")]
        assert "style" not in attributes
        if tag == "script":
            assert (attributes["src"] or "").startswith("/static/")
    ids = [value for _, _, value in attributes_of(shown, ["id"])]
    assert len(ids) == len(set(ids)), ids
    labels = {value for _, _, value in attributes_of(shown, ["for"])}
    assert labels <= set(ids)


@EVERY_ROLE
@pytest.mark.parametrize("page", GETS, ids=by_route)
def test_a_page_is_shown_or_leads_on_or_is_not_found(
    scene: Scene, page: PageRoute, role: str
) -> None:
    browser = scene.browser(role)
    found = set()
    for path in addresses(page, scene.values):
        shown = browser.ask("GET", path)
        allowed = {200, 303, 404, 403}
        if role != "anonymous" and not page.open:
            allowed = {200, 303, 403, 404}
        check(page, shown, allowed)
        found.add(shown.status)
    if role == "anonymous" and not page.open:
        assert found <= {303, 404}


@pytest.mark.parametrize("page", GETS, ids=by_route)
def test_a_page_with_any_query_is_no_crash(
    scene: Scene, page: PageRoute
) -> None:
    for role in ("anonymous", "volunteer", "staff"):
        browser = scene.browser(role)
        path = next(iter(addresses(page, scene.values)))
        for query in QUERIES:
            shown = browser.ask("GET", f"{path}?{query}")
            check(page, shown, {200, 303, 400, 403, 404, 422})


URL_ENCODED = "application/x-www-form-urlencoded"
FILE = (
    b'--x\r\nContent-Disposition: form-data; name="photo"; filename="a"\r\n\r\n'
)
BODIES: dict[str, tuple[str, bytes]] = {
    "nothing": (URL_ENCODED, b""),
    "no type": ("", b"a=b"),
    "JSON": ("application/json", b'{"title": "x"}'),
    "text": ("text/plain", b"title=x"),
    "a wrong charset": (
        f"{URL_ENCODED}; charset=gbk",
        "title=水壶".encode("gbk"),
    ),
    "no UTF-8": (URL_ENCODED, b"title=%FF%FE&a=%C0"),
    "raw bytes": (URL_ENCODED, b"\xff\xfe\x00=\x00"),
    "too many": (URL_ENCODED, b"a=b&" * 900),
    "too long": (URL_ENCODED, b"a=" + b"b" * 70_000),
    "a file": (
        "multipart/form-data; boundary=x",
        FILE + b"\xff\xd8\r\n--x--\r\n",
    ),
    "cut off": ("multipart/form-data; boundary=x", FILE[:50]),
    "no boundary": ("multipart/form-data", b"--x--"),
}
FIELDS = (
    *("title", "story", "kind", "needed_by", "budget_fen", "reason", "code"),
    *("rating", "thanks", "on_behalf_of", "consent.how", "consent.witness"),
    *("place", "category", "text", "location_note", "private", "note", "to"),
    *("public", "days", "until", "phone", "next", "name", "terms", "address"),
    *("sms", "promotions", "from", "home", "places", "kinds", "skills"),
    *("capacity", "purpose", "text_version", "challenge", "size", "theme"),
    *("locale", "contact_note", "never_again", "photos", "content_type"),
    *("size", "reported_by", "minutes", "under", "device", "", ".", "a.b.c"),
    *("item", "into", "given", "solution", "publish", "urgent", "day", "claim"),
    *("right", "satisfied", "_back"),
    *("do", "role", "person", "keep", "level", "how", "allowed", "given"),
    *("expires_at", "household", "contact_via", "birth_year", "agreed"),
    *("hotline", "neighbours", "budget", "sms_signature", "hold_days"),
    *("limits.0.accept", "rules.0.to", "ladder.0.used", "week.1.0.from"),
    *("own.0.day", "categories.0.urgency", "dialect", "what", "format"),
    *("full", "consent_id", "homes_7_days", "second", "limits.x.y"),
)
VALUES = {
    "x": "x",
    "empty": " ",
    "NUL": "\x00",
    "number": "-1",
    "large": "9" * 15,
    "long": "愿" * 100,
    "markup": "\"'><script>alert(1)</script>{{ 7*7 }}{% x %}",
    "lines": "a\r\nSet-Cookie: a=b",
    "right to left": "\u202e\u200b\ufeff",
    "id": "per_" + "a" * 24,
    "list": "[]",
    "date": "2026-13-45",
}


def tokens(browser: Browser, scene: Scene) -> list[tuple[str, str]]:
    """Return the token of the forms of the session of a browser."""
    if "at" not in browser.cookies:
        return []
    session = scene.world.services.tokens.read(browser.cookies["at"]).session
    return [("_csrf", form_token(scene.world.services.keys, session))]


@EVERY_ROLE
@pytest.mark.parametrize("page", POSTS, ids=by_route)
def test_a_form_with_anything_in_it_is_refused_or_taken(
    scene: Scene, page: PageRoute, role: str
) -> None:
    paths = list(addresses(page, scene.values))
    allowed = {200, 201, 303, 400, 403, 404, 409, 412, 413, 415, 422, 429}
    for path in paths:
        browser = scene.browser(role)
        shown = browser.post(path, tokens(browser, scene))
        check(page, shown, allowed)
    for value in VALUES.values():
        for times in (1, 2):
            browser = scene.browser(role)
            sent = [(name, value) for name in FIELDS * times]
            more = [("_key", value), ("_version", value)] * times
            path = paths[0]
            shown = browser.post(path, tokens(browser, scene) + sent + more)
            check(page, shown, allowed)
            if role == "anonymous" and not page.open:
                assert shown.status in (303, 400, 403, 413), shown.path


@pytest.mark.parametrize("page", POSTS, ids=by_route)
def test_a_body_that_is_no_form_is_refused(
    scene: Scene, page: PageRoute
) -> None:
    path = next(iter(addresses(page, scene.values)))
    for name, (media, body) in BODIES.items():
        browser = scene.browser("volunteer")
        shown = browser.ask(
            "POST",
            path,
            body,
            content_type=media,
            origin=browser.origin,
        )
        assert 400 <= shown.status < 500, (name, path, shown.status)
        check(page, shown, {shown.status})


@pytest.mark.parametrize("page", POSTS, ids=by_route)
@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": ""},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
        {"sec_fetch_site": "none"},
    ],
    ids=str,
)
def test_a_form_of_another_site_does_nothing(
    scene: Scene, page: PageRoute, headers: dict[str, str]
) -> None:
    browser = scene.browser("volunteer")
    path = next(iter(addresses(page, scene.values)))
    shown = browser.post(path, tokens(browser, scene), **headers)
    check(page, shown, {403})
    assert shown.all_headers("set-cookie") == []


@pytest.mark.parametrize("page", POSTS, ids=by_route)
def test_a_form_without_the_token_of_its_session_does_nothing(
    scene: Scene, page: PageRoute
) -> None:
    other = scene.browser("resident")
    path = next(iter(addresses(page, scene.values)))
    for sent in ([], [("_csrf", "x")], tokens(other, scene)):
        shown = scene.browser("volunteer").post(path, sent)
        check(page, shown, {403})


def test_every_page_is_here() -> None:
    assert len(GETS) + len(POSTS) == len(site.pages) > 60
