"""One street per file, in the embedded store: hostile requests change nothing, so they can share it."""

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from app import app
from chalicelib.runtime import services, use
from devserver.pump import Pump

from ..world import World

ADDRESS = "AWS_ENDPOINT_URL_DYNAMODB"


@pytest.fixture(scope="module")
def shared_street(embedded_address: str) -> World:
    """A street that a whole file shares; its tests reach it as `town`."""
    os.environ[ADDRESS] = embedded_address
    return World()


@pytest.fixture
def town(shared_street: World, embedded_address: str) -> Iterator[World]:
    """The file's shared street, served again after another test has served a street of its own."""
    os.environ[ADDRESS] = embedded_address
    world = shared_street
    if services() is not world.services.container:
        world.services = world.rewired()
        use(world.services.container)
        world.pump = Pump(app, world.services.container, world.clock)
    yield world
    os.environ.pop(ADDRESS, None)


@pytest.fixture
def new_world(embedded_address: str) -> Iterator[Callable[..., World]]:
    """Make a street with settings of its own."""

    def make(**settings: Any) -> World:
        os.environ[ADDRESS] = embedded_address
        return World(**settings)

    yield make
    os.environ.pop(ADDRESS, None)


@pytest.fixture
def world(new_world: Callable[..., World]) -> World:
    """A street of a test's own."""
    return new_world()
