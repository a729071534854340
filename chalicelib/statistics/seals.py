"""The seal of a month: its counts by grid and category as they were on the first after it. Pure.

Facts change when a ticket of a past month is reopened. A seal does not, so what was reported
upwards can be read again. It is a fact of its month, and is written once.
"""

import json
from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from math import ceil, log
from zlib import compress, decompress

from ..kernel.fact import (
    Fact,
    instant_of,
    microseconds,
    part_of,
    seal_key,
)
from ..kernel.place import covers
from .counts import FigureCounts, TicketCounts, WishCounts
from .overview import OverviewGrouping, group_key

__all__ = ["FORMULAS", "Cells", "Seal", "bucket_of", "minutes_of", "sealed"]

FORMULAS = 1  # raise it with every change of a formula: seals keep the number of theirs
_GAMMA = 1.05  # the ratio of two limits of buckets: a wait is at most 2.5 % off
_AT_ONCE = -1  # the bucket of a wait below a minute
Cells = Mapping[tuple[str, str], FigureCounts]  # by grid and category


@dataclass(frozen=True)
class Seal:
    """A sealed month. `text` are its cells as JSON."""

    month: str
    sealed_at: datetime
    formulas: int
    text: str

    @classmethod
    def of(cls, stored: Fact) -> "Seal":
        """Return the seal of a stored fact."""
        formulas, at, packed = stored.values
        text = decompress(b64decode(str(packed))).decode()
        return cls(
            stored.month, instant_of(int(at or 0)), int(formulas or 0), text
        )

    @property
    def digest(self) -> str:
        """Return the SHA-256 of what is sealed, in hexadecimal digits.

        It is computed when it is read: who has noted it can see that nothing was changed.
        """
        at = microseconds(self.sealed_at)
        whole = f"{self.month} {self.formulas} {at} {self.text}"
        return sha256(whole.encode()).hexdigest()

    @cached_property
    def cells(self) -> Cells:
        """The counts by grid and category."""
        return {
            (place, category): FigureCounts(
                _wishes_of(wishes, waits), TicketCounts(*tickets)
            )
            for place, category, wishes, waits, tickets in json.loads(self.text)
        }

    def as_fact(self, street: str) -> Fact:
        """Return the seal as a fact of a street. A few thousand cells have some 30 KB."""
        packed = b64encode(compress(self.text.encode(), 9)).decode()
        values = [self.formulas, microseconds(self.sealed_at), packed]
        return Fact(
            pk=part_of(street, self.month),
            sk=seal_key(street),
            v=json.dumps(values, separators=(",", ":")),
        )

    def add_to(
        self,
        groups: dict[str, FigureCounts],
        place: str,
        grouping: OverviewGrouping,
    ) -> None:
        """Add the counts of a place to groups. No place below a grid has counts of its own."""
        for (at, category), counts in self.cells.items():
            if covers(place, at):
                key = group_key(grouping, at, self.month, category)
                groups.setdefault(key, FigureCounts()).merge(counts)


def sealed(month: str, cells: Cells, now: datetime) -> Seal:
    """Seal the counts of a month."""
    rows = [
        _row(place, category, cells[place, category])
        for place, category in sorted(cells)
    ]
    text = json.dumps(rows, separators=(",", ":"), ensure_ascii=False)
    return Seal(month, now, FORMULAS, text)


def _row(place: str, category: str, counts: FigureCounts) -> list[object]:
    wishes = counts.wishes
    buckets = Counter[int]()
    for minutes, n in wishes.waits.items():
        buckets[bucket_of(minutes)] += n
    return [
        place,
        category,
        [wishes.opened, wishes.fulfilled, wishes.ended],
        sorted(buckets.items()),
        _without_last_zeros(astuple(counts.tickets)),
    ]


def _without_last_zeros(numbers: Iterable[int]) -> list[int]:
    kept = list(numbers)
    while kept and not kept[-1]:
        kept.pop()
    return kept


def _wishes_of(
    numbers: list[int], waits: Iterable[tuple[int, int]]
) -> WishCounts:
    opened, fulfilled, ended = numbers
    by_minutes = Counter[int]()
    for bucket, n in waits:
        by_minutes[minutes_of(bucket)] += n
    return WishCounts(opened, fulfilled, ended, by_minutes)


def bucket_of(minutes: int) -> int:
    """Return the bucket of a wait: the rounded up logarithm to base 1.05 of its minutes."""
    return ceil(log(minutes, _GAMMA)) if minutes else _AT_ONCE


def minutes_of(bucket: int) -> int:
    """Return the minutes that are shown for a bucket, as near to its both limits as can be."""
    if bucket == _AT_ONCE:
        return 0
    return round(2 * _GAMMA**bucket / (1 + _GAMMA))
