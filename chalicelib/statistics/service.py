"""Statistics of the tickets of a place, for its staff."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from ..kernel.access import Resource
from ..kernel.clock import Clock, start_of_day
from ..kernel.errors import Invalid
from ..kernel.place import covers, street_of
from ..kernel.request import RequestContext
from ..people.access import Access
from ..places.service import Places
from ..tickets.model import Ticket
from ..tickets.policy import Policy
from ..tickets.queries import TicketQueries
from . import permissions
from .model import (
    HotSpot,
    StatisticsGrouping,
    TicketStatistics,
    grouped,
    hot_spots,
    statistics_of,
)

__all__ = ["MAX_SPAN", "HotSpots", "Rates", "Statistics"]

MAX_SPAN = 366  # days
_MAX_SPOTS = 100
_MAX_READ = 20_000  # tickets: four hundred requests, some eight seconds


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
    """The hot spots of a place by the policy of its street; `names` are those of the buildings."""

    spots: Sequence[HotSpot]
    policy: Policy
    names: Mapping[str, str]
    cut: bool


class Statistics:
    """Use cases of ticket statistics."""

    def __init__(
        self,
        *,
        clock: Clock,
        access: Access,
        places: Places,
        tickets: TicketQueries,
        current_policy: Callable[[str], tuple[int, Policy]],
    ) -> None:
        self._clock, self._access, self._places = clock, access, places
        self._tickets, self._current_policy = tickets, current_policy

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
        if not 0 <= (until - since).days < MAX_SPAN:
            raise Invalid("figures.span", ["to"], days=MAX_SPAN)
        zone = self._places.zone_of(street_of(place))
        last = (
            start_of_day(until + timedelta(days=1), zone) - timedelta.resolution
        )
        tickets, cut = self._reported(place, start_of_day(since, zone), last)
        now = self._clock.now()
        return Rates(
            total=statistics_of("", tickets, now),
            groups=grouped(tickets, grouping, now),
            cut=cut,
        )

    def hot_spots(self, context: RequestContext, place: str) -> HotSpots:
        """Return the buildings of a place with many recent reports of one category."""
        self._require(context, place)
        _, policy = self._current_policy(street_of(place))
        now = self._clock.now()
        since = now - timedelta(days=policy.hot_spot_days)
        tickets, cut = self._reported(place, since, now)
        joined = self._tickets.joined_to([ticket.id for ticket in tickets])
        spots = hot_spots(tickets, joined, policy.hot_spot_reports)[:_MAX_SPOTS]
        buildings = self._places.find_many([spot.place for spot in spots])
        names = {code: building.name for code, building in buildings.items()}
        return HotSpots(spots=spots, policy=policy, names=names, cut=cut)

    def _require(self, context: RequestContext, place: str) -> None:
        resource = Resource(see=permissions.SEE, places=(place,))
        self._access.require(context, permissions.READ, resource)

    def _reported(
        self, place: str, since: datetime, until: datetime
    ) -> tuple[list[Ticket], bool]:
        """Return the tickets reported at a place, newest first, and whether some were not read."""
        read, cut = self._tickets.reported_between(
            street_of(place), since, until, _MAX_READ
        )
        return [ticket for ticket in read if covers(place, ticket.place)], cut
