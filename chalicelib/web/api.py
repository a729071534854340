"""The HTTP API: mounts routes on Chalice and runs the operation of each request."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

from chalice.app import Chalice, Request, Response
from pydantic import ValidationError

from ..kernel.codes import Keyring
from ..kernel.errors import Refusal, Replayed, Unauthenticated
from ..kernel.log import Log
from ..kernel.paging import Cursors
from ..kernel.text_catalogue import Catalogue, choose_locale
from .authentication import Authenticator, BearerAuthenticator
from .errors import ErrorRenderer
from .headers import CORS, add_common_headers
from .inside import InsideCalls
from .rendering import Renderer
from .requests import RequestReader
from .routes import NO_PREFIXES, Mount, Operation, Routes, RouteTable
from .tokens import Tokens

__all__ = ["Api", "WebCore", "innermost_line"]


class WebCore(Protocol):
    """The process-wide objects that every request needs."""

    @property
    def tokens(self) -> Tokens:
        """Return the access tokens."""
        ...

    @property
    def keys(self) -> Keyring:
        """Return the keys, by which a proxy proves itself."""
        ...

    @property
    def cursors(self) -> Cursors:
        """Return the signed cursors."""
        ...


class Api:
    """Runs the mounted routes. Every error becomes a response in the form of its operation.

    `find_core` is called on each request: the core is made on the first one, and tests replace it.
    `find_id_prefixes` and `find_public_url` return what the contract says of ids and of servers.
    They are called when that is asked for.
    """

    def __init__(
        self,
        app: Chalice,
        find_core: Callable[[], WebCore],
        log: Log,
        find_id_prefixes: Callable[[], Mapping[str, str]] = lambda: NO_PREFIXES,
        find_public_url: Callable[[], str] = str,
    ) -> None:
        self._app, self._log = app, log
        self._find_id_prefixes = find_id_prefixes
        self._find_public_url = find_public_url
        self._routes = RouteTable()
        self._authenticator: Authenticator = BearerAuthenticator(
            lambda: find_core().tokens
        )
        self._reader = RequestReader(
            lambda: find_core().cursors, lambda: find_core().keys
        )
        self._renderer = Renderer()
        self._errors = ErrorRenderer(self._routes.words)
        self.inside = InsideCalls(self._routes, self._reader, self._errors)
        # For the whole app: a route's own `cors=True` would override it.
        self.cors = app.api.cors = CORS
        app.middleware("http")(self._replace_chalice_error)

    def mount(
        self,
        lines: Iterable[str],
        load_routes: Callable[[], Routes[Any]],
        find_service: Callable[[], Any] | None = None,
    ) -> None:
        """Mount routes, each given as "METHOD path".

        `load_routes` returns their declarations. It is called on the first request for one.
        `find_service` returns the service of their views. It is called on each request; without
        it, the service is this Api (the platform's own routes).
        """
        mount = Mount(load_routes, find_service or self._itself)
        for line in lines:
            method, _, path = line.partition(" ")
            self._routes.add(method, path, mount)
            if method in self._app.routes.get(path, ()):
                continue  # a page is there, which calls `respond`
            self._app.route(path, methods=[method], content_types=[])(
                self._handler(method, path)
            )

    @property
    def operations(self) -> list[Operation]:
        """Return all operations in the order of mounting; loads them."""
        return self._routes.operations()

    @property
    def id_prefixes(self) -> Mapping[str, str]:
        """Return the prefix of an id by what it names: ``wish`` -> ``wsh``."""
        return self._find_id_prefixes()

    @property
    def public_url(self) -> str:
        """Return the address under which clients reach this deployment; empty if unknown."""
        return self._find_public_url()

    @property
    def words(self) -> Catalogue:
        """Return the texts of all refusals; loads all routes."""
        self._routes.load_all()
        return self._routes.words

    def has(self, method: str, path: str) -> bool:
        """Say whether a route is mounted; loads nothing."""
        return self._routes.has(method, path)

    def add_words(self, texts: Catalogue) -> None:
        """Add texts of refusals that no route declares: those of pages."""
        self._routes.words.update(texts)

    def problem(
        self, status: int, code: str, accept_language: str | None
    ) -> Response:
        """Return a problem of a request that reaches no view: 405; the local server's 404, 413."""
        locale = choose_locale(accept_language)
        response = self._errors.render_status(status, code, locale)
        response.headers |= self.cors.get_access_control_headers()
        add_common_headers(response, locale)
        return response

    def _itself(self) -> "Api":
        return self

    def _handler(self, method: str, path: str) -> Callable[..., Response]:
        def handle(**values: str) -> Response:
            request = self._app.current_request
            assert request is not None  # noqa: S101 - Chalice sets it before it calls a view
            return self.respond(method, path, request, values)

        return handle

    def address_of(self, request: Request) -> str:
        """Return the network address of the client of a request."""
        return self._reader.address_of(request)

    def respond(
        self,
        method: str,
        path: str,
        request: Request,
        values: Mapping[str, str],
    ) -> Response:
        """Answer a request for a route."""
        accept_language = request.headers.get("accept-language")
        try:
            operation, find_service = self._routes.find(method, path)
        except Exception as error:  # noqa: BLE001 - of loading; the next request tries again
            self._log_crash(f"{method} {path}", error)
            return self.problem(500, "server.error", accept_language)
        locale = choose_locale(accept_language)
        address = operation.address(values)
        try:
            view = self._run(operation, find_service, request, values, locale)
            response = self._renderer.render(view, operation, request, address)
        except Exception as error:  # noqa: BLE001 - the last line
            if not isinstance(error, Refusal | ValidationError):
                self._log_crash(operation.name, error)
            response = self._errors.render(error, operation, address, locale)
        add_common_headers(response, locale)
        self._log.info(
            "request",
            operation=operation.name,
            status=response.status_code,
            id=request.context.get("requestId"),
        )
        return response

    def _run(
        self,
        operation: Operation,
        find_service: Callable[[], Any],
        request: Request,
        path: Mapping[str, str],
        locale: str,
    ) -> Any:
        """Call the view; a repeated Idempotency-Key reads the resource as it is now instead."""
        actor = self._authenticator.authenticate(request)
        if not operation.public and not actor.id:
            raise Unauthenticated("auth.token_missing")
        values, context = self._reader.read(
            operation, request, path, actor, locale
        )
        service = find_service()
        try:
            return operation.view(service, context, **values)
        except Replayed as replay:
            if operation.reread is None:
                raise NotImplementedError(operation.name) from replay
            return operation.reread(service, context, replay.resource_id)

    def _replace_chalice_error(
        self,
        event: Any,
        get_response: Callable[[Any], Response],
    ) -> Response:
        """Replace Chalice's own errors: they have neither our form nor CORS headers.

        That they lack CORS headers is chalice issue 2059.
        """
        response = get_response(event)
        is_ours = "Content-Language" in response.headers
        if response.status_code < 400 or is_ours:
            return response
        accept_language = (
            event.headers.get("accept-language") if event else None
        )
        if response.status_code != 405:
            return self.problem(500, "server.error", accept_language)
        replaced = self.problem(405, "method.not_allowed", accept_language)
        if "Allow" in response.headers:
            replaced.headers["Allow"] = response.headers["Allow"]
        return replaced

    def _log_crash(self, operation: str, error: Exception) -> None:
        """Log the type of an error, never its text: that may hold personal data."""
        name, place = type(error).__name__, innermost_line(error)
        self._log.error("crash", operation=operation, error=name, at=place)


def innermost_line(error: BaseException) -> str:
    """Return file and line of the innermost frame: enough to find the fault, without values."""
    trace = error.__traceback__
    if trace is None:
        return ""
    while trace.tb_next:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}"
