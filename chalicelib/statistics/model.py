"""Statistics of the tickets of a place: rates with sample sizes and intervals, and hot spots. Pure.

The formulas are in docs/tickets.md too; docs/decisions/0024 has the reasons.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from math import sqrt

from ..kernel.place import PlaceKind, kind_of
from ..tickets.model import Ticket, building_of, place_at
from ..tickets.policy import Level, SlaKind
from ..tickets.states import Ending, TicketStatus

__all__ = [
    "By",
    "HotSpot",
    "Rate",
    "TicketStatistics",
    "grouped",
    "hot_spots",
    "statistics_of",
    "wilson",
]

_Z = 1.959963984540054  # the 97.5th percentile of the normal distribution: an interval of 95 %
_LEFT_OUT = (Ending.MERGED, Ending.WITHDRAWN, Ending.WISH)  # never solved nor unsolved
_SATISFIED = 4  # of 5


class By(StrEnum):
    """What figures are given for, one by one."""

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
        """Return the rate of yes among verdicts."""
        counted = Counter(verdicts)
        hits, n = counted[True], counted.total()
        if not n:
            return cls(n=0, hits=0, value=None, low=None, high=None)
        low, high = wilson(hits, n)
        return cls(n=n, hits=hits, value=hits / n, low=low, high=high)


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketStatistics:
    """The statistics of a group of tickets; `key` names the group. Counts are of tickets, but for `satisfaction`: of ratings."""

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
    """Say whether the reporters were contacted within the promised time; None while undecided.

    It is decided by the contact, or by the end of the time. A ticket that ended before either is not
    counted. Of a reopened ticket the present round counts.
    """
    clock = ticket.clock(SlaKind.CONTACT)
    if clock is None:
        return None
    if clock.met_at is not None:
        return clock.met_at <= clock.promised_at
    until = ticket.closed_at or now
    return False if clock.promised_at < until else None


def solved_at_once(ticket: Ticket) -> bool | None:
    """Say whether reporters confirm that it was solved at the first attempt; None without an answer.

    A reopen is a no, and so is a close as unsolved by staff. Silence is no answer: of tickets that
    ended by silence only confirmed ones count. Merged, withdrawn and converted ones are left out.
    """
    if ticket.ending in _LEFT_OUT:
        return None
    if ticket.reopened or ticket.ending is Ending.UNSOLVED:
        return False
    answered = ticket.ending is Ending.CONFIRMED or (
        ticket.ending is Ending.SILENT and ticket.answered > 0
    )
    return True if answered else None


def is_unanswered(ticket: Ticket) -> bool:
    """Say whether a ticket ended without any answer: a group of its own, neither solved nor unsolved."""
    return (
        ticket.ending is Ending.SILENT and not ticket.answered and not ticket.reopened
    )


def statistics_of(
    key: str, tickets: Sequence[Ticket], now: datetime
) -> TicketStatistics:
    """Return the statistics of a group of tickets."""
    endings = Counter(ticket.ending for ticket in tickets)
    responses = [contacted_in_time(ticket, now) for ticket in tickets]
    solutions = [solved_at_once(ticket) for ticket in tickets]
    return TicketStatistics(
        key=key,
        reported=len(tickets),
        open=sum(ticket.is_open for ticket in tickets),
        waiting=sum(ticket.state is TicketStatus.RESOLVED for ticket in tickets),
        merged=endings[Ending.MERGED],
        withdrawn=endings[Ending.WITHDRAWN],
        turned=endings[Ending.WISH],
        unanswered=sum(is_unanswered(ticket) for ticket in tickets),
        response=Rate.of(said for said in responses if said is not None),
        solution=Rate.of(said for said in solutions if said is not None),
        satisfaction=Rate.of(
            rating >= _SATISFIED for ticket in tickets for rating in ticket.ratings
        ),
        bounces=Rate.of(ticket.bounces > 0 for ticket in tickets),
    )


_KEYS: Mapping[By, Callable[[Ticket], str]] = {
    By.GRID: lambda ticket: place_at(Level.GRID, ticket.place),
    By.COMMUNITY: lambda ticket: ticket.community,
    By.CATEGORY: lambda ticket: ticket.category,
    By.MONTH: lambda ticket: f"{ticket.created_at.astimezone(ticket.local):%Y-%m}",
}


def grouped(
    tickets: Iterable[Ticket], by: By, now: datetime
) -> tuple[TicketStatistics, ...]:
    """Return the statistics of each group, in the order of its name. A wider place than a grid is a group of its own."""
    groups: defaultdict[str, list[Ticket]] = defaultdict(list)
    for ticket in tickets:
        groups[_KEYS[by](ticket)].append(ticket)
    return tuple(statistics_of(key, groups[key], now) for key in sorted(groups))


@dataclass(frozen=True, slots=True, kw_only=True)
class HotSpot:
    """A building with many reports of one category: staff should look for the cause."""

    place: str
    category: str
    reports: int  # tickets and those who joined them
    tickets: tuple[str, ...]  # newest first
    first_at: datetime
    last_at: datetime


def hot_spots(
    tickets: Iterable[Ticket], joined: Mapping[str, int], least: int
) -> tuple[HotSpot, ...]:
    """Return the buildings and categories with at least so many reports, most first.

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
    found = [_spot(*spot, of_spot, joined) for spot, of_spot in spots.items()]
    many = [spot for spot in found if spot.reports >= least]
    return tuple(
        sorted(many, key=lambda spot: (-spot.reports, spot.place, spot.category))
    )


def _spot(
    place: str, category: str, tickets: Sequence[Ticket], joined: Mapping[str, int]
) -> HotSpot:
    ordered = sorted(tickets, key=lambda ticket: ticket.created_at, reverse=True)
    return HotSpot(
        place=place,
        category=category,
        reports=len(tickets) + sum(joined.get(ticket.id, 0) for ticket in tickets),
        tickets=tuple(ticket.id for ticket in ordered),
        first_at=ordered[-1].created_at,
        last_at=ordered[0].created_at,
    )
