"""Keyset pages with signed cursors. A cursor is bound to the list, its filter and its caller, so it opens nothing else."""

import base64
import binascii
import hmac
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from .errors import Malformed

__all__ = ["Cursors", "Page", "Position", "chain", "every", "merge_pairs"]

T = TypeVar("T")
Position = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page; `next` is where to go on, or None at the end."""

    items: Sequence[T]
    next: Position | None = None


class Cursors:
    """Writes positions as opaque text and reads only what it wrote itself."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def write(self, position: Position | None, *scope: str) -> str | None:
        """Return the cursor of a position within a scope (list, filter, caller)."""
        if position is None:
            return None
        payload = json.dumps(position, separators=(",", ":")).encode()
        return (
            base64.urlsafe_b64encode(self._mac(payload, scope) + payload)
            .decode()
            .rstrip("=")
        )

    def read(self, cursor: str | None, *scope: str) -> Position | None:
        """Return the position of a cursor that was written for the same scope; otherwise raise Malformed."""
        if not cursor:
            return None
        try:
            raw = base64.b64decode(
                cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True
            )
        except (ValueError, binascii.Error):
            raise Malformed("cursor.invalid") from None
        # Base 64 has unused bits at its end; only the exact text that was written is taken.
        exact = base64.urlsafe_b64encode(raw).decode().rstrip("=") == cursor
        if not exact or not hmac.compare_digest(raw[:16], self._mac(raw[16:], scope)):
            raise Malformed("cursor.invalid")
        position: Position = json.loads(raw[16:])
        return position

    def _mac(self, payload: bytes, scope: Iterable[str]) -> bytes:
        return hmac.digest(
            self._key, json.dumps([*scope]).encode() + payload, "sha256"
        )[:16]


def chain(
    parts: Sequence[str],
    read: Callable[[str, Position | None, int], Page[T]],
    start: Position | None,
    limit: int,
) -> Page[T]:
    """Read a list that lies in several partitions, one after the other, as if it were one.

    `read(part, key, limit)` returns a page of one partition. A full page of the first partition is one read.
    """
    found: list[T] = []
    for n, key in _from(parts, start):
        page = read(parts[n], key, limit - len(found))
        found.extend(page.items)
        if page.next is not None:
            return Page(found, {"n": n, "key": page.next})
        if len(found) == limit:
            return Page(
                found, {"n": n + 1, "key": None} if n + 1 < len(parts) else None
            )
    return Page(found)


def _from(
    parts: Sequence[str], start: Position | None
) -> Iterator[tuple[int, Position | None]]:
    first = start["n"] if start else 0
    for n in range(first, len(parts)):
        yield n, (start["key"] if start and n == first else None)


def merge_pairs(
    pages: Sequence[Page[tuple[str, T]]], limit: int
) -> Page[tuple[str, T]]:
    """Return one page of the (order, item) pairs of several pages, each in the order of a text.

    The `next` of a page that stopped before its end is ``{"after": order}``. What lies behind the nearest such stop
    waits for the next page, or something would be skipped.
    """
    stop = min((page.next["after"] for page in pages if page.next), default=None)
    pairs = [
        pair for page in pages for pair in page.items if stop is None or pair[0] <= stop
    ]
    pairs.sort(key=_order)
    last = pairs[limit - 1][0] if len(pairs) > limit else stop
    return Page(pairs[:limit], {"after": last} if last is not None else None)


def _order(pair: tuple[str, Any]) -> str:
    return pair[0]


def every(read: Callable[[Position | None], Page[T]]) -> Iterator[T]:
    """Yield everything of a list, page by page."""
    start = None
    while True:
        page = read(start)
        yield from page.items
        start = page.next
        if start is None:
            return
