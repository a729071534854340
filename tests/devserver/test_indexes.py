"""Indexes that a local store lacks are built at its start, and a start reads what is due only."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from unittest import mock

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError

from chalicelib.store.dynamo import connect
from chalicelib.store.indexes import index
from chalicelib.store.repository import Repository
from chalicelib.store.schema import create_missing
from chalicelib.store.store import Store
from chalicelib.store.table import Table
from devserver.run import open_local_server
from onemachine.indexes import build_missing_indexes
from onemachine.store import embedded_store

from ..world import START

pytestmark = pytest.mark.embedded
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "local",
    "AWS_SECRET_ACCESS_KEY": "local",
    "AWS_DEFAULT_REGION": "us-east-1",
}


@pytest.fixture(autouse=True)
def _environment():
    with mock.patch.dict(os.environ, ENVIRONMENT):
        yield


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    id: str
    kind: str


BEFORE = Table("things")
NOW = Table(
    "things",
    indexes=(
        index("by_kind", hash_key="kind", range_key="id"),
        index("by_id", hash_key="id"),
    ),
)


def things_of(table: Table) -> type[Repository]:
    row = table.row(Thing, keys=lambda one: {"pk": one.id, "sk": "thing"})

    class Things(Repository):
        rows = (row,)

        def of(self, kind: str) -> list[Thing]:
            page = self._store.page(row, kind, index="by_kind", limit=500)
            return list(page.items)

    return Things


@pytest.fixture
def address(tmp_path) -> Iterator[str]:
    with embedded_store(tmp_path) as found:
        os.environ["AWS_ENDPOINT_URL_DYNAMODB"] = found
        yield found


def store_with(table: Table) -> Store:
    store = Store(connect("us-east-1"), "t-")
    things_of(table)(store)
    return store


def filled(count: int) -> None:
    """Make the table as it was before, with rows."""
    before = store_with(BEFORE)
    create_missing(before)
    before.write_batch(
        put=[Thing(id=f"{n:05}", kind="ab"[n % 2]) for n in range(count)]
    )


def test_a_missing_index_is_built_and_holds_the_rows(address):
    filled(300)
    now, steps = store_with(NOW), []
    assert build_missing_indexes(now, address, steps.append) == [
        "things.by_id",
        "things.by_kind",
    ]
    assert steps[0] == "building the index things.by_id"
    found = things_of(NOW)(now).of("a")
    assert [one.id for one in found] == [f"{n:05}" for n in range(0, 300, 2)]
    assert build_missing_indexes(now, address, steps.append) == []
    assert len(steps) == 2


def test_an_index_that_another_start_builds_meanwhile_is_done(address):
    filled(2000)
    now = store_with(NOW)

    def build(_: int) -> list[str]:
        return build_missing_indexes(now, address, print)

    with ThreadPoolExecutor(6) as pool:
        built = set().union(*pool.map(build, range(6)))
    assert built == {"things.by_kind", "things.by_id"}
    assert len(things_of(NOW)(now).of("a")) == 500


def test_an_index_that_the_store_refuses_ends_the_start(address):
    filled(1)
    wrong = Table("things", indexes=(index("by!kind", hash_key="kind"),))
    with pytest.raises(ClientError, match="ValidationException"):
        build_missing_indexes(store_with(wrong), address, print)


def test_a_start_asks_for_nothing_but_what_is_due(tmp_path):
    with open_local_server(tmp_path, "embedded", START):
        pass
    asked: list[tuple[str, dict]] = []
    plain = BaseClient._make_api_call

    def watched(self, operation, kwargs):
        asked.append((operation, kwargs))
        return plain(self, operation, kwargs)

    with (
        mock.patch.object(BaseClient, "_make_api_call", watched),
        open_local_server(tmp_path, "embedded") as local,
    ):
        local.pump.run_due()
    reads = [
        (operation, kwargs["TableName"])
        for operation, kwargs in asked
        if operation != "CreateTable"
    ]
    # Of each shard the first job, as often as the pump looks.
    assert set(reads) == {("Query", "chunhui-due")}
