"""The plan of one run: from wishes and volunteers to offers, with its figures. Pure."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from ..offers.model import grid_of
from ..offers.policy import PRIOR_PERMILLE, OfferUrgency
from .candidates import Candidates
from .edges import Neighbours, OpenWish, Volunteer
from .flow import solve
from .policy import FIRST_CANDIDATES, MAX_ROUNDS, MAX_WORK, Weights
from .problem import AssignmentProblem, Solution

__all__ = ["ClaimsLeft", "Plan", "Shortage", "gini", "make_plan"]

_NEVER = 10**9  # the price of a volunteer without room: no wish is worth it
_MAX_SHORTAGES = 10
# Returns how many more claims each of these volunteers may make, by id.
ClaimsLeft = Callable[[Sequence[Volunteer]], Mapping[str, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortage:
    """A grid and a skill where another volunteer would help most; `price` is in points saved."""

    grid: str
    skill: str
    price: int
    wishes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The assignment of a run. Wishes and volunteers are in the order of the problem's."""

    wishes: Sequence[OpenWish]
    volunteers: Sequence[Volunteer]
    problem: AssignmentProblem
    solution: Solution
    priced: bool  # every eligible pair was considered: the bound holds over all of them
    rounds: int
    visits: int  # pairs computed

    @property
    def asked(self) -> list[tuple[OpenWish, list[Volunteer]]]:
        """Return each wish to offer, with its volunteers, the dearest wish first."""
        asked = []
        for wish, assigned in zip(
            self.wishes, self.solution.assigned, strict=True
        ):
            if assigned:
                asked.append((wish, [self.volunteers[j] for j in assigned]))
        return asked

    @property
    def unserved(self) -> Mapping[str, int]:
        """Return the number of places left open, by urgency."""
        left = {urgency.value: 0 for urgency in OfferUrgency}
        for wish, assigned in zip(
            self.wishes, self.solution.assigned, strict=True
        ):
            left[wish.urgency.value] += wish.need - len(assigned)
        return left

    @property
    def loads(self) -> list[int]:
        """Return the offers of four weeks of every volunteer, those of this run included."""
        more = Counter[int]()
        for assigned in self.solution.assigned:
            more.update(assigned)
        return [one.recent + more[j] for j, one in enumerate(self.volunteers)]

    def shortages(
        self, weights: Weights, limit: int = _MAX_SHORTAGES
    ) -> list[Shortage]:
        """Return where another volunteer would help most, from the dual prices of the flow.

        The gain is the price of a place less the cost of a new volunteer of the same grid with
        the skill.
        """
        gains: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
        for wish, price in zip(
            self.wishes, self.solution.wish_prices, strict=True
        ):
            gain = price - _newcomer_cost(wish, weights)
            if gain > 0:
                gains[grid_of(wish.place), _skill_of(wish)].append(gain)
        shortages = []
        for (grid, skill), found in gains.items():
            price, count = max(found), len(found)
            shortages.append(
                Shortage(grid=grid, skill=skill, price=price, wishes=count)
            )
        return sorted(shortages, key=_worst_first)[:limit]


def _newcomer_cost(wish: OpenWish, weights: Weights) -> int:
    """Return the cost of asking a new volunteer of the wish's own grid."""
    refusal = weights.refusal_cost(wish.urgency, PRIOR_PERMILLE)
    return weights.same_grid + refusal + weights.load_cost(0)


def _skill_of(wish: OpenWish) -> str:
    """Return the skill that a wish lacks, by name; without one its kind, or vetting."""
    skills = [*wish.skills, *wish.dialects[:1]]
    if skills:
        return " ".join(skills)
    return "vetted" if wish.vetted else wish.kind


def _worst_first(shortage: Shortage) -> tuple[int, int, str, str]:
    return -shortage.price, -shortage.wishes, shortage.grid, shortage.skill


def gini(loads: Iterable[int]) -> int:
    """Return the Gini coefficient of loads, in permille.

    0: all have the same. Near 1000: one has all.
    """
    ordered = sorted(loads)
    total, count = sum(ordered), len(ordered)
    if not total:
        return 0
    weighted = sum(rank * load for rank, load in enumerate(ordered, start=1))
    return 1000 * (2 * weighted - (count + 1) * total) // (count * total)


