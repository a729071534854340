"""A year of asking: what the price of load, the solver and urgency do to waits, to how much one
person is asked, to distance.

How: one street, 400 volunteers, 70 new wishes a week, 52 rounds. A round builds one problem of
all open wishes and all whom the house would let be asked, with its own weights and its own
estimate of who accepts (`chalicelib/matching/edges.py`, `policy.py`, `offers/model.py`); a
policy says whom to ask; everybody answers before the next round. She accepts with max(.1, .65 -
.12 x the offers that she got in four weeks): an assumption about fatigue, not a fit. In the
street where people differ, .35 to .95 stand in the place of .65, one for each person. What is
not accepted stays open, and nobody is asked twice for the same wish. The policies see the same
street, the same wishes and the same dice: whether somebody accepts hangs on one number for each
pair. Five seeds; cells are their mean, with the least and the most.

It is a model. Rounds are weeks where the house runs every quarter of an hour; wishes keep their
urgency and have no windows; residents come once, so nobody's face is known; nobody carries a
wish for longer than a round.
"""

import random
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from math import ceil
from pathlib import Path
from statistics import mean

from chalicelib.matching.edges import (
    OBSTACLES_OF_PAIR,
    OpenWish,
    Volunteer,
    terms_of,
)
from chalicelib.matching.plan import gini
from chalicelib.matching.policy import Weights
from chalicelib.matching.problem import AssignmentProblem
from chalicelib.offers.model import OfferState, VolunteerHistory
from chalicelib.offers.policy import OfferUrgency
from tests.matching.instances import Assigned

from .bars import Block, draw
from .matchers import arrival_order, exact, greedy, urgency_first
from .table import show

__all__ = [
    "BLIND",
    "GREEDY",
    "HOUSE",
    "POLICIES",
    "SPREADS",
    "Policy",
    "Size",
    "Street",
    "Year",
    "draw_street",
    "main",
    "play",
]

SEEDS = range(11, 16)
PLOT = Path("docs/matching.svg")
NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
MONTH = 4  # rounds, over which offers weigh
WILLING, FATIGUE, LEAST = 0.65, 0.12, 0.1
SPREADS = {
    "everybody alike": 0.0,
    "people differ": 0.3,
}  # of willingness, to both sides
COMMUNITIES, GRIDS, BUILDINGS = 4, 4, 5
URGENCIES = (
    (OfferUrgency.URGENT, 15),
    (OfferUrgency.SOON, 30),
    (OfferUrgency.CALM, 55),
)
KINDS = (("goods", 30), ("service", 40), ("company", 20), ("learning", 10))
NEEDS = ((1, 90), (2, 8), (3, 2))
LOADS, REFUSALS, TIRED = (15, 20, 40), (0, 5, 10), (0, 6, 12)
SHOWN = (
    "mean wait",
    "mean wait, urgent",
    "most in four weeks",
    "match cost",
)  # of other weights


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much is simulated."""

    volunteers: int = 400
    a_week: int = 70
    weeks: int = 52


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Who decides, and with which weights."""

    name: str
    match: Callable[[AssignmentProblem], Assigned]
    weights: Weights


