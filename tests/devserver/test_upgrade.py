"""A folder of an older version opens with everything in it."""

import os
from dataclasses import replace
from pathlib import Path
from unittest import mock

from chalicelib.kernel.changes import ArmedTimer, Due
from chalicelib.places.model import Street
from chalicelib.repositories import all_tables
from chalicelib.store.due import shard_of
from chalicelib.store.schema import create_missing
from chalicelib.store.store import Store
from chalicelib.wishes.model import State, Wish
from devserver.run import House, open_house
from devserver.upgrade import bring_up_to_date

from ..faults.facts import check, every, timers
from ..store.scan import remove, save, store
from ..world import BAIHUA, START, STREET, Phone, World


def indexes(world: World, table: str) -> set[str]:
    name = store().prefix + table
    found = world.services.store.connection.client.describe_table(TableName=name)["Table"].get("GlobalSecondaryIndexes", [])
    return {index["IndexName"] for index in found}


def test_an_index_that_a_folder_lacks_is_made_and_filled_and_one_that_nothing_reads_is_dropped(embedded_world: World):
    world, resident = embedded_world, embedded_world.resident()
    wish = world.open_wish(resident)
    client = world.services.store.connection.client
    name = store().prefix + "wishes"
    attribute = [{"AttributeName": "story", "AttributeType": "S"}]
    old = {"IndexName": "by_story", "KeySchema": [{"AttributeName": "story", "KeyType": "HASH"}]}
    client.update_table(
        TableName=name,
        AttributeDefinitions=attribute,
        GlobalSecondaryIndexUpdates=[{"Create": old | {"Projection": {"ProjectionType": "KEYS_ONLY"}}}],
    )
    client.update_table(TableName=name, GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": "by_resident"}}])
    wanted = indexes(world, "wishes") - {"by_story"} | {"by_resident"}
    bring_up_to_date(world.services.store)
    assert indexes(world, "wishes") == wanted
    assert [line["id"] for line in resident.get("/v1/me/wishes").json["items"]] == [wish]


def test_a_folder_of_this_version_is_left_as_it_is(embedded_world: World):
    before = {table.name: indexes(embedded_world, table.name) for table in all_tables()}
    bring_up_to_date(embedded_world.services.store)
    create_missing(embedded_world.services.store)
    assert {table.name: indexes(embedded_world, table.name) for table in all_tables()} == before


def test_an_index_that_shows_too_little_is_made_anew(embedded_world: World):
    world = embedded_world
    wish = world.open_wish(skills=["水电"])
    client = world.services.store.connection.client
    name = store().prefix + "wishes"
    client.update_table(TableName=name, GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": "by_community"}}])
    keys = [{"AttributeName": "wall_community", "KeyType": "HASH"}, {"AttributeName": "wall_order", "KeyType": "RANGE"}]
    less = {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["id", "title"]}
    client.update_table(
        TableName=name,
        AttributeDefinitions=[{"AttributeName": key["AttributeName"], "AttributeType": "S"} for key in keys],
        GlobalSecondaryIndexUpdates=[{"Create": {"IndexName": "by_community", "KeySchema": keys, "Projection": less}}],
    )
    bring_up_to_date(world.services.store)
    (line,) = Phone().get(f"/v1/wishes?place={BAIHUA}&state=open").json["items"]
    assert (line["id"], line["skills"]) == (wish, ["水电"])


def test_volunteers_of_an_older_version_are_listed_when_a_folder_is_opened(embedded_world: World):
    world, somebody = embedded_world, embedded_world.volunteer(places=[BAIHUA, STREET])
    people, id = world.services.people, somebody.me["id"]
    before = people.volunteers_of(STREET)
    assert {(one.person_id, one.area) for one in before} == {(id, BAIHUA), (id, STREET)}
    assert people.list_volunteers(STREET) == 0
    for one in before:
        remove(one)
    assert people.volunteers_of(STREET) == []
    assert people.list_volunteers(STREET) == 1
    assert people.volunteers_of(STREET) == before


def make_old(house: House) -> list[Wish]:
    """Leave the folder as the version before reminders left it; return the wishes that are claimed.

    It armed a claimed wish for the moment from which it is late, had no list of streets, and kept its ledger by message
    and recipient.
    """
    claimed = [wish for wish in every(Wish) if wish.state is State.CLAIMED]
    for wish in claimed:
        (armed,) = timers(wish.id)
        remove(armed)
        id = f"due_{wish.id.removeprefix('wsh_')}"
        late = ArmedTimer(id, wish.late_at, shard_of(id, house.services.outbox.shards))
        save(replace(wish, timer=late))
        save(Due(id=id, at=late.at, shard=late.shard, kind="timer.wish", subject=wish.id))
    remove(Street(code=STREET))
    line = {"pk": "due_old", "sk": claimed[0].person_id, "message_id": "due_old", "recipient": claimed[0].person_id}
    line |= {"kind": "wish.approved", "channel": "sms", "state": "sent", "at": "2026-11-20T01:00:00.000000Z"}
    name = store().prefix + "messages"
    item = {key: {"S": value} for key, value in line.items()} | {"ttl": {"N": "1803600000"}}
    house.services.store.connection.client.put_item(TableName=name, Item=item)
    return claimed


def test_who_took_a_wish_before_there_were_reminders_is_reminded_all_the_same(tmp_path: Path):
    folder = tmp_path / "data"
    with mock.patch.dict(os.environ), open_house(folder, "embedded", START) as house:
        claimed = make_old(house)
        assert claimed
        assert house.services.places.streets() == []
    with mock.patch.dict(os.environ), open_house(folder, "embedded", START) as house:
        assert house.services.places.streets() == [STREET]
        check()  # every alarm is that of what is due first, and no row of an older one is left
        for wish in claimed:
            (armed,) = timers(wish.id)
            assert armed.at < wish.late_at
        before = len(house.mailbox.read())
        house.pump.move_to(max(wish.late_at for wish in claimed))
        letters = house.mailbox.read()[: len(house.mailbox.read()) - before]
        phones = [house.services.people.find(wish.active[0].helper).phone for wish in claimed]
        for kind in ("wish.due_in_2_days", "wish.due_tomorrow"):
            assert sorted(letter.to for letter in letters if letter.kind == kind) == sorted(phones)


def test_a_street_that_is_listed_is_not_written_again(embedded_world: World):
    with mock.patch.object(Store, "put") as put:
        bring_up_to_date(embedded_world.services.store)
    put.assert_not_called()
    assert embedded_world.services.places.streets() == [STREET]
