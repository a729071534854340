"""The weights of matching as data, each with its unit and its reason. A street may change any of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import timedelta
from typing import Any

from ..kernel.unset import UNSET, Maybe, fields_set

__all__ = [
    "EDGES_FIRST",
    "INSTANCE_KEPT",
    "INSTANCE_MOST",
    "RINGS",
    "ROUNDS_MOST",
    "SHOWN",
    "THIN_MINUTES",
    "WORK_MOST",
    "Weights",
    "WeightsEdit",
]


def _weight(default: int, unit: str, why: str) -> Any:
    return field(default=default, metadata={"unit": unit, "why": why})


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """What an offer costs, in points; ten points are about one step further away in the tree of places."""

    same_building: int = _weight(
        0, "points", "a neighbour of the same building is there in a minute"
    )
    same_grid: int = _weight(10, "points", "within five minutes on foot")
    next_grid: int = _weight(20, "points", "a neighbouring grid")
    same_community: int = _weight(30, "points", "the same community")
    next_community: int = _weight(45, "points", "a neighbouring community")
    same_street: int = _weight(
        60, "points", "the far end of the street; some twenty minutes"
    )
    dialect: int = _weight(
        25, "points", "she does not speak a dialect that is wished for"
    )
    thin: int = _weight(
        20, "points", "her free time meets the window for less than two hours"
    )
    stranger: int = _weight(
        15, "points", "company and learning: the resident does not know her face yet"
    )
    load: int = _weight(
        20,
        "points for each offer of the last four weeks",
        "nobody is asked all the time; each further offer costs more",
    )
    load_most: int = _weight(
        600, "points", "where the price of load ends, so that it never outweighs a wish"
    )
    refusal_percent: int = _weight(
        10,
        "per cent of the wish's price",
        "a likely refusal costs more where a wish presses",
    )
    tired_percent: int = _weight(
        12,
        "points of a hundred for each offer of the last four weeks",
        "whoever was asked a lot lately says yes less often",
    )
    base: int = _weight(
        1500, "points", "of leaving a place unserved; more than any offer costs"
    )
    urgent: int = _weight(3000, "points", "on top where it is needed within two days")
    soon: int = _weight(1000, "points", "on top where it is needed within a week")
    aging_per_day: int = _weight(
        20, "points a day", "what has waited longer goes first"
    )
    aging_most: int = _weight(600, "points", "but never before what presses more")
    live_most: int = _weight(
        2, "offers", "that somebody has to answer at the same time"
    )

    @property
    def dearest(self) -> int:
        """Return the most that an offer can cost, its share of the wish's own price apart."""
        distance: int = max(getattr(self, name) for name in RINGS)
        return distance + self.dialect + self.thin + self.stranger + self.load_most

    def of_wish(self, urgency: str, waited: timedelta) -> int:
        """Return the price of leaving one place of a wish unserved."""
        aging = min(self.aging_most, self.aging_per_day * max(0, waited.days))
        return self.pressing(urgency) + aging

    def pressing(self, urgency: str) -> int:
        """Return the price of a wish but for its age."""
        return self.base + {"urgent": self.urgent, "soon": self.soon}.get(urgency, 0)

    def of_load(self, recent: int) -> int:
        """Return the price of an offer to somebody who has had so many in four weeks."""
        return min(self.load_most, self.load * recent)

    def willing(self, acceptance: int, recent: int) -> int:
        """Return how likely somebody accepts now, in permille, who has had so many offers in four weeks."""
        return max(0, acceptance - 10 * self.tired_percent * recent)

    def of_refusal(self, urgency: str, acceptance: int) -> int:
        """Return what a likely refusal costs; `acceptance` is in permille."""
        return (
            self.pressing(urgency)
            * self.refusal_percent
            * (1000 - acceptance)
            // 100_000
        )

    @property
    def leaves_somebody(self) -> bool:
        """Say whether a wish could be left unserved only because everybody is too dear, or because nobody may be asked."""
        return (
            self.live_most < 1
            or self.base * (100 - self.refusal_percent) <= self.dearest * 100
        )

    @classmethod
    def notes(cls) -> Mapping[str, Mapping[str, str]]:
        """Return the unit and the reason of every weight."""
        return {f.name: dict(f.metadata) for f in fields(cls)}


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightsEdit:
    """The changes to weights; what is unset stays. Each field is the weight of this name."""

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
    def named(self) -> Mapping[str, int]:
        """Return the weights that the edit changes, by name."""
        return {name: getattr(self, name) for name in fields_set(self)}

    def applied_to(self, weights: Weights) -> Weights:
        """Return the weights with the changes."""
        return replace(weights, **self.named)


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
EDGES_FIRST = 24  # candidates of a wish to begin with; pricing adds those that turn out to be better
ROUNDS_MOST = 12  # of adding candidates; there are rarely more than four
WORK_MOST = 3_000_000  # steps of the search for paths: some ten seconds, where a run may take two minutes
INSTANCE_KEPT = timedelta(days=90)  # how long a run can be computed again
INSTANCE_MOST = 3_000_000  # bytes, compressed; a transaction holds 4 MB, and no street comes near it
SHOWN = 20  # candidates shown to staff
LISTED = 100  # offers in a run's own record, for lists; all of them are kept beside it
