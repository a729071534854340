"""No filter makes a request read without end: few requests, then a short page and a cursor."""

from dataclasses import replace

import pytest

from ..storage import counted_storage
from ..store.scan import save
from ..world import UNIT, World

MANY = 700
FILTERS = (
    "/v1/people?place=chunhui&q=没有这个人",
    "/v1/people?place=chunhui&role=grid_worker",
    "/v1/wishes?place=chunhui&kind=company",
    "/v1/wishes?place=chunhui&state=claimed",
    "/v1/tickets?place=chunhui&category=lift",
    "/v1/tickets?place=chunhui&state=closed",
    "/v1/admin/queue?place=chunhui.jinfeng",
)


@pytest.fixture(scope="module")
def town() -> World:
    """A street with many people and wishes, none of whom a filter of these tests wants."""
    world = World()
    person = world.person(name="王秀英", home=UNIT)
    for n in range(MANY):
        id = f"per_{n:024}".replace("0", "a").replace("1", "b")
        save(replace(person, id=id[:28], phone=None, phone_keys=()))
    wish = world.services.wish_queries.find(world.open_wish())
    for n in range(MANY):
        save(replace(wish, id=f"wsh_{n:024}", timer=None))
    return world


@pytest.mark.parametrize("limit", [1, 100])
@pytest.mark.parametrize("path", FILTERS)
def test_a_filter_that_nothing_matches_costs_few_requests(
    town: World, path: str, limit: int
):
    staff = town.phone_of(town.admin)
    with counted_storage() as storage:
        answer = staff.get(f"{path}&limit={limit}")
    assert answer.status == 200, answer.text
    assert storage.reads <= 24, storage.names
