"""The declaration of a feature's routes, and the table in which the API finds them.

A feature's `api.py` declares its routes on a `Routes`. The signature of a view is the contract.
Validation and OpenAPI both read `body` or `form`, `query`, `signed` and the return annotation.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any, Generic, TypeVar, get_type_hints
from urllib.parse import unquote

from pydantic import BaseModel

from ..kernel.ids import ID_PATTERN
from ..kernel.place import CODE_PATTERN
from ..kernel.text_catalogue import Catalogue, Text
from .documents import PROBLEM_JSON, Dialect, ErrorForm
from .texts import REFUSALS

__all__ = [
    "NO_PREFIXES",
    "REQUEST_INPUTS",
    "Mount",
    "Operation",
    "RouteTable",
    "Routes",
    "path_pattern",
]

S = TypeVar("S")
V = TypeVar("V", bound=Callable[..., Any])
# A name with its format as a suffix: the gateway takes whole segments only.
_DOCUMENT_PATTERN = r"[A-Za-z0-9_.-]{1,80}"
NO_PREFIXES: Mapping[str, str] = MappingProxyType({})
# Parameters of a view that are read from the request; all others are of the path.
REQUEST_INPUTS = ("body", "form", "query", "signed")


def path_pattern(
    name: str, id_prefixes: Mapping[str, str] = NO_PREFIXES
) -> str:
    """Return the pattern of a path parameter.

    `id_prefixes` gives the prefix of an id by what it names: ``wish`` -> ``wsh``. Without it any
    prefix matches: a request is checked without loading every feature.
    """
    if name.endswith("_id"):
        prefix = id_prefixes.get(name.removesuffix("_id"), "[a-z]{3}")
        return f"{prefix}_{ID_PATTERN}"
    known = {"code": CODE_PATTERN, "document": _DOCUMENT_PATTERN}
    return known.get(name, r"[a-z0-9_.-]{1,64}")


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One declared route."""

    method: str
    path: str
    name: str  # of the use case; the OpenAPI operation id
    view: Callable[..., Any]
    routes: "Routes[Any]"
    status: int = 200
    public: bool = False
    token_counts: bool = False  # public, but the answer depends on the caller
    repeatable: bool = True  # takes an Idempotency-Key, if a POST
    conditional: bool = (
        True  # takes an If-Match, if it changes a versioned resource
    )
    reread: Callable[..., Any] | None = None
    media: str = ""  # of a `Document`, for the contract
    # The views of further success statuses, of a `Reply`.
    also: Mapping[int, type[BaseModel]] = field(default_factory=dict)
    # Refusals carry entities as facts; by name, the schema that renders them.
    shows: Mapping[str, Callable[[Any], BaseModel]] = field(
        default_factory=dict
    )

    def hints(self) -> dict[str, Any]:
        """Return the resolved annotations of the view."""
        return get_type_hints(self.view, include_extras=True)

    @cached_property
    def inputs(self) -> Mapping[str, Any]:
        """Return the types of the view's parameters that are read from the request, by name."""
        hints = self.hints()
        return {name: hints[name] for name in REQUEST_INPUTS if name in hints}

    @property
    def error_form(self) -> ErrorForm:
        """Return the form in which errors of this route are rendered."""
        return self.routes.dialect or PROBLEM_JSON

    def address(self, path: Mapping[str, str]) -> str:
        """Return the requested path, decoded, in which a dialect finds the format."""
        return unquote(self.path.format(**path))


class Routes(Generic[S]):
    """The routes of one feature; its views take a service of type S."""

    def __init__(
        self,
        tag: str,
        texts: Catalogue,
        reread: Callable[..., Any] | None = None,
        dialect: Dialect | None = None,
    ) -> None:
        self.tag, self.texts, self.reread, self.dialect = (
            tag,
            texts,
            reread,
            dialect,
        )
        self.operations: list[Operation] = []

    def route(
        self,
        method: str,
        path: str,
        *,
        name: str = "",
        formats: Sequence[str] = (),
        **options: Any,
    ) -> Callable[[V], V]:
        """Declare a route and return the view unchanged.

        With `formats`, declare one route for each format, with the format as the path's suffix.
        """
        options.setdefault("reread", self.reread)

        def declare(view: V) -> V:
            base = name or view.__name__
            for suffix in formats:
                self._add(
                    method,
                    f"{path}.{suffix}",
                    f"{base}_{suffix}",
                    view,
                    options,
                )
            if not formats:
                self._add(method, path, base, view, options)
            return view

        return declare

    def _add(
        self,
        method: str,
        path: str,
        name: str,
        view: Callable[..., Any],
        options: Mapping[str, Any],
    ) -> None:
        operation = Operation(
            method=method,
            path=path,
            name=name,
            view=view,
            routes=self,
            **options,
        )
        self.operations.append(operation)

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


@dataclass(frozen=True, slots=True)
class Mount:
    """The loader of a route's declaration, called on its first request, and of its service."""

    load_routes: Callable[[], Routes[Any]]
    find_service: Callable[[], Any]


class RouteTable:
    """The mounted routes by method and path. A feature is loaded on the first request for it."""

    def __init__(self) -> None:
        self._mounts: dict[tuple[str, str], Mount] = {}
        self._operations: dict[tuple[str, str], Operation] = {}
        self.words = _RefusalWords(REFUSALS, self.load_all)

    def add(self, method: str, path: str, mount: Mount) -> None:
        """Add a route without loading it."""
        self._mounts[method, path] = mount

    def has(self, method: str, path: str) -> bool:
        """Say whether a route is mounted; loads nothing."""
        return (method, path) in self._mounts

    def find(
        self, method: str, path: str
    ) -> tuple[Operation, Callable[[], Any]]:
        """Return the operation of a route and the function that finds its service."""
        mount = self._mounts[method, path]
        operation = self._operations.get((method, path))
        if operation is None:
            self._load(mount)
            operation = self._operations[method, path]
        return operation, mount.find_service

    def load_all(self) -> None:
        """Load all routes that are not loaded yet."""
        for key in self._mounts:
            self.find(*key)

    def operations(self) -> list[Operation]:
        """Return the operations of all routes in the order of mounting; loads them."""
        self.load_all()
        return [self._operations[key] for key in self._mounts]

    def _load(self, mount: Mount) -> None:
        routes = mount.load_routes()
        self.words.update(routes.texts)
        for operation in routes.operations:
            self._operations[operation.method, operation.path] = operation


class _RefusalWords(dict[str, Text]):
    """The texts of refusals. A missing code loads all routes: it may be of another feature."""

    def __init__(self, known: Catalogue, load_all: Callable[[], None]) -> None:
        super().__init__(known)
        self._load_all = load_all

    def __missing__(self, code: str) -> Text:
        self._load_all()
        return dict(self)[code]
