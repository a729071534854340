"""Hot spots: buildings with many recent reports of one category, folded from facts. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ..kernel.fact import Fact, instant_of
from ..kernel.place import PlaceKind, building_of, kind_of
from ..tickets.facts import TICKET_JOINED
from ..tickets.states import Ending
from .rates import ReportedTicket

__all__ = ["HotSpot", "hot_spots", "joined_to"]


@dataclass(frozen=True, slots=True, kw_only=True)
class HotSpot:
    """A building with many reports of one category: staff should look for the cause."""

    place: str
    category: str
    reports: int  # tickets, and people who joined them
    tickets: tuple[str, ...]  # newest first
    first_at: datetime
    last_at: datetime


def joined_to(facts: Iterable[Fact]) -> Mapping[str, int]:
    """Return how many joined each ticket, from the facts that count them."""
    return {fact.id: fact.n for fact in facts if fact.kind == TICKET_JOINED}


def hot_spots(
    tickets: Iterable[ReportedTicket], joined: Mapping[str, int], least: int
) -> tuple[HotSpot, ...]:
    """Return the buildings and categories with at least `least` reports, most first.

    Every ticket counts as a report, also a merged one, and so does every person who joined one
    (`joined`, by ticket). Withdrawn tickets do not count.
    """
    spots: defaultdict[tuple[str, str], list[ReportedTicket]] = defaultdict(
        list
    )
    for ticket in tickets:
        place = building_of(ticket.place)
        is_building = kind_of(place) is PlaceKind.BUILDING
        if is_building and ticket.course.state != Ending.WITHDRAWN:
            spots[place, ticket.course.category].append(ticket)
    hot = []
    for (place, category), reported in spots.items():
        spot = _spot(place, category, reported, joined)
        if spot.reports >= least:
            hot.append(spot)
    return tuple(sorted(hot, key=_most_first))


def _most_first(spot: HotSpot) -> tuple[int, str, str]:
    return -spot.reports, spot.place, spot.category


def _reported_at(ticket: ReportedTicket) -> int:
    return ticket.course.reported_at


def _spot(
    place: str,
    category: str,
    tickets: Sequence[ReportedTicket],
    joined: Mapping[str, int],
) -> HotSpot:
    ordered = sorted(tickets, key=_reported_at, reverse=True)
    others = sum(joined.get(ticket.id, 0) for ticket in tickets)
    return HotSpot(
        place=place,
        category=category,
        reports=len(tickets) + others,
        tickets=tuple(ticket.id for ticket in ordered),
        first_at=instant_of(ordered[-1].course.reported_at),
        last_at=instant_of(ordered[0].course.reported_at),
    )
