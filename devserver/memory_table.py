"""One table of the in-memory DynamoDB: its items, its indexes and its limits."""

from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from .expressions import (
    ExpressionError,
    Item,
    Placeholders,
    Value,
    key_range,
    parse_condition,
    plain,
)

__all__ = ["Key", "MemoryTable", "copy_item"]

Key: TypeAlias = tuple[Any, ...]
MAX_ITEM_BYTES = 400 * 1024
MAX_KEY_BYTES = (2048, 1024)  # of a partition key and a sort key
_FLAT = frozenset({"S", "N", "B", "BOOL", "NULL"})


@dataclass(frozen=True, slots=True)
class _Index:
    """The attributes that order items, and those that are projected (None: all)."""

    name: str | None
    keys: tuple[str, ...]
    projected: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class MemoryTable:
    """Items by key. An item is only ever replaced, so that copies of a table may share them."""

    schema: Mapping[str, Any]  # the request of CreateTable
    items: dict[Key, Item]
    keys: tuple[str, ...]
    types: Mapping[str, str]
    indexes: Mapping[str | None, _Index]

    @classmethod
    def create(cls, schema: Mapping[str, Any]) -> "MemoryTable":
        """Make an empty table as CreateTable describes it."""
        keys = _key_names(schema)
        types = {
            part["AttributeName"]: part["AttributeType"]
            for part in schema["AttributeDefinitions"]
        }
        indexes: dict[str | None, _Index] = {None: _Index(None, keys)}
        for index in schema.get("GlobalSecondaryIndexes", ()):
            name = index["IndexName"]
            projected = _projected(index, keys)
            indexes[name] = _Index(name, _key_names(index), projected)
        ordering = {name for index in indexes.values() for name in index.keys}
        if missing := ordering - types.keys():
            raise ExpressionError(
                f"keys without a definition: {sorted(missing)}"
            )
        return cls(deepcopy(dict(schema)), {}, keys, types, indexes)

    def copy(self) -> "MemoryTable":
        """Return the table as it is now."""
        return replace(self, items=dict(self.items))

    def key_of(
        self, attributes: Mapping[str, Value], *, whole: bool = True
    ) -> Key:
        """Return the key in these attributes. They hold nothing else where it is `whole`."""
        if whole and attributes.keys() != set(self.keys):
            raise ExpressionError(
                "The provided key element does not match the schema"
            )
        if missing := [name for name in self.keys if name not in attributes]:
            raise ExpressionError(f"Missing the key {missing[0]} in the item")
        for name, limit in zip(self.keys, MAX_KEY_BYTES, strict=False):
            self._check_key(name, attributes[name])
            if _size(attributes[name]) > limit:
                raise ExpressionError(
                    f"Size of the key {name} has exceeded the limit of {limit} bytes"
                )
        return tuple(attributes[name][self.types[name]] for name in self.keys)

    def accept(self, item: Mapping[str, Value]) -> Item:
        """Return a copy of an item; refuse one that the service refuses."""
        self.key_of(item, whole=False)
        for name in self.types:
            if name in item:
                self._check_key(name, item[name])
        size = sum(
            len(name.encode()) + _size(value) for name, value in item.items()
        )
        if size > MAX_ITEM_BYTES:
            raise ExpressionError(
                "Item size has exceeded the maximum allowed size"
            )
        return copy_item(item)

    def _check_key(self, name: str, value: Value) -> None:
        kind = self.types[name]
        if value.keys() != {kind}:
            raise ExpressionError(
                f"Type mismatch for key {name}: expected {kind}, actual {list(value)}"
            )
        if value[kind] in ("", b""):
            raise ExpressionError(
                f"A key attribute cannot contain an empty string value. Key: {name}"
            )

    def query(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Answer a query of the table or of one of its indexes."""
        index, given = self._index(request), Placeholders(request)
        asked = key_range(request["KeyConditionExpression"], index.keys, given)
        partition = index.keys[0]
        items = [
            item
            for item in self._listed(index)
            if item[partition] == asked.partition
        ]
        if asked.within is not None:
            items = [item for item in items if asked.within.holds(item, given)]
        return self._page(items, index, request, given)

    def scan(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Answer a scan, in an order of keys that the service does not have."""
        index = self._index(request)
        return self._page(
            self._listed(index), index, request, Placeholders(request)
        )

    def _index(self, request: Mapping[str, Any]) -> _Index:
        name = request.get("IndexName")
        if name not in self.indexes:
            raise ExpressionError(
                f"The table does not have the specified index: {name}"
            )
        if name and request.get("ConsistentRead"):
            raise ExpressionError(
                "Consistent reads are not supported on global secondary indexes"
            )
        return self.indexes[name]

    def _listed(self, index: _Index) -> Iterable[Item]:
        if index.name is None:
            return self.items.values()
        keys = set(index.keys)
        return [item for item in self.items.values() if keys <= item.keys()]

    def _page(
        self,
        found: Iterable[Item],
        index: _Index,
        request: Mapping[str, Any],
        given: Placeholders,
    ) -> dict[str, Any]:
        names, limit = (*index.keys[1:], *self.keys), request.get("Limit")
        if limit is not None and limit < 1:
            raise ExpressionError("Limit must be greater than or equal to 1")

        def order(item: Mapping[str, Value]) -> Key:
            return tuple([plain(item[name]) for name in names])

        backwards = not request.get("ScanIndexForward", True)
        ordered = sorted(found, key=order, reverse=backwards)
        if start := request.get("ExclusiveStartKey"):
            if start.keys() != {*names, *index.keys}:
                raise ExpressionError("The provided starting key is invalid")
            ordered = _after(ordered, order, order(start), backwards=backwards)
        read = ordered[:limit]
        kept = read
        if text := request.get("FilterExpression"):
            kept = [
                item
                for item in read
                if parse_condition(text).holds(item, given)
            ]
        items = [copy_item(item, index.projected) for item in kept]
        answer = {
            "Items": items,
            "Count": len(items),
            "ScannedCount": len(read),
        }
        # Also where nothing is left, as with the service.
        if limit is not None and len(read) == limit:
            position = frozenset({*names, *index.keys})
            answer["LastEvaluatedKey"] = copy_item(read[-1], position)
        return answer


def copy_item(
    item: Mapping[str, Value], projected: frozenset[str] | None = None
) -> Item:
    """Return a copy of an item, or of its projected attributes."""
    copied = {}
    for name, value in item.items():
        if projected is None or name in projected:
            copied[name] = (
                dict(value) if value.keys() <= _FLAT else deepcopy(value)
            )
    return copied


def _key_names(schema: Mapping[str, Any]) -> tuple[str, ...]:
    # HASH comes before RANGE.
    ordered = sorted(schema["KeySchema"], key=lambda part: str(part["KeyType"]))
    return tuple(part["AttributeName"] for part in ordered)


def _projected(
    index: Mapping[str, Any], keys: tuple[str, ...]
) -> frozenset[str] | None:
    projection = index["Projection"]
    if projection["ProjectionType"] == "ALL":
        return None
    others = projection.get("NonKeyAttributes", ())
    return frozenset({*keys, *_key_names(index), *others})


def _after(
    items: Iterable[Item],
    order: Callable[[Item], Key],
    start: Key,
    *,
    backwards: bool,
) -> list[Item]:
    """Return the items after a start."""
    if backwards:
        return [item for item in items if order(item) < start]
    return [item for item in items if order(item) > start]


def _size(value: Value) -> int:
    """Return the approximate number of bytes of a value."""
    (content,) = value.values()
    if isinstance(content, str):
        return len(content.encode())
    return len(content) if isinstance(content, bytes) else 1
