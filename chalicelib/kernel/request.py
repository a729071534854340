"""The context of a request: the facts about its caller."""

from collections.abc import Callable
from dataclasses import dataclass

from .access import ANONYMOUS, Actor
from .paging import Position
from .text_catalogue import DEFAULT_LOCALE

__all__ = ["IdempotencyKey", "RequestContext", "Signed"]


def _no_cursor(position: Position | None) -> None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class IdempotencyKey:
    """An Idempotency-Key in its stored form, which holds no answer."""

    id: str  # keyed hash of key, actor and route
    digest: str  # of the body


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A signed request: the exact body, and the headers that sign it."""

    body: bytes
    timestamp: str
    nonce: str
    signature: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestContext:
    """The actor, address, device and language of a request, with its conditions and position."""

    actor: Actor = ANONYMOUS
    idempotency_key: IdempotencyKey | None = None
    seen_version: int | None = None  # from If-Match; -1 matches no version
    address: str = ""
    agent: str = ""  # the User-Agent header
    locale: str = DEFAULT_LOCALE
    start: Position | None = None  # of the page of a list
    cursor_of: Callable[[Position | None], str | None] = _no_cursor
