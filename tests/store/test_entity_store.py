"""The entity store: only the armed timer acts, and changes start from fresh state."""

from dataclasses import replace

import pytest

from chalicelib.kernel.changes import Changes
from chalicelib.kernel.errors import NotFound
from chalicelib.store.entity_store import EntityStore
from chalicelib.wishes.model import Wish
from chalicelib.wishes.repository import WishRepository

from ..faults.facts import wish_of
from ..storage import counted_storage
from ..world import World


@pytest.fixture
def wishes(world: World) -> EntityStore[Wish]:
    find = WishRepository(world.services.store).find_wish
    return EntityStore(
        world.services.transaction, find, place=lambda wish: wish.place
    )


def renamed(wish: Wish) -> Changes[Wish]:
    return Changes(entity=replace(wish, title="两个水壶"), previous=wish)


def test_a_missing_entity_is_not_found_and_has_no_place(world: World, wishes):
    with pytest.raises(NotFound):
        wishes.get("wsh_none")
    with pytest.raises(NotFound):
        wishes.update("wsh_none", renamed)
    assert wishes.place_of("wsh_none") == ""


def test_a_change_by_the_system_is_decided_from_fresh_state(
    world: World, wishes
):
    id = world.open_wish()
    changed = wishes.update(id, renamed)
    assert changed == wish_of(id) == wishes.get(id)
    assert wishes.place_of(id) == changed.place


def test_only_the_armed_timer_acts(world: World, wishes):
    id = world.open_wish()
    before = wish_of(id)
    with counted_storage() as storage:
        assert wishes.on_timer(id, "due_stale", renamed) == (before, False)
    assert storage.names == {"GetItem": 1}
    after, acted = wishes.on_timer(id, before.timer.id, renamed)
    assert acted
    assert after == wish_of(id) != before
