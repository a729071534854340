"""The cloud for scenes that crash: in memory and on one thread, so that checkpoints are cheap."""

from collections.abc import Iterator
from unittest import mock

import pytest

from chalicelib.features import declaration

from ..world import World
from .cloud import Cloud
from .facts import check
from .ladder import EscalationPath, staffed
from .story import Telling, tell


@pytest.fixture(autouse=True)
def no_group_stays() -> Iterator[None]:
    """Take back the group of people that `crowd_of` declares: declarations live as long as the
    process.
    """
    with mock.patch.dict(declaration("people").groups):
        yield


@pytest.fixture
def cloud() -> Cloud:
    """A street whose due rows lie in one shard: a sweep holds nothing but what matters."""
    made = Cloud(World(due_shards=1))
    made.provide("east", "west")
    return made


@pytest.fixture
def ladder(embedded_world: World) -> EscalationPath:
    """A street in the embedded store, staffed at every level: threads race for its tickets."""
    return staffed(embedded_world)


@pytest.fixture(scope="module")
def calm() -> Telling:
    """How the story goes undisturbed."""
    told = tell(World())
    check()
    return told
