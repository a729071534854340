"""The pairs of wishes and volunteers: whether they are eligible, their cost and reasons. Pure."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from ..kernel.clock import at_local, local_day
from ..kernel.place import PlaceKind, community_of, covers, kind_of
from ..kernel.quiet import QUIET_FROM, QUIET_TO, quiet_span
from ..offers.model import grid_of
from ..offers.policy import OfferUrgency
from .policy import THIN_MINUTES, Weights

__all__ = [
    "OBSTACLES",
    "OBSTACLES_OF_PAIR",
    "Neighbours",
    "OpenWish",
    "Volunteer",
    "are_eligible",
    "may_be_asked",
    "obstacles",
    "overlap_minutes",
    "ring_of",
    "serve",
    "terms_of",
    "why_of",
]

Neighbours = Callable[
    [str, str], bool
]  # whether two grids or communities are adjacent
Window = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenWish:
    """An open wish, as matching sees it."""

    id: str
    need: int
    price: int  # of leaving one place unserved, points
    urgency: OfferUrgency
    kind: str
    place: str
    zone: str
    skills: tuple[str, ...] = ()
    dialects: tuple[str, ...] = ()
    windows: tuple[Window, ...] = ()
    vetted: bool = False  # only for volunteers vetted for safeguarding
    alone: bool = False  # only for volunteers that staff know well
    resident: str = ""
    # The resident, the person who filed for them, and the one whose phone rings for them.
    kin: frozenset[str] = frozenset()
    household: str | None = None
    not_again: frozenset[str] = frozenset()  # asked, or helped and given back


@dataclass(frozen=True, slots=True, kw_only=True)
class Volunteer:
    """A volunteer, as matching sees them. Times of `availability` are local ``HH:MM``."""

    id: str
    places: tuple[str, ...]
    base: str  # where the volunteer lives, or else where they help
    kinds: frozenset[str] = frozenset()  # none: any
    never: frozenset[str] = frozenset()
    skills: frozenset[str] = frozenset()
    dialects: frozenset[str] = frozenset()
    # Weekday 1 (Monday) to 7, from, to; none: any time.
    availability: tuple[tuple[int, str, str], ...] = ()
    vetted: bool = False  # for safeguarding
    known: bool = False  # seen in person by staff, and a delivery was confirmed
    may_claim: bool = True
    # What is counted for the volunteer, and the number of homes that staff have set.
    subjects: tuple[str, ...] = ()
    homes_allowed: int | None = None
    lifted_at: datetime | None = None
    household: str | None = None
    contact_via: str | None = None
    paused_until: datetime | None = None
    quiet: tuple[str, str] = (QUIET_FROM, QUIET_TO)
    room: int = 1  # how many more offers the volunteer may get
    live: int = 0  # offers that still wait for an answer
    capacity: int = (
        5  # claims that the volunteer may have at once, current ones included
    )
    recent: int = 0  # offers of the last four weeks
    acceptance: int = 600  # permille
    met: frozenset[str] = frozenset()
    silent: bool = False  # has left the latest offers unanswered


def ring_of(base: str, place: str, neighbours: Neighbours) -> str:
    """Return how far a volunteer's base is from a place, as a step of `RINGS`."""
    if _are_in_one_building(base, place):
        return "same_building"
    here, there = grid_of(base), grid_of(place)
    if kind_of(here) is PlaceKind.GRID and kind_of(there) is PlaceKind.GRID:
        if here == there:
            return "same_grid"
        if neighbours(here, there):
            return "next_grid"
    here, there = community_of(base), community_of(place)
    if here == there:
        return "same_community"
    return "next_community" if neighbours(here, there) else "same_street"


def _are_in_one_building(base: str, place: str) -> bool:
    if kind_of(base) not in (PlaceKind.BUILDING, PlaceKind.UNIT):
        return False
    return base.split(".")[:4] == place.split(".")[:4]


def overlap_minutes(
    volunteer: Volunteer, windows: Sequence[Window], zone: str
) -> int:
    """Return the longest overlap, in minutes, of a volunteer's free hours with a window."""
    longest = timedelta()
    for start, end in windows:
        for begins, ends in _free_hours(volunteer, start, end, zone):
            longest = max(longest, min(ends, end) - max(begins, start))
    return int(longest.total_seconds()) // 60


def _free_hours(
    volunteer: Volunteer, start: datetime, end: datetime, zone: str
) -> Iterator[Window]:
    """Yield a volunteer's free hours on the days of a window, from the evening before.

    Hours that end before they begin end on the next day. Two weeks are enough: they hold all
    weekly hours twice, so at least once in full when clocks go forward.
    """
    eve = local_day(start, zone) - timedelta(days=1)
    last = min(local_day(end, zone), eve + timedelta(days=15))
    for n in range((last - eve).days + 1):
        day = eve + timedelta(days=n)
        for weekday, opens, closes in volunteer.availability:
            if weekday != day.isoweekday():
                continue
            last_day = day + timedelta(days=1) if closes <= opens else day
            yield (
                at_local(day, time.fromisoformat(opens), zone),
                at_local(last_day, time.fromisoformat(closes), zone),
            )


def serve(places: Sequence[str], place: str) -> bool:
    """Say whether a volunteer for these places helps at a place."""
    return any(
        covers(served, place) or covers(place, served) for served in places
    )


def _is_elsewhere(wish: OpenWish, volunteer: Volunteer) -> bool:
    return not serve(volunteer.places, wish.place)


def _is_own(wish: OpenWish, volunteer: Volunteer) -> bool:
    return volunteer.id in wish.kin or wish.resident == volunteer.contact_via


def _is_of_household(wish: OpenWish, volunteer: Volunteer) -> bool:
    return wish.household is not None and wish.household == volunteer.household


