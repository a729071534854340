"""Seals the month before in each street, on the first of a month at six o'clock local time."""

from contextlib import suppress
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from ..kernel.clock import Clock
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

_HOUR = 6  # local: after the night's work, and before anybody opens the figures
_DAY = timedelta(days=1)


class Sealing:
    """The hourly work of seals.

    A street is looked at once a day, and its last month is sealed unless it is. So a run that was
    lost is made up for on the next day.
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
        local = now.astimezone(ZoneInfo(zone))
        if local.hour != _HOUR:
            return False
        month = month_of(local.date().replace(day=1) - _DAY)
        if self._facts.seals(street, [month]):
            return False
        read = self._facts.of_months(street, [month])
        if read.cut:  # a part of a month is never sealed as the whole
            return False
        span = span_of(first_day_of(month), last_day_of(month), zone)
        cells = counts_by(_cell, read.facts, street, span, now)
        return self._facts.seal(sealed(month, cells, now).as_fact(street))


def _cell(fact: Fact, category: str) -> tuple[str, str]:
    """Return the grid, or the wider place, and the category under which a fact is sealed."""
    return place_at(Level.GRID, fact.place), category
