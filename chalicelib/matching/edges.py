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
    "may_be_asked",
    "obstacles",
    "ring_of",
    "serve",
    "terms_of",
    "why_of",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenWish:
    """A wish that needs somebody, as far as matching is concerned."""

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
    kin: frozenset[str] = frozenset()  # the resident, who filed it for her, whose phone is hers
    household: str | None = None
    not_again: frozenset[str] = frozenset()  # asked, or helped and given back


@dataclass(frozen=True, slots=True, kw_only=True)
class Helper:
    """A volunteer who may be asked, as far as matching is concerned. Times of `availability` are local ``HH:MM``."""

    id: str
    places: tuple[str, ...]
    base: str  # where she lives, or else where she helps
    kinds: frozenset[str] = frozenset()  # none: any
    never: frozenset[str] = frozenset()
    skills: frozenset[str] = frozenset()
    dialects: frozenset[str] = frozenset()
    availability: tuple[tuple[int, str, str], ...] = ()  # weekday 1 (Monday) to 7, from, to; none: any time
    vetted: bool = False
    household: str | None = None
    contact_via: str | None = None
    paused_until: datetime | None = None
    quiet: tuple[str, str] = (QUIET_FROM, QUIET_TO)
    room: int = 1  # how many more offers she may get
    live: int = 0  # offers that she may still answer
    capacity: int = 5  # how many more wishes she may take, what she carries already included
    recent: int = 0  # offers of the last four weeks
    acceptance: int = 600  # permille
    met: frozenset[str] = frozenset()
    silent: bool = False  # has left the latest offers unanswered


Neighbours = Callable[[str, str], bool]  # whether two grids, or two communities, lie side by side


def ring_of(base: str, place: str, neighbours: Neighbours) -> str:
    """Return how far a volunteer's base is from a place, as a step of `RINGS`."""
    if kind_of(base) in (PlaceKind.BUILDING, PlaceKind.UNIT) and base.split(".")[:4] == place.split(".")[:4]:
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


def overlap_minutes(helper: Helper, windows: Sequence[tuple[datetime, datetime]], zone: str) -> int:
    """Return for how many minutes at the best her hours meet a wish's windows. What ends before it begins ends on the next day."""
    best = timedelta()
    for start, end in windows:
        eve = local_day(start, zone) - timedelta(days=1)  # whose night reaches into the first day
        last = min(local_day(end, zone), eve + timedelta(days=8))  # by then each of her hours has been met whole
        for n in range((last - eve).days + 1):
            day = eve + timedelta(days=n)
            for weekday, opens, closes in helper.availability:
                if weekday == day.isoweekday():
                    begins = at_local(day, time.fromisoformat(opens), zone)
                    until = day + timedelta(days=1) if closes <= opens else day
                    best = max(
                        best,
                        min(at_local(until, time.fromisoformat(closes), zone), end) - max(begins, start),
                    )
    return int(best.total_seconds()) // 60


def serve(places: Sequence[str], place: str) -> bool:
    """Tell whether a volunteer for these places helps at a place."""
    return any(covers(own, place) or covers(place, own) for own in places)


# Why somebody may not be asked for a wish, each as a test of (wish, helper, now). Filters, not weights: no price buys them off.
OBSTACLES: Mapping[str, Callable[[OpenWish, Helper, datetime], bool]] = {
    "elsewhere": lambda w, h, now: not serve(h.places, w.place),
    "own": lambda w, h, now: h.id in w.kin or (w.resident == h.contact_via),
    "household": lambda w, h, now: w.household is not None and w.household == h.household,
    "asked_before": lambda w, h, now: h.id in w.not_again,
    "kind": lambda w, h, now: w.kind in h.never or (bool(h.kinds) and w.kind not in h.kinds),
    "skill": lambda w, h, now: not h.skills.issuperset(w.skills),
    "vetting": lambda w, h, now: w.vetted and not h.vetted,
    "paused": lambda w, h, now: h.paused_until is not None and h.paused_until > now,
    "availability": lambda w, h, now: bool(w.windows and h.availability) and overlap_minutes(h, w.windows, w.zone) <= 0,
    "quiet": lambda w, h, now: quiet_span(now, *h.quiet, w.zone) is not None,
    "silent": lambda w, h, now: h.silent,
    "full": lambda w, h, now: h.room < 1,
}
_AT_ALL = ("paused", "quiet", "silent", "full")  # stand against asking her for anything
OBSTACLES_OF_PAIR = tuple(test for name, test in OBSTACLES.items() if name not in _AT_ALL)


def may_be_asked(helper: Helper, now: datetime, zone: str) -> bool:
    """Say whether she may be asked for anything at this hour."""
    paused = helper.paused_until is not None and helper.paused_until > now
    return helper.room > 0 and not (paused or helper.silent) and quiet_span(now, *helper.quiet, zone) is None


def obstacles(wish: OpenWish, helper: Helper, now: datetime) -> list[str]:
    """Return everything that stands against asking her, in the order of `OBSTACLES`; empty when she may be asked."""
    return [name for name, stands_against in OBSTACLES.items() if stands_against(wish, helper, now)]


def terms_of(wish: OpenWish, helper: Helper, weights: Weights, neighbours: Neighbours) -> dict[str, int]:
    """Return what asking her costs, in points, term by term; the price of her load apart."""
    ring = ring_of(helper.base, wish.place, neighbours)
    terms = {
        ring: getattr(weights, ring),
        "refusal": weights.of_refusal(wish.urgency, helper.acceptance),
    }
    if wish.dialects and helper.dialects.isdisjoint(wish.dialects):
        terms["dialect"] = weights.dialect
    if wish.windows and helper.availability and overlap_minutes(helper, wish.windows, wish.zone) < THIN_MINUTES:
        terms["thin"] = weights.thin
    if wish.kind in ("company", "learning") and wish.resident not in helper.met:
        terms["stranger"] = weights.stranger
    return terms


def why_of(wish: OpenWish, helper: Helper, neighbours: Neighbours) -> tuple[str, ...]:
    """Return why she is asked, the most personal reason first (see `offers.texts.WHY`).

    She reads it before she takes the wish: that it is in her own building would say where the resident lives.
    """
    why = ["met"] if wish.resident in helper.met else []
    why += [f"skill:{skill}" for skill in wish.skills]
    why += [f"dialect:{dialect}" for dialect in wish.dialects if dialect in helper.dialects][:1]
    why += ["vetted"] if wish.vetted else []
    ring = ring_of(helper.base, wish.place, neighbours)
    why.append("same_grid" if ring == "same_building" else ring)
    if helper.recent == 0:
        why.append("rested")
    return tuple(why)
