"""The one write path: a Changes becomes true in ONE TransactWriteItems, or not at all.

Contention (a version that moved on, a transaction conflict, a throttle) means: read again, decide again, from fresh
state, at most four times; then Busy. A refusal is only ever answered from fresh state, and never when the request's
Idempotency-Key has already succeeded.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, TypeVar, cast

from pynamodb.connection import Connection
from pynamodb.exceptions import TransactWriteError
from pynamodb.expressions.condition import Condition

from ..kernel.changes import ArmedTimer, Changes, Check, Count, Delete, Due, Entity, Event, Message, Put, Write
from ..kernel.clock import Clock, pause
from ..kernel.errors import Busy, Invalid, NotFound, Refusal, Replayed
from ..kernel.ids import Ids
from ..kernel.metrics import Metrics
from ..kernel.request import IdempotencyKey, RequestContext
from .due import Outbox, shard_of
from .faults import CONTENTION, code_of
from .rows import EventRecord, Table, load, row_of
from .tables import Counter, ReceiptRecord

__all__ = ["Transaction"]

E = TypeVar("E", bound=Entity)
ATTEMPTS = 5  # the first, and four more from fresh state
RECEIPTS_LAST = timedelta(days=7)
# A row that is due at once is handed over by the request itself; the sweep finds it only if that failed.
HAND_OVER_FIRST = timedelta(seconds=30)
LOST_AFTER = timedelta(hours=1)  # longer than a queue is ever behind; a timer that is armed in vain does no harm
_NO_TIMER = ArmedTimer("", datetime.min.replace(tzinfo=UTC), "")  # for no instant that anything is due at: it is always moved


class _Contended(Exception):
    """Somebody else was quicker, or the store is busy."""


@dataclass(frozen=True, slots=True)
class _Item:
    """One item of a transaction: the operation, its arguments, and what its failed condition means."""

    operation: str
    kwargs: dict[str, Any]
    failed: Refusal | type[_Contended] | type[Replayed]


class Transaction:
    """Settles use cases: runs a decision on fresh state and commits what it decided."""

    def __init__(
        self,
        *,
        connection: Connection,
        clock: Clock,
        ids: Ids,
        outbox: Outbox,
        heard: Callable[[str], bool],
        metrics: Metrics,
        wait: Callable[[int], None] = pause,
    ) -> None:
        self._connection = connection
        self._clock = clock
        self._ids = ids
        self._outbox = outbox
        self._heard = heard
        self._metrics = metrics
        self._wait = wait

    def run(self, decide: Callable[[], Changes[E]], context: RequestContext) -> E:
        """Run `decide` (read, authorize, decide) and commit; return the entity as it was written.

        Raises:
            Refusal: the decision's own, from fresh state, or that of a failed condition.
            Replayed: the call's Idempotency-Key has succeeded before.
            Busy: contention lasted; nothing was done.

        """
        for attempt in range(ATTEMPTS):
            if attempt:
                self._wait(attempt)
            try:
                changes = decide()
            except Busy:  # a read
                continue
            except Refusal:
                self._answer_replay(context.idempotency_key)
                raise
            try:
                return self._write(changes, context.idempotency_key)
            except _Contended:
                continue
            except Refusal as refusal:
                if refusal is not changes.refusal:
                    self._answer_replay(context.idempotency_key)
                raise
        raise Busy

    def rearm_lost(self, entities: Iterable[E], reread: Callable[[str], E | None]) -> int:
        """Arm anew what is long due and has no timer waiting for it; return how many there were, which should be none.

        What an older version has armed for another instant than it is due at now, or not at all, is armed anew at once.
        It is counted apart (`RearmedTimers`): nothing was lost, the house has learnt to wait for more.
        """
        found, lost, other = iter(entities), 0, 0
        while batch := list(islice(found, 100)):
            long_ago = self._clock.now() - LOST_AFTER
            waiting = self._outbox.are_waiting([_due_of(e, e.timer) for e in batch if e.timer and e.timer.at < long_ago])
            for entity in batch:
                timer = entity.timer
                if _earliest(entity) != (timer and timer.at):
                    other += self._rearm(entity, reread)
                elif timer and timer.at < long_ago and timer.id not in waiting:
                    lost += self._rearm(entity, reread)
        self._metrics.count("RearmedTimers", other)
        return lost

    def _rearm(self, seen: E, reread: Callable[[str], E | None]) -> bool:
        """Give an entity a fresh timer; False if somebody has moved its timer since it was seen."""

        def decide() -> Changes[E]:
            entity = reread(seen.id)
            if entity is None or entity.timer != seen.timer or entity.deadlines() != seen.deadlines():
                raise NotFound
            return Changes(entity=replace(entity, timer=_NO_TIMER), previous=entity, bump_version=False)

        try:
            self.run(decide, RequestContext())
        except NotFound:
            return False
        return True

    def _answer_replay(self, key: IdempotencyKey | None) -> None:
        """Raise Replayed if the key is known; refuse the key if it came with another body."""
        record = key and load(ReceiptRecord, key.id, "receipt")
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

    def _items(self, changes: Changes[E], key: IdempotencyKey | None, now: datetime) -> tuple[E, list[_Item], list[Due]]:
        items: list[_Item] = []
        if key and not changes.refusal:
            record = ReceiptRecord(id=key.id, digest=key.digest, resource_id=changes.entity.id, ttl=now + RECEIPTS_LAST)
            stale = Table.rows[ReceiptRecord].ttl <= now  # type: ignore[attr-defined]
            items.append(_put(record, Replayed, Table.pk.does_not_exist() | stale))
        written: list[Entity] = []
        dues: list[Due] = []
        for part in changes.parts:
            entity, own = self._entity(part, now)
            items += [*own, *(self._write_of(extra) for extra in part.writes)]
            items += [_put(record, _Contended) for record in self._records(entity, part.events, now)]
            dues += [*self._messages(part.messages, now), *self._events(entity, part.events, now)]
            written.append(entity)
        items += [_put(due, _Contended) for due in dues]
        return cast("E", written[0]), items, [due for due in dues if due.at <= now + HAND_OVER_FIRST]

    def _entity(self, part: Changes[Entity], now: datetime) -> tuple[Entity, list[_Item]]:
        """Return an entity as it will be written, and the items that write it, its timer and what is derived from it."""
        entity, previous = part.entity, part.previous
        if entity == previous and not part.events:  # an event needs a version of its own to stand under
            return entity, []
        entity, armed = self._arm(entity, previous, now, bump_version=part.bump_version)
        condition = _unchanged(previous) if previous else Table.pk.does_not_exist()
        return entity, [_put(entity, _Contended, condition), *armed, *_derived(entity, previous)]

    def _arm(self, entity: Entity, previous: Entity | None, now: datetime, *, bump_version: bool) -> tuple[Entity, list[_Item]]:
        """Keep exactly one due row in step with the entity's earliest due; a fresh id makes older wake-ups harmless.

        The row of a timer that is due already is left to the sweep, which takes it away for half the price.
        """
        earliest = _earliest(entity)
        timer = entity.timer
        if earliest is None:
            timer = None
        elif timer is None or timer.at != earliest:
            id = self._ids.new("due")
            timer = ArmedTimer(id, earliest, shard_of(id, self._outbox.shards))
        old, version = (previous.timer, previous.version) if previous else (None, 0)
        # The moved timer stands in for the version, by which two who decide at once would otherwise not collide.
        seen: dict[str, Any] = {} if not bump_version and timer != old else {"version": version + 1, "updated_at": now}
        entity = replace(entity, timer=timer, **seen)
        items = []
        if timer != old and old and old.at > now:
            items.append(_delete(_due_of(entity, old)))
        if timer != old and timer:
            items.append(_put(_due_of(entity, timer), _Contended))
        return entity, items

    def _write_of(self, extra: Write) -> _Item:
        if isinstance(extra, Check):
            return _check(extra.entity)
        if isinstance(extra, Put):
            condition = _unchanged(extra.expected) if extra.expected else Table.pk.does_not_exist() if extra.new else None
            return _put(extra.row, extra.on_conflict or _Contended, condition)
        return _delete(extra.row) if isinstance(extra, Delete) else _count(extra)

    def _records(self, entity: Entity, events: tuple[Event, ...], now: datetime) -> list[EventRecord]:
        record = Table.timelines[type(entity)] if events else EventRecord
        return [
            record(subject=entity.id, version=entity.version, number=n, at=now, tag=e.tag, by=e.by, party=e.party, note=e.note)
            for n, e in enumerate(events)
        ]

    def _messages(self, messages: Iterable[Message], now: datetime) -> list[Due]:
        return [
            self._due(
                m.kind,
                m.about,
                m.paced_at or (now if m.not_after else m.not_before) or now,  # with both bounds it is planned at once
                now,
                to=m.to,
                params=m.params,
                not_before=m.not_before,
                not_after=m.not_after,
                message=m.part_of,
            )
            for m in messages
        ]

    def _events(self, entity: Entity, events: Iterable[Event], now: datetime) -> list[Due]:
        return [self._due(f"event.{event.tag}", entity.id, now, now) for event in events if self._heard(event.tag)]

    def _due(self, kind: str, subject: str, at: datetime, now: datetime, **rest: Any) -> Due:
        id = self._ids.new("due")
        at = max(at, now + HAND_OVER_FIRST)
        return Due(id=id, at=at, shard=shard_of(id, self._outbox.shards), kind=kind, subject=subject, **rest)

    def _transact(self, items: list[_Item], key: IdempotencyKey | None) -> None:
        by_operation = {op: [i for i in items if i.operation == op] for op in ("check", "delete", "put", "update")}
        ordered = [item for group in by_operation.values() for item in group]  # the order in which PynamoDB sends them
        try:
            self._connection.transact_write_items(
                condition_check_items=[item.kwargs for item in by_operation["check"]],
                delete_items=[item.kwargs for item in by_operation["delete"]],
                put_items=[item.kwargs for item in by_operation["put"]],
                update_items=[item.kwargs for item in by_operation["update"]],
            )
        except TransactWriteError as error:
            self._explain(error, ordered, key)

    def _explain(self, error: TransactWriteError, items: list[_Item], key: IdempotencyKey | None) -> None:
        """Turn a failed transaction into what it means; the earliest item with a meaning of its own wins."""
        code = code_of(error)
        if code is None:  # no answer at all, after botocore's own tries with the same request token
            raise Busy from error
        reasons = [reason.code if reason else None for reason in error.cancellation_reasons]
        failed = [item.failed for item, reason in zip(items, reasons, strict=False) if reason == "ConditionalCheckFailed"]
        if Replayed in failed:
            self._answer_replay(key)
            raise _Contended from error
        if code in CONTENTION or CONTENTION & set(reasons) or _Contended in failed:
            raise _Contended from error
        refusal = next((meaning for meaning in failed if isinstance(meaning, Refusal)), None)
        if refusal is None:
            raise error
        raise refusal from error


def _earliest(entity: Entity) -> datetime | None:
    return min(entity.deadlines().values(), default=None)


def _put(thing: object, failed: Any, condition: Condition | None = None) -> _Item:
    return _Item("put", row_of(thing).get_save_kwargs_from_instance(condition=condition), failed)


def _delete(thing: object) -> _Item:
    return _Item("delete", row_of(thing).get_delete_kwargs_from_instance(), _Contended)


def _check(entity: Entity) -> _Item:
    row = row_of(entity)
    kwargs = type(row).get_operation_kwargs_from_class(row.pk, row.sk, condition=_unchanged(entity))
    return _Item("check", kwargs, _Contended)


def _derived(entity: Entity, previous: Entity | None) -> list[_Item]:
    """Bring the rows that follow from an entity in step with it."""
    things = Table.derived.get(type(entity))
    if things is None:
        return []
    before, after = ({_key(t): t for t in (things(of) if of else ())} for of in (previous, entity))
    gone = [_delete(thing) for key, thing in before.items() if key not in after]
    return gone + [_put(thing, _Contended) for key, thing in after.items() if before.get(key) != thing]


def _key(thing: object) -> tuple[str, str]:
    row = row_of(thing)
    return row.pk, row.sk


def _unchanged(entity: Entity) -> Condition:
    """Version and timer are as they were read: what is `unseen` moves only the timer."""
    row: Any = Table.rows[type(entity)]
    timer = row.timer == entity.timer if entity.timer else row.timer.does_not_exist()
    return (row.version == entity.version) & timer  # type: ignore[no-any-return]


def _count(count: Count) -> _Item:
    row = row_of(Counter(subject=count.subject, name=count.name))
    value = Table.rows[Counter].value  # type: ignore[attr-defined]
    actions = [value.add(count.add)]
    if count.expires_at:
        actions.append(Table.rows[Counter].ttl.set(count.expires_at))  # type: ignore[attr-defined]
    condition = None
    if count.limit is not None:
        condition = value.does_not_exist() | (value < count.limit)
    kwargs = row.get_update_kwargs_from_instance(actions=actions, condition=condition)
    return _Item("update", kwargs, count.refusal or _Contended)


def _due_of(entity: Entity, timer: ArmedTimer) -> Due:
    return Due(id=timer.id, at=timer.at, shard=timer.shard, kind=f"timer.{type(entity).__name__.lower()}", subject=entity.id)
