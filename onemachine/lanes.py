"""The queues of one machine: due jobs run in threads, and their rows stay until they are done."""

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from chalicelib.adapters.queue import InlineQueue
from chalicelib.kernel.job import ScheduledJob
from chalicelib.kernel.log import Log
from chalicelib.kernel.template import Lane

__all__ = ["LaneQueue"]

_THREADS = {Lane.URGENT: 8, Lane.BULK: 2}
# A sweep may have read the row of a job just before the job ended.
_REMEMBERED = 60.0  # seconds
_Key = tuple[str, datetime]


class LaneQueue:
    """Runs each job in its lane. A crash loses none: the rows are still there, and are swept.

    Nobody who hands a job over waits for it, so no request waits for a provider.
    """

    def __init__(
        self,
        one_by_one: InlineQueue,
        lane_of: Callable[[ScheduledJob], Lane],
        finish: Callable[[ScheduledJob], None],
        log: Log,
    ) -> None:
        self._one_by_one, self._lane_of = one_by_one, lane_of
        self._finish, self._log = finish, log
        self.wake = threading.Event()
        self._lock = threading.Lock()
        self._begun: set[_Key] = set()
        self._ended: dict[_Key, float] = {}
        self._pools = {
            lane: ThreadPoolExecutor(count, f"jobs-{lane.name.lower()}")
            for lane, count in _THREADS.items()
        }

    def enqueue(self, entries: Sequence[ScheduledJob]) -> set[str]:
        """See `store.outbox.Queue`. No row is deleted before its job is done.

        A job without a shard has no row yet. It gets one, and the sweep begins it.
        """
        for entry in entries:
            if not entry.shard:
                self.wake.set()
            elif self._begins(entry):
                self._pools[self._lane_of(entry)].submit(self._run, entry)
        return set()

    def close(self) -> None:
        """Wait for the jobs that run. Those that have not begun stay due."""
        for pool in self._pools.values():
            pool.shutdown(wait=True, cancel_futures=True)

    def _begins(self, entry: ScheduledJob) -> bool:
        key, now = (entry.id, entry.at), time.monotonic()
        with self._lock:
            for old in [k for k, at in self._ended.items() if at < now]:
                del self._ended[old]
            if key in self._begun or key in self._ended:
                return False
            self._begun.add(key)
            return True

    def _run(self, entry: ScheduledJob) -> None:
        key, is_done = (entry.id, entry.at), False
        try:
            is_done = bool(self._one_by_one.enqueue([entry]))
            if is_done:
                self._finish(entry)
        except Exception as error:  # noqa: BLE001 - the row stays due
            self._log.error("lane", error=type(error).__name__)
        finally:
            with self._lock:
                self._begun.discard(key)
                if is_done:
                    self._ended[key] = time.monotonic() + _REMEMBERED
