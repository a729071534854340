"""A world of pages: a street in memory, and a browser that nobody has signed in with."""

import pytest

from ..world import World
from .browser import Browser


@pytest.fixture
def browser(world: World) -> Browser:
    return Browser(world)
