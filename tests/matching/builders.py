"""Builders of wishes, volunteers and random streets for tests of matching."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from chalicelib.kernel.place import ancestors, community_of
from chalicelib.matching.edges import (
    OpenWish,
    Volunteer,
    may_be_asked,
    obstacles,
    terms_of,
)
from chalicelib.matching.inputs import MatchingInput
from chalicelib.matching.plan import ClaimsLeft, Plan, make_plan
from chalicelib.matching.policy import MAX_WORK, Weights
from chalicelib.matching.problem import AssignmentProblem
from chalicelib.offers.policy import OfferUrgency

__all__ = [
    "KINDS",
    "NOW",
    "WEIGHTS",
    "MatchingStreet",
    "a_street",
    "a_volunteer",
    "an_open_wish",
    "apart",
    "carrying",
    "crowded",
    "everything",
    "plan_of",
    "room_of",
]

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # a Monday, 10:00 in Shanghai
KINDS = ("goods", "service", "company", "learning")
SKILLS, DIALECTS = ("plumbing", "electrics", "reading"), ("sichuan", "shanghai")
WEIGHTS = Weights(refusal_percent=5)  # round numbers


def apart(one: str, other: str) -> bool:
    """Say that no two places are adjacent."""
    return False


def an_open_wish(**fields: Any) -> OpenWish:
    values = {
        "id": "wsh_a",
        "need": 1,
        "urgency": OfferUrgency.CALM,
        "kind": "goods",
        "place": "s.c1.g1.b1.u1",
        "zone": "Asia/Shanghai",
        "resident": "per_owner",
        "kin": frozenset({"per_owner"}),
    } | fields
    return OpenWish(
        **(
            {"price": WEIGHTS.wish_price(values["urgency"], timedelta())}
            | values
        )
    )


def a_volunteer(**fields: Any) -> Volunteer:
    return Volunteer(
        **(
            {"id": "per_a", "places": ("s.c1",), "base": "s.c1.g1.b2.u1"}
            | fields
        )
    )


@dataclass(frozen=True)
class MatchingStreet:
    """The wishes and volunteers of a street on a morning."""

    wishes: list[OpenWish]
    volunteers: list[Volunteer]
    beside: frozenset[tuple[str, str]] = frozenset()
    weights: Weights = WEIGHTS

    def neighbours(self, one: str, other: str) -> bool:
        return (one, other) in self.beside or (other, one) in self.beside


class _Dice(random.Random):
    """A random generator with a few more ways to draw."""

    def likely(self, share: float) -> bool:
        return self.random() < share

    def some(self, of: tuple[str, ...], share: float) -> frozenset[str]:
        return frozenset(one for one in of if self.likely(share))


def a_street(
    seed: int,
    wishes: int = 12,
    volunteers: int = 20,
    communities: int = 3,
    grids: int = 3,
    weights: Weights = WEIGHTS,
) -> MatchingStreet:
    """Draw a street in which every obstacle and every cost term applies to some pairs."""
    dice = _Dice(seed)
    names = [f"s.c{c}.g{g}" for c in range(communities) for g in range(grids)]
    beside = {pair for pair in pairwise(names) if dice.likely(0.4)}
    beside |= {
        (community_of(one), community_of(other))
        for one, other in beside
        if community_of(one) != community_of(other)
    }
    ids = [f"per_{n:03}" for n in range(volunteers)]
    return MatchingStreet(
        wishes=[
            _open_wish(dice, f"wsh_{n:03}", names, ids, weights)
            for n in range(wishes)
        ],
        volunteers=[_volunteer(dice, id, names) for id in ids],
        beside=frozenset(beside),
        weights=weights,
    )


def _somewhere(dice: _Dice, grids: list[str], levels: tuple[int, ...]) -> str:
    """Draw a place so many steps above a unit."""
    unit = f"{dice.choice(grids)}.b{dice.randint(1, 2)}.u{dice.randint(1, 2)}"
    return ancestors(unit)[dice.choice(levels)]


def _windows(dice: _Dice) -> tuple[tuple[datetime, datetime], ...]:
    starts = [
        NOW + timedelta(hours=dice.randint(1, 200))
        for _ in range(dice.choice((0, 0, 1, 2)))
    ]
    return tuple(
        (start, start + timedelta(hours=dice.choice((1, 3, 12, 300))))
        for start in starts
    )


def _open_wish(
    dice: _Dice,
    id: str,
    grids: list[str],
    volunteers: list[str],
    weights: Weights,
) -> OpenWish:
    urgency, resident = (
        dice.choice(list(OfferUrgency)),
        f"per_r{dice.randint(0, 9)}",
    )
    return OpenWish(
        id=id,
        need=dice.choice((1, 1, 1, 2, 3)),
        price=weights.wish_price(
            urgency, timedelta(days=dice.choice((0, 0, 1, 9, 90)))
        ),
        urgency=urgency,
        kind=dice.choice(KINDS),
        place=_somewhere(dice, grids, (0, 0, 0, 0, 1, 1, 2, 3, 4)),
        zone="Asia/Shanghai",
        skills=tuple(sorted(dice.some(SKILLS, 0.15))),
        dialects=tuple(sorted(dice.some(DIALECTS, 0.25))),
        windows=_windows(dice),
        vetted=dice.likely(0.15),
        alone=dice.likely(0.15),
        resident=resident,
        kin=frozenset(
            {resident, *dice.choices(volunteers, k=dice.choice((0, 1)))}
        )
        if volunteers
        else frozenset({resident}),
        household=dice.choice((None, "h1", "h2")),
        not_again=dice.some(tuple(volunteers), 0.05),
    )


def _volunteer(dice: _Dice, id: str, grids: list[str]) -> Volunteer:
    places = tuple(
        dict.fromkeys(
            _somewhere(dice, grids, (1, 2, 3, 3, 3, 4))
            for _ in range(dice.choice((1, 1, 2, 3)))
        )
    )
    home = _somewhere(dice, grids, (0, 0, 0, 1, 2))
    days = [
        (
            dice.randint(1, 7),
            *dice.choice(
                (("08:00", "12:00"), ("18:00", "19:00"), ("21:00", "02:00"))
            ),
        )
        for _ in range(5)
    ]
    return Volunteer(
        id=id,
        places=places,
        base=home if dice.likely(0.7) else places[0],
        kinds=dice.some(KINDS, 0.6) if dice.likely(0.4) else frozenset(),
        never=dice.some(KINDS, 0.1),
        skills=dice.some(SKILLS, 0.4),
        dialects=dice.some(DIALECTS, 0.4),
        availability=tuple(days) if dice.likely(0.5) else (),
        vetted=dice.likely(0.5),
        known=dice.likely(0.5),
        may_claim=dice.likely(0.9),
        household=dice.choice((None, None, "h1", "h2")),
        contact_via=dice.choice((None, None, None, "per_r1")),
        paused_until=NOW + timedelta(days=dice.choice((-1, 1)))
        if dice.likely(0.1)
        else None,
        quiet=("09:00", "11:00") if dice.likely(0.05) else ("21:00", "08:00"),
        room=dice.choice((0, 1, 2, 2, 2)),
        capacity=dice.randint(0, 5),
        recent=dice.choice((0, 0, 0, 1, 2, 5, 40)),
        acceptance=dice.choice((0, 200, 600, 600, 600, 900, 1000)),
        met=frozenset(
            f"per_r{dice.randint(0, 9)}" for _ in range(dice.choice((0, 0, 3)))
        ),
    )


def crowded(
    seed: int,
    wishes: int = 60,
    volunteers: int = 40,
    weights: Weights = WEIGHTS,
) -> MatchingStreet:
    """Draw one grid in which all wishes compete for the same few, nearly equal volunteers."""
    dice = _Dice(seed)
    return MatchingStreet(
        wishes=[
            an_open_wish(
                id=f"wsh_{n:03}",
                need=dice.choice((1, 1, 2, 3)),
                price=weights.wish_price(
                    "calm", timedelta(days=dice.randint(0, 3))
                ),
                place=f"s.c1.g1.b{dice.randint(1, 3)}.u1",
            )
            for n in range(wishes)
        ],
        volunteers=[
            a_volunteer(
                id=f"per_{n:03}",
                base=f"s.c1.g1.b{dice.randint(1, 3)}.u1",
                room=dice.choice((1, 2, 2)),
                recent=dice.choice((0, 0, 0, 1, 3)),
                acceptance=dice.choice((600, 600, 700)),
            )
            for n in range(volunteers)
        ],
        weights=weights,
    )


def carrying(carried: Mapping[str, int]) -> tuple[ClaimsLeft, list[str]]:
    """Return a look-up of claims left, and the list of volunteers it was called for."""
    asked: list[str] = []

    def look_up(volunteers: Sequence[Volunteer]) -> Mapping[str, int]:
        asked.extend(one.id for one in volunteers)
        return {
            one.id: one.capacity - carried.get(one.id, 0) for one in volunteers
        }

    return look_up, asked


def plan_of(
    street: MatchingStreet,
    carried: Mapping[str, int] | None = None,
    work: int = MAX_WORK,
) -> Plan:
    """Make the plan of a street as a run does."""
    inputs = MatchingInput(
        place="s",
        now=NOW,
        open_wishes=street.wishes,
        volunteers=street.volunteers,
        neighbours=street.neighbours,
        wishes={},
        offer_rounds={},
        histories={},
    )
    look_up, _ = carrying(carried or {})
    return make_plan(
        street.wishes,
        inputs.volunteers_now,
        street.weights,
        street.neighbours,
        look_up,
        work,
    )


def room_of(volunteer: Volunteer, carried: Mapping[str, int]) -> int:
    """Return how many more offers a volunteer may get now."""
    free = may_be_asked(volunteer, NOW, "Asia/Shanghai")
    return (
        max(
            0,
            min(
                volunteer.room,
                volunteer.capacity - carried.get(volunteer.id, 0),
            ),
        )
        if free
        else 0
    )


def everything(
    street: MatchingStreet, carried: Mapping[str, int] | None = None
) -> AssignmentProblem:
    """Return the problem of a street over every eligible pair, with all carried wishes known.

    Wishes and volunteers are in the order of a plan's.
    """
    wishes = sorted(street.wishes, key=lambda wish: (-wish.price, wish.id))
    volunteers = sorted(street.volunteers, key=lambda volunteer: volunteer.id)
    weights = street.weights
    return AssignmentProblem(
        needs=[wish.need for wish in wishes],
        prices=[wish.price for wish in wishes],
        edges=[_eligible_pairs(street, wish, volunteers) for wish in wishes],
        loads=[_load_of(one, weights, carried or {}) for one in volunteers],
    )


def _eligible_pairs(
    street: MatchingStreet, wish: OpenWish, volunteers: Sequence[Volunteer]
) -> list[tuple[int, int]]:
    pairs = []
    for j, volunteer in enumerate(volunteers):
        if not obstacles(wish, volunteer, NOW):
            terms = terms_of(wish, volunteer, street.weights, street.neighbours)
            pairs.append((j, sum(terms.values())))
    return pairs


def _load_of(
    volunteer: Volunteer, weights: Weights, carried: Mapping[str, int]
) -> list[int]:
    room = range(room_of(volunteer, carried))
    return [weights.load_cost(volunteer.recent + 2 * k) for k in room]
