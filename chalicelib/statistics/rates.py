"""Rates of tickets, with sample sizes and intervals, folded from facts. Pure.

The formulas are in docs/tickets.md too; docs/decisions/0024 has the reasons.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from math import sqrt

from ..kernel.fact import Fact
from ..kernel.place import community_of
from ..tickets.facts import TicketFact
from ..tickets.model import place_at
from ..tickets.policy import Level
from .counts import TicketCounts

__all__ = [
    "Rate",
    "ReportedTicket",
    "StatisticsGrouping",
    "TicketStatistics",
    "grouped",
    "statistics_from",
    "statistics_of",
    "wilson",
]

_Z = 1.959963984540054  # the 97.5th percentile of the normal distribution: an interval of 95 %


class StatisticsGrouping(StrEnum):
    """The property by which tickets are grouped."""

    GRID = "grid"
    COMMUNITY = "community"
    CATEGORY = "category"
    MONTH = "month"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedTicket:
    """A ticket as its fact tells of it: its place, and the local month."""

    id: str
    place: str
    month: str
    course: TicketFact

    @classmethod
    def of(cls, stored: Fact) -> "ReportedTicket":
        """Return the ticket of a stored fact."""
        return cls(
            id=stored.id,
            place=stored.place,
            month=stored.month,
            course=TicketFact.of(stored),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A share of `n`, from 0 to 1, with its 95 % confidence interval; all None where `n` is 0."""

    n: int
    hits: int
    value: float | None
    low: float | None
    high: float | None

    @classmethod
    def of_counts(cls, hits: int, n: int) -> "Rate":
        """Return the share of hits among `n`."""
        if not n:
            return cls(n=0, hits=0, value=None, low=None, high=None)
        low, high = wilson(hits, n)
        return cls(n=n, hits=hits, value=hits / n, low=low, high=high)


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketStatistics:
    """The statistics of the group of tickets named `key`.

    Every count is of tickets, except that `satisfaction` counts ratings.
    """

    key: str
    reported: int
    open: int
    waiting: int  # resolved, and not confirmed yet
    merged: int
    withdrawn: int
    turned: int
    unanswered: int
    response: Rate
    solution: Rate
    satisfaction: Rate
    bounces: Rate


def wilson(hits: int, n: int) -> tuple[float, float]:
    """Return the 95 % score interval of a share of `n` > 0, without continuity correction.

    Source: E. B. Wilson, JASA 22, 1927, 209-212. Unlike the textbook's interval around the share it
    stays within 0 and 1, and holds for a handful of tickets.
    """
    share, z2 = hits / n, _Z * _Z
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = _Z / (1 + z2 / n) * sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    return max(0.0, middle - half), min(1.0, middle + half)


def statistics_of(
    key: str, tickets: Iterable[ReportedTicket], now: datetime
) -> TicketStatistics:
    """Return the statistics of a group of tickets."""
    counts = TicketCounts()
    for ticket in tickets:
        counts.add(ticket.course, now)
    return statistics_from(key, counts)


def statistics_from(key: str, counts: TicketCounts) -> TicketStatistics:
    """Return the statistics of the group that was counted."""
    return TicketStatistics(
        key=key,
        reported=counts.reported,
        open=counts.open,
        waiting=counts.waiting,
        merged=counts.merged,
        withdrawn=counts.withdrawn,
        turned=counts.turned,
        unanswered=counts.unanswered,
        response=Rate.of_counts(counts.contacted, counts.contacts),
        solution=Rate.of_counts(counts.solved, counts.solutions),
        satisfaction=Rate.of_counts(counts.satisfied, counts.ratings),
        bounces=Rate.of_counts(counts.bounced, counts.reported),
    )


def _key_of(ticket: ReportedTicket, grouping: StatisticsGrouping) -> str:
    match grouping:
        case StatisticsGrouping.GRID:
            return place_at(Level.GRID, ticket.place)
        case StatisticsGrouping.COMMUNITY:
            return community_of(ticket.place)
        case StatisticsGrouping.CATEGORY:
            return ticket.course.category
        case StatisticsGrouping.MONTH:
            return ticket.month


def grouped(
    tickets: Iterable[ReportedTicket],
    grouping: StatisticsGrouping,
    now: datetime,
) -> tuple[TicketStatistics, ...]:
    """Return the statistics of each group, in the order of its name.

    By grid, a place wider than a grid is a group of its own.
    """
    groups: defaultdict[str, list[ReportedTicket]] = defaultdict(list)
    for ticket in tickets:
        groups[_key_of(ticket, grouping)].append(ticket)
    return tuple(statistics_of(key, groups[key], now) for key in sorted(groups))
