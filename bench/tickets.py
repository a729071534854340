"""Ten thousand tickets due in the same minute: whether each climbs once, in how many sweeps, and
what one of them costs.

Open tickets of three communities are written as rows, each with the row of its alarm; nobody has
accepted those that are due. Sweep, queue and workers are those of the tests of faults
(`tests/faults/cloud.py`), on one thread over the embedded store. Afterwards every ticket, alarm
and line of the ledger is compared with what it must be (`check_drained`): the run stops if one
was missed, climbed twice, was told twice or not at all, or if anything changed that was not due.
What is counted are requests and units as the store reports them; then a tenth as many are due
among as many others, and among five times as many.
"""

import os
import time
from collections.abc import Sequence

from chalicelib.kernel.job import JobRecord

from .table import show, verdict

os.environ |= {
    "AWS_ACCESS_KEY_ID": "bench",
    "AWS_SECRET_ACCESS_KEY": "bench",
    "AWS_DEFAULT_REGION": "us-east-1",
}
os.environ["LOG_LEVEL"] = "CRITICAL"


from chalicelib.tickets.model import Ticket
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


def main(due: int = 10_000) -> None:
    """Print the tables."""
    runs = [(due, due), (due // 10, due), (due // 10, 5 * due)]
    drained = [(one, others, *run(one, others)) for one, others in runs]
    heads = (
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
    show(
        "Tickets due in the same minute (embedded store)",
        heads,
        [line(*each) for each in drained],
    )
    (_, _, all_of_it, _), (_, _, among_few, _), (one, _, among_many, _) = (
        drained
    )
    same = among_few.requests == among_many.requests
    print(
        f"\nWithin {SWEEPS} sweeps, each once, none missed: yes"
    )  # or the run has stopped
    print(
        f"{one:,} due cost the same requests among {due:,} and among {5 * due:,} others: {verdict(same)}"
    )
    lines = [
        (name, round(n / due, 3))
        for name, n in all_of_it.requests.most_common()
    ]
    show("Where the requests of one ticket go", ("request", "for each"), lines)


def run(due: int, others: int) -> tuple[Drained, float]:
    """Drain what is due among others and check it; return what was counted, and CPU seconds."""
    seeds = {JobRecord: (row for _, row in tickets(due, others))}
    with seeded_store(
        Ticket, (ticket for ticket, _ in tickets(due, others)), seeds
    ) as address:
        os.environ["AWS_ENDPOINT_URL_DYNAMODB"] = address
        world = World(table_prefix=PREFIX, due_shards=SHARDS)
        clerks = staffed_communities(world)
        began = time.process_time()
        drained = drain(world, SWEEPS)
        took = time.process_time() - began
        check_drained(world, clerks, due, others)
        os.environ.pop("AWS_ENDPOINT_URL_DYNAMODB")
    return drained, took


def line(
    due: int, others: int, drained: Drained, took: float
) -> Sequence[object]:
    """Return the table's line of one run."""
    per = [
        round(n / due, 2)
        for n in (drained.units["read"], drained.units["write"], drained.sqs)
    ]
    most = max(drained.heard.values())
    return (
        due,
        others,
        drained.sweeps,
        round(drained.per_ticket(due), 2),
        round(drained.queries / due, 3),
        *per,
        most,
        round(took, 1),
    )
