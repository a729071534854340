"""The input of a run, read together: open wishes with places left, and volunteers."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from ..kernel.clock import Clock
from ..kernel.place import community_of, covers, street_of
from ..offers.maker import OfferMaker
from ..offers.model import OfferRound, VolunteerHistory, grid_of
from ..people.service import People
from ..people.volunteering import Volunteering
from ..places.model import DEFAULT_ZONE
from ..places.service import Places
from ..wishes.helper_reader import HelperReader
from ..wishes.helpers import Helper
from ..wishes.model import Wish, is_offered
from ..wishes.queries import WishQueries
from .edges import Neighbours, OpenWish, Volunteer, may_be_asked
from .policy import Weights
from .sides import as_open_wish, as_volunteer

__all__ = ["InputReader", "MatchingInput"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchingInput:
    """The input of a run: open wishes, volunteers, and the records that were read for both."""

    place: str
    now: datetime
    open_wishes: Sequence[OpenWish]
    volunteers: Sequence[Volunteer]
    neighbours: Neighbours
    wishes: Mapping[str, Wish]
    offer_rounds: Mapping[str, OfferRound]
    histories: dict[str, VolunteerHistory]

    @property
    def volunteers_now(self) -> Sequence[Volunteer]:
        """Return all volunteers; those who may not be asked at this hour have no room."""
        zone = self.open_wishes[0].zone if self.open_wishes else DEFAULT_ZONE
        found = []
        for volunteer in self.volunteers:
            if may_be_asked(volunteer, self.now, zone):
                found.append(volunteer)
            else:
                found.append(replace(volunteer, room=0))
        return found


class InputReader:
    """Reads the input of runs and explanations."""

    def __init__(
        self,
        *,
        clock: Clock,
        people: People,
        places: Places,
        wishes: WishQueries,
        helpers: HelperReader,
        maker: OfferMaker,
    ) -> None:
        self._clock, self._people, self._places = clock, people, places
        self._wishes, self._maker, self._helpers = wishes, maker, helpers

    def read(self, place: str, weights: Weights) -> MatchingInput:
        """Read the input of a run: a handful of requests for a community of any size."""
        now = self._clock.now()
        offer_rounds, wishes = self._unmet(place, now)
        return self._read_for(place, weights, wishes, offer_rounds, now)

    def read_for(self, wish: Wish, weights: Weights) -> MatchingInput:
        """Read the input for one wish, whether or not it is open."""
        offer_rounds = {wish.id: self._maker.round_of(wish)}
        return self._read_for(
            wish.place,
            weights,
            {wish.id: wish},
            offer_rounds,
            self._clock.now(),
        )

    def _read_for(
        self,
        place: str,
        weights: Weights,
        wishes: Mapping[str, Wish],
        offer_rounds: Mapping[str, OfferRound],
        now: datetime,
    ) -> MatchingInput:
        if not wishes:
            return _no_input(place, now)
        residents = self._people.find_many(
            {wish.person_id for wish in wishes.values()}
        )
        histories = self._maker.histories_of(street_of(place))
        open_wishes = []
        for wish in wishes.values():
            offer_round = offer_rounds.get(wish.id)
            resident = residents.get(wish.person_id)
            open_wishes.append(
                as_open_wish(wish, offer_round, resident, weights, now)
            )
        volunteers = []
        for areas in self._volunteers(place):
            history = histories.get(areas[0].person_id)
            volunteers.append(as_volunteer(areas, history, weights, now))
        places = {wish.place for wish in open_wishes}
        places.update(volunteer.base for volunteer in volunteers)
        return MatchingInput(
            place=place,
            now=now,
            open_wishes=open_wishes,
            volunteers=volunteers,
            neighbours=self._neighbours_of(places),
            wishes=wishes,
            offer_rounds=offer_rounds,
            histories=histories,
        )

    def claims_left(self, volunteers: Sequence[Volunteer]) -> Mapping[str, int]:
        """Return how many more claims each of these volunteers may make, by id.

        Their live offers count as claims, each of a home that they were not shown yet.
        """
        subjects = {one.id: one.subjects for one in volunteers}
        records, now = (
            self._helpers.records_of_many(subjects),
            self._clock.now(),
        )
        left = {}
        for one in volunteers:
            helper = Helper(
                records=records[one.id],
                capacity=one.capacity,
                homes_allowed=one.homes_allowed,
                lifted_at=one.lifted_at,
            )
            homes = helper.homes_left(now) - one.live
            left[one.id] = min(helper.claims_left(now), homes)
        return left

    def _unmet(
        self, place: str, now: datetime
    ) -> tuple[dict[str, OfferRound], dict[str, Wish]]:
        """Return the offer rounds, and the open wishes of a place with places left, by wish."""
        area = place if place == street_of(place) else community_of(place)
        entries = self._wishes.open_at(area)
        offer_rounds: dict[str, OfferRound] = {}
        for community in sorted({entry.community for entry in entries}):
            offer_rounds |= self._maker.rounds_of(community)
        unmet = []
        for entry in entries:
            offer_round = offer_rounds.get(entry.id)
            live = len(offer_round.live) if offer_round else 0
            if entry.places_left > live:
                unmet.append(entry.id)
        wishes = {
            id: wish
            for id, wish in self._wishes.find_many(unmet).items()
            if covers(place, wish.place) and _can_be_matched(wish, now)
        }
        return offer_rounds, wishes

    def _volunteers(self, place: str) -> Collection[list[Volunteering]]:
        """Return the volunteers who may be asked at a place, each with all areas they serve."""
        found: defaultdict[str, list[Volunteering]] = defaultdict(list)
        for area in self._people.volunteers_of(place):
            found[area.person_id].append(area)
        return found.values()

    def _neighbours_of(self, places: Iterable[str]) -> Neighbours:
        """Return whether two grids or communities of these places are adjacent.

        It is enough that one of the two names the other.
        """
        codes: set[str] = set()
        for place in places:
            codes |= {grid_of(place), community_of(place)}
        pairs: set[tuple[str, str]] = set()
        for found in self._places.find_many(sorted(codes)).values():
            pairs.update((found.id, other) for other in found.neighbours)

        def are_neighbours(one: str, other: str) -> bool:
            return (one, other) in pairs or (other, one) in pairs

        return are_neighbours


def _can_be_matched(wish: Wish, now: datetime) -> bool:
    is_open = is_offered(wish) and wish.expires_at > now
    return is_open and not wish.has_missed_its_windows(now)


def _no_input(place: str, now: datetime) -> MatchingInput:
    return MatchingInput(
        place=place,
        now=now,
        open_wishes=(),
        volunteers=(),
        neighbours=_are_apart,
        wishes={},
        offer_rounds={},
        histories={},
    )


def _are_apart(one: str, other: str) -> bool:
    return False
