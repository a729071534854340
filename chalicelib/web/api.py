"""Typed routes: a pydantic body and query in, a view out, and everything between HTTP and a use case in one place.

A feature's `api.py` declares its routes on a `Routes`; app.py mounts them on the Chalice app with `Api.mount`. The view
function's signature is the contract: `body` or `form`, `query` and the return annotation feed validation and OpenAPI alike.
A feature that serves somebody else's specification brings a `Dialect`, and everything under its routes is answered in it.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, NamedTuple, Protocol, TypeVar, get_type_hints
from urllib.parse import unquote

from chalice.app import Chalice, CORSConfig, MultiDict, Request, Response
from pydantic import BaseModel, ValidationError

from ..features import declaration
from ..kernel.access import ANONYMOUS, Actor
from ..kernel.errors import (
    Invalid,
    Malformed,
    NotFound,
    Refusal,
    Replayed,
    TooLarge,
    Unauthenticated,
    WrongMedia,
)
from ..kernel.ids import ID_PATTERN
from ..kernel.place import CODE_PATTERN
from ..kernel.request import IdempotencyKey, RequestContext, Signed
from ..kernel.text_catalogue import Catalogue, Text, choose_locale
from .documents import Dialect, Document
from .forms import read_form
from .pages import Page
from .problems import problem_of, problem_of_fields, problem_of_status
from .texts import REFUSALS

__all__ = ["Api", "Operation", "Routes", "path_pattern"]

S = TypeVar("S")
V = TypeVar("V", bound=Callable[..., Any])
Headers = dict[str, str | list[str]]
MAX_BODY = 64 * 1024
_KEY = re.compile(r"[\x21-\x7e]{1,200}")
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
_PROBLEM = "application/problem+json"
DOCUMENT_PATTERN = r"[A-Za-z0-9_.-]{1,80}"  # a name with its format as a suffix: the gateway takes whole segments only


class Log(Protocol):
    """Where one line a request goes: ids and numbers, never personal data."""

    def info(self, msg: object, **fields: Any) -> None:
        """Write a line."""

    def error(self, msg: object, **fields: Any) -> None:
        """Write a line that somebody should look at."""


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One route as it was declared."""

    method: str
    path: str
    name: str  # the use case's; the OpenAPI operation id
    view: Callable[..., Any]
    routes: "Routes[Any]"
    status: int = 200
    public: bool = False
    repeatable: bool = True  # takes an Idempotency-Key, if a POST
    conditional: bool = True  # takes an If-Match, if it changes a resource that has a version
    reread: Callable[..., Any] | None = None
    shows: Mapping[str, Callable[[Any], BaseModel]] = field(
        default_factory=dict
    )  # how entities among the facts of its refusals are shown

    def hints(self) -> dict[str, Any]:
        """Return the resolved annotations of the view."""
        return get_type_hints(self.view, include_extras=True)


class Routes(Generic[S]):
    """The routes of one feature. `service` picks the feature's service out of the wired services; the platform's is the Api."""

    def __init__(
        self,
        tag: str,
        service: str | None,
        texts: Catalogue,
        reread: Callable[..., Any] | None = None,
        dialect: Dialect | None = None,
    ) -> None:
        self.tag, self.service, self.texts, self.reread, self.dialect = tag, service, texts, reread, dialect
        self.operations: list[Operation] = []

    def route(self, method: str, path: str, *, name: str = "", formats: Sequence[str] = (), **options: Any) -> Callable[[V], V]:
        """Declare a route; the view stays callable as it is. With `formats` it is as many routes, each with its suffix."""

        def declare(view: V) -> V:
            options.setdefault("reread", self.reread)
            known = name or view.__name__
            for at, called in [(f"{path}.{suffix}", f"{known}_{suffix}") for suffix in formats] or [(path, known)]:
                self.operations.append(Operation(method=method, path=at, name=called, view=view, routes=self, **options))
            return view

        return declare

    def get(self, path: str, **options: Any) -> Callable[[V], V]:
        """Declare a GET route."""
        return self.route("GET", path, **options)

    def post(self, path: str, **options: Any) -> Callable[[V], V]:
        """Declare a POST route."""
        return self.route("POST", path, **options)

    def put(self, path: str, **options: Any) -> Callable[[V], V]:
        """Declare a PUT route."""
        return self.route("PUT", path, **options)

    def patch(self, path: str, **options: Any) -> Callable[[V], V]:
        """Declare a PATCH route."""
        return self.route("PATCH", path, **options)

    def delete(self, path: str, **options: Any) -> Callable[[V], V]:
        """Declare a DELETE route."""
        return self.route("DELETE", path, **options)


