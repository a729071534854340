"""Representations in the form of another specification, and the forms of errors.

Such a specification defines errors as well. A feature that serves one gives its `Dialect` to its
routes. Its views stay typed, and their errors are rendered in the dialect too.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from pydantic import BaseModel

__all__ = ["PROBLEM_JSON", "Dialect", "Document", "ErrorForm"]


@dataclass(frozen=True, slots=True)
class Document:
    """The content of a response with its media type. A view may return one.

    `file_name` is the name under which a client keeps it.
    """

    text: str | bytes
    media: str
    status: int = 200
    file_name: str = ""


class ErrorForm(Protocol):
    """A form of errors: problem documents, or the form of another specification."""

    def problem(self, problem: Mapping[str, Any], address: str) -> Document:
        """Render an error, given as a problem document; `address` is the path without its query."""
        ...


class ProblemJson:
    """Problem documents without change (RFC 9457)."""

    def problem(self, problem: Mapping[str, Any], address: str) -> Document:
        """Render a problem document."""
        text = json.dumps(problem, ensure_ascii=False)
        return Document(text, "application/problem+json", problem["status"])


PROBLEM_JSON = ProblemJson()


class Dialect(ErrorForm, Protocol):
    """The form of a feature's responses. `address` is the requested path without its query."""

    statuses: Mapping[str, str]  # descriptions of its refusals, by status

    @property
    def error_view(self) -> type[BaseModel]:
        """Return the class of the tree of a refusal."""
        ...

    def answer(self, view: BaseModel, address: str) -> Document:
        """Render a view."""
        ...

    def contract(
        self, media: Mapping[str, Any], path: str
    ) -> Mapping[str, Any]:
        """Return the media types of a route's responses, for OpenAPI.

        `media` is the media type object of the tree, with its schema and examples.
        """
        ...
