"""The one write path: a Changes becomes true in ONE TransactWriteItems, or not at all.

Contention (a version that moved on, a transaction conflict, a throttle) means: read again, decide again, from fresh
state, at most four times; then Busy. A refusal is only ever answered from fresh state, and never when the request's
Idempotency-Key has already succeeded.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import TypeVar, cast

from pynamodb.exceptions import TransactWriteError

from ..kernel.changes import ArmedTimer, Changes, Entity, TimelineEvent
from ..kernel.clock import Clock, pause
from ..kernel.errors import Busy, Invalid, NotFound, Refusal, Replayed
from ..kernel.ids import Ids
from ..kernel.job import ScheduledJob, Timer, record_of
from ..kernel.request import IdempotencyKey, RequestContext
from .batches import BATCH_GET, in_batches
from .faults import CONTENTION, code_of
from .outbox import Outbox, shard_of
from .scheduling import HAND_OVER_FIRST, JobScheduler
from .store import Store
from .table import PK
from .tables import RECEIPT, ReceiptRecord
from .transaction_items import Contended, Item, ItemBuilder

__all__ = ["Transaction"]

E = TypeVar("E", bound=Entity)
R = TypeVar("R")
ATTEMPTS = 5  # the first, and four more from fresh state
RECEIPT_TTL = timedelta(days=7)
LOST_AFTER = timedelta(
    hours=1
)  # longer than a queue is ever behind; a timer that is armed in vain does no harm
_NO_TIMER = ArmedTimer(
    "", datetime.min.replace(tzinfo=UTC), ""
)  # before every deadline, so it is always moved
_OPERATIONS = (
    "check",
    "delete",
    "put",
    "update",
)  # in the order in which PynamoDB sends them


class Transaction:
    """Commits use cases: runs a decision on fresh state and writes what it decided."""

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
        self._build = ItemBuilder(store)
        self._clock = clock
        self._ids = ids
        self._outbox = outbox
        self._scheduler = JobScheduler(ids, outbox.shards, is_subscribed)
        self._wait = wait

    def run(self, decide: Callable[[], Changes[E]], context: RequestContext) -> E:
        """Run `decide` (read, authorize, decide) and commit; return the entity as it was written.

        Raises:
            Refusal: the decision's own, from fresh state, or that of a failed condition.
            Replayed: the call's Idempotency-Key has succeeded before.
            Busy: contention lasted; nothing was done.

        """
        return self.run_with(lambda: (decide(), None), context)[0]

    def run_with(
        self, decide: Callable[[], tuple[Changes[E], R]], context: RequestContext
    ) -> tuple[E, R]:
        """Like `run`, for a decision that has a result: return the entity as written, and the result.

        The result is made before the commit. What was read after it could fail, and hide that the
        commit has happened.
        """
        for attempt in range(ATTEMPTS):
            if attempt:
                self._wait(attempt)
            try:
                changes, result = decide()
            except Busy:  # a read
                continue
            except Refusal:
                self._answer_replay(context.idempotency_key)
                raise
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
        """Arm what is long due and has no timer waiting for it; return how many there were, which should be none."""
        lost = 0
        for batch in in_batches(entities, BATCH_GET):
            lost += sum(
                self._rearm(entity, reread) for entity in self._without_job(batch)
            )
        return lost

    def _without_job(self, entities: Sequence[E]) -> list[E]:
        """Return the entities whose timer is long due, but has no job in the table."""
        long_ago = self._clock.now() - LOST_AFTER
        overdue = {e.timer.id: e for e in entities if e.timer and e.timer.at < long_ago}
        waiting = self._outbox.are_waiting(
            [_timer_job(e, e.timer) for e in overdue.values() if e.timer]
        )
        return [entity for id, entity in overdue.items() if id not in waiting]

    def _rearm(self, seen: E, reread: Callable[[str], E | None]) -> bool:
        """Give an entity a fresh timer; False if somebody has moved its timer since it was seen."""

        def decide() -> Changes[E]:
            entity = reread(seen.id)
            if (
                entity is None
                or entity.timer != seen.timer
                or entity.deadlines() != seen.deadlines()
            ):
                raise NotFound
            return Changes(
                entity=replace(entity, timer=_NO_TIMER),
                previous=entity,
                bump_version=False,
            )

        try:
            self.run(decide, RequestContext())
        except NotFound:
            return False
        return True

    def _answer_replay(self, key: IdempotencyKey | None) -> None:
        """Raise Replayed if the key is known; refuse the key if it came with another body."""
        record = key and self._store.get(RECEIPT, key.id, "receipt")
        if not record or not key or record.ttl <= self._clock.now():
            return
        if record.digest != key.digest:
            raise Invalid("idempotency.mismatch", ["header", "Idempotency-Key"])
        raise Replayed(record.resource_id)

    def _write(self, changes: Changes[E], key: IdempotencyKey | None) -> E:
        now = self._clock.now()
        entity, items, at_once = self._items(changes, key, now)
        if items:
            self._transact(items, key)
        self._outbox.enqueue(at_once)
        if changes.refusal:
            raise changes.refusal
        return entity

    def _items(
        self, changes: Changes[E], key: IdempotencyKey | None, now: datetime
    ) -> tuple[E, list[Item], list[ScheduledJob]]:
        items: list[Item] = []
        if key and not changes.refusal:
            items.append(self._receipt(key, changes.entity.id, now))
        written: list[Entity] = []
        jobs: list[ScheduledJob] = []
        for part in changes.parts:
            entity, own = self._entity(part, now)
            items += [*own, *(self._build.write(extra) for extra in part.writes)]
            items += [
                self._build.put(record, Contended)
                for record in self._records(entity, part.events, now)
            ]
            jobs += self._scheduler.jobs_of(entity, part, now)
            written.append(entity)
        items += [self._build.put(record_of(job), Contended) for job in jobs]
        return (
            cast("E", written[0]),
            items,
            [job for job in jobs if job.at <= now + HAND_OVER_FIRST],
        )

    def _receipt(self, key: IdempotencyKey, resource_id: str, now: datetime) -> Item:
        record = ReceiptRecord(
            id=key.id,
            digest=key.digest,
            resource_id=resource_id,
            ttl=now + RECEIPT_TTL,
        )
        unused = PK.does_not_exist() | (RECEIPT.attribute("ttl") <= now)
        return self._build.put(record, Replayed, unused)

    def _entity(
        self, part: Changes[Entity], now: datetime
    ) -> tuple[Entity, list[Item]]:
        """Return an entity as it will be written, and the items that write it, its timer and what is derived from it."""
        entity, previous = part.entity, part.previous
        if (
            entity == previous and not part.events
        ):  # an event needs a version of its own
            return entity, []
        entity, armed = self._arm(entity, previous, now, bump_version=part.bump_version)
        written = self._build.entity(entity, previous)
        return entity, [*written, *armed, *self._build.projections(entity, previous)]

    def _arm(
        self,
        entity: Entity,
        previous: Entity | None,
        now: datetime,
        *,
        bump_version: bool,
    ) -> tuple[Entity, list[Item]]:
        """Keep exactly one job in step with the entity's earliest deadline; a fresh id makes older timers harmless.

        The job of a timer that is due already is left to the sweep, which deletes it for half the price.
        """
        earliest = _earliest(entity)
        timer = entity.timer
        if earliest is None:
            timer = None
        elif timer is None or timer.at != earliest:
            id = self._ids.new("due")
            timer = ArmedTimer(id, earliest, shard_of(id, self._outbox.shards))
        old, version = (previous.timer, previous.version) if previous else (None, 0)
        # The moved timer replaces the version in the condition: without either, two decisions at once would not collide.
        if bump_version or timer == old:
            entity = replace(entity, timer=timer, version=version + 1, updated_at=now)
        else:
            entity = replace(entity, timer=timer)
        items = []
        if timer != old and old and old.at > now:
            items.append(self._build.delete(record_of(_timer_job(entity, old))))
        if timer != old and timer:
            items.append(
                self._build.put(record_of(_timer_job(entity, timer)), Contended)
            )
        return entity, items

    def _records(
        self, entity: Entity, events: tuple[TimelineEvent, ...], now: datetime
    ) -> list[object]:
        if not events:
            return []
        record = self._store.event_log_of(type(entity)).kind
        return [
            record(
                subject=entity.id,
                version=entity.version,
                number=n,
                at=now,
                tag=e.tag,
                by=e.actor,
                party=e.party,
                note=e.note,
            )
            for n, e in enumerate(events)
        ]

    def _transact(self, items: list[Item], key: IdempotencyKey | None) -> None:
        by_operation: dict[str, list[Item]] = {name: [] for name in _OPERATIONS}
        for item in items:
            by_operation[item.operation].append(item)
        ordered = list(chain.from_iterable(by_operation.values()))
        try:
            self._store.connection.transact_write_items(
                condition_check_items=[item.kwargs for item in by_operation["check"]],
                delete_items=[item.kwargs for item in by_operation["delete"]],
                put_items=[item.kwargs for item in by_operation["put"]],
                update_items=[item.kwargs for item in by_operation["update"]],
            )
        except TransactWriteError as error:
            self._explain(error, ordered, key)

    def _explain(
        self, error: TransactWriteError, items: list[Item], key: IdempotencyKey | None
    ) -> None:
        """Turn a failed transaction into what it means; the earliest item with a meaning of its own wins."""
        code = code_of(error)
        if (
            code is None
        ):  # no answer at all, after botocore's own tries with the same request token
            raise Busy from error
        reasons = [
            reason.code if reason else None for reason in error.cancellation_reasons
        ]
        failed = [
            item.failed
            for item, reason in zip(items, reasons, strict=False)
            if reason == "ConditionalCheckFailed"
        ]
        if Replayed in failed:
            self._answer_replay(key)
            raise Contended from error
        if code in CONTENTION or CONTENTION & set(reasons) or Contended in failed:
            raise Contended from error
        refusal = next(
            (meaning for meaning in failed if isinstance(meaning, Refusal)), None
        )
        if refusal is None:
            raise error
        raise refusal from error


def _earliest(entity: Entity) -> datetime | None:
    return min(entity.deadlines().values(), default=None)


def _timer_job(entity: Entity, timer: ArmedTimer) -> ScheduledJob:
    job = Timer(id=timer.id, entity_kind=entity.entity_kind, entity_id=entity.id)
    return ScheduledJob(job=job, at=timer.at, shard=timer.shard)
