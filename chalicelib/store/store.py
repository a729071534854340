"""The store: reads and writes of rows over one PynamoDB connection, under one table prefix.

Each repository registers its row types with a store instance. Nothing is bound to a class, so two
stores can live in one process.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from threading import Lock
from typing import Any, TypeVar

from pynamodb.connection import Connection
from pynamodb.connection.base import MetaTable
from pynamodb.constants import ITEM
from pynamodb.exceptions import PutError
from pynamodb.expressions.condition import Condition

from ..kernel.one_look import look_again, rows_seen
from ..kernel.paging import Page, Position
from .batches import BATCH_GET, in_batches, read_batch, write_batch
from .faults import code_of, reading
from .reading import (
    EMPTY_AFTER,
    next_size,
    page_up_to,
    position,
    query_options,
    take_wanted,
)
from .table import Item, Key, Row, RowType, Table
from .tables import OWN_ROWS

__all__ = ["Store"]

T = TypeVar("T")


class Store:
    """The rows of one installation, whose table names begin with a prefix."""

    def __init__(self, connection: Connection, prefix: str) -> None:
        self.connection, self.prefix = connection, prefix
        self._rows: dict[type, RowType[Any]] = {}
        self._event_logs: dict[type, RowType[Any]] = {}
        # The row types from which tasks of staff follow, by the kind of task.
        self.rows_with_tasks: dict[str, RowType[Any]] = {}
        self._names: dict[str, str] = {}
        self._tables: dict[str, Table] = {}
        # A local server is threaded, and features register when they are first used.
        self._registering = Lock()
        self.register(*OWN_ROWS)

    # row types

    def register(self, *rows: RowType[Any]) -> None:
        """Register row types; registered ones stay as they are."""
        with self._registering:
            for row in rows:
                if row.table.name not in self._tables:
                    self._add_table(row.table)
                if row.entity is not None:
                    self._event_logs[row.entity] = row
                self._rows[row.kind] = row
                self.rows_with_tasks |= dict.fromkeys(row.task_kinds, row)

    def _add_table(self, table: Table) -> None:
        name = self.prefix + table.name
        meta = MetaTable(meta_of(name, table.schema()))
        with suppress(ValueError):  # known: another store shares the connection
            self.connection.add_meta_table(meta)
        self._names[table.name], self._tables[table.name] = name, table

    @property
    def tables(self) -> Sequence[Table]:
        """Return the tables of all registered row types."""
        return list(self._tables.values())

    def name_of(self, table: Table) -> str:
        """Return the name of a table in this installation."""
        return self._names[table.name]

    def row_of(self, kind: type[T]) -> RowType[T]:
        """Return the row type of a dataclass."""
        return self._rows[kind]

    def event_log_of(self, entity: type) -> RowType[Any]:
        """Return the row type of an entity's event log."""
        return self._event_logs[entity]

    # reads

    def get(
        self, row: Row[T], pk: str, sk: str, *, consistent: bool = True
    ) -> T | None:
        """Read one row in one request; None if it does not exist.

        Strongly consistent, or eventually for half the price.
        """
        name, seen = self._names[row.table.name], rows_seen()
        item = seen.get((name, pk, sk))
        if item is None:
            with reading():
                answer = self.connection.get_item(
                    name, pk, range_key=sk, consistent_read=consistent
                )
            item = answer.get(ITEM)
        if not item:
            return None
        if consistent:
            seen[name, pk, sk] = item
        return row.to_entity(item)

    def get_many(
        self,
        row: Row[T],
        keys: Sequence[tuple[str, str]],
        *,
        consistent: bool = True,
    ) -> list[T]:
        """Read several rows, a hundred in a request, in the order of the keys.

        Missing ones are left out.
        """
        name, seen = self._names[row.table.name], rows_seen()
        items = {key: seen[name, *key] for key in keys if (name, *key) in seen}
        missing = dict.fromkeys(key for key in keys if key not in items)
        for batch in in_batches(missing, BATCH_GET):
            for item in read_batch(
                self.connection, name, batch, consistent=consistent
            ):
                items[item["pk"]["S"], item["sk"]["S"]] = item
        if consistent:
            seen.update({(name, *key): item for key, item in items.items()})
        things = {key: row.to_entity(item) for key, item in items.items()}
        return [things[key] for key in keys if key in things]

    def page(
        self,
        row: Row[T],
        part: str,
        *,
        index: str | None = None,
        keys: Condition | None = None,
        start: Position | None = None,
        limit: int,
        newest_first: bool = False,
        wanted: Callable[[T], bool] | None = None,
        read_at_once: int = 0,
        read_at_most: int = 300,
        empty_after: int = EMPTY_AFTER,
        consistent: bool = True,
    ) -> Page[T]:
        """Read one keyset page of a partition; without `wanted` in one request.

        A page filtered by `wanted` ends after about `read_at_most` rows, or, while it is empty,
        after `empty_after`. Requests double from `read_at_once` or `limit` on.
        """
        options = query_options(
            index, keys, newest_first=newest_first, consistent=consistent
        )
        names = row.table.index_keys(index)
        things: list[T] = []
        size, read = max(limit, read_at_once), 0
        while True:
            items = self._query(row.table, part, start, size + 1, options)
            room = limit - len(things)
            found, used = take_wanted(row, items[:size], wanted, room)
            things, read = things + found, read + size
            if len(found) == room:
                return page_up_to(used, things, names, items)
            if len(items) <= size:
                return Page(things)
            start = position(names, items[size - 1])
            most = read_at_most if things else empty_after
            size = next_size(size, read_at_once, most - read)
            if not size:
                return Page(things, start)

    def _query(
        self,
        table: Table,
        part: str,
        start: Position | None,
        limit: int,
        options: dict[str, Any],
    ) -> list[Item]:
        """Read at most `limit` rows, in several requests where an answer ends at a megabyte."""
        items: list[Item] = []
        key: Any = None
        if start:
            key = {name: {"S": value} for name, value in start.items()}
        while True:
            with reading():
                answer = self.connection.query(
                    self._names[table.name],
                    part,
                    exclusive_start_key=key,
                    limit=limit - len(items),
                    **options,
                )
            items += answer["Items"]
            key = answer.get("LastEvaluatedKey")
            if not key or len(items) >= limit:
                return items

    # single writes; those that belong together go into a transaction

    def put(self, thing: object, condition: Condition | None = None) -> None:
        """Write a thing."""
        look_again()
        name, pk, sk, attributes = self._row_parts(thing)
        self.connection.put_item(
            name, pk, range_key=sk, attributes=attributes, condition=condition
        )

    def put_if(self, thing: object, condition: Condition) -> bool:
        """Write a thing if a condition holds; return whether it did.

        For rows from which no others follow; see `projections.put_if`.
        """
        try:
            self.put(thing, condition)
        except PutError as error:
            if code_of(error) != "ConditionalCheckFailedException":
                raise
            return False
        return True

    def delete(self, thing: object) -> None:
        """Delete the row of a thing."""
        look_again()
        name, key = self._key_parts(thing)
        self.connection.delete_item(name, key.pk, range_key=key.sk)

    def write_batch(
        self, put: Sequence[object] = (), delete: Sequence[object] = ()
    ) -> None:
        """Write and delete many rows, 25 in a request. A failure leaves some of them written."""
        puts = [
            (self._key_parts(thing)[0], self.item_of(thing)) for thing in put
        ]
        deletes = [self._key_parts(thing) for thing in delete]
        names = [name for name, _ in [*puts, *deletes]]
        for name in dict.fromkeys(names):
            items = [item for table, item in puts if table == name]
            keys = [key_item(key) for table, key in deletes if table == name]
            write_batch(self.connection, name, items, keys)

    # rows in the form that PynamoDB sends

    def item_of(self, thing: object) -> dict[str, Any]:
        """Return the row of a thing in DynamoDB's form."""
        return self._rows[type(thing)].from_entity(thing)

    def request(
        self, thing: object, condition: Condition | None = None, **parts: Any
    ) -> dict[str, Any]:
        """Return the arguments of one operation on the row of a thing, for a transaction."""
        name, key = self._key_parts(thing)
        kwargs: dict[str, Any] = self.connection.get_operation_kwargs(
            name, key.pk, range_key=key.sk, condition=condition, **parts
        )
        return kwargs

    def put_request(
        self, thing: object, condition: Condition | None = None
    ) -> dict[str, Any]:
        """Return the arguments that write a thing, for a transaction."""
        name, pk, sk, attributes = self._row_parts(thing)
        kwargs: dict[str, Any] = self.connection.get_operation_kwargs(
            name,
            pk,
            range_key=sk,
            key=ITEM,
            attributes=attributes,
            condition=condition,
        )
        return kwargs

    def _key_parts(self, thing: object) -> tuple[str, Key]:
        row = self._rows[type(thing)]
        return self._names[row.table.name], row.key_of(thing)

    def _row_parts(self, thing: object) -> tuple[str, str, str, dict[str, Any]]:
        item = self.item_of(thing)
        pk, sk = item.pop("pk")["S"], item.pop("sk")["S"]
        return self._key_parts(thing)[0], pk, sk, item


def key_item(key: Key) -> dict[str, Any]:
    return {"pk": {"S": key.pk}, "sk": {"S": key.sk}}


def meta_of(name: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return a schema in the form from which PynamoDB reads the keys of a table."""
    indexes = [
        {"IndexName": index["index_name"], "KeySchema": index["key_schema"]}
        for index in schema["global_secondary_indexes"]
    ]
    return {
        "TableName": name,
        "KeySchema": schema["key_schema"],
        "AttributeDefinitions": schema["attribute_definitions"],
        "GlobalSecondaryIndexes": indexes,
        "LocalSecondaryIndexes": [],
    }
