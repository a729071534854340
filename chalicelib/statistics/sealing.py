"""Seals the month before in each street, on the first of a month from six o'clock local time on."""

from contextlib import suppress
from datetime import datetime, timedelta

from ..kernel.clock import Clock, local_day
from ..kernel.errors import Busy
from ..kernel.fact import Fact, first_day_of, last_day_of, month_of
from ..places.service import Places
from ..store.facts import FactReader
from ..tickets.model import place_at
from ..tickets.policy import Level
from .overview import counts_by
from .overview_reader import span_of
from .seals import sealed

__all__ = ["Sealing"]

# Local: after the night's work, and before anybody opens the figures.
_AT = timedelta(hours=6)
_DAY = timedelta(days=1)


class Sealing:
    """The daily work of seals.

    It looks every day whether the last month is sealed, so a run that was lost is made up for.
    """

    def __init__(
        self, *, clock: Clock, places: Places, facts: FactReader
    ) -> None:
        self._clock, self._places, self._facts = clock, places, facts

    def seal_months(self) -> int:
        """Seal what is due; return the number of months that were sealed. Idempotent."""
        count, now = 0, self._clock.now()
        for street in self._places.streets():
            with suppress(Busy):  # tomorrow is soon enough
                count += self._seal_last_month(street, now)
        return count

    def _seal_last_month(self, street: str, now: datetime) -> bool:
        zone = self._places.zone_of(street)
        first = local_day(now - _AT, zone).replace(day=1)
        month = month_of(first - _DAY)
        if self._facts.seals(street, [month]):
            return False
        read = self._facts.of_months(street, [month])
        span = span_of(first_day_of(month), last_day_of(month), zone)
        cells = counts_by(_cell, read.facts, street, span, now)
        if not cells:  # or too many to read: a part of a month is never sealed as the whole
            return False
        return self._facts.seal(sealed(month, cells, now).as_fact(street))


def _cell(fact: Fact, category: str) -> tuple[str, str]:
    """Return the grid, or the wider place, and the category under which a fact is sealed."""
    return place_at(Level.GRID, fact.place), category