def _was_asked_before(wish: OpenWish, volunteer: Volunteer) -> bool:
    return volunteer.id in wish.not_again


def _declines_kind(wish: OpenWish, volunteer: Volunteer) -> bool:
    if wish.kind in volunteer.never:
        return True
    return bool(volunteer.kinds) and wish.kind not in volunteer.kinds


def _lacks_skill(wish: OpenWish, volunteer: Volunteer) -> bool:
    return not volunteer.skills.issuperset(wish.skills)


def _lacks_vetting(wish: OpenWish, volunteer: Volunteer) -> bool:
    if wish.vetted and not volunteer.vetted:
        return True
    return wish.alone and not volunteer.known


def _is_unavailable(wish: OpenWish, volunteer: Volunteer) -> bool:
    if not wish.windows or not volunteer.availability:
        return False
    return overlap_minutes(volunteer, wish.windows, wish.zone) <= 0


def _may_not_claim(volunteer: Volunteer, now: datetime, zone: str) -> bool:
    return not volunteer.may_claim


def _is_paused(volunteer: Volunteer, now: datetime, zone: str) -> bool:
    return volunteer.paused_until is not None and volunteer.paused_until > now


def _is_quiet(volunteer: Volunteer, now: datetime, zone: str) -> bool:
    return quiet_span(now, *volunteer.quiet, zone) is not None


def _is_silent(volunteer: Volunteer, now: datetime, zone: str) -> bool:
    return volunteer.silent


def _is_full(volunteer: Volunteer, now: datetime, zone: str) -> bool:
    return volunteer.room < 1


# Why a volunteer may not be asked. Filters, not weights: no price outweighs them.
OBSTACLES_OF_PAIR: Mapping[str, Callable[[OpenWish, Volunteer], bool]] = {
    "elsewhere": _is_elsewhere,
    "own": _is_own,
    "household": _is_of_household,
    "asked_before": _was_asked_before,
    "kind": _declines_kind,
    "skill": _lacks_skill,
    "vetting": _lacks_vetting,
    "availability": _is_unavailable,
}
# The same for any wish of a time zone.
_OBSTACLES_OF_VOLUNTEER: Mapping[
    str, Callable[[Volunteer, datetime, str], bool]
] = {
    "not_vetted": _may_not_claim,
    "paused": _is_paused,
    "quiet": _is_quiet,
    "silent": _is_silent,
    "full": _is_full,
}
# The order in which they are named: lasting ones first.
OBSTACLES = (
    "elsewhere",
    "own",
    "household",
    "asked_before",
    "kind",
    "skill",
    "vetting",
    "not_vetted",
    "paused",
    "availability",
    "quiet",
    "silent",
    "full",
)


def may_be_asked(volunteer: Volunteer, now: datetime, zone: str) -> bool:
    """Say whether a volunteer may be asked for any wish at this hour."""
    rules = _OBSTACLES_OF_VOLUNTEER.values()
    return not any(applies(volunteer, now, zone) for applies in rules)


def are_eligible(wish: OpenWish, volunteer: Volunteer) -> bool:
    """Say whether a wish and a volunteer fit, apart from the hour and the volunteer's load."""
    rules = OBSTACLES_OF_PAIR.values()
    return not any(applies(wish, volunteer) for applies in rules)


def obstacles(wish: OpenWish, volunteer: Volunteer, now: datetime) -> list[str]:
    """Return all obstacles to asking a volunteer, in the order of `OBSTACLES`."""
    found = []
    for name in OBSTACLES:
        if name in OBSTACLES_OF_PAIR:
            applies = OBSTACLES_OF_PAIR[name](wish, volunteer)
        else:
            applies = _OBSTACLES_OF_VOLUNTEER[name](volunteer, now, wish.zone)
        if applies:
            found.append(name)
    return found


def terms_of(
    wish: OpenWish,
    volunteer: Volunteer,
    weights: Weights,
    neighbours: Neighbours,
) -> dict[str, int]:
    """Return the cost of asking a volunteer, in points by term, without their load."""
    ring = ring_of(volunteer.base, wish.place, neighbours)
    terms = {
        ring: getattr(weights, ring),
        "refusal": weights.refusal_cost(wish.urgency, volunteer.acceptance),
    }
    if wish.dialects and volunteer.dialects.isdisjoint(wish.dialects):
        terms["dialect"] = weights.dialect
    if _is_thin(wish, volunteer):
        terms["thin"] = weights.thin
    if (
        wish.kind in ("company", "learning")
        and wish.resident not in volunteer.met
    ):
        terms["stranger"] = weights.stranger
    return terms


def _is_thin(wish: OpenWish, volunteer: Volunteer) -> bool:
    if not wish.windows or not volunteer.availability:
        return False
    return overlap_minutes(volunteer, wish.windows, wish.zone) < THIN_MINUTES


def why_of(
    wish: OpenWish, volunteer: Volunteer, neighbours: Neighbours
) -> tuple[str, ...]:
    """Return the reasons for asking a volunteer (see `offers.texts.WHY`), most personal first.

    The volunteer reads them before accepting. So "the same building" is left out: it would
    reveal where the resident lives. So is vetting: it would reveal a mark of the resident.
    """
    why: list[str] = []
    if wish.resident in volunteer.met:
        why.append("met")
    why += [f"skill:{skill}" for skill in wish.skills]
    spoken = [
        dialect for dialect in wish.dialects if dialect in volunteer.dialects
    ]
    why += [f"dialect:{dialect}" for dialect in spoken[:1]]
    ring = ring_of(volunteer.base, wish.place, neighbours)
    why.append("same_grid" if ring == "same_building" else ring)
    if volunteer.recent == 0:
        why.append("rested")
    return tuple(why)
