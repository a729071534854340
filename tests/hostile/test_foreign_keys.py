"""An Idempotency-Key that somebody else has used is a fresh key, whatever the route."""

import pytest

from chalicelib.kernel.access import Role
from chalicelib.web.routes import Operation

from ..world import OTHER_GRID, Phone, World
from .evidence import assert_problem
from .good import GOOD, WRITES, by_name

POSTS = [
    operation
    for operation in WRITES
    if operation.method == "POST"
    and operation.repeatable
    and not operation.public
]


def stranger(world: World) -> Phone:
    """Return a worker of the next community, who may do much, but not here."""
    return world.staff(OTHER_GRID, Role.GRID_WORKER)


@pytest.mark.parametrize("operation", POSTS, ids=by_name)
def test_the_key_of_somebody_else_answers_nothing_of_theirs(
    world: World, operation: Operation
):
    good = GOOD[operation.name](world)
    other = stranger(world)
    first = good.send("POST", idempotency_key="tap")
    assert first.status < 300
    theirs = other.post(good.path, good.body, idempotency_key="tap")
    if theirs.status >= 400:
        fresh = stranger(world).post(good.path, good.body)
        assert_problem(theirs, fresh.status)
        assert theirs.code == fresh.code
        return
    # What they may do themselves they have done themselves.
    phone = str(good.phone.me.get("phone", "none"))
    assert phone not in theirs.text
    if "{" not in operation.path and first.json and "id" in first.json:
        assert theirs.json["id"] != first.json["id"]


def test_many_routes_are_tried():
    assert len(POSTS) > 40
