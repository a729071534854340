"""The overview of a place in a span of days: wishes and tickets, folded from facts. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from ..kernel.fact import Fact
from ..kernel.place import community_of
from ..tickets.facts import TICKET, TicketFact
from ..tickets.model import place_at
from ..tickets.policy import Level
from ..wishes.facts import WISH_ENDED, WISH_OPENED, EndedWish, OpenedWish
from .rates import ReportedTicket, TicketStatistics, statistics_of

__all__ = [
    "Overview",
    "OverviewGrouping",
    "Waits",
    "WishFigures",
    "overviews",
    "waits_of",
]

_MINUTES = 60  # in an hour


class OverviewGrouping(StrEnum):
    """The property by which an overview is grouped."""

    TOTAL = "total"
    COMMUNITY = "community"
    GRID = "grid"
    MONTH = "month"
    CATEGORY = "category"


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """Waiting times in hours. The median of an even number is the lower one; None without any."""

    n: int
    median: float | None
    p90: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WishFigures:
    """Wishes that came to the wall, were fulfilled, or ended otherwise.

    `wait_hours` is the time from the wall to the fulfilment.
    """

    opened: int
    fulfilled: int
    ended: int
    wait_hours: Waits


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """The figures of one group; the key of the total is empty."""

    key: str
    wishes: WishFigures
    tickets: TicketStatistics


@dataclass(slots=True)
class _Group:
    """The facts of one group."""

    opened: int = 0
    ended: list[EndedWish] = field(default_factory=list)
    tickets: list[ReportedTicket] = field(default_factory=list)


def overviews(
    facts: Iterable[Fact],
    place: str,
    span: tuple[int, int],
    grouping: OverviewGrouping,
    now: datetime,
) -> tuple[Overview, ...]:
    """Return the overview of each group, in the order of its key.

    `span` are the first instant and the one after the last, in microseconds since 1970. By grid, a
    place wider than a grid is a group of its own. By category, wishes are grouped by their kind.
    """
    groups: defaultdict[str, _Group] = defaultdict(_Group)
    if grouping is OverviewGrouping.TOTAL:
        groups[""] = _Group()
    for fact in facts:
        if fact.is_at(place):
            _add(groups, fact, span, grouping)
    return tuple(_overview(key, groups[key], now) for key in sorted(groups))


def _add(
    groups: defaultdict[str, _Group],
    fact: Fact,
    span: tuple[int, int],
    grouping: OverviewGrouping,
) -> None:
    """Add a fact to its group, if it is of the span."""
    if fact.kind == WISH_OPENED:
        opened = OpenedWish.of(fact)
        if _is_in(span, opened.opened_at):
            groups[_key(fact, opened.kind, grouping)].opened += 1
    elif fact.kind == WISH_ENDED:
        ended = EndedWish.of(fact)
        if _is_in(span, ended.ended_at):
            groups[_key(fact, ended.kind, grouping)].ended.append(ended)
    elif fact.kind == TICKET:
        course = TicketFact.of(fact)
        if _is_in(span, course.reported_at):
            group = groups[_key(fact, course.category, grouping)]
            group.tickets.append(ReportedTicket.of(fact))


def _is_in(span: tuple[int, int], at: int) -> bool:
    return span[0] <= at < span[1]


def _key(fact: Fact, category: str, grouping: OverviewGrouping) -> str:
    match grouping:
        case OverviewGrouping.TOTAL:
            return ""
        case OverviewGrouping.COMMUNITY:
            return community_of(fact.place)
        case OverviewGrouping.GRID:
            return place_at(Level.GRID, fact.place)
        case OverviewGrouping.MONTH:
            return fact.month
        case OverviewGrouping.CATEGORY:
            return category


def _overview(key: str, group: _Group, now: datetime) -> Overview:
    fulfilled = [one for one in group.ended if one.is_fulfilled]
    waits = [one.wait for one in fulfilled if one.wait is not None]
    wishes = WishFigures(
        opened=group.opened,
        fulfilled=len(fulfilled),
        ended=len(group.ended) - len(fulfilled),
        wait_hours=waits_of(waits),
    )
    return Overview(
        key=key,
        wishes=wishes,
        tickets=statistics_of(key, group.tickets, now),
    )


def waits_of(minutes: Sequence[int]) -> Waits:
    """Return the median and the 90th percentile (nearest rank) of waiting times in minutes."""
    if not minutes:
        return Waits(n=0, median=None, p90=None)
    ordered = sorted(minutes)
    return Waits(
        n=len(ordered),
        median=_hours(_nearest_rank(ordered, 50)),
        p90=_hours(_nearest_rank(ordered, 90)),
    )


def _nearest_rank(ordered: Sequence[int], percent: int) -> int:
    rank = -(-len(ordered) * percent // 100)
    return ordered[rank - 1]


def _hours(minutes: int) -> float:
    return round(minutes / _MINUTES, 2)
