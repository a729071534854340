"""The plan of one run: from wishes and volunteers to offers, with all that is recorded of it. Pure."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from ..offers.model import grid_of
from ..offers.policy import PRIOR_PERMILLE, OfferUrgency
from .candidates import Candidates
from .edges import Helper, Neighbours, OpenWish
from .flow import solve
from .policy import EDGES_FIRST, ROUNDS_MOST, WORK_MOST, Weights
from .problem import AssignmentProblem, Solution

__all__ = ["Plan", "Shortage", "gini", "make_plan"]

_NEVER = 10**9  # the price of a volunteer without room: no wish is worth it
Carried = Callable[
    [Sequence[str]], Mapping[str, int]
]  # how many wishes each of these volunteers carries already


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortage:
    """A grid and a skill where another volunteer would help most; `price` is the points that they would save."""

    grid: str
    skill: str
    price: int
    wishes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Who is asked for what. Wishes and helpers are in the order of the problem's."""

    wishes: Sequence[OpenWish]
    helpers: Sequence[Helper]
    problem: AssignmentProblem
    solution: Solution
    priced: bool  # whether every eligible pair was considered: the bound then holds over all of them
    rounds: int
    visits: int  # pairs that were looked at

    @property
    def asked(self) -> list[tuple[OpenWish, list[Helper]]]:
        """Return each wish that is offered, with its volunteers, the dearest wish first."""
        pairs = zip(self.wishes, self.solution.assigned, strict=True)
        return [
            (wish, [self.helpers[j] for j in found]) for wish, found in pairs if found
        ]

    @property
    def unserved(self) -> Mapping[str, int]:
        """Return how many places find nobody, by urgency."""
        left = Counter({urgency.value: 0 for urgency in OfferUrgency})
        for wish, found in zip(self.wishes, self.solution.assigned, strict=True):
            left[wish.urgency.value] += wish.need - len(found)
        return dict(left)

    @property
    def loads(self) -> list[int]:
        """Return the offers of four weeks of every volunteer, those of this run included."""
        more = Counter(j for found in self.solution.assigned for j in found)
        return [helper.recent + more[j] for j, helper in enumerate(self.helpers)]

    def shortages(self, weights: Weights, most: int = 10) -> list[Shortage]:
        """Return where another volunteer would help most, from the prices of the wishes (the dual of the flow).

        The gain is the price of a place less the cost of a new volunteer of the same grid with the skill.
        """
        saved: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
        for wish, price in zip(self.wishes, self.solution.wish_prices, strict=True):
            newcomer = (
                weights.same_grid
                + weights.of_refusal(wish.urgency, PRIOR_PERMILLE)
                + weights.of_load(0)
            )
            gain = price - newcomer
            if gain > 0:
                skill = " ".join([*wish.skills, *wish.dialects[:1]]) or (
                    "vetted" if wish.vetted else wish.kind
                )
                saved[grid_of(wish.place), skill].append(gain)
        found = [
            Shortage(grid=grid, skill=skill, price=max(g), wishes=len(g))
            for (grid, skill), g in saved.items()
        ]
        return sorted(found, key=lambda s: (-s.price, -s.wishes, s.grid, s.skill))[
            :most
        ]


def gini(loads: Iterable[int]) -> int:
    """Return how unevenly something is spread, in permille: 0 where everybody has the same, near 1000 where one has all."""
    ordered = sorted(loads)
    total, count = sum(ordered), len(ordered)
    if not total:
        return 0
    weighted = sum((n + 1) * load for n, load in enumerate(ordered))
    return 1000 * (2 * weighted - (count + 1) * total) // (count * total)


def make_plan(
    wishes: Iterable[OpenWish],
    helpers: Iterable[Helper],
    weights: Weights,
    neighbours: Neighbours,
    carried: Carried = lambda ids: {},
    work: int = WORK_MOST,
) -> Plan:
    """Plan the offers. Only for candidates is it looked up how many wishes they carry already."""
    growing = _Growing(
        sorted(wishes, key=lambda wish: (-wish.price, wish.id)),
        sorted(helpers, key=lambda helper: helper.id),
        weights,
        carried,
        work,
    )
    candidates = Candidates(growing.wishes, growing.helpers, weights, neighbours)
    priced, rounds = False, 0
    while not priced and rounds < ROUNDS_MOST and not growing.cut_short:
        priced = not growing.widen(candidates)
        rounds += 1
    return Plan(
        wishes=growing.wishes,
        helpers=growing.helpers,
        problem=growing.problem,
        solution=growing.solution,
        priced=priced,
        rounds=rounds,
        visits=candidates.visits,
    )


class _Growing:
    """A problem that gains edges until none that is left out would change its solution."""

    def __init__(
        self,
        wishes: Sequence[OpenWish],
        helpers: Sequence[Helper],
        weights: Weights,
        carried: Carried,
        work: int,
    ) -> None:
        self.wishes, self.helpers, self._carried, self._work = (
            wishes,
            helpers,
            carried,
            work,
        )
        self._edges: list[dict[int, int]] = [{} for _ in wishes]
        self._looked_up: set[int] = set()
        self.problem = AssignmentProblem(
            needs=[wish.need for wish in wishes],
            prices=[wish.price for wish in wishes],
            edges=[[] for _ in wishes],
            loads=[
                [
                    weights.of_load(helper.recent + 2 * k)
                    for k in range(max(0, helper.room))
                ]
                for helper in helpers
            ],
        )
        self.solution = solve(self.problem)
        self.cut_short = False  # the work has run out

    def widen(self, candidates: Candidates) -> bool:
        """Add the pairs that are worth more than the solution says, and solve again; False where there are none."""
        prices = self._prices()
        candidates.price(prices)
        added: set[int] = set()
        for i, edges in enumerate(self._edges):
            better = candidates.best(
                i, prices, self.solution.wish_prices[i], EDGES_FIRST, frozenset(edges)
            )
            edges.update(better)
            added.update(j for j, _ in better)
        if added:
            self._look_up(sorted(added - self._looked_up))
            problem = replace(
                self.problem, edges=[sorted(edges.items()) for edges in self._edges]
            )
            solution = solve(problem, work=self._work)
            self._work -= solution.work
            self.cut_short = not solution.complete
            if (
                solution.cost <= self.solution.cost
            ):  # cut short, it can be worse than what is known already
                self.problem, self.solution = problem, solution
        return bool(added)

    def _prices(self) -> list[int]:
        """Return the price of each volunteer; of one who is not asked, the price of their first offer."""
        used = {j for found in self.solution.assigned for j in found}
        first = [load[0] if load else _NEVER for load in self.problem.loads]
        return [
            price if j in used else first[j]
            for j, price in enumerate(self.solution.volunteer_prices)
        ]

    def _look_up(self, new: Sequence[int]) -> None:
        """Reduce the room of new volunteers by the wishes that they carry already."""
        carried = self._carried([self.helpers[j].id for j in new])
        loads = list(self.problem.loads)
        for j in new:
            helper = self.helpers[j]
            loads[j] = loads[j][
                : max(0, min(helper.room, helper.capacity - carried.get(helper.id, 0)))
            ]
        self._looked_up.update(new)
        self.problem = replace(self.problem, loads=loads)
