"""API Gateway on one machine: a WSGI application over the Chalice app.

It answers with problem documents where a request does not reach the app.
"""

import base64
import json
from collections.abc import Callable, Iterable
from typing import Any, TypeAlias
from urllib.parse import parse_qs, quote

from chalice.app import Chalice
from chalice.config import Config
from chalice.local import (
    CustomLocalChalice,
    LambdaContext,
    LambdaEventConverter,
    LocalChalice,
    MatchResult,
    RouteMatcher,
)

from chalicelib.kernel.text_catalogue import DEFAULT_LOCALE
from chalicelib.pages.bare import HTML, bare_page
from chalicelib.web.api import Api
from chalicelib.web.requests import MAX_BODY

from .compression import compressed

__all__ = [
    "Answer",
    "Gateway",
    "RouteIndex",
    "body_limit",
    "json_answer",
    "problem",
    "read_fields",
    "serve_threaded",
    "serve_wsgi",
]

Environ: TypeAlias = dict[str, Any]  # of WSGI
StartResponse: TypeAlias = Callable[..., Any]
Headers: TypeAlias = dict[str, str]  # of a request
Header: TypeAlias = tuple[str, str]
Answer: TypeAlias = tuple[int, list[Header], bytes]
Handler: TypeAlias = Callable[[str, str, Headers, bytes, str], Answer]
_REASONS = {
    200: "OK",
    201: "Created",
    202: "Accepted",
    204: "No Content",
    303: "See Other",
    304: "Not Modified",
}


def serve_threaded(app: Chalice) -> None:
    """Let several threads use one app object (docs/decisions/0004).

    Chalice keeps the current request on the app. Without this, requests in parallel are answered
    with the identity of one another.
    """
    if not isinstance(app, LocalChalice):
        CustomLocalChalice.__bases__ = (LocalChalice, app.__class__)
        app.__class__ = CustomLocalChalice


class RouteIndex(RouteMatcher):
    """Finds the route of a path among those with as many parts. Chalice looks through all."""

    def __init__(self, urls: list[str]) -> None:
        super().__init__(urls)
        self._by_size: dict[int, list[tuple[str, list[str]]]] = {}
        for url in self.route_urls:
            parts = url.split("/")
            self._by_size.setdefault(len(parts), []).append((url, parts))

    def match_route(self, url: str) -> MatchResult:
        """Return the route of a path with its query, and the values of its parameters.

        Raises:
            ValueError: no route has this path.

        """
        path, _, query = url.partition("?")
        if len(path) > 1 and not path.endswith("//"):
            path = path.removesuffix("/")
        parts = path.split("/")
        for route, wanted in self._by_size.get(len(parts), ()):
            values = _captured(wanted, parts)
            if values is not None:
                fields = parse_qs(query, keep_blank_values=True)
                return MatchResult(route, values, fields)
        raise ValueError(f"no route: {path}")


def _captured(wanted: list[str], parts: list[str]) -> dict[str, str] | None:
    """Return the values of a route's parameters in a path; None if it is another path."""
    values: dict[str, str] = {}
    for name, part in zip(wanted, parts, strict=True):
        if name.startswith("{"):
            values[name[1:-1]] = part
        elif name != part:
            return None
    return values


class Gateway:
    """Turns HTTP requests into Lambda events and their results into answers."""

    def __init__(self, app: Chalice, api: Api) -> None:
        serve_threaded(app)
        self._app = app
        self._api = api
        matcher = RouteIndex(list(app.routes))
        self._events = LambdaEventConverter(matcher, app.api.binary_types)
        self._config = Config()

    def handle(
        self,
        method: str,
        target: str,
        headers: Headers,
        body: bytes,
        source: str,
    ) -> Answer:
        """Answer one request. `target` is the path with its query, still encoded."""
        if len(body) > body_limit(target):
            return self._problem(413, "request.too_large", headers)
        try:
            event = self._events.create_lambda_event(
                method,
                target,
                headers,
                None,
            )
        except ValueError:
            return self._problem(404, "resource.not_found", headers)
        if method == "OPTIONS":
            return self._preflight()
        identity = event["requestContext"]["identity"]
        identity["sourceIp"] = source
        event["isBase64Encoded"] = bool(body)
        event["body"] = None
        if body:
            event["body"] = base64.b64encode(body).decode()
        context = LambdaContext("api_handler", 512, 29_000)
        result = self._app(event, context)
        return _answer(result)

    def _preflight(self) -> Answer:
        """Answer the question of a browser for what another site's page may send."""
        allowed = self._api.cors.get_access_control_headers()
        headers = list(allowed.items())
        headers.append(("Access-Control-Allow-Methods", "*"))
        return 200, headers, b""

    def _problem(self, status: int, code: str, headers: Headers) -> Answer:
        """Return a problem; a browser that looks for a page gets one."""
        language = headers.get("accept-language")
        refused = self._api.problem(status, code, language)
        if "text/html" in headers.get("accept", ""):
            refused.body = bare_page(self._api, status, code)
            refused.headers["Content-Type"] = HTML
            refused.headers["Content-Language"] = DEFAULT_LOCALE
        return _answer(refused.to_dict())

    def __call__(
        self,
        environ: Environ,
        start_response: StartResponse,
    ) -> Iterable[bytes]:
        """Serve WSGI."""
        return serve_wsgi(self.handle, environ, start_response)


