"""A world whose SMS providers report."""

from collections.abc import Iterator

import pytest

from ..world import World
from .builders import PROVIDERS, a_world


@pytest.fixture
def world() -> Iterator[World]:
    """Yield a world with a console and two providers that sign their reports."""
    with a_world(sms_providers=PROVIDERS) as world:
        yield world
