"""Rows: how frozen dataclasses lie in DynamoDB. Attributes are derived from the dataclass, so the two cannot drift apart.

Every table has the same two keys, `pk` and `sk`, and adds the keys of its indexes. Several kinds of rows may share a
table; `Table.holding` makes the row class of one kind.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from datetime import datetime
from functools import cached_property, partial
from typing import Any, ClassVar, TypeVar, get_type_hints

from pydantic import TypeAdapter
from pynamodb.attributes import (
    Attribute,
    BinaryAttribute,
    BooleanAttribute,
    NumberAttribute,
    TTLAttribute,
    UnicodeAttribute,
)
from pynamodb.connection import Connection
from pynamodb.constants import STRING
from pynamodb.expressions.condition import Condition
from pynamodb.models import Model

from ..kernel.clock import from_text, to_text
from ..kernel.paging import Page, Position
from .faults import reading

__all__ = ["EventRecord", "InstantAttribute", "Table", "behind", "load", "load_many", "page", "row_of"]

T = TypeVar("T")


class InstantAttribute(Attribute[datetime]):
    """An instant as fixed-width text, so that key order is time order."""

    attr_type = STRING

    def serialize(self, value: datetime) -> str:
        """Write the instant."""
        return to_text(value)

    def deserialize(self, value: str) -> datetime:
        """Read the instant."""
        return from_text(value)


class JsonAttribute(Attribute[Any]):
    """Anything structured (tuples, enums, dates, nested dataclasses) as JSON text."""

    attr_type = STRING

    def __init__(self, hint: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._hint = hint

    @cached_property
    def _adapter(self) -> TypeAdapter[Any]:
        return TypeAdapter(self._hint)  # built when first used: a cold start uses few

    def serialize(self, value: Any) -> str:
        """Write the value."""
        return self._adapter.dump_json(value, exclude_none=True).decode()  # reading supplies what is None; units count KB

    def deserialize(self, value: str) -> Any:
        """Read the value."""
        return self._adapter.validate_json(value)


_PLAIN: Mapping[Any, Callable[..., Attribute[Any]]] = {
    str: UnicodeAttribute,
    int: NumberAttribute,
    bool: BooleanAttribute,
    bytes: partial(BinaryAttribute, legacy_encoding=False),
    datetime: InstantAttribute,
}


def _attribute(name: str, hint: Any) -> Attribute[Any]:
    inner = next((arg for arg in getattr(hint, "__args__", ()) if type(None) in hint.__args__ and arg is not type(None)), hint)
    if name == "ttl":
        return TTLAttribute(null=True)
    if inner in _PLAIN:
        return _PLAIN[inner](null=True)
    return JsonAttribute(inner, null=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRecord:
    """One line of a timeline as it is kept: beside its entity, in the order of versions. Each table has its own subclass."""

    subject: str
    version: int
    number: int
    at: datetime
    tag: str
    by: str
    party: str
    note: str | None = None


class Table(Model):
    """Base of every table. A subclass names the table in Meta and adds its indexes."""

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)

    rows: ClassVar[dict[type, type["Table"]]] = {}  # what each kind of thing is kept as
    timelines: ClassVar[dict[type, type[EventRecord]]] = {}  # what the events of each kind of entity are kept as
    derived: ClassVar[dict[type, Callable[[Any], Sequence[object]]]] = {}  # what each kind of entity is also listed by
    installation: ClassVar[tuple[str, Connection] | None] = None  # the prefix and the connection that every table is bound to
    kind_held: ClassVar[type]
    keys_of: ClassVar[Callable[[Any], Mapping[str, Any]]]

    @classmethod
    def holding(cls, kind: type, keys: Callable[[Any], Mapping[str, Any]]) -> type["Table"]:
        """Make the row class of a dataclass; `keys(thing)` gives pk, sk and what indexes need beside the fields."""
        hints = get_type_hints(kind)
        attributes = {f.name: _attribute(f.name, hints[f.name]) for f in fields(kind) if f.name not in cls.get_attributes()}
        names = {"__module__": cls.__module__, "__doc__": f"{kind.__name__} in {cls.Meta.table_name}.", **attributes}
        make: Any = type(cls)
        row: type[Table] = make(f"{kind.__name__}Row", (cls,), names)
        row.kind_held, row.keys_of = kind, staticmethod(keys)
        cls.rows[kind] = row
        if cls.installation and not hasattr(cls.Meta, "base_name"):  # its feature was loaded after the others were bound
            cls.bind(*cls.installation)
        return row

    @classmethod
    def bind(cls, prefix: str, shared: Connection) -> None:
        """Bind this table and its rows to its name and to the shared connection (docs/decisions/0003)."""
        base = cls.Meta.__dict__.get("base_name", cls.Meta.table_name)
        cls.Meta.base_name = base  # type: ignore[attr-defined]
        cls.Meta.table_name, cls.Meta.region = prefix + base, shared.region
        cls._connection = None  # PynamoDB keeps a connection for life
        own = cls._get_connection()
        shared._tables |= own.connection._tables  # noqa: SLF001 - again, where an import has failed half-way and is done once more
        own.connection = shared
        for row in (row for row in list(cls.rows.values()) if issubclass(row, cls)):  # another thread may load a feature
            row._connection = None  # noqa: SLF001
            del row._connection  # noqa: SLF001 - fall back to the table's

    @classmethod
    def keeping_timeline(cls, entity: type, event: type[EventRecord]) -> None:
        """Keep the events of an entity beside it, in version order."""
        cls.holding(event, lambda e: {"pk": e.subject, "sk": f"event#{e.version:08d}#{e.number}"})
        cls.timelines[entity] = event

    @classmethod
    def deriving(cls, entity: type, things: Callable[[Any], Sequence[object]]) -> None:
        """Keep further rows that follow from an entity alone: every commit brings them in step with it, as it does its alarm.

        For lists that no secondary index can hold, in which one entity stands several times.
        """
        cls.derived[entity] = things

    @classmethod
    def of(cls, thing: object) -> "Table":
        """Make the row of a thing. An empty field is not written where reading supplies it: units are counted in KB."""
        values = {f.name: (getattr(thing, f.name), f.default) for f in fields(cls.kind_held)}
        kept = {name: value for name, (value, default) in values.items() if value or value != default}
        return cls(**{name: value for name, value in {**kept, **cls.keys_of(thing)}.items() if value is not None})

    def as_a(self, kind: type[T]) -> T:
        """Make a thing of the row: the one it holds, or a smaller one with fields of the same names."""
        values = {}
        for f in fields(kind):  # type: ignore[arg-type]
            value = self.attribute_values.get(f.name)  # what PynamoDB's descriptors look up, one call each
            if value is None and (f.default is not MISSING or f.default_factory is not MISSING):
                continue  # a row written before the field existed
            values[f.name] = value
        return kind(**values)


def row_of(thing: object) -> Table:
    """Return the row of any thing that has a table."""
    return Table.rows[type(thing)].of(thing)


def load(kind: type[T], pk: str, sk: str, *, consistent: bool = True) -> T | None:
    """Read one thing in one request, strongly consistent unless the half price will do; None when it is not there."""
    row = Table.rows[kind]
    with reading():
        try:
            return row.get(pk, sk, consistent_read=consistent).as_a(kind)
        except row.DoesNotExist:
            return None


def load_many(
    kind: type[T], keys: Sequence[tuple[str, str]], *, consistent: bool = True, row_kind: type | None = None
) -> list[T]:
    """Read several things of one kind, a hundred in a request, in the order of the keys; those that are gone are left out.

    `row_kind` names the kind of the row where `kind` is a smaller thing made of it.
    """
    if not keys:
        return []
    with reading():
        rows = list(Table.rows[row_kind or kind].batch_get(list(dict.fromkeys(keys)), consistent_read=consistent))
    found = {(row.pk, row.sk): row.as_a(kind) for row in rows}
    return [found[key] for key in keys if key in found]


def behind(attribute: Any, order: str) -> Condition:
    """Return the condition of what lies behind an order; an empty one is the beginning, for DynamoDB takes no empty key."""
    return attribute > (order or " ")  # type: ignore[no-any-return]


def page(
    kind: type[T],
    part: str,
    *,
    index: str | None = None,
    keys: Condition | None = None,
    start: Position | None = None,
    limit: int,
    newest_first: bool = False,
    row_kind: type | None = None,
    wanted: Callable[[T], bool] | None = None,
    read_at_once: int = 0,
    read_at_most: int = 300,
    consistent: bool = True,
) -> Page[T]:
    """Read one keyset page of a partition; without `wanted` in one request.

    One more than `limit` is asked for, so that `next` is None exactly at the end. A page that is filtered by `wanted`
    may be short: no more than about `read_at_most` rows are read for it, `read_at_once` in a request where that is more.
    `row_kind` names the kind of the row where `kind` is a smaller thing made of it. An index is eventually consistent
    always, a table where `consistent` is False.
    """
    row = Table.rows[row_kind or kind]
    found: list[T] = []
    size, read = max(limit, read_at_once), 0
    while True:
        key = {name: {"S": value} for name, value in start.items()} if start else None
        with reading():
            batch = list(
                row.query(
                    part,
                    keys,
                    index_name=index,
                    consistent_read=consistent and index is None,
                    scan_index_forward=not newest_first,
                    limit=size + 1,
                    last_evaluated_key=key,
                )
            )
        for n, item in enumerate(batch[:size]):
            thing = item.as_a(kind)
            if wanted is None or wanted(thing):
                found.append(thing)
            if len(found) == limit:
                return Page(found, _position(row, index, item) if n + 1 < len(batch) else None)
        read += len(batch)
        if len(batch) <= size:
            return Page(found)
        start = _position(row, index, batch[size - 1])
        if read >= read_at_most:
            return Page(found, start)


def _position(row: type[Table], index: str | None, item: Table) -> Position:
    names = ["pk", "sk"]
    if index:
        names += [key["AttributeName"] for key in row._indexes[index]._get_schema()["key_schema"]]  # noqa: SLF001
    values = {name: getattr(item, name) for name in names}
    return {name: to_text(value) if isinstance(value, datetime) else value for name, value in values.items()}
