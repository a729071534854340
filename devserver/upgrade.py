"""Brings a folder that an older version has written up to this one.

A deployment's tables follow its template, and `tools.bootstrap` lists its streets.
"""

from typing import Any

from pynamodb.connection import Connection

from chalicelib.kernel.place import PlaceKind
from chalicelib.places.model import Street
from chalicelib.places.repository import PLACE, PlaceRepository
from chalicelib.store.schema import create_missing
from chalicelib.store.store import Store

from .scan import scan

__all__ = ["bring_up_to_date"]


def bring_up_to_date(store: Store) -> None:
    """Create tables and indexes that are missing or show too little, drop what nothing reads, and list the streets."""
    create_missing(store)
    connection = store.connection
    for table in store.tables:
        name, wanted = store.name_of(table), _indexes(table.schema()["global_secondary_indexes"])
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
    _list_streets(store)


def _list_streets(store: Store) -> None:
    """List the streets that were founded before there was such a list: the nightly audit looks where it says."""
    listed = set(PlaceRepository(store).streets())
    for place in scan(store, PLACE, PLACE.attribute("name").exists()):  # no event has one
        if place.kind is PlaceKind.STREET and place.id not in listed:
            store.put(Street(code=place.id))


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
    return connection.client.describe_table(TableName=name)["Table"]


def _update(connection: Connection, name: str, change: dict[str, Any], attributes: list[dict[str, str]]) -> None:
    connection.client.update_table(TableName=name, AttributeDefinitions=attributes, GlobalSecondaryIndexUpdates=[change])
