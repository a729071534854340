"""What one run of matching asks of DynamoDB on a large street: requests and units by what they are
for.

A street of 1,000 open wishes and 5,000 volunteers in ten communities is written into the
embedded store; half of the volunteers were asked before. Then every call of a run over the whole
street at once is counted, of a second one right behind it, of the scheduled one of a community,
which finds nothing to do, and of that after five more wishes have come to its wall.
"""

import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from .table import show

os.environ |= {
    "AWS_ACCESS_KEY_ID": "bench",
    "AWS_SECRET_ACCESS_KEY": "bench",
    "AWS_DEFAULT_REGION": "us-east-1",
}
os.environ["LOG_LEVEL"] = "CRITICAL"

from chalicelib.kernel.request import RequestContext
from chalicelib.matching.model import Run
from chalicelib.matching.policy import WeightsEdit
from devserver.store import embedded_store
from tests.faults.cloud import Stub
from tests.matching.street import StreetSize, settle
from tests.storage import Storage, counted_storage
from tests.world import STREET, World

__all__ = ["main"]

READS = ("GetItem", "BatchGetItem", "Query")


def main(wishes: int = 1000) -> None:
    """Print the tables."""
    size = StreetSize(
        wishes=wishes, volunteers=5 * wishes, communities=10, grids=5
    )
    with (
        tempfile.TemporaryDirectory() as folder,
        embedded_store(Path(folder)) as address,
    ):
        os.environ["AWS_ENDPOINT_URL_DYNAMODB"] = address
        world = World()
        world.services.outbox._queue = (
            Stub()
        )  # whoever tells them does it elsewhere
        settle(world, size)
        runs = [("the whole street, everything unmet", counted(world))]
        runs.append(("again at once", counted(world)))
        runs.append(
            ("one community, by schedule", scheduled(world, f"{STREET}.c00"))
        )
        settle(
            world,
            StreetSize(wishes=5, volunteers=0, communities=1, grids=5),
            seed=7,
        )
        runs.append(
            (
                "one community, five more wishes, by schedule",
                scheduled(world, f"{STREET}.c00"),
            )
        )
        os.environ.pop("AWS_ENDPOINT_URL_DYNAMODB", None)
    _show(size, runs)


def counted(world: World) -> tuple[Storage, Run | None, float]:
    """Run over the whole street and count."""
    return _measure(
        lambda: world.services.matching.start_run(
            RequestContext(actor=world.admin.as_actor()),
            STREET,
            WeightsEdit(),
            dry_run=False,
        )[0]
    )


def scheduled(
    world: World, community: str
) -> tuple[Storage, Run | None, float]:
    """Run over one community as the schedule does."""

    def run() -> None:
        world.services.matching.match_community(community)

    return _measure(run)


def _measure(
    run: Callable[[], Run | None],
) -> tuple[Storage, Run | None, float]:
    began = time.process_time()
    with counted_storage() as storage:
        record = run()
    return storage, record, time.process_time() - began


def _show(
    size: StreetSize, runs: list[tuple[str, tuple[Storage, Run | None, float]]]
) -> None:
    lines = []
    for name, (storage, record, seconds) in runs:
        reads = sum(storage.names[kind] for kind in READS)
        read_units = sum(storage.units(kind) for kind in READS)
        writes = sum(
            count for kind, count in storage.names.items() if kind not in READS
        )
        write_units = sum(
            storage.units(kind) for kind in storage.names if kind not in READS
        )
        made, visits = (record.made, record.visits) if record else (0, 0)
        lines.append(
            (
                name,
                made,
                visits,
                reads,
                read_units,
                writes,
                write_units,
                round(seconds, 2),
            )
        )
    heads = (
        "run",
        "offers",
        "pairs looked at",
        "reading requests",
        "RRU",
        "writing requests",
        "WRU",
        "CPU s",
    )
    show(
        f"One run over {size.wishes:,} open wishes and {size.volunteers:,} volunteers (embedded store)",
        heads,
        lines,
    )
    storage = runs[0][1][0]
    by_use: dict[tuple[str, str], list[float]] = {}
    for kind, sent, answer in storage.calls:
        table = (
            sent.get("TableName")
            or ", ".join(sorted(sent.get("RequestItems", {})))
            or "several"
        )
        table = table.rpartition("-")[2] + (
            f".{sent['IndexName']}" if "IndexName" in sent else ""
        )
        spent = Storage([(kind, sent, answer)]).units(kind)
        count = by_use.setdefault((kind, table), [0, 0.0])
        count[0] += 1
        count[1] += spent
    show(
        "Where the first run's requests go",
        ("request", "table", "requests", "units"),
        [(k, t, *v) for (k, t), v in by_use.items()],
    )
