"""The parameters of a route in the contract: of its path, its query and its headers."""

import re
from collections.abc import Mapping

from pydantic import BaseModel

from ..kernel.text_catalogue import DEFAULT_LOCALE
from .contract_texts import ContractTexts
from .openapi_schemas import Json, Schemas
from .routes import Operation, path_pattern

__all__ = ["PARAMETERS", "parameters_of"]

# The headers that many operations take, by the name of their component.
PARAMETERS: Mapping[str, Json] = {
    "AcceptLanguage": {
        "name": "Accept-Language",
        "in": "header",
        "description": "The language of texts for people: `zh-CN`, the default, or `en`.",
        "schema": {"type": "string", "examples": [DEFAULT_LOCALE]},
    },
    "IdempotencyKey": {
        "name": "Idempotency-Key",
        "in": "header",
        "description": "A text of the client's own, such as a UUID; a repeated request with it "
        "has one effect.",
        "schema": {"type": "string", "pattern": "^[!-~]{1,200}$"},
    },
    "IfMatch": {
        "name": "If-Match",
        "in": "header",
        "description": "The `ETag` that the client has seen; another version is answered 412.",
        "schema": {"type": "string"},
    },
    "IfNoneMatch": {
        "name": "If-None-Match",
        "in": "header",
        "description": "The `ETag` that the client has; an unchanged resource is answered 304.",
        "schema": {"type": "string"},
    },
}


def parameters_of(
    operation: Operation,
    schemas: Schemas,
    id_prefixes: Mapping[str, str],
    texts: ContractTexts,
) -> list[Json]:
    """Return the parameters of a route."""
    names: list[str] = re.findall(r"{(\w+)}", operation.path)
    return [
        *(_path_parameter(name, id_prefixes, texts) for name in names),
        *_query_parameters(operation.hints().get("query"), schemas),
        *_header_parameters(operation),
    ]


def _path_parameter(
    name: str, id_prefixes: Mapping[str, str], texts: ContractTexts
) -> Json:
    described: Json = {"name": name, "in": "path", "required": True}
    about = texts.fields.get(f"path.{name}")
    if about is None and name.endswith("_id"):
        thing = name.removesuffix("_id").replace("_", " ")
        about = f"The id of the {thing}."
    if about:
        described["description"] = about
    described["schema"] = {
        "type": "string",
        "pattern": f"^{path_pattern(name, id_prefixes)}$",
    }
    return described


def _query_parameters(
    model: type[BaseModel] | None, schemas: Schemas
) -> list[Json]:
    if model is None:
        return []
    schema = schemas.request_schema(model)
    required = schema.get("required", [])
    return [
        _query_parameter(name, field, is_required=name in required)
        for name, field in schema["properties"].items()
    ]


def _query_parameter(name: str, field: Json, *, is_required: bool) -> Json:
    schema = _without_null(field)
    described: Json = {"name": name, "in": "query", "required": is_required}
    if "description" in schema:
        described["description"] = schema.pop("description")
    return described | {"schema": schema}


def _without_null(field: Json) -> Json:
    """Return a field's schema without null: a query parameter is left out instead."""
    schema: Json = {
        name: value for name, value in field.items() if name != "anyOf"
    }
    null = {"type": "null"}
    choices = [choice for choice in field.get("anyOf", []) if choice != null]
    if len(choices) == 1:
        only: Json = choices[0]
        return only | schema
    if choices:
        return schema | {"anyOf": choices}
    return schema


def _header_parameters(operation: Operation) -> list[Json]:
    """Return references to the header parameters of an operation.

    `repeatable` operations take an Idempotency-Key. `conditional` ones take If-Match if they
    change a resource. Every GET takes If-None-Match.
    """
    names = ["AcceptLanguage"]
    if operation.method == "POST" and operation.repeatable:
        names.append("IdempotencyKey")
    if operation.method == "GET":
        names.append("IfNoneMatch")
    elif operation.conditional and _changes_a_resource(operation):
        names.append("IfMatch")
    return [{"$ref": f"#/components/parameters/{name}"} for name in names]


def _changes_a_resource(operation: Operation) -> bool:
    if operation.method == "PATCH":
        return True
    return operation.repeatable and "{" in operation.path
