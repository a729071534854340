"""The codes of each operation: those of its view, and those of reading the request."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from chalicelib.kernel import errors
from chalicelib.web.errors import STATUS
from chalicelib.web.routes import Operation

from .codes import Codes, FoundCode
from .program import read_program

__all__ = ["CodesByStatus", "codes_of_operations", "read_codes", "status_of"]

# Status -> codes, both in order.
CodesByStatus = Mapping[str, tuple[str, ...]]
_WEB = "chalicelib.web"
_REQUESTS = f"{_WEB}.requests"
_MISMATCH = FoundCode("Invalid", "idempotency.mismatch")


def read_codes(root: Path) -> Codes:
    """Return the refusals of all functions of chalicelib below a folder."""
    return Codes(read_program(root))


def codes_of_operations(
    codes: Codes, operations: Iterable[Operation]
) -> Mapping[str, CodesByStatus]:
    """Return the codes of operations by their names, in order."""
    found = {}
    for operation in sorted(operations, key=lambda each: each.name):
        found[operation.name] = _by_status(_refusals_of(operation, codes))
    return found


def status_of(kind: str) -> int:
    """Return the status of a class of refusals, given by its name."""
    return STATUS[getattr(errors, kind)]


def _by_status(refusals: Iterable[FoundCode]) -> CodesByStatus:
    by_status: dict[str, set[str]] = defaultdict(set)
    for kind, code in refusals:
        by_status[str(status_of(kind))].add(code)
    return {
        status: tuple(sorted(by_status[status])) for status in sorted(by_status)
    }


def _refusals_of(operation: Operation, codes: Codes) -> set[FoundCode]:
    view = operation.view
    found = {*codes.of(view.__module__, view.__qualname__)}
    takes_key = operation.method == "POST" and operation.repeatable
    if not takes_key:
        found.discard(_MISMATCH)
    elif operation.reread is not None:
        found |= _of_reread(operation, codes)
    for module, function in _readers(operation, takes_key=takes_key):
        found |= codes.of(module, function)
    if not operation.public:
        found |= codes.made_by(f"{_WEB}.api", "Api._run")
    return found | _of_fields(operation)


def _of_reread(operation: Operation, codes: Codes) -> frozenset[FoundCode]:
    """Return the refusals of reading a resource again, for a repeated key."""
    reread = operation.reread
    assert reread is not None  # noqa: S101 - the caller has looked
    if reread.__name__ == "<lambda>":
        return codes.of_lambda(
            reread.__module__, reread.__code__.co_firstlineno
        )
    return codes.of(reread.__module__, reread.__qualname__)


def _readers(
    operation: Operation, *, takes_key: bool
) -> Iterator[tuple[str, str]]:
    """Yield the functions that read what the operation takes."""
    yield f"{_WEB}.authentication", "BearerAuthenticator.authenticate"
    yield _REQUESTS, "read_raw_body"
    if "{" in operation.path:
        yield _REQUESTS, "read_path_value"
    if "body" in operation.inputs:
        yield _REQUESTS, "_read_body"
    if "form" in operation.inputs:
        yield _REQUESTS, "_read_form"
    if takes_key:
        yield _REQUESTS, "_read_idempotency_key"
    query = operation.inputs.get("query")
    if query is not None and "cursor" in query.model_fields:
        yield "chalicelib.kernel.paging", "Cursors.read"


def _of_fields(operation: Operation) -> set[FoundCode]:
    """Return the refusals of fields that do not fit: `ErrorRenderer` makes them of pydantic's."""
    inputs = operation.inputs.keys()
    if not inputs.isdisjoint(("body", "form")):
        return {FoundCode("Invalid", "body.invalid")}
    if "query" in inputs:
        return {FoundCode("Invalid", "query.invalid")}
    return set()
