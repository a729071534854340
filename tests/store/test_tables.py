"""Every table can be created from its declaration, and two stores in one process share nothing."""

from dataclasses import dataclass
from typing import ClassVar

import pytest

from chalicelib.kernel.changes import Entity
from chalicelib.offers.repository import OfferRepository
from chalicelib.people.repository import PERSON, PersonRepository
from chalicelib.repositories import (
    all_repositories,
    all_rows,
    all_tables,
    register_all,
)
from chalicelib.store.dynamo import connect
from chalicelib.store.indexes import (
    MAX_INCLUDED,
    MAX_INCLUDED_PER_TABLE,
    MAX_INDEXES,
)
from chalicelib.store.schema import create_missing
from chalicelib.store.store import Store
from chalicelib.store.table import Table
from chalicelib.wishes.model import Wish
from chalicelib.wishes.repository import WISH

from ..world import World


def test_every_table_and_index_is_created_as_declared(world: World):
    for table in all_tables():
        made = world.dynamo._make_api_call(
            "DescribeTable", {"TableName": world.services.store.name_of(table)}
        )["Table"]
        assert [key["AttributeName"] for key in made["KeySchema"]] == [
            "pk",
            "sk",
        ]
        indexes = {
            index["IndexName"]
            for index in made.get("GlobalSecondaryIndexes", [])
        }
        assert indexes == {index.name for index in table.indexes}
        assert made["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"


def test_the_tables_are_those_of_the_features():
    names = {table.name for table in all_tables()}
    assert names >= {
        "people",
        "places",
        "wishes",
        "sessions",
        "messages",
        "audit",
        "due",
        "counters",
        "receipts",
    }
    assert (
        len(names)
        == len(all_tables())
        == len({id(row.table) for row in all_rows()})
    ), "one declaration of each table"


@pytest.mark.parametrize("table", all_tables(), ids=lambda table: table.name)
def test_no_index_holds_more_than_dynamodb_allows(table: Table):
    included = [len(index.include) for index in table.indexes]
    assert max(included, default=0) <= MAX_INCLUDED
    assert sum(included) <= MAX_INCLUDED_PER_TABLE
    assert len(table.indexes) <= MAX_INDEXES


@pytest.mark.parametrize("table", all_tables(), ids=lambda table: table.name)
def test_every_attribute_of_an_index_is_one_of_a_row(table: Table):
    known = {
        name
        for row in all_rows()
        if row.table is table
        for name in row.attributes
    }
    for index in table.indexes:
        assert {*index.keys, *index.include} <= known


def test_creating_what_exists_changes_nothing(world: World):
    world.person()
    create_missing(world.services.store)
    assert world.services.people.find(world.admin.id)


def test_a_repository_can_be_made_again(world: World):
    """As a feature is that failed to load half-way."""
    for _ in range(2):
        assert (
            PersonRepository(world.services.store).find_person(world.admin.id)
            == world.admin
        )


def test_two_stores_in_one_process_share_nothing(world: World):
    other = Store(connect("us-east-1", world.dynamo), "another-")
    register_all(other)
    create_missing(other)
    assert other.get(PERSON, world.admin.id, "person") is None
    assert (
        world.services.store.get(PERSON, world.admin.id, "person")
        == world.admin
    )
    other.put(world.admin)
    other.delete(world.admin)
    assert world.services.people.find(world.admin.id) == world.admin


def test_a_store_knows_the_rows_of_the_repositories_that_were_made():
    store = Store(connect("us-east-1"), "empty-")
    with pytest.raises(KeyError):
        store.row_of(Wish)
    OfferRepository(store)
    assert {table.name for table in store.tables} == {
        "offers",
        "due",
        "counters",
        "receipts",
        "facts",
        "tasks",
    }


def test_every_kind_of_entity_has_a_name_of_its_own():
    entities = [row.kind for row in all_rows() if issubclass(row.kind, Entity)]
    kinds = [entity.__dict__["entity_kind"] for entity in entities]
    assert all(kinds)
    assert len(set(kinds)) == len(kinds)


def test_renaming_an_entity_class_changes_no_stored_kind():
    @dataclass(frozen=True, slots=True, kw_only=True)
    class Plea(Wish):
        title_of_old: ClassVar[str] = "wish"

    assert Plea.entity_kind == Wish.entity_kind == "wish"


def test_no_two_repositories_store_the_same_kind():
    kinds = [
        row.kind for repository in all_repositories() for row in repository.rows
    ]
    assert len(set(kinds)) == len(kinds)
    assert WISH.kind is Wish
