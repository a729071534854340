"""Global secondary indexes of tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

__all__ = [
    "KEYS_ONLY",
    "MAX_INCLUDED",
    "MAX_INCLUDED_PER_TABLE",
    "MAX_INDEXES",
    "Index",
    "index",
    "index_schema",
]

# DynamoDB's limits of the NonKeyAttributes of one index, and of all indexes of a table.
MAX_INCLUDED = 20
MAX_INCLUDED_PER_TABLE = 100
MAX_INDEXES = 20  # of a table
KEYS_ONLY: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Index:
    """A global secondary index. Its keys are text; `include` names its other attributes."""

    name: str
    hash_key: str
    range_key: str | None
    include: tuple[str, ...]

    @property
    def keys(self) -> tuple[str, ...]:
        """Return the names of the index's keys, hash key first."""
        if self.range_key is None:
            return (self.hash_key,)
        return (self.hash_key, self.range_key)


def index(
    name: str,
    *,
    hash_key: str,
    range_key: str | None = None,
    include: Sequence[str] = KEYS_ONLY,
) -> Index:
    """Declare a global secondary index of a table."""
    return Index(
        name=name,
        hash_key=hash_key,
        range_key=range_key,
        include=tuple(include),
    )


def index_schema(declared: Index) -> dict[str, Any]:
    """Return an index as CreateTable takes it."""
    projection: dict[str, Any] = {"ProjectionType": "KEYS_ONLY"}
    if declared.include:
        projection = {
            "ProjectionType": "INCLUDE",
            "NonKeyAttributes": list(declared.include),
        }
    types = ("HASH", "RANGE")
    key_schema = [
        {"AttributeName": name, "KeyType": key_type}
        for name, key_type in zip(declared.keys, types, strict=False)
    ]
    return {
        "index_name": declared.name,
        "key_schema": key_schema,
        "projection": projection,
    }
