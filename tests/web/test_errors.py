"""The error renderer: errors are problem documents, in the caller's language, with CORS."""

from importlib import import_module

import pytest

from app import api
from chalicelib.web.routes import Mount

from ..world import Answer, Phone, World

NOBODY = Phone()


def check(answer: Answer, status: int, code: str) -> None:
    """Assert what RFC 9457 and the contract ask of every problem."""
    assert (answer.status, answer.headers["content-type"]) == (
        status,
        "application/problem+json",
    )
    document = answer.json
    assert (document["status"], document["code"]) == (status, code)
    assert document["type"].endswith(code)
    assert document["title"]
    assert document["detail"]
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "Retry-After" in answer.headers["access-control-expose-headers"]


def problems(world: World) -> dict[str, tuple[Answer, int, str]]:
    """One request of every way to be refused."""
    phone, staff = world.resident(), world.staff()
    id = phone.post("/v1/wishes", world.wish_body()).json["id"]
    text = {"content_type": "text/plain"}
    return {
        "malformed": (
            phone.post("/v1/wishes", raw=b"{"),
            400,
            "request.malformed",
        ),
        "cursor": (
            phone.get("/v1/me/wishes?cursor=abc"),
            400,
            "cursor.invalid",
        ),
        "no token": (NOBODY.get("/v1/me"), 401, "auth.token_missing"),
        "bad token": (
            NOBODY.get("/v1/me", authorization="Bearer x"),
            401,
            "auth.token_invalid",
        ),
        "not allowed": (
            phone.post(f"/v1/wishes/{id}/approve"),
            403,
            "action.forbidden",
        ),
        "not there": (
            phone.get("/v1/wishes/wsh_" + "a" * 24),
            404,
            "resource.not_found",
        ),
        "no such path": (phone.get("/v1/nothing"), 404, "resource.not_found"),
        "method": (phone.put("/v1/wishes", {}), 405, "method.not_allowed"),
        "state": (
            staff.post(f"/v1/wishes/{id}/unpublish", {"reason": "再看"}),
            409,
            "wish.wrong_state",
        ),
        "stale": (
            phone.post(f"/v1/wishes/{id}/withdraw", {}, if_match='"9.a"'),
            412,
            "request.stale",
        ),
        "large": (
            phone.post("/v1/wishes", raw=b" " * 65_537),
            413,
            "request.too_large",
        ),
        "very large": (
            phone.post("/v1/wishes", raw=b" " * 2_000_000),
            413,
            "request.too_large",
        ),
        "media": (
            phone.post("/v1/wishes", raw=b"kind=goods", **text),
            415,
            "request.media_type",
        ),
        "body": (phone.post("/v1/wishes", {}), 422, "body.invalid"),
        "query": (
            phone.get("/v1/wishes?place=chunhui&limit=0"),
            422,
            "query.invalid",
        ),
        "field": (
            phone.post("/v1/wishes", world.wish_body(place="chunhui")),
            422,
            "wish.place_too_wide",
        ),
    }


def test_every_way_to_be_refused_is_a_problem_that_any_page_may_read(
    world: World,
):
    for answer, status, code in problems(world).values():
        check(answer, status, code)


def test_every_problem_says_in_which_language_it_is(world: World):
    without = [
        name
        for name, (answer, _, _) in problems(world).items()
        if answer.headers.get("content-language") != "zh-CN"
    ]
    assert without == []


def test_caches_keep_languages_and_callers_apart_also_for_problems(
    world: World,
):
    without = [
        name
        for name, (answer, _, _) in problems(world).items()
        if not {"accept-language", "authorization"}
        <= set(
            answer.headers.get("vary", "").lower().replace(" ", "").split(",")
        )
    ]
    assert without == []


@pytest.mark.parametrize(
    ("header", "locale", "title"),
    [("en", "en", "Please sign in"), ("zh-CN", "zh-CN", "请先登录")],
)
def test_a_problem_speaks_the_callers_language(
    world: World, header, locale, title
):
    answer = NOBODY.get("/v1/me", accept_language=header)
    assert (answer.headers["content-language"], answer.json["title"]) == (
        locale,
        title,
    )


def test_problems_that_reach_no_route_speak_the_callers_language_too(
    world: World,
):
    assert (
        NOBODY.get("/v1/nothing", accept_language="en").json["title"]
        == "Not found"
    )
    assert (
        NOBODY.put("/v1/wishes", {}, accept_language="en").json["title"]
        == "Method not allowed"
    )


def test_a_wrong_method_names_the_right_ones(world: World):
    assert set(
        NOBODY.put("/v1/wishes", {})
        .headers["allow"]
        .replace(" ", "")
        .split(",")
    ) >= {"GET", "POST"}


def test_a_401_says_how_to_sign_in_and_a_429_when_to_come_back(world: World):
    assert NOBODY.get("/v1/me").headers["www-authenticate"].startswith("Bearer")
    NOBODY.post("/v1/auth/codes", {"phone": "+8613811112222"})
    soon = NOBODY.post("/v1/auth/codes", {"phone": "+8613811112222"})
    check(soon, 429, "auth.too_soon")
    assert int(soon.headers["retry-after"]) == soon.json["retry_after"] == 60


def test_a_409_on_a_state_names_the_moves_that_are_left(world: World):
    id, staff = world.open_wish(), world.staff()
    answer = staff.post(f"/v1/wishes/{id}/approve")
    assert answer.json["moves"] == staff.get(f"/v1/wishes/{id}").json["moves"]


def test_a_422_names_each_field_and_repeats_no_value(world: World):
    body = world.wish_body(title="字" * 41, story=7, secret_note="保密的话")
    answer = world.resident().post("/v1/wishes", body)
    assert {tuple(error["loc"]) for error in answer.json["errors"]} == {
        ("title",),
        ("story",),
        ("secret_note",),
    }
    assert all(
        error["msg"] and error["type"] for error in answer.json["errors"]
    )
    assert "保密的话" not in answer.text


def test_a_feature_that_cannot_be_loaded_is_a_problem_and_is_tried_again(
    world: World, monkeypatch, caplog
):
    phone, route = world.resident(), ("GET", "/v1/me")
    with monkeypatch.context() as broken:
        broken.delitem(api._routes._operations, route)
        missing = Mount(
            lambda: import_module("chalicelib.nowhere"), lambda: None
        )
        broken.setitem(api._routes._mounts, route, missing)
        check(phone.get("/v1/me"), 500, "server.error")
    (crash,) = [record for record in caplog.records if record.msg == "crash"]
    assert (crash.__dict__["operation"], crash.__dict__["error"]) == (
        "GET /v1/me",
        "ModuleNotFoundError",
    )
    assert phone.get("/v1/me").status == 200


def test_a_crash_is_a_problem_without_details(
    world: World, monkeypatch, capsys
):
    def crash(*args: object) -> None:
        raise RuntimeError("王秀英 +8613812345678")

    phone = world.resident()
    monkeypatch.setattr(world.services.accounts, "read_me", crash)
    answer = phone.get("/v1/me")
    check(answer, 500, "server.error")
    assert answer.headers["content-language"] == "zh-CN"
    assert "RuntimeError" not in answer.text
    assert "王秀英" not in answer.text + capsys.readouterr().out
