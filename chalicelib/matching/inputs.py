"""The input of a run, read together: open wishes with places left, and volunteers."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from ..kernel.clock import Clock
from ..kernel.place import community_of, covers, street_of
from ..kernel.quiet import QUIET_FROM, QUIET_TO
from ..kernel.text import as_read
from ..offers.maker import OfferMaker, need_of
from ..offers.model import OfferRound, VolunteerHistory, grid_of, urgency_of
from ..offers.policy import PRIOR_PERMILLE
from ..people.model import Person
from ..people.service import People
from ..people.volunteering import Volunteering
from ..places.model import DEFAULT_ZONE
from ..places.service import Places
from ..wishes.helper_reader import HelperReader
from ..wishes.helpers import Helper
from ..wishes.model import Wish, is_alone, is_offered, known_labels
from ..wishes.queries import WishQueries
from .edges import Neighbours, OpenWish, Volunteer, may_be_asked
from .policy import Weights

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
                _open_wish(wish, offer_round, resident, weights, now)
            )
        volunteers = []
        for areas in self._volunteers(place):
            history = histories.get(areas[0].person_id)
            volunteers.append(_volunteer(areas, history, weights, now))
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


def _open_wish(
    wish: Wish,
    offer_round: OfferRound | None,
    resident: Person | None,
    weights: Weights,
    now: datetime,
) -> OpenWish:
    """Return a wish as matching sees it."""
    urgency = urgency_of(wish.last_day, now, wish.zone)
    waited = now - (wish.opened_at or wish.submitted_at)
    windows = [(slot.start, slot.end) for slot in wish.window if slot.end > now]
    # Volunteers who have claimed the wish, also those who have given it back.
    not_again = frozenset(claim.helper for claim in wish.claims)
    if offer_round:
        not_again |= offer_round.not_again
    return OpenWish(
        id=wish.id,
        need=max(0, need_of(wish, offer_round)),
        price=weights.wish_price(urgency, waited),
        urgency=urgency,
        kind=wish.kind.value,
        place=wish.place,
        zone=wish.zone,
        skills=tuple(map(as_read, known_labels(wish.skills))),
        dialects=tuple(map(as_read, known_labels(wish.dialects))),
        windows=tuple(windows),
        vetted=wish.vetting_required,
        alone=is_alone(wish),
        resident=wish.person_id,
        kin=_kin_of(wish, resident),
        household=resident.household if resident else None,
        not_again=not_again,
    )


def _kin_of(wish: Wish, resident: Person | None) -> frozenset[str]:
    kin = {wish.person_id, wish.filed_by}
    if wish.proxy_id:
        kin.add(wish.proxy_id)
    if resident and resident.contact_via:
        kin.add(resident.contact_via)
    return frozenset(kin - {""})


def _volunteer(
    areas: Sequence[Volunteering],
    history: VolunteerHistory | None,
    weights: Weights,
    now: datetime,
) -> Volunteer:
    """Return a volunteer, with all areas they serve, as matching sees them."""
    volunteer = _without_history(areas, now)
    live, recent, acceptance = 0, 0, PRIOR_PERMILLE
    if history:
        live, recent, acceptance = (
            history.live(now),
            history.recent(now),
            history.acceptance,
        )
    capacity = volunteer.capacity
    return replace(
        volunteer,
        room=max(0, min(weights.live_most, capacity) - live),
        live=live,
        capacity=capacity - live,
        recent=recent,
        acceptance=weights.expected_acceptance(acceptance, recent),
        met=frozenset(history.met if history else ()),
        known=areas[0].was_seen_in_person and bool(history and history.met),
        silent=history is not None and history.silent(now),
    )


def _without_history(areas: Sequence[Volunteering], now: datetime) -> Volunteer:
    first = areas[0]
    profile, places = first.profile, _places_of(areas)
    base, quiet = places[0], (QUIET_FROM, QUIET_TO)
    if first.home and street_of(first.home) == street_of(base):
        base = first.home
    if first.quiet_hours:
        quiet = (first.quiet_hours.start, first.quiet_hours.end)
    hours = [
        (slot.weekday, slot.start, slot.end) for slot in profile.availability
    ]
    return Volunteer(
        id=first.person_id,
        places=places,
        base=base,
        kinds=frozenset(profile.kinds),
        never=frozenset(profile.never),
        skills=frozenset(map(as_read, profile.skills)),
        dialects=frozenset(map(as_read, profile.dialects)),
        availability=tuple(hours),
        vetted=first.is_safeguarding(now),
        may_claim=first.may_claim(now),
        subjects=first.limit_subjects,
        homes_allowed=first.homes_7_days,
        lifted_at=first.claims_lifted_at,
        household=first.household,
        contact_via=first.contact_via,
        paused_until=profile.paused_until,
        quiet=quiet,
        capacity=profile.capacity,
    )


def _places_of(areas: Sequence[Volunteering]) -> tuple[str, ...]:
    """Return the grids or larger places that a volunteer serves.

    A volunteer for a building is asked for its whole grid: otherwise a wish would reveal where
    its resident lives.
    """
    places: dict[str, None] = {}
    for area in areas:
        for place in area.places:
            places[grid_of(place)] = None
    return tuple(places)
