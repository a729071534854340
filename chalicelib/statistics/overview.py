"""The overview of a place in a span of days: wishes and tickets, folded from facts. Pure."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from ..kernel.fact import Fact
from ..kernel.place import community_of
from ..tickets.facts import TICKET, TicketFact
from ..tickets.model import place_at
from ..tickets.policy import Level
from ..wishes.facts import WISH_ENDED, WISH_OPENED, EndedWish, OpenedWish
from .counts import FigureCounts, WishCounts
from .rates import TicketStatistics, statistics_from

__all__ = [
    "GroupFigures",
    "Overview",
    "OverviewGrouping",
    "Waits",
    "WishFigures",
    "counts_by",
    "figures_of",
    "group_key",
    "waits_of",
]

K = TypeVar("K")
Span = tuple[int, int]
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
class GroupFigures:
    """The figures of one group of wishes and tickets."""

    wishes: WishFigures
    tickets: TicketStatistics


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """The figures of the group named `key`; the key of the total is empty.

    `sealed` are those that were sealed, None where they are not asked for or not all sealed.
    """

    key: str
    figures: GroupFigures
    sealed: GroupFigures | None = None


def counts_by(
    key_of: Callable[[Fact, str], K],
    facts: Iterable[Fact],
    place: str,
    span: Span,
    now: datetime,
) -> dict[K, FigureCounts]:
    """Count the wishes and tickets of a place in a span, by a key of fact and category.

    `span` are the first instant and the one after the last, in microseconds since 1970. The
    category of a wish is its kind.
    """
    groups: defaultdict[K, FigureCounts] = defaultdict(FigureCounts)
    for fact in facts:
        if fact.kind not in _COUNTED or not fact.is_at(place):
            continue
        at, category = _COUNTED[fact.kind](fact)
        if span[0] <= at < span[1]:
            _count(groups[key_of(fact, category)], fact, now)
    return dict(groups)


def _opened(fact: Fact) -> tuple[int, str]:
    wish = OpenedWish.of(fact)
    return wish.opened_at, wish.kind


def _ended(fact: Fact) -> tuple[int, str]:
    wish = EndedWish.of(fact)
    return wish.ended_at, wish.kind


def _reported(fact: Fact) -> tuple[int, str]:
    ticket = TicketFact.of(fact)
    return ticket.reported_at, ticket.category


# The kinds of facts that are counted -> their instant and category.
_COUNTED: Mapping[str, Callable[[Fact], tuple[int, str]]] = {
    WISH_OPENED: _opened,
    WISH_ENDED: _ended,
    TICKET: _reported,
}


def _count(counts: FigureCounts, fact: Fact, now: datetime) -> None:
    """Count a fact in its group."""
    if fact.kind == WISH_OPENED:
        counts.wishes.opened += 1
    elif fact.kind == WISH_ENDED:
        counts.wishes.add_ended(EndedWish.of(fact))
    else:
        counts.tickets.add(TicketFact.of(fact), now)


def group_key(
    grouping: OverviewGrouping, place: str, month: str, category: str
) -> str:
    """Return the key of a group. By grid, a place wider than a grid is a group of its own."""
    match grouping:
        case OverviewGrouping.TOTAL:
            return ""
        case OverviewGrouping.COMMUNITY:
            return community_of(place)
        case OverviewGrouping.GRID:
            return place_at(Level.GRID, place)
        case OverviewGrouping.MONTH:
            return month
        case OverviewGrouping.CATEGORY:
            return category


def figures_of(key: str, counts: FigureCounts) -> GroupFigures:
    """Return the figures of the group that was counted."""
    return GroupFigures(
        wishes=_wish_figures(counts.wishes),
        tickets=statistics_from(key, counts.tickets),
    )


def _wish_figures(counts: WishCounts) -> WishFigures:
    return WishFigures(
        opened=counts.opened,
        fulfilled=counts.fulfilled,
        ended=counts.ended,
        wait_hours=waits_of(counts.waits),
    )


def waits_of(minutes: Mapping[int, int]) -> Waits:
    """Return the median and the 90th percentile (nearest rank) of counted times in minutes."""
    counted = Counter(minutes)
    total = counted.total()
    if not total:
        return Waits(n=0, median=None, p90=None)
    return Waits(
        n=total,
        median=_hours(_nearest_rank(counted, total, 50)),
        p90=_hours(_nearest_rank(counted, total, 90)),
    )


def _nearest_rank(counted: Mapping[int, int], total: int, percent: int) -> int:
    left = -(-total * percent // 100)
    for minutes in sorted(counted):
        left -= counted[minutes]
        if left <= 0:
            return minutes
    raise ValueError("nothing was counted")


def _hours(minutes: int) -> float:
    return round(minutes / _MINUTES, 2)
