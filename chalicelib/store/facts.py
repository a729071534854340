"""Reads of facts, month by month, and the seals of months."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice

from ..kernel.fact import Fact, first_day_of, months_between, part_of, seal_key
from ..kernel.paging import Page, Position, every
from .repository import Repository
from .table import PK
from .tables import FACT

__all__ = ["FACTS_MAX", "FactReader", "FactsRead"]

# A city street of 43,000 people makes some 60,000 facts in a year, half of them of tickets.
FACTS_MAX = 200_000
_PAGE = 20_000  # a query ends at a megabyte before


@dataclass(frozen=True, slots=True)
class FactsRead:
    """The facts of whole months.

    `months` are those that were read, the latest first. `cut` says whether earlier ones were left
    out, since there are more than `FACTS_MAX` facts.
    """

    facts: Sequence[Fact]
    months: Sequence[str]
    cut: bool

    def first_day(self, wanted: date) -> date | None:
        """Return the first day that was read of a span from a wanted day; None if none was."""
        if not self.cut:
            return wanted
        if not self.months:
            return None
        return max(wanted, first_day_of(self.months[-1]))


class FactReader(Repository):
    """Reads facts, and seals months."""

    rows = (FACT,)

    def between(self, street: str, first: date, last: date) -> FactsRead:
        """Read the facts of the months from one local day to another, in about a request each."""
        return self.of_months(street, list(months_between(first, last)))

    def of_months(self, street: str, months: Sequence[str]) -> FactsRead:
        """Read the facts of months in order, in about a request each. Eventually consistent.

        The latest month is read first, and a month that would pass `FACTS_MAX` is left out with
        all before it: a part of a month tells nothing.
        """
        facts: list[Fact] = []
        read: list[str] = []
        for month in reversed(months):
            room = FACTS_MAX - len(facts)
            found = list(islice(self._of(street, month), room + 1))
            if len(found) > room:
                return FactsRead(facts, read, cut=True)
            facts += found
            read.append(month)
        return FactsRead(facts, read, cut=False)

    def seals(self, street: str, months: Sequence[str]) -> list[Fact]:
        """Read the seals of months in one request; a month without one is left out."""
        keys = [(part_of(street, month), seal_key(street)) for month in months]
        return self._store.get_many(FACT, keys)

    def seal(self, seal: Fact) -> bool:
        """Write the seal of a month, unless it has one; return whether it was written."""
        return self._store.put_if(seal, PK.does_not_exist())

    def _of(self, street: str, month: str) -> Iterator[Fact]:
        def read(start: Position | None) -> Page[Fact]:
            return self._store.page(
                FACT,
                part_of(street, month),
                start=start,
                limit=_PAGE,
                consistent=False,
            )

        return every(read)
