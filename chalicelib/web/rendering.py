"""Rendering: from the result of a view to a response."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeVar

from chalice.app import Request, Response

from .caching import NO_STORE, cache_control
from .documents import Document
from .etags import etag_of, json_of
from .pages import HtmlPage
from .routes import Operation

__all__ = ["Cookie", "Redirect", "Renderer", "Reply"]

V = TypeVar("V")
Headers = dict[str, str | list[str]]
_COOKIE_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
# RFC 6265, 4.1.1: cookie-octet
_COOKIE_VALUE = re.compile(r"[!#-+\x2d-:<-\[\]-~]{0,3500}")
_LOCATION = re.compile(r"[\x21-\x7e]{1,2000}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cookie:
    """A cookie to set, for HTTPS only and hidden from scripts; `max_age` 0 deletes it."""

    name: str
    value: str
    max_age: int  # seconds
    path: str = "/"
    same_site: Literal["Strict", "Lax"] = "Lax"

    def __post_init__(self) -> None:
        if not _COOKIE_NAME.fullmatch(self.name):
            raise ValueError("not the name of a cookie")
        if not _COOKIE_VALUE.fullmatch(self.value):
            raise ValueError("not the value of a cookie")

    def header(self) -> str:
        """Return the value of the Set-Cookie header."""
        limits = f"Max-Age={self.max_age}; Path={self.path}; SameSite={self.same_site}"
        return f"{self.name}={self.value}; {limits}; Secure; HttpOnly"


@dataclass(frozen=True, slots=True)
class Redirect:
    """A redirect; 303 lets the client continue with a GET."""

    location: str
    status: Literal[302, 303, 307, 308] = 303

    def __post_init__(self) -> None:
        if not _LOCATION.fullmatch(self.location):
            raise ValueError("not a location")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply(Generic[V]):
    """The result of a view with headers, cookies or a success status of its own.

    `view` is anything else that a view may return. Errors are refusals, never a status here.
    """

    view: V
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    cookies: Sequence[Cookie] = ()


class Renderer:
    """Renders results of views: JSON, a dialect's document, HTML, a redirect, or no content."""

    def render(
        self, view: Any, operation: Operation, request: Request, address: str
    ) -> Response:
        """Return the response; a GET of an unchanged representation is a 304."""
        if view is None:
            return Response("", {}, 204)
        if isinstance(view, Reply):
            return self._reply(view, operation, request, address)
        if isinstance(view, Redirect):
            return Response("", {"Location": view.location}, view.status)
        if isinstance(view, HtmlPage):
            html: Headers = {"Content-Type": "text/html; charset=utf-8"}
            return Response(view.html, html, operation.status)
        document = _document(view, operation, address)
        return _conditional(document, view, operation, request)

    def _reply(
        self,
        reply: Reply[Any],
        operation: Operation,
        request: Request,
        address: str,
    ) -> Response:
        response = self.render(reply.view, operation, request, address)
        if reply.status is not None and response.status_code < 300:
            response.status_code = reply.status
        response.headers.update(reply.headers)
        if reply.cookies:
            response.headers["Set-Cookie"] = [
                cookie.header() for cookie in reply.cookies
            ]
            response.headers["Cache-Control"] = NO_STORE
        return response


def _document(view: Any, operation: Operation, address: str) -> Document:
    if isinstance(view, Document):
        return view
    if operation.routes.dialect:
        return operation.routes.dialect.answer(view, address)
    return Document(json_of(view), "application/json", operation.status)


def _conditional(
    document: Document, view: Any, operation: Operation, request: Request
) -> Response:
    headers: Headers = {"Content-Type": document.media}
    if document.status < 300:
        tag = etag_of(view, document.text)
        kept = {
            "ETag": tag,
            "Cache-Control": _caching(view, operation, request),
        }
        headers.update(kept)
        known = request.headers.get("if-none-match")
        if operation.method == "GET" and _matches(known, tag):
            return Response("", {**kept}, 304)
    return Response(document.text, headers, document.status)


def _caching(view: Any, operation: Operation, request: Request) -> str:
    if isinstance(view, Document):
        return NO_STORE  # nobody knows what is in it
    is_anonymous = "authorization" not in request.headers
    is_public = operation.public and operation.method == "GET" and is_anonymous
    return cache_control(view, is_public=is_public)


def _matches(header: str | None, tag: str) -> bool:
    if header is None:
        return False
    tags = {given.strip().removeprefix("W/") for given in header.split(",")}
    return header.strip() == "*" or tag in tags
