"""The context of a request: what a use case knows of its caller."""

from collections.abc import Callable
from dataclasses import dataclass

from .access import ANONYMOUS, Actor
from .paging import Position
from .text_catalogue import DEFAULT_LOCALE

__all__ = ["IdempotencyKey", "RequestContext", "Signed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class IdempotencyKey:
    """An Idempotency-Key as it will be remembered: never an answer, only what was asked and which resource came of it."""

    id: str  # keyed by actor and route
    digest: str  # of the body


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """What a signature is checked on: the body to the byte, and the headers that go with it."""

    body: bytes
    timestamp: str
    nonce: str
    signature: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestContext:
    """The caller, what makes the request unique, the version that the caller saw, the address and the language."""

    actor: Actor = ANONYMOUS
    idempotency_key: IdempotencyKey | None = None
    seen_version: int | None = None  # from If-Match; -1 matches no version
    address: str = ""
    locale: str = DEFAULT_LOCALE
    start: Position | None = None  # where a list goes on
    cursor_of: Callable[[Position | None], str | None] = lambda position: None