def body_limit(path: str) -> int:
    """Return the number of bytes of a body that are read at a path.

    The limit of API Gateway is wider than that of the app.
    """
    return MAX_BODY * 16


def serve_wsgi(
    handle: Handler,
    environ: Environ,
    start_response: StartResponse,
    limit_of: Callable[[str], int] = body_limit,
) -> list[bytes]:
    """Run a handler as a WSGI application.

    The handler is given at most one byte more than the limit, so it can refuse a longer body.
    """
    limit = limit_of(environ["PATH_INFO"])
    status, answer_headers, content = handle(
        environ["REQUEST_METHOD"],
        _target_of(environ),
        _headers_of(environ),
        _body_of(environ, limit + 1),
        environ.get("REMOTE_ADDR", "127.0.0.1"),
    )
    answer_headers, content = compressed(
        answer_headers, content, environ.get("HTTP_ACCEPT_ENCODING", "")
    )
    if status not in (204, 304):
        length = str(len(content))
        answer_headers = [*answer_headers, ("Content-Length", length)]
    reason = _REASONS.get(status, "Error")
    start_response(f"{status} {reason}", answer_headers)
    return [content]


def read_fields(text: str) -> dict[str, str]:
    """Return the fields of a query or of a form. The last value of a name counts."""
    fields: dict[str, str] = {}
    for name, values in parse_qs(text).items():
        fields[name] = values[-1]
    return fields


def _headers_of(environ: Environ) -> Headers:
    headers: Headers = {}
    for name, value in environ.items():
        if name.startswith("HTTP_"):
            header = name.removeprefix("HTTP_")
            headers[header.replace("_", "-").lower()] = value
    if environ.get("CONTENT_TYPE"):
        headers["content-type"] = environ["CONTENT_TYPE"]
    return headers


def _body_of(environ: Environ, limit: int) -> bytes:
    size = limit
    if "HTTP_TRANSFER_ENCODING" not in environ:
        length = environ.get("CONTENT_LENGTH") or 0
        size = min(int(length), limit)
    if not size:
        return b""
    body: bytes = environ["wsgi.input"].read(size)
    return body


def _target_of(environ: Environ) -> str:
    """Return path and query. WSGI decodes the path; API Gateway passes it on encoded."""
    uri = environ.get("REQUEST_URI")
    if not uri:
        decoded = environ["PATH_INFO"]
        uri = quote(decoded.encode("latin-1"))
    path, _, _ = str(uri).partition("?")
    query = environ.get("QUERY_STRING")
    if not query:
        return path
    return f"{path}?{query}"


def _answer(result: dict[str, Any]) -> Answer:
    headers = list(result["headers"].items())
    for name, values in result.get("multiValueHeaders", {}).items():
        for value in values:
            headers.append((name, value))
    body = result.get("body") or b""
    if result.get("isBase64Encoded"):
        body = base64.b64decode(body)
    elif isinstance(body, str):
        body = body.encode()
    return result["statusCode"], headers, body


def json_answer(status: int, document: Any) -> Answer:
    """Return a JSON answer."""
    return _document_answer(status, "application/json", document)


def problem(status: int, code: str, detail: str) -> Answer:
    """Return a problem document of the local server's own routes."""
    document = {
        "type": f"urn:chunhui:problem:{code}",
        "title": code,
        "status": status,
        "detail": detail,
        "code": code,
    }
    return _document_answer(status, "application/problem+json", document)


def _document_answer(status: int, media_type: str, document: Any) -> Answer:
    text = json.dumps(document, ensure_ascii=False)
    headers = [("Content-Type", media_type)]
    return status, headers, text.encode()
