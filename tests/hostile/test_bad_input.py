"""Any input to any route gets a problem document, never a 5xx, and changes nothing."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from app import api
from chalicelib.web.routes import Operation

from ..world import BAIHUA, STREET, Phone, World, gateway
from .evidence import PROBLEM, assert_problem, unchanged
from .good import (
    GOOD,
    READS,
    WITH_BODY,
    WRITES,
    Good,
    by_name,
    claimed,
    reported,
    schema_of,
    submitted,
)

EVERY_WRITE = pytest.mark.parametrize("operation", WRITES, ids=by_name)
EVERY_BODY = pytest.mark.parametrize("operation", WITH_BODY, ids=by_name)
LISTS = [operation for operation in READS if "query" in operation.hints()]

# Nothing of this is JSON that anybody should read: name -> bytes
UNREADABLE = {
    "100k brackets": b"[" * 50_000,
    "deep lists": b"[" * 30_000 + b"]" * 30_000,
    "deep objects": b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
    "deep in a field": b'{"reason":' + b"[" * 20_000 + b"]" * 20_000 + b"}",
    "truncated": b'{"title": "\xe4\xb8\x80\xe4',
    "truncated object": b'{"title": "x", ',
    "raw NUL": b"\x00",
    "NUL in a text": b'{"reason": "a\x00b"}',
    "high surrogate": rb'{"reason": "\ud800"}',
    "low surrogate": rb'{"reason": "\udc00x"}',
    "surrogate as bytes": b'{"reason": "\xed\xa0\x80"}',
    "bad UTF-8": b'{"reason": "\xff\xfe"}',
    "overlong UTF-8": b'{"reason": "\xc0\xaf"}',
    "UTF-16": '{"reason": "好的"}'.encode("utf-16"),
    "byte order mark": b"\xef\xbb\xbf{}",
    "two documents": b"{}{}",
    "single quotes": b"{'reason': 'x'}",
    "a comment": b'{} // {"reason": "x"}',
    "a trailing comma": b'{"reason": "xx",}',
    "form": b"reason=x&title=y",
    "XML": b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
    "white space": b" \n\t ",
}
# JSON, but not of the form that any body has
SHAPELESS = {
    "null": b"null",
    "true": b"true",
    "a number": b"7",
    "a text": b'"x"',
    "lists in lists": b"[[[]]]",
    "NaN": b"NaN",
    "infinity": b"-Infinity",
    "5,000 digits": b"9" * 5000,
    "NaN in a field": b'{"reason": NaN}',
    "infinity in a field": b'{"rating": Infinity}',
    "5,000 digits in a field": b'{"rating": ' + b"9" * 5000 + b"}",
    "a huge exponent": b'{"rating": 1e99999}',
    "5,000 digits in an unknown field": b'{"zzz": ' + b"9" * 5000 + b"}",
    "an unknown field": b'{"zzz": 1}',
    "a prototype": b'{"__proto__": {"admin": true}, "constructor": 1}',
    "an empty name": b'{"": 1}',
    "a name of controls": b'{"\\u0000\\u202e": 1}',
    "a long name": b'{"' + b"n" * 10_000 + b'": 1}',
    "4,000 unknown fields": json.dumps(
        {f"f{n}": n for n in range(4_000)}
    ).encode(),
}
WRONG: list[Any] = [
    None,
    True,
    0,
    -1,
    7,
    1.5,
    1e308,
    "",
    "x",
    "9" * 5000,
    [],
    [1],
    [None],
    [[]],
    {},
    {"a": 1},
    {"$gt": ""},
]
NOT_TEXT = {
    "NUL": "\x00",
    "escape": "\x1b[31m",
    "delete": "\x7f",
    "C1": "\x9b",
    "right-to-left override": "\u202e",
    "right-to-left isolate": "\u2067",
    "right-to-left mark": "\u200f",
    "Arabic letter mark": "\u061c",
    "zero-width space": "\u200b",
    "word joiner": "\u2060",
    "byte order mark": "\ufeff",
    "line separator": "\u2028",
}
# Long enough for every field, and nothing to read.
UNSEEN = {
    "blanks": "    ",
    "joiners": "\u200d\u200c\u200d\u200c",
    "ideographic spaces": "\u3000\u3000\u3000",
    "Hangul fillers": "\u3164\u3164\u115f\uffa0",
    "Braille blanks": "\u2800\u2800\u2800",
    "variation selectors": "\ufe0f\ufe0e\ufe00",
    "grapheme joiners": "\u034f\u034f\u034f",
    "tags": "\U000e0041\U000e0042\U000e007f",
    "a mixture": " \u200d\u3164\ufe0f\U000e0101 ",
}
IDS = {
    "NUL": "%00",
    "dots": "..",
    "encoded dots": "%2e%2e",
    "traversal": "..%2f..%2fetc%2fpasswd",
    "backslashes": "..%5c..%5c",
    "overlong slash": "%c0%af",
    "bad UTF-8": "%ff%fe",
    "surrogate": "%ed%a0%80",
    "half an escape": "%e4%b",
    "encoded twice": "wsh%255faaaaaaaaaaaaaaaaaaaaaaaa",
    "Chinese": "%E6%98%A5%E6%99%96",
    "raw Chinese": "春晖",
    "full-width": "ｗｓｈ＿ａａａａ",
    "upper case": "WSH_AAAAAAAAAAAAAAAAAAAAAAAA",
    "5,000 letters": "a" * 5000,
    "a line more": "wsh_aaaaaaaaaaaaaaaaaaaaaaaa%0a",
    "another kind": "off_aaaaaaaaaaaaaaaaaaaaaaaa",
    "a template": "%7Bwish_id%7D",
    "quotes": "'%20OR%20'1'='1",
    "nobody's": "per_aaaaaaaaaaaaaaaaaaaaaaaa",
    "six levels": "a.b.c.d.e.f",
}


@pytest.fixture(autouse=True)
def quiet(caplog: pytest.LogCaptureFixture) -> None:
    """Thousands of lines of log help nobody."""
    caplog.set_level("CRITICAL", logger="chunhui")


_made: dict[tuple[World, str], Good] = {}


def good(world: World, operation: Operation) -> Good:
    """Return a request that would succeed; hostile tests share it. A new route needs one too, in
    good.py.
    """
    key = (world, operation.name)
    if key not in _made:
        _made[key] = GOOD[operation.name](world)
    return _made[key]


@contextmanager
def spoilt(world: World, operation: Operation) -> Iterator[Good]:
    """Hand out the good request, to be spoilt; nothing may come of it."""
    request = good(world, operation)
    try:
        with unchanged(world):
            yield request
    except BaseException:
        del _made[world, operation.name]  # it may be spent
        raise


def succeeds(world: World, operation: Operation, **more: Any) -> bool:
    """Send the good request after all: what was refused before was refused for what was spoilt."""
    request = good(world, operation)
    del _made[world, operation.name]
    return request.send(operation.method, **more).status in (200, 201, 202, 204)


def test_every_write_route_is_in_the_corpus():
    assert {operation.name for operation in WRITES} == set(GOOD)


@EVERY_BODY
def test_what_is_not_json_is_refused_and_changes_nothing(
    town: World, operation: Operation
):
    with spoilt(town, operation) as request:
        for name, raw in UNREADABLE.items():
            assert_problem(
                request.send(operation.method, raw=raw), 400, about=name
            )


@EVERY_BODY
def test_what_is_not_of_the_form_is_refused_and_changes_nothing(
    town: World, operation: Operation
):
    with spoilt(town, operation) as request:
        for name, raw in SHAPELESS.items():
            assert_problem(
                request.send(operation.method, raw=raw), 400, 422, about=name
            )


@EVERY_BODY
def test_a_field_named_twice_is_refused_at_any_depth(
    town: World, operation: Operation
):
    with spoilt(town, operation) as request:
        text = json.dumps(request.body)
        for found in re.finditer(r'("[a-z_]+"): ', text):
            twice = (
                text[: found.start()]
                + f"{found[1]}: 1, "
                + text[found.start() :]
            )
            assert_problem(
                request.send(operation.method, raw=twice.encode()),
                400,
                422,
                about=twice,
            )
            same = text.replace(
                found[0],
                f"{found[1]}: {json.dumps(_at(request.body, found[1]))}, {found[0]}",
                1,
            )
            assert_problem(
                request.send(operation.method, raw=same.encode()),
                400,
                422,
                about=same,
            )


def _at(body: Any, quoted: str) -> Any:
    """Return the first value under a name, at any depth."""
    name = json.loads(quoted)
    for place in _places(body):
        if place and place[-1] == name:
            return _get(body, place)
    raise AssertionError(name)


@EVERY_BODY
def test_a_field_of_the_wrong_type_is_refused_as_the_contract_says(
    town: World, operation: Operation
):
    with spoilt(town, operation) as request:
        contract = Draft202012Validator(schema_of(operation))
        assert contract.is_valid(request.body)
        tried = 0
        for place in _places(request.body):
            for wrong in WRONG:
                body = _with(request.body, place, wrong)
                if not contract.is_valid(body):
                    tried += 1
                    raw = json.dumps(body).encode()
                    assert_problem(
                        request.send(operation.method, raw=raw),
                        422,
                        about=(place, str(wrong)[:40]),
                    )
    assert tried > 10


@EVERY_BODY
def test_a_field_that_is_needed_cannot_be_left_out(
    town: World, operation: Operation
):
    with spoilt(town, operation) as request:
        contract = Draft202012Validator(schema_of(operation))
        for place in _places(request.body):
            body = _without(request.body, place)
            if place and not contract.is_valid(body):
                assert_problem(
                    request.send(operation.method, body=body), 422, about=place
                )
        if not contract.is_valid({}):
            assert_problem(request.send(operation.method, raw=b""), 422)
            assert_problem(request.send(operation.method, raw=b"{}"), 422)


@EVERY_BODY
def test_a_field_that_nobody_knows_is_refused_at_every_depth(
    town: World, operation: Operation
):
    with spoilt(town, operation) as request:
        for place in _places(request.body):
            if isinstance(_get(request.body, place), dict):
                body = _with(request.body, (*place, "is_admin"), True)
                assert_problem(
                    request.send(operation.method, body=body), 422, about=place
                )


@EVERY_BODY
def test_characters_that_deceive_a_reader_are_refused_in_every_text(
    town: World, operation: Operation
):
    with spoilt(town, operation) as request:
        taken = []
        for place in _places(request.body):
            text = _get(request.body, place)
            if place == ("phone",):
                continue  # of a phone the digits are taken; people copy them with invisible marks
            for name, character in (
                NOT_TEXT.items() if isinstance(text, str) else ()
            ):
                answer = request.send(
                    operation.method,
                    body=_with(
                        request.body, place, text[:1] + character + text[1:]
                    ),
                )
                taken += (
                    [(place, name, answer.status)]
                    if answer.status not in (400, 422)
                    else []
                )
                if answer.status < 300:
                    break
        assert not taken


@EVERY_BODY
def test_a_text_without_a_visible_character_is_refused_everywhere(
    town: World, operation: Operation
):
    with spoilt(town, operation) as request:
        for place in _places(request.body):
            if not isinstance(_get(request.body, place), str):
                continue
            for name, text in UNSEEN.items():
                body = _with(request.body, place, text)
                answer = request.send(operation.method, body=body)
                assert answer.status in (400, 422), (place, name)


@EVERY_WRITE
def test_too_much_is_413_however_much_too_much(
    town: World, operation: Operation
):
    with spoilt(town, operation) as request:
        for size in (64 * 1024 + 1, 1024 * 1024 + 1, 3 * 1024 * 1024):
            raw = b'{"reason": "' + b"x" * (size - 14) + b'"}'
            assert len(raw) == size
            assert_problem(
                request.send(operation.method, raw=raw), 413, about=size
            )


@EVERY_BODY
def test_another_content_type_is_415(town: World, operation: Operation):
    with spoilt(town, operation) as request:
        raw = json.dumps(request.body).encode()
        kinds = [
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "application/xml",
            "*/*",
        ]
        for kind in [
            *kinds,
            "text/json",
            "application/json-patch+json",
            "application/jsonx",
            "application",
            "\x01",
            "春",
        ]:
            assert_problem(
                request.send(operation.method, raw=raw, content_type=kind),
                415,
                about=kind,
            )


def test_json_is_json_however_its_type_is_written(town: World):
    operation = next(
        operation for operation in WRITES if operation.name == "reject_wish"
    )
    raw = json.dumps(good(town, operation).body).encode()
    assert succeeds(
        town, operation, raw=raw, content_type="Application/JSON; charset=utf-8"
    )


def test_every_post_reads_its_body_even_where_it_needs_nothing_of_it():
    """Else unknown fields, malformed JSON and other content types would pass unseen; the tests
    above ask all that have one.
    """
    unread = [
        operation.name
        for operation in WRITES
        if operation.method == "POST" and operation not in WITH_BODY
    ]
    assert (
        unread == ["unsubscribe"]
    )  # mail programs send a form to it (RFC 8058), and people the button of a page


@EVERY_WRITE
def test_without_a_token_nothing_of_it_is_even_looked_at(
    town: World, operation: Operation
):
    with spoilt(town, operation) as request:
        nobody = Good(Phone(), request.path, request.body)
        if operation.public:
            return
        for raw in (b"{}", b"[" * 50_000, b"\xff", b"x" * 70_000):
            assert_problem(nobody.send(operation.method, raw=raw), 401)
        assert_problem(nobody.send(operation.method), 401)
        assert_problem(
            nobody.send(operation.method, content_type="text/plain"), 401
        )


@pytest.mark.parametrize(
    "operation", [op for op in [*READS, *WRITES] if "{" in op.path], ids=by_name
)
def test_an_id_that_cannot_be_is_404(town: World, operation: Operation):
    request = (
        Good(town.phone_of(town.admin), operation.path)
        if operation.method == "GET"
        else good(town, operation)
    )
    with unchanged(town):
        for name, id in IDS.items():
            path = re.sub(r"{\w+}", lambda found, id=id: id, operation.path)
            assert_problem(
                request.send(operation.method, path=path), 404, about=name
            )


@pytest.mark.parametrize("operation", LISTS, ids=by_name)
def test_a_query_that_is_not_right_is_422(town: World, operation: Operation):
    path, query = _list(town, operation)
    staff = town.staff()
    assert staff.get(f"{path}?{query}").status == 200
    limits = [
        "0",
        "101",
        "-1",
        "abc",
        "",
        "1e1",
        "1.5",
        "null",
        "%00",
        "9" * 5000,
        "NaN",
        "1&limit=2",
        "1&limit=1",
        "١",
    ]
    others = [
        "zzz=1",
        "limit[]=1",
        "%00=1",
        "place[$ne]=x",
        "cursor=&cursor=",
        "%F0%9F%98%80=1",
        "LIMIT=1",
        "__proto__=1",
    ]
    others += [f"{name}&{name}" for name in re.findall(r"\w+=[^&]+", query)]
    others += [
        f"{name.split('=')[0]}=春" for name in re.findall(r"\w+=[^&]+", query)
    ]
    with unchanged(town):
        for wrong in [*(f"limit={limit}" for limit in limits), *others]:
            names = re.findall(r"(\w+)=", wrong)
            kept = "&".join(
                part
                for part in query.split("&")
                if part and part.split("=")[0] not in names
            )
            assert_problem(
                staff.get(f"{path}?{kept}&{wrong}"), 422, about=wrong
            )


def _list(world: World, operation: Operation) -> tuple[str, str]:
    wish_id = submitted(world)[0] if "wish_id" in operation.path else ""
    ticket_id = reported(world)[0] if "ticket_id" in operation.path else ""
    needs = {
        "list_people": f"place={BAIHUA}",
        "list_places": f"under={BAIHUA}",
        "list_wishes": f"place={BAIHUA}",
    }
    needs |= dict.fromkeys(
        (
            "read_queue",
            "read_spending",
            "read_trail",
            "list_matching_runs",
            "read_matching_weights",
            "read_ticket_policy",
        ),
        f"place={BAIHUA}",
    )
    needs |= {
        "list_hot_spots": f"place={BAIHUA}",
        "read_overview": f"place={BAIHUA}&from=2026-11-01&to=2026-11-30",
        "read_rates": f"place={BAIHUA}&from=2026-11-01&to=2026-11-30",
    }
    if "/v1/admin/exports/" in operation.path:
        needs[operation.name] = f"place={BAIHUA}&from=2026-11-01&to=2026-11-30"
    if operation.name == "list_messages":
        needs["list_messages"] = f"person={world.person().id}"
    needs["list_tickets"] = f"place={BAIHUA}"
    path = operation.path.replace("{wish_id}", wish_id).replace(
        "{ticket_id}", ticket_id
    )
    path = path.replace("{person_id}", world.person().id)
    return path, needs.get(operation.name, "limit=20")


# cursors


@pytest.fixture
def pages(town: World) -> dict[str, tuple[Phone, str, str]]:
    """Lists of more than one page: name -> who reads it, its address, and the cursor of its second
    page.
    """
    resident, staff = town.resident(), town.staff()
    wishes = [town.open_wish(resident, title=f"心愿{n}{n}") for n in range(3)]
    helper = town.volunteer()
    for wish in wishes[:2]:
        assert helper.post(f"/v1/wishes/{wish}/claim").status == 200
    submitted(town)
    submitted(town)
    for channel in (False, True):
        resident.patch("/v1/me", {"channels": {"sms": channel}})
    ward = town.person(household="h9", contact_via=staff.me["id"])
    for title in ("一把雨伞", "一双手套"):
        filed = town.wish_body(
            title=title,
            on_behalf_of=ward.id,
            consent={"how": "spoken", "witness": "许见证"},
        )
        assert staff.post("/v1/wishes", filed).status == 201
    neighbour = town.resident()
    body = {
        "category": "rubbish",
        "text": "楼道里有垃圾",
        "place": f"{BAIHUA}.g01.b05.u1",
    }
    tickets = [
        neighbour.post("/v1/tickets", body | {"text": f"垃圾{n}"}).json["id"]
        for n in range(3)
    ]
    assert (
        neighbour.post(
            f"/v1/tickets/{tickets[0]}/comment", {"text": "还在"}
        ).status
        == 200
    )
    found = {
        "wall": (Phone(), f"/v1/wishes?place={STREET}&limit=1"),
        "wishes of staff": (staff, f"/v1/wishes?place={BAIHUA}&limit=1"),
        "my wishes": (resident, "/v1/me/wishes?limit=1"),
        "filed for others": (staff, "/v1/me/filed?limit=1"),
        "my claims": (helper, "/v1/me/claims?limit=1"),
        "my hours": (helper, "/v1/me/hours?limit=1"),
        "consents": (town.phone_of(ward), "/v1/me/consents?limit=1"),
        "timeline": (resident, f"/v1/wishes/{wishes[0]}/timeline?limit=1"),
        "people": (staff, f"/v1/people?place={BAIHUA}&limit=1"),
        "places": (staff, f"/v1/places?under={STREET}&limit=1"),
        "queue": (staff, f"/v1/admin/queue?place={BAIHUA}&limit=1"),
        "tickets": (staff, f"/v1/tickets?place={BAIHUA}&limit=1"),
        "tickets reported last": (
            staff,
            f"/v1/tickets?place={BAIHUA}&order=new&limit=1",
        ),
        "my tickets": (neighbour, "/v1/me/tickets?limit=1"),
        "a ticket's timeline": (
            neighbour,
            f"/v1/tickets/{tickets[0]}/timeline?limit=1",
        ),
    }
    cursors = {
        name: phone.get(path).json["next"]
        for name, (phone, path) in found.items()
    }
    assert all(cursors.values()), cursors
    return {
        name: (phone, path, cursors[name])
        for name, (phone, path) in found.items()
    }


def test_a_cursor_goes_on_where_the_page_ended(
    pages: dict[str, tuple[Phone, str, str]],
):
    for name, (phone, path, cursor) in pages.items():
        first, second = phone.get(path), phone.get(f"{path}&cursor={cursor}")
        assert second.status == 200, (name, second.text)
        assert (
            first.json["items"] != second.json["items"] or name == "my hours"
        ), name


def test_a_cursor_with_any_letter_changed_is_400(
    town: World, pages: dict[str, tuple[Phone, str, str]]
):
    with unchanged(town):
        for name, (phone, path, cursor) in pages.items():
            for n, letter in enumerate(cursor):
                other = "A" if letter != "A" else "B"
                assert_problem(
                    phone.get(
                        f"{path}&cursor={cursor[:n]}{other}{cursor[n + 1 :]}"
                    ),
                    400,
                    about=(name, n),
                )
            for wrong in (
                cursor[:-1],
                cursor[1:],
                cursor + "A",
                cursor * 2,
                "A",
                "AAAA",
                "-",
                "0",
            ):
                assert_problem(
                    phone.get(f"{path}&cursor={wrong[:1000]}"),
                    400,
                    about=(name, wrong),
                )
            for wrong in (cursor + "=", "%00", "a b", "春", "a" * 1001, "+/"):
                assert_problem(
                    phone.get(f"{path}&cursor={wrong}"),
                    400,
                    422,
                    about=(name, wrong),
                )


def test_a_cursor_is_of_no_use_for_another_list(
    town: World, pages: dict[str, tuple[Phone, str, str]]
):
    with unchanged(town):
        for name, (_, _, cursor) in pages.items():
            for other, (phone, path, _) in pages.items():
                if other != name:
                    assert_problem(
                        phone.get(f"{path}&cursor={cursor}"),
                        400,
                        about=(name, other),
                    )


def test_a_cursor_is_of_no_use_to_anybody_else(
    town: World, pages: dict[str, tuple[Phone, str, str]]
):
    for name, (phone, path, cursor) in pages.items():
        if phone.token is None:
            assert_problem(
                town.resident().get(f"{path}&cursor={cursor}"), 400, about=name
            )
            continue
        another = (
            town.staff() if "timeline" in path else town.phone_of(town.admin)
        )
        assert another.get(path).status == 200
        assert_problem(another.get(f"{path}&cursor={cursor}"), 400, about=name)


def test_a_cursor_is_of_no_use_with_another_filter(
    town: World, pages: dict[str, tuple[Phone, str, str]]
):
    wall, staff, people = (
        pages["wall"],
        pages["wishes of staff"],
        pages["people"],
    )
    for phone, path, cursor in (wall, staff):
        for more in ("&kind=goods", "&state=open"):
            assert_problem(
                phone.get(f"{path}{more}&cursor={cursor}"), 400, about=more
            )
    assert_problem(
        wall[0].get(f"/v1/wishes?place={BAIHUA}&limit=1&cursor={wall[2]}"), 400
    )
    for more in ("&role=volunteer", "&q=x"):
        assert_problem(
            people[0].get(f"{people[1]}{more}&cursor={people[2]}"),
            400,
            about=more,
        )
    timeline = pages["timeline"]
    elsewhere = town.open_wish(timeline[0], title="另一个心愿")
    assert_problem(
        timeline[0].get(
            f"/v1/wishes/{elsewhere}/timeline?cursor={timeline[2]}"
        ),
        400,
    )


# headers


def _conditional() -> Iterator[Operation]:
    contract = api.operations
    from .good import CONTRACT

    for operation in contract:
        listed = CONTRACT["paths"][operation.path][operation.method.lower()][
            "parameters"
        ]
        if {"$ref": "#/components/parameters/IfMatch"} in listed:
            yield operation


@pytest.mark.parametrize("operation", list(_conditional()), ids=by_name)
def test_a_move_against_another_version_is_412_and_does_nothing(
    town: World, operation: Operation
):
    with spoilt(town, operation) as request:
        wrong = [
            '"999.abc"',
            '"0.abc"',
            "abc",
            '"',
            '"1"',
            '""',
            "1.abc",
            '"1.abc", "2.abc"',
            '"9999999999999.a"',
            "\x01",
            "春",
            '"1.z"',
        ]
        for tag in wrong:
            assert_problem(
                request.send(operation.method, if_match=tag), 412, about=tag
            )


# The contract is slow to make, and nobody has a file of their data.
UNREAD = ("read_contract", "fetch_my_data")
READABLE = [op for op in READS if "{" not in op.path and op.name not in UNREAD]


@pytest.mark.parametrize("operation", READABLE, ids=by_name)
def test_an_if_none_match_that_makes_no_sense_is_ignored(
    town: World, operation: Operation
):
    path, query = (
        _list(town, operation) if operation in LISTS else (operation.path, "")
    )
    staff = town.staff()
    for tag in ('"0.abc"', "W/,,", "\x00春", '"' + "a" * 20_000, "* , *"):
        assert staff.get(f"{path}?{query}", if_none_match=tag).status == 200, (
            tag
        )


@pytest.mark.parametrize(
    "operation",
    [op for op in WRITES if op.method == "POST" and op.repeatable],
    ids=by_name,
)
def test_an_idempotency_key_that_cannot_be_one_is_refused(
    town: World, operation: Operation
):
    with spoilt(town, operation) as request:
        for key in (
            "a" * 201,
            "",
            " ",
            "a b",
            "a\x00b",
            "\x7f",
            "键",
            "a\tb",
            "a\n",
            "\x1b[0m",
            "a" * 100_000,
            "\udc80",
        ):
            answer = request.send(operation.method, idempotency_key=key)
            assert_problem(answer, 422, about=key[:20])
            assert answer.code == "idempotency.key_invalid"


def test_an_idempotency_key_of_200_characters_is_taken(town: World):
    operation = next(
        operation for operation in WRITES if operation.name == "approve_wish"
    )
    assert succeeds(town, operation, idempotency_key="~" * 200)


def test_an_accept_language_of_any_kind_is_answered_in_one_of_two_languages(
    town: World,
):
    wild = [
        "",
        "*",
        "xx",
        ";q=",
        "en;q=abc",
        "en;q=nan",
        "zh;q=-1",
        "en;q=1e999",
        ",,,,,",
        "en-" + "x" * 50_000,
        "\x00",
        "春",
    ]
    wild += [
        "en;q=0.5,zh;q=0.9" * 5_000,
        "zh-Hant-TW;q=1;q=2",
        "EN",
        "i-klingon,en;q=0",
        "en;;q=1",
        "en q=1",
        "-",
        "q=1",
    ]
    for header in wild:
        for answer in (
            Phone().get(f"/v1/wishes?place={BAIHUA}", accept_language=header),
            Phone().get("/v1/me", accept_language=header),
        ):
            assert answer.status in (200, 401), header
            assert answer.headers["content-language"] in ("zh-CN", "en"), header
        assert_problem(Phone().get("/nowhere", accept_language=header), 404)


def test_a_language_that_is_refused_is_not_spoken():
    assert (
        Phone()
        .get("/v1/me", accept_language="en;q=0, zh")
        .headers["content-language"]
        == "zh-CN"
    )
    assert (
        Phone()
        .get("/v1/me", accept_language="zh;q=0, en;q=0.1")
        .headers["content-language"]
        == "en"
    )


# paths and methods


def test_a_path_that_is_not_there_is_404(town: World):
    paths = [
        "/nowhere",
        "/v1",
        "/v1/",
        "/v2/wishes",
        "/v1/wishes/a/b/c",
        "/V1/wishes",
        "//",
        "/v1//me",
        "/..",
        "/%00",
        "/\x00",
        "/春",
    ]
    paths += [
        "/.env",
        "/v1/me/../people",
        "/v1/%6de",
        "/wp-admin.php",
        "/" + "a" * 20_000,
        "/v1/wishes/../../etc/passwd",
        "*",
        "",
    ]
    paths += [
        "/[",
        "//[x",
        "/v1/me%2Fdata",
        "/v1/wishes%3Fplace=chunhui",
        "/v1/auth",
        "/dev/messages",
        "/v1/me/wishes/x",
        "/%",
    ]
    for phone in (Phone(), town.staff()):
        for path in paths:
            assert_problem(phone.get(path), 404, about=path)
            assert_problem(phone.post(path, {}), 404, about=path)


def test_a_method_that_is_not_there_is_405_and_says_which_are(town: World):
    served: dict[str, set[str]] = {}
    staff = town.staff()
    for operation in api.operations:
        served.setdefault(operation.path, set()).add(operation.method)
    known = (
        "GET",
        "POST",
        "PUT",
        "PATCH",
        "DELETE",
        "HEAD",
        "TRACE",
        "CONNECT",
        "PROPFIND",
        "get",
        "\x00",
        "G" * 3000,
        "春",
    )
    for path, methods in served.items():
        for method in set(known) - methods:
            answer = staff.call(method, path)
            assert_problem(answer, 405, about=(method, path))
            assert (
                set(re.split(r",\s*", answer.headers["allow"]))
                - {"OPTIONS", "HEAD"}
                == methods
            ), (method, path)


def test_a_refusal_has_the_headers_that_a_browser_needs():
    for method, path in (
        ("GET", "/nowhere"),
        ("PUT", "/v1/me/wishes"),
        ("GET", "/v1/me"),
        ("GET", "/v1/wishes?place=x.y.z"),
    ):
        status, headers, _ = gateway.handle(
            method, path, {}, b"", "203.0.113.7"
        )
        found = {name.lower(): value for name, value in headers}
        assert found["content-type"] == PROBLEM, (status, path)
        assert found["access-control-allow-origin"] == "*", (status, path)


def test_a_helper_cannot_tell_the_claim_of_another_from_none(town: World):
    wish_id, _, _ = claimed(town, helpers_needed=2)
    other = town.volunteer()
    assert other.post(f"/v1/wishes/{wish_id}/claim").status == 200
    theirs = town.staff().get(f"/v1/wishes/{wish_id}").json["claims"][0]["id"]
    answers = [
        other.post(f"/v1/wishes/{wish_id}/deliver", {"claim": id})
        for id in (theirs, "clm_" + "a" * 24)
    ]
    assert answers[0].text == answers[1].text
    assert_problem(answers[0], 422)


# bodies, taken apart


def _places(body: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the path to everything in a body, itself included."""
    found = [at]
    pairs = (
        body.items()
        if isinstance(body, dict)
        else enumerate(body)
        if isinstance(body, list)
        else ()
    )
    for name, value in pairs:
        found += _places(value, (*at, name))
    return found