def _carry_nothing(volunteers: Sequence[Volunteer]) -> Mapping[str, int]:
    return {volunteer.id: volunteer.capacity for volunteer in volunteers}


def make_plan(
    wishes: Iterable[OpenWish],
    volunteers: Iterable[Volunteer],
    weights: Weights,
    neighbours: Neighbours,
    claims_left: ClaimsLeft = _carry_nothing,
    work: int = MAX_WORK,
) -> Plan:
    """Plan the offers of a run. `claims_left` is called for candidates only."""
    dearest_first = sorted(wishes, key=lambda wish: (-wish.price, wish.id))
    by_id = sorted(volunteers, key=lambda volunteer: volunteer.id)
    generation = _ColumnGeneration(
        dearest_first, by_id, weights, claims_left, work
    )
    candidates = Candidates(dearest_first, by_id, weights, neighbours)
    priced, rounds = False, 0
    while not priced and rounds < MAX_ROUNDS and not generation.cut_short:
        priced = not generation.widen(candidates)
        rounds += 1
    return Plan(
        wishes=dearest_first,
        volunteers=by_id,
        problem=generation.problem,
        solution=generation.solution,
        priced=priced,
        rounds=rounds,
        visits=candidates.visits,
    )


class _ColumnGeneration:
    """A problem that gains edges until no edge left out would change its solution."""

    def __init__(
        self,
        wishes: Sequence[OpenWish],
        volunteers: Sequence[Volunteer],
        weights: Weights,
        claims_left: ClaimsLeft,
        work: int,
    ) -> None:
        self._volunteers, self._work = volunteers, work
        self._claims_left = claims_left
        self._edges: list[dict[int, int]] = [{} for _ in wishes]
        self._looked_up: set[int] = set()
        self.problem = AssignmentProblem(
            needs=[wish.need for wish in wishes],
            prices=[wish.price for wish in wishes],
            edges=[[] for _ in wishes],
            loads=[_load_of(volunteer, weights) for volunteer in volunteers],
        )
        self.solution = solve(self.problem)
        self.cut_short = False  # the work has run out

    def widen(self, candidates: Candidates) -> bool:
        """Add the pairs worth more than the solution's prices, and solve again.

        Return False where there are none.
        """
        added = self._add_better_pairs(candidates)
        if not added:
            return False
        self._look_up(sorted(added - self._looked_up))
        edges = [sorted(costs.items()) for costs in self._edges]
        problem = replace(self.problem, edges=edges)
        solution = solve(problem, work=self._work)
        self._work -= solution.work
        self.cut_short = not solution.complete
        # A solution that was cut short can be worse than the one before.
        if solution.cost <= self.solution.cost:
            self.problem, self.solution = problem, solution
        return True

    def _add_better_pairs(self, candidates: Candidates) -> set[int]:
        """Add the pairs worth more than the solution's prices; return their volunteers."""
        prices = self._prices()
        candidates.price(prices)
        added: set[int] = set()
        for i, costs in enumerate(self._edges):
            worth = self.solution.wish_prices[i]
            known = frozenset(costs)
            better = candidates.best(i, prices, worth, FIRST_CANDIDATES, known)
            costs.update(better)
            added.update(j for j, _ in better)
        return added

    def _prices(self) -> list[int]:
        """Return the price of each volunteer; of an unasked one the price of their first offer."""
        prices = [next(iter(load), _NEVER) for load in self.problem.loads]
        for assigned in self.solution.assigned:
            for j in assigned:
                prices[j] = self.solution.volunteer_prices[j]
        return prices

    def _look_up(self, added: Sequence[int]) -> None:
        """Reduce the room of added volunteers to the claims that they may still make."""
        left = self._claims_left([self._volunteers[j] for j in added])
        loads = list(self.problem.loads)
        for j in added:
            volunteer = self._volunteers[j]
            room = min(volunteer.room, left[volunteer.id])
            loads[j] = loads[j][: max(0, room)]
        self._looked_up.update(added)
        self.problem = replace(self.problem, loads=loads)


def _load_of(volunteer: Volunteer, weights: Weights) -> list[int]:
    """Return the price of the 1st, 2nd, ... offer, up to the volunteer's room.

    An offer of this run counts twice, a recent one once.
    """
    room = range(max(0, volunteer.room))
    return [weights.load_cost(volunteer.recent + 2 * k) for k in room]
