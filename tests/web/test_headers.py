"""Headers that every response has: CORS, language, caching and security."""

from typing import Any

from chalicelib.kernel.request import RequestContext
from chalicelib.web.pages import HtmlPage
from chalicelib.web.routes import Routes

from ..world import Phone, World, gateway
from .sample import Sample


def test_a_success_may_be_read_from_any_page_and_is_kept_apart_by_caches(
    world: World,
):
    answer = world.resident().get("/v1/me", accept_language="en")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert {"ETag", "Retry-After", "Content-Language"} <= set(
        answer.headers["access-control-expose-headers"].split(",")
    )
    assert answer.headers["vary"] == "Accept-Language, Authorization"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-language"] == "en"


def test_a_preflight_allows_what_clients_send(world: World):
    status, headers, _ = gateway.handle(
        "OPTIONS",
        "/v1/wishes",
        {"origin": "https://a.example"},
        b"",
        "203.0.113.7",
    )
    allowed = {name.lower(): value for name, value in headers}
    assert status == 200
    assert {
        "Authorization",
        "Content-Type",
        "Idempotency-Key",
        "If-Match",
        "If-None-Match",
        "Accept-Language",
    } <= set(allowed["access-control-allow-headers"].split(","))


def test_a_page_loads_nothing_is_never_framed_and_sends_no_referrer():
    routes: Routes[Any] = Routes("sample", {})

    @routes.get("/page", public=True)
    def read_page(service: Any, context: RequestContext) -> HtmlPage:
        """Read a page."""
        return HtmlPage.saying(context.locale, "标题", "内容")

    status, found, _ = Sample(routes).ask("GET", "/page")
    headers = dict(found)
    assert (status, headers["content-type"]) == (
        200,
        "text/html; charset=utf-8",
    )
    assert headers["content-security-policy"] == (
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    )
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-content-type-options"] == "nosniff"


def test_json_has_no_security_headers_of_a_page(world: World):
    answer = Phone().get("/healthz")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "content-security-policy" not in answer.headers
