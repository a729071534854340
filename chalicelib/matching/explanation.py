"""Who comes into question for a wish, and the one thing that it waits for. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ..offers.maker import need_of
from ..offers.model import AskedVolunteer, OfferRound
from ..people.model import Person
from ..wishes.model import State, Wish
from .edges import OBSTACLES, Helper, Neighbours, OpenWish, terms_of, why_of
from .policy import Weights

__all__ = ["Candidate", "Explanation", "candidate", "reason_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Somebody as a candidate for one wish: what asking her costs, or what stands against it."""

    volunteer: str
    name: str
    terms: Mapping[str, int]
    load: int
    recent: int
    acceptance: int
    why: Sequence[str]

    @property
    def cost(self) -> int:
        """Return the points that asking her costs, her load included."""
        return sum(self.terms.values()) + self.load


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Who comes into question for a wish, who was asked, and why it still waits; `facts` fill the reason's text."""

    wish: Wish
    need: int
    asked: Sequence[AskedVolunteer]
    reasons: Mapping[str, str]  # of those who declined, by offer
    candidates: Sequence[Candidate]
    excluded: Mapping[str, int]
    reason: str
    facts: Mapping[str, object]
    shortages: Sequence[tuple[str, str, int, int]]


def reason_of(
    wish: Wish,
    search: OfferRound,
    against: Mapping[str, Sequence[str]],
    now: datetime,
    *,
    night: bool,
) -> tuple[str, Mapping[str, object]]:
    """Return the one thing that a wish waits for, by name, and the facts of its text.

    `against` says of every volunteer nearby what stands against asking her; `night` that nobody is asked at this hour.
    """
    if wish.state is not State.OPEN or wish.has_missed_its_windows(now):
        return "missed" if wish.state is State.OPEN else "not_open", {"state": wish.state.value}
    if need_of(wish, search) < 1:
        return "asked", {"count": len(search.live)}
    fit = sum(not set(names) - {"quiet"} for names in against.values())
    if fit and night:
        return "night", {}
    if fit := sum(not names for names in against.values()):
        return "soon", {"count": fit}
    if not against:
        return "nobody", {}
    # What alone keeps most people away binds; where several things keep everybody away, the most common of them; of two
    # that keep equally many away the later in the table, which passes sooner.
    alone = Counter(names[0] for names in against.values() if len(names) == 1)
    every = Counter(name for names in against.values() for name in names)
    count = alone or every
    binding = max(reversed([*OBSTACLES]), key=lambda name: count[name])
    return binding, {"skills": "、".join(wish.skills)}


def candidate(
    wanted: OpenWish,
    helper: Helper,
    names: Mapping[str, Person],
    weights: Weights,
    neighbours: Neighbours,
) -> Candidate:
    """Return somebody who may be asked as staff see her; `names` are of those whom they may look up."""
    person = names.get(helper.id)
    return Candidate(
        volunteer=helper.id,
        name=person.name if person else "",
        terms=terms_of(wanted, helper, weights, neighbours),
        load=weights.of_load(helper.recent),
        recent=helper.recent,
        acceptance=helper.acceptance,
        why=why_of(wanted, helper, neighbours),
    )
