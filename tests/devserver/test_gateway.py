"""The local API Gateway passes requests on unchanged and keeps callers apart."""

import io
import json
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from app import api, app
from onemachine.gateway import Gateway, RouteIndex, serve_wsgi

from ..world import Phone, World, gateway


def raw(
    method: str,
    target: str,
    headers: dict[str, str] | None = None,
    body: bytes = b"",
    source: str = "203.0.113.7",
):
    status, answered, text = gateway.handle(
        method, target, headers or {}, body, source
    )
    return status, {name.lower(): value for name, value in answered}, text


def test_a_path_is_passed_on_raw_and_decoded_once(world: World):
    phone = world.resident()
    assert phone.get("/v1/places?under=chunhui%2Ebaihua").status == 200
    boss = world.phone_of(world.admin)
    assert (
        boss.put("/v1/places/chunhui%2Ebaihua", {"name": "柏华"}).status == 200
    )
    assert (
        boss.put("/v1/places/chunhui%252Ebaihua", {"name": "柏华"}).status
        == 404
    )  # decoded twice it would be the same


def test_a_body_is_passed_on_byte_by_byte(world: World):
    answer = world.resident().post(
        "/v1/wishes",
        raw=json.dumps(world.wish_body(title="一个水壶é")).encode(),
    )
    assert answer.json["title"] == "一个水壶é"
    assert (
        world.resident().post("/v1/wishes", raw=b'{"title": "\xff\xfe"}').status
        == 400
    )


def ask_for_code(number: str, source: str, **headers: str) -> None:
    body = json.dumps({"phone": number}).encode()
    sent = {"content-type": "application/json"} | headers
    assert raw("POST", "/v1/auth/codes", sent, body, source)[0] == 202


def test_the_callers_address_is_passed_on(world: World):
    busy = World(codes_per_address_hour=1)
    for source in ("198.51.100.1", "198.51.100.2"):
        for n in range(2):
            ask_for_code(f"+86138{source[-1]}111222{n}", source)
    sent = {letter.to for letter in busy.mailbox.read()}
    assert sent == {"+8613811112220", "+8613821112220"}


def test_an_address_that_a_caller_claims_is_ignored(world: World):
    busy = World(codes_per_address_hour=1)
    for n in range(2):
        claimed = {"x-forwarded-for": f"192.0.2.{n}"}
        ask_for_code(f"+861381111222{n}", "198.51.100.1", **claimed)
    assert len(busy.mailbox.read()) == 1


def test_an_unknown_path_is_a_problem_in_the_callers_language(world: World):
    status, headers, text = raw("GET", "/v1/nothing", {"accept-language": "en"})
    assert (status, headers["content-type"], json.loads(text)["title"]) == (
        404,
        "application/problem+json",
        "Not found",
    )


def test_a_body_above_the_gateways_limit_is_refused(world: World):
    assert (
        raw(
            "POST",
            "/v1/wishes",
            {"content-type": "application/json"},
            b" " * (64 * 1024 * 16 + 1),
        )[0]
        == 413
    )


def environ(method: str, path: str, body: bytes = b"", **more: str) -> dict:
    base = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path.split("?", maxsplit=1)[0],
        "QUERY_STRING": path.partition("?")[2],
    }
    return (
        base
        | {
            "wsgi.input": io.BytesIO(body),
            "CONTENT_LENGTH": str(len(body)),
            "REMOTE_ADDR": "198.51.100.9",
        }
        | more
    )


def through_wsgi(handle, given: dict):
    seen = {}

    def start(status, headers):
        seen.update(status=status, headers=dict(headers))

    body = b"".join(serve_wsgi(handle, given, start))
    return seen["status"], seen["headers"], body


def test_wsgi_hands_over_method_path_query_headers_body_and_address():
    seen = []

    def handle(*request):
        seen.extend(request)
        return 200, [("X-A", "b")], "好".encode()

    given = environ(
        "POST",
        "/v1/x?a=%2B1",
        b"body",
        CONTENT_TYPE="text/plain",
        HTTP_IF_MATCH='"1.a"',
    )
    status, headers, body = through_wsgi(handle, given)
    assert seen == [
        "POST",
        "/v1/x?a=%2B1",
        {"if-match": '"1.a"', "content-type": "text/plain"},
        b"body",
        "198.51.100.9",
    ]
    assert (status, headers, body.decode()) == (
        "200 OK",
        {"X-A": "b", "Content-Length": "3"},
        "好",
    )


def test_wsgi_passes_the_raw_path_on_where_the_server_has_it():
    seen = []
    given = environ("GET", "/v1/a b", REQUEST_URI="/v1/a%20b?ignored")
    through_wsgi(
        lambda *request: (seen.extend(request), (200, [], b""))[1], given
    )
    assert seen[1] == "/v1/a%20b"


@pytest.mark.parametrize("status", [204, 304])
def test_an_answer_without_a_body_has_no_length(status):
    _, headers, body = through_wsgi(
        lambda *request: (status, [], b""), environ("GET", "/")
    )
    assert (body, "Content-Length" in headers) == (b"", False)


def test_wsgi_serves_the_app(world: World):
    status, headers, body = through_wsgi(
        gateway.handle, environ("GET", "/healthz")
    )
    assert (status, json.loads(body)) == ("200 OK", {"status": "ok"})
    assert headers["Content-Type"] == "application/json"


def test_parallel_requests_keep_their_own_callers(world: World):
    phones = [world.resident(name=f"居民{n}") for n in range(8)]
    together = Barrier(8)

    def read_me(phone: Phone) -> list[tuple[int, str]]:
        together.wait(10)
        answers = [phone.get("/v1/me") for _ in range(60)]
        return [(answer.status, answer.json["id"]) for answer in answers]

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(read_me, phones))
    assert answers == [[(200, phone.me["id"])] * 60 for phone in phones]


def test_a_second_gateway_over_the_same_app_serves_too(world: World):
    assert (
        Gateway(app, api).handle("GET", "/healthz", {}, b"", "203.0.113.7")[0]
        == 200
    )


def test_a_route_gets_only_its_own_parameters():
    routes = RouteIndex(["/v1/a/{a_id}/x", "/v1/a/{other}/y", "/v1/a/fixed/y"])
    found = routes.match_route("/v1/a/1/y?q=1&q=&r=%20")
    assert found.route == "/v1/a/{other}/y"
    assert found.captured == {"other": "1"}
    assert found.query_params == {"q": ["1", ""], "r": [" "]}
    assert routes.match_route("/v1/a/fixed/y/").route == "/v1/a/fixed/y"
    for unknown in ("/v1/a/1/z", "/v1/a", "/", "/v1/a/1/x/x"):
        with pytest.raises(ValueError, match="no route"):
            routes.match_route(unknown)
