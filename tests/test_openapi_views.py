"""The contract's schemas: views, closed sets and names, as generated clients need them."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app import api
from chalicelib.tickets import states as tickets
from chalicelib.web.openapi import document
from chalicelib.wishes import states as wishes

from .world import Phone, World

CONTRACT = document(api.operations, api.id_prefixes)
SCHEMAS = CONTRACT["components"]["schemas"]
NULL = {"type": "null"}
ROOT = Path(__file__).resolve().parent.parent / "chalicelib"


def parts(part: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every object of a part of the contract with its path, but no example."""
    if isinstance(part, dict):
        yield path, part
        for name, inner in part.items():
            if name not in ("example", "examples"):
                yield from parts(inner, f"{path}/{name}")
    elif isinstance(part, list):
        for number, inner in enumerate(part):
            yield from parts(inner, f"{path}/{number}")


def test_every_union_of_views_has_a_discriminator():
    unions = [
        (path, part)
        for path, part in parts(CONTRACT)
        if "oneOf" in part
        or len([c for c in part.get("anyOf", ()) if "$ref" in c]) > 1
    ]
    assert {path.rpartition("/")[2] for path, _ in unions} >= {
        "AnyWish",
        "AnyTicket",
        "ListedTicket",
    }
    for path, union in unions:
        assert union["discriminator"]["propertyName"] == "view", path
        mapping = union["discriminator"]["mapping"]
        assert set(mapping.values()) == {c["$ref"] for c in union["oneOf"]}


def test_each_view_of_a_union_requires_its_own_constant():
    for name in ("AnyWish", "AnyTicket", "ListedTicket"):
        for value, ref in SCHEMAS[name]["discriminator"]["mapping"].items():
            view = SCHEMAS[ref.rpartition("/")[2]]
            assert view["properties"]["view"]["const"] == value
            assert "view" in view["required"]


def test_the_views_of_a_wish_are_listed_narrowest_first():
    refs = [c["$ref"].rpartition("/")[2] for c in SCHEMAS["AnyWish"]["oneOf"]]
    assert refs == ["PublicWish", "HelperWish", "OwnerWish", "StaffWish"]


def test_no_two_schemas_have_one_title():
    titles = Counter(schema["title"] for schema in SCHEMAS.values())
    assert titles == Counter(list(SCHEMAS))


def test_no_property_repeats_its_name_as_a_title():
    inner = [
        path
        for path, part in parts(SCHEMAS)
        if path.count("/") > 1 and isinstance(part.get("title"), str)
    ]
    assert inner == []


def test_every_enum_has_a_name_and_is_published_once():
    inline = [
        path
        for path, part in parts(CONTRACT)
        if isinstance(part.get("enum"), list)
    ]
    # The codes of one operation are a part of the enum of all codes.
    narrowed = "/schema/allOf/1/properties/code"
    named = [path for path in inline if not path.endswith(narrowed)]
    assert all(path.startswith("/components/schemas/") for path in named)
    assert all(path.count("/") == 3 for path in named), named


def test_the_codes_of_an_operation_are_a_part_of_all_codes():
    codes = set(SCHEMAS["ErrorCode"]["enum"])
    narrowed = [
        part["enum"]
        for path, part in parts(CONTRACT)
        if path.endswith("/allOf/1/properties/code")
    ]
    assert narrowed
    assert all(set(enum) <= codes for enum in narrowed)


def test_no_default_is_null():
    assert not [
        path for path, part in parts(SCHEMAS) if part.get("default", 0) is None
    ]


def test_a_null_is_one_of_two_choices():
    for path, part in parts(SCHEMAS):
        if NULL in part.get("anyOf", ()):
            assert len(part["anyOf"]) == 2, path


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("WishMove", wishes.TABLE.open_moves),
        ("TicketMove", tickets.TABLE.open_moves),
        ("WishEventTag", wishes.TABLE.events | wishes.UNMOVED_EVENTS),
        ("TicketEventTag", tickets.TABLE.events | tickets.UNMOVED_EVENTS),
        ("WishParty", wishes.PARTIES),
        ("TicketParty", tickets.PARTIES),
        ("Ending", {*tickets.Ending}),
    ],
)
def test_closed_sets_follow_the_tables(name, values):
    assert set(SCHEMAS[name]["enum"]) == set(values)


@pytest.mark.parametrize("feature", ["wishes", "tickets"])
def test_every_event_that_the_code_writes_is_in_the_contract(feature):
    kind = {"wishes": "WishEventTag", "tickets": "TicketEventTag"}[feature]
    written: set[str] = set()
    for file in (ROOT / feature).glob("*.py"):
        text = file.read_text(encoding="utf-8")
        written.update(re.findall(r'tag="([a-z_.]+)"', text))
        written.update(re.findall(r'event_of\(\s*\w+, "([a-z_.]+)"', text))
    assert written
    assert written <= set(SCHEMAS[kind]["enum"])


def test_every_kind_of_task_is_in_the_contract():
    from chalicelib.catalogue import queue_kinds

    assert set(SCHEMAS["QueueTaskKind"]["enum"]) == set(queue_kinds())


def test_a_token_is_optional_where_the_answer_depends_on_the_caller():
    optional = {
        operation["operationId"]
        for methods in CONTRACT["paths"].values()
        for operation in methods.values()
        if operation["security"] == [{}, {"bearer": []}]
    }
    assert optional == {"list_wishes", "read_wish"}


def test_public_routes_differ_by_token_only_if_they_say_so(world: World):
    resident = world.resident()
    id = world.open_wish(resident)
    assert resident.get(f"/v1/wishes/{id}").json["view"] == "owner"
    assert Phone().get(f"/v1/wishes/{id}").json["view"] == "public"


def test_the_servers_are_those_of_the_deployment():
    served = document(api.operations, api.id_prefixes, "https://care.example")
    assert [server["url"] for server in served["servers"]] == [
        "https://care.example"
    ]
    assert [server["url"] for server in CONTRACT["servers"]] == ["/"]
    assert CONTRACT["info"]["title"].isascii()
