"""One street per file: hostile requests change nothing, so they can share it."""

from collections.abc import Callable

import pytest

from app import app
from chalicelib.runtime import services, use
from devserver.pump import Pump

from ..world import World


@pytest.fixture(scope="module")
def shared_street() -> World:
    """A street that a whole file shares; its tests reach it as `town`."""
    return World()


@pytest.fixture
def town(shared_street: World) -> World:
    """The file's shared street, served again after another test has served a street of its own."""
    world = shared_street
    if services() is not world.services.container:
        world.services = world.rewired()
        use(world.services.container)
        world.pump = Pump(app, world.services.container, world.clock)
    return world


@pytest.fixture
def new_world() -> Callable[..., World]:
    """Make a street with settings of its own."""
    return World


@pytest.fixture
def world(new_world: Callable[..., World]) -> World:
    """A street of a test's own."""
    return new_world()
