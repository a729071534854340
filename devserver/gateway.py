"""API Gateway on one machine: a WSGI application over the Chalice app, with problem documents for what never reaches it."""

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

__all__ = ["Answer", "Gateway", "serve_threaded"]

Answer = tuple[int, list[tuple[str, str]], bytes]
Handler = Callable[[str, str, dict[str, str], bytes, str], Answer]
_REASONS = {
    200: "OK",
    201: "Created",
    202: "Accepted",
    204: "No Content",
    304: "Not Modified",
}


def serve_threaded(app: Chalice) -> None:
    """Let one app object serve several threads: Chalice keeps the current request on the app (docs/decisions/0004).

    Without this, requests in parallel are answered as one another's callers.
    """
    if not isinstance(app, LocalChalice):
        CustomLocalChalice.__bases__ = (LocalChalice, app.__class__)
        app.__class__ = CustomLocalChalice


class Gateway:
    """Turns HTTP requests into Lambda events and their results into answers."""

    def __init__(self, app: Chalice, api: Api) -> None:
        serve_threaded(app)
        self._app, self._api = app, api
        self._events = LambdaEventConverter(
            RouteMatcher(list(app.routes)), app.api.binary_types
        )
        self._config = Config()

    def handle(
        self,
        method: str,
        target: str,
        headers: dict[str, str],
        body: bytes,
        source: str,
    ) -> Answer:
        """Answer one request; `target` is the path with its query, as it came."""
        language = headers.get("accept-language")
        if len(body) > most_of(target):
            return _plain(
                self._api.problem(413, "request.too_large", language).to_dict()
            )
        try:
            event = self._events.create_lambda_event(method, target, headers, None)
        except ValueError:
            return _plain(
                self._api.problem(404, "resource.not_found", language).to_dict()
            )
        if method == "OPTIONS":
            return (
                200,
                [
                    *self._api.cors.get_access_control_headers().items(),
                    ("Access-Control-Allow-Methods", "*"),
                ],
                b"",
            )
        event["requestContext"]["identity"]["sourceIp"] = source
        event["body"], event["isBase64Encoded"] = (
            base64.b64encode(body).decode() if body else None,
            bool(body),
        )
        context = LambdaContext("api_handler", 512, 29_000)
        return _plain(self._app(event, context))

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        """Serve WSGI."""
        return serve_wsgi(self.handle, environ, start_response)


def most_of(path: str) -> int:
    """Return how many bytes of a body are read at a path; API Gateway's own limit is wider than the house's."""
    return MAX_BODY * 16


def serve_wsgi(
    handle: Handler,
    environ: dict[str, Any],
    start_response: Callable[..., Any],
    most_of: Callable[[str], int] = most_of,
) -> list[bytes]:
    """Run a handler as a WSGI application; it is given one byte more than it may be sent, so that it can tell."""
    headers = {
        name[5:].replace("_", "-").lower(): value
        for name, value in environ.items()
        if name.startswith("HTTP_")
    }
    if environ.get("CONTENT_TYPE"):
        headers["content-type"] = environ["CONTENT_TYPE"]
    length = int(environ.get("CONTENT_LENGTH") or 0)
    most = most_of(environ["PATH_INFO"]) + 1
    size = most if "HTTP_TRANSFER_ENCODING" in environ else min(length, most)
    body = environ["wsgi.input"].read(size) if size else b""
    # WSGI hands the path over decoded; a gateway passes it on as it came.
    path = environ.get("REQUEST_URI") or quote(environ["PATH_INFO"].encode("latin-1"))
    path = path.split("?")[0] + (
        f"?{environ['QUERY_STRING']}" if environ.get("QUERY_STRING") else ""
    )
    status, answer, content = handle(
        environ["REQUEST_METHOD"],
        path,
        headers,
        body,
        environ.get("REMOTE_ADDR", "127.0.0.1"),
    )
    if status not in (204, 304):
        answer = [*answer, ("Content-Length", str(len(content)))]
    start_response(f"{status} {_REASONS.get(status, 'Error')}", answer)
    return [content]


def _plain(result: dict[str, Any]) -> Answer:
    headers = [*result["headers"].items()]
    headers += [
        (name, value)
        for name, values in result.get("multiValueHeaders", {}).items()
        for value in values
    ]
    body = result.get("body") or ""
    content = (
        base64.b64decode(body)
        if result.get("isBase64Encoded")
        else body.encode()
        if isinstance(body, str)
        else body
    )
    return result["statusCode"], headers, content


def json_answer(status: int, document: Any) -> Answer:
    """Return a JSON answer."""
    return (
        status,
        [("Content-Type", "application/json")],
        json.dumps(document, ensure_ascii=False).encode(),
    )


def problem(status: int, code: str, detail: str) -> Answer:
    """Return a problem of the local server's own routes."""
    document = {
        "type": f"urn:chunhui:problem:{code}",
        "title": code,
        "status": status,
        "detail": detail,
        "code": code,
    }
    return (
        status,
        [("Content-Type", "application/problem+json")],
        json.dumps(document).encode(),
    )
