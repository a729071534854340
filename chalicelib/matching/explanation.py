"""The candidates for a wish, and the one reason why it still waits. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ..offers.maker import need_of
from ..offers.model import AskedVolunteer, OfferRound
from ..people.model import Person
from ..wishes.model import Wish, is_offered
from .edges import OBSTACLES, Neighbours, OpenWish, Volunteer, terms_of, why_of
from .model import ShortageLine
from .policy import Weights

__all__ = ["Candidate", "Explanation", "candidate", "waiting_reason"]

WaitingReason = tuple[str, Mapping[str, object]]  # name, facts of its text


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
    """The candidates for a wish, the volunteers asked, and the reason why it waits.

    `facts` fill the reason's text.
    """

    wish: Wish
    need: int
    asked: Sequence[AskedVolunteer]
    decline_reasons: Mapping[str, str]  # by offer
    candidates: Sequence[Candidate]
    excluded: Mapping[str, int]
    reason: str
    facts: Mapping[str, object]
    shortages: Sequence[ShortageLine]


def waiting_reason(
    wish: Wish,
    offer_round: OfferRound,
    obstacles: Mapping[str, Sequence[str]],
    now: datetime,
    *,
    night: bool,
) -> WaitingReason:
    """Return the one reason why a wish waits, by name, and the facts of its text.

    `obstacles` are those of every volunteer nearby, by id. At `night` no volunteer is asked.
    """
    if not is_offered(wish):
        return "not_open", {"state": wish.state.value}
    if wish.has_missed_its_windows(now):
        return "missed", {"state": wish.state.value}
    if need_of(wish, offer_round) < 1:
        return "asked", {"count": len(offer_round.live)}
    return _reason_to_ask_nobody(wish, obstacles, night=night)


def _reason_to_ask_nobody(
    wish: Wish, obstacles: Mapping[str, Sequence[str]], *, night: bool
) -> WaitingReason:
    """Return the reason why a wish that needs volunteers has not asked enough of them."""
    if night and any(set(names) <= {"quiet"} for names in obstacles.values()):
        return "night", {}
    fitting = sum(not names for names in obstacles.values())
    if fitting:
        return "soon", {"count": fitting}
    if not obstacles:
        return "nobody", {}
    return _binding_obstacle(obstacles), {"skills": "、".join(wish.skills)}


def _binding_obstacle(obstacles: Mapping[str, Sequence[str]]) -> str:
    """Return the obstacle that alone excludes most volunteers.

    Where every volunteer has several, it is the most common. Of two that are equally common it
    is the later one, which passes sooner.
    """
    alone, every = Counter[str](), Counter[str]()
    for names in obstacles.values():
        every.update(names)
        if len(names) == 1:
            alone.update(names)
    counts = alone or every
    return max(reversed(OBSTACLES), key=lambda name: counts[name])


def candidate(
    wish: OpenWish,
    volunteer: Volunteer,
    people: Mapping[str, Person],
    weights: Weights,
    neighbours: Neighbours,
) -> Candidate:
    """Return a volunteer as staff see them; `people` are those whose name they may see."""
    person = people.get(volunteer.id)
    return Candidate(
        volunteer=volunteer.id,
        name=person.name if person else "",
        terms=terms_of(wish, volunteer, weights, neighbours),
        load=weights.load_cost(volunteer.recent),
        recent=volunteer.recent,
        acceptance=volunteer.acceptance,
        why=why_of(wish, volunteer, neighbours),
    )
