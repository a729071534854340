"""The renderer: ETag and 304, and replies with headers, cookies and redirects of their own."""

import json
from typing import Any

import pytest

from chalicelib.kernel.request import RequestContext
from chalicelib.web.fields import View
from chalicelib.web.openapi import document
from chalicelib.web.pages import HtmlPage
from chalicelib.web.rendering import Cookie, Redirect, Reply
from chalicelib.web.routes import Routes

from ..world import World
from .sample import Sample

SESSION = Cookie(name="session", value="abc", max_age=600)
routes: Routes[Any] = Routes("sample", {})


class TextView(View):
    text: str


@routes.get("/reply", public=True)
def read_reply(service: Any, context: RequestContext) -> Reply[TextView]:
    """Read a note with a header."""
    return Reply(
        view=TextView(text="水壶"),
        status=202,
        headers={"Link": "</next>"},
        cookies=[SESSION],
    )


@routes.get("/page", public=True)
def read_page(service: Any, context: RequestContext) -> Reply[HtmlPage]:
    """Read a page with a policy of its own."""
    page = HtmlPage.saying(context.locale, "标题", "内容")
    return Reply(
        view=page, headers={"Content-Security-Policy": "default-src 'self'"}
    )


@routes.post("/sign-in", public=True, status=303)
def sign_in(service: Any, context: RequestContext) -> Reply[Redirect]:
    """Begin a session."""
    other = Cookie(
        name="theme", value="", max_age=0, path="/p", same_site="Strict"
    )
    return Reply(view=Redirect("/home"), cookies=[SESSION, other])


@routes.get("/moved", public=True, status=303)
def find_moved(service: Any, context: RequestContext) -> Redirect:
    """Find a page that has moved."""
    return Redirect("/new")


@pytest.fixture(scope="module")
def sample() -> Sample:
    return Sample(routes)


def test_a_single_resource_carries_an_etag_and_is_not_sent_twice(world: World):
    phone = world.resident()
    first = phone.get("/v1/me")
    again = phone.get("/v1/me", if_none_match=first.headers["etag"])
    assert (again.status, again.text) == (304, "")
    assert again.headers["etag"] == first.headers["etag"]


@pytest.mark.parametrize("form", ["{}", "W/{}", '"x", {}', "*"])
def test_if_none_match_takes_every_form_that_names_the_current_one(
    world: World, form
):
    phone = world.resident()
    tag = phone.get("/v1/me").headers["etag"]
    assert phone.get("/v1/me", if_none_match=form.format(tag)).status == 304


def test_what_has_changed_is_sent_again_under_another_etag(world: World):
    phone = world.resident()
    tag = phone.get("/v1/me").headers["etag"]
    phone.patch("/v1/me", {"address": "5楼501室"})
    changed = phone.get("/v1/me", if_none_match=tag)
    assert changed.status == 200
    assert changed.headers["etag"] != tag


def test_another_view_of_the_same_version_has_another_etag(world: World):
    resident = world.resident()
    id = world.open_wish(resident)
    own, public = (
        phone.get(f"/v1/wishes/{id}") for phone in (resident, world.resident())
    )
    assert own.json["version"] == public.json["version"]
    assert own.headers["etag"] != public.headers["etag"]


def test_a_list_is_not_sent_twice_either(world: World):
    world.open_wish()
    phone = world.resident()
    tag = phone.get("/v1/wishes?place=chunhui").headers["etag"]
    assert (
        phone.get("/v1/wishes?place=chunhui", if_none_match=tag).status == 304
    )
    world.open_wish()
    assert (
        phone.get("/v1/wishes?place=chunhui", if_none_match=tag).status == 200
    )


def test_a_reply_sets_its_status_headers_and_cookies(sample: Sample):
    status, headers, text = sample.ask("GET", "/reply")
    assert (status, json.loads(text)) == (202, {"text": "水壶"})
    assert ("link", "</next>") in headers
    assert (
        "set-cookie",
        "session=abc; Max-Age=600; Path=/; SameSite=Lax; Secure; HttpOnly",
    ) in headers
    assert ("cache-control", "no-store") in headers
    assert ("x-content-type-options", "nosniff") in headers


def test_a_reply_has_an_etag_and_is_not_sent_twice(sample: Sample):
    tag = dict(sample.ask("GET", "/reply")[1])["etag"]
    status, _, text = sample.ask("GET", "/reply", **{"if-none-match": tag})
    assert (status, text) == (304, "")


def test_a_page_may_bring_a_policy_of_its_own(sample: Sample):
    status, headers, _ = sample.ask("GET", "/page")
    assert status == 200
    assert ("content-security-policy", "default-src 'self'") in headers
    assert ("referrer-policy", "no-referrer") in headers


def test_a_redirect_names_its_location_and_has_no_body(sample: Sample):
    status, headers, text = sample.ask("GET", "/moved")
    assert (status, dict(headers)["location"], text) == (303, "/new", "")
    assert "etag" not in dict(headers)


def test_a_redirect_sets_several_cookies(sample: Sample):
    status, headers, _ = sample.ask("POST", "/sign-in")
    assert (status, dict(headers)["location"]) == (303, "/home")
    cookies = [
        value.split(";")[0] for name, value in headers if name == "set-cookie"
    ]
    assert cookies == ["session=abc", "theme="]


def test_the_contract_shows_what_a_reply_holds(sample: Sample):
    paths = document(sample.api.operations)["paths"]
    schema = paths["/reply"]["get"]["responses"]["200"]["content"][
        "application/json"
    ]["schema"]
    assert schema == {"$ref": "#/components/schemas/TextView"}
    assert set(paths["/page"]["get"]["responses"]["200"]["content"]) == {
        "text/html"
    }
    assert "content" not in paths["/moved"]["get"]["responses"]["303"]


@pytest.mark.parametrize(
    "value", ["a;b", "a b", 'a"b', "a\r\nb", "茶", "a" * 3501]
)
def test_a_cookie_takes_no_value_that_could_end_it(value):
    with pytest.raises(ValueError, match="of a cookie"):
        Cookie(name="session", value=value, max_age=1)


@pytest.mark.parametrize(
    "location", ["", "/a b", "/a\r\nSet-Cookie: x=1", "/茶"]
)
def test_a_redirect_takes_no_location_that_could_end_the_header(location):
    with pytest.raises(ValueError, match="not a location"):
        Redirect(location)
