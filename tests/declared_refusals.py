"""The run-time proof of the contract's codes: each refusal of each test is a declared one.

Every refusal of an operation comes out of `Api._run`, and is rendered then. All requests of this
process go through it, those of in-process servers and worlds as well.
"""

from functools import wraps
from typing import Any

from pydantic import ValidationError

from chalicelib.kernel.errors import Refusal
from chalicelib.web.api import Api
from chalicelib.web.errors import status_of
from chalicelib.web.operation_codes import codes_of
from chalicelib.web.routes import Operation

_undeclared: list[str] = []


def watch() -> None:
    """Look at every refusal from now on."""
    run = Api._run

    @wraps(run)
    def watched(self: Api, operation: Operation, *others: Any) -> Any:
        try:
            return run(self, operation, *others)
        except Refusal as refusal:
            _note(operation, status_of(refusal), refusal.code)
            raise
        except ValidationError as error:
            problem = self._errors._problem_of_fields(error, operation, "en")
            _note(operation, problem["status"], problem["code"])
            raise

    Api._run = watched


def _note(operation: Operation, status: int, code: str) -> None:
    """Remember a refusal that the contract does not declare. Sample routes have no contract."""
    if not operation.view.__module__.startswith("chalicelib."):
        return
    declared = codes_of(operation.name) or {}
    if code not in declared.get(str(status), ()):
        _undeclared.append(f"{operation.name}: {status} {code}")


def take() -> list[str]:
    """Return what was noted since the last call, each once."""
    found = [*dict.fromkeys(_undeclared)]
    _undeclared.clear()
    return found
