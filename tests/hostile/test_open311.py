"""Any input to Open311 gets a refusal in its own form, never a 5xx, and changes nothing."""

import json
from datetime import timedelta
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree as ET

import pytest

from app import api
from chalicelib.web.routes import Operation

from ..world import BUILDING, Answer, Phone, World
from .evidence import unchanged
from .good import by_name
from .test_bad_input import IDS, NOT_TEXT, SHAPELESS, UNREADABLE

ROUTES = [operation for operation in api.operations if operation.routes.dialect]
READS = [operation for operation in ROUTES if operation.method == "GET"]
FORMS = [operation for operation in ROUTES if operation.method == "POST"]
EVERY_FORM = pytest.mark.parametrize("operation", FORMS, ids=by_name)
KEY, FORM = "hostile-key-0123456789", "application/x-www-form-urlencoded"
FIELDS = (
    "service_code light;address_id chunhui.baihua.g01.b05;description 灯不亮;"
    "lat 30.25;long 108.95;phone 13812345678"
)
NAMES = [
    "api_key",
    "service_code",
    "description",
    "lat",
    "long",
    "address_string",
    "address_id",
    "phone",
    "jurisdiction_id",
]
WILD = {
    "NUL": "\x00",
    "escape": "\x1b[31m",
    "XML": '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
    "CDATA": "]]><![CDATA[",
    "markup": "</description><status>closed</status>",
    "quotes": "' OR '1'='1",
    "a template": "{service_code}",
    "a path": "../../../etc/passwd",
    "an expression": "${jndi:ldap://x}",
    "emoji": "👩‍👩‍👧💡𠮷",
    "right to left": "\u202eabc",
    "many": "9" * 5000,
    "not a number": "NaN",
    "infinity": "-Infinity",
    "a line": "a\r\nX-Injected: 1",
    "a list": "a,b,,c, ",
    "commas": "," * 5000,
    "a name": "__proto__",
}


@pytest.fixture
def open311(town: World) -> World:
    """The file's street, which knows one application."""
    town.services.open311._keys = {"hostile": KEY}
    return town


def assert_error(answer: Answer, *statuses: int, about: object = "") -> None:
    """Check that an answer is a refusal in the specification's form, in the format of its content
    type.
    """
    what = f"{about}: {answer.status} {answer.text[:300]}"
    assert answer.status in (statuses or (400, 403, 404)), what
    media, _, charset = answer.headers["content-type"].partition("; ")
    assert charset == "charset=utf-8", what
    if media == "application/json":
        errors = json.loads(answer.text)
    else:
        assert media == "text/xml", what
        root = ET.fromstring(answer.text.encode())
        assert root.tag == "errors", what
        errors = [{child.tag: child.text for child in error} for error in root]
    assert errors, what
    for error in errors:
        assert set(error) == {"code", "description"}, what
        assert (int(error["code"]), bool(error["description"])) == (
            answer.status,
            True,
        ), what
    assert not [
        word
        for word in ("Traceback", "pydantic", "Error")
        if word in answer.text
    ], what


def form(**changes: Any) -> bytes:
    """Return a good form, but for what is changed."""
    fields = (
        {"api_key": KEY}
        | dict(field.split(" ") for field in FIELDS.split(";"))
        | changes
    )
    pairs = [
        (name, one)
        for name, value in fields.items()
        if value is not None
        for one in ([value] if isinstance(value, str) else value)
    ]
    return "&".join(
        f"{quote(name)}={quote(one.encode('utf-8', 'surrogatepass'))}"
        for name, one in pairs
    ).encode()


def post(
    operation: Operation, raw: bytes, content_type: str = FORM, **headers: str
) -> Answer:
    """Post raw bytes."""
    return Phone().call(
        "POST", operation.path, raw=raw, content_type=content_type, **headers
    )


def test_the_good_form_is_taken(open311: World):
    for operation in FORMS:
        if operation.name.startswith("create_request_json"):
            assert post(operation, form()).status == 200
    assert {operation.view.__name__ for operation in FORMS} == {
        "create_request",
        "create_request_update",
    }


