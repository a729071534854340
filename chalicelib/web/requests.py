"""Reading requests: from HTTP to a view's typed keyword values and the RequestContext."""

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from chalice.app import MultiDict, Request
from pydantic import BaseModel

from ..kernel.access import Actor
from ..kernel.codes import Keyring
from ..kernel.errors import Invalid, Malformed, NotFound, TooLarge, WrongMedia
from ..kernel.paging import Cursors, Position
from ..kernel.request import IdempotencyKey, RequestContext, Signed
from .client_address import client_address
from .forms import read_form
from .routes import REQUEST_INPUTS, Operation, path_pattern

__all__ = [
    "MAX_BODY",
    "Caller",
    "RequestReader",
    "read_path_value",
    "read_query",
    "read_raw_body",
]

MAX_BODY = 64 * 1024
_KEY = re.compile(r"[\x21-\x7e]{1,200}")
_BODIES = ("body", "form")


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """The facts about the caller of an operation.

    `key` is the text of an Idempotency-Key. `seen_version` is that of an If-Match.
    """

    actor: Actor
    address: str
    agent: str
    locale: str
    key: str | None = None
    seen_version: int | None = None


class RequestReader:
    """Reads what a view takes of a request."""

    def __init__(
        self,
        find_cursors: Callable[[], Cursors],
        find_keys: Callable[[], Keyring],
    ) -> None:
        self._find_cursors, self._find_keys = find_cursors, find_keys

    def read(
        self,
        operation: Operation,
        request: Request,
        path: Mapping[str, str],
        actor: Actor,
        locale: str,
    ) -> tuple[dict[str, Any], RequestContext]:
        """Return the view's keyword values and its context.

        Raises:
            Refusal: a part of the request cannot be read.
            ValidationError: the body, form or query does not fit its schema.

        """
        values = _read_values(operation, request, path)
        caller = Caller(
            actor=actor,
            address=self.address_of(request),
            agent=request.headers.get("user-agent", ""),
            locale=locale,
            key=request.headers.get("idempotency-key"),
            seen_version=_read_if_match(request.headers.get("if-match")),
        )
        return values, self.context(operation, values, path, caller)

    def address_of(self, request: Request) -> str:
        """Return the network address of the client."""
        return client_address(request.headers, request.context, self._find_keys)

    def context(
        self,
        operation: Operation,
        values: Mapping[str, Any],
        path: Mapping[str, str],
        caller: Caller,
    ) -> RequestContext:
        """Return the context of a view that is called with these values."""
        query = values.get("query")
        cursors = self._find_cursors()
        actor = caller.actor
        scope = (operation.name, actor.id, _filter_of(query), *path.values())

        def cursor_of(position: Position | None) -> str | None:
            return cursors.write(position, *scope)

        return RequestContext(
            actor=actor,
            idempotency_key=_read_idempotency_key(
                operation, caller.key, actor, values
            ),
            seen_version=caller.seen_version,
            address=caller.address,
            agent=caller.agent,
            locale=caller.locale,
            start=cursors.read(getattr(query, "cursor", None), *scope),
            cursor_of=cursor_of,
        )


def _read_values(
    operation: Operation, request: Request, path: Mapping[str, str]
) -> dict[str, Any]:
    inputs = operation.inputs
    values: dict[str, Any] = {
        name: read_path_value(name, raw) for name, raw in path.items()
    }
    if "body" in inputs:
        values["body"] = _read_body(request, inputs["body"])
    elif "form" in inputs:
        values["form"] = _read_form(request, inputs["form"])
    else:
        read_raw_body(request)
    if "query" in inputs:
        values["query"] = inputs["query"].model_validate(read_query(request))
    if "signed" in inputs:
        values["signed"] = _read_signed(request)
    return values


def _filter_of(query: BaseModel | None) -> str:
    """Return the filter of a list: a cursor is good for the same list, filter and caller only."""
    if query is None:
        return ""
    return query.model_dump_json(exclude={"cursor", "limit"})


def read_path_value(name: str, raw: str) -> str:
    """Decode a path parameter once; one that does not fit its pattern cannot exist."""
    value = unquote(raw)
    if not re.fullmatch(path_pattern(name), value):
        raise NotFound
    return value


def read_raw_body(request: Request) -> bytes:
    """Return the body of a request.

    Raises:
        TooLarge: it is larger than `MAX_BODY`.

    """
    raw: Any = request.raw_body
    if len(raw) > MAX_BODY:
        raise TooLarge("request.too_large")
    return raw or b""


def _read_body(request: Request, model: type[BaseModel]) -> BaseModel:
    raw = read_raw_body(request)
    content_type = request.headers.get("content-type", "application/json")
    media = content_type.partition(";")[0].strip().lower()
    if raw and media != "application/json":
        raise WrongMedia("request.media_type")
    body = model.model_validate_json(raw or b"{}")
    # pydantic keeps the last of two equal keys; a proxy in front may have believed the first.
    try:
        json.loads(raw or b"{}", object_pairs_hook=_unique)
    except ValueError:
        raise Malformed("request.malformed") from None
    return body


def _unique(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise Malformed("request.duplicate_key")
    return found


def _read_form(request: Request, model: type[BaseModel]) -> BaseModel:
    fields = read_form(
        read_raw_body(request), request.headers.get("content-type")
    )
    return model.model_validate(fields)


def read_query(request: Request) -> dict[str, Any]:
    """Return the parameters of a query; one that is given twice is a list."""
    given: Any = request.query_params or MultiDict(None)
    values: dict[str, Any] = {}
    for name in given:
        found = given.getlist(name)
        # A list never fits a single field.
        values[name] = found[0] if len(found) == 1 else found
    return values


def _read_signed(request: Request) -> Signed:
    headers = request.headers
    raw: Any = request.raw_body
    return Signed(
        body=raw or b"",
        timestamp=headers.get("x-timestamp", ""),
        nonce=headers.get("x-nonce", ""),
        signature=headers.get("x-signature", ""),
    )


def _read_if_match(header: str | None) -> int | None:
    """Return the version that an If-Match header names; -1 for one that no version matches."""
    if header is None or header.strip() == "*":
        return None
    versions = re.findall(r'"(\d{1,12})\.[0-9a-f]+"', header)
    return int(versions[0]) if len(versions) == 1 else -1


def _read_idempotency_key(
    operation: Operation,
    key: str | None,
    actor: Actor,
    values: Mapping[str, Any],
) -> IdempotencyKey | None:
    if key is None or operation.method != "POST" or not operation.repeatable:
        return None
    if not _KEY.fullmatch(key):
        raise Invalid("idempotency.key_invalid", ["header", "Idempotency-Key"])
    body = "".join(
        values[name].model_dump_json() for name in _BODIES if name in values
    )
    names = sorted(name for name in values if name not in REQUEST_INPUTS)
    path = "/".join(str(values[name]) for name in names)
    route = f"{operation.method} {operation.path} {path}"
    return IdempotencyKey(
        id=_digest(actor.id, route, key), digest=_digest(body)
    )


def _digest(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()
