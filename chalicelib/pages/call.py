"""The call of a page: who looks at it, and the operations of the API in their name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from ..kernel.access import ANONYMOUS
from ..kernel.one_look import look_again
from ..web.inside import InsideCalls
from ..web.requests import Caller
from .form_values import body_of_form
from .look import Look

__all__ = ["PageCall"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PageCall:
    """One request for a page.

    `form` are the fields that were sent, without those of the form itself (`_key` and others).
    `typed` are the fields to show again: of a refused form, or of a link that fills one in.
    `kept` are the short-lived cookies. `back` is the page to which a form asks to return.
    """

    caller: Caller
    inside: InsideCalls
    now: datetime
    look: Look
    address: str  # path and query of the page, to come back to
    path: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, Any] = field(default_factory=dict)
    form: Mapping[str, Any] = field(default_factory=dict)
    typed: Mapping[str, Any] = field(default_factory=dict)
    kept: Mapping[str, str] = field(default_factory=dict)
    back: str = ""
    factor: str = ""  # the code of a second factor that came with the form
    problem: Mapping[str, Any] | None = None

    @property
    def signed_in(self) -> bool:
        """Say whether somebody is signed in."""
        return bool(self.caller.actor.id)

    def is_of(self, path: str) -> bool:
        """Say whether all parameters of a path were read."""
        return path.count("{") == len(self.path)

    def read(
        self,
        route: str,
        query: Mapping[str, Any] | None = None,
        /,
        **path: str,
    ) -> Any:
        """Return the view of a GET of the API, with the parameters of the path by name."""
        reader = replace(self.caller, key=None, seen_version=None)
        return self.inside.run(route, reader, path, query=query)

    def read_as_public(
        self, route: str, query: Mapping[str, Any] | None = None, /
    ) -> Any:
        """Return the view that anybody gets of a GET of the API, for what is hung up outside."""
        reader = replace(
            self.caller, actor=ANONYMOUS, key=None, seen_version=None
        )
        return self.inside.run(route, reader, {}, query=query)

    def run(
        self,
        route: str,
        body: Mapping[str, Any] | Sequence[Any] | None = None,
        query: Mapping[str, Any] | None = None,
        /,
        **path: str,
    ) -> Any:
        """Run an operation of the API with the key and the version of the form."""
        look_again()
        return self.inside.run(route, self.caller, path, query=query, body=body)

    def body_for(self, route: str) -> dict[str, Any]:
        """Return the body of an operation from the fields of the form."""
        model = self.inside.operation(route).inputs.get("body")
        return body_of_form(model, self.form) if model else dict(self.form)

    def places_of(self, *roles: str) -> list[str]:
        """Return the places at which the caller has one of these roles."""
        grants = self.caller.actor.grants
        return [each.place for each in grants if each.role.value in roles]

    def text(self, name: str) -> str:
        """Return a field of the query; "" if it is missing or was given twice."""
        return _single(self.query, name)

    def field(self, name: str) -> str:
        """Return a field of the form; "" if it is missing or was given twice."""
        return _single(self.form, name)


def _single(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name, "")
    return value if isinstance(value, str) else ""
