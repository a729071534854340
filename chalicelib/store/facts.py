"""Reads of facts: those of a street, month by month."""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import islice

from ..kernel.fact import Fact, months_between, part_of
from ..kernel.paging import Page, Position, every
from .repository import Repository
from .tables import FACT

__all__ = ["FACTS_MAX", "FactReader"]

# A city street of 43,000 people makes some 60,000 facts in a year, half of them of tickets.
FACTS_MAX = 200_000
_PAGE = 20_000  # a query ends at a megabyte before


class FactReader(Repository):
    """Reads facts."""

    rows = (FACT,)

    def between(
        self, street: str, first: date, last: date
    ) -> tuple[Sequence[Fact], bool]:
        """Read the facts of the months from one local day to another, in about a request each.

        Eventually consistent. The second value says whether there are more than `FACTS_MAX`;
        then those of the latest months are missing.
        """
        facts: list[Fact] = []
        for month in months_between(first, last):
            room = FACTS_MAX - len(facts)
            found = list(islice(self._of(street, month), room + 1))
            if len(found) > room:
                return facts + found[:room], True
            facts += found
        return facts, False

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
