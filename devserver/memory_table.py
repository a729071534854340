"""One table of the in-memory DynamoDB: its items, its indexes and its limits."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from .expressions import ExpressionError, Item, Request, Response, Value
from .memory_index import (
    Key,
    MemoryIndex,
    Names,
    Partitions,
    copy_item,
    key_names,
)

__all__ = ["MemoryTable"]

Indexes: TypeAlias = dict[str | None, MemoryIndex]  # None: the table itself
MAX_ITEM_BYTES = 400 * 1024
MAX_KEY_BYTES = (2048, 1024)  # of a partition key and a sort key


@dataclass(frozen=True, slots=True)
class MemoryTable:
    """Items by key. An item is only ever replaced, so that copies of a table may share them.

    The partitions of an index are made by its first query, and kept from then on.
    """

    schema: Request  # of CreateTable
    items: dict[Key, Item]
    keys: Names
    types: Mapping[str, str]
    indexes: Indexes
    partitions: dict[str | None, Partitions] = field(default_factory=dict)

    @classmethod
    def create(cls, schema: Request) -> "MemoryTable":
        """Make an empty table as CreateTable describes it."""
        keys = key_names(schema)
        types: dict[str, str] = {}
        for part in schema["AttributeDefinitions"]:
            types[part["AttributeName"]] = part["AttributeType"]
        indexes = _indexes(schema, keys)
        ordering: set[str] = set()
        for index in indexes.values():
            ordering.update(index.keys)
        missing = ordering - types.keys()
        if missing:
            raise ExpressionError(
                f"keys without a definition: {sorted(missing)}"
            )
        kept = deepcopy(dict(schema))
        return cls(kept, {}, keys, types, indexes)

    def copy(self) -> "MemoryTable":
        """Return the table as it is now."""
        items = dict(self.items)
        return replace(self, items=items, partitions={})

    def put(self, key: Key, item: Item) -> None:
        """Write an accepted item in the place of the one with its key."""
        self.delete(key)
        self.items[key] = item
        for name, partitions in self.partitions.items():
            self.indexes[name].add(partitions, key, item)

    def delete(self, key: Key) -> None:
        """Remove the item of a key, if there is one."""
        item = self.items.pop(key, None)
        if item is None:
            return
        for name, partitions in self.partitions.items():
            self.indexes[name].remove(partitions, key, item)

    def restore(self, items: Mapping[Key, Item]) -> None:
        """Hold these items and no others."""
        self.items.clear()
        self.items.update(items)
        self.partitions.clear()

    def key_of(
        self,
        attributes: Mapping[str, Value],
        *,
        whole: bool = True,
    ) -> Key:
        """Return the key in these attributes. They hold nothing else where it is `whole`."""
        if whole and attributes.keys() != set(self.keys):
            raise ExpressionError(
                "The provided key element does not match the schema"
            )
        missing = [name for name in self.keys if name not in attributes]
        if missing:
            raise ExpressionError(f"Missing the key {missing[0]} in the item")
        contents = []
        for name, limit in zip(self.keys, MAX_KEY_BYTES, strict=False):
            value = attributes[name]
            self._check_key(name, value)
            if _size(value) > limit:
                raise ExpressionError(
                    f"Size of the key {name} has exceeded the limit of {limit} bytes"
                )
            contents.append(value[self.types[name]])
        return tuple(contents)

    def accept(self, item: Mapping[str, Value]) -> Item:
        """Return a copy of an item; refuse one that the service refuses."""
        self.key_of(item, whole=False)
        size = 0
        for name, value in item.items():
            if name in self.types:
                self._check_key(name, value)
            size += len(name.encode()) + _size(value)
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

    def query(self, request: Request) -> Response:
        """Answer a query of the table or of one of its indexes."""
        index = self._index(request)
        partitions = self.partitions.get(index.name)
        if partitions is None:
            partitions = self.partitions[index.name] = {}
            for key, item in self.items.items():
                index.add(partitions, key, item)
        return index.query(partitions, request)

    def scan(self, request: Request) -> Response:
        """Answer a scan, in an order of keys that the service does not have."""
        index = self._index(request)
        return index.scan(self.items.values(), request)

    def _index(self, request: Request) -> MemoryIndex:
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


def _indexes(schema: Request, keys: Names) -> Indexes:
    indexes: Indexes = {}
    indexes[None] = MemoryIndex.of_table(keys)
    for described in schema.get("GlobalSecondaryIndexes", ()):
        index = MemoryIndex.create(described, keys)
        indexes[index.name] = index
    return indexes


def _size(value: Value) -> int:
    """Return the approximate number of bytes of a value."""
    (content,) = value.values()
    if isinstance(content, str):
        return len(content.encode())
    if isinstance(content, bytes):
        return len(content)
    return 1