UNWEIGHED = Weights(
    load=0, refusal_percent=0
)  # neither load nor who is likely to accept
HOUSE = Policy(name="optimum, default weights", match=exact, weights=Weights())
BLIND = replace(
    HOUSE, name="optimum, blind to tiredness", weights=Weights(tired_percent=0)
)
GREEDY = Policy(
    name="greedy, price of load",
    match=greedy,
    weights=Weights(refusal_percent=0),
)
POLICIES = (
    HOUSE,
    BLIND,
    GREEDY,
    replace(GREEDY, name="urgency first, price of load", match=urgency_first),
    replace(
        HOUSE,
        name="optimum, no price of load",
        weights=Weights(load=0, tired_percent=0),
    ),
    Policy(name="greedy, neither", match=greedy, weights=UNWEIGHED),
    Policy(
        name="arrival order, neither", match=arrival_order, weights=UNWEIGHED
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Street:
    """Everything that does not depend on whom one asks."""

    seed: int
    size: Size
    helpers: Sequence[Volunteer]
    wishes: Sequence[OpenWish]
    pairs: Sequence[
        Sequence[tuple[int, int]]
    ]  # of each wish: who may be asked, and what it costs beside refusal and load
    spread: float = 0.0

    def arrived(self, wish: int) -> int:
        """Return the round in which a wish is new."""
        return wish // self.size.a_week

    def accepts(self, wish: int, volunteer: int, recent: int) -> bool:
        """Say whether she does, being asked for it after so many offers in four weeks."""
        willing = WILLING + self.spread * random.Random(
            f"{self.seed} {volunteer}"
        ).uniform(-1, 1)
        return random.Random(f"{self.seed} {wish} {volunteer}").random() < max(
            LEAST, willing - FATIGUE * recent
        )


@dataclass(slots=True, kw_only=True)
class Year:
    """What came of it."""

    waits: dict[OfferUrgency, list[int]] = field(
        default_factory=lambda: {urgency: [] for urgency in OfferUrgency}
    )  # rounds
    fulfilled: int = 0
    offers: int = 0
    most: int = 0  # offers of somebody in four weeks
    ginis: list[int] = field(
        default_factory=list
    )  # permille, of the four-week offers, round by round
    costs: list[int] = field(
        default_factory=list
    )  # of what was accepted, beside refusal and load

    def numbers(self) -> dict[str, float]:
        """Return them by name."""
        waits = [wait for found in self.waits.values() for wait in found]
        by_urgency = {
            f"mean wait, {urgency}": mean(found)
            for urgency, found in self.waits.items()
        }
        late = {
            f"p95 wait, {urgency}": sorted(found)[ceil(0.95 * len(found)) - 1]
            for urgency, found in self.waits.items()
        }
        return {
            "fulfilled": self.fulfilled,
            "offers sent": self.offers,
            "mean wait": mean(waits),
            **by_urgency,
            **late,
            "Gini of offers": mean(self.ginis) / 1000,
            "most in four weeks": self.most,
            "match cost": mean(self.costs),
        }


def draw_street(seed: int, size: Size) -> Street:
    """Draw volunteers, wishes, and who may be asked for what."""
    dice = random.Random(seed)
    helpers = [_a_helper(dice, n) for n in range(size.volunteers)]
    wishes = [_a_wish(dice, n) for n in range(size.a_week * size.weeks)]
    return Street(
        seed=seed,
        size=size,
        helpers=helpers,
        wishes=wishes,
        pairs=[_pairs(wish, helpers) for wish in wishes],
    )


def _a_building(dice: random.Random) -> str:
    return f"st.c{dice.randrange(COMMUNITIES)}.g{dice.randrange(GRIDS)}.b{dice.randrange(BUILDINGS)}"


def _one(dice: random.Random, table: Sequence[tuple[object, int]]) -> object:
    return dice.choices(
        [value for value, _ in table], [share for _, share in table]
    )[0]


def _a_helper(dice: random.Random, number: int) -> Volunteer:
    base = _a_building(dice)
    kinds = (
        []
        if dice.random() < 0.5
        else dice.sample([kind for kind, _ in KINDS], 2)
    )
    return Volunteer(
        id=f"per_{number:04}",
        base=base,
        places=("st",) if dice.random() < 0.4 else (base.rsplit(".", 2)[0],),
        kinds=frozenset(kinds),
        skills=frozenset({"repair"} if dice.random() < 0.2 else ()),
        dialects=frozenset({"local"} if dice.random() < 0.5 else ()),
        vetted=dice.random() < 0.3,
        # So that what refusal costs is not in the pair's cost; it changes from round to round
        acceptance=1000,
    )


def _a_wish(dice: random.Random, number: int) -> OpenWish:
    kind = str(_one(dice, KINDS))
    return OpenWish(
        id=f"wsh_{number:05}",
        need=int(str(_one(dice, NEEDS))),
        price=0,  # it grows with age
        urgency=OfferUrgency(str(_one(dice, URGENCIES))),
        kind=kind,
        place=_a_building(dice),
        zone="UTC",
        skills=("repair",) if kind == "service" and dice.random() < 0.3 else (),
        dialects=("local",) if dice.random() < 0.3 else (),
        vetted=kind == "learning" and dice.random() < 0.5,
        resident=f"per_r{number:05}",
    )


@cache
def _beside(one: str, other: str) -> bool:
    """Say whether two grids, or two communities, lie side by side: all lie in a row."""
    (above, last), (over, end) = one.rsplit(".", 1), other.rsplit(".", 1)
    return above == over and abs(int(last[1:]) - int(end[1:])) == 1


def _pairs(
    wish: OpenWish, helpers: Sequence[Volunteer]
) -> list[tuple[int, int]]:
    against = [
        OBSTACLES_OF_PAIR[name]
        for name in ("elsewhere", "kind", "skill", "vetting")
    ]
    able = [
        n
        for n, helper in enumerate(helpers)
        if not any(applies(wish, helper) for applies in against)
    ]
    return [
        (n, sum(terms_of(wish, helpers[n], Weights(), _beside).values()))
        for n in able
    ]


def play(street: Street, policy: Policy) -> Year:
    """Ask for a year as the policy says."""
    year, size = Year(), street.size
    left = {n: wish.need for n, wish in enumerate(street.wishes)}
    asked: list[set[int]] = [set() for _ in street.wishes]
    sent: list[list[int]] = [
        [0] * size.weeks for _ in street.helpers
    ]  # of each volunteer: offers by round
    histories = [
        VolunteerHistory(
            id=helper.id, street="st", created_at=NOW, updated_at=NOW
        )
        for helper in street.helpers
    ]
    waiting: list[int] = []
    for week in range(size.weeks):
        waiting += range(week * size.a_week, (week + 1) * size.a_week)
        recent = [sum(rounds[max(0, week - MONTH) : week]) for rounds in sent]
        problem = _problem(
            street, policy, waiting, week, left, asked, recent, histories
        )
        for wish, volunteers in zip(
            waiting, policy.match(problem), strict=True
        ):
            asked[wish].update(volunteers)
            for volunteer in volunteers:
                accepted = street.accepts(
                    wish, volunteer, recent[volunteer] + sent[volunteer][week]
                )
                sent[volunteer][week] += 1
                state = OfferState.ACCEPTED if accepted else OfferState.DECLINED
                histories[volunteer] = histories[volunteer].answered("", state)
                left[wish] -= accepted
                if accepted:
                    year.costs.append(dict(street.pairs[wish])[volunteer])
        for wish in waiting:
            if not left[wish]:
                year.waits[street.wishes[wish].urgency].append(
                    week - street.arrived(wish)
                )
                year.fulfilled += 1
        waiting = [wish for wish in waiting if left[wish]]
        _note(year, sent, week)
    for wish in waiting:  # it has waited for so long, and still does
        year.waits[street.wishes[wish].urgency].append(
            size.weeks - street.arrived(wish)
        )
    return year


def _problem(
    street: Street,
    policy: Policy,
    waiting: Sequence[int],
    week: int,
    left: dict[int, int],
    asked: Sequence[set[int]],
    recent: Sequence[int],
    histories: Sequence[VolunteerHistory],
) -> AssignmentProblem:
    """Return the problem of a round, as `chalicelib/matching/plan.py` states it."""
    weights = policy.weights
    likely = [
        weights.expected_acceptance(s.acceptance, count)
        for s, count in zip(histories, recent, strict=True)
    ]
    refusal = {
        urgency: [
            weights.refusal_cost(urgency, permille) for permille in likely
        ]
        for urgency in OfferUrgency
    }
    wishes = [street.wishes[n] for n in waiting]
    return AssignmentProblem(
        needs=[left[n] for n in waiting],
        prices=[
            weights.wish_price(
                wish.urgency, timedelta(weeks=week - street.arrived(n))
            )
            for n, wish in zip(waiting, wishes, strict=True)
        ],
        edges=[
            [
                (j, cost + refusal[wish.urgency][j])
                for j, cost in street.pairs[n]
                if j not in asked[n]
            ]
            for n, wish in zip(waiting, wishes, strict=True)
        ],
        loads=[
            [weights.load_cost(count + 2 * k) for k in range(weights.live_most)]
            for count in recent
        ],
    )


def _note(year: Year, sent: Sequence[Sequence[int]], week: int) -> None:
    loads = [
        sum(rounds[max(0, week - MONTH + 1) : week + 1]) for rounds in sent
    ]
    year.offers += sum(rounds[week] for rounds in sent)
    year.most = max(year.most, *loads)
    if week >= MONTH:
        year.ginis.append(gini(loads))


def main() -> None:
    """Print the tables and draw the plot."""
    drawn = [draw_street(seed, Size()) for seed in SEEDS]
    worlds = {
        name: [replace(street, spread=spread) for street in drawn]
        for name, spread in SPREADS.items()
    }
    found = {
        world: {policy.name: _years(streets, policy) for policy in POLICIES}
        for world, streets in worlds.items()
    }
    size = f"{Size().weeks} rounds of {Size().a_week} wishes, {Size().volunteers} volunteers, {len(SEEDS)} seeds"
    for world, by_policy in found.items():
        columns = list(by_policy[HOUSE.name][0])
        lines = [
            [
                column,
                *(
                    _cell([year[column] for year in years])
                    for years in by_policy.values()
                ),
            ]
            for column in columns
        ]
        show(f"{size}; {world}", ["", *by_policy], lines)
    show(
        "The optimum with other weights: means, everybody alike / people differ",
        ["a yes less likely by, for each offer", "load", "refusal %", *SHOWN],
        [
            _with_weights(worlds, tired, load, refusal)
            for tired in TIRED
            for load in LOADS
            for refusal in REFUSALS
        ],
    )
    PLOT.write_text(_plot(found), encoding="utf-8")
    print(f"written: {PLOT}", file=sys.stderr)


def _years(streets: Sequence[Street], policy: Policy) -> list[dict[str, float]]:
    return [play(street, policy).numbers() for street in streets]


def _with_weights(
    worlds: Mapping[str, Sequence[Street]], tired: int, load: int, refusal: int
) -> list[object]:
    policy = replace(
        HOUSE,
        weights=Weights(
            load=load, refusal_percent=refusal, tired_percent=tired
        ),
    )
    found = [_years(streets, policy) for streets in worlds.values()]
    return [
        f"{tired} %",
        load,
        refusal,
        *(
            " / ".join(_mean([y[c] for y in years]) for years in found)
            for c in SHOWN
        ),
    ]


def _cell(values: Sequence[float]) -> str:
    return f"{_mean(values)} ({_text(min(values))}–{_text(max(values))})"


def _mean(values: Sequence[float]) -> str:
    return _text(mean(values))


def _text(value: float) -> str:
    return (
        f"{value:,.0f}"
        if value >= 100
        else f"{value:.1f}"
        if value >= 10
        else f"{value:.2f}"
    )


def _plot(
    found: Mapping[str, Mapping[str, Sequence[Mapping[str, float]]]],
) -> str:
    """Return the waits and the heaviest load: those of the two worlds above one another."""
    titles = {
        "mean wait, urgent": "wait, urgent",
        "mean wait, soon": "wait, soon",
        "mean wait, calm": "wait, calm",
        "most in four weeks": "most in 4 weeks",
    }
    blocks = [
        Block(
            title=world,
            rows=list(by_policy),
            columns=[
                [
                    mean(year[column] for year in years)
                    for years in by_policy.values()
                ]
                for column in titles
            ],
        )
        for world, by_policy in found.items()
    ]
    return draw(list(titles.values()), blocks)
