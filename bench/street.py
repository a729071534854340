"""Measure what grows with a street, on one of 43,000 people (`tools/street`).

Each row is a limit that was found on a street of this size: what was measured before, what is
measured now, and the budget. Requests and read units are those that the embedded store reports.
They do not depend on the machine; seconds do.
"""

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .environment import FOR_EMBEDDED_STORE, use_store
from .table import show

os.environ |= FOR_EMBEDDED_STORE

from chalicelib.settings import KnownSecrets, Settings
from devserver.store_import import import_things
from onemachine.store import embedded_store
from tests.world import SECRETS, START, World
from tools.street.drawing import draw_street
from tools.street.scale import StreetScale

from .street_cpu import cpu_rows
from .street_growth import growth_rows
from .street_heavy import Heavy, heavy_rows
from .street_lists import list_rows
from .street_queue import Waiting, queue_rows
from .street_rows import StreetRow
from .street_start import index_row, start_row

__all__ = ["main"]

HEADS = ("row", "what", "before", "now", "budget", "kept")
SEED = 1
PREFIX = "chunhui-"  # of the tables of a local server


@dataclass(frozen=True, kw_only=True)
class OpenStreet:
    """A world over a street, and what was noted while the street was drawn."""

    world: World
    waiting: Waiting
    heavy: Heavy
    started: list[StreetRow]


def main(people: int = StreetScale().people) -> None:
    """Print the table."""
    scale = StreetScale(people=people)
    rows: list[StreetRow] = []
    with street_of(scale) as street:
        world = street.world
        rows += street.started
        rows += queue_rows(world, street.waiting)
        rows += list_rows(world)
        rows += growth_rows(world)
        rows += cpu_rows(world)
        rows += heavy_rows(world, street.heavy)
    rows.sort(key=StreetRow.order)
    show(
        f"A street of {people:,} people (embedded store)",
        HEADS,
        [row.line() for row in rows],
    )


@contextmanager
def street_of(scale: StreetScale) -> Iterator[OpenStreet]:
    """Draw a street, import it, and yield a world over it."""
    waiting, heavy = Waiting(), Heavy()
    settings = Settings(secrets=KnownSecrets(**SECRETS))
    drawn = draw_street(settings, scale, SEED, START)
    things = heavy.with_more(waiting.noted(drawn))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        began = time.monotonic()
        count = import_things(folder, PREFIX, things)
        took = time.monotonic() - began
        size = (folder / "store.db").stat().st_size / 2**20
        print(f"{count:,} rows, {size:,.0f} MB, made in {took:.0f} s")
        started = [start_row(folder)]
        with embedded_store(folder) as address, use_store(address):
            world = World(table_prefix=PREFIX)
            started.append(index_row(address, PREFIX))
            yield OpenStreet(
                world=world, waiting=waiting, heavy=heavy, started=started
            )
