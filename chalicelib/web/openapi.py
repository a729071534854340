"""The contract as an OpenAPI 3.1 document, built from the mounted routes.

A test compares docs/openapi.json with it.
"""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel

from .forms import FORMS
from .openapi_errors import add_error_codes, error_components, error_responses
from .openapi_parameters import parameters_of
from .openapi_schemas import Json, Schemas, result_models, result_types
from .pages import HtmlPage
from .rendering import Redirect
from .routes import NO_PREFIXES, Operation

__all__ = ["document"]

_DESCRIPTION = (
    "Neighbourhood care: micro-wishes, people, places. "
    "Errors are problem documents (RFC 9457)."
)


def document(
    operations: Iterable[Operation],
    id_prefixes: Mapping[str, str] = NO_PREFIXES,
) -> Json:
    """Return the document of the given routes.

    `id_prefixes` gives the prefix of an id by the name of its entity, as features declare it.
    """
    ordered = sorted(operations, key=_path_and_method)
    schemas = Schemas(ordered)
    add_error_codes(schemas)
    paths: Json = {}
    for operation in ordered:
        methods = paths.setdefault(operation.path, {})
        methods[operation.method.lower()] = _operation(
            operation, schemas, id_prefixes
        )
    components = {
        "schemas": _components(ordered, schemas),
        "responses": error_components(schemas),
        "securitySchemes": {
            "bearer": {
                "type": "http",
                "scheme": "bearer",
                "bearerFormat": "JWT",
            }
        },
    }
    contract = {
        "openapi": "3.1.0",
        "info": {
            "title": "春晖 Chunhui",
            "version": "1",
            "description": _DESCRIPTION,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": components,
    }
    return _with_short_names(contract)


def _path_and_method(operation: Operation) -> tuple[str, str]:
    return operation.path, operation.method


def _components(operations: Iterable[Operation], schemas: Schemas) -> Json:
    """Return the named schemas. Queries are left out: their fields become parameters."""
    components = dict(schemas.all)
    for operation in operations:
        query = operation.hints().get("query")
        if query is not None:
            components.pop(schemas.request_name(query), None)
    return components


def _with_short_names(contract: Json) -> Json:
    """Put the feature before a schema's name that several features use, not its whole path."""
    text = json.dumps(contract, ensure_ascii=False)
    path = r"chalicelib__([a-z0-9]+)__\w+?__([A-Z]\w*)"
    short: Json = json.loads(re.sub(path, _feature_and_name, text))
    return short


def _feature_and_name(path: re.Match[str]) -> str:
    return path[1].title() + path[2]


def _operation(
    operation: Operation, schemas: Schemas, id_prefixes: Mapping[str, str]
) -> Json:
    hints = operation.hints()
    described: Json = {
        "operationId": operation.name,
        "tags": [operation.routes.tag],
        "summary": (operation.view.__doc__ or "").strip().split("\n")[0],
        "security": [{}] if operation.public else [{"bearer": []}],
        "parameters": parameters_of(operation, schemas, id_prefixes),
        "responses": _responses(operation, hints, schemas),
    }
    if "body" in hints:
        described["requestBody"] = _body(hints["body"], schemas)
    if "form" in hints:
        described["requestBody"] = _form(hints["form"], schemas)
    return described


def _body(model: type[BaseModel], schemas: Schemas) -> Json:
    schema = schemas.request_schema(model)
    return {
        "required": bool(schema.get("required")) or "properties" not in schema,
        "content": {"application/json": {"schema": schemas.request_ref(model)}},
    }


def _form(model: type[BaseModel], schemas: Schemas) -> Json:
    media: Json = {"schema": schemas.request_ref(model)}
    encoding = {}
    for name, field in schemas.request_schema(model)["properties"].items():
        if field.get("type") == "object":
            encoding[name] = {"style": "deepObject", "explode": True}
    if encoding:
        media["encoding"] = encoding
    return {"required": True, "content": dict.fromkeys(FORMS, media)}


def _responses(operation: Operation, hints: Json, schemas: Schemas) -> Json:
    results = result_types(hints)
    responses: Json = {
        str(operation.status): _success(operation, hints, schemas)
    }
    for status, view in operation.also.items():
        content = _content(operation, view, schemas)
        responses[str(status)] = {
            "description": "The result.",
            "content": content,
        }
    if operation.method == "GET" and not {HtmlPage, Redirect} & set(results):
        responses["304"] = {
            "description": "Unchanged since the ETag in If-None-Match."
        }
    return responses | error_responses(operation, schemas)


def _success(operation: Operation, hints: Json, schemas: Schemas) -> Json:
    if operation.status == 204:
        return {"description": "Done."}
    response: Json = {"description": "The result."}
    results = result_types(hints)
    if Redirect in results:
        return response
    if HtmlPage in results:
        response["content"] = {"text/html": {"schema": {"type": "string"}}}
        return response
    if operation.media:
        kind = {"type": "string", "format": "binary"}
        response["content"] = {operation.media: {"schema": kind}}
        return response
    model = result_models(hints)[0]
    response["content"] = _content(operation, model, schemas)
    if operation.status < 300:
        response["headers"] = {"ETag": {"schema": {"type": "string"}}}
    return response


def _content(
    operation: Operation, model: Any, schemas: Schemas
) -> Mapping[str, Any]:
    schema = schemas.response_ref(model)
    if operation.routes.dialect:
        return operation.routes.dialect.contract(schema, operation.path)
    return {"application/json": {"schema": schema}}
