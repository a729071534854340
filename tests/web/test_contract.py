"""The OpenAPI document is valid, complete and says what the routes do."""

import re

from openapi_spec_validator import OpenAPIV31SpecValidator

from app import api
from chalicelib.web.openapi import document

from ..world import Phone, World

SPEC = document(api.operations, api.id_prefixes)
OPERATIONS = [
    (path, method, op)
    for path, item in SPEC["paths"].items()
    for method, op in item.items()
]
# Open311 answers as its own specification says (tests/open311).
OURS = [
    (path, method, op)
    for path, method, op in OPERATIONS
    if not path.startswith("/open311/")
]


def resolved(part: dict) -> dict:
    """Return a part of the contract, or what its reference names."""
    while "$ref" in part:
        kind, name = part["$ref"].split("/")[-2:]
        part = SPEC["components"][kind][name]
    return part


def names(where: list[dict], place: str) -> set[str]:
    parameters = map(resolved, where)
    return {
        parameter["name"]
        for parameter in parameters
        if parameter["in"] == place
    }


def test_the_document_is_valid_openapi():
    assert list(OpenAPIV31SpecValidator(SPEC).iter_errors()) == []


def test_the_contract_has_every_route():
    assert {(op.method.lower(), op.path) for op in api.operations} == {
        (method, path) for path, method, _ in OPERATIONS
    }


def test_every_operation_has_an_id_of_its_own_a_tag_and_a_summary():
    assert len({op["operationId"] for _, _, op in OPERATIONS}) == len(
        OPERATIONS
    )
    assert all(
        op["summary"].endswith(".") and op["tags"] for _, _, op in OPERATIONS
    )


def test_every_operation_documents_its_problems():
    for path, _, op in OURS:
        problems = [
            resolved(answer)
            for status, answer in op["responses"].items()
            if status >= "400"
        ]
        assert problems, path
        for answer in problems:
            assert set(answer["content"]) == {"application/problem+json"}, path


SHEETS = {
    ".csv": "text/csv",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def test_every_operation_documents_its_success_with_a_schema():
    for path, _, op in OURS:
        good = {
            status: answer
            for status, answer in op["responses"].items()
            if status.startswith("2")
        }
        assert len(good) == 1 + (path == "/v1/me/data"), path  # or a file of it
        media = {
            kind
            for answer in good.values()
            for kind in answer.get("content", {})
        }
        expected = {"application/json"}
        if "unsubscribe" in path:
            expected = {"text/html"}
        if path.endswith(tuple(SHEETS)):
            expected = {SHEETS[path[path.rindex(".") :]]}
        assert media <= expected, path
        assert "204" in good or all(
            "schema" in answer["content"][kind]
            for answer in good.values()
            for kind in media
        ), path


def test_what_open311_answers_is_documented_in_the_formats_that_a_path_can_name():
    for path, method, op in (op for op in OPERATIONS if op not in OURS):
        assert op["security"] == []
        media = {"application/json", "text/xml"}
        media &= {
            {"json": "application/json", ".xml": "text/xml"}.get(path[-4:]),
            *(media if "{document}" in path else ()),
        }
        assert set(op["responses"]) == {
            "200",
            "400",
            "403",
            "404",
            "429",
            "503",
        } | ({"304"} if method == "get" else set())
        assert all(
            set(answer["content"]) == media
            for status, answer in op["responses"].items()
            if status != "304"
        ), path
        forms = {"application/x-www-form-urlencoded", "multipart/form-data"}
        assert set(op.get("requestBody", {}).get("content", ())) == (
            forms if method == "post" else set()
        )


def test_every_part_of_a_path_is_a_documented_parameter():
    for path, _, op in OPERATIONS:
        assert names(op["parameters"], "path") == set(
            re.findall(r"{(\w+)}", path)
        )


# Sign-in has its own rules, a preview changes nothing, an update from outside has no receipt.
UNKEYED = (
    "/v1/auth",
    "/v1/policies/tickets/replay",
    "/open311/v2/servicerequestupdates",
)


def test_reads_take_if_none_match_and_most_posts_an_idempotency_key():
    for path, method, op in OPERATIONS:
        headers = names(op["parameters"], "header")
        assert ("If-None-Match" in headers) == (method == "get")
        assert ("Idempotency-Key" in headers) == (
            method == "post" and not path.startswith(UNKEYED)
        )


def test_what_is_public_is_what_the_contract_lists():
    public = {
        f"{method} {path}"
        for path, method, op in OURS
        if not op["security"] or {} in op["security"]
    }
    assert public == {
        "get /",
        "get /healthz",
        "get /v1/unsubscribe/{token}",
        "post /v1/unsubscribe/{token}",
        "post /v1/webhooks/sms/{provider}",
        "get /openapi.json",
        "get /v1/consents/texts",
        "get /v1/places/{code}",
        "get /v1/streets",
        "get /v1/wishes",
        "get /v1/wishes/{wish_id}",
        "post /v1/auth/codes",
        "post /v1/auth/tokens",
    }


def test_every_reference_leads_somewhere():
    known = {
        f"#/components/{kind}/{name}"
        for kind, parts in SPEC["components"].items()
        for name in parts
    }
    assert set(re.findall(r"'\$ref': '([^']+)'", str(SPEC))) <= known


def test_lists_are_paged_alike():
    for path, method, op in OPERATIONS:
        query = names(op["parameters"], "query")
        assert ("limit" in query) == ("cursor" in query), (path, method)


def test_the_contract_and_the_health_check_are_served(world: World):
    nobody = Phone()
    assert nobody.get("/openapi.json").json == SPEC
    assert nobody.get("/healthz").json["status"] == "ok"
    assert nobody.get("/").status == 200
