"""The items of a transaction: each write as DynamoDB takes it, and the meaning of its failure."""

from dataclasses import dataclass
from functools import reduce
from operator import and_
from typing import Any, assert_never

from pynamodb.expressions.condition import Condition

from ..kernel.changes import Adjust, Check, Count, Delete, Entity, Put, Write
from ..kernel.errors import Refusal, Replayed
from .projections import changed_projections, projections_of
from .store import Store
from .table import PK
from .tables import COUNTER, Counter

__all__ = ["Contended", "Failed", "Item", "ItemBuilder"]


class Contended(Exception):
    """Another decision was quicker, or the store is busy."""


Failed = Refusal | type[Contended] | type[Replayed]


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a transaction: operation, arguments, and the meaning of a failed condition."""

    operation: str
    kwargs: dict[str, Any]
    failed: Failed


class ItemBuilder:
    """Makes items for the rows of one store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def write(self, write: Write) -> Item:
        """Make the item of a write beside the entity."""
        match write:
            case Check():
                return self._check(write.entity)
            case Put():
                self._check_events(write)
                failed = write.on_conflict or Contended
                return self.put(write.row, failed, self._condition_of(write))
            case Delete():
                return self.delete(write.row)
            case Count():
                return self._count(write)
            case Adjust():
                return self._adjust(write)
        assert_never(write)

    def _check_events(self, put: Put) -> None:
        """Refuse an entity that would be changed without the events that follow from it."""
        row = self._store.row_of(type(put.row))
        if row.derive_events and not put.new:
            raise TypeError(f"{row.kind.__name__} changes by its own Changes")

    def _condition_of(self, put: Put) -> Condition | None:
        if put.expected:
            return self._unchanged(put.expected)
        if put.new:
            return PK.does_not_exist()
        return None

    def put(
        self, thing: object, failed: Failed, condition: Condition | None = None
    ) -> Item:
        """Make the item that writes a row."""
        return Item("put", self._store.put_request(thing, condition), failed)

    def delete(self, thing: object) -> Item:
        """Make the item that deletes a row."""
        return Item("delete", self._store.request(thing), Contended)

    def entity(self, entity: Entity, previous: Entity | None) -> list[Item]:
        """Make the item that writes an entity, new or in the place of `previous`."""
        condition: Condition = PK.does_not_exist()
        if previous:
            condition = self._unchanged(previous)
        return [self.put(entity, Contended, condition)]

    def projections(
        self, entity: object, previous: object | None
    ) -> list[Item]:
        """Make the items that update the projections of a row; `previous` is the row before."""
        gone, changed = changed_projections(self._store, entity, previous)
        items = [self.delete(row) for row in gone]
        return items + [self.put(row, Contended) for row in changed]

    def following(self, write: Write) -> list[Item]:
        """Make the items that update the projections of a row beside the entity."""
        match write:
            case Put(row=row, expected=expected):
                return self.projections(row, expected)
            case Delete(row=row):
                rows = projections_of(self._store, row).values()
                return [self.delete(each) for each in rows]
        return []

    def _check(self, entity: Entity) -> Item:
        kwargs = self._store.request(entity, self._unchanged(entity))
        return Item("check", kwargs, Contended)

    def _unchanged(self, entity: Entity) -> Condition:
        """Return the condition that version and timer are as they were read.

        A write without a new version moves only the timer.
        """
        row = self._store.row_of(type(entity))
        timer = row.attribute("timer")
        same_timer: Condition = timer.does_not_exist()
        if entity.timer:
            same_timer = timer == entity.timer
        same_version = row.attribute("version") == entity.version
        unchanged: Condition = same_version & same_timer
        return unchanged

    def _count(self, count: Count) -> Item:
        value = COUNTER.attribute("value")
        actions = [value.add(count.add)]
        if count.expires_at:
            actions.append(COUNTER.attribute("ttl").set(count.expires_at))
        condition = None
        if count.limit is not None:
            condition = value.does_not_exist() | (value < count.limit)
        counter = Counter(subject=count.subject, name=count.name)
        kwargs = self._store.request(counter, condition, actions=actions)
        return Item("update", kwargs, count.refusal or Contended)

    def _adjust(self, adjust: Adjust) -> Item:
        row = self._store.row_of(type(adjust.row))
        actions = [
            row.attribute(name).add(number)
            for name, number in adjust.add.items()
        ]
        conditions: list[Any] = [PK.exists()] if adjust.must_exist else []
        for name, (lowest, highest) in adjust.limits.items():
            added = adjust.add.get(name, 0)
            bound = _within(row.attribute(name), added, lowest, highest)
            conditions.append(bound)
        condition = reduce(and_, conditions) if conditions else None
        kwargs = self._store.request(adjust.row, condition, actions=actions)
        return Item("update", kwargs, adjust.on_conflict or Contended)


def _within(
    attribute: Any, add: int, lowest: int | None, highest: int | None
) -> Any:
    """Return the condition that a number is within its limits after an addition.

    A number that the row does not hold is 0: a falsy default is not stored.
    """
    bounds: list[Any] = []
    if lowest is not None:
        bounds.append(attribute >= lowest - add)
    if highest is not None:
        bounds.append(attribute <= highest - add)
    if not bounds:
        return PK.exists()
    condition = reduce(and_, bounds)
    if _is_within(add, lowest, highest):
        return condition | attribute.does_not_exist()
    return condition


def _is_within(number: int, lowest: int | None, highest: int | None) -> bool:
    if lowest is not None and number < lowest:
        return False
    return highest is None or number <= highest
