"""Statistics of the wishes and tickets of a place, for its staff. All are folded from facts."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from ..kernel.access import Resource
from ..kernel.clock import Clock, local_day, start_of_day
from ..kernel.fact import Fact, microseconds
from ..kernel.place import street_of
from ..kernel.request import RequestContext
from ..message_log.budget import SmsBudget
from ..people.access import Access
from ..places.service import Places
from ..store.facts import FactReader
from ..tickets.facts import TICKET
from ..tickets.policy import Policy
from . import permissions
from .hot_spots import HotSpot, hot_spots, joined_to
from .overview import OverviewGrouping
from .overview_reader import (
    OverviewRead,
    OverviewReader,
    OverviewRequest,
    span_of,
)
from .rates import (
    ReportedTicket,
    StatisticsGrouping,
    TicketStatistics,
    grouped,
    statistics_of,
)
from .span import check_span

__all__ = ["HotSpots", "PlaceOverview", "Rates", "Statistics"]

_MAX_SPOTS = 100
_PLACES = (OverviewGrouping.COMMUNITY, OverviewGrouping.GRID)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """The statistics of a place, in total and by group.

    `read_from` is the first day that was read, None if none was. It is later than was asked for
    where there are too many facts to read all: then `cut` is True.
    """

    total: TicketStatistics
    groups: Sequence[TicketStatistics]
    read_from: date | None
    cut: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HotSpots:
    """The hot spots of a place by the policy of its street; `names` are those of the buildings.

    They are of the tickets reported since an instant, None if none were read. `cut` is True if
    there are more spots, or if the policy looks further back.
    """

    spots: Sequence[HotSpot]
    policy: Policy
    names: Mapping[str, str]
    since: datetime | None
    cut: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceOverview:
    """The overview of a place as it was asked for.

    `names` are those of the places among the keys. `sms_fen` is the spending of the street in the
    months of the span, None for a place below it, or where it is not known any more.
    """

    request: OverviewRequest
    zone: str
    as_of: datetime
    read: OverviewRead
    names: Mapping[str, str]
    sms_fen: int | None

    @property
    def cut(self) -> bool:
        """Say whether the span begins before what was read."""
        return self.read.read_from != self.request.first


class Statistics:
    """Use cases of statistics."""

    def __init__(
        self,
        *,
        clock: Clock,
        access: Access,
        places: Places,
        facts: FactReader,
        current_policy: Callable[[str], tuple[int, Policy]],
        sms_budget: SmsBudget,
    ) -> None:
        self._clock, self._access, self._places = clock, access, places
        self._facts, self._overviews = facts, OverviewReader(facts)
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
        check_span(since, until)
        zone = self._places.zone_of(street_of(place))
        read = self._facts.between(street_of(place), since, until)
        tickets = _reported(read.facts, place, span_of(since, until, zone))
        now = self._clock.now()
        return Rates(
            total=statistics_of("", tickets, now),
            groups=grouped(tickets, grouping, now),
            read_from=read.first_day(since),
            cut=read.cut,
        )

    def hot_spots(self, context: RequestContext, place: str) -> HotSpots:
        """Return the buildings of a place with many recent reports of one category."""
        self._require(context, place)
        street = street_of(place)
        _, policy = self._current_policy(street)
        now, zone = self._clock.now(), self._places.zone_of(street)
        since = now - timedelta(days=policy.hot_spot_days)
        first = local_day(since, zone)
        read = self._facts.between(street, first, local_day(now, zone))
        span = (microseconds(since), microseconds(now) + 1)
        tickets = _reported(read.facts, place, span)
        joined = joined_to(read.facts)
        spots = hot_spots(tickets, joined, policy.hot_spot_reports)
        shown = spots[:_MAX_SPOTS]
        return HotSpots(
            spots=shown,
            policy=policy,
            names=self._names_of([spot.place for spot in shown]),
            since=_since(since, read.first_day(first), zone),
            cut=read.cut or len(spots) > len(shown),
        )

    def overview(
        self,
        context: RequestContext,
        request: OverviewRequest,
    ) -> PlaceOverview:
        """Return the figures of wishes and tickets at a place from one local day to another.

        Raises:
            Invalid: the days are not in order, or more than a year apart.

        """
        self._require(context, request.place)
        check_span(request.first, request.last)
        now = self._clock.now()
        zone = self._places.zone_of(street_of(request.place))
        read = self._overviews.read(request, zone, now)
        keys: list[str] = []
        if request.grouping in _PLACES:
            keys = [group.key for group in read.groups]
        return PlaceOverview(
            request=request,
            zone=zone,
            as_of=now,
            read=read,
            names=self._names_of(keys),
            sms_fen=self._sms_fen(request),
        )

    def _sms_fen(self, request: OverviewRequest) -> int | None:
        """Return the spending of a street in the months of a span, in whole fen."""
        street = request.place
        if street != street_of(street):
            return None
        spent_li = self._sms_budget.spent_between(
            street, request.first, request.last
        )
        return None if spent_li is None else -(-spent_li // 10)

    def _names_of(self, codes: Sequence[str]) -> dict[str, str]:
        found = self._places.find_many(codes)
        return {code: place.name for code, place in found.items()}

    def _require(self, context: RequestContext, place: str) -> None:
        resource = Resource(see=permissions.SEE, places=(place,))
        self._access.require(context, permissions.READ, resource)


def _since(wanted: datetime, read: date | None, zone: str) -> datetime | None:
    """Return the instant from which on tickets were read."""
    if read is None:
        return None
    return max(wanted, start_of_day(read, zone))


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
