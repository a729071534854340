"""A street whose SMS providers send replies."""

import pytest

from ..replies.builders import PROVIDERS
from ..world import World


@pytest.fixture
def world() -> World:
    return World(sms_providers=PROVIDERS)
