"""The errors of an operation in the contract."""

from collections.abc import Mapping
from types import MappingProxyType

from ..kernel.text_catalogue import DEFAULT_LOCALE
from .errors import TITLES, Problem
from .openapi_schemas import Json, Schemas
from .routes import Operation
from .texts import REFUSALS

__all__ = ["error_components", "error_responses"]

_RETRIED = ("429", "503")
_CODES = {
    400: "request.malformed",
    401: "auth.token_missing",
    403: "action.forbidden",
    404: "resource.not_found",
    409: "wish.wrong_state",
    412: "request.stale",
    413: "request.too_large",
    415: "request.media_type",
    422: "body.invalid",
    429: "code.too_many",
    503: "server.busy",
}
_RESPONSE = "#/components/responses/{name}"
# By status: the name of the shared response, and its description.
_SHARED: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "400": (
            "Malformed",
            "Cannot be read: malformed JSON, or a cursor of another list.",
        ),
        "401": (
            "Unauthenticated",
            "The access token is missing or not valid.",
        ),
        "403": ("Forbidden", "The caller is not allowed to do this."),
        "404": ("NotFound", "Not found, or the caller may not see it."),
        "409": (
            "Conflict",
            "Conflicts with the current state, or is not unique.",
        ),
        "412": ("Stale", "If-Match names another version."),
        "413": ("TooLarge", "More than 64 KiB."),
        "415": ("WrongMedia", "Not application/json."),
        "422": ("Invalid", "Some fields are not valid."),
        "429": ("TooMany", "Too many requests; see Retry-After."),
        "503": ("Busy", "Contention. Nothing was done; see Retry-After."),
    }
)


def error_responses(operation: Operation, schemas: Schemas) -> Json:
    """Return the responses of an operation's errors, by status."""
    dialect = operation.routes.dialect
    if dialect:
        media = {"schema": schemas.response_ref(dialect.error_view)}
        content = dict(dialect.contract(media, operation.path))
        return {
            status: _with_retry(
                status, {"description": description, "content": content}
            )
            for status, description in dialect.statuses.items()
        }
    return {
        status: _error_response(operation, status, schemas)
        for status in _SHARED
    }


def _error_response(
    operation: Operation, status: str, schemas: Schemas
) -> Json:
    """Return the response of one status: the shared one, by reference."""
    name, _ = _SHARED[status]
    return {"$ref": _RESPONSE.format(name=name)}


def error_components(schemas: Schemas) -> Json:
    """Return the responses that operations share, by name."""
    components: Json = {}
    for status, (name, description) in _SHARED.items():
        media = {
            "schema": schemas.response_ref(Problem),
            "example": _example(int(status)),
        }
        content = {"application/problem+json": media}
        components[name] = _with_retry(
            status, {"description": description, "content": content}
        )
    return components


def _with_retry(status: str, response: Json) -> Json:
    if status not in _RETRIED:
        return response
    retry = {"$ref": "#/components/headers/RetryAfter"}
    return response | {"headers": {"Retry-After": retry}}


def _detail(status: int) -> str:
    """Return the text of a refusal; that of its status where a feature has the text."""
    code = _CODES[status]
    if code in REFUSALS:
        return REFUSALS[code].format(DEFAULT_LOCALE)
    return TITLES[status].format(DEFAULT_LOCALE)


def _example(status: int) -> Json:
    code = _CODES[status]
    problem: Json = {
        "type": f"urn:chunhui:problem:{code}",
        "title": TITLES[status].format(DEFAULT_LOCALE),
        "status": status,
        "detail": _detail(status),
        "code": code,
    }
    if str(status) in _RETRIED:
        problem["retry_after"] = 30
    return problem
