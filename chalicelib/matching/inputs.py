"""The input of a run, read together: open wishes with places left, and volunteers."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from ..kernel.clock import Clock
from ..kernel.place import community_of, covers, street_of
from ..kernel.quiet import QUIET_FROM, QUIET_TO
from ..kernel.text import as_read
from ..offers.maker import OfferMaker, need_of
from ..offers.model import OfferRound, VolunteerHistory, grid_of, urgency_of
from ..offers.policy import PRIOR_PERMILLE
from ..people.model import Person, Vetting
from ..people.service import People
from ..people.volunteering import Volunteering
from ..places.model import DEFAULT_ZONE
from ..places.service import Places
from ..wishes.model import State, Wish
from ..wishes.queries import WishQueries
from .edges import Helper, Neighbours, OpenWish, may_be_asked
from .policy import Weights

__all__ = ["InputReader", "MatchingInput"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchingInput:
    """The input of a run: open wishes, volunteers who could be asked, and what was read for both."""

    place: str
    now: datetime
    wanted: Sequence[OpenWish]
    helpers: Sequence[Helper]
    neighbours: Neighbours
    wishes: Mapping[str, Wish]
    offer_rounds: Mapping[str, OfferRound]
    histories: dict[str, VolunteerHistory]

    @property
    def free(self) -> Sequence[Helper]:
        """Return all volunteers; those who may not be asked at this hour have no room."""
        zone = self.wanted[0].zone if self.wanted else DEFAULT_ZONE
        return [
            helper if may_be_asked(helper, self.now, zone) else replace(helper, room=0)
            for helper in self.helpers
        ]


class InputReader:
    """Reads the input of runs and explanations."""

    def __init__(
        self,
        *,
        clock: Clock,
        people: People,
        places: Places,
        wishes: WishQueries,
        maker: OfferMaker,
    ) -> None:
        self._clock, self._people, self._places = clock, people, places
        self._wishes, self._maker = wishes, maker

    def read(
        self, place: str, weights: Weights, only: Wish | None = None
    ) -> MatchingInput:
        """Read the input of a run: a handful of requests for a community of any size."""
        now, street = self._clock.now(), street_of(place)
        if only:
            wishes, offer_rounds = (
                {only.id: only},
                {only.id: self._maker.round_of(only)},
            )
        else:
            wishes, offer_rounds = self._unmet(place, now)
        if not wishes:
            return _nothing(place, now)
        residents = self._people.find_many({wish.person_id for wish in wishes.values()})
        histories = self._maker.histories_of(street)
        helpers = [
            _helper(several, histories, weights, now)
            for several in self._volunteers(place)
        ]
        wanted = [
            _wanted(
                wish,
                offer_rounds.get(wish.id),
                residents.get(wish.person_id),
                weights,
                now,
            )
            for wish in wishes.values()
        ]
        places = [
            *(wish.place for wish in wishes.values()),
            *(helper.base for helper in helpers),
        ]
        return MatchingInput(
            place=place,
            now=now,
            wanted=wanted,
            helpers=helpers,
            neighbours=self._neighbours_of(places),
            wishes=wishes,
            offer_rounds=offer_rounds,
            histories=histories,
        )

    def _unmet(
        self, place: str, now: datetime
    ) -> tuple[dict[str, Wish], dict[str, OfferRound]]:
        """Return the open wishes of a place with places left, and the offer rounds by wish."""
        entries = self._wishes.open_at(
            place if place == street_of(place) else community_of(place)
        )
        offer_rounds: dict[str, OfferRound] = {}
        for community in sorted({entry.community for entry in entries}):
            offer_rounds |= self._maker.rounds_of(community)

        def offered(wish_id: str) -> int:
            return len(offer_rounds[wish_id].live) if wish_id in offer_rounds else 0

        unmet = [entry.id for entry in entries if entry.places_left > offered(entry.id)]
        wishes = {}
        for id, wish in self._wishes.find_many(unmet).items():
            is_open = wish.state is State.OPEN and wish.expires_at > now
            if (
                is_open
                and covers(place, wish.place)
                and not wish.has_missed_its_windows(now)
            ):
                wishes[id] = wish
        return wishes, offer_rounds

    def _volunteers(self, place: str) -> Iterable[list[Volunteering]]:
        """Return the volunteers who may be asked at a place, each with all the areas that they serve."""
        found: defaultdict[str, list[Volunteering]] = defaultdict(list)
        for one in self._people.volunteers_of(place):
            found[one.person_id].append(one)
        return found.values()

    def _neighbours_of(self, places: Iterable[str]) -> Neighbours:
        """Return which grids and communities of these places lie side by side. One of the two has to name the other."""
        codes = {
            code for place in places for code in (grid_of(place), community_of(place))
        }
        beside = {
            (place.id, other)
            for place in self._places.find_many(sorted(codes)).values()
            for other in place.neighbours
        }
        return lambda one, other: (one, other) in beside or (other, one) in beside


def _nothing(place: str, now: datetime) -> MatchingInput:
    return MatchingInput(
        place=place,
        now=now,
        wanted=(),
        helpers=(),
        neighbours=_apart,
        wishes={},
        offer_rounds={},
        histories={},
    )


def _apart(one: str, other: str) -> bool:
    return False


def _wanted(
    wish: Wish,
    offer_round: OfferRound | None,
    resident: Person | None,
    weights: Weights,
    now: datetime,
) -> OpenWish:
    urgency = urgency_of(wish.last_day, now, wish.zone)
    kin = {
        wish.person_id,
        wish.filed_by,
        wish.proxy_id or "",
        (resident.contact_via if resident else None) or "",
    }
    helped = {
        claim.helper for claim in wish.claims
    }  # who has it, and who has given it back
    return OpenWish(
        id=wish.id,
        need=max(0, need_of(wish, offer_round)),
        price=weights.of_wish(urgency, now - (wish.opened_at or wish.submitted_at)),
        urgency=urgency,
        kind=wish.kind.value,
        place=wish.place,
        zone=wish.zone,
        skills=tuple(map(as_read, wish.skills)),
        dialects=tuple(map(as_read, wish.dialects)),
        windows=tuple((slot.start, slot.end) for slot in wish.window if slot.end > now),
        vetted=wish.vetting_required,
        resident=wish.person_id,
        kin=frozenset(kin - {""}),
        household=resident.household if resident else None,
        not_again=frozenset(helped)
        | (offer_round.not_again if offer_round else frozenset()),
    )


def _helper(
    several: Sequence[Volunteering],
    histories: Mapping[str, VolunteerHistory],
    weights: Weights,
    now: datetime,
) -> Helper:
    one, history = several[0], histories.get(several[0].person_id)
    profile = one.profile
    # A volunteer for a building is asked for its whole grid: else a wish would reveal where its resident lives.
    places = tuple(
        dict.fromkeys(grid_of(place) for area in several for place in area.places)
    )
    street = street_of(places[0])
    live, recent = (history.live(now), history.recent(now)) if history else (0, 0)
    return Helper(
        id=one.person_id,
        places=places,
        base=one.home if one.home and street_of(one.home) == street else places[0],
        kinds=frozenset(profile.kinds),
        never=frozenset(profile.never),
        skills=frozenset(map(as_read, profile.skills)),
        dialects=frozenset(map(as_read, profile.dialects)),
        availability=tuple((a.weekday, a.start, a.end) for a in profile.availability),
        vetted=one.vetting is Vetting.SAFEGUARDING,
        household=one.household,
        contact_via=one.contact_via,
        paused_until=profile.paused_until,
        quiet=(one.quiet_hours.start, one.quiet_hours.end)
        if one.quiet_hours
        else (QUIET_FROM, QUIET_TO),
        room=max(0, min(weights.live_most, profile.capacity) - live),
        live=live,
        capacity=profile.capacity - live,
        recent=recent,
        acceptance=weights.willing(
            history.acceptance if history else PRIOR_PERMILLE, recent
        ),
        met=frozenset(history.met) if history else frozenset(),
        silent=history.silent(now) if history else False,
    )