@EVERY_FORM
def test_what_is_no_form_is_refused_and_changes_nothing(
    open311: World, operation: Operation
):
    with unchanged(open311):
        for name, raw in (UNREADABLE | SHAPELESS).items():
            assert_error(post(operation, raw), 400, 403, about=name)
            assert_error(
                post(operation, raw, "multipart/form-data; boundary=x"),
                400,
                403,
                about=name,
            )
            assert_error(
                post(operation, raw, "application/json"), 400, about=name
            )


@EVERY_FORM
def test_too_much_is_refused_however_much_too_much(
    open311: World, operation: Operation
):
    with unchanged(open311):
        for size in (64 * 1024, 900 * 1024):
            assert_error(
                post(operation, form() + b"&x=" + b"x" * size), 400, about=size
            )
        assert_error(post(operation, form() + b"&a=1" * 200), 400)


@EVERY_FORM
def test_another_content_type_is_refused(open311: World, operation: Operation):
    kinds = [
        "text/plain",
        "application/json",
        "application/xml",
        "*/*",
        "application",
        "\x01",
        "春",
        f"{FORM}; charset=gb18030",
    ]
    with unchanged(open311):
        for kind in kinds:
            assert_error(post(operation, form(), kind), 400, about=kind)


@EVERY_FORM
def test_wild_values_are_refused_or_taken_as_the_text_that_they_are(
    open311: World, operation: Operation
):
    for field in (
        *NAMES,
        "service_request_id",
        "attribute[where]",
        "attribute[where][]",
        "zzz",
    ):
        for name, wild in WILD.items():
            open311.clock.advance(
                timedelta(hours=1)
            )  # no report is one too many
            answer = post(operation, form(**{field: wild}))
            if answer.status != 200:
                assert_error(answer, about=(field, name))
            assert "X-Injected" not in answer.headers


@EVERY_FORM
def test_characters_that_deceive_a_reader_are_refused(
    open311: World, operation: Operation
):
    with unchanged(open311):
        for name, character in NOT_TEXT.items():
            assert_error(
                post(
                    operation,
                    form(
                        service_request_id="x", description=f"灯{character}不亮"
                    ),
                ),
                400,
                about=name,
            )
        for name in ("description", "address_string"):
            assert_error(
                post(operation, form(**{name: "\ud800"})), 400, about=name
            )


@EVERY_FORM
def test_a_form_without_the_key_tells_nothing_else(
    open311: World, operation: Operation
):
    with unchanged(open311):
        for key in (
            None,
            "",
            "x",
            KEY[:-1],
            KEY + "x",
            [KEY, "x"],
            *WILD.values(),
        ):
            answer = post(operation, form(api_key=key, service_request_id="x"))
            assert_error(
                answer,
                *(
                    (400, 403)
                    if isinstance(key, list) or (key and len(key) > 4096)
                    else (403,)
                ),
                about=key,
            )


@EVERY_FORM
def test_an_idempotency_key_that_cannot_be_one_is_refused(
    open311: World, operation: Operation
):
    if operation.repeatable:
        with unchanged(open311):
            for key in ("a" * 201, "", "a b", "键", "\x1b[0m"):
                assert_error(
                    post(operation, form(), idempotency_key=key), 400, about=key
                )


@pytest.mark.parametrize(
    "operation", [op for op in READS if "{" in op.path], ids=by_name
)
def test_an_id_that_cannot_be_is_404_in_the_format_of_the_path(
    open311: World, operation: Operation
):
    with unchanged(open311):
        for name, id in (
            IDS
            | {
                "dots": "...",
                "a suffix": ".json",
                "two": "a.json.xml",
                "long": "a" * 76,
            }
        ).items():
            for suffix, media in (
                (".json", "application/json"),
                (".xml", "text/xml"),
                ("", "text/xml"),
                (".JSON", "text/xml"),
            ):
                answer = Phone().get(
                    operation.path.replace("{document}", id + suffix)
                )
                if (
                    answer.headers["content-type"] == "application/problem+json"
                ):  # a slash or a query within: another path
                    assert answer.status == 404, (name, suffix)
                    continue
                assert_error(answer, 404, about=(name, suffix))
                if not id.endswith(".json"):
                    assert answer.headers["content-type"].startswith(media), (
                        name,
                        suffix,
                    )


