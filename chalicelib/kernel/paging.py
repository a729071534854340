"""Keyset pages with signed cursors, each bound to its list, filter and caller."""

import base64
import binascii
import hmac
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, Generic, TypeVar

from .codes import Keyring
from .errors import Malformed

__all__ = [
    "Cursors",
    "Page",
    "Position",
    "chain",
    "every",
    "first_found",
    "merge_newest",
    "merge_pairs",
]

T = TypeVar("T")
Position = dict[str, Any]
_PURPOSE = "cursor"
_READS_MAX = 16  # for one page of a list that is filtered after a read
_STEP_MAX = 100  # rows in one of these reads: the keys of one batch


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list; `next` is the position of the next one, None at the end."""

    items: Sequence[T]
    next: Position | None = None


class Cursors:
    """Positions as opaque text, signed."""

    def __init__(self, keys: Keyring) -> None:
        self._keys = keys

    def write(self, position: Position | None, *scope: str) -> str | None:
        """Return the cursor of a position within a scope (list, filter, caller)."""
        if position is None:
            return None
        payload = json.dumps(position, separators=(",", ":")).encode()
        key = self._keys.signing_key(_PURPOSE)
        return _encode(_mac(key, payload, scope) + payload)

    def read(self, cursor: str | None, *scope: str) -> Position | None:
        """Return the position of a cursor; Malformed if it was not written for this scope."""
        if not cursor:
            return None
        padded = cursor + "=" * (-len(cursor) % 4)
        try:
            raw = base64.b64decode(padded, altchars=b"-_", validate=True)
        except (ValueError, binascii.Error):
            raise Malformed("cursor.invalid") from None
        mac, payload = raw[:16], raw[16:]
        # Base 64 has unused bits at its end, so several texts decode alike. Only one is valid.
        is_exact = _encode(raw) == cursor
        if not is_exact or not self._is_signed(mac, payload, scope):
            raise Malformed("cursor.invalid")
        position: Position = json.loads(payload)
        return position

    def _is_signed(
        self, mac: bytes, payload: bytes, scope: Sequence[str]
    ) -> bool:
        keys = self._keys.known_keys(_PURPOSE)
        return any(
            hmac.compare_digest(mac, _mac(key, payload, scope)) for key in keys
        )


def _mac(key: bytes, payload: bytes, scope: Iterable[str]) -> bytes:
    signed = json.dumps([*scope]).encode() + payload
    return hmac.digest(key, signed, "sha256")[:16]


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def chain(
    parts: Sequence[str],
    read: Callable[[str, Position | None, int], Page[T]],
    start: Position | None,
    limit: int,
) -> Page[T]:
    """Read one page of a list that lies in several partitions, one after the other.

    `read(part, key, limit)` returns a page of one partition. A full page of the first partition
    is one read.
    """
    items: list[T] = []
    first, key = 0, None
    if start:
        first, key = start["n"], start["key"]
    for n in range(first, len(parts)):
        page = read(parts[n], key, limit - len(items))
        items.extend(page.items)
        if page.next is not None:
            return Page(items, {"n": n, "key": page.next})
        is_last = n + 1 == len(parts)
        if len(items) == limit and not is_last:
            return Page(items, {"n": n + 1, "key": None})
        key = None
    return Page(items)


def merge_pairs(
    pages: Sequence[Page[tuple[str, T]]], limit: int
) -> Page[tuple[str, T]]:
    """Merge pages of (order, item) pairs, each sorted by order, into one page.

    The `next` of a page that stopped before its end is ``{"after": order}``. Items behind the
    nearest such stop wait for the next page, or else items would be skipped.
    """
    stop = min(
        (page.next["after"] for page in pages if page.next), default=None
    )
    pairs: list[tuple[str, T]] = []
    for page in pages:
        pairs.extend(page.items)
    if stop is not None:
        pairs = [pair for pair in pairs if pair[0] <= stop]
    pairs.sort(key=itemgetter(0))
    last = stop
    if len(pairs) > limit:
        last = pairs[limit - 1][0]
    if last is None:
        return Page(pairs)
    return Page(pairs[:limit], {"after": last})


def merge_newest(
    pages: Sequence[Page[tuple[str, T]]], limit: int
) -> Page[tuple[str, T]]:
    """Merge pages of (order, item) pairs, each from the greatest order down, into one page.

    As `merge_pairs`; the `next` of a page is ``{"before": order}``. A page that has a `next` has
    items, so the merged page has some as well.
    """
    stop = max((page.next["before"] for page in pages if page.next), default="")
    pairs: list[tuple[str, T]] = []
    for page in pages:
        pairs.extend(page.items)
    pairs = [pair for pair in pairs if pair[0] >= stop]
    pairs.sort(key=itemgetter(0), reverse=True)
    last = stop
    if len(pairs) > limit:
        last = pairs[limit - 1][0]
    if not last:
        return Page(pairs)
    return Page(pairs[:limit], {"before": last})


def first_found(
    read: Callable[[Position | None, int], Page[T]],
    start: Position | None,
    limit: int,
) -> Page[T]:
    """Read on until a page has items, or is the last. For lists that are filtered after a read.

    `read(start, size)` looks at `size` rows. Steps grow while nothing is found. A step in which
    more than `limit` is found is read again in halves, since a page can only end where a read
    does. After `_READS_MAX` reads the page is empty all the same, and the next one goes on.
    """
    size, is_near = limit, False
    for _ in range(_READS_MAX):
        page = read(start, size)
        if len(page.items) <= limit:
            if page.items or page.next is None:
                return page
            start = page.next
        else:
            is_near = True
        if is_near:
            size = max(limit, (size + 1) // 2)
        else:
            size = min(4 * size, max(limit, _STEP_MAX))
    return Page([], start)


def every(read: Callable[[Position | None], Page[T]]) -> Iterator[T]:
    """Yield all items of a list, which is read page by page."""
    start = None
    while True:
        page = read(start)
        yield from page.items
        start = page.next
        if start is None:
            return
