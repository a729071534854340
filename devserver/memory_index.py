"""The order of a table of the in-memory DynamoDB or of one of its indexes, read by pages."""

from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, TypeAlias

from .conditions import Condition, parse_condition
from .expressions import (
    ExpressionError,
    Item,
    Placeholders,
    Request,
    Response,
    Value,
    plain,
)
from .key_range import key_range

__all__ = [
    "Key",
    "MemoryIndex",
    "Names",
    "Partitions",
    "copy_item",
    "key_names",
]

Key: TypeAlias = tuple[Any, ...]
Items: TypeAlias = Iterable[Item]
Partitions: TypeAlias = dict[Any, dict[Key, Item]]
Names: TypeAlias = tuple[str, ...]
Schema: TypeAlias = Mapping[str, Any]  # of a table or of an index
Projection: TypeAlias = frozenset[str] | None
_FLAT = frozenset({"S", "N", "B", "BOOL", "NULL"})


@dataclass(frozen=True, slots=True)
class MemoryIndex:
    """The attributes that order items, and those that are projected (None: all).

    `order` is what orders the items of one partition: the sort key, then the key of the table.
    """

    name: str | None
    keys: Names
    order: Names
    projected: Projection = None

    @classmethod
    def of_table(cls, keys: Names) -> "MemoryIndex":
        """Return the order of a table itself."""
        return cls(None, keys, keys)

    @classmethod
    def create(cls, schema: Schema, table_keys: Names) -> "MemoryIndex":
        """Return an index as CreateTable describes it."""
        keys = key_names(schema)
        order = keys[1:] + table_keys
        projected: Projection = None
        projection = schema["Projection"]
        if projection["ProjectionType"] != "ALL":
            others = projection.get("NonKeyAttributes", ())
            projected = frozenset({*table_keys, *keys, *others})
        return cls(schema["IndexName"], keys, order, projected)

    def lists(self, item: Item) -> bool:
        """Return whether the index lists an item: whether it has all of its keys."""
        return self.name is None or all(name in item for name in self.keys)

    def add(self, partitions: Partitions, key: Key, item: Item) -> None:
        """Add an item to its partition, if the index lists it."""
        if self.lists(item):
            partition = plain(item[self.keys[0]])
            partitions.setdefault(partition, {})[key] = item

    def remove(self, partitions: Partitions, key: Key, item: Item) -> None:
        """Remove an item from its partition, if the index lists it."""
        if self.lists(item):
            del partitions[plain(item[self.keys[0]])][key]

    def query(self, partitions: Partitions, request: Request) -> Response:
        """Answer a query over the items of the table, which are given by partition."""
        given = Placeholders(request)
        asked = key_range(request["KeyConditionExpression"], self.keys, given)
        partition = partitions.get(plain(asked.partition), {})
        found = list(partition.values())
        if asked.within is not None:
            found = _filtered(found, asked.within, given)
        return self._page(found, request, given)

    def scan(self, items: Items, request: Request) -> Response:
        """Answer a scan over the items of the table."""
        found = [item for item in items if self.lists(item)]
        given = Placeholders(request)
        return self._page(found, request, given)

    def _page(
        self,
        found: Items,
        request: Request,
        given: Placeholders,
    ) -> Response:
        limit = request.get("Limit")
        if limit is not None and limit < 1:
            raise ExpressionError("Limit must be greater than or equal to 1")
        ordered = self._ordered(found, request)
        read = ordered[:limit]
        kept = read
        text = request.get("FilterExpression")
        if text:
            kept = _filtered(read, parse_condition(text), given)
        items = [copy_item(item, self.projected) for item in kept]
        answer = {
            "Items": items,
            "Count": len(items),
            "ScannedCount": len(read),
        }
        if request.get("Select") == "COUNT":
            del answer["Items"]
        # Also where nothing is left, as with the service.
        if limit is not None and len(read) == limit:
            last = read[-1]
            answer["LastEvaluatedKey"] = copy_item(last, self._position())
        return answer

    def _ordered(self, found: Items, request: Request) -> list[Item]:
        """Return the items in the order of a request, from its starting key on."""
        backwards = not request.get("ScanIndexForward", True)
        ordered = sorted(found, key=self._order_of, reverse=backwards)
        start = request.get("ExclusiveStartKey")
        if not start:
            return ordered
        if start.keys() != self._position():
            raise ExpressionError("The provided starting key is invalid")
        after = self._order_of(start)
        if backwards:
            return [item for item in ordered if self._order_of(item) < after]
        return [item for item in ordered if self._order_of(item) > after]

    def _position(self) -> frozenset[str]:
        """Return the attributes of a starting key."""
        return frozenset({*self.keys, *self.order})

    def _order_of(self, item: Mapping[str, Value]) -> Key:
        return tuple([plain(item[name]) for name in self.order])


def key_names(schema: Schema) -> Names:
    """Return the attributes of a key: of the partition, then perhaps of the order in it."""
    names: dict[str, str] = {}
    for part in schema["KeySchema"]:
        names[part["KeyType"]] = part["AttributeName"]
    if "RANGE" in names:
        return names["HASH"], names["RANGE"]
    return (names["HASH"],)


def copy_item(item: Mapping[str, Value], projected: Projection = None) -> Item:
    """Return a copy of an item, or of its projected attributes."""
    copied: Item = {}
    for name, value in item.items():
        if projected is None or name in projected:
            copied[name] = _copy_value(value)
    return copied


def _copy_value(value: Value) -> Value:
    if value.keys() <= _FLAT:
        return dict(value)
    return deepcopy(value)


def _filtered(
    items: Items,
    condition: Condition,
    given: Placeholders,
) -> list[Item]:
    return [item for item in items if condition.holds(item, given)]
