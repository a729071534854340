"""The staff queue of a street: its cost, and its counts against a look through everything."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from chalicelib.kernel.place import covers
from chalicelib.kernel.staff_queue import MAX_COUNTED
from chalicelib.places.model import Place
from tests.street.lists_of_work import tasks_of
from tests.street.small import end_what_is_over
from tests.world import Phone, World

from .street_rows import StreetRow, done, measured

__all__ = ["Waiting", "queue_rows"]


@dataclass
class Waiting:
    """What waits for staff by kind and place, and the places whose staff have a queue."""

    tasks: Counter[tuple[str, str]] = field(default_factory=Counter)
    places: list[str] = field(default_factory=list)

    def noted(self, things: Iterable[object]) -> Iterator[object]:
        """Yield things as they come, and note them."""
        for thing in things:
            for _, kind, place, _ in tasks_of((thing,)):
                self.tasks[kind, place] += 1
            if isinstance(thing, Place) and thing.id.count(".") < 3:
                self.places.append(thing.id)
            yield thing

    def at(self, place: str) -> Counter[str]:
        """Return the number of tasks of a place by kind."""
        counts: Counter[str] = Counter()
        for (kind, code), number in self.tasks.items():
            if number and covers(place, code):
                counts[kind] += number
        return counts


def queue_rows(world: World, waiting: Waiting) -> list[StreetRow]:
    """Return the rows of the staff queue."""
    phone = world.phone_of(world.admin)
    for line in end_what_is_over(world):
        waiting.tasks[line.kind, line.code] -= 1
    places = dict.fromkeys(waiting.places)
    rows = []
    for level, dots, before in (
        ("grid", 2, "227 requests, 444 RRU, 1.6 s"),
        ("community", 1, ""),
        ("street", 0, ""),
    ):
        place = next(code for code in places if code.count(".") == dots)
        page = measured(read_queue, phone, place)
        rows.append(
            StreetRow(
                number="S1",
                what=f"staff queue of a {level}, page of 20",
                before=before,
                now=str(page),
                budget="≤ 8 requests, ≤ 60 RRU",
                kept=page.requests <= 8 and page.read_units <= 60,
            )
        )
    return [*rows, _counts_row(phone, waiting, list(places))]


def read_queue(phone: Phone, place: str) -> Any:
    """Return the first page of a queue."""
    return done(phone.get(f"/v1/admin/queue?place={place}&limit=20"))


def _counts_row(phone: Phone, waiting: Waiting, places: list[str]) -> StreetRow:
    wrong = []
    for place in places:
        said = read_queue(phone, place)["counts"]
        if not _is_right(said, waiting.at(place)):
            wrong.append(place)
    return StreetRow(
        number="S1",
        what=f"queues with a wrong count, of {len(places)} places",
        before=f"{len(places)}",
        now=f"{len(wrong)}",
        budget=f"0, exact up to {MAX_COUNTED:,} of a place",
        kept=not wrong,
    )


def _is_right(said: dict[str, Any], true: Counter[str]) -> bool:
    """Say whether counts are exact, or lower where more wait than are counted."""
    may_be_capped = true.total() > MAX_COUNTED
    for kind in said.keys() | true.keys():
        count = said.get(kind, {"value": 0, "capped": False})
        if count["capped"]:
            if not may_be_capped or count["value"] > true[kind]:
                return False
        elif count["value"] != true[kind]:
            return False
    return True
