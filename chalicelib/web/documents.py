"""Answers in a form that is not the house's own: a text with its media type, and the dialect in which a feature speaks.

A specification that others wrote also says how refusals look. A feature that serves one hands its `Dialect` to its routes;
its views stay typed like everybody's, and whatever goes wrong on the way to them is said in the dialect too.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from pydantic import BaseModel

__all__ = ["Dialect", "Document"]


@dataclass(frozen=True, slots=True)
class Document:
    """A text as it is sent; a view may return one as well."""

    text: str
    media: str
    status: int = 200


class Dialect(Protocol):
    """How a feature answers. `address` is the path that was asked for, without its query."""

    statuses: Mapping[str, str]  # of its refusals, with what each means

    def answer(self, view: BaseModel, address: str) -> Document:
        """Say what a view shows."""
        ...

    def problem(self, problem: Mapping[str, Any], address: str) -> Document:
        """Say a refusal, which comes as the house's own problem document."""
        ...

    def contract(self, schema: Mapping[str, Any] | None, path: str) -> Mapping[str, Any]:
        """Return the media types of a route's answers with their schemas, as OpenAPI wants them; without one, of refusals."""
        ...
