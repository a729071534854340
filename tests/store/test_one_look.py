"""One look reads a row once; what is decided is decided from what is stored then."""

from threading import Thread

from chalicelib.kernel.one_look import one_look
from chalicelib.people.model import Person

from ..storage import counted_storage
from ..world import World


def seen_name(world: World, person_id: str) -> str:
    person = world.services.people.find(person_id)
    assert person
    return str(person.name)


def test_a_row_is_read_once_within_a_look_and_each_time_without(world: World):
    first, second = world.admin.id, world.volunteer().me["id"]
    people = world.services.core.store.row_of(Person)
    keys = [(id, "person") for id in (first, second)]
    with one_look(), counted_storage() as storage:
        for _ in range(3):
            seen_name(world, first)
        found = world.services.store.get_many(people, keys)
        assert [each.id for each in found] == [first, second]
        seen_name(world, second)
    assert storage.names == {"GetItem": 1, "BatchGetItem": 1}
    asked = storage.calls[-1][1]["RequestItems"].values()
    assert [len(each["Keys"]) for each in asked] == [1]
    with counted_storage() as storage:
        seen_name(world, first)
        seen_name(world, first)
    assert storage.names == {"GetItem": 2}


def test_what_is_written_is_read_again(world: World):
    resident = world.resident()
    id = resident.me["id"]
    with one_look():
        before = seen_name(world, id)
        assert resident.patch("/v1/me", {"name": "新名字"}).status == 200
        assert seen_name(world, id) == "新名字" != before


def test_a_conflict_is_decided_from_what_is_stored_then(world: World):
    """Somebody else writes after it was seen: the next attempt reads it anew."""
    resident = world.resident()
    id = resident.me["id"]
    with one_look():
        seen_name(world, id)
        other = Thread(target=resident.patch, args=("/v1/me", {"name": "别人"}))
        other.start()
        other.join()
        # This thread has its own look, and still shows what it saw.
        assert seen_name(world, id) != "别人"
        assert resident.patch("/v1/me", {"address": "9楼901室"}).status == 200
        assert seen_name(world, id) == "别人"


def test_what_is_missing_is_looked_for_again(world: World):
    with one_look(), counted_storage() as storage:
        for _ in range(2):
            assert world.services.people.find("per_" + "a" * 24) is None
    assert storage.names == {"GetItem": 2}
