"""The candidates for a wish, and the one reason why it still waits. Pure."""

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
    """A volunteer as a candidate for one wish, with the cost of asking them."""

    volunteer: str
    name: str
    terms: Mapping[str, int]
    load: int
    recent: int
    acceptance: int
    why: Sequence[str]

    @property
    def cost(self) -> int:
        """Return the cost of asking them, in points, their load included."""
        return sum(self.terms.values()) + self.load


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """The candidates for a wish, the volunteers asked, and why it waits. `facts` fill the reason's text."""

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
    offer_round: OfferRound,
    against: Mapping[str, Sequence[str]],
    now: datetime,
    *,
    night: bool,
) -> tuple[str, Mapping[str, object]]:
    """Return the one reason why a wish waits, by name, and the facts of its text.

    `against` holds the obstacles of every volunteer nearby. At `night` nobody is asked.
    """
    if wish.state is not State.OPEN or wish.has_missed_its_windows(now):
        return "missed" if wish.state is State.OPEN else "not_open", {
            "state": wish.state.value
        }
    if need_of(wish, offer_round) < 1:
        return "asked", {"count": len(offer_round.live)}
    fit = sum(not set(names) - {"quiet"} for names in against.values())
    if fit and night:
        return "night", {}
    if fit := sum(not names for names in against.values()):
        return "soon", {"count": fit}
    if not against:
        return "nobody", {}
    # The reason is the obstacle that alone excludes most volunteers. Where everybody has several, it
    # is the most common. Of two that are equally common it is the later one, which passes sooner.
    alone = Counter(names[0] for names in against.values() if len(names) == 1)
    every = Counter(name for names in against.values() for name in names)
    count = alone or every
    binding = max(reversed(OBSTACLES), key=lambda name: count[name])
    return binding, {"skills": "、".join(wish.skills)}


def candidate(
    wanted: OpenWish,
    helper: Helper,
    names: Mapping[str, Person],
    weights: Weights,
    neighbours: Neighbours,
) -> Candidate:
    """Return a volunteer as staff see them; `names` are the people that these staff may look up."""
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