class _Mounted(NamedTuple):
    operation: Operation
    takes: Mapping[str, Any]  # what its view takes of a request


class _Catalogue(dict[str, Text]):
    """What refusals say. A feature may be refused by another whose routes are not loaded yet: then all are."""

    def __init__(self, known: Catalogue, load_all: Callable[[], None]) -> None:
        super().__init__(known)
        self._load_all = load_all

    def __missing__(self, code: str) -> Text:
        self._load_all()
        return dict(self)[code]


class Api:
    """The mounted routes: runs operations and turns every refusal into a problem document."""

    def __init__(self, app: Chalice, services: Callable[[], Any], log: Log) -> None:
        self._app, self._services, self._log = app, services, log
        self._directory: dict[tuple[str, str], Callable[[], Routes[Any]]] = {}  # method and path -> where they are declared
        self._mounted: dict[tuple[str, str], _Mounted] = {}
        self._words = _Catalogue(REFUSALS, self._load_all)
        # No cookies are used, so any page may call; it is set here only, because a route's own `cors=True` would override it.
        self.cors = app.api.cors = CORSConfig(
            allow_origin="*",
            allow_headers=["Accept-Language", "Idempotency-Key", "If-Match", "If-None-Match"],
            expose_headers=["ETag", "Retry-After", "Content-Language"],
            max_age=600,
        )
        app.middleware("http")(self._mend)

    def mount(self, lines: Iterable[str], load: Callable[[], Routes[Any]]) -> None:
        """Register routes, each as method and path. `load` returns their declarations, and is called when one is asked for."""
        for line in lines:
            method, _, path = line.partition(" ")
            self._directory[method, path] = load
            self._app.route(path, methods=[method], content_types=[])(self._handler(method, path))

    @property
    def operations(self) -> list[Operation]:
        """All routes, in the order in which they were mounted; loads them."""
        self._load_all()
        return [self._mounted[key].operation for key in self._directory]

    @property
    def words(self) -> Catalogue:
        """What refusals say, of all routes; loads them."""
        self._load_all()
        return self._words

    @staticmethod
    def service_of(operation: Operation) -> Any:
        """Return the provider of the service that a route's view is called with."""
        return declaration(operation.routes.service or "")

    def _load_all(self) -> None:
        for key in self._directory:
            self._find(*key)

    def _find(self, method: str, path: str) -> "_Mounted":
        """Return a route as it is declared."""
        found = self._mounted.get((method, path))
        if found is None:
            routes = self._directory[method, path]()
            self._words.update(routes.texts)
            self._mounted |= {(operation.method, operation.path): _mounted(operation) for operation in routes.operations}
            found = self._mounted[method, path]
        return found

    def _handler(self, method: str, path_: str) -> Callable[..., Response]:
        def handle(**path: str) -> Response:
            request = self._app.current_request
            assert request is not None  # noqa: S101 - Chalice sets it before it calls a view
            locale = choose_locale(request.headers.get("accept-language"))
            try:
                operation, takes = self._find(method, path_)
            except Exception as error:  # noqa: BLE001 - a feature that cannot be loaded; the next request tries again
                self._log.error("crash", operation=f"{method} {path_}", error=type(error).__name__, at=_where(error))
                return self.problem(500, "server.error", request.headers.get("accept-language"))
            address = _address(operation, path)
            try:
                answer = self._run(operation, takes, request, path, locale)
            except ValidationError as error:
                where = "body" if {"body", "form"} & set(takes) else "query"
                answer = self._problem(problem_of_fields(error, where, locale, self._words), operation, address)
            except Refusal as refusal:
                answer = self._problem(problem_of(refusal, locale, self._words, _shown(refusal, operation)), operation, address)
            except Exception as error:  # noqa: BLE001 - the last line; the text of an exception may hold personal data
                self._log.error("crash", operation=operation.name, error=type(error).__name__, at=_where(error))
                answer = self._problem(problem_of_status(500, "server.error", locale, self._words), operation, address)
            _finish(answer, locale)
            self._log.info("request", operation=operation.name, status=answer.status_code, id=request.context.get("requestId"))
            return answer

        return handle

    def _run(
        self, operation: Operation, takes: Mapping[str, Any], request: Request, path: Mapping[str, str], locale: str
    ) -> Response:
        services = self._services()
        actor = self._actor(request, services)
        if not operation.public and not actor.id:
            raise Unauthenticated("auth.token_missing")
        values: dict[str, Any] = {name: _path_value(name, raw) for name, raw in path.items()}
        if "body" in takes:
            values["body"] = _read_body(request, takes["body"])
        elif "form" in takes:
            values["form"] = takes["form"].model_validate(read_form(_bounded(request), request.headers.get("content-type")))
        else:
            _bounded(request)
        if "query" in takes:
            values["query"] = _read_query(request, takes["query"])
        if "signed" in takes:
            values["signed"] = _signed(request)
        query = values.get("query")
        # A cursor is good for the same list, the same filter and the same caller only.
        scope = (operation.name, actor.id, query.model_dump_json(exclude={"cursor", "limit"}) if query else "", *path.values())
        context = RequestContext(
            actor=actor,
            idempotency_key=self._idempotency_key(operation, request, actor, values),
            seen_version=_seen_version(request.headers.get("if-match")),
            address=request.context.get("identity", {}).get("sourceIp", ""),
            locale=locale,
            start=services.core.cursors.read(getattr(query, "cursor", None), *scope),
            cursor_of=lambda position: services.core.cursors.write(position, *scope),
        )
        service = services.get(self.service_of(operation)) if operation.routes.service else self
        try:
            view = operation.view(service, context, **values)
        except Replayed as replay:
            if operation.reread is None:
                raise NotImplementedError(operation.name) from replay
            view = operation.reread(service, context, replay.resource_id)
        return _answer(operation, request, view, _address(operation, path))

    def _actor(self, request: Request, services: Any) -> Actor:
        header = request.headers.get("authorization")
        if header is None:
            return ANONYMOUS
        scheme, _, token = header.partition(" ")
        if scheme.lower() != "bearer":
            raise Unauthenticated("auth.token_invalid")
        actor: Actor = services.core.tokens.read(token.strip())
        return actor

    def _idempotency_key(
        self, operation: Operation, request: Request, actor: Actor, values: Mapping[str, Any]
    ) -> IdempotencyKey | None:
        key = request.headers.get("idempotency-key")
        if key is None or operation.method != "POST" or not operation.repeatable:
            return None
        if not _KEY.fullmatch(key):
            raise Invalid("idempotency.key_invalid", ["header", "Idempotency-Key"])
        body = "".join(values[name].model_dump_json() for name in ("body", "form") if name in values)
        path = "/".join(str(values[name]) for name in sorted(values) if name not in ("body", "form", "query", "signed"))
        route = f"{operation.method} {operation.path} {path}"
        return IdempotencyKey(id=_digest(actor.id, route, key), digest=_digest(body))

    def _problem(self, problem: dict[str, Any], operation: Operation | None = None, address: str = "") -> Response:
        said = Document(json.dumps(problem, ensure_ascii=False), _PROBLEM, problem["status"])
        if operation and operation.routes.dialect:
            said = operation.routes.dialect.problem(problem, address)
        headers: Headers = {"Content-Type": said.media}
        if said.status == 401:
            headers["WWW-Authenticate"] = "Bearer"
        if "retry_after" in problem:
            headers["Retry-After"] = str(problem["retry_after"])
        return Response(said.text, headers, said.status)

    def problem(self, status: int, code: str, accept_language: str | None) -> Response:
        """Return a problem for what never reaches a view: 405, and the local server's 404 and 413."""
        locale = choose_locale(accept_language)
        answer = self._problem(problem_of_status(status, code, locale, self._words))
        answer.headers |= self.cors.get_access_control_headers()
        _finish(answer, locale)
        return answer

    def _mend(self, event: Any, get_response: Callable[[Any], Response]) -> Response:
        """Rewrite Chalice's own error bodies, which have neither our form nor CORS headers (chalice issue 2059)."""
        answer = get_response(event)
        if answer.status_code < 400 or "Content-Language" in answer.headers:  # finished here, in whichever form
            return answer
        status = answer.status_code if answer.status_code == 405 else 500
        code = "method.not_allowed" if status == 405 else "server.error"
        mended = self.problem(status, code, event.headers.get("accept-language") if event else None)
        mended.headers |= {name: value for name, value in answer.headers.items() if name == "Allow"}
        return mended


