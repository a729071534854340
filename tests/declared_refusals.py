"""The run-time proof of the contract's codes: each refusal of each test is a declared one.

`ErrorRenderer.render` is the one place where the refusal of an operation becomes a response. Every
test of this process goes through it, in-process servers and worlds as well.
"""

from functools import wraps
from typing import Any

from pydantic import ValidationError

from chalicelib.kernel.errors import Refusal
from chalicelib.web.errors import ErrorRenderer, status_of
from chalicelib.web.operation_codes import codes_of
from chalicelib.web.routes import Operation

undeclared: list[str] = []


def watch() -> None:
    """Look at every refusal from now on."""
    render = ErrorRenderer.render

    @wraps(render)
    def rendered(
        self: ErrorRenderer,
        error: Exception,
        operation: Operation,
        address: str,
        locale: str,
    ) -> Any:
        note(operation, *answer_of(self, error, operation, locale))
        return render(self, error, operation, address, locale)

    ErrorRenderer.render = rendered


def answer_of(
    renderer: ErrorRenderer,
    error: Exception,
    operation: Operation,
    locale: str,
) -> tuple[int, str]:
    """Return the status and code of an error, before a dialect changes them."""
    if isinstance(error, Refusal):
        return status_of(error), error.code
    if isinstance(error, ValidationError):
        problem = renderer._problem_of_fields(error, operation, locale)
        return problem["status"], problem["code"]
    return 500, "server.error"


def note(operation: Operation, status: int, code: str) -> None:
    """Remember a refusal that the contract does not declare. Sample routes have no contract."""
    if not operation.view.__module__.startswith("chalicelib."):
        return
    declared = codes_of(operation.name) or {}
    if status < 500 or status == 503:
        if code not in declared.get(str(status), ()):
            undeclared.append(f"{operation.name}: {status} {code}")


def take() -> list[str]:
    """Return what was noted since the last call, each once."""
    found = [*dict.fromkeys(undeclared)]
    undeclared.clear()
    return found
