"""Who may be asked for which wish, and what that costs. Pure."""

from collections.abc import Callable, Mapping, Sequence
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
    "Helper",
    "OpenWish",
    "are_eligible",
    "may_be_asked",
    "obstacles",
    "ring_of",
    "serve",
    "terms_of",
    "why_of",
]


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
    windows: tuple[tuple[datetime, datetime], ...] = ()
    vetted: bool = False
    resident: str = ""
    kin: frozenset[str] = (
        frozenset()
    )  # the resident, who filed for them, whose phone rings for them
    household: str | None = None
    not_again: frozenset[str] = frozenset()  # asked, or helped and given back


@dataclass(frozen=True, slots=True, kw_only=True)
class Helper:
    """A volunteer, as matching sees them. Times of `availability` are local ``HH:MM``."""

    id: str
    places: tuple[str, ...]
    base: str  # where the volunteer lives, or else where they help
    kinds: frozenset[str] = frozenset()  # none: any
    never: frozenset[str] = frozenset()
    skills: frozenset[str] = frozenset()
    dialects: frozenset[str] = frozenset()
    availability: tuple[
        tuple[int, str, str], ...
    ] = ()  # weekday 1 (Monday) to 7, from, to; none: any time
    vetted: bool = False
    household: str | None = None
    contact_via: str | None = None
    paused_until: datetime | None = None
    quiet: tuple[str, str] = (QUIET_FROM, QUIET_TO)
    room: int = 1  # how many more offers the volunteer may get
    live: int = 0  # offers that still wait for an answer
    capacity: int = 5  # claims that the volunteer may have at once, those they have already included
    recent: int = 0  # offers of the last four weeks
    acceptance: int = 600  # permille
    met: frozenset[str] = frozenset()
    silent: bool = False  # has left the latest offers unanswered


Neighbours = Callable[
    [str, str], bool
]  # whether two grids, or two communities, lie side by side


def ring_of(base: str, place: str, neighbours: Neighbours) -> str:
    """Return how far a volunteer's base is from a place, as a step of `RINGS`."""
    if (
        kind_of(base) in (PlaceKind.BUILDING, PlaceKind.UNIT)
        and base.split(".")[:4] == place.split(".")[:4]
    ):
        return "same_building"
    here, there = grid_of(base), grid_of(place)
    if kind_of(here) is PlaceKind.GRID and kind_of(there) is PlaceKind.GRID:
        if here == there:
            return "same_grid"
        if neighbours(here, there):
            return "next_grid"
    ours, theirs = community_of(base), community_of(place)
    if ours == theirs:
        return "same_community"
    return "next_community" if neighbours(ours, theirs) else "same_street"


def overlap_minutes(
    helper: Helper, windows: Sequence[tuple[datetime, datetime]], zone: str
) -> int:
    """Return the longest overlap, in minutes, of a volunteer's hours with a window of a wish.

    Hours that end before they begin end on the next day.
    """
    best = timedelta()
    for start, end in windows:
        eve = local_day(start, zone) - timedelta(
            days=1
        )  # whose night reaches into the first day
        # Two weeks meet all weekly hours twice: once at least in full, when clocks go forward in the other week.
        last = min(local_day(end, zone), eve + timedelta(days=15))
        for n in range((last - eve).days + 1):
            day = eve + timedelta(days=n)
            for weekday, opens, closes in helper.availability:
                if weekday != day.isoweekday():
                    continue
                begins = at_local(day, time.fromisoformat(opens), zone)
                until = day + timedelta(days=1) if closes <= opens else day
                ends = at_local(until, time.fromisoformat(closes), zone)
                best = max(best, min(ends, end) - max(begins, start))
    return int(best.total_seconds()) // 60


def serve(places: Sequence[str], place: str) -> bool:
    """Say whether a volunteer for these places helps at a place."""
    return any(covers(own, place) or covers(place, own) for own in places)


def _is_elsewhere(wish: OpenWish, helper: Helper) -> bool:
    return not serve(helper.places, wish.place)


def _is_own(wish: OpenWish, helper: Helper) -> bool:
    return helper.id in wish.kin or wish.resident == helper.contact_via


def _is_of_household(wish: OpenWish, helper: Helper) -> bool:
    return wish.household is not None and wish.household == helper.household


