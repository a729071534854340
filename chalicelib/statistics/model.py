"""Statistics of the tickets of a place: rates with sample sizes and intervals, and hot spots. Pure.

The formulas stand in docs/tickets.md too; docs/decisions/0024 says why they are so.
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
_LEFT_OUT = (
    Ending.MERGED,
    Ending.WITHDRAWN,
    Ending.WISH,
)  # of them nobody can say whether they were solved
_SATISFIED = 4  # of 5


class By(StrEnum):
    """What figures are given for, one by one."""

    GRID = "grid"
    COMMUNITY = "community"
    CATEGORY = "category"
    MONTH = "month"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A share of `n`, `value` from 0 to 1, and the interval in which it truly lies with 95 % confidence; none of nothing."""

    n: int
    hits: int
    value: float | None
    low: float | None
    high: float | None

    @classmethod
    def of(cls, verdicts: Iterable[bool]) -> "Rate":
        """Return the rate of what was decided one way or the other."""
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
    waiting: int  # solved, as it was said, and asked about
    merged: int
    withdrawn: int
    turned: int
    unanswered: int
    response: Rate
    solution: Rate
    satisfaction: Rate
    bounces: Rate


def wilson(hits: int, n: int) -> tuple[float, float]:
    """Return the 95 % score interval of a share of `n` > 0 (E. B. Wilson, JASA 22, 1927, 209-212), without continuity correction.

    Unlike the textbook's interval around the share itself it stays within 0 and 1, and holds for a handful of tickets.
    """
    share, z2 = hits / n, _Z * _Z
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = _Z / (1 + z2 / n) * sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    return max(0.0, middle - half), min(1.0, middle + half)


def contacted_in_time(ticket: Ticket, now: datetime) -> bool | None:
    """Say whether those who reported heard from somebody within the promised time; None where that is not decided.

    It is once somebody has spoken to them, or the time is over. What ended before either is not counted; of what was
    reopened the present round counts.
    """
    clock = ticket.clock(SlaKind.CONTACT)
    if clock is None:
        return None
    if clock.met_at is not None:
        return clock.met_at <= clock.promised_at
    until = ticket.closed_at or now
    return False if clock.promised_at < until else None


def solved_at_once(ticket: Ticket) -> bool | None:
    """Say whether those who reported it say that it was solved at the first go; None where nobody has said.

    A reopen says no, whatever comes of it; so does a staff member who closes it unsolved. Silence says nothing: of what ended by
    silence only what somebody has confirmed counts. Merged, withdrawn and turned ones are left out.
    """
    if ticket.ending in _LEFT_OUT:
        return None
    if ticket.reopened or ticket.ending is Ending.UNSOLVED:
        return False
    answered = ticket.ending is Ending.CONFIRMED or (ticket.ending is Ending.SILENT and ticket.answered > 0)
    return True if answered else None


def is_unanswered(ticket: Ticket) -> bool:
    """Say whether it ended because nobody said anything: a bucket of its own, neither solved nor unsolved."""
    return ticket.ending is Ending.SILENT and not ticket.answered and not ticket.reopened


def statistics_of(key: str, tickets: Sequence[Ticket], now: datetime) -> TicketStatistics:
    """Return the statistics of a group of tickets."""
    endings = Counter(ticket.ending for ticket in tickets)
    responses, solutions = (
        [contacted_in_time(t, now) for t in tickets],
        [solved_at_once(t) for t in tickets],
    )
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
        satisfaction=Rate.of(rating >= _SATISFIED for ticket in tickets for rating in ticket.ratings),
        bounces=Rate.of(ticket.bounces > 0 for ticket in tickets),
    )


_KEYS: Mapping[By, Callable[[Ticket], str]] = {
    By.GRID: lambda ticket: place_at(Level.GRID, ticket.place),
    By.COMMUNITY: lambda ticket: ticket.community,
    By.CATEGORY: lambda ticket: ticket.category,
    By.MONTH: lambda ticket: f"{ticket.created_at.astimezone(ticket.local):%Y-%m}",
}


def grouped(tickets: Iterable[Ticket], by: By, now: datetime) -> tuple[TicketStatistics, ...]:
    """Return the statistics of each group, in the order of its name. A wider place than a grid is a group of its own."""
    groups: defaultdict[str, list[Ticket]] = defaultdict(list)
    for ticket in tickets:
        groups[_KEYS[by](ticket)].append(ticket)
    return tuple(statistics_of(key, groups[key], now) for key in sorted(groups))


@dataclass(frozen=True, slots=True, kw_only=True)
class HotSpot:
    """A building where the same is reported again and again: somebody should look for the cause."""

    place: str
    category: str
    reports: int  # tickets and those who joined them
    tickets: tuple[str, ...]  # newest first
    first_at: datetime
    last_at: datetime


def hot_spots(tickets: Iterable[Ticket], joined: Mapping[str, int], least: int) -> tuple[HotSpot, ...]:
    """Return the buildings and categories with so many reports, most first; what was taken back does not count.

    Every ticket is a report, one that was merged too, and so is everybody who joined one (`joined`, by ticket).
    """
    spots: defaultdict[tuple[str, str], list[Ticket]] = defaultdict(list)
    for ticket in tickets:
        place = building_of(ticket.place)
        if kind_of(place) is PlaceKind.BUILDING and ticket.ending is not Ending.WITHDRAWN:
            spots[place, ticket.category].append(ticket)
    found = [_spot(*spot, of_spot, joined) for spot, of_spot in spots.items()]
    return tuple(
        sorted(
            (spot for spot in found if spot.reports >= least),
            key=lambda s: (-s.reports, s.place, s.category),
        )
    )


def _spot(place: str, category: str, tickets: Sequence[Ticket], joined: Mapping[str, int]) -> HotSpot:
    ordered = sorted(tickets, key=lambda ticket: ticket.created_at, reverse=True)
    return HotSpot(
        place=place,
        category=category,
        reports=len(tickets) + sum(joined.get(ticket.id, 0) for ticket in tickets),
        tickets=tuple(ticket.id for ticket in ordered),
        first_at=ordered[-1].created_at,
        last_at=ordered[0].created_at,
    )
