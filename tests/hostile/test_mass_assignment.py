"""Fields that a body does not have are set by no name, at no depth, and by no other door."""

from dataclasses import replace
from itertools import product
from typing import Any
from urllib.parse import quote

import pytest

from chalicelib.web.routes import Operation

from ..storage import counted_storage
from ..tickets.street import TicketStreet, stored
from ..world import BUILDING, STREET, Phone, World, gateway
from .evidence import assert_problem, unchanged
from .good import CONTRACT, GOOD, WITH_BODY, by_name, schema_of
from .test_bad_input import _get, _places, _with

# What an attacker would like to set, in the spellings that frameworks bind.
WANTED: dict[str, Any] = {
    "id": "per_" + "a" * 24,
    "role": "street_admin",
    "roles": [{"role": "street_admin", "place": STREET}],
    "grants": [{"role": "street_admin", "place": STREET}],
    "phone": "+8613900000001",
    "version": 99,
    "vetted": "safeguarding",
    "vetting": {"level": "safeguarding"},
    "created_at": "2020-01-01T00:00:00Z",
    "updated_at": "2020-01-01T00:00:00Z",
    "state": "fulfilled",
    "status": "closed",
    "person_id": "per_" + "a" * 24,
    "personId": "per_" + "a" * 24,
    "owner": "per_" + "a" * 24,
    "actor": "system",
    "filed_by": "per_" + "a" * 24,
    "assignee": "per_" + "a" * 24,
    "blocked": False,
    "token_version": 0,
    "public_text": "x",
    "hours": 9999,
    "moves": ["approve"],
    "view": "staff",
    "__proto__": {"role": "street_admin"},
    "constructor": {"prototype": {}},
    "user[role]": "street_admin",
    "person.roles": [],
}


def names_of(operation: Operation) -> set[str]:
    """Return every name that a body of an operation may have, at any depth."""
    names: set[str] = set()
    seen: set[str] = set()
    reached = [schema_of(operation)["$ref"]]
    while reached:
        ref = reached.pop().rpartition("/")[2]
        if ref not in seen:
            seen.add(ref)
            schema = CONTRACT["components"]["schemas"][ref]
            names |= set(schema.get("properties", {}))
            reached += _refs(schema)
    return names


def _refs(part: Any) -> list[str]:
    found: list[str] = []
    if isinstance(part, dict):
        found += [part["$ref"]] if "$ref" in part else []
        part = list(part.values())
    if isinstance(part, list):
        for one in part:
            found += _refs(one)
    return found


@pytest.mark.parametrize("operation", WITH_BODY, ids=by_name)
def test_no_wanted_field_is_taken_at_any_depth(
    town: World, operation: Operation
):
    request = GOOD[operation.name](town)
    body = request.body or {}
    wanted = [name for name in WANTED if name not in names_of(operation)]
    assert len(wanted) >= len(WANTED) - 4
    parts = [at for at in _places(body) if isinstance(_get(body, at), dict)]
    assert parts
    with unchanged(town):
        for at, name in product(parts, wanted):
            spoilt = _with(body, (*at, name), WANTED[name])
            answer = request.send(operation.method, body=spoilt)
            assert_problem(answer, 422, about=(*at, name))
    assert request.send(operation.method).status < 300


@pytest.mark.parametrize("operation", WITH_BODY, ids=by_name)
def test_a_query_sets_no_field_of_a_body(town: World, operation: Operation):
    request = GOOD[operation.name](town)
    query = "&".join(
        f"{quote(name)}=property" for name in ("role", "roles", "state")
    )
    sep = "&" if "?" in request.path else "?"
    with counted_storage() as storage:
        answer = request.send(
            operation.method, path=f"{request.path}{sep}{query}"
        )
    assert answer.status < 300 or answer.status == 422
    written = str([kwargs for _, kwargs, _ in storage.calls])
    assert "property" not in written or "property" in str(request.body)


FIELDS = (
    "person_id",
    "filed_by",
    "state",
    "level",
    "assignee",
    "urgency",
    "public_text",
    "private",
    "source",
    "created_at",
    "version",
    "account_id",
    "id",
)


@pytest.mark.parametrize("name", FIELDS)
def test_a_form_of_another_application_sets_no_field_of_a_ticket(
    world: World, name: str
):
    """The specification has unknown fields passed over."""
    world.services.open311._keys = {"fms": "key-0123456789-0123"}
    TicketStreet(world)
    plain, spoilt = report(world, ""), report(world, f"&{name}=urgent")
    alike = {"id": plain.id, "timer": plain.timer, "staff_duplicates": ()}
    assert replace(spoilt, **alike) == plain


def report(world: World, more: str) -> Any:
    form = (
        "api_key=key-0123456789-0123&service_code=light"
        f"&address_id={BUILDING}&description=abc{more}"
    )
    status, _, text = gateway.handle(
        "POST",
        "/open311/v2/requests.json",
        {"content-type": "application/x-www-form-urlencoded"},
        form.encode(),
        "203.0.113.7",
    )
    assert status == 200, text
    found = text.decode().partition('"service_request_id": "')[2]
    return stored(found.partition('"')[0])


def test_some_wanted_names_are_fields_of_other_bodies():
    """A refusal is not for their spelling."""
    names = set().union(*(names_of(operation) for operation in WITH_BODY))
    assert {"phone", "role", "blocked", "vetting"} & names


def test_a_body_for_nobody_is_still_nobodys(town: World):
    """A token is the only name of the caller."""
    for header in ("x_user_id", "x_person_id", "x_roles", "x_remote_user"):
        answer = Phone().get("/v1/me", **{header: town.admin.id})
        assert_problem(answer, 401)