def _mounted(operation: Operation) -> _Mounted:
    hints = operation.hints()
    return _Mounted(operation, {name: hints[name] for name in ("body", "form", "query", "signed") if name in hints})


def _finish(answer: Response, locale: str) -> None:
    """Say what every answer says: its language, what it varies by, and that it is what it says it is."""
    answer.headers |= {"Content-Language": locale, "Vary": "Accept-Language, Authorization", "X-Content-Type-Options": "nosniff"}
    answer.headers.setdefault("Cache-Control", "private, no-cache")


def _digest(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def _where(error: BaseException) -> str:
    """File and line of the innermost frame: enough to find the fault, and no values."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}" if trace else ""


def _shown(refusal: Refusal, operation: Operation) -> dict[str, Any]:
    """Facts as this route shows them: entities only through a view."""
    shown: dict[str, Any] = {}
    for name, value in refusal.facts.items():
        view = operation.shows.get(name)
        shown[name] = [view(entity) for entity in value] if view else value  # type: ignore[attr-defined]
    return shown


def _path_value(name: str, raw: str) -> str:
    """Decode a path parameter once; what is not of its form cannot exist."""
    value = unquote(raw)
    if not re.fullmatch(path_pattern(name), value):
        raise NotFound
    return value


def path_pattern(name: str) -> str:
    """Return what a path parameter looks like."""
    if name.endswith("_id"):
        return f"[a-z]{{3}}_{ID_PATTERN}"
    return {"code": CODE_PATTERN, "document": DOCUMENT_PATTERN}.get(name, r"[a-z0-9_.-]{1,64}")


def _address(operation: Operation, path: Mapping[str, str]) -> str:
    """Return the path that was asked for, in which a dialect finds the format."""
    return unquote(operation.path.format(**path))


def _bounded(request: Request) -> bytes:
    raw: Any = request.raw_body
    if len(raw) > MAX_BODY:
        raise TooLarge("request.too_large")
    return raw or b""


def _read_body(request: Request, model: type[BaseModel]) -> BaseModel:
    raw = _bounded(request)
    media = request.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    if raw and media != "application/json":
        raise WrongMedia("request.media_type")
    body = model.model_validate_json(raw or b"{}")
    try:  # pydantic keeps the last of two equal keys, and a proxy in front may have believed the first
        json.loads(raw or b"{}", object_pairs_hook=_unique)
    except ValueError:
        raise Malformed("request.malformed") from None
    return body


def _signed(request: Request) -> Signed:
    header = request.headers.get
    timestamp, nonce, signature = (header(name, "") for name in ("x-timestamp", "x-nonce", "x-signature"))
    raw: Any = request.raw_body
    return Signed(body=raw or b"", timestamp=timestamp, nonce=nonce, signature=signature)


def _unique(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise Malformed("request.duplicate_key")
    return found


def _read_query(request: Request, model: type[BaseModel]) -> BaseModel:
    given: Any = request.query_params or MultiDict(None)
    values = {name: given.getlist(name) for name in given}
    # Of a parameter that is given twice neither is believed: a list never fits a single field.
    return model.model_validate({name: found[0] if len(found) == 1 else found for name, found in values.items()})


def _seen_version(header: str | None) -> int | None:
    """Return the version that an If-Match header names; -1 for one that no version matches."""
    if header is None or header.strip() == "*":
        return None
    versions = re.findall(r'"(\d{1,12})\.[0-9a-f]+"', header)
    return int(versions[0]) if len(versions) == 1 else -1


def _answer(operation: Operation, request: Request, view: Any, address: str) -> Response:
    if view is None:
        return Response("", {}, 204)
    if isinstance(view, Response):
        return view
    if isinstance(view, Page):
        headers: Headers = {"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": _POLICY}
        return Response(view.html, headers | {"Referrer-Policy": "no-referrer"}, operation.status)
    said = _said(operation, view, address)
    headers = {"Content-Type": said.media}
    if said.status < 300:
        tag = f'"{getattr(view, "version", 0)}.{_digest(said.text)[:16]}"'
        headers["ETag"] = tag
        if operation.method == "GET" and _matches(request.headers.get("if-none-match"), tag):
            return Response("", {"ETag": tag}, 304)
    return Response(said.text, headers, said.status)


def _said(operation: Operation, view: Any, address: str) -> Document:
    if isinstance(view, Document):
        return view
    if operation.routes.dialect:
        return operation.routes.dialect.answer(view, address)
    return Document(view.model_dump_json(), "application/json", operation.status)


def _matches(header: str | None, tag: str) -> bool:
    return header is not None and (header.strip() == "*" or tag in (t.strip().removeprefix("W/") for t in header.split(",")))
