"""Several numbers of one row change together, within their limits, and never in part."""

from dataclasses import dataclass
from typing import Any

import pytest

from chalicelib.kernel.changes import Adjust, Changes
from chalicelib.kernel.errors import Busy, Conflict
from chalicelib.kernel.request import RequestContext
from chalicelib.people.repository import PERSON
from chalicelib.store.schema import create_missing
from chalicelib.store.store import Store
from chalicelib.store.table import Table

from ..faults.hands import at_once
from ..world import World

FULL = Conflict("volunteer.too_many_claims", capacity=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bus:
    """Something with seats."""

    id: str
    seats: int = 0
    taken: int = 0


BUS = Table("buses").row(Bus, keys=lambda bus: {"pk": bus.id, "sk": "bus"})


@pytest.fixture(
    params=["memory", pytest.param("embedded", marks=pytest.mark.embedded)]
)
def town(request: pytest.FixtureRequest) -> World:
    world: World = (
        World()
        if request.param == "memory"
        else request.getfixturevalue("embedded_world")
    )
    world.services.store.register(BUS)
    create_missing(world.services.store, [BUS.table])
    return world


def adjust(
    world: World, bus: Bus, refusal: Conflict | None = FULL, **add: int
) -> None:
    limits = {"seats": (0, None), "taken": (0, 3)}
    write = Adjust(row=bus, add=add, limits=limits, on_conflict=refusal)
    changes: Changes[Any] = Changes(
        entity=world.admin, previous=world.admin, writes=(write,)
    )
    world.services.transaction.run(lambda: changes, RequestContext())


def bus_in(store: Store) -> Bus | None:
    return store.get(BUS, "bus_1", "bus")


def test_several_numbers_change_together(town: World):
    bus = Bus(id="bus_1", seats=2)
    town.services.store.put(bus)
    adjust(town, bus, seats=-1, taken=1)
    adjust(town, bus, seats=-1, taken=1)
    assert bus_in(town.services.store) == Bus(id="bus_1", seats=0, taken=2)


@pytest.mark.parametrize(
    "add",
    [{"seats": -3}, {"taken": 4}, {"taken": -1}, {"seats": -3, "taken": 1}],
)
def test_a_passed_limit_is_the_named_refusal_and_changes_nothing(
    town: World, add: dict[str, int]
):
    bus = Bus(id="bus_1", seats=2)
    town.services.store.put(bus)
    with pytest.raises(Conflict) as refused:
        adjust(town, bus, **add)
    assert refused.value is FULL
    assert bus_in(town.services.store) == bus


def test_without_a_refusal_the_decision_is_made_again(town: World):
    bus = Bus(id="bus_1")
    town.services.store.put(bus)
    with pytest.raises(Busy):
        adjust(town, bus, None, seats=-1)


def test_a_missing_row_is_not_made(town: World):
    with pytest.raises(Conflict):
        adjust(town, Bus(id="bus_1"), seats=1)
    assert bus_in(town.services.store) is None


def test_many_at_once_take_exactly_the_free_seats(embedded_world: World):
    store = embedded_world.services.store
    store.register(BUS)
    create_missing(store, [BUS.table])
    bus = Bus(id="bus_1", seats=3)
    store.put(bus)

    def sit() -> bool:
        try:
            adjust(embedded_world, bus, seats=-1, taken=1)
        except Conflict:
            return False
        return True

    sitting = at_once(*[sit] * 6)
    assert sum(sitting) == 3
    assert bus_in(store) == Bus(id="bus_1", taken=3)
    assert (
        store.get(PERSON, embedded_world.admin.id, "person")
        == embedded_world.admin
    )
