"""Statistics of the wishes and tickets of a place, for its staff. All are folded from facts."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from ..kernel.access import Resource
from ..kernel.clock import Clock, local_day, start_of_day
from ..kernel.errors import Invalid
from ..kernel.fact import Fact, microseconds
from ..kernel.place import street_of
from ..kernel.request import RequestContext
from ..message_log.budget import SmsBudget
from ..people.access import Access
from ..places.service import Places
from ..store.facts import FactReader
from ..tickets.facts import TICKET
from ..tickets.policy import Policy
from ..tickets.queries import TicketQueries
from . import permissions
from .hot_spots import HotSpot, hot_spots
from .overview import Overview, OverviewGrouping, overviews
from .rates import (
    ReportedTicket,
    StatisticsGrouping,
    TicketStatistics,
    grouped,
    statistics_of,
)

__all__ = ["MAX_SPAN", "HotSpots", "PlaceOverview", "Rates", "Statistics"]

MAX_SPAN = 366  # days
_MAX_SPOTS = 100
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """The statistics of a place, in total and by group.

    `cut` is True if there were too many tickets to read all.
    """

    total: TicketStatistics
    groups: Sequence[TicketStatistics]
    cut: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HotSpots:
    """The hot spots of a place by the policy of its street; `names` are those of the buildings.

    `cut` is True if there are more.
    """

    spots: Sequence[HotSpot]
    policy: Policy
    names: Mapping[str, str]
    cut: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceOverview:
    """The overview of a place from one local day to another.

    `names` are those of the places among the keys. `sms_fen` is the spending of the street in the
    months of the span, None for a place below it, or where it is not known any more.
    """

    place: str
    first: date
    last: date
    zone: str
    as_of: datetime
    groups: Sequence[Overview]
    names: Mapping[str, str]
    sms_fen: int | None
    cut: bool


class Statistics:
    """Use cases of statistics."""

    def __init__(
        self,
        *,
        clock: Clock,
        access: Access,
        places: Places,
        facts: FactReader,
        tickets: TicketQueries,
        current_policy: Callable[[str], tuple[int, Policy]],
        sms_budget: SmsBudget,
    ) -> None:
        self._clock, self._access, self._places = clock, access, places
        self._facts, self._tickets = facts, tickets
        self._current_policy, self._sms_budget = current_policy, sms_budget

    def rates(
        self,
        context: RequestContext,
        place: str,
        since: date,
        until: date,
        grouping: StatisticsGrouping,
    ) -> Rates:
        """Return the rates of the tickets reported at a place from one local day to another.

        Raises:
            Invalid: the days are not in order, or more than a year apart.

        """
        self._require(context, place)
        _check_span(since, until)
        zone = self._places.zone_of(street_of(place))
        facts, cut = self._facts.between(street_of(place), since, until)
        tickets = _reported(facts, place, _span(since, until, zone))
        now = self._clock.now()
        return Rates(
            total=statistics_of("", tickets, now),
            groups=grouped(tickets, grouping, now),
            cut=cut,
        )

    def hot_spots(self, context: RequestContext, place: str) -> HotSpots:
        """Return the buildings of a place with many recent reports of one category."""
        self._require(context, place)
        street = street_of(place)
        _, policy = self._current_policy(street)
        now, zone = self._clock.now(), self._places.zone_of(street)
        since = now - timedelta(days=policy.hot_spot_days)
        facts, cut = self._facts.between(
            street, local_day(since, zone), local_day(now, zone)
        )
        span = (microseconds(since), microseconds(now) + 1)
        tickets = _reported(facts, place, span)
        joined = self._tickets.joined_to([ticket.id for ticket in tickets])
        spots = hot_spots(tickets, joined, policy.hot_spot_reports)
        shown = spots[:_MAX_SPOTS]
        return HotSpots(
            spots=shown,
            policy=policy,
            names=self._names_of([spot.place for spot in shown]),
            cut=cut or len(spots) > len(shown),
        )

    def overview(
        self,
        context: RequestContext,
        place: str,
        since: date,
        until: date,
        grouping: OverviewGrouping,
    ) -> PlaceOverview:
        """Return the figures of wishes and tickets at a place from one local day to another.

        Raises:
            Invalid: the days are not in order, or more than a year apart.

        """
        self._require(context, place)
        _check_span(since, until)
        street, now = street_of(place), self._clock.now()
        zone = self._places.zone_of(street)
        facts, cut = self._facts.between(street, since, until)
        span = _span(since, until, zone)
        groups = overviews(facts, place, span, grouping, now)
        keys: list[str] = []
        if grouping in (OverviewGrouping.COMMUNITY, OverviewGrouping.GRID):
            keys = [group.key for group in groups]
        return PlaceOverview(
            place=place,
            first=since,
            last=until,
            zone=zone,
            as_of=now,
            groups=groups,
            names=self._names_of(keys),
            sms_fen=self._sms_fen(place, since, until),
            cut=cut,
        )

    def _sms_fen(self, place: str, since: date, until: date) -> int | None:
        """Return the spending of a street in the months of a span, in whole fen."""
        if place != street_of(place):
            return None
        spent_li = self._sms_budget.spent_between(place, since, until)
        return None if spent_li is None else -(-spent_li // 10)

    def _names_of(self, codes: Sequence[str]) -> dict[str, str]:
        found = self._places.find_many(codes)
        return {code: place.name for code, place in found.items()}

    def _require(self, context: RequestContext, place: str) -> None:
        resource = Resource(see=permissions.SEE, places=(place,))
        self._access.require(context, permissions.READ, resource)


def _check_span(since: date, until: date) -> None:
    if not 0 <= (until - since).days < MAX_SPAN:
        raise Invalid("figures.span", ["to"], days=MAX_SPAN)


def _span(since: date, until: date, zone: str) -> tuple[int, int]:
    """Return the first instant of a span of days and the one after its last."""
    first, end = start_of_day(since, zone), start_of_day(until + _DAY, zone)
    return microseconds(first), microseconds(end)


def _reported(
    facts: Sequence[Fact], place: str, span: tuple[int, int]
) -> list[ReportedTicket]:
    """Return the tickets reported at a place in a span of instants."""
    first, end = span
    here = [
        ReportedTicket.of(fact)
        for fact in facts
        if fact.kind == TICKET and fact.is_at(place)
    ]
    return [one for one in here if first <= one.course.reported_at < end]
