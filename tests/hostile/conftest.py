"""One street per file: hostile requests change nothing, so they can share it."""

import os
from collections.abc import Iterator

import pytest

from devserver.store import memory_store

from ..world import World


@pytest.fixture(scope="module")
def town() -> Iterator[World]:
    """A street in moto's memory that a whole file shares; what it does to it must not disturb its other tests."""
    os.environ.pop("AWS_ENDPOINT_URL_DYNAMODB", None)
    with memory_store():
        yield World()
