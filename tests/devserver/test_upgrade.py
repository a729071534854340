"""A folder of an older version opens with everything in it."""

from chalicelib.store.tables import create_missing, tables
from devserver.upgrade import bring_up_to_date

from ..world import World


def indexes(world: World, table: str) -> set[str]:
    name = next(each.Meta.table_name for each in tables() if each.Meta.base_name == table)
    found = world.services.connection.client.describe_table(TableName=name)["Table"].get("GlobalSecondaryIndexes", [])
    return {index["IndexName"] for index in found}


def test_an_index_that_a_folder_lacks_is_made_and_filled_and_one_that_nothing_reads_is_dropped(embedded_world: World):
    world, resident = embedded_world, embedded_world.resident()
    wish = world.open_wish(resident)
    client = world.services.connection.client
    name = next(each.Meta.table_name for each in tables() if each.Meta.base_name == "wishes")
    attribute = [{"AttributeName": "story", "AttributeType": "S"}]
    old = {"IndexName": "by_story", "KeySchema": [{"AttributeName": "story", "KeyType": "HASH"}]}
    client.update_table(
        TableName=name,
        AttributeDefinitions=attribute,
        GlobalSecondaryIndexUpdates=[{"Create": old | {"Projection": {"ProjectionType": "KEYS_ONLY"}}}],
    )
    client.update_table(TableName=name, GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": "by_resident"}}])
    wanted = indexes(world, "wishes") - {"by_story"} | {"by_resident"}
    bring_up_to_date(world.services.connection)
    assert indexes(world, "wishes") == wanted
    assert [line["id"] for line in resident.get("/v1/me/wishes").json["items"]] == [wish]


def test_a_folder_of_this_version_is_left_as_it_is(embedded_world: World):
    before = {table.Meta.base_name: indexes(embedded_world, table.Meta.base_name) for table in tables()}
    bring_up_to_date(embedded_world.services.connection)
    create_missing(embedded_world.services.connection)
    assert {table.Meta.base_name: indexes(embedded_world, table.Meta.base_name) for table in tables()} == before
