"""Households: generated ids within one home, joined by picking a member."""

import pytest

from chalicelib.kernel.access import Role
from chalicelib.people.model import Person

from ..world import BAIHUA, BUILDING, JINFENG, OTHER_GRID, STREET, UNIT, World

THERE = f"{OTHER_GRID}.b01"
SPOKEN = {"how": "spoken"}


def put(world: World, person: Person, household: str | None):
    admin = world.staff(STREET, Role.STREET_ADMIN)
    body = {"household": household, "consent": SPOKEN}
    return admin.put(f"/v1/people/{person.id}/household", body)


def household_of(world: World, person: Person) -> str | None:
    found = world.services.people.find(person.id)
    assert found
    return found.household


def test_picking_a_member_founds_one_household_for_both(world: World):
    son, mother = world.person("李强"), world.person("李奶奶", home=BUILDING)
    answer = put(world, son, mother.id)
    assert answer.status == 200, answer.text
    assert answer.json["household"].startswith("hsh_")
    assert household_of(world, mother) == household_of(world, son)
    found = world.services.people.find(mother.id)
    assert found
    assert "household" not in found.consents  # they have not agreed to calls


def test_a_third_member_joins_by_the_household_or_by_a_member(world: World):
    people = [world.person(name) for name in "甲乙丙丁"]
    put(world, people[1], people[0].id)
    known = household_of(world, people[0])
    assert put(world, people[2], known).status == 200
    assert put(world, people[3], people[1].id).status == 200
    assert {household_of(world, person) for person in people} == {known}


def test_a_code_in_two_communities_is_two_households(world: World):
    here, near = world.person("甲"), world.person("乙")
    there = world.person("丙", home=THERE)
    for person in (here, near, there):
        assert put(world, person, "302").status == 200
    assert household_of(world, here) == household_of(world, near)
    assert household_of(world, here) != household_of(world, there)
    kin = world.services.people.kin(world.services.people.find(there.id))
    assert kin == [there.id]


@pytest.mark.parametrize("home", [THERE, BAIHUA, JINFENG, UNIT])
def test_a_household_of_another_home_cannot_be_joined(world: World, home: str):
    member, other = (
        world.person("甲", household="302"),
        world.person("乙", home=home),
    )
    is_home = home in (UNIT, BAIHUA)
    for wanted in (member.id, household_of(world, member)):
        answer = put(world, other, wanted)
        if is_home:
            assert answer.status == 200
        else:
            assert (answer.status, answer.code) == (422, "household.unknown")


@pytest.mark.parametrize("wanted", ["per_" + "a" * 24, "hsh_" + "a" * 24])
def test_what_does_not_exist_cannot_be_joined(world: World, wanted: str):
    answer = put(world, world.person("甲"), wanted)
    assert (answer.status, answer.code) == (422, "household.unknown")


def test_nobody_is_their_own_household(world: World):
    person = world.person("甲")
    assert put(world, person, person.id).code == "household.unknown"


def test_saying_the_same_again_needs_no_consent(world: World):
    person = world.person("甲", household="302")
    admin = world.phone_of(world.admin)
    path = f"/v1/people/{person.id}/household"
    for household in ("302", household_of(world, person)):
        body = {"household": household, "consent": None}
        answer = admin.put(path, body)
        assert answer.status == 200, answer.text
