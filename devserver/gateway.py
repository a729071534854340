"""API Gateway on one machine: a WSGI application over the Chalice app.

It answers with problem documents where a request does not reach the app.
"""

import base64
import json
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import quote

from chalice.app import Chalice
from chalice.config import Config
from chalice.local import (
    CustomLocalChalice,
    LambdaContext,
    LambdaEventConverter,
    LocalChalice,
    RouteMatcher,
)

from chalicelib.web.api import Api
from chalicelib.web.requests import MAX_BODY

__all__ = [
    "Answer",
    "Gateway",
    "body_limit",
    "json_answer",
    "problem",
    "serve_threaded",
    "serve_wsgi",
]

Answer = tuple[int, list[tuple[str, str]], bytes]
Handler = Callable[[str, str, dict[str, str], bytes, str], Answer]
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


class Gateway:
    """Turns HTTP requests into Lambda events and their results into answers."""

    def __init__(self, app: Chalice, api: Api) -> None:
        serve_threaded(app)
        self._app, self._api = app, api
        matcher = RouteMatcher(list(app.routes))
        self._events = LambdaEventConverter(matcher, app.api.binary_types)
        self._config = Config()

    def handle(
        self,
        method: str,
        target: str,
        headers: dict[str, str],
        body: bytes,
        source: str,
    ) -> Answer:
        """Answer one request. `target` is the path with its query, still encoded."""
        language = headers.get("accept-language")
        if len(body) > body_limit(target):
            return self._problem(413, "request.too_large", language)
        try:
            event = self._events.create_lambda_event(
                method, target, headers, None
            )
        except ValueError:
            return self._problem(404, "resource.not_found", language)
        if method == "OPTIONS":
            allowed = list(self._api.cors.get_access_control_headers().items())
            return 200, [*allowed, ("Access-Control-Allow-Methods", "*")], b""
        event["requestContext"]["identity"]["sourceIp"] = source
        event["isBase64Encoded"] = bool(body)
        event["body"] = base64.b64encode(body).decode() if body else None
        context = LambdaContext("api_handler", 512, 29_000)
        return _answer(self._app(event, context))

    def _problem(self, status: int, code: str, language: str | None) -> Answer:
        return _answer(self._api.problem(status, code, language).to_dict())

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
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
    environ: dict[str, Any],
    start_response: Callable[..., Any],
    limit_of: Callable[[str], int] = body_limit,
) -> list[bytes]:
    """Run a handler as a WSGI application.

    The handler is given at most one byte more than the limit, so it can refuse a longer body.
    """
    status, answer_headers, content = handle(
        environ["REQUEST_METHOD"],
        _target_of(environ),
        _headers_of(environ),
        _body_of(environ, limit_of(environ["PATH_INFO"]) + 1),
        environ.get("REMOTE_ADDR", "127.0.0.1"),
    )
    if status not in (204, 304):
        length = ("Content-Length", str(len(content)))
        answer_headers = [*answer_headers, length]
    start_response(f"{status} {_REASONS.get(status, 'Error')}", answer_headers)
    return [content]


def _headers_of(environ: dict[str, Any]) -> dict[str, str]:
    headers = {}
    for name, value in environ.items():
        if name.startswith("HTTP_"):
            headers[name[5:].replace("_", "-").lower()] = value
    if environ.get("CONTENT_TYPE"):
        headers["content-type"] = environ["CONTENT_TYPE"]
    return headers


def _body_of(environ: dict[str, Any], limit: int) -> bytes:
    size = limit
    if "HTTP_TRANSFER_ENCODING" not in environ:
        size = min(int(environ.get("CONTENT_LENGTH") or 0), limit)
    if not size:
        return b""
    body: bytes = environ["wsgi.input"].read(size)
    return body


def _target_of(environ: dict[str, Any]) -> str:
    """Return path and query. WSGI decodes the path; API Gateway passes it on encoded."""
    path = environ.get("REQUEST_URI") or quote(
        environ["PATH_INFO"].encode("latin-1")
    )
    path = str(path).split("?", maxsplit=1)[0]
    query = environ.get("QUERY_STRING")
    return f"{path}?{query}" if query else path


def _answer(result: dict[str, Any]) -> Answer:
    headers = list(result["headers"].items())
    for name, values in result.get("multiValueHeaders", {}).items():
        headers += [(name, value) for value in values]
    body = result.get("body") or b""
    if result.get("isBase64Encoded"):
        body = base64.b64decode(body)
    elif isinstance(body, str):
        body = body.encode()
    return result["statusCode"], headers, body


def json_answer(status: int, document: Any) -> Answer:
    """Return a JSON answer."""
    content = json.dumps(document, ensure_ascii=False).encode()
    return status, [("Content-Type", "application/json")], content


def problem(status: int, code: str, detail: str) -> Answer:
    """Return a problem document of the local server's own routes."""
    document = {
        "type": f"urn:chunhui:problem:{code}",
        "title": code,
        "status": status,
        "detail": detail,
        "code": code,
    }
    content = json.dumps(document, ensure_ascii=False).encode()
    return status, [("Content-Type", "application/problem+json")], content
