"""The errors of an operation in the contract."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from ..kernel.text_catalogue import DEFAULT_LOCALE
from .errors import TITLES, Problem
from .openapi_schemas import REF, Json, Schemas
from .operation_codes import all_codes, codes_of, usual_codes
from .routes import Operation
from .texts import REFUSALS

__all__ = ["add_error_codes", "error_components", "error_responses"]

_RETRIED = ("429", "503")
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
        media = {"schema": schemas.response_ref(dialect.error_view)}
        content = dict(dialect.contract(media, operation.path))
        return {
            status: _with_retry(
                status, {"description": description, "content": content}
            )
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
    return _response(status, {"schema": schemas.response_ref(Problem)})


def _error_response(
    status: str, codes: Sequence[str], schemas: Schemas
) -> Json:
    """Return the response of one status: the shared one, by reference, if it has these codes."""
    name, _ = _SHARED[status]
    if tuple(codes) == usual_codes(status):
        return {"$ref": _RESPONSE.format(name=name)}
    return _response(status, _with_codes(status, codes, schemas))


def _with_codes(status: str, codes: Sequence[str], schemas: Schemas) -> Json:
    """Return the media type of a problem that has one of some codes."""
    listed = {"properties": {"code": {"enum": [*codes]}}}
    schema = {"allOf": [schemas.response_ref(Problem), listed]}
    return {"schema": schema, "example": _example(int(status), codes[0])}


def _response(status: str, media: Json) -> Json:
    _, description = _SHARED[status]
    content = {"application/problem+json": media}
    return _with_retry(status, {"description": description, "content": content})


def error_components(schemas: Schemas) -> Json:
    """Return the responses that operations share, by name, each with the most usual codes."""
    return {
        name: _response(
            status, _with_codes(status, usual_codes(status), schemas)
        )
        for status, (name, _) in _SHARED.items()
    }


def add_error_codes(schemas: Schemas) -> None:
    """Name the enum of all codes, and let problems refer to it."""
    schemas.all[_CODES] = {
        "type": "string",
        "title": _CODES,
        "description": "A code of a refusal; stable, for programs. docs/errors.md explains each.",
        "enum": all_codes(),
    }
    code = schemas.all[Problem.__name__]["properties"]["code"]
    code.pop("type", None)
    code["$ref"] = REF.format(model=_CODES)


def _with_retry(status: str, response: Json) -> Json:
    if status not in _RETRIED:
        return response
    retry = {"$ref": "#/components/headers/RetryAfter"}
    return response | {"headers": {"Retry-After": retry}}


def _detail(status: int, code: str) -> str:
    """Return the text of a refusal; that of its status where a feature has the text."""
    if code in REFUSALS:
        return REFUSALS[code].format(DEFAULT_LOCALE)
    return TITLES[status].format(DEFAULT_LOCALE)


def _example(status: int, code: str) -> Json:
    problem: Json = {
        "type": f"urn:chunhui:problem:{code}",
        "title": TITLES[status].format(DEFAULT_LOCALE),
        "status": status,
        "detail": _detail(status, code),
        "code": code,
    }
    if str(status) in _RETRIED:
        problem["retry_after"] = 30
    return problem
