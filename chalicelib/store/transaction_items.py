"""The items of a transaction: each write as DynamoDB takes it, and what its failure means."""

from dataclasses import dataclass
from functools import reduce
from operator import and_
from typing import Any, assert_never

from pynamodb.expressions.condition import Condition

from ..kernel.changes import Adjust, Check, Count, Delete, Entity, Put, Write
from ..kernel.errors import Refusal, Replayed
from .store import Store
from .table import PK, Key
from .tables import COUNTER, Counter

__all__ = ["Contended", "Item", "ItemBuilder"]


class Contended(Exception):
    """Somebody else was quicker, or the store is busy."""


Failed = Refusal | type[Contended] | type[Replayed]


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a transaction: the operation, its arguments, and what its failed condition means."""

    operation: str
    kwargs: dict[str, Any]
    failed: Failed


class ItemBuilder:
    """Makes items for the rows of one store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def write(self, extra: Write) -> Item:
        """Make the item of a write beside the entity."""
        if isinstance(extra, Check):
            return self._check(extra.entity)
        if isinstance(extra, Put):
            return self.put(
                extra.row, extra.on_conflict or Contended, self._condition_of(extra)
            )
        if isinstance(extra, Delete):
            return self.delete(extra.row)
        if isinstance(extra, Count):
            return self._count(extra)
        if isinstance(extra, Adjust):
            return self._adjust(extra)
        assert_never(extra)

    def _condition_of(self, put: Put) -> Condition | None:
        if put.expected:
            return self._unchanged(put.expected)
        return PK.does_not_exist() if put.new else None

    def put(
        self, thing: object, failed: Failed, condition: Condition | None = None
    ) -> Item:
        """Make the item that writes a thing."""
        return Item("put", self._store.put_request(thing, condition), failed)

    def delete(self, thing: object) -> Item:
        """Make the item that deletes the row of a thing."""
        return Item("delete", self._store.request(thing), Contended)

    def entity(self, entity: Entity, previous: Entity | None) -> list[Item]:
        """Make the item that writes an entity in the place of what it was, or as something new."""
        condition = self._unchanged(previous) if previous else PK.does_not_exist()
        return [self.put(entity, Contended, condition)]

    def projections(self, entity: Entity, previous: Entity | None) -> list[Item]:
        """Make the items that bring the rows that follow from an entity in step with it."""
        before, after = (
            self._projected(entity, previous),
            self._projected(entity, entity),
        )
        gone = [self.delete(thing) for key, thing in before.items() if key not in after]
        changed = [thing for key, thing in after.items() if before.get(key) != thing]
        return gone + [self.put(thing, Contended) for thing in changed]

    def _projected(
        self, entity: Entity, of: Entity | None
    ) -> dict[tuple[str, Key], object]:
        """Return the rows that follow from an entity in one of its states, by table and key."""
        found: dict[tuple[str, Key], object] = {}
        if of is None:
            return found
        for projection in self._store.row_of(type(entity)).projections:
            for thing in projection(of):
                row = self._store.row_of(type(thing))
                found[row.table.name, row.key_of(thing)] = thing
        return found

    def _check(self, entity: Entity) -> Item:
        return Item(
            "check", self._store.request(entity, self._unchanged(entity)), Contended
        )

    def _unchanged(self, entity: Entity) -> Condition:
        """Version and timer are as they were read: a write without a new version moves only the timer."""
        row = self._store.row_of(type(entity))
        timer = row.attribute("timer")
        same = timer == entity.timer if entity.timer else timer.does_not_exist()
        return (row.attribute("version") == entity.version) & same  # type: ignore[no-any-return]

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
            row.attribute(name).add(number) for name, number in adjust.add.items()
        ]
        condition: Any = PK.exists()
        for name, (lowest, highest) in adjust.limits.items():
            added = adjust.add.get(name, 0)
            condition &= _within(row.attribute(name), added, lowest, highest)
        kwargs = self._store.request(adjust.row, condition, actions=actions)
        return Item("update", kwargs, adjust.on_conflict or Contended)


def _within(attribute: Any, add: int, lowest: int | None, highest: int | None) -> Any:
    """Return the condition that a number is within its limits after an addition.

    A number that the row does not hold is 0: a falsy default is not stored.
    """
    fits: list[Any] = []
    if lowest is not None:
        fits.append(attribute >= lowest - add)
    if highest is not None:
        fits.append(attribute <= highest - add)
    if not fits:
        return PK.exists()
    from_zero = (lowest is None or add >= lowest) and (
        highest is None or add <= highest
    )
    condition = reduce(and_, fits)
    return condition | attribute.does_not_exist() if from_zero else condition
