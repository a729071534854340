"""Assembles a commit: the items of one transaction, and the jobs that become due with it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Generic, TypeVar, cast

from ..kernel.changes import (
    ArmedTimer,
    Changes,
    Entity,
    TimelineEvent,
    Write,
)
from ..kernel.errors import Replayed
from ..kernel.ids import Ids
from ..kernel.job import Event, ScheduledJob, Timer, record_of
from ..kernel.request import IdempotencyKey
from .outbox import shard_of
from .scheduling import HAND_OVER_FIRST, JobScheduler
from .store import Store
from .table import PK
from .tables import RECEIPT, ReceiptRecord
from .transaction_items import Contended, Item, ItemBuilder

__all__ = ["Commit", "CommitBuilder", "timer_job"]

E = TypeVar("E", bound=Entity)
_RECEIPT_TTL = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Commit(Generic[E]):
    """The entity as it will be written, the items that write it, and the jobs due at once."""

    entity: E
    items: list[Item]
    due_jobs: list[ScheduledJob]


def timer_job(entity: Entity, timer: ArmedTimer) -> ScheduledJob:
    """Return the job of an entity's armed timer."""
    job = Timer(
        id=timer.id, entity_kind=entity.entity_kind, entity_id=entity.id
    )
    return ScheduledJob(job=job, at=timer.at, shard=timer.shard)


def _without(
    made: Sequence[Write], writes: Sequence[Write]
) -> tuple[Write, ...]:
    """Return the writes that are not made already."""
    found: list[Write] = []
    for write in writes:
        if write not in made and write not in found:
            found.append(write)
    return tuple(found)


class CommitBuilder:
    """Turns changes into the items of a transaction.

    `items` makes them. A tool that fills a store passes one that collects rows.
    """

    def __init__(
        self,
        store: Store,
        ids: Ids,
        shards: int,
        is_subscribed: Callable[[str], bool],
        items: ItemBuilder | None = None,
    ) -> None:
        self._store = store
        self._ids = ids
        self._shards = shards
        self._items = items or ItemBuilder(store)
        self._scheduler = JobScheduler(ids, shards, is_subscribed)

    def build(
        self, changes: Changes[E], key: IdempotencyKey | None, now: datetime
    ) -> Commit[E]:
        """Assemble the commit of a decision and of the decisions related to it.

        The Idempotency-Key is remembered only if the decision is not a refusal.
        """
        items: list[Item] = []
        if key and not changes.refusal:
            shown = changes.resource or changes.entity.id
            items.append(self._receipt(key, shown, now))
        entities: list[Entity] = []
        jobs: list[ScheduledJob] = []
        writes: list[Write] = []
        for part in changes.parts:
            # One transaction takes no row twice: the same write is made once.
            once = _without(writes, part.writes)
            writes += once
            entity = self._add_part(items, replace(part, writes=once), now)
            derived = self._derived_events(part)
            jobs += self._scheduler.jobs_of(entity, part, now, derived)
            entities.append(entity)
        items += [self._put_job(job) for job in jobs]
        due_jobs = [job for job in jobs if job.at <= now + HAND_OVER_FIRST]
        return Commit(cast("E", entities[0]), items, due_jobs)

    def _derived_events(self, part: Changes[Entity]) -> Sequence[Event]:
        """Return the events that follow from the change of an entity (see `with_events`)."""
        derive = self._store.row_of(type(part.entity)).derive_events
        if derive is None or part.previous is None:
            return ()
        return derive(part.previous, part.entity)

    def _receipt(
        self, key: IdempotencyKey, resource_id: str, now: datetime
    ) -> Item:
        record = ReceiptRecord(
            id=key.id,
            digest=key.digest,
            resource_id=resource_id,
            ttl=now + _RECEIPT_TTL,
        )
        unused = PK.does_not_exist() | (RECEIPT.attribute("ttl") <= now)
        return self._items.put(record, Replayed, unused)

    def _add_part(
        self, items: list[Item], part: Changes[Entity], now: datetime
    ) -> Entity:
        """Add the items of one entity's decision; return the entity as it will be written.

        An unchanged entity is not written, except for an event: that needs a new version.
        """
        entity, previous = part.entity, part.previous
        is_written = entity != previous or bool(part.events)
        if is_written:
            entity = self._stamped(part, now)
            items += self._items.entity(entity, previous)
            items += self._timer_items(entity, previous, now)
            items += self._items.projections(entity, previous)
        for write in part.writes:
            items.append(self._items.write(write))
            items += self._items.following(write)
        if part.events:
            items += self._event_items(entity, part.events, now)
        return entity

    def _stamped(self, part: Changes[Entity], now: datetime) -> Entity:
        """Return the entity with its timer, and usually with a new version and `updated_at`."""
        entity, previous = part.entity, part.previous
        timer = self._timer_of(entity)
        old, version = None, 0
        if previous:
            old, version = previous.timer, previous.version
        # A moved timer replaces the version in the condition of the write. Without either, two
        # decisions at once would not collide.
        if part.bump_version or timer == old:
            return replace(
                entity, timer=timer, version=version + 1, updated_at=now
            )
        return replace(entity, timer=timer)

    def _timer_of(self, entity: Entity) -> ArmedTimer | None:
        """Return the timer of the entity's earliest deadline.

        A moved deadline gets a timer with a fresh id, which makes jobs of older timers harmless.
        """
        earliest = min(entity.deadlines().values(), default=None)
        if earliest is None:
            return None
        if entity.timer is not None and entity.timer.at == earliest:
            return entity.timer
        id = self._ids.new("due")
        return ArmedTimer(id, earliest, shard_of(id, self._shards))

    def _timer_items(
        self, entity: Entity, previous: Entity | None, now: datetime
    ) -> list[Item]:
        """Return the items that keep exactly one job for the entity's timer.

        The sweep deletes the job of a timer that is due already, for half the price.
        """
        old = previous.timer if previous else None
        timer = entity.timer
        items: list[Item] = []
        if timer == old:
            return items
        if old and old.at > now:
            items.append(self._items.delete(record_of(timer_job(entity, old))))
        if timer:
            items.append(self._put_job(timer_job(entity, timer)))
        return items

    def _put_job(self, job: ScheduledJob) -> Item:
        return self._items.put(record_of(job), Contended)

    def _event_items(
        self, entity: Entity, events: tuple[TimelineEvent, ...], now: datetime
    ) -> list[Item]:
        record = self._store.event_log_of(type(entity)).kind
        items = []
        for number, event in enumerate(events):
            line = record(
                subject=entity.id,
                version=entity.version,
                number=number,
                at=now,
                tag=event.tag,
                by=event.actor,
                party=event.party,
                note=event.note,
                shown=event.shown,
            )
            items.append(self._items.put(line, Contended))
        return items
