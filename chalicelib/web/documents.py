"""Representations in the form of another specification, and the forms of errors.

A specification that others wrote also says how refusals look. A feature that serves one hands its
`Dialect` to its routes: its views stay typed, and their errors are rendered in the dialect too.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from pydantic import BaseModel

__all__ = ["PROBLEM_JSON", "Dialect", "Document", "ErrorForm"]


@dataclass(frozen=True, slots=True)
class Document:
    """A text as it is sent, with its media type; a view may return one as well."""

    text: str
    media: str
    status: int = 200


class ErrorForm(Protocol):
    """The form of errors that a client understands: programs, another specification, a browser."""

    def problem(self, problem: Mapping[str, Any], address: str) -> Document:
        """Render an error, given as a problem document; `address` is the path without its query."""
        ...


class ProblemJson:
    """Problem documents as they are (RFC 9457)."""

    def problem(self, problem: Mapping[str, Any], address: str) -> Document:
        """Render a problem document."""
        text = json.dumps(problem, ensure_ascii=False)
        return Document(text, "application/problem+json", problem["status"])


PROBLEM_JSON = ProblemJson()


class Dialect(ErrorForm, Protocol):
    """The form of a feature's responses. `address` is the requested path without its query."""

    statuses: Mapping[str, str]  # of its refusals, with their descriptions

    def answer(self, view: BaseModel, address: str) -> Document:
        """Render a view."""
        ...

    def contract(
        self, schema: Mapping[str, Any] | None, path: str
    ) -> Mapping[str, Any]:
        """Return the media types of a route's responses with their schemas, for OpenAPI.

        Without a schema, return those of refusals.
        """
        ...
