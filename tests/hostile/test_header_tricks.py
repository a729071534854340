"""Headers by which callers pose as somebody or somewhere else are not believed."""

import pytest

from ..world import Phone, World
from .evidence import assert_problem, unchanged

# The address of a caller is that of the connection. These only say something.
ADDRESSES = (
    "X-Forwarded-For",
    "X-Real-IP",
    "Forwarded",
    "X-Client-IP",
    "X-Cluster-Client-IP",
    "X-Originating-IP",
    "X-Remote-IP",
    "X-Remote-Addr",
    "X-Host",
    "X-Forwarded-Host",
    "True-Client-IP",
    "CF-Connecting-IP",
    "Fastly-Client-IP",
    "CloudFront-Viewer-Address",
    "Client-IP",
    "Via",
    "X-Amzn-Trace-Id",
)
LIMIT = 5


@pytest.mark.parametrize("name", ADDRESSES)
def test_no_header_makes_an_address_another_one(new_world, name: str):
    """A flood from one address stays one, and the victim whose address it names pays nothing."""
    world = new_world(codes_per_address_hour=LIMIT)
    header = name.replace("-", "_").lower()
    for n in range(LIMIT + 4):
        value = (
            f"for=198.51.100.{n}" if name == "Forwarded" else f"198.51.100.{n}"
        )
        number = f"+8613911100{n:03}"
        asked = Phone().post(
            "/v1/auth/codes", {"phone": number}, **{header: value}
        )
        assert asked.status == 202
    assert len(world.mailbox.read()) == LIMIT
    named = Phone(address="198.51.100.1")
    assert (
        named.post("/v1/auth/codes", {"phone": "+8613911100999"}).status == 202
    )
    assert len(world.sms_to("+8613911100999")) == 1


OVERRIDES = (
    "X-HTTP-Method-Override",
    "X-HTTP-Method",
    "X-Method-Override",
    "_method",
)


@pytest.mark.parametrize("name", OVERRIDES)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_no_header_changes_the_method(town: World, name: str, method: str):
    resident = town.resident()
    with unchanged(town):
        answer = resident.call(method, "/v1/me", **{name: "DELETE"})
    assert answer.status in (200, 405), answer.text
    assert resident.get("/v1/me").status == 200


REWRITES = (
    "X-Original-URL",
    "X-Rewrite-URL",
    "X-Forwarded-Path",
    "X-Accel-Redirect",
)


@pytest.mark.parametrize("name", REWRITES)
def test_no_header_changes_the_path(town: World, name: str):
    header = name.replace("-", "_").lower()
    answer = Phone().get("/healthz", **{header: "/v1/me"})
    assert answer.text == Phone().get("/healthz").text
    answer = Phone().get("/v1/me", **{header: "/healthz"})
    assert_problem(answer, 401)


IDENTITIES = (
    "X-User",
    "X-User-Id",
    "X-Person-Id",
    "X-Remote-User",
    "Remote-User",
    "X-Auth-Request-User",
    "X-Forwarded-User",
    "X-Amzn-Oidc-Identity",
    "X-Role",
    "X-Roles",
    "X-Admin",
    "X-Internal",
    "X-Api-Key",
    "Cookie",
)


@pytest.mark.parametrize("name", IDENTITIES)
def test_no_header_but_authorization_names_the_caller(town: World, name: str):
    header = name.replace("-", "_").lower()
    staff, resident = town.staff(), town.resident()
    path = f"/v1/people/{staff.me['id']}"
    for value in (town.admin.id, "street_admin", "true", str(staff.token)):
        assert_problem(Phone().get("/v1/me", **{header: value}), 401)
        assert_problem(resident.get(path, **{header: value}), 403, 404)


HOSTS = ("evil.example", "evil.example:80", "127.0.0.1", "a b", "", "x" * 5_000)


@pytest.mark.parametrize("host", HOSTS, ids=lambda host: host[:20] or "empty")
def test_no_host_of_a_caller_is_in_a_link(new_world, host: str):
    world = new_world(public_url="https://street.example")
    resident = world.resident()
    resident.post("/v1/me/email", {"address": "a@street.example"}, host=host)
    answers = [
        Phone().get(path, host=host, x_forwarded_host=host)
        for path in (
            "/",
            "/openapi.json",
            "/open311/v2/discovery.json",
            "/nowhere",
        )
    ]
    said = "".join(answer.text for answer in answers)
    said += "".join(letter.text for letter in world.mailbox.read())
    assert "evil.example" not in said
    assert "evil" not in str([answer.headers for answer in answers])


SPLIT = (
    "x\r\nSet-Cookie: a=b",
    "x\nX-Injected: 1",
    "x\r\n\r\n<html>",
    "\x00",
    "é" * 400,
)


@pytest.mark.parametrize(
    "value", SPLIT, ids=["cookie", "line", "body", "nul", "letters"]
)
@pytest.mark.parametrize(
    "name",
    [
        "X-Request-Id",
        "Accept-Language",
        "User-Agent",
        "Origin",
        "If-None-Match",
    ],
)
def test_no_header_of_a_caller_splits_an_answer(
    town: World, name: str, value: str
):
    header = name.replace("-", "_").lower()
    for path in ("/healthz", "/v1/me", "/nowhere"):
        answer = Phone().get(path, **{header: value})
        assert "set-cookie" not in answer.headers
        assert "x-injected" not in answer.headers
        for one in answer.headers.values():
            assert "\r" not in one
            assert "\n" not in one
