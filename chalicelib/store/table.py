"""Tables, indexes and row types: immutable declarations of how dataclasses are stored.

Every table has the same two keys, `pk` and `sk`. Several row types may share a table. A row type
derives its attributes from its dataclass, so the two cannot drift apart. A declaration holds no
connection and no table prefix: those belong to a `Store` (docs/decisions/0033).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields, replace
from datetime import datetime
from functools import cached_property
from operator import attrgetter
from types import MappingProxyType
from typing import Any, Generic, TypeVar, cast, get_type_hints

from pynamodb.attributes import Attribute, TTLAttribute, UnicodeAttribute
from pynamodb.expressions.condition import Condition
from pynamodb.models import MetaModel, Model

from ..kernel.job import Event
from .attributes import attribute_for
from .indexes import Index, index_schema

__all__ = [
    "PK",
    "SK",
    "EventRecord",
    "Item",
    "Key",
    "Row",
    "RowType",
    "RowView",
    "Table",
    "behind",
]

T = TypeVar("T")
V = TypeVar("V")
# A row as DynamoDB holds it: attribute -> type -> value.
Item = Mapping[str, Mapping[str, Any]]
Keys = Callable[[Any], Mapping[str, Any]]
Projection = Callable[[Any], Sequence[object]]
DeriveEvents = Callable[[Any, Any], Sequence[Event]]

PK = UnicodeAttribute(hash_key=True, attr_name="pk")
SK = UnicodeAttribute(range_key=True, attr_name="sk")
_NOTHING: Mapping[str, type] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRecord:
    """One line of an event log, stored beside its entity in version order.

    Each event log has a subclass. `TimelineEvent` explains `shown`.
    """

    subject: str
    version: int
    number: int
    at: datetime
    tag: str
    by: str
    party: str
    note: str | None = None
    shown: str | None = None


@dataclass(frozen=True, slots=True)
class Key:
    """The primary key of a row. Keys-only indexes are read as this."""

    pk: str
    sk: str


@dataclass(frozen=True)
class Table:
    """A table: its name without the prefix of an installation, and its indexes."""

    name: str
    indexes: Sequence[Index] = ()

    def row(
        self,
        kind: type[T],
        *,
        keys: Keys,
        computed: Mapping[str, type] = _NOTHING,
    ) -> "RowType[T]":
        """Declare the row type of a dataclass.

        `keys(thing)` returns pk, sk, index keys that are not fields, and computed attributes.
        `computed` maps the names of those to their types: an index includes them, and they are not
        fields either.
        """
        return RowType(table=self, kind=kind, keys=keys, computed=computed)

    def event_log(self, entity: type, event: type[T]) -> "RowType[T]":
        """Declare the row type of an entity's event log."""
        return RowType(table=self, kind=event, keys=_event_keys, entity=entity)

    def index_keys(self, name: str | None) -> tuple[str, ...]:
        """Return the attributes that a position names: the keys of the table and of an index."""
        if name is None:
            return ("pk", "sk")
        (own_keys,) = [
            index.keys for index in self.indexes if index.name == name
        ]
        return ("pk", "sk", *own_keys)

    def schema(self) -> dict[str, Any]:
        """Return the arguments of CreateTable."""
        indexes = sorted(self.indexes, key=attrgetter("name"))
        names = dict.fromkeys(["pk", "sk"])
        for each in indexes:
            names |= dict.fromkeys(sorted(each.keys))
        definitions = [
            {"AttributeName": name, "AttributeType": "S"} for name in names
        ]
        return {
            "attribute_definitions": definitions,
            "key_schema": [
                {"KeyType": "HASH", "AttributeName": "pk"},
                {"KeyType": "RANGE", "AttributeName": "sk"},
            ],
            "global_secondary_indexes": [
                index_schema(each) for each in indexes
            ],
            "local_secondary_indexes": [],
            "billing_mode": "PAY_PER_REQUEST",
        }


def _event_keys(event: Any) -> dict[str, str]:
    return {
        "pk": event.subject,
        "sk": f"event#{event.version:08d}#{event.number}",
    }


@dataclass(frozen=True, eq=False)
class RowView(Generic[T]):
    """A reader of a row type's rows as a dataclass with some of their attributes."""

    row: "RowType[Any]"
    kind: type[T]
    sources: Mapping[str, str] = field(default_factory=dict)

    @property
    def table(self) -> Table:
        """Return the table of the rows."""
        return self.row.table

    @cached_property
    def _readers(self) -> Sequence["_Reader"]:
        """The readers of the fields that rows may hold. Built once: lists read many rows."""
        readers = []
        for target in fields(self.kind):  # type: ignore[arg-type]
            source = self.sources.get(target.name, target.name)
            attribute = self.row.attributes.get(source)
            if attribute is not None:
                readers.append(_reader_of(target.name, attribute))
        return readers

    @cached_property
    def _without_default(self) -> Mapping[str, None]:
        """The fields that are None where a row does not hold them."""
        names = [
            target.name
            for target in fields(self.kind)  # type: ignore[arg-type]
            if target.default is MISSING and target.default_factory is MISSING
        ]
        return dict.fromkeys(names)

    def to_entity(self, item: Item) -> T:
        """Make a thing of a row; a field that the row does not hold takes its default."""
        values: dict[str, Any] = {**self._without_default}
        for name, stored_name, stored_type, deserialize in self._readers:
            stored = item.get(stored_name)
            if stored is not None:
                value = stored[stored_type]
                values[name] = deserialize(value) if deserialize else value
        return self.kind(**values)


