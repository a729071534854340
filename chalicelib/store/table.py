"""Tables, indexes and row types: immutable declarations of how dataclasses are stored.

Every table has the same two keys, `pk` and `sk`. Several row types may share a table. The attributes
of a row type are derived from its dataclass, so the two cannot drift apart. A declaration knows no
connection and no table prefix: a `Store` brings both (docs/decisions/0033).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields, replace
from datetime import datetime
from functools import cached_property
from types import MappingProxyType
from typing import Any, Generic, TypeVar, cast, get_type_hints

from pynamodb.attributes import Attribute, TTLAttribute, UnicodeAttribute
from pynamodb.expressions.condition import Condition
from pynamodb.models import MetaModel, Model

from .attributes import attribute_for

__all__ = [
    "KEYS_ONLY",
    "MAX_INCLUDED",
    "MAX_INCLUDED_PER_TABLE",
    "PK",
    "SK",
    "EventRecord",
    "Index",
    "Item",
    "Key",
    "RowType",
    "RowView",
    "Table",
    "behind",
    "index",
]

T = TypeVar("T")
V = TypeVar("V")
Item = Mapping[
    str, Mapping[str, Any]
]  # a row as DynamoDB holds it: attribute -> type -> value
Keys = Callable[[Any], Mapping[str, Any]]
Projection = Callable[[Any], Sequence[object]]

# DynamoDB's own limits of an index's NonKeyAttributes, and of their sum over all indexes of a table.
MAX_INCLUDED, MAX_INCLUDED_PER_TABLE = 20, 100
KEYS_ONLY: tuple[str, ...] = ()
PK = UnicodeAttribute(hash_key=True, attr_name="pk")
SK = UnicodeAttribute(range_key=True, attr_name="sk")
_NOTHING: Mapping[str, type] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Index:
    """A global secondary index. Its keys are text; `include` names what it holds beside the keys."""

    name: str
    hash_key: str
    range_key: str | None
    include: tuple[str, ...]

    @property
    def keys(self) -> tuple[str, ...]:
        """Return the names of its own keys, hash key first."""
        return (
            (self.hash_key,)
            if self.range_key is None
            else (self.hash_key, self.range_key)
        )


def index(
    name: str,
    *,
    hash_key: str,
    range_key: str | None = None,
    include: Sequence[str] = KEYS_ONLY,
) -> Index:
    """Declare a global secondary index of a table."""
    return Index(
        name=name, hash_key=hash_key, range_key=range_key, include=tuple(include)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRecord:
    """One line of an event log, stored beside its entity in version order. Each table has a subclass."""

    subject: str
    version: int
    number: int
    at: datetime
    tag: str
    by: str
    party: str
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Key:
    """The primary key of a row: all that a keys-only index is read for."""

    pk: str
    sk: str


@dataclass(frozen=True)
class Table:
    """A table: its name without the prefix of an installation, and its indexes."""

    name: str
    indexes: Sequence[Index] = ()

    def row(
        self, kind: type[T], *, keys: Keys, computed: Mapping[str, type] = _NOTHING
    ) -> "RowType[T]":
        """Declare the row type of a dataclass.

        `keys(thing)` returns pk, sk and the keys of indexes that are no fields. It also returns what
        `computed` names with its type: attributes that an index holds and that are no fields.
        """
        return RowType(table=self, kind=kind, keys=keys, computed=computed)

    def event_log(self, entity: type, event: type[T]) -> "RowType[T]":
        """Declare the row type of an entity's events: an event log beside the entity."""
        return RowType(table=self, kind=event, keys=_event_keys, entity=entity)

    def index_keys(self, name: str | None) -> tuple[str, ...]:
        """Return the key attributes of the table or of one of its indexes: what a position names."""
        if name is None:
            return ("pk", "sk")
        return ("pk", "sk", *next(one for one in self.indexes if one.name == name).keys)

    def schema(self) -> dict[str, Any]:
        """Return what CreateTable needs."""
        indexes = sorted(self.indexes, key=lambda one: one.name)
        names = dict.fromkeys(["pk", "sk"])
        for one in indexes:
            names |= dict.fromkeys(sorted(one.keys))
        return {
            "attribute_definitions": [
                {"AttributeName": name, "AttributeType": "S"} for name in names
            ],
            "key_schema": [
                {"KeyType": "HASH", "AttributeName": "pk"},
                {"KeyType": "RANGE", "AttributeName": "sk"},
            ],
            "global_secondary_indexes": [_index_schema(one) for one in indexes],
            "local_secondary_indexes": [],
            "billing_mode": "PAY_PER_REQUEST",
        }


def _index_schema(one: Index) -> dict[str, Any]:
    projection: dict[str, Any] = {"ProjectionType": "KEYS_ONLY"}
    if one.include:
        projection = {
            "ProjectionType": "INCLUDE",
            "NonKeyAttributes": list(one.include),
        }
    types = ("HASH", "RANGE")
    schema = [
        {"AttributeName": name, "KeyType": key_type}
        for name, key_type in zip(one.keys, types, strict=False)
    ]
    return {"index_name": one.name, "key_schema": schema, "projection": projection}


