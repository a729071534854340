"""Two stores for tests: moto's memory for most, the embedded store for races, durability and units."""

import os
from collections.abc import Iterator
from pathlib import Path

import botocore.loaders
import botocore.session
import pytest

from devserver.store import binary, embedded_store, memory_store

from .world import World

# Each world has a session of its own, which would read the model of DynamoDB's API anew: half of what a world costs.
_LOADER = botocore.loaders.create_loader()
botocore.session.create_loader = lambda data_path=None: _LOADER

os.environ |= {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1"}


@pytest.fixture
def world() -> Iterator[World]:
    """A street in moto's memory. Not for threads: moto is not atomic."""
    os.environ.pop("AWS_ENDPOINT_URL_DYNAMODB", None)
    with memory_store():
        yield World()


@pytest.fixture(scope="session")
def embedded_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One embedded store for this process's tests; each world has tables of its own."""
    assert Path(binary()).exists(), "the embedded store is missing: make store"
    with embedded_store(tmp_path_factory.mktemp("store")) as address:
        yield address


@pytest.fixture
def embedded_world(embedded_address: str) -> Iterator[World]:
    """A street in the embedded store: atomic, with real capacity units."""
    os.environ["AWS_ENDPOINT_URL_DYNAMODB"] = embedded_address
    yield World()
    os.environ.pop("AWS_ENDPOINT_URL_DYNAMODB", None)
