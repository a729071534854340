"""The rows that commits would leave, collected in memory in place of a store."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

from pynamodb.expressions.condition import Condition

from chalicelib.kernel.changes import (
    Adjust,
    Changes,
    Check,
    Count,
    Delete,
    Entity,
    Put,
    Write,
)
from chalicelib.kernel.ids import Ids
from chalicelib.kernel.job import JobRecord
from chalicelib.store.commit import CommitBuilder
from chalicelib.store.projections import projections_of
from chalicelib.store.store import Store
from chalicelib.store.tables import Counter
from chalicelib.store.transaction_items import (
    Contended,
    Failed,
    Item,
    ItemBuilder,
)

__all__ = ["RowLedger"]

E = TypeVar("E", bound=Entity)
_Key = tuple[str, str, str]  # table, pk, sk


def _is_subscribed(_tag: str) -> bool:
    """Make no event jobs: what follows from an event has long been done."""
    return False


class RowLedger(ItemBuilder):
    """Applies decisions as a commit does, and keeps the rows.

    Conditions are not checked: one decision follows another. Rows stay until `take` hands them
    over, and those of the `shared` types until `take_shared` does.
    """

    def __init__(
        self, store: Store, ids: Ids, shards: int, shared: tuple[type, ...]
    ) -> None:
        super().__init__(store)
        self._shared = dict.fromkeys(shared)
        self._rows: dict[_Key, Any] = {}
        self._shared_rows: dict[_Key, Any] = {}
        self._commits = CommitBuilder(
            store, ids, shards, _is_subscribed, items=self
        )

    def commit(self, changes: Changes[E], now: datetime) -> E:
        """Apply a decision at an instant; return the entity as it is then.

        Its messages leave no row: they are sent at once.
        """
        quiet = replace(changes, messages=())
        return self._commits.build(quiet, None, now).entity

    def add(self, thing: object) -> None:
        """Keep the row of a thing."""
        self._rows_of(thing)[self._key(thing)] = thing

    def add_whole(self, thing: object) -> None:
        """Keep the row of a thing, and those that follow from it."""
        for row in (thing, *projections_of(self._store, thing).values()):
            self.add(row)

    def find(self, thing: E) -> E | None:
        """Return the kept row with the key of a thing."""
        found: E | None = self._rows_of(thing).get(self._key(thing))
        return found

    def _rows_of(self, thing: object) -> dict[_Key, Any]:
        if type(thing) in self._shared:
            return self._shared_rows
        return self._rows

    def take(self, now: datetime) -> Iterator[object]:
        """Hand over the rows as they are at an instant, but for the shared ones.

        A job that was due until then has run, and a row whose time to live has ended is gone.
        """
        rows, self._rows = self._rows, {}
        return (row for row in rows.values() if _is_left(row, now))

    def take_shared(self, now: datetime) -> Iterator[object]:
        """Hand over the shared rows as they are at an instant."""
        rows, self._shared_rows = self._shared_rows, {}
        return (row for row in rows.values() if _is_left(row, now))

    # the items of a commit

    def put(
        self, thing: object, failed: Failed, condition: Condition | None = None
    ) -> Item:
        """Keep the row of a thing."""
        self.add(thing)
        return Item("put", {}, failed)

    def delete(self, thing: object) -> Item:
        """Drop the row of a thing."""
        self._rows_of(thing).pop(self._key(thing), None)
        return Item("delete", {}, Contended)

    def entity(self, entity: Entity, previous: Entity | None) -> list[Item]:
        """Keep the row of an entity."""
        self.add(entity)
        return []

    def write(self, write: Write) -> Item:
        """Apply a write beside the entity."""
        match write:
            case Put():
                self.add(write.row)
            case Delete():
                self.delete(write.row)
            case Count():
                self._count_up(write)
            case Adjust():
                self._adjust_up(write)
            case Check():
                pass
        return Item("put", {}, Contended)

    def _count_up(self, count: Count) -> None:
        counter = Counter(subject=count.subject, name=count.name)
        before = self._rows_of(counter).get(self._key(counter), counter)
        value = before.value + count.add
        if value:  # a row type leaves out 0, and a counter without a value reads as none
            ttl = count.expires_at or before.ttl
            self.add(replace(before, value=value, ttl=ttl))

    def _adjust_up(self, adjust: Adjust) -> None:
        rows = self._rows_of(adjust.row)
        row = rows.get(self._key(adjust.row), adjust.row)
        added = {
            name: getattr(row, name) + number
            for name, number in adjust.add.items()
        }
        self.add(replace(row, **added))

    def _key(self, thing: object) -> _Key:
        row = self._store.row_of(type(thing))
        key = row.key_of(thing)
        return row.table.name, key.pk, key.sk


def _is_left(row: Any, now: datetime) -> bool:
    if isinstance(row, JobRecord):
        return row.at > now
    ends_at: datetime | None = getattr(row, "ttl", None)
    return ends_at is None or ends_at > now
