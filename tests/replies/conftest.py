"""A street whose SMS go through providers that report."""

from collections.abc import Iterator

import pytest

from ..world import World
from .builders import PROVIDERS, a_world


@pytest.fixture
def world() -> Iterator[World]:
    """A street with a console and two providers that sign what they report."""
    with a_world(sms_providers=PROVIDERS) as world:
        yield world
