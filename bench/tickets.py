"""Escalate ten thousand tickets that are due in the same minute: sweeps, and costs of each.

Open tickets of three communities are written as rows, each with the row of its timer. Nobody has
accepted those that are due. Sweep, queue and workers are those of the tests of faults
(`tests/faults/cloud.py`), on one thread over the embedded store.

Afterwards every ticket, timer and line of the message log is checked (`check_drained`). The run
stops if a ticket was missed or escalated twice, if a message is missing or was sent twice, or if
anything changed that was not due.

Requests and units are those that the store reports. Two more runs have a tenth of the due tickets:
among as many others, and among five times as many.
"""

import os
import time
from collections.abc import Sequence
from itertools import chain

from .environment import FOR_EMBEDDED_STORE, use_store
from .table import show, verdict

os.environ |= FOR_EMBEDDED_STORE

from tests.faults.drain import (
    SHARDS,
    Drained,
    check_drained,
    drain,
    staffed_communities,
    tickets,
)
from tests.world import World

from .seeds import PREFIX, seeded_store

__all__ = ["main"]

SWEEPS = 3
HEADS = (
    "due",
    "others open",
    "sweeps",
    "requests for each",
    "of the sweep",
    "RRU",
    "WRU",
    "SQS",
    "messages to one person",
    "CPU s",
)


def main(due: int = 10_000) -> None:
    """Print the tables."""
    few = due // 10
    all_due = run(due, due)
    among_as_many = run(few, due)
    among_more = run(few, 5 * due)
    lines = [
        line(due, due, *all_due),
        line(few, due, *among_as_many),
        line(few, 5 * due, *among_more),
    ]
    show("Tickets due in the same minute (embedded store)", HEADS, lines)
    same = among_as_many[0].requests == among_more[0].requests
    # A run in which this is not so has stopped.
    print(f"\nWithin {SWEEPS} sweeps, each once, none missed: yes")
    print(
        f"{few:,} due cost the same requests among {due:,}"
        f" and among {5 * due:,} others: {verdict(same)}"
    )
    requests = all_due[0].requests.most_common()
    show(
        "Where the requests of one ticket go",
        ("request", "for each"),
        [(name, round(count / due, 3)) for name, count in requests],
    )


def run(due: int, others: int) -> tuple[Drained, float]:
    """Work on the due tickets and check the result; return the counts and CPU seconds."""
    rows = chain.from_iterable(tickets(due, others))
    with seeded_store(rows) as address, use_store(address):
        world = World(table_prefix=PREFIX, due_shards=SHARDS)
        clerks = staffed_communities(world)
        began = time.process_time()
        drained = drain(world, SWEEPS)
        took = time.process_time() - began
        check_drained(world, clerks, due, others)
    return drained, took


def line(
    due: int, others: int, drained: Drained, took: float
) -> Sequence[object]:
    """Return the table's line of one run."""
    return (
        due,
        others,
        drained.sweeps,
        round(drained.per_ticket(due), 2),
        round(drained.queries / due, 3),
        round(drained.units["read"] / due, 2),
        round(drained.units["write"] / due, 2),
        round(drained.sqs / due, 2),
        max(drained.heard.values()),
        round(took, 1),
    )
