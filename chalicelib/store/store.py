"""The store: reads and writes of rows over one PynamoDB connection, under one table prefix.

What a thing is stored as is known to the instance: each repository registers its row types when it is
made. Nothing is bound to a class, so two stores can live in one process.
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

from ..kernel.paging import Page, Position
from .batches import BATCH_GET, in_batches, read_batch, write_batch
from .faults import code_of, reading
from .table import Item, Key, RowType, RowView, Table
from .tables import OWN_ROWS

__all__ = ["Row", "Store"]

T = TypeVar("T")
Row = RowType[T] | RowView[T]


class Store:
    """Rows of one installation: table names begin with its prefix."""

    def __init__(self, connection: Connection, prefix: str) -> None:
        self.connection, self.prefix = connection, prefix
        self._rows: dict[type, RowType[Any]] = {}
        self._event_logs: dict[type, RowType[Any]] = {}
        self._names: dict[str, str] = {}
        self._tables: dict[str, Table] = {}
        self._registering = (
            Lock()
        )  # a local server is threaded, and features are loaded when first used
        self.register(*OWN_ROWS)

    # what is stored as what

    def register(self, *rows: RowType[Any]) -> None:
        """Make row types known; known ones are left as they are."""
        with self._registering:
            for row in rows:
                if row.table.name not in self._tables:
                    self._add_table(row.table)
                if row.entity is not None:
                    self._event_logs[row.entity] = row
                self._rows[row.kind] = row

    def _add_table(self, table: Table) -> None:
        name = self.prefix + table.name
        with suppress(
            ValueError
        ):  # another store of the same prefix shares this connection
            self.connection.add_meta_table(MetaTable(_meta_of(name, table.schema())))
        self._names[table.name], self._tables[table.name] = name, table

    @property
    def tables(self) -> Sequence[Table]:
        """Return the tables of every row type that is registered."""
        return list(self._tables.values())

    def name_of(self, table: Table) -> str:
        """Return what a table is called in this installation."""
        return self._names[table.name]

    def row_of(self, kind: type[T]) -> RowType[T]:
        """Return what a kind of thing is stored as."""
        return self._rows[kind]

    def event_log_of(self, entity: type) -> RowType[Any]:
        """Return what the events of an entity are stored as."""
        return self._event_logs[entity]

    # reads

    def get(
        self, row: Row[T], pk: str, sk: str, *, consistent: bool = True
    ) -> T | None:
        """Read one row in one request; None when it is not there.

        Strongly consistent, unless the half price will do.
        """
        name = self._names[row.table.name]
        with reading():
            answer = self.connection.get_item(
                name, pk, range_key=sk, consistent_read=consistent
            )
        item = answer.get(ITEM)
        return row.to_entity(item) if item else None

    def get_many(
        self, row: Row[T], keys: Sequence[tuple[str, str]], *, consistent: bool = True
    ) -> list[T]:
        """Read several rows, a hundred in a request, in the order of the keys.

        Missing ones are left out.
        """
        name, found = self._names[row.table.name], dict[tuple[str, str], T]()
        for batch in in_batches(dict.fromkeys(keys), BATCH_GET):
            for item in read_batch(self.connection, name, batch, consistent=consistent):
                found[item["pk"]["S"], item["sk"]["S"]] = row.to_entity(item)
        return [found[key] for key in keys if key in found]

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
        consistent: bool = True,
    ) -> Page[T]:
        """Read one keyset page of a partition; without `wanted` in one request.

        One more than `limit` is asked for, so that `next` is None exactly at the end. A page that is
        filtered by `wanted` may be short: about `read_at_most` rows are read for it, `read_at_once` in
        a request where that is more. An index is always eventually consistent, a table where
        `consistent` is False.
        """
        options: dict[str, Any] = {"range_key_condition": keys, "index_name": index}
        options["consistent_read"] = consistent and index is None
        options["scan_index_forward"] = not newest_first
        names = row.table.index_keys(index)
        found: list[T] = []
        size, read = max(limit, read_at_once), 0
        while True:
            batch = self._query(row.table, part, start, size + 1, options)
            for n, item in enumerate(batch[:size]):
                thing = row.to_entity(item)
                if wanted is None or wanted(thing):
                    found.append(thing)
                if len(found) == limit:
                    return Page(
                        found, _position(names, item) if n + 1 < len(batch) else None
                    )
            read += len(batch)
            if len(batch) <= size:
                return Page(found)
            start = _position(names, batch[size - 1])
            if read >= read_at_most:
                return Page(found, start)

    def _query(
        self,
        table: Table,
        part: str,
        start: Position | None,
        limit: int,
        options: dict[str, Any],
    ) -> list[Item]:
        """Read rows until there are enough of them: DynamoDB ends an answer at a megabyte."""
        items: list[Item] = []
        key: Any = start and {name: {"S": value} for name, value in start.items()}
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

    # writes on their own; what belongs together goes into a transaction

    def put(self, thing: object, condition: Condition | None = None) -> None:
        """Write a thing."""
        name, pk, sk, attributes = self._row_parts(thing)
        self.connection.put_item(
            name, pk, range_key=sk, attributes=attributes, condition=condition
        )

    def put_if(self, thing: object, condition: Condition) -> bool:
        """Write a thing if the condition holds; say whether it did."""
        try:
            self.put(thing, condition)
        except PutError as error:
            if code_of(error) != "ConditionalCheckFailedException":
                raise
            return False
        return True

    def delete(self, thing: object) -> None:
        """Delete the row of a thing."""
        name, key = self._key_parts(thing)
        self.connection.delete_item(name, key.pk, range_key=key.sk)

    def write_batch(
        self, put: Sequence[object] = (), delete: Sequence[object] = ()
    ) -> None:
        """Write and delete many rows, 25 in a request. What fails half-way is half done."""
        puts = [(self._key_parts(thing)[0], self.item_of(thing)) for thing in put]
        deletes = [self._key_parts(thing) for thing in delete]
        for name in dict.fromkeys([*(n for n, _ in puts), *(n for n, _ in deletes)]):
            items = [item for table, item in puts if table == name]
            keys = [_key_item(key) for table, key in deletes if table == name]
            write_batch(self.connection, name, items, keys)

    # rows as PynamoDB sends them

    def item_of(self, thing: object) -> dict[str, Any]:
        """Return the row of a thing as DynamoDB holds it."""
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
            name, pk, range_key=sk, key=ITEM, attributes=attributes, condition=condition
        )
        return kwargs

    def _key_parts(self, thing: object) -> tuple[str, Key]:
        row = self._rows[type(thing)]
        return self._names[row.table.name], row.key_of(thing)

    def _row_parts(self, thing: object) -> tuple[str, str, str, dict[str, Any]]:
        item = self.item_of(thing)
        pk, sk = item.pop("pk")["S"], item.pop("sk")["S"]
        return self._key_parts(thing)[0], pk, sk, item


def _key_item(key: Key) -> dict[str, Any]:
    return {"pk": {"S": key.pk}, "sk": {"S": key.sk}}


def _position(names: Sequence[str], item: Item) -> Position:
    return {name: item[name]["S"] for name in names}


def _meta_of(name: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return a schema as PynamoDB keeps it to know the keys of a table and its indexes."""
    indexes = [
        {"IndexName": one["index_name"], "KeySchema": one["key_schema"]}
        for one in schema["global_secondary_indexes"]
    ]
    return {
        "TableName": name,
        "KeySchema": schema["key_schema"],
        "AttributeDefinitions": schema["attribute_definitions"],
        "GlobalSecondaryIndexes": indexes,
        "LocalSecondaryIndexes": [],
    }
