"""Processor time of listed rows and of deadlines, as ratios in one process, and of local pages."""

import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from chalicelib.kernel.clock import to_text
from chalicelib.places.model import DEFAULT_ZONE
from chalicelib.store.table import Item, RowType
from chalicelib.tickets.calendar import chinese_holiday
from chalicelib.tickets.model import Ticket
from chalicelib.tickets.policy import DEFAULT_POLICY
from chalicelib.tickets.repository import TICKET
from chalicelib.tickets.worktime import Calendar, due_after, explain
from chalicelib.wishes.model import Wish
from chalicelib.wishes.repository import WISH
from tests.street.small import drawn
from tests.world import STREET, Phone, World

from .street_rows import StreetRow, done

__all__ = ["cpu_rows"]

ROWS, REPEATS = 50, 40
PAGE = f"/v1/wishes?place={STREET}&state=open&limit=20"
SECONDS = 5.0  # of reading pages


def cpu_rows(world: World) -> list[StreetRow]:
    """Return the rows of processor time."""
    return [
        _listed_row("wish", WISH, Wish),
        _listed_row("ticket", TICKET, Ticket),
        _deadline_row(),
        _pages_row(),
    ]


def _listed_row(name: str, row: RowType[Any], kind: type) -> StreetRow:
    things = [thing for thing in drawn() if type(thing) is kind]
    items = [row.from_entity(thing) for thing in things[:ROWS]]
    by_row_objects = _microseconds(_by_row_object(row), items)
    by_items = _microseconds(row.to_entity, items)
    ratio = by_row_objects / by_items
    return StreetRow(
        number="S12",
        what=f"CPU of a listed {name}, by PynamoDB's row object and without",
        before="1×",
        now=f"{by_row_objects:.0f} and {by_items:.0f} µs: {ratio:.1f}×",
        budget="≥ 2×",
        kept=ratio >= 2,
    )


def _by_row_object(row: RowType[Any]) -> Callable[[Item], Any]:
    """Return the reader that lists had before: over an object of PynamoDB's model."""
    names = row.kind.__dataclass_fields__.keys() & row.attributes.keys()

    def read(item: Item) -> Any:
        read_row = row.model.from_raw_data(dict(item))
        found = {name: getattr(read_row, name) for name in names}
        held = {
            name: value for name, value in found.items() if value is not None
        }
        return row.kind(**held)

    return read


def _microseconds(work: Callable[[Any], Any], items: Sequence[Any]) -> float:
    """Return the processor time of one call, in the best of several rounds."""
    best = float("inf")
    for _ in range(5):
        began = time.process_time()
        for _ in range(REPEATS):
            for item in items:
                work(item)
        best = min(best, time.process_time() - began)
    return best / REPEATS / len(items) * 1e6


def _deadline_row() -> StreetRow:
    street = Calendar(
        zone=DEFAULT_ZONE,
        week=DEFAULT_POLICY.week,
        own={},
        holidays=chinese_holiday,
    )
    start = datetime(2026, 9, 18, 17, 30, tzinfo=ZoneInfo(DEFAULT_ZONE))
    limits = (120, 480, 7 * 480, 15 * 480)

    def by_explanation(minutes: int) -> str:
        return to_text(explain(street, start, minutes)[-1].end)

    def alone(minutes: int) -> str:
        return to_text(due_after(street, start, minutes))

    before = _microseconds(by_explanation, limits)
    now = _microseconds(alone, limits)
    return StreetRow(
        number="S13",
        what="CPU of a deadline, by its explanation and alone",
        before="39 % of a replay",
        now=f"{before:.0f} and {now:.0f} µs: {before / now:.1f}×",
        budget="no explanation",
        kept=now < before,
    )


def _pages_row() -> StreetRow:
    """Read pages of the wall through the app, one after the other."""
    began, pages, spent = time.perf_counter(), 0, time.process_time()
    while time.perf_counter() - began < SECONDS:
        done(Phone().get(PAGE))
        pages += 1
    rate = pages / (time.perf_counter() - began)
    each = (time.process_time() - spent) / pages * 1e3
    return StreetRow(
        number="S14",
        what="pages of the wall a second, 20 rows, one client in this process",
        before="186",
        now=f"{rate:.0f}; {each:.1f} ms CPU each",
        budget="≥ 350",
        kept=rate >= 350,
    )
