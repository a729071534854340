"""The weights of matching as data, each with its unit and reason. A street may change any."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import timedelta
from typing import Any

from ..kernel.unset import UNSET, Maybe, fields_set

__all__ = [
    "FIRST_CANDIDATES",
    "MATCH_RUN",
    "MAX_CANDIDATES_SHOWN",
    "MAX_OFFERS_LISTED",
    "MAX_REPLAY_BYTES",
    "MAX_ROUNDS",
    "MAX_WORK",
    "REPLAY_TTL",
    "RINGS",
    "THIN_MINUTES",
    "WISHES_PER_STEP",
    "Weights",
    "WeightsEdit",
]

_POINTS = "points"
_PER_RECENT_OFFER = "for each offer of the last four weeks"


def _weight(default: int, unit: str, why: str) -> Any:
    return field(default=default, metadata={"unit": unit, "why": why})


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """The costs of an offer, in points.

    Ten points are about one step further away in the tree of places.
    """

    same_building: int = _weight(
        0, _POINTS, "a neighbour of the same building is there in a minute"
    )
    same_grid: int = _weight(10, _POINTS, "within five minutes on foot")
    next_grid: int = _weight(20, _POINTS, "a neighbouring grid")
    same_community: int = _weight(30, _POINTS, "the same community")
    next_community: int = _weight(45, _POINTS, "a neighbouring community")
    same_street: int = _weight(
        60, _POINTS, "the far end of the street; some twenty minutes"
    )
    dialect: int = _weight(
        25, _POINTS, "the volunteer speaks none of the requested dialects"
    )
    thin: int = _weight(
        20,
        _POINTS,
        "the volunteer's free time overlaps the window by under two hours",
    )
    stranger: int = _weight(
        15,
        _POINTS,
        "company and learning: the resident has not met the volunteer yet",
    )
    load: int = _weight(
        20,
        f"{_POINTS} {_PER_RECENT_OFFER}",
        "nobody is asked all the time; each further offer costs more",
    )
    load_most: int = _weight(
        600,
        _POINTS,
        "where the price of load ends, so that it never outweighs a wish",
    )
    refusal_percent: int = _weight(
        10,
        "per cent of the wish's price",
        "a likely refusal costs more where a wish is urgent",
    )
    tired_percent: int = _weight(
        12,
        f"points of a hundred {_PER_RECENT_OFFER}",
        "a volunteer who was asked often lately accepts less often",
    )
    base: int = _weight(
        1500, _POINTS, "of leaving a place unserved; more than any offer costs"
    )
    urgent: int = _weight(
        3000, _POINTS, "on top where help is needed within two days"
    )
    soon: int = _weight(
        1000, _POINTS, "on top where help is needed within a week"
    )
    aging_per_day: int = _weight(
        20, "points a day", "a wish that has waited longer goes first"
    )
    aging_most: int = _weight(
        600, _POINTS, "but never before a more urgent wish"
    )
    live_most: int = _weight(
        2, "offers", "that one volunteer has to answer at the same time"
    )

    @property
    def max_offer_cost(self) -> int:
        """Return the most that an offer can cost, apart from its share of the wish's price."""
        distance: int = max(getattr(self, name) for name in RINGS)
        return (
            distance + self.dialect + self.thin + self.stranger + self.load_most
        )

    def wish_price(self, urgency: str, waited: timedelta) -> int:
        """Return the price of leaving one place of a wish unserved."""
        aging = min(self.aging_most, self.aging_per_day * max(0, waited.days))
        return self.urgency_price(urgency) + aging

    def urgency_price(self, urgency: str) -> int:
        """Return the price of a wish without its age."""
        return self.base + {"urgent": self.urgent, "soon": self.soon}.get(
            urgency, 0
        )

    def load_cost(self, recent: int) -> int:
        """Return the cost of an offer to a volunteer with so many offers in four weeks."""
        return min(self.load_most, self.load * recent)

    def expected_acceptance(self, acceptance: int, recent: int) -> int:
        """Return how likely a volunteer accepts now, in permille.

        The more offers they had in the last four weeks, the less likely.
        """
        return max(0, acceptance - 10 * self.tired_percent * recent)

    def refusal_cost(self, urgency: str, acceptance: int) -> int:
        """Return the cost of a likely refusal; `acceptance` is in permille."""
        share = self.refusal_percent * (1000 - acceptance)
        return self.urgency_price(urgency) * share // 100_000

    @property
    def can_price_out_a_wish(self) -> bool:
        """Say whether a wish could stay unserved although a volunteer fits.

        This is so if every volunteer may be too dear, or if no volunteer may get an offer.
        """
        if self.live_most < 1:
            return True
        left = self.base * (100 - self.refusal_percent)
        return left <= self.max_offer_cost * 100

    @classmethod
    def notes(cls) -> Mapping[str, Mapping[str, str]]:
        """Return the unit and the reason of every weight."""
        return {f.name: dict(f.metadata) for f in fields(cls)}


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightsEdit:
    """The changes to weights; an unset one stays. Each field is the weight of this name."""

    same_building: Maybe[int] = UNSET
    same_grid: Maybe[int] = UNSET
    next_grid: Maybe[int] = UNSET
    same_community: Maybe[int] = UNSET
    next_community: Maybe[int] = UNSET
    same_street: Maybe[int] = UNSET
    dialect: Maybe[int] = UNSET
    thin: Maybe[int] = UNSET
    stranger: Maybe[int] = UNSET
    load: Maybe[int] = UNSET
    load_most: Maybe[int] = UNSET
    refusal_percent: Maybe[int] = UNSET
    tired_percent: Maybe[int] = UNSET
    base: Maybe[int] = UNSET
    urgent: Maybe[int] = UNSET
    soon: Maybe[int] = UNSET
    aging_per_day: Maybe[int] = UNSET
    aging_most: Maybe[int] = UNSET
    live_most: Maybe[int] = UNSET

    @property
    def changed_weights(self) -> Mapping[str, int]:
        """Return the weights that the edit changes, by name."""
        return {name: getattr(self, name) for name in fields_set(self)}

    def applied_to(self, weights: Weights) -> Weights:
        """Return the weights with the changes."""
        return replace(weights, **self.changed_weights)


# The steps of distance, nearest first; each is the name of a weight and of a reason.
RINGS = (
    "same_building",
    "same_grid",
    "next_grid",
    "same_community",
    "next_community",
    "same_street",
)
THIN_MINUTES = 120
# Candidates of a wish to begin with; column generation adds those that turn out to be better.
FIRST_CANDIDATES = 24
MAX_ROUNDS = 12  # of adding candidates; there are rarely more than four
# Heap pops of the search for paths: some ten seconds, where a run may take two minutes.
MAX_WORK = 3_000_000
REPLAY_TTL = timedelta(days=90)  # how long a run can be computed again
# Bytes, compressed. A transaction holds 4 MB, and no street comes near it.
MAX_REPLAY_BYTES = 3_000_000
MATCH_RUN = "match.run"  # the command that does a step of a run by staff
# Wishes in one step of a job, each with a commit of its offers: five seconds or so.
WISHES_PER_STEP = 200
MAX_CANDIDATES_SHOWN = 20  # to staff
# Offers in a run's own record, for lists; all of them are kept beside it.
MAX_OFFERS_LISTED = 100
