"""The contract's texts: every part is explained, and every example fits its schema."""

import pytest
from jsonschema import Draft202012Validator

from app import api
from chalicelib.web.contract_texts import contract_texts
from chalicelib.web.openapi import document

CONTRACT = document(api.operations, api.id_prefixes)
COMPONENTS = CONTRACT["components"]
TEXTS = contract_texts(api.operations)
OPERATIONS = {
    operation["operationId"]: operation
    for methods in CONTRACT["paths"].values()
    for operation in methods.values()
}


def resolved(part):
    """Return a part of the contract, or what its reference names."""
    while "$ref" in part:
        kind, name = part["$ref"].split("/")[-2:]
        part = COMPONENTS[kind][name]
    return part


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_operation_says_who_may_call_it_and_what_follows(name):
    operation = OPERATIONS[name]
    assert operation["summary"].endswith(".")
    assert operation["description"].startswith("For ")
    for parameter in map(resolved, operation["parameters"]):
        assert parameter["description"].endswith("."), parameter["name"]


@pytest.mark.parametrize("name", COMPONENTS["schemas"])
def test_every_property_is_explained(name):
    fields = COMPONENTS["schemas"][name].get("properties", {})
    assert [
        field
        for field, schema in fields.items()
        if not schema.get("description")
    ] == []


def test_every_schema_but_a_union_is_explained():
    unexplained = [
        name
        for name, schema in COMPONENTS["schemas"].items()
        if "oneOf" not in schema and not schema.get("description")
    ]
    assert unexplained == []


def test_every_tag_is_explained():
    assert all(tag["description"] for tag in CONTRACT["tags"])
    used = {
        tag for operation in OPERATIONS.values() for tag in operation["tags"]
    }
    assert {tag["name"] for tag in CONTRACT["tags"]} == used


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_body_has_an_example_that_fits_its_schema(name):
    operation = OPERATIONS[name]
    bodies = [operation.get("requestBody", {})]
    bodies += [
        answer
        for status, answer in operation["responses"].items()
        if status.startswith("2")
    ]
    for body in bodies:
        for media, content in body.get("content", {}).items():
            if content["schema"].get("format") == "binary":
                continue
            shown = [
                resolved(one)["value"]
                for one in content.get("examples", {}).values()
            ]
            shown += [content["example"]] if "example" in content else []
            assert shown, media
            schema = content["schema"] | {"components": COMPONENTS}
            for one in shown:
                Draft202012Validator(schema).validate(one)


def test_no_text_explains_what_does_not_exist():
    schemas = {
        f"{name}.{field}"
        for name, schema in COMPONENTS["schemas"].items()
        for field in schema.get("properties", {})
    }
    used = {field.partition(".")[2] for field in schemas} | set(
        COMPONENTS["schemas"]
    )
    used |= {
        parameter["name"]
        for operation in OPERATIONS.values()
        for parameter in map(resolved, operation["parameters"])
    }
    for name in TEXTS.fields.keys() | TEXTS.examples.keys():
        owner, _, field = name.rpartition(".")
        if owner == "path" or owner.endswith("Query"):
            assert field in used, name
        else:
            assert name in (schemas if owner else used), name


def test_every_success_with_an_etag_refers_to_the_shared_header():
    for name, operation in OPERATIONS.items():
        for answer in operation["responses"].values():
            for header in resolved(answer).get("headers", {}).values():
                assert header["$ref"].startswith("#/components/headers/"), name
