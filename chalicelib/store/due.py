"""Everything that waits: due rows by shard and instant, their hand-over to the queue, and the sweep that finds them."""

import zlib
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Protocol

from pynamodb.exceptions import PynamoDBException

from ..kernel.clock import Clock, to_text
from ..kernel.outcome import Due
from .rows import Table, page, row_of

__all__ = ["Outbox", "Queue", "shard_of"]

_BATCH = 100  # rows of one shard read at once


class Queue(Protocol):
    """Takes what is due to whoever works on it."""

    def hand_over(self, entries: Sequence[Due]) -> set[str]:
        """Return the ids of the entries that were taken; the others stay due."""
        ...


def shard_of(id: str, shards: int) -> str:
    """Return the shard of a due row."""
    return f"s{zlib.crc32(id.encode()) % shards}"


class Outbox:
    """The due table seen from outside: what is handed over is deleted, what is refused stays."""

    def __init__(self, queue: Queue, clock: Clock, shards: int) -> None:
        self._queue = queue
        self._clock = clock
        self.shards = shards

    def hand_over(self, entries: Sequence[Due]) -> int:
        """Hand entries to the queue and delete those it took; return their number."""
        if not entries:
            return 0
        taken = self._queue.hand_over(entries)
        for entry in entries:
            if entry.id in taken:
                with suppress(PynamoDBException):  # what stays is handed over again by the sweep, which does no harm
                    row_of(entry).delete()
        return len(taken)

    def sweep(self) -> int:
        """Hand over everything that is due now, shard by shard; return how many entries were taken.

        Strongly consistent, and as much work as there is due. An entry that the queue refuses does not hold up others.
        """
        now = to_text(self._clock.now()) + "~"
        taken = 0
        for n in range(self.shards):
            start = None
            while True:
                found = page(Due, f"s{n}", keys=Table.sk <= now, start=start, limit=_BATCH)
                taken += self.hand_over(found.items)
                start = found.next
                if start is None:
                    break
        return taken

    def next_at(self) -> datetime | None:
        """Return the instant of the earliest due row, or None when nothing waits."""
        firsts = [page(Due, f"s{n}", limit=1).items for n in range(self.shards)]
        return min((found[0].at for found in firsts if found), default=None)
