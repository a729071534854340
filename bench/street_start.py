"""The start of a local server over a large street, and an index that its store lacks."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock

from botocore.client import BaseClient

from chalicelib.message_log.model import MessageAttempt
from chalicelib.message_log.repository import ATTEMPT
from chalicelib.store.dynamo import connect
from chalicelib.store.indexes import index
from chalicelib.store.store import Store
from devserver.data_folder import DataFolder
from devserver.run import open_local_server
from onemachine.indexes import build_missing_indexes
from tests.world import START

from .street_rows import StreetRow

__all__ = ["index_row", "start_row"]

TICK = 2.5  # seconds until the server has looked for what is due


def start_row(folder: Path) -> StreetRow:
    """Open a local server on a folder with a store; return the row of its start."""
    data = DataFolder(folder)
    data.mark_seeded()
    with open_local_server(folder, "embedded", START):
        pass  # the first start notes the indexes
    began = time.perf_counter()
    with asked() as operations, open_local_server(folder, "embedded"):
        seconds = time.perf_counter() - began
        time.sleep(TICK)
    reads = [name for name in operations if name != "CreateTable"]
    others = sorted(set(reads) - {"Query"})
    return StreetRow(
        number="S11",
        what="start of the local server, to the first look for what is due",
        before="13 s: reads everybody",
        now=f"{seconds:.1f} s, {len(reads)} requests; others than Query: {others}",
        budget="reads only what is due",
        kept=not others and len(reads) <= 20,
    )


@contextmanager
def asked() -> Iterator[list[str]]:
    """Collect the operations of every client meanwhile."""
    operations: list[str] = []
    plain = BaseClient._make_api_call

    def watched(self: Any, operation: str, kwargs: dict[str, Any]) -> Any:
        operations.append(operation)
        return plain(self, operation, kwargs)

    with mock.patch.object(BaseClient, "_make_api_call", watched):
        yield operations


def index_row(address: str, prefix: str) -> StreetRow:
    """Build one more index of the message log; return its row."""
    more = index("by_bench", hash_key="kind", range_key="ref")
    table = replace(ATTEMPT.table, indexes=(*ATTEMPT.table.indexes, more))
    row = table.row(MessageAttempt, keys=ATTEMPT.keys)
    store = Store(connect("us-east-1"), prefix)
    store._tables = {table.name: row.table}
    store._names = {table.name: prefix + table.name}
    began = time.perf_counter()
    built = build_missing_indexes(store, address, print)
    seconds = time.perf_counter() - began
    return StreetRow(
        number="S7",
        what="building an index of the message log",
        before="6–9 s: gave up after 5 s, then a traceback",
        now=f"{seconds:.1f} s: {', '.join(built)}",
        budget="the client waits",
        kept=built == ["messages.by_bench"],
    )
