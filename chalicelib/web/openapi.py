"""The contract as an OpenAPI 3.1 document, made from the mounted routes. docs/openapi.json is compared with it in a test."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, get_args, get_origin

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from ..kernel.text_catalogue import DEFAULT_LOCALE
from .errors import Problem
from .forms import FORMS
from .pages import HtmlPage
from .rendering import Redirect, Reply
from .routes import NO_PREFIXES, Operation, path_pattern

__all__ = ["document"]

_REF = "#/components/schemas/{model}"
_ERRORS = {
    "400": "Cannot be read: malformed JSON, or a cursor that is not of this list.",
    "401": "No token, or one that is not valid.",
    "403": "Known, but not allowed.",
    "404": "Not there, or not for the caller to know of.",
    "409": "Against the state of things, or not unique.",
    "412": "If-Match names another version.",
    "413": "More than 64 KiB.",
    "415": "Not application/json.",
    "422": "Fields that cannot be taken.",
    "429": "Too often; see Retry-After.",
    "503": "Contention; nothing was done; see Retry-After.",
}


def document(
    operations: Iterable[Operation],
    id_prefixes: Mapping[str, str] = NO_PREFIXES,
) -> dict[str, Any]:
    """Return the document of the given routes.

    `id_prefixes` gives the prefix of an id by what it names, as features declare it.
    """
    listed = sorted(
        operations, key=lambda operation: (operation.path, operation.method)
    )
    models: list[tuple[type[BaseModel], Any]] = [(Problem, "serialization")]
    for operation in listed:
        hints = operation.hints()
        models += [
            (hints[name], "validation")
            for name in ("body", "form", "query")
            if name in hints
        ]
        models += [(model, "serialization") for model in _answers(hints)]
    refs, schemas = models_json_schema(list(dict.fromkeys(models)), ref_template=_REF)
    paths: dict[str, Any] = {}
    for operation in listed:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(
            operation, refs, schemas["$defs"], id_prefixes
        )
    queries = {
        refs[(op.hints()["query"], "validation")]["$ref"]
        for op in listed
        if "query" in op.hints()
    }
    found: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {
            "title": "春晖 Chunhui",
            "version": "1",
            "description": "Neighbourhood care: micro-wishes, people, places. Errors are problem documents (RFC 9457).",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": {
                name: schema
                for name, schema in schemas["$defs"].items()
                if _REF.format(model=name) not in queries
            },
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
            },
        },
    }
    return _with_short_names(found)


def _with_short_names(document: dict[str, Any]) -> dict[str, Any]:
    """Name a schema whose name several features use after its feature: pydantic gives the whole path of its module."""
    text = json.dumps(document, ensure_ascii=False)
    short: dict[str, Any] = json.loads(
        re.sub(
            r"chalicelib__([a-z0-9]+)__\w+?__([A-Z]\w*)",
            lambda found: found[1].title() + found[2],
            text,
        )
    )
    return short


def _answers(hints: dict[str, Any]) -> list[type[BaseModel]]:
    """Return the models that a view may return: one, or those of a union."""
    models = (kind for kind in _kinds(hints) if isinstance(kind, type))
    return [model for model in models if issubclass(model, BaseModel)]


def _kinds(hints: dict[str, Any]) -> tuple[Any, ...]:
    """Return the types that a view may return, without the `Reply` around them."""
    hint = hints.get("return")
    if get_origin(hint) is Reply:
        (hint,) = get_args(hint)
    return get_args(hint) or (hint,)


def _operation(
    operation: Operation,
    refs: Any,
    schemas: dict[str, Any],
    id_prefixes: Mapping[str, str],
) -> dict[str, Any]:
    hints = operation.hints()
    parameters = [
        *_path_parameters(operation, id_prefixes),
        *_query_parameters(hints.get("query"), refs, schemas),
        *_headers(operation),
    ]
    found: dict[str, Any] = {
        "operationId": operation.name,
        "tags": [operation.routes.tag],
        "summary": (operation.view.__doc__ or "").strip().split("\n")[0],
        "security": [{}] if operation.public else [{"bearer": []}],
        "parameters": parameters,
        "responses": _responses(operation, hints, refs),
    }
    if "body" in hints:
        schema = refs[(hints["body"], "validation")]
        model = schemas[schema["$ref"].rpartition("/")[2]]
        needed = bool(model.get("required")) or "properties" not in model
        found["requestBody"] = {
            "required": needed,
            "content": {"application/json": {"schema": schema}},
        }
    if "form" in hints:
        found["requestBody"] = {
            "required": True,
            "content": dict.fromkeys(FORMS, _form(hints["form"], refs, schemas)),
        }
    return found


def _form(model: type[BaseModel], refs: Any, schemas: dict[str, Any]) -> dict[str, Any]:
    schema = refs[(model, "validation")]
    fields = schemas[schema["$ref"].rpartition("/")[2]]["properties"]
    deep = {
        name: {"style": "deepObject", "explode": True}
        for name, field in fields.items()
        if field.get("type") == "object"
    }
    return {"schema": schema} | ({"encoding": deep} if deep else {})


def _path_parameters(
    operation: Operation, id_prefixes: Mapping[str, str]
) -> list[dict[str, Any]]:
    names: list[str] = re.findall(r"{(\w+)}", operation.path)
    return [_path_parameter(name, id_prefixes) for name in names]


def _path_parameter(name: str, id_prefixes: Mapping[str, str]) -> dict[str, Any]:
    schema = {"type": "string", "pattern": f"^{path_pattern(name, id_prefixes)}$"}
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _query_parameters(
    model: type[BaseModel] | None, refs: Any, schemas: dict[str, Any]
) -> list[dict[str, Any]]:
    if model is None:
        return []
    schema = schemas[refs[(model, "validation")]["$ref"].rpartition("/")[2]]
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


def _without_null(field: dict[str, Any]) -> dict[str, Any]:
    """A query parameter is left out rather than null."""
    choices = [
        choice for choice in field.get("anyOf", []) if choice != {"type": "null"}
    ]
    plain = {
        name: value
        for name, value in field.items()
        if name not in ("anyOf", "title") and value is not None
    }
    return (
        plain | (choices[0] if len(choices) == 1 else {"anyOf": choices})
        if choices
        else plain
    )


def _headers(operation: Operation) -> list[dict[str, Any]]:
    text = {"type": "string"}
    found = [
        {
            "name": "Accept-Language",
            "in": "header",
            "schema": text,
            "example": DEFAULT_LOCALE,
        }
    ]
    if operation.method == "POST" and operation.repeatable:
        key = {"type": "string", "pattern": "^[!-~]{1,200}$"}
        found.append({"name": "Idempotency-Key", "in": "header", "schema": key})
    if operation.method == "GET":
        found.append({"name": "If-None-Match", "in": "header", "schema": text})
    elif operation.conditional and (
        (operation.repeatable and "{" in operation.path) or operation.method == "PATCH"
    ):
        found.append({"name": "If-Match", "in": "header", "schema": text})
    return found


def _responses(
    operation: Operation, hints: dict[str, Any], refs: Any
) -> dict[str, Any]:
    dialect = operation.routes.dialect
    kinds = _kinds(hints)
    answer: dict[str, Any] = {
        "description": "Done." if operation.status == 204 else "The answer."
    }
    if operation.status != 204 and Redirect not in kinds:
        schemas = [refs[(model, "serialization")] for model in _answers(hints)]
        schema = schemas[0] if len(schemas) == 1 else {"anyOf": schemas}
        answer["content"] = (
            dialect.contract(schema, operation.path)
            if dialect
            else {"application/json": {"schema": schema}}
        )
        if HtmlPage in kinds:
            answer["content"] = {"text/html": {"schema": {"type": "string"}}}
        elif operation.status < 300:
            answer["headers"] = {"ETag": {"schema": {"type": "string"}}}
    found = {str(operation.status): answer}
    if operation.method == "GET" and not {HtmlPage, Redirect} & set(kinds):
        found["304"] = {"description": "Unchanged since the ETag in If-None-Match."}
    problem = {"application/problem+json": {"schema": refs[(Problem, "serialization")]}}
    said = dialect.contract(None, operation.path) if dialect else problem
    errors = dialect.statuses if dialect else _ERRORS
    return found | {
        status: {"description": text, "content": said}
        for status, text in errors.items()
    }
