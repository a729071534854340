"""The one write path: an Outcome becomes true in ONE TransactWriteItems, or not at all.

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

from ..kernel.call import Call, Receipt
from ..kernel.clock import Clock, pause
from ..kernel.errors import Busy, Invalid, NotFound, Refusal, Replayed
from ..kernel.ids import Ids
from ..kernel.meter import Meter
from ..kernel.outcome import Alarm, Beside, Check, Count, Delete, Due, Entity, Event, Message, Outcome, Put
from .due import Outbox, shard_of
from .faults import CONTENTION, code_of
from .rows import EventRecord, Table, load, row_of
from .tables import Counter, ReceiptRecord

__all__ = ["Committer"]

E = TypeVar("E", bound=Entity)
ATTEMPTS = 5  # the first, and four more from fresh state
RECEIPTS_LAST = timedelta(days=7)
# A row that is due at once is handed over by the request itself; the sweep finds it only if that failed.
HAND_OVER_FIRST = timedelta(seconds=30)
LOST_AFTER = timedelta(hours=1)  # longer than a queue is ever behind; an alarm that is armed in vain does no harm
_NO_ALARM = Alarm("", datetime.min.replace(tzinfo=UTC), "")  # for no instant that anything is due at: it is always moved


class _Contended(Exception):
    """Somebody else was quicker, or the store is busy."""


@dataclass(frozen=True, slots=True)
class _Item:
    """One item of a transaction: the operation, its arguments, and what its failed condition means."""

    operation: str
    kwargs: dict[str, Any]
    failed: Refusal | type[_Contended] | type[Replayed]


class Committer:
    """Settles use cases: runs a decision on fresh state and commits what it decided."""

    def __init__(
        self,
        *,
        connection: Connection,
        clock: Clock,
        ids: Ids,
        outbox: Outbox,
        heard: Callable[[str], bool],
        meter: Meter,
        wait: Callable[[int], None] = pause,
    ) -> None:
        self._connection = connection
        self._clock = clock
        self._ids = ids
        self._outbox = outbox
        self._heard = heard
        self._meter = meter
        self._wait = wait

    def settle(self, decide: Callable[[], Outcome[E]], call: Call) -> E:
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
                outcome = decide()
            except Busy:  # a read
                continue
            except Refusal:
                self._answer_replay(call.receipt)
                raise
            try:
                return self._write(outcome, call.receipt)
            except _Contended:
                continue
            except Refusal as refusal:
                if refusal is not outcome.refusal:
                    self._answer_replay(call.receipt)
                raise
        raise Busy

    def rearm_lost(self, entities: Iterable[E], reread: Callable[[str], E | None]) -> int:
        """Arm anew what is long due and has no alarm waiting for it; return how many there were, which should be none.

        What an older version has armed for another instant than it is due at now, or not at all, is armed anew at once.
        It is counted apart (`RearmedAlarms`): nothing was lost, the house has learnt to wait for more.
        """
        found, lost, other = iter(entities), 0, 0
        while batch := list(islice(found, 100)):
            long_ago = self._clock.now() - LOST_AFTER
            waiting = self._outbox.are_waiting([_due_of(e, e.alarm) for e in batch if e.alarm and e.alarm.at < long_ago])
            for entity in batch:
                alarm = entity.alarm
                if _earliest(entity) != (alarm and alarm.at):
                    other += self._rearm(entity, reread)
                elif alarm and alarm.at < long_ago and alarm.id not in waiting:
                    lost += self._rearm(entity, reread)
        self._meter.count("RearmedAlarms", other)
        return lost

    def _rearm(self, seen: E, reread: Callable[[str], E | None]) -> bool:
        """Give an entity a fresh alarm; False if somebody has moved its alarm since it was seen."""

        def decide() -> Outcome[E]:
            entity = reread(seen.id)
            if entity is None or entity.alarm != seen.alarm or entity.dues() != seen.dues():
                raise NotFound
            return Outcome(entity=replace(entity, alarm=_NO_ALARM), previous=entity, unseen=True)

        try:
            self.settle(decide, Call())
        except NotFound:
            return False
        return True

    def _answer_replay(self, receipt: Receipt | None) -> None:
        """Raise Replayed if the receipt is known; refuse the key if it came with another body."""
        record = receipt and load(ReceiptRecord, receipt.id, "receipt")
        if not record or not receipt or record.ttl <= self._clock.now():
            return
        if record.digest != receipt.digest:
            raise Invalid("idempotency.mismatch", ["header", "Idempotency-Key"])
        raise Replayed(record.resource_id)

    def _write(self, outcome: Outcome[E], receipt: Receipt | None) -> E:
        now = self._clock.now()
        entity, items, at_once = self._items(outcome, receipt, now)
        if items:
            self._transact(items, receipt)
        self._outbox.hand_over(at_once)
        if outcome.refusal:
            raise outcome.refusal
        return entity

    def _items(self, outcome: Outcome[E], receipt: Receipt | None, now: datetime) -> tuple[E, list[_Item], list[Due]]:
        items: list[_Item] = []
        if receipt and not outcome.refusal:
            record = ReceiptRecord(id=receipt.id, digest=receipt.digest, resource_id=outcome.entity.id, ttl=now + RECEIPTS_LAST)
            stale = Table.rows[ReceiptRecord].ttl <= now  # type: ignore[attr-defined]
            items.append(_put(record, Replayed, Table.pk.does_not_exist() | stale))
        written: list[Entity] = []
        dues: list[Due] = []
        for part in outcome.parts:
            entity, own = self._entity(part, now)
            items += [*own, *(self._beside(extra) for extra in part.beside)]
            items += [_put(record, _Contended) for record in self._records(entity, part.events, now)]
            dues += [*self._messages(part.messages, now), *self._events(entity, part.events, now)]
            written.append(entity)
        items += [_put(due, _Contended) for due in dues]
        return cast("E", written[0]), items, [due for due in dues if due.at <= now + HAND_OVER_FIRST]

    def _entity(self, part: Outcome[Entity], now: datetime) -> tuple[Entity, list[_Item]]:
        """Return an entity as it will be written, and the items that write it, its alarm and what is derived from it."""
        entity, previous = part.entity, part.previous
        if entity == previous and not part.events:  # an event needs a version of its own to stand under
            return entity, []
        entity, armed = self._arm(entity, previous, now, unseen=part.unseen)
        condition = _unchanged(previous) if previous else Table.pk.does_not_exist()
        return entity, [_put(entity, _Contended, condition), *armed, *_derived(entity, previous)]

    def _arm(self, entity: Entity, previous: Entity | None, now: datetime, *, unseen: bool) -> tuple[Entity, list[_Item]]:
        """Keep exactly one due row in step with the entity's earliest due; a fresh id makes older wake-ups harmless.

        The row of an alarm that is due already is left to the sweep, which takes it away for half the price.
        """
        earliest = _earliest(entity)
        alarm = entity.alarm
        if earliest is None:
            alarm = None
        elif alarm is None or alarm.at != earliest:
            id = self._ids.new("due")
            alarm = Alarm(id, earliest, shard_of(id, self._outbox.shards))
        old, version = (previous.alarm, previous.version) if previous else (None, 0)
        # The moved alarm stands in for the version, by which two who decide at once would otherwise not collide.
        seen: dict[str, Any] = {} if unseen and alarm != old else {"version": version + 1, "updated_at": now}
        entity = replace(entity, alarm=alarm, **seen)
        items = []
        if alarm != old and old and old.at > now:
            items.append(_delete(_due_of(entity, old)))
        if alarm != old and alarm:
            items.append(_put(_due_of(entity, alarm), _Contended))
        return entity, items

    def _beside(self, extra: Beside) -> _Item:
        if isinstance(extra, Check):
            return _check(extra.entity)
        if isinstance(extra, Put):
            condition = _unchanged(extra.replaces) if extra.replaces else Table.pk.does_not_exist() if extra.new else None
            return _put(extra.row, extra.taken or _Contended, condition)
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

    def _transact(self, items: list[_Item], receipt: Receipt | None) -> None:
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
            self._explain(error, ordered, receipt)

    def _explain(self, error: TransactWriteError, items: list[_Item], receipt: Receipt | None) -> None:
        """Turn a failed transaction into what it means; the earliest item with a meaning of its own wins."""
        code = code_of(error)
        if code is None:  # no answer at all, after botocore's own tries with the same request token
            raise Busy from error
        reasons = [reason.code if reason else None for reason in error.cancellation_reasons]
        failed = [item.failed for item, reason in zip(items, reasons, strict=False) if reason == "ConditionalCheckFailed"]
        if Replayed in failed:
            self._answer_replay(receipt)
            raise _Contended from error
        if code in CONTENTION or CONTENTION & set(reasons) or _Contended in failed:
            raise _Contended from error
        refusal = next((meaning for meaning in failed if isinstance(meaning, Refusal)), None)
        if refusal is None:
            raise error
        raise refusal from error


def _earliest(entity: Entity) -> datetime | None:
    return min(entity.dues().values(), default=None)


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
    """Version and alarm are as they were read: what is `unseen` moves only the alarm."""
    row: Any = Table.rows[type(entity)]
    alarm = row.alarm == entity.alarm if entity.alarm else row.alarm.does_not_exist()
    return (row.version == entity.version) & alarm  # type: ignore[no-any-return]


def _count(count: Count) -> _Item:
    row = row_of(Counter(subject=count.subject, name=count.name))
    value = Table.rows[Counter].value  # type: ignore[attr-defined]
    actions = [value.add(count.add)]
    if count.expires_at:
        actions.append(Table.rows[Counter].ttl.set(count.expires_at))  # type: ignore[attr-defined]
    condition = None
    if count.below is not None:
        condition = value.does_not_exist() | (value < count.below)
    kwargs = row.get_update_kwargs_from_instance(actions=actions, condition=condition)
    return _Item("update", kwargs, count.refusal or _Contended)


def _due_of(entity: Entity, alarm: Alarm) -> Due:
    return Due(id=alarm.id, at=alarm.at, shard=alarm.shard, kind=f"alarm.{type(entity).__name__.lower()}", subject=entity.id)
