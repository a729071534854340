"""The errors of an operation in the contract."""

from collections.abc import Mapping
from types import MappingProxyType

from .errors import Problem
from .openapi_schemas import Json, Schemas
from .routes import Operation

__all__ = ["error_components", "error_responses"]

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
        content = dict(dialect.contract(None, operation.path))
        return {
            status: {"description": description, "content": content}
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
    content = {
        "application/problem+json": {"schema": schemas.response_ref(Problem)}
    }
    return {
        name: {"description": description, "content": content}
        for name, description in _SHARED.values()
    }
