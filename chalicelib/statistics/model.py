"""Statistics of the tickets of a place: rates with sample sizes and intervals, and hot spots. Pure.

The formulas are in docs/tickets.md too; docs/decisions/0024 has the reasons.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from math import sqrt

from ..kernel.place import PlaceKind, building_of, kind_of
from ..tickets.model import Ticket, place_at
from ..tickets.policy import Level, SlaKind
from ..tickets.states import Ending, TicketStatus

__all__ = [
    "HotSpot",
    "Rate",
    "StatisticsGrouping",
    "TicketStatistics",
    "grouped",
    "hot_spots",
    "statistics_of",
    "wilson",
]

_Z = 1.959963984540054  # the 97.5th percentile of the normal distribution: an interval of 95 %
_LEFT_OUT = (
    Ending.MERGED,
    Ending.WITHDRAWN,
    Ending.WISH,
)  # never solved nor unsolved
_SATISFIED = 4  # of 5


class StatisticsGrouping(StrEnum):
    """The property by which tickets are grouped."""

    GRID = "grid"
    COMMUNITY = "community"
    CATEGORY = "category"
    MONTH = "month"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A share of `n`, from 0 to 1, with its 95 % confidence interval; all None where `n` is 0."""

    n: int
    hits: int
    value: float | None
    low: float | None
    high: float | None

    @classmethod
    def of(cls, verdicts: Iterable[bool]) -> "Rate":
        """Return the share of True among verdicts."""
        counted = Counter(verdicts)
        hits, n = counted[True], counted.total()
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


def contacted_in_time(ticket: Ticket, now: datetime) -> bool | None:
    """Return whether reporters were contacted within the promised time; None while undecided.

    The contact decides, or else the end of the time. A ticket that ended before either is not
    counted. Of a reopened ticket the present round counts.
    """
    clock = ticket.sla_timer(SlaKind.CONTACT)
    if clock is None:
        return None
    if clock.met_at is not None:
        return clock.met_at <= clock.promised_at
    until = ticket.closed_at or now
    if clock.promised_at < until:
        return False
    return None


def solved_at_once(ticket: Ticket) -> bool | None:
    """Return whether reporters confirm a solution at the first attempt; None without an answer.

    A reopen is a no, and so is a close as unsolved by staff. A ticket that closed without the
    last answers counts if any of its reporters confirmed it. Merged, withdrawn and converted
    tickets are left out.
    """
    if ticket.ending in _LEFT_OUT:
        return None
    if ticket.reopened or ticket.ending is Ending.UNSOLVED:
        return False
    if ticket.ending is Ending.CONFIRMED:
        return True
    if ticket.ending is Ending.SILENT and ticket.answered > 0:
        return True
    return None


def is_unanswered(ticket: Ticket) -> bool:
    """Return whether a ticket ended without any answer: neither solved nor unsolved."""
    return (
        ticket.ending is Ending.SILENT
        and not ticket.answered
        and not ticket.reopened
    )


def statistics_of(
    key: str, tickets: Sequence[Ticket], now: datetime
) -> TicketStatistics:
    """Return the statistics of a group of tickets."""
    endings = Counter(ticket.ending for ticket in tickets)
    states = Counter(ticket.state for ticket in tickets)
    responses = [contacted_in_time(ticket, now) for ticket in tickets]
    solutions = [solved_at_once(ticket) for ticket in tickets]
    ratings = [rating for ticket in tickets for rating in ticket.ratings]
    return TicketStatistics(
        key=key,
        reported=len(tickets),
        open=sum(ticket.is_open for ticket in tickets),
        waiting=states[TicketStatus.RESOLVED],
        merged=endings[Ending.MERGED],
        withdrawn=endings[Ending.WITHDRAWN],
        turned=endings[Ending.WISH],
        unanswered=sum(map(is_unanswered, tickets)),
        response=Rate.of(_decided(responses)),
        solution=Rate.of(_decided(solutions)),
        satisfaction=Rate.of(rating >= _SATISFIED for rating in ratings),
        bounces=Rate.of(ticket.bounces > 0 for ticket in tickets),
    )


def _decided(verdicts: Iterable[bool | None]) -> list[bool]:
    return [verdict for verdict in verdicts if verdict is not None]


def _key_of(ticket: Ticket, grouping: StatisticsGrouping) -> str:
    match grouping:
        case StatisticsGrouping.GRID:
            return place_at(Level.GRID, ticket.place)
        case StatisticsGrouping.COMMUNITY:
            return ticket.community
        case StatisticsGrouping.CATEGORY:
            return ticket.category
        case StatisticsGrouping.MONTH:
            return f"{ticket.created_at.astimezone(ticket.local):%Y-%m}"


def grouped(
    tickets: Iterable[Ticket], grouping: StatisticsGrouping, now: datetime
) -> tuple[TicketStatistics, ...]:
    """Return the statistics of each group, in the order of its name.

    By grid, a place wider than a grid is a group of its own.
    """
    groups: defaultdict[str, list[Ticket]] = defaultdict(list)
    for ticket in tickets:
        groups[_key_of(ticket, grouping)].append(ticket)
    return tuple(statistics_of(key, groups[key], now) for key in sorted(groups))


@dataclass(frozen=True, slots=True, kw_only=True)
class HotSpot:
    """A building with many reports of one category: staff should look for the cause."""

    place: str
    category: str
    reports: int  # tickets, and people who joined them
    tickets: tuple[str, ...]  # newest first
    first_at: datetime
    last_at: datetime


def hot_spots(
    tickets: Iterable[Ticket], joined: Mapping[str, int], least: int
) -> tuple[HotSpot, ...]:
    """Return the buildings and categories with at least `least` reports, most first.

    Every ticket counts as a report, also a merged one, and so does every person who joined one
    (`joined`, by ticket). Withdrawn tickets do not count.
    """
    spots: defaultdict[tuple[str, str], list[Ticket]] = defaultdict(list)
    for ticket in tickets:
        place = building_of(ticket.place)
        if (
            kind_of(place) is PlaceKind.BUILDING
            and ticket.ending is not Ending.WITHDRAWN
        ):
            spots[place, ticket.category].append(ticket)
    hot = []
    for (place, category), reported in spots.items():
        spot = _spot(place, category, reported, joined)
        if spot.reports >= least:
            hot.append(spot)
    return tuple(sorted(hot, key=_most_first))


def _most_first(spot: HotSpot) -> tuple[int, str, str]:
    return -spot.reports, spot.place, spot.category


def _spot(
    place: str,
    category: str,
    tickets: Sequence[Ticket],
    joined: Mapping[str, int],
) -> HotSpot:
    ordered = sorted(
        tickets, key=lambda ticket: ticket.created_at, reverse=True
    )
    return HotSpot(
        place=place,
        category=category,
        reports=len(tickets)
        + sum(joined.get(ticket.id, 0) for ticket in tickets),
        tickets=tuple(ticket.id for ticket in ordered),
        first_at=ordered[-1].created_at,
        last_at=ordered[0].created_at,
    )
