"""The errors of an operation in the contract."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from .errors import Problem
from .openapi_schemas import REF, Json, Schemas
from .operation_codes import all_codes, codes_of, usual_codes
from .routes import Operation

__all__ = ["add_error_codes", "error_components", "error_responses"]

_CODES = "ErrorCode"
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
    """Return the responses of an operation's errors, by status.

    Only statuses that the operation can answer with are there, each with exactly its codes.
    Routes that are not of this tree (`operation_codes.json`) may answer with all.
    """
    dialect = operation.routes.dialect
    if dialect:
        content = dict(dialect.contract(None, operation.path))
        return {
            status: {"description": description, "content": content}
            for status, description in dialect.statuses.items()
        }
    codes = codes_of(operation.name)
    if codes is None:
        return {status: _any_code(status, schemas) for status in _SHARED}
    return {
        status: _error_response(status, listed, schemas)
        for status, listed in codes.items()
    }


def _any_code(status: str, schemas: Schemas) -> Json:
    _, description = _SHARED[status]
    return _response(description, schemas.response_ref(Problem))


def _error_response(
    status: str, codes: Sequence[str], schemas: Schemas
) -> Json:
    """Return the response of one status: the shared one, by reference, if it has these codes."""
    name, description = _SHARED[status]
    if tuple(codes) == usual_codes(status):
        return {"$ref": _RESPONSE.format(name=name)}
    return _response(description, _with_codes(codes, schemas))


def _with_codes(codes: Sequence[str], schemas: Schemas) -> Json:
    listed = {"properties": {"code": {"enum": [*codes]}}}
    return {"allOf": [schemas.response_ref(Problem), listed]}


def _response(description: str, schema: Json) -> Json:
    content = {"application/problem+json": {"schema": schema}}
    return {"description": description, "content": content}


def error_components(schemas: Schemas) -> Json:
    """Return the responses that operations share, by name, each with the most usual codes."""
    return {
        name: _response(description, _with_codes(usual_codes(status), schemas))
        for status, (name, description) in _SHARED.items()
    }


def add_error_codes(schemas: Schemas) -> None:
    """Name the enum of all codes, and let problems refer to it."""
    schemas.all[_CODES] = {
        "type": "string",
        "title": _CODES,
        "enum": all_codes(),
    }
    code = schemas.all[Problem.__name__]["properties"]["code"]
    code.pop("type", None)
    code["$ref"] = REF.format(model=_CODES)
