"""The one write path: Changes are committed in one TransactWriteItems, or not at all.

Contention is a version that moved on, a transaction conflict, or a throttle. Then the decision is
made again from fresh state, at most four times; after that it is Busy. A refusal always comes from
fresh state. It never answers a request whose Idempotency-Key has already succeeded.
"""

from collections.abc import Callable, Iterable
from itertools import chain
from typing import TypeVar

from pynamodb.exceptions import TransactWriteError

from ..kernel.changes import Changes, Entity
from ..kernel.clock import Clock, pause
from ..kernel.errors import Busy, Invalid, Refusal, Replayed
from ..kernel.ids import Ids
from ..kernel.one_look import look_again
from ..kernel.request import IdempotencyKey, RequestContext
from .commit import CommitBuilder
from .faults import CONTENTION, code_of
from .lost_timers import LostTimers
from .outbox import Outbox
from .store import Store
from .tables import RECEIPT
from .transaction_items import Contended, Item

__all__ = ["Transaction"]

E = TypeVar("E", bound=Entity)
R = TypeVar("R")
ATTEMPTS = 5  # the first, and four more from fresh state
_OPERATIONS = (
    "check",
    "delete",
    "put",
    "update",
)  # in the order of PynamoDB's request


class Transaction:
    """Commits use cases: runs a decision on fresh state and writes its changes."""

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        ids: Ids,
        outbox: Outbox,
        is_subscribed: Callable[[str], bool],
        wait: Callable[[int], None] = pause,
    ) -> None:
        self._store = store
        self._commits = CommitBuilder(store, ids, outbox.shards, is_subscribed)
        self._lost_timers = LostTimers(self.run, clock, outbox)
        self._clock = clock
        self._outbox = outbox
        self._wait = wait

    def run(
        self, decide: Callable[[], Changes[E]], context: RequestContext
    ) -> E:
        """Run `decide` (read, authorize, decide) and commit; return the written entity.

        Raises:
            Refusal: the decision's own, from fresh state, or that of a failed condition.
            Replayed: the call's Idempotency-Key has succeeded before.
            Busy: contention lasted; nothing was done.

        """
        return self.run_with(lambda: (decide(), None), context)[0]

    def run_with(
        self,
        decide: Callable[[], tuple[Changes[E], R]],
        context: RequestContext,
    ) -> tuple[E, R]:
        """Run a decision that has a result; return the written entity and the result.

        The result is made before the commit. A read after the commit could fail, and hide that the
        commit has happened. Raises as `run` does.
        """
        for attempt in range(ATTEMPTS):
            if attempt:
                self._wait(attempt)
            look_again()
            try:
                changes, result = decide()
            except Busy:  # a read
                continue
            except Refusal:
                self._answer_replay(context.idempotency_key)
                raise
            look_again()
            try:
                return self._write(changes, context.idempotency_key), result
            except Contended:
                continue
            except Refusal as refusal:
                if refusal is not changes.refusal:
                    self._answer_replay(context.idempotency_key)
                raise
        raise Busy

    def rearm_lost(
        self, entities: Iterable[E], reread: Callable[[str], E | None]
    ) -> int:
        """Arm the entities that are long due without a job; return their number."""
        return self._lost_timers.rearm(entities, reread)

    def _answer_replay(self, key: IdempotencyKey | None) -> None:
        """Raise Replayed if the key is known, and Invalid if it came with another body."""
        if key is None:
            return
        record = self._store.get(RECEIPT, key.id, "receipt")
        if record is None or record.ttl <= self._clock.now():
            return
        if record.digest != key.digest:
            raise Invalid("idempotency.mismatch", ["header", "Idempotency-Key"])
        raise Replayed(record.resource_id)

    def _write(self, changes: Changes[E], key: IdempotencyKey | None) -> E:
        commit = self._commits.build(changes, key, self._clock.now())
        if commit.items:
            self._transact(commit.items, key)
        self._outbox.enqueue(commit.due_jobs)
        if changes.refusal:
            raise changes.refusal
        return commit.entity

    def _transact(self, items: list[Item], key: IdempotencyKey | None) -> None:
        by_operation: dict[str, list[Item]] = {name: [] for name in _OPERATIONS}
        for item in items:
            by_operation[item.operation].append(item)
        try:
            self._store.connection.transact_write_items(
                condition_check_items=_arguments(by_operation["check"]),
                delete_items=_arguments(by_operation["delete"]),
                put_items=_arguments(by_operation["put"]),
                update_items=_arguments(by_operation["update"]),
            )
        except TransactWriteError as error:
            sent = list(chain.from_iterable(by_operation.values()))
            self._raise_meaning(error, sent, key)

    def _raise_meaning(
        self,
        error: TransactWriteError,
        sent: list[Item],
        key: IdempotencyKey | None,
    ) -> None:
        """Raise the meaning of a failed transaction.

        Where several items failed, the first one that has a refusal decides.
        """
        code = code_of(error)
        if (
            code is None
        ):  # no answer, after botocore's tries with the same request token
            raise Busy from error
        reasons = _cancellation_codes(error)
        failed = _failed_conditions(sent, reasons)
        if Replayed in failed:
            self._answer_replay(key)
            raise Contended from error
        is_contention = code in CONTENTION or not CONTENTION.isdisjoint(reasons)
        if is_contention or Contended in failed:
            raise Contended from error
        for meaning in failed:
            if isinstance(meaning, Refusal):
                raise meaning from error
        raise error


def _arguments(items: list[Item]) -> list[dict[str, object]]:
    return [item.kwargs for item in items]


def _cancellation_codes(error: TransactWriteError) -> list[str | None]:
    """Return the code of each item's failure, None for an item that did not fail."""
    codes: list[str | None] = []
    for reason in error.cancellation_reasons:
        codes.append(reason.code if reason else None)
    return codes


def _failed_conditions(
    sent: list[Item], codes: list[str | None]
) -> list[object]:
    """Return the meanings of the items whose condition failed."""
    failed: list[object] = []
    for item, code in zip(sent, codes, strict=False):
        if code == "ConditionalCheckFailed":
            failed.append(item.failed)
    return failed
