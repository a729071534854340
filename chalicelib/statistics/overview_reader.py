"""Reads the groups of an overview: sealed months from their seals, all others from facts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from ..kernel.clock import local_day, start_of_day
from ..kernel.fact import (
    SEAL,
    Fact,
    first_day_of,
    last_day_of,
    microseconds,
    month_of,
    months_between,
)
from ..kernel.place import street_of
from ..store.facts import FactReader
from ..tickets.model import place_at
from ..tickets.policy import Level
from .counts import FigureCounts
from .overview import (
    GroupFigures,
    Overview,
    OverviewGrouping,
    counts_by,
    figures_of,
    group_key,
)
from .seals import Seal

__all__ = ["OverviewRead", "OverviewReader", "OverviewRequest", "span_of"]

_DAY = timedelta(days=1)
Groups = dict[str, FigureCounts]


@dataclass(frozen=True, slots=True, kw_only=True)
class OverviewRequest:
    """The local days, both included, and the grouping of an overview of a place.

    With `live` its months are folded anew, and shown beside what was sealed.
    """

    place: str
    first: date
    last: date
    grouping: OverviewGrouping
    live: bool = False

    def sealable_months(self, today: date) -> list[str]:
        """Return the months of the span that are whole and over.

        No place below a grid has sealed figures.
        """
        if self.place != place_at(Level.GRID, self.place):
            return []
        return [
            month
            for month in months_between(self.first, self.last)
            if self.first <= first_day_of(month)
            and last_day_of(month) <= self.last
            and month < month_of(today)
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class OverviewRead:
    """The groups of an overview, in the order of their keys; the seals of its months.

    `read_from` is the first day that was read, None if none was.
    """

    groups: Sequence[Overview]
    seals: Sequence[Seal]
    read_from: date | None


class OverviewReader:
    """Reads overviews; authorizes nobody."""

    def __init__(self, facts: FactReader) -> None:
        self._facts = facts

    def read(
        self, request: OverviewRequest, zone: str, now: datetime
    ) -> OverviewRead:
        """Read an overview. Each month takes a request, but all seals together only one."""
        sealable = request.sealable_months(local_day(now, zone))
        street = street_of(request.place)
        if request.live:
            return self._read_live(request, sealable, zone, now)
        found = self._facts.seals(street, sealable) if sealable else []
        seals = [Seal.of(fact) for fact in found]
        sealed = {seal.month for seal in seals}
        months = list(months_between(request.first, request.last))
        read = self._facts.of_months(
            street, [month for month in months if month not in sealed]
        )
        groups = _counted(read.facts, request, zone, now)
        for seal in seals:
            seal.add_to(groups, request.place, request.grouping)
        return OverviewRead(
            groups=_overviews(groups),
            seals=seals,
            read_from=_first_day(
                request.first, months, {*read.months, *sealed}
            ),
        )

    def _read_live(
        self,
        request: OverviewRequest,
        sealable: Sequence[str],
        zone: str,
        now: datetime,
    ) -> OverviewRead:
        """Fold facts anew. The seals are read with the facts, for they lie among them."""
        read = self._facts.between(
            street_of(request.place), request.first, request.last
        )
        seals = [
            Seal.of(fact)
            for fact in sorted(read.facts, key=_month_of)
            if fact.kind == SEAL and fact.month in sealable
        ]
        groups = _counted(read.facts, request, zone, now)
        months = set(months_between(request.first, request.last))
        sealed: Groups = {}
        for seal in seals:
            seal.add_to(sealed, request.place, request.grouping)
        by_month = request.grouping is OverviewGrouping.MONTH
        if by_month or months == {seal.month for seal in seals}:
            overviews = _beside(groups, sealed, seals, by_month=by_month)
        else:
            overviews = _overviews(groups)
        return OverviewRead(
            groups=overviews,
            seals=seals,
            read_from=read.first_day(request.first),
        )


def span_of(first: date, last: date, zone: str) -> tuple[int, int]:
    """Return the first instant of a span of local days and the one after its last."""
    begin, end = start_of_day(first, zone), start_of_day(last + _DAY, zone)
    return microseconds(begin), microseconds(end)


def _counted(
    facts: Sequence[Fact], request: OverviewRequest, zone: str, now: datetime
) -> Groups:
    def key_of(fact: Fact, category: str) -> str:
        return group_key(request.grouping, fact.place, fact.month, category)

    span = span_of(request.first, request.last, zone)
    groups = counts_by(key_of, facts, request.place, span, now)
    if request.grouping is OverviewGrouping.TOTAL:
        groups.setdefault("", FigureCounts())
    return groups


def _overviews(groups: Mapping[str, FigureCounts]) -> list[Overview]:
    return [
        Overview(key=key, figures=figures_of(key, groups[key]))
        for key in sorted(groups)
    ]


def _beside(
    groups: Groups, sealed: Groups, seals: Sequence[Seal], *, by_month: bool
) -> list[Overview]:
    """Return the figures of now and the sealed ones of each group.

    A group that is only in one of them has none of the other, which is 0 and not unknown.
    """
    months = {seal.month for seal in seals}
    overviews = []
    for key in sorted({*groups, *sealed}):
        then: GroupFigures | None = None
        if not by_month or key in months:
            then = figures_of(key, sealed.get(key, FigureCounts()))
        today = figures_of(key, groups.get(key, FigureCounts()))
        overviews.append(Overview(key=key, figures=today, sealed=then))
    return overviews


def _first_day(
    wanted: date, months: Sequence[str], known: set[str]
) -> date | None:
    """Return the first day from which on every month is known; None without one."""
    first: date | None = None
    for month in reversed(months):
        if month not in known:
            return first
        first = max(wanted, first_day_of(month))
    return first


def _month_of(fact: Fact) -> str:
    return fact.month
