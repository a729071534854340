"""The cloud for scenes that crash: in memory and on one thread, so that checkpoints are cheap."""

from collections.abc import Iterator

import pytest

from devserver.store import memory_store

from ..world import World
from .cloud import Cloud


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[Cloud]:
    """A street whose due rows lie in one shard: a sweep holds nothing but what matters."""
    monkeypatch.delenv("AWS_ENDPOINT_URL_DYNAMODB", raising=False)
    with memory_store():
        made = Cloud(World(due_shards=1))
        made.provide("east", "west")
        yield made
