"""Measure the anonymous list of updates: 80 tickets, each with a solution of 200 characters.

Requests are counted. CPU time is that of this thread over the embedded store, the best of several
requests, from the request to the whole answer.
"""

import os
import time

from .environment import FOR_EMBEDDED_STORE
from .table import show, verdict

os.environ |= FOR_EMBEDDED_STORE

from tests.storage import counted_storage
from tests.tickets.street import TicketStreet, done
from tests.world import Phone

from .storage_world import embedded_world

__all__ = ["main"]

TICKETS, CHARACTERS = 80, 200
BUDGET_MS = 50
RUNS = 10
HEADS = ("list", "updates", "requests", "KB", "CPU ms", "budget", "kept")


def main() -> None:
    """Print the table."""
    with embedded_world() as world:
        street = TicketStreet(world)
        for n in range(TICKETS):
            ticket = street.report(street.worker, text=f"第{n}件事")
            note = "字" * CHARACTERS
            done(street.worker, ticket, "resolve", note=note, publish=True)
        lines = [line(suffix) for suffix in ("json", "xml")]
    show("The anonymous list of updates (embedded store)", HEADS, lines)


def line(suffix: str) -> tuple[object, ...]:
    """Return the table's line of one format."""
    path = f"/open311/v2/servicerequestupdates.{suffix}"
    Phone().get(path)
    with counted_storage() as storage:
        answer = Phone().get(path)
    best = 1.0
    for _ in range(RUNS):
        begin = time.thread_time()
        Phone().get(path)
        best = min(best, time.thread_time() - begin)
    requests = sum(storage.names.values())
    return (
        suffix,
        len(Phone().get(path.replace("xml", "json")).json),
        requests,
        len(answer.text.encode()) // 1000,
        round(best * 1000, 1),
        f"1 request, < {BUDGET_MS} ms",
        verdict(requests == 1 and best * 1000 < BUDGET_MS),
    )