# A field, the name and the type of its attribute, and what reads its value; None for plain text.
_Reader = tuple[str, str, str, Callable[[Any], Any] | None]


def _reader_of(name: str, attribute: Attribute[Any]) -> _Reader:
    deserialize = attribute.deserialize
    if isinstance(attribute, UnicodeAttribute):
        return name, attribute.attr_name, attribute.attr_type, None
    return name, attribute.attr_name, attribute.attr_type, deserialize


@dataclass(frozen=True, eq=False, kw_only=True)
class RowType(Generic[T]):
    """The form in which one dataclass is stored in a table."""

    table: Table
    kind: type[T]
    keys: Keys
    computed: Mapping[str, type] = field(default_factory=dict)
    entity: type | None = None  # the owner, for rows of an event log
    projections: tuple[Projection, ...] = ()
    # Derives event jobs from an entity before and after a commit; see `with_events`.
    derive_events: DeriveEvents | None = None
    # The kinds of tasks of staff that follow from it, and the sort key of its row.
    task_kinds: tuple[str, ...] = ()
    task_sk: str = ""

    def with_events(self, derive: DeriveEvents) -> "RowType[T]":
        """Add events that follow from a change of an entity: (before, after) -> events.

        Every commit that changes the entity writes their jobs, whichever use case it is of.
        """
        return replace(self, derive_events=derive)

    def with_projection(self, projection: Projection) -> "RowType[T]":
        """Add rows that follow from an entity alone. Every commit of the entity updates them.

        For lists that no index can hold, in which one entity occurs several times.
        """
        return replace(self, projections=(*self.projections, projection))

    def with_tasks(
        self, *kinds: str, derive: Projection, sk: str
    ) -> "RowType[T]":
        """Add tasks of staff that follow from a row alone: row -> `WaitingTask`s of these kinds.

        The row of a task has the sort key `sk`, unless the task names another.
        """
        row = self.with_projection(derive)
        return replace(row, task_kinds=(*self.task_kinds, *kinds), task_sk=sk)

    def view(self, kind: type[V], **sources: str) -> RowView[V]:
        """Declare a view of the rows as a smaller dataclass, with fields of the same names.

        `sources` names the attribute of a field that has another name (``id="pk"``).
        """
        return RowView(self, kind, sources)

    def attribute(self, name: str) -> Any:
        """Return an attribute for a condition."""
        return self.attributes[name]

    @cached_property
    def attributes(self) -> Mapping[str, Attribute[Any]]:
        """The PynamoDB attributes: keys, fields, and computed ones."""
        hints = get_type_hints(self.kind)
        types: dict[str, Any] = {}
        for each in self.table.indexes:
            types |= dict.fromkeys(each.keys, str)
        types |= self.computed
        for target in fields(self.kind):  # type: ignore[arg-type]
            types[target.name] = hints[target.name]
        own = {name: attribute_for(name, hint) for name, hint in types.items()}
        return {**own, "pk": PK, "sk": SK}

    @cached_property
    def model(self) -> type[Model]:
        """The PynamoDB model that writes these rows."""
        meta = type("Meta", (), {"table_name": self.table.name})
        names = {"Meta": meta, **self.attributes}
        model = MetaModel(f"{self.kind.__name__}Row", (Model,), names)
        return cast("type[Model]", model)

    @cached_property
    def _fields(self) -> Sequence[tuple[str, Any]]:
        return [(each.name, each.default) for each in fields(self.kind)]  # type: ignore[arg-type]

    @cached_property
    def _whole(self) -> RowView[T]:
        return self.view(self.kind)

    @property
    def expires(self) -> bool:
        """Say whether DynamoDB deletes these rows when their time to live ends."""
        attributes = self.attributes.values()
        return any(
            isinstance(attribute, TTLAttribute) for attribute in attributes
        )

    def from_entity(self, thing: T) -> dict[str, dict[str, Any]]:
        """Make the row of a thing. A falsy default is left out, for rows are billed by size."""
        values: dict[str, Any] = {}
        for name, default in self._fields:
            value = getattr(thing, name)
            if value or value != default:
                values[name] = value
        values |= self.keys(thing)
        present = {
            name: value for name, value in values.items() if value is not None
        }
        return self.model(**present).serialize()

    def to_entity(self, item: Item) -> T:
        """Make a thing of a row; a field that the row does not hold takes its default."""
        return self._whole.to_entity(item)

    def key_of(self, thing: T) -> Key:
        """Return the primary key of a thing."""
        keys = self.keys(thing)
        return Key(keys["pk"], keys["sk"])


def behind(attribute: Any, order: str) -> Condition:
    """Return the condition of rows behind an order; "" is the beginning.

    DynamoDB takes no empty key. A space sorts before all stored orders.
    """
    return attribute > (order or " ")  # type: ignore[no-any-return]


Row = RowType[T] | RowView[T]
