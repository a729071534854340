"""Facts: small rows that follow from one entity, from which figures of a street are folded. Pure.

A fact lies in the month, by the street's local time, of what it tells. It is written in the commit
of its entity (`store.table.RowType.with_projection`), so a repeated delivery cannot count twice.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from .clock import local_day
from .place import covers, sort_key, street_of

__all__ = [
    "SEAL",
    "Fact",
    "fact",
    "first_day_of",
    "instant_of",
    "last_day_of",
    "microseconds",
    "month_of",
    "months_between",
    "part_of",
    "seal_key",
    "tally",
]

Value = str | int | None
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ORDER_SEPARATOR = "#"
SEAL = "seal"  # the kind of the seal of a month


@dataclass(frozen=True, slots=True)
class Fact:
    """A row of facts. `sk` has its kind, its place in tree order and the id of its entity.

    `v` has the values as a JSON array: a street has some 60,000 facts a year, and a read ends at
    a megabyte. A fact of `n` alone is a number to which many requests add.
    """

    pk: str
    sk: str
    v: str = ""
    n: int = 0

    @property
    def kind(self) -> str:
        """Return the kind of the fact."""
        return self.sk.partition(_ORDER_SEPARATOR)[0]

    @property
    def month(self) -> str:
        """Return the local month of the fact."""
        return self.pk.rpartition(_ORDER_SEPARATOR)[2]

    @property
    def place(self) -> str:
        """Return the place that the fact is about."""
        return self.sk.split(_ORDER_SEPARATOR)[1].replace("!", ".")

    @property
    def id(self) -> str:
        """Return the id of the entity."""
        return self.sk.rpartition(_ORDER_SEPARATOR)[2]

    @property
    def values(self) -> list[Value]:
        """Return the values, in the order in which the kind declares them."""
        values: list[Value] = json.loads(self.v)
        return values

    def is_at(self, place: str) -> bool:
        """Say whether the fact is about a place or one below it."""
        return covers(place, self.place)


def fact(
    kind: str,
    id: str,
    place: str,
    at: datetime,
    zone: str,
    values: Sequence[Value],
) -> Fact:
    """Make a fact of an instant; `zone` is that of the street."""
    return replace(
        tally(kind, id, place, at, zone),
        v=json.dumps(values, separators=(",", ":"), ensure_ascii=False),
    )


def tally(kind: str, id: str, place: str, at: datetime, zone: str) -> Fact:
    """Make the fact of an instant to whose number many requests add."""
    month = month_of(local_day(at, zone))
    return Fact(
        pk=part_of(street_of(place), month),
        sk=f"{kind}{_ORDER_SEPARATOR}{sort_key(place)}{id}",
    )


def part_of(street: str, month: str) -> str:
    """Return the partition of a street's facts of a month."""
    return f"facts#{street}#{month}"


def seal_key(street: str) -> str:
    """Return the sort key of the seal of a month: it lies with the facts of its month."""
    return f"{SEAL}{_ORDER_SEPARATOR}{sort_key(street)}"


def first_day_of(month: str) -> date:
    """Return the first day of a month."""
    return date.fromisoformat(f"{month}-01")


def last_day_of(month: str) -> date:
    """Return the last day of a month."""
    following = first_day_of(month) + timedelta(days=31)
    return following.replace(day=1) - timedelta(days=1)


def month_of(day: date) -> str:
    """Return the month of a day, like ``2026-11``."""
    return f"{day:%Y-%m}"


def months_between(first: date, last: date) -> Iterator[str]:
    """Yield the months from one day to another, the first and the last included."""
    day = first.replace(day=1)
    while day <= last:
        yield month_of(day)
        day = (day + timedelta(days=31)).replace(day=1)


def microseconds(instant: datetime) -> int:
    """Return an instant as microseconds since 1970."""
    return (instant - _EPOCH) // timedelta.resolution


def instant_of(since_1970: int) -> datetime:
    """Return the instant of a number of microseconds since 1970."""
    return _EPOCH + since_1970 * timedelta.resolution
