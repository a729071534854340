"""Results of decisions: made before the commit, from the committed state."""

from dataclasses import replace

import pytest

from chalicelib.kernel.changes import Changes
from chalicelib.kernel.errors import Conflict
from chalicelib.kernel.request import RequestContext
from chalicelib.wishes.model import Wish

from ..faults.facts import wish_of
from ..world import World
from .scan import save


def test_the_result_of_the_attempt_that_was_committed_comes_back(world: World):
    id = world.open_wish()
    tries: list[int] = []

    def decide() -> tuple[Changes[Wish], str]:
        wish = wish_of(id)
        tries.append(wish.version)
        if len(tries) == 1:  # somebody else is quicker
            save(replace(wish, version=wish.version + 1))
        return Changes(
            entity=replace(wish, title="两个水壶"), previous=wish
        ), f"from {wish.version}"

    wish, result = world.services.transaction.run_with(decide, RequestContext())
    assert result == f"from {tries[1]}"
    assert wish == wish_of(id)


def test_a_refusal_returns_no_result(world: World):
    wish, refusal = wish_of(world.open_wish()), Conflict("offer.over")
    changes = Changes(
        entity=replace(wish, title="两个水壶"), previous=wish, refusal=refusal
    )
    with pytest.raises(Conflict) as refused:
        world.services.transaction.run_with(
            lambda: (changes, "unseen"), RequestContext()
        )
    assert refused.value is refusal
    assert wish_of(wish.id).title == "两个水壶", "it is raised after the commit"