def _event_keys(event: Any) -> dict[str, str]:
    return {"pk": event.subject, "sk": f"event#{event.version:08d}#{event.number}"}


@dataclass(frozen=True, eq=False)
class RowView(Generic[T]):
    """Reads rows of a row type as a dataclass that has some of its attributes."""

    row: "RowType[Any]"
    kind: type[T]
    sources: Mapping[str, str] = field(default_factory=dict)

    @property
    def table(self) -> Table:
        """The table of the rows."""
        return self.row.table

    @cached_property
    def _readers(self) -> Sequence[tuple[str, Attribute[Any] | None, bool]]:
        return [self._reader(one) for one in fields(self.kind)]  # type: ignore[arg-type]

    def _reader(self, one: Any) -> tuple[str, Attribute[Any] | None, bool]:
        optional = one.default is not MISSING or one.default_factory is not MISSING
        attribute = self.row.attributes.get(self.sources.get(one.name, one.name))
        return one.name, attribute, optional

    def to_entity(self, item: Item) -> T:
        """Make a thing of a row; a field that the row does not hold takes its default."""
        values: dict[str, Any] = {}
        for name, attribute, optional in self._readers:
            stored = item.get(attribute.attr_name) if attribute is not None else None
            if attribute is not None and stored is not None:
                values[name] = attribute.deserialize(stored[attribute.attr_type])
            elif not optional:
                values[name] = None
        return self.kind(**values)


@dataclass(frozen=True, eq=False, kw_only=True)
class RowType(Generic[T]):
    """How one dataclass is stored in a table, and read again."""

    table: Table
    kind: type[T]
    keys: Keys
    computed: Mapping[str, type] = field(default_factory=dict)
    entity: type | None = None  # whose event log these rows are
    projections: tuple[Projection, ...] = ()

    def with_projection(self, projection: Projection) -> "RowType[T]":
        """Add rows that follow from an entity alone: every commit brings them in step with it.

        For lists that no index can hold, in which one entity occurs several times.
        """
        return replace(self, projections=(*self.projections, projection))

    def view(self, kind: type[V], **sources: str) -> RowView[V]:
        """Declare how rows are read as a smaller dataclass, with fields of the same names.

        `sources` names the attribute of a field that is called otherwise (``id="pk"``).
        """
        return RowView(self, kind, sources)

    def attribute(self, name: str) -> Any:
        """Return an attribute for a condition."""
        return self.attributes[name]

    @cached_property
    def attributes(self) -> Mapping[str, Attribute[Any]]:
        """The PynamoDB attributes: keys, fields, and what `keys` computes."""
        hints = get_type_hints(self.kind)
        typed = {one.name: hints[one.name] for one in fields(self.kind)}  # type: ignore[arg-type]
        keys = {name: str for one in self.table.indexes for name in one.keys}
        typed = {**keys, **self.computed, **typed}
        found = {name: attribute_for(name, hint) for name, hint in typed.items()}
        return {"pk": PK, "sk": SK, **found}

    @cached_property
    def model(self) -> type[Model]:
        """The PynamoDB model that writes these rows."""
        meta = type("Meta", (), {"table_name": self.table.name})
        names = {"Meta": meta, **self.attributes}
        return cast(
            "type[Model]", MetaModel(f"{self.kind.__name__}Row", (Model,), names)
        )

    @cached_property
    def _fields(self) -> Sequence[tuple[str, Any]]:
        return [(one.name, one.default) for one in fields(self.kind)]  # type: ignore[arg-type]

    @cached_property
    def _whole(self) -> RowView[T]:
        return self.view(self.kind)

    @property
    def expires(self) -> bool:
        """Say whether DynamoDB deletes these rows once their time to live is over."""
        return any(isinstance(one, TTLAttribute) for one in self.attributes.values())

    def from_entity(self, thing: T) -> dict[str, dict[str, Any]]:
        """Make the row of a thing; units count kilobytes, so a falsy default is not stored."""
        values: dict[str, Any] = {}
        for name, default in self._fields:
            value = getattr(thing, name)
            if value or value != default:
                values[name] = value
        values |= self.keys(thing)
        present = {name: value for name, value in values.items() if value is not None}
        return self.model(**present).serialize()

    def to_entity(self, item: Item) -> T:
        """Make a thing of a row; a field that the row does not hold takes its default."""
        return self._whole.to_entity(item)

    def key_of(self, thing: T) -> Key:
        """Return the primary key of a thing."""
        keys = self.keys(thing)
        return Key(keys["pk"], keys["sk"])


def behind(attribute: Any, order: str) -> Condition:
    """Return the condition of what follows an order; an empty one is the beginning.

    DynamoDB takes no empty key, and a space sorts before all that is stored.
    """
    return attribute > (order or " ")  # type: ignore[no-any-return]
