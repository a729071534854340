"""Searching people by a part of the name, and by role."""

from urllib.parse import urlencode

import pytest

from chalicelib.kernel.access import Role

from ..people.test_register import listed
from ..world import BAIHUA, UNIT, World

# search by name


@pytest.mark.parametrize(
    ("name", "q", "found"),
    [
        ("王秀英", "秀", True),
        ("王秀英", "英", True),
        ("王王王", "王", True),
        ("王秀英", "英秀", False),
        ("Li Wei", "WEI", True),
        ("Ｌi Wei", "li", True),
        ("Alexandra Meier", "Meier", True),
        ("Alexandra Meier", "exandra", False),  # not the beginning of a word
    ],
)
def test_a_person_is_found_once_by_a_part_of_the_name(
    world: World, name: str, q: str, found: bool
):
    person, staff = world.person(name), world.staff()
    query = urlencode({"place": UNIT, "q": q})
    assert listed(staff, query) == [person.id] * found


def test_a_new_name_or_home_moves_the_lines_of_a_person(world: World):
    person, staff = world.person("王秀英"), world.staff()
    staff.patch(f"/v1/people/{person.id}", {"name": "赵秀英", "home": BAIHUA})
    for query, found in (("王", 0), ("赵", 1), ("秀", 1)):
        assert len(listed(staff, f"place={BAIHUA}&q={query}")) == found
        assert listed(staff, f"place={UNIT}&q={query}") == []


def test_role_resident_lists_everybody(world: World):
    person, worker = world.person(), world.person("吴刚", (Role.PROPERTY, UNIT))
    found = listed(world.staff(), f"place={UNIT}&role=resident")
    assert found == sorted([person.id, worker.id])
