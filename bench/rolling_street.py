"""Draw the street of a simulated year: volunteers, wishes, and the possible pairs."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from chalicelib.matching.edges import (
    OBSTACLES_OF_PAIR,
    OpenWish,
    Volunteer,
    terms_of,
)
from chalicelib.matching.policy import Weights
from chalicelib.offers.policy import OfferUrgency

__all__ = ["SimulatedStreet", "Size", "draw_street"]

# The probability of a yes: at first, less for each recent offer, and the least
WILLING = 0.65
FATIGUE = 0.12
LEAST = 0.1
# of the street, of a community, of a grid
COMMUNITIES = 4
GRIDS = 4
BUILDINGS = 5
# values with their share of a hundred wishes
URGENCIES = (
    (OfferUrgency.URGENT, 15),
    (OfferUrgency.SOON, 30),
    (OfferUrgency.CALM, 55),
)
KINDS = (
    ("goods", 30),
    ("service", 40),
    ("company", 20),
    ("learning", 10),
)
NEEDS = ((1, 90), (2, 8), (3, 2))
OBSTACLES = ("elsewhere", "kind", "skill", "vetting")
Pair = tuple[int, int]  # a volunteer and the cost


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """The size of a simulation."""

    volunteers: int = 400
    a_week: int = 70
    weeks: int = 52


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedStreet:
    """The part of a simulation that does not depend on the policy."""

    seed: int
    size: Size
    helpers: Sequence[Volunteer]
    wishes: Sequence[OpenWish]
    # of each wish: the volunteers who may be asked, and the cost without refusal and load
    pairs: Sequence[Sequence[Pair]]
    spread: float = 0.0

    def accepts(self, wish: int, volunteer: int, recent: int) -> bool:
        """Say whether a volunteer accepts a wish after `recent` offers in four weeks.

        One number for each pair decides, so that all policies meet the same answers.
        """
        person = random.Random(f"{self.seed} {volunteer}")
        difference = self.spread * person.uniform(-1, 1)
        willing = WILLING + difference - FATIGUE * recent
        pair = random.Random(f"{self.seed} {wish} {volunteer}")
        return pair.random() < max(LEAST, willing)


def draw_street(seed: int, size: Size) -> SimulatedStreet:
    """Draw volunteers and wishes, and compute the possible pairs."""
    dice = random.Random(seed)
    helpers = [_a_helper(dice, n) for n in range(size.volunteers)]
    total = size.a_week * size.weeks
    wishes = [_a_wish(dice, n) for n in range(total)]
    return SimulatedStreet(
        seed=seed,
        size=size,
        helpers=helpers,
        wishes=wishes,
        pairs=[_pairs(wish, helpers) for wish in wishes],
    )


def _a_building(dice: random.Random) -> str:
    community = dice.randrange(COMMUNITIES)
    grid = dice.randrange(GRIDS)
    building = dice.randrange(BUILDINGS)
    return f"st.c{community}.g{grid}.b{building}"


def _one(dice: random.Random, table: Sequence[tuple[object, int]]) -> object:
    values = [value for value, _ in table]
    shares = [share for _, share in table]
    return dice.choices(values, shares)[0]


def _kinds(dice: random.Random) -> list[str]:
    """Draw the two kinds of wishes that a volunteer takes; half of them take all kinds."""
    if dice.random() < 0.5:
        return []
    names = [kind for kind, _ in KINDS]
    return dice.sample(names, 2)


def _with_chance(
    dice: random.Random, chance: float, name: str
) -> tuple[str, ...]:
    return (name,) if dice.random() < chance else ()


def _a_helper(dice: random.Random, number: int) -> Volunteer:
    base = _a_building(dice)
    kinds = _kinds(dice)
    community, *_ = base.rsplit(".", 2)
    whole_street = _with_chance(dice, 0.4, "st")
    skills = _with_chance(dice, 0.2, "repair")
    dialects = _with_chance(dice, 0.5, "local")
    return Volunteer(
        id=f"per_{number:04}",
        base=base,
        places=whole_street or (community,),
        kinds=frozenset(kinds),
        skills=frozenset(skills),
        dialects=frozenset(dialects),
        vetted=dice.random() < 0.3,
        # The cost of refusal changes from round to round, so a pair's cost excludes it.
        acceptance=1000,
    )


def _a_wish(dice: random.Random, number: int) -> OpenWish:
    kind = str(_one(dice, KINDS))
    need = _one(dice, NEEDS)
    urgency = _one(dice, URGENCIES)
    place = _a_building(dice)
    skills: tuple[str, ...] = ()
    if kind == "service":
        skills = _with_chance(dice, 0.3, "repair")
    dialects = _with_chance(dice, 0.3, "local")
    return OpenWish(
        id=f"wsh_{number:05}",
        need=int(str(need)),
        price=0,  # each round sets it, since it grows with age
        urgency=OfferUrgency(str(urgency)),
        kind=kind,
        place=place,
        zone="UTC",
        skills=skills,
        dialects=dialects,
        vetted=kind == "learning" and dice.random() < 0.5,
        resident=f"per_r{number:05}",
    )


@cache
def _beside(one: str, other: str) -> bool:
    """Say whether two grids or two communities are neighbours. All lie in a row."""
    above, last = one.rsplit(".", 1)
    other_above, other_last = other.rsplit(".", 1)
    number = int(last[1:])
    other_number = int(other_last[1:])
    return above == other_above and abs(number - other_number) == 1


def _pairs(wish: OpenWish, helpers: Sequence[Volunteer]) -> list[Pair]:
    pairs = []
    for n, helper in enumerate(helpers):
        if _may_be_asked(wish, helper):
            terms = terms_of(wish, helper, Weights(), _beside)
            cost = sum(terms.values())
            pairs.append((n, cost))
    return pairs


def _may_be_asked(wish: OpenWish, helper: Volunteer) -> bool:
    for name in OBSTACLES:
        applies = OBSTACLES_OF_PAIR[name]
        if applies(wish, helper):
            return False
    return True
