"""Schemathesis over the pages: a document is made of them, whose forms have the fields of the
operations behind them, and every request that it thinks of is answered with a page.

A run of its own, as contract_walk.py.
"""

import os
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings

from app import api, site
from chalicelib.pages.declaration import PageRoute
from chalicelib.web.openapi import document

from ..pages.scene import Scene
from ..pages.test_every_page import FIELDS, check, tokens
from ..world import World
from .watch import watched

EXAMPLES = int(os.environ.get("EXAMPLES", "3"))
ROLES = ("anonymous", "resident", "staff")
STATUSES = {200, 303, 304, 400, 403, 404, 409, 412, 413, 415, 422, 429}
TEXT = {"type": "string"}
QUERY = ("place", "kind", "state", "status", "cursor", "tab", "item", "q")
HARD = settings(
    deadline=None,
    derandomize=True,
    database=None,
    max_examples=EXAMPLES,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
)
answered: Counter[tuple[str, int]] = Counter()
contract = document(api.operations, api.id_prefixes)
scene = Scene.of(World())


def found(reference: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a schema of the contract, by its reference or itself."""
    schema: Any = reference
    while "$ref" in schema:
        schema = contract["components"]["schemas"][
            schema["$ref"].rpartition("/")[2]
        ]
    return schema


def fields_of(schema: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    """Return the fields of a form by name: nested ones have a dot, and everything is a text."""
    fields = {}
    for name, part in found(schema).get("properties", {}).items():
        choices = [found(each) for each in part.get("anyOf", [part])]
        inner = next((each for each in choices if "properties" in each), None)
        if inner:
            fields |= fields_of(inner, f"{before}{name}.")
            continue
        texts = [each for each in choices if each.get("type") == "string"]
        fields[before + name] = plain(texts[0]) if texts else TEXT
    return fields


def plain(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a text is, without what only describes it."""
    kept = ("type", "enum", "pattern", "minLength", "maxLength", "format")
    return {name: schema[name] for name in kept if name in schema}


def paths_of(page: PageRoute) -> Iterator[tuple[str, str]]:
    """Yield each path of a page, its moves filled in, and the path of the operation behind it."""
    route = page.act.route.partition(" ")[2] if page.act else ""
    moves = sorted(page.act.moves) if page.act else []
    for move in moves or [""]:
        if "{move}" in page.path and not move:
            continue  # of a view that knows its moves: tests/pages tries them
        yield (
            page.path.replace("{move}", move),
            route.replace("{move}", move),
        )


def described() -> dict[str, Any]:
    """Return an OpenAPI document of the pages."""
    paths: dict[str, Any] = {}
    for page in site.pages:
        for path, route in paths_of(page):
            names = [
                part[1:-1] for part in path.split("/") if part.startswith("{")
            ]
            parameters = [
                {
                    "name": name,
                    "in": "path",
                    "required": True,
                    "schema": {"enum": [*scene.values[name], "x", "%", "é"]},
                }
                for name in names
            ]
            operation: dict[str, Any] = {
                "operationId": f"{page.method} {path}",
                "parameters": parameters,
                "responses": {"200": {"description": "a page"}},
            }
            if page.method == "GET":
                operation["parameters"] += [
                    {"name": name, "in": "query", "schema": TEXT}
                    for name in QUERY
                ]
            else:
                operation["requestBody"] = body_of(route)
            paths.setdefault(path, {})[page.method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {"title": "pages", "version": "1"},
        "paths": paths,
    }


def body_of(route: str) -> dict[str, Any]:
    operation = contract["paths"].get(route, {}).get("post", {})
    media = operation.get("requestBody", {}).get("content", {})
    schema = media.get("application/json", {}).get("schema")
    properties = (
        fields_of(schema) if schema else dict.fromkeys(FIELDS[:30], TEXT)
    )
    form = {
        "type": "object",
        "properties": properties,
        "additionalProperties": TEXT,
    }
    return {
        "required": True,
        "content": {"application/x-www-form-urlencoded": {"schema": form}},
    }


config = schemathesis.Config.from_dict(
    {"seed": 1, "phases": {"coverage": {"enabled": False}}}
)
pages = schemathesis.openapi.from_dict(described(), config=config)
by_id = {
    f"{page.method} {path}": page
    for page in site.pages
    for path, _ in paths_of(page)
}


def pairs_of(body: Any) -> list[tuple[str, str]]:
    """Return a generated body as the pairs of a form; what is no form is one field."""
    given = body if isinstance(body, Mapping) else {"title": body}
    pairs = []
    for name, value in given.items():
        values = value if isinstance(value, list) else [value]
        pairs += [(str(name), str(each)) for each in values]
    return [
        (name.encode("utf-8", "replace").decode(), value)
        for name, value in pairs
    ]


@pages.parametrize()
@HARD
def test_no_request_of_a_page_confuses_it(case: Any) -> None:
    page = by_id[case.operation.definition.raw["operationId"]]
    for role in ROLES:
        browser = scene.browser(role)
        path = case.formatted_path
        with pytest.MonkeyPatch.context() as patch, watched(patch):
            if page.method == "GET":
                query = urlencode(
                    case.query or {}, doseq=True, errors="replace"
                )
                shown = browser.ask("GET", f"{path}?{query}")
            else:
                sent = urlencode(
                    tokens(browser, scene) + pairs_of(case.body),
                    errors="replace",
                )
                shown = browser.ask(
                    "POST",
                    path,
                    sent.encode(),
                    content_type="application/x-www-form-urlencoded",
                    origin=browser.origin,
                )
        check(page, shown, STATUSES)
        answered[page.method, shown.status] += 1


def test_control_forms_were_taken_and_refused_and_pages_shown():
    assert answered["GET", 200] > 200, answered
    assert answered["POST", 303] > 100, answered
    assert answered["POST", 422] > 100, answered


def test_control_the_document_has_every_page_and_the_fields_of_operations():
    everything = described()["paths"]
    assert len(everything) > 100
    form = everything["/m/wishes/new"]["post"]["requestBody"]
    fields = form["content"]["application/x-www-form-urlencoded"]["schema"]
    assert {"title", "needed_by", "consent.how"} <= set(fields["properties"])
    known = {(page.method, page.path) for page in site.pages}
    described_ = {(page.method, page.path) for page in by_id.values()}
    left = {path for _, path in known - described_}
    assert all("{move}" in path for path in left), left
