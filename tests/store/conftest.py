"""Every promise of the store is kept on three of them: in memory, moto's, and the embedded one."""

from collections.abc import Iterator
from typing import Any

import pytest
from moto import mock_aws

from chalicelib.store.dynamo import connect

from ..storage import ADDRESS, WatchedDynamo
from ..world import World

STORES = (
    "memory",
    pytest.param("moto", marks=pytest.mark.slow),
    pytest.param("embedded", marks=pytest.mark.embedded),
)


@pytest.fixture(scope="module")
def moto_dynamo() -> Iterator[WatchedDynamo]:
    """Moto's store, once for a file: each world has tables of its own."""
    with mock_aws():
        yield WatchedDynamo(connect("us-east-1").client)


@pytest.fixture(params=STORES)
def world(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[World]:
    """A street in each of the stores."""
    if request.param == "moto":
        dynamo: Any = request.getfixturevalue("moto_dynamo")
        yield World(dynamo=dynamo)
        return
    if request.param == "embedded":
        address: Any = request.getfixturevalue("embedded_address")
        monkeypatch.setenv(ADDRESS, address)
    yield World()
