"""The contract as an OpenAPI 3.1 document, built from the mounted routes.

A test compares docs/openapi.json with it.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel

from .contract_texts import ContractTexts, contract_texts
from .forms import FORMS
from .openapi_errors import add_error_codes, error_components, error_responses
from .openapi_examples import Examples
from .openapi_info import INFO, servers
from .openapi_parameters import PARAMETERS, parameters_of
from .openapi_schemas import Json, Schemas, result_models, result_types
from .pages import HtmlPage
from .rendering import Redirect
from .routes import NO_PREFIXES, Operation

__all__ = ["document"]

_HEADERS: Mapping[str, Json] = {
    "ETag": {
        "description": "The version of this representation, for If-Match and If-None-Match.",
        "schema": {"type": "string"},
    },
    "RetryAfter": {
        "description": "Seconds until the request may be repeated.",
        "schema": {"type": "integer"},
    },
    "Location": {
        "description": "The address to continue at.",
        "schema": {"type": "string"},
    },
}
_BEARER = {
    "type": "http",
    "scheme": "bearer",
    "bearerFormat": "JWT",
    "description": "An access token of `POST /v1/auth/tokens`; it lives for 30 minutes.",
}


def document(
    operations: Iterable[Operation],
    id_prefixes: Mapping[str, str] = NO_PREFIXES,
    public_url: str = "",
) -> Json:
    """Return the document of the given routes.

    `id_prefixes` gives the prefix of an id by the name of its entity, as features declare it.
    """
    ordered = sorted(operations, key=_path_and_method)
    return _Contract(ordered, id_prefixes).document(public_url)


def _path_and_method(operation: Operation) -> tuple[str, str]:
    return operation.path, operation.method


class _Contract:
    """Describes operations with their schemas, their texts and their examples."""

    def __init__(
        self, operations: list[Operation], id_prefixes: Mapping[str, str]
    ) -> None:
        self._operations, self._id_prefixes = operations, id_prefixes
        self._texts: ContractTexts = contract_texts(operations)
        self._schemas = Schemas(operations, self._texts.fields)
        add_error_codes(self._schemas)
        self._make = Examples(self._schemas.all, self._texts.examples)
        self._examples: dict[str, Json] = {}

    def document(self, public_url: str) -> Json:
        """Return the whole document."""
        paths: Json = {}
        for operation in self._operations:
            methods = paths.setdefault(operation.path, {})
            methods[operation.method.lower()] = self._operation(operation)
        return {
            "openapi": "3.1.0",
            "info": INFO,
            "servers": servers(public_url),
            "tags": self._tags(),
            "paths": paths,
            "components": {
                "schemas": self._named_schemas(),
                "parameters": dict(PARAMETERS),
                "headers": dict(_HEADERS),
                "responses": error_components(self._schemas),
                "examples": self._examples,
                "securitySchemes": {"bearer": _BEARER},
            },
        }

    def _tags(self) -> list[Json]:
        """Return the tags in alphabetical order, with what their features say of them."""
        about: dict[str, str] = {}
        for operation in self._operations:
            tag = operation.routes.tag
            about[tag] = about.get(tag) or self._texts.tag_of(operation)
        return [
            {"name": tag, "description": about[tag]} for tag in sorted(about)
        ]

    def _named_schemas(self) -> Json:
        """Return the schemas without those of queries, whose fields are parameters."""
        named = dict(self._schemas.all)
        for operation in self._operations:
            query = operation.hints().get("query")
            if query is not None:
                named.pop(self._schemas.request_name(query), None)
        return named

    def _operation(self, operation: Operation) -> Json:
        hints = operation.hints()
        described: Json = {
            "operationId": operation.name,
            "tags": [operation.routes.tag],
            "summary": (operation.view.__doc__ or "").strip().split("\n")[0],
            "description": self._texts.description_of(operation),
            "security": _security(operation),
            "parameters": parameters_of(
                operation, self._schemas, self._id_prefixes, self._texts
            ),
        }
        if "body" in hints:
            described["requestBody"] = self._body(hints["body"])
        if "form" in hints:
            described["requestBody"] = self._form(hints["form"])
        described["responses"] = self._responses(operation, hints)
        return described

    def _body(self, model: type[BaseModel]) -> Json:
        schema = self._schemas.request_schema(model)
        media = self._with_example(self._schemas.request_ref(model))
        is_required = bool(schema.get("required")) or "properties" not in schema
        return {
            "required": is_required,
            "content": {"application/json": media},
        }

    def _form(self, model: type[BaseModel]) -> Json:
        media = self._with_example(self._schemas.request_ref(model))
        encoding = {}
        fields = self._schemas.request_schema(model)["properties"]
        for name, field in fields.items():
            if field.get("type") == "object":
                encoding[name] = {"style": "deepObject", "explode": True}
        if encoding:
            media["encoding"] = encoding
        return {"required": True, "content": dict.fromkeys(FORMS, media)}

    def _with_example(self, ref: Json) -> Json:
        """Return a media type with a schema and the shared example of it."""
        name = ref["$ref"].rpartition("/")[2]
        if name not in self._examples:
            is_request = self._schemas.is_request(name)
            value = self._make.of(name, whole=not is_request)
            self._examples[name] = {
                "summary": f"An example of {name}.",
                "value": value,
            }
        shared = {"$ref": f"#/components/examples/{name}"}
        return {"schema": ref, "examples": {"example": shared}}

    def _responses(self, operation: Operation, hints: Json) -> Json:
        responses: Json = {
            str(operation.status): self._success(operation, hints)
        }
        for status, view in operation.also.items():
            responses[str(status)] = {
                "description": _about(view),
                "content": self._content(operation, view),
            }
        results = result_types(hints)
        if operation.method == "GET" and not {HtmlPage, Redirect} & set(
            results
        ):
            responses["304"] = {
                "description": "Unchanged since the ETag in If-None-Match."
            }
        return responses | error_responses(operation, self._schemas)

    def _success(self, operation: Operation, hints: Json) -> Json:
        if operation.status == 204:
            return {"description": "Done."}
        results = result_types(hints)
        if Redirect in results:
            return {
                "description": "The address to continue at.",
                "headers": _header("Location"),
            }
        if HtmlPage in results:
            text = {"schema": {"type": "string"}, "example": "<!doctype html>"}
            return {
                "description": "A page.",
                "content": {"text/html": text},
            }
        if operation.media:
            kind = {"type": "string", "format": "binary"}
            return {
                "description": "The file.",
                "content": {operation.media: {"schema": kind}},
            }
        model = result_models(hints)[0]
        response: Json = {
            "description": _about(model),
            "content": self._content(operation, model),
        }
        if operation.status < 300:
            response["headers"] = _header("ETag")
        return response

    def _content(self, operation: Operation, model: Any) -> Mapping[str, Any]:
        media = self._with_example(self._schemas.response_ref(model))
        if operation.routes.dialect:
            return operation.routes.dialect.contract(media, operation.path)
        return {"application/json": media}


def _security(operation: Operation) -> list[Json]:
    if not operation.public:
        return [{"bearer": []}]
    if operation.token_counts:
        return [{}, {"bearer": []}]
    return [{}]


def _header(name: str) -> Json:
    key = {"RetryAfter": "Retry-After"}.get(name, name)
    return {key: {"$ref": f"#/components/headers/{name}"}}


def _about(model: Any) -> str:
    """Return what a response is, from the first line of its model's docstring."""
    if not isinstance(model, type):
        return "The resource, as the caller may see it."
    return (model.__doc__ or "The result.").strip().split("\n")[0]
