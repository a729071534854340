"""Count the storage calls of each operation: requests by kind, read units and write units.

A World of the tests runs over the embedded store. Each operation is one HTTP request through the
app. Every call that leaves botocore is counted, with the capacity units that the store reports
(`ReturnConsumedCapacity=TOTAL`, which PynamoDB always sends). These are counts: they do not depend
on the machine.

A request that commits is split at its transaction. "Commit" is the part for which the caller waits.
"Hand-over" is the enqueuing of its messages behind it, which locally runs the whole job. On AWS it
is one SQS batch and the deletions; the job runs in another function.
"""

import os

from .environment import FOR_EMBEDDED_STORE
from .table import show

os.environ |= FOR_EMBEDDED_STORE

from .storage_messages import measure_messages
from .storage_operations import (
    measure_moves,
    measure_reads,
    measure_sign_in,
)
from .storage_sweep import measure_sweep
from .storage_world import embedded_world

__all__ = ["main"]

OPERATION_HEADS = (
    "operation",
    "to the answer / the commit",
    "RRU",
    "WRU",
    "hand-over",
    "RRU",
    "WRU",
    "budget",
    "kept",
)
MESSAGE_HEADS = (
    "one of ten at once",
    "requests of the store",
    "RRU",
    "WRU",
    "SQS",
    "budget",
    "kept",
)


def main() -> None:
    """Print the tables."""
    counted = []
    for measure in (measure_reads, measure_moves, measure_sign_in):
        with embedded_world() as world:
            counted += measure(world)
    counted += measure_sweep()
    show(
        "Storage calls per operation (embedded store)",
        OPERATION_HEADS,
        [each.line() for each in counted],
    )
    show(
        "What telling somebody costs, all rows counted",
        MESSAGE_HEADS,
        measure_messages(),
    )
