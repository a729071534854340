"""Every table can be created from its own schema, and is bound to its installation."""

from chalicelib.store.rows import Table
from chalicelib.store.tables import bind, create_missing, table_schema, tables

from ..world import World


def test_every_table_and_index_is_created_as_declared(world: World):
    for table in tables():
        made = world.services.connection.dispatch("DescribeTable", {"TableName": table.Meta.table_name})["Table"]
        assert [key["AttributeName"] for key in made["KeySchema"]] == ["pk", "sk"]
        indexes = {index["IndexName"] for index in made.get("GlobalSecondaryIndexes", [])}
        assert indexes == {index["index_name"] for index in table_schema(table)["global_secondary_indexes"]}
        assert made["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"


def test_the_tables_are_those_of_the_features(world: World):
    names = {table.Meta.table_name.removeprefix(world.settings.table_prefix) for table in tables()}
    assert names >= {"people", "places", "wishes", "sessions", "messages", "audit", "due", "counters", "receipts"}
    assert len(names) == len(tables())


def test_every_row_class_stands_in_one_of_the_tables():
    assert all(any(issubclass(row, table) for table in tables()) for row in Table.rows.values())


def test_creating_what_exists_changes_nothing(world: World):
    world.person()
    create_missing(world.services.connection)
    assert world.services.people.find(world.admin.id)


def test_a_feature_whose_import_has_failed_half_way_can_be_loaded_again(world: World):
    """Its tables are bound by then; else the process would refuse the feature for as long as it lives."""
    person = world.person()
    for table in tables():
        table.bind(world.settings.table_prefix, world.services.connection)
    assert world.services.people.find(person.id)


def test_two_installations_share_nothing(world: World):
    person = world.person()
    first = world.settings.table_prefix
    create_missing(bind(f"another-{first}", "us-east-1", world.dynamo))
    assert world.services.people.find(person.id) is None
    bind(first, "us-east-1", world.dynamo)
    assert world.services.people.find(person.id) == person
