"""Assignment problems: small odd ones for tests, streets of any size, and OR-Tools' solutions."""

import random
from collections import Counter
from collections.abc import Sequence

from chalicelib.matching.problem import AssignmentProblem

__all__ = [
    "FAMILIES",
    "Assigned",
    "a_street",
    "an_instance",
    "by_ortools",
    "cost_by_ortools",
    "cost_of",
]

Assigned = Sequence[Sequence[int]]  # of each wish: the volunteers asked

LOAD = 15  # points for each offer of the last four weeks, as measured in simulation
DISTANCES = (
    (0, 3),
    (10, 12),
    (25, 25),
    (40, 60),
)  # points; of a hundred pairs: same building, grid, community, street

# Of each family: wishes, volunteers, the share of eligible pairs, the capacities.
FAMILIES = {
    "mixed": ((1, 14), (1, 14), 0.5, (0, 1, 1, 2, 3)),
    "scarce": ((8, 16), (2, 5), 0.7, (1, 1, 2, 3)),
    "ample": ((2, 8), (12, 20), 0.6, (1, 2, 3)),
    "sparse": (
        (6, 20),
        (6, 20),
        0.12,
        (1, 1, 2),
    ),  # several components; some wishes have no volunteer
    "tiny": ((1, 3), (1, 4), 0.7, (0, 1, 1, 2)),
}


def an_instance(seed: int, family: str = "mixed") -> AssignmentProblem:
    """Draw a small instance of a family. Costs of few points make many ties."""
    dice = random.Random(f"{family} {seed}")
    wishes, volunteers, density, caps = FAMILIES[family]
    count, capable, top = (
        dice.randint(*wishes),
        dice.randint(*volunteers),
        dice.choice((1, 3, 10, 100)),
    )

    def pairs() -> list[tuple[int, int]]:
        return [
            (volunteer, dice.randint(0, top))
            for volunteer in range(capable)
            if dice.random() < density
        ]

    def load() -> list[int]:
        return sorted(dice.randint(0, top) for _ in range(dice.choice(caps)))

    return AssignmentProblem(
        needs=[dice.choice((0, 1, 1, 1, 1, 2, 2, 3)) for _ in range(count)],
        prices=[dice.randint(0, 4 * top) for _ in range(count)],
        edges=[pairs() for _ in range(count)],
        loads=[load() for _ in range(capable)],
    )


def a_street(
    seed: int, wishes: int, volunteers: int, degree: int = 30
) -> AssignmentProblem:
    """Draw a street.

    80 / 15 / 5 of a hundred wishes need 1 / 2 / 3. Volunteers take 1 to 3, half were asked before.
    """
    dice = random.Random(seed)
    distances = [points for points, share in DISTANCES for _ in range(share)]

    def pairs() -> list[tuple[int, int]]:
        able = dice.sample(
            range(volunteers),
            min(volunteers, dice.randint(degree // 2, degree * 3 // 2)),
        )
        return [
            (
                volunteer,
                dice.choice(distances)
                + 12 * (dice.random() < 0.3)
                + dice.randint(0, 9),
            )
            for volunteer in able
        ]

    def load() -> list[int]:
        before = max(0, dice.randint(-3, 4))
        return [
            LOAD * (before + 2 * step) for step in range(dice.randint(1, 3))
        ]

    return AssignmentProblem(
        needs=[dice.choices((1, 2, 3), (80, 15, 5))[0] for _ in range(wishes)],
        prices=[
            300
            + 100 * dice.choices((0, 1, 2), (70, 20, 10))[0]
            + 5 * dice.randint(0, 20)
            for _ in range(wishes)
        ],
        edges=[pairs() for _ in range(wishes)],
        loads=[load() for _ in range(volunteers)],
    )


def by_ortools(problem: AssignmentProblem) -> tuple[int, Assigned]:
    """Return the least cost and its assignment by OR-Tools' SimpleMinCostFlow."""
    from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

    count = len(problem.needs)
    sink = count + len(problem.loads)
    flow = SimpleMinCostFlow()
    asked = []  # wish and volunteer of each arc between them
    for wish, need in enumerate(problem.needs):
        flow.set_node_supply(wish, need)
        for volunteer, cost in problem.edges[wish]:
            flow.add_arc_with_capacity_and_unit_cost(
                wish, count + volunteer, 1, cost
            )
            asked.append((wish, volunteer))
    for wish, (need, price) in enumerate(
        zip(problem.needs, problem.prices, strict=True)
    ):
        flow.add_arc_with_capacity_and_unit_cost(wish, sink, need, price)
    for volunteer, load in enumerate(problem.loads):
        for step in load:
            flow.add_arc_with_capacity_and_unit_cost(
                count + volunteer, sink, 1, step
            )
    flow.set_node_supply(sink, -sum(problem.needs))
    assert flow.solve() == flow.OPTIMAL
    assigned: list[list[int]] = [[] for _ in problem.needs]
    for arc, (wish, volunteer) in enumerate(asked):
        if flow.flow(arc):
            assigned[wish].append(volunteer)
    return flow.optimal_cost(), assigned


def cost_by_ortools(problem: AssignmentProblem) -> int:
    """Return the least cost by OR-Tools."""
    return by_ortools(problem)[0]


def cost_of(problem: AssignmentProblem, assigned: Assigned) -> int:
    """Return the cost of an assignment by the formulation. Ineligible pairs cost nothing."""
    taken = Counter(
        volunteer for volunteers in assigned for volunteer in volunteers
    )
    costs = [dict(edges) for edges in problem.edges]
    asked = sum(
        costs[wish].get(volunteer, 0)
        for wish, volunteers in enumerate(assigned)
        for volunteer in volunteers
    )
    left = zip(problem.prices, problem.needs, assigned, strict=True)
    loads = sum(
        sum(problem.loads[volunteer][:count])
        for volunteer, count in taken.items()
    )
    return (
        asked
        + loads
        + sum(
            price * (need - len(volunteers)) for price, need, volunteers in left
        )
    )
