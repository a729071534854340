"""Brings a folder that an older version has written up to this one.

A deployment's tables follow its template, and `tools.bootstrap` lists its streets.
"""

from typing import Any

from pynamodb.connection import Connection

from chalicelib.kernel.place import PlaceKind
from chalicelib.places.model import Place, Street
from chalicelib.places.rows import streets
from chalicelib.store.rows import Table, row_of
from chalicelib.store.tables import create_missing, table_schema, tables

__all__ = ["bring_up_to_date"]


def bring_up_to_date(connection: Connection) -> None:
    """Create tables and indexes that are missing or show too little, drop what nothing reads, and list the streets."""
    create_missing(connection)
    for table in tables():
        name, wanted = table.Meta.table_name, _indexes(table_schema(table)["global_secondary_indexes"])
        there = {
            index["IndexName"]: index["Projection"] for index in _describe(connection, name).get("GlobalSecondaryIndexes", [])
        }
        keys = {part["AttributeName"] for index in wanted.values() for part in index["KeySchema"]} | {"pk", "sk"}
        attributes = [{"AttributeName": key, "AttributeType": "S"} for key in sorted(keys)]
        changed = {index for index in set(wanted) & set(there) if _shown(wanted[index]["Projection"]) != _shown(there[index])}
        for index in sorted(set(there) - set(wanted) | changed):
            _update(connection, name, {"Delete": {"IndexName": index}}, attributes)
        for index in sorted(set(wanted) - set(there) | changed):
            _update(connection, name, {"Create": wanted[index]}, attributes)
    _list_streets()


def _list_streets() -> None:
    """List the streets that were founded before there was such a list: the nightly audit looks where it says."""
    listed = set(streets())
    rows = Table.rows[Place]
    for place in (row.as_a(Place) for row in rows.scan(rows.name.exists())):  # type: ignore[attr-defined]  # no event has one
        if place.kind is PlaceKind.STREET and place.id not in listed:
            row_of(Street(code=place.id)).save()


def _indexes(schemas: Any) -> dict[str, dict[str, Any]]:
    return {
        schema["index_name"]: {
            "IndexName": schema["index_name"],
            "KeySchema": schema["key_schema"],
            "Projection": schema["projection"],
        }
        for schema in schemas
    }


def _shown(projection: dict[str, Any]) -> tuple[str, frozenset[str]]:
    return projection["ProjectionType"], frozenset(projection.get("NonKeyAttributes", ()))


def _describe(connection: Connection, name: str) -> Any:
    return connection.dispatch("DescribeTable", {"TableName": name})["Table"]


def _update(connection: Connection, name: str, change: dict[str, Any], attributes: list[dict[str, str]]) -> None:
    update = {"AttributeDefinitions": attributes, "GlobalSecondaryIndexUpdates": [change]}
    connection.dispatch("UpdateTable", {"TableName": name, **update})