@pytest.mark.parametrize("operation", READS, ids=by_name)
def test_wild_queries_are_refused_or_passed_over(
    open311: World, operation: Operation
):
    path = operation.path.replace("{document}", "rubbish.json")
    fields = [
        "jurisdiction_id",
        "service_request_id",
        "service_code",
        "start_date",
        "end_date",
        "status",
        "page",
        "page_size",
    ]
    with unchanged(open311):
        for field in (*fields, "zzz", "", "attribute[x]", "__class__"):
            for name, wild in WILD.items():
                answer = Phone().get(f"{path}?{quote(field)}={quote(wild)}")
                if answer.status != 200:
                    assert_error(answer, 400, 404, about=(field, name))
        for raw in (
            "%ff=%ff",
            "%00",
            "&&&",
            "=",
            "?",
            "a[]=1&a[]=2",
            "status=open&status=closed&status=open",
            "page=1&page=2",
        ):
            answer = Phone().get(f"{path}?{raw}")
            if answer.status != 200:
                assert_error(answer, 400, 404, about=raw)


@pytest.mark.parametrize("operation", ROUTES, ids=by_name)
def test_headers_of_any_kind_confuse_nothing(
    open311: World, operation: Operation
):
    path = operation.path.replace("{document}", "rubbish.xml")
    for token in (
        "Bearer x",
        "Basic YTpi",
        "Bearer",
        "",
        "Bearer " + "a" * 50_000,
        "\x00",
        "春",
    ):
        answer = Phone().call(
            operation.method,
            path,
            authorization=token,
            raw=form() if operation.method == "POST" else None,
        )
        assert_error(answer, 403, about=token[:20])
    for header in ("", "*", "\x00春", "en;q=abc", "zh;q=-1", "x" * 50_000):
        answer = Phone().call(
            operation.method,
            path,
            accept_language=header,
            raw=b"" if operation.method == "POST" else None,
            content_type=FORM,
        )
        if answer.status != 200:
            assert_error(answer, about=header[:20])
        assert answer.headers["content-language"] in ("zh-CN", "en")
    for tag in ("*", '"0.abc"', "\x00", '"' + "a" * 20_000):
        answer = Phone().call(
            operation.method,
            path,
            if_none_match=tag,
            if_match=tag,
            raw=b"" if operation.method == "POST" else None,
            content_type=FORM,
        )
        assert answer.status in (200, 304, 403, 404), tag[:20]


@pytest.mark.parametrize("suffix", ["json", "xml"])
def test_a_crash_is_said_in_the_same_form_and_without_details(
    open311: World, monkeypatch: pytest.MonkeyPatch, suffix: str
):
    def crash(*args: object) -> None:
        raise RuntimeError("王秀英 +8613812345678")

    monkeypatch.setattr(open311.services.open311, "list_services", crash)
    answer = Phone().get(f"/open311/v2/services.{suffix}")
    assert_error(answer, 500)
    assert "王秀英" not in answer.text


def test_what_was_taken_of_all_this_is_shown_in_both_formats(open311: World):
    post(
        FORMS[0],
        form(
            description="&<>\"'"
            + "".join(
                WILD[name] for name in ("XML", "CDATA", "markup", "emoji")
            )
        ),
    )
    admin = open311.phone_of(open311.admin)
    for line in Phone().get("/open311/v2/requests.json").json:
        path = f"/v1/tickets/{line['service_request_id']}"
        body = {"text": admin.get(path).json["text"]}
        assert admin.post(f"{path}/publish", body).status == 200
    found = {
        suffix: Phone().get(f"/open311/v2/requests.{suffix}?page_size=1000")
        for suffix in ("json", "xml")
    }
    assert {answer.status for answer in found.values()} == {200}
    shown = json.loads(found["json"].text)
    assert [
        request.findtext("description")
        for request in ET.fromstring(found["xml"].text.encode())
    ] == [request["description"] for request in shown]
    assert BUILDING not in found["json"].text
