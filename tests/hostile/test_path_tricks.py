"""Paths written otherwise lead nowhere else: a guarded route stays guarded under each spelling."""

import pytest

from ..world import BAIHUA, Phone, World
from .evidence import assert_problem, unchanged

GUARDED = (
    "/v1/me",
    f"/v1/people?place={BAIHUA}",
    f"/v1/admin/queue?place={BAIHUA}",
)
# How proxies and frameworks have been led past a rule about a path.
SPELLINGS = {
    "two slashes": lambda path: path.replace("/v1/", "/v1//"),
    "slashes before": lambda path: f"//{path}",
    "a dot": lambda path: path.replace("/v1/", "/v1/./"),
    "a way up": lambda path: path.replace("/v1/", "/v1/wishes/../"),
    "an encoded way up": lambda path: path.replace(
        "/v1/", "/v1/wishes/%2e%2e/"
    ),
    "an encoded slash": lambda path: path.replace("/v1/", "/v1%2f"),
    "a slash encoded twice": lambda path: path.replace("/v1/", "/v1%252f"),
    "a backslash": lambda path: path.replace("/v1/", "/v1\\"),
    "an encoded backslash": lambda path: path.replace("/v1/", "/v1%5c"),
    "a parameter of a part": lambda path: path.replace("/v1", "/v1;x=1"),
    "the public beginning": lambda path: f"/open311/v2/..{path}",
    "a public one and a way up": lambda path: f"/healthz/..{path}",
    "NUL": lambda path: f"{path.partition('?')[0]}%00.json",
    "a line": lambda path: f"{path.partition('?')[0]}%0d%0aX-Injected:1",
    "a suffix": lambda path: f"{path.partition('?')[0]}.json",
    "a trailing slash": lambda path: f"{path.partition('?')[0]}/",
    "a trailing dot": lambda path: f"{path.partition('?')[0]}.",
    "upper case": lambda path: path.partition("?")[0].upper(),
    "an encoded letter": lambda path: path.replace("/v1/", "/v%31/"),
    "full-width": lambda path: path.replace("/v1/", "/ｖ１/"),
    "overlong UTF-8": lambda path: path.replace("/v1/", "/v1%c0%af"),
    "a whole address": lambda path: f"http://127.0.0.1{path}",
    "another host": lambda path: f"@127.0.0.1{path}",
    "a stage": lambda path: f"/api{path}",
}


@pytest.mark.parametrize("how", SPELLINGS)
def test_a_guarded_path_is_no_more_open_under_another_spelling(
    town: World, how: str
):
    resident = town.resident()
    with unchanged(town):
        for path in GUARDED:
            spelt = SPELLINGS[how](path)
            answer = Phone().get(spelt)
            assert answer.status in (400, 401, 404), (spelt, answer.status)
            assert "X-Injected" not in answer.headers
            assert "x-injected" not in answer.headers
            if path != "/v1/me":
                assert_problem(
                    resident.get(spelt), 400, 403, 404, 422, about=spelt
                )


@pytest.mark.parametrize("how", SPELLINGS)
def test_no_write_comes_through_another_spelling(town: World, how: str):
    with unchanged(town):
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            answer = Phone().call(method, SPELLINGS[how]("/v1/me"), {})
            assert_problem(answer, 400, 401, 404, 405, about=method)


FILES = (
    "../secret",
    "..%2fsecret",
    "%2e%2e/%2e%2e/etc/passwd",
    "/etc/passwd",
    "photos/../../data.db",
    "photos%00.jpg",
    "..\\..\\secret",
    "%252e%252e/secret",
    "file:///etc/passwd",
    "~root",
)


@pytest.mark.parametrize("key", FILES)
def test_no_path_leads_to_a_file(town: World, key: str):
    for prefix in ("/dev/files/", "/v1/uploads/", "/open311/v2/services/"):
        answer = Phone().get(f"{prefix}{key}?expires=9999999999&signature=x")
        assert answer.status in (400, 401, 403, 404), (prefix, answer.status)
        assert "root:" not in answer.text
