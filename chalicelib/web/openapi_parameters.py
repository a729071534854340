"""The parameters of a route in the contract: of its path, its query and its headers."""

import re
from collections.abc import Mapping

from pydantic import BaseModel

from ..kernel.text_catalogue import DEFAULT_LOCALE
from .openapi_schemas import Json, Schemas
from .routes import Operation, path_pattern

__all__ = ["parameters_of"]


def parameters_of(
    operation: Operation, schemas: Schemas, id_prefixes: Mapping[str, str]
) -> list[Json]:
    """Return the parameters of a route."""
    return [
        *_path_parameters(operation, id_prefixes),
        *_query_parameters(operation.hints().get("query"), schemas),
        *_header_parameters(operation),
    ]


def _path_parameters(
    operation: Operation, id_prefixes: Mapping[str, str]
) -> list[Json]:
    names: list[str] = re.findall(r"{(\w+)}", operation.path)
    return [_path_parameter(name, id_prefixes) for name in names]


def _path_parameter(name: str, id_prefixes: Mapping[str, str]) -> Json:
    schema = {
        "type": "string",
        "pattern": f"^{path_pattern(name, id_prefixes)}$",
    }
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _query_parameters(
    model: type[BaseModel] | None, schemas: Schemas
) -> list[Json]:
    if model is None:
        return []
    schema = schemas.request_schema(model)
    required = schema.get("required", [])
    return [
        {
            "name": name,
            "in": "query",
            "required": name in required,
            "schema": _without_null(field),
        }
        for name, field in schema["properties"].items()
    ]


def _without_null(field: Json) -> Json:
    """Return a field's schema without null: a query parameter is left out instead."""
    schema: Json = {
        name: value
        for name, value in field.items()
        if name not in ("anyOf", "title") and value is not None
    }
    null = {"type": "null"}
    choices = [choice for choice in field.get("anyOf", []) if choice != null]
    if len(choices) == 1:
        only: Json = choices[0]
        return schema | only
    if choices:
        return schema | {"anyOf": choices}
    return schema


def _header_parameters(operation: Operation) -> list[Json]:
    """Return the header parameters of an operation.

    `repeatable` operations take an Idempotency-Key. `conditional` ones take If-Match if they
    change a resource. Every GET takes If-None-Match.
    """
    text = {"type": "string"}
    language = _header("Accept-Language", text)
    headers = [language | {"example": DEFAULT_LOCALE}]
    if operation.method == "POST" and operation.repeatable:
        key = {"type": "string", "pattern": "^[!-~]{1,200}$"}
        headers.append(_header("Idempotency-Key", key))
    if operation.method == "GET":
        headers.append(_header("If-None-Match", text))
    elif operation.conditional and _changes_a_resource(operation):
        headers.append(_header("If-Match", text))
    return headers


def _header(name: str, schema: Mapping[str, str]) -> Json:
    return {"name": name, "in": "header", "schema": schema}


def _changes_a_resource(operation: Operation) -> bool:
    if operation.method == "PATCH":
        return True
    return operation.repeatable and "{" in operation.path