def _was_asked_before(wish: OpenWish, helper: Helper) -> bool:
    return helper.id in wish.not_again


def _declines_kind(wish: OpenWish, helper: Helper) -> bool:
    return wish.kind in helper.never or (
        bool(helper.kinds) and wish.kind not in helper.kinds
    )


def _lacks_skill(wish: OpenWish, helper: Helper) -> bool:
    return not helper.skills.issuperset(wish.skills)


def _lacks_vetting(wish: OpenWish, helper: Helper) -> bool:
    return wish.vetted and not helper.vetted


def _is_unavailable(wish: OpenWish, helper: Helper) -> bool:
    if not wish.windows or not helper.availability:
        return False
    return overlap_minutes(helper, wish.windows, wish.zone) <= 0


def _is_paused(helper: Helper, now: datetime, zone: str) -> bool:
    return helper.paused_until is not None and helper.paused_until > now


def _is_quiet(helper: Helper, now: datetime, zone: str) -> bool:
    return quiet_span(now, *helper.quiet, zone) is not None


def _is_silent(helper: Helper, now: datetime, zone: str) -> bool:
    return helper.silent


def _is_full(helper: Helper, now: datetime, zone: str) -> bool:
    return helper.room < 1


# Why a volunteer may not be asked. Filters, not weights: no price outweighs them.
OBSTACLES_OF_PAIR: Mapping[str, Callable[[OpenWish, Helper], bool]] = {
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
_OBSTACLES_OF_HELPER: Mapping[str, Callable[[Helper, datetime, str], bool]] = {
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
    "paused",
    "availability",
    "quiet",
    "silent",
    "full",
)


def may_be_asked(helper: Helper, now: datetime, zone: str) -> bool:
    """Say whether a volunteer may be asked for any wish at this hour."""
    return not any(
        applies(helper, now, zone) for applies in _OBSTACLES_OF_HELPER.values()
    )


def are_eligible(wish: OpenWish, helper: Helper) -> bool:
    """Say whether a wish and a volunteer fit, apart from the hour and the volunteer's load."""
    return not any(applies(wish, helper) for applies in OBSTACLES_OF_PAIR.values())


def obstacles(wish: OpenWish, helper: Helper, now: datetime) -> list[str]:
    """Return all obstacles to asking a volunteer, in the order of `OBSTACLES`; empty when there is none."""
    found = {
        name for name, applies in OBSTACLES_OF_PAIR.items() if applies(wish, helper)
    }
    found |= {
        name
        for name, applies in _OBSTACLES_OF_HELPER.items()
        if applies(helper, now, wish.zone)
    }
    return [name for name in OBSTACLES if name in found]


def terms_of(
    wish: OpenWish, helper: Helper, weights: Weights, neighbours: Neighbours
) -> dict[str, int]:
    """Return the cost of asking a volunteer, in points, by term and without the price of their load."""
    ring = ring_of(helper.base, wish.place, neighbours)
    terms = {
        ring: getattr(weights, ring),
        "refusal": weights.of_refusal(wish.urgency, helper.acceptance),
    }
    if wish.dialects and helper.dialects.isdisjoint(wish.dialects):
        terms["dialect"] = weights.dialect
    if (
        wish.windows
        and helper.availability
        and overlap_minutes(helper, wish.windows, wish.zone) < THIN_MINUTES
    ):
        terms["thin"] = weights.thin
    if wish.kind in ("company", "learning") and wish.resident not in helper.met:
        terms["stranger"] = weights.stranger
    return terms


def why_of(wish: OpenWish, helper: Helper, neighbours: Neighbours) -> tuple[str, ...]:
    """Return why a volunteer is asked, the most personal reason first (see `offers.texts.WHY`).

    The volunteer reads it before accepting. "The same building" would reveal where the resident lives.
    """
    why = ["met"] if wish.resident in helper.met else []
    why += [f"skill:{skill}" for skill in wish.skills]
    why += [
        f"dialect:{dialect}" for dialect in wish.dialects if dialect in helper.dialects
    ][:1]
    why += ["vetted"] if wish.vetted else []
    ring = ring_of(helper.base, wish.place, neighbours)
    why.append("same_grid" if ring == "same_building" else ring)
    if helper.recent == 0:
        why.append("rested")
    return tuple(why)
