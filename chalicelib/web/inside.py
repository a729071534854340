"""Calls of the API from inside the process, for pages.

There is no HTTP, but every check of a request: a page shows and does what the API would.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError

from ..kernel.errors import NotFound, Refusal, Replayed, Unauthenticated
from .errors import ErrorRenderer
from .fields import NoFields
from .rendering import Reply
from .requests import Caller, RequestReader, read_path_value
from .routes import Operation, RouteTable

__all__ = ["CallRefused", "InsideCalls"]


class CallRefused(Exception):
    """An operation that refuses, with its problem document in the language of the caller."""

    def __init__(self, problem: Mapping[str, Any]) -> None:
        super().__init__(problem["code"])
        self.problem = problem

    @property
    def code(self) -> str:
        """Return the code of the refusal."""
        return str(self.problem["code"])

    @property
    def status(self) -> int:
        """Return the status with which the API would answer."""
        return int(self.problem["status"])


class InsideCalls:
    """Runs operations of the API for a caller who is known already."""

    def __init__(
        self, table: RouteTable, reader: RequestReader, errors: ErrorRenderer
    ) -> None:
        self._table, self._reader, self._errors = table, reader, errors

    def operation(self, route: str) -> Operation:
        """Return the operation of a route such as ``GET /v1/wishes``.

        Raises:
            NotFound: there is no such route.

        """
        method, _, path = route.partition(" ")
        if not self._table.has(method, path):
            raise NotFound
        operation, _ = self._table.find(method, path)
        return operation

    def run(
        self,
        route: str,
        caller: Caller,
        path: Mapping[str, str],
        *,
        query: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | Sequence[Any] | None = None,
    ) -> Any:
        """Run an operation; return its view.

        Raises:
            CallRefused: the operation refuses, or a part of the request does not fit its schema.

        """
        method, _, template = route.partition(" ")
        operation, find_service = self._table.find(method, template)
        try:
            return self._view_of(
                operation,
                find_service,
                caller,
                path,
                query or {},
                {} if body is None else body,
            )
        except (Refusal, ValidationError) as error:
            problem = self._errors.problem_of(error, operation, caller.locale)
            raise CallRefused(problem) from None

    def _view_of(
        self,
        operation: Operation,
        find_service: Callable[[], Any],
        caller: Caller,
        path: Mapping[str, str],
        query: Mapping[str, Any],
        body: Mapping[str, Any] | Sequence[Any],
    ) -> Any:
        if not operation.public and not caller.actor.id:
            raise Unauthenticated("auth.token_missing")
        values = _values(operation, path, query, body)
        context = self._reader.context(operation, values, path, caller)
        service = find_service()
        try:
            view = operation.view(service, context, **values)
        except Replayed as replay:
            if operation.reread is None:
                raise NotImplementedError(operation.name) from replay
            view = operation.reread(service, context, replay.resource_id)
        return view.view if isinstance(view, Reply) else view

    def problem_of(self, refusal: Refusal, locale: str) -> dict[str, Any]:
        """Return the problem document of a refusal that no operation has raised."""
        return self._errors.problem_of_refusal(refusal, locale)

    def problem(self, status: int, code: str, locale: str) -> dict[str, Any]:
        """Return the problem document of a status and a code without facts."""
        return self._errors.problem(status, code, locale)


def _values(
    operation: Operation,
    path: Mapping[str, str],
    query: Mapping[str, Any],
    body: Mapping[str, Any] | Sequence[Any],
) -> dict[str, Any]:
    """Return the keyword values of a view. Each is checked as that of a request."""
    inputs: Mapping[str, type[BaseModel]] = operation.inputs
    values: dict[str, Any] = {
        name: read_path_value(name, value) for name, value in path.items()
    }
    if "query" in inputs:
        values["query"] = inputs["query"].model_validate(query)
    if "body" in inputs:
        values["body"] = inputs["body"].model_validate(body)
    else:
        NoFields.model_validate(body)
    return values