def _get(body: Any, place: tuple[Any, ...]) -> Any:
    for name in place:
        body = body[name]
    return body


def _with(body: Any, place: tuple[Any, ...], value: Any) -> Any:
    if not place:
        return value
    changed = deepcopy(body)
    _get(changed, place[:-1])[place[-1]] = value
    return changed


def _without(body: Any, place: tuple[Any, ...]) -> Any:
    changed = deepcopy(body)
    if place:
        del _get(changed, place[:-1])[place[-1]]
    return changed


@EVERY_WRITE
def test_the_request_that_was_spoilt_in_all_these_ways_succeeds_unspoilt(
    town: World, operation: Operation
):
    assert succeeds(town, operation)


def test_a_time_in_any_zone_is_read_as_the_same_instant(town: World):
    resident = town.resident()
    written = {
        "from": "2026-11-25T09:00:00+08:00",
        "to": "2026-11-25T10:30:00+08:00",
    }
    wish = resident.post("/v1/wishes", town.wish_body(window=[written]))
    assert wish.json["window"] == [
        {"from": "2026-11-25T01:00:00Z", "to": "2026-11-25T02:30:00Z"}
    ]
    body = {"places": [BAIHUA], "paused_until": "2026-12-01T00:00:00+08:00"}
    assert (
        resident.put("/v1/me/volunteer", body).json["paused_until"]
        == "2026-11-30T16:00:00Z"
    )


def test_a_time_at_the_edge_of_all_time_is_refused_or_read_right(town: World):
    for start, end in (
        ("0001-01-01T00:00:00+14:00", "0001-01-02T00:00:00Z"),
        ("2026-11-25T01:00:00Z", "9999-12-31T23:59:59-14:00"),
    ):
        answer = town.resident().post(
            "/v1/wishes", town.wish_body(window=[{"from": start, "to": end}])
        )
        if answer.status != 201:
            assert_problem(answer, 422, about=(start, end))
            continue
        assert all(
            re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", time)
            for time in answer.json["window"][0].values()
        ), answer.text
