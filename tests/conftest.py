"""Two stores for tests: moto's memory for most, the embedded store for races, durability and units."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import botocore.loaders
import botocore.session
import moto.core.serialize
import pytest

from devserver.store import binary, embedded_store, memory_store

from .world import World

# Each world has a session of its own, which would read the model of DynamoDB's API anew: half of what a world costs.
_LOADER = botocore.loaders.create_loader()
botocore.session.create_loader = lambda data_path=None: _LOADER

# Of each attribute moto asks for every type under every spelling that a service may use; a value of DynamoDB is a dict of one.
_pick = moto.core.serialize.AttributePicker.__call__


def _pick_at_once(self: Any, context: Any) -> Any:
    value = context.obj
    return value.get(context.key) if type(value) is dict and len(value) == 1 and _TYPES & value.keys() else _pick(self, context)


_TYPES = {"S", "N", "B", "BOOL", "NULL", "M", "L", "SS", "NS", "BS"}
moto.core.serialize.AttributePicker.__call__ = _pick_at_once  # type: ignore[method-assign]

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
