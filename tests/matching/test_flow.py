"""Whom to ask for which wish, at the least cost: against other people's solver, against trying everything, and the proof of it."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations, pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.matching.flow import solve
from chalicelib.matching.problem import (
    AssignmentProblem,
    Solution,
    breaches,
    faults,
    lower_bound,
)

from .instances import FAMILIES, a_street, an_instance, cost_by_ortools, cost_of

INSTANCES = st.builds(
    an_instance, st.integers(0, 10**6), st.sampled_from(sorted(FAMILIES))
)
TINY = st.builds(an_instance, st.integers(0, 10**6), st.just("tiny"))


def a_problem(**parts) -> AssignmentProblem:
    """Two neighbours and two wishes; Li (0) lives next door to both, Wang (1) can only go to the second."""
    return AssignmentProblem(
        **(
            {
                "needs": [1, 1],
                "prices": [50, 50],
                "edges": [[(0, 2)], [(0, 1), (1, 9)]],
                "loads": [[0], [0]],
            }
            | parts
        )
    )


def restated(problem: AssignmentProblem, solution: Solution, **changes) -> Solution:
    """Return the changed solution with its cost and bound told truly, so that nothing but the change is wrong."""
    changed = replace(solution, **changes)
    bound = lower_bound(problem, changed.wish_prices, changed.volunteer_prices)
    return replace(changed, cost=cost_of(problem, changed.assigned), bound=bound)


def all_assignments(
    problem: AssignmentProblem,
) -> Iterator[tuple[tuple[int, ...], ...]]:
    choices = [
        [
            chosen
            for size in range(need + 1)
            for chosen in combinations(
                sorted(volunteer for volunteer, _ in edges), size
            )
        ]
        for need, edges in zip(problem.needs, problem.edges, strict=True)
    ]
    for assigned in product(*choices):
        flat = [volunteer for volunteers in assigned for volunteer in volunteers]
        if all(
            flat.count(volunteer) <= len(load)
            for volunteer, load in enumerate(problem.loads)
        ):
            yield assigned


# What it finds


def test_a_neighbour_who_could_do_both_is_left_to_the_wish_that_has_nobody_else():
    found = solve(a_problem())
    assert found.assigned == ((0,), (1,))
    assert (found.cost, found.bound, found.regret, found.complete) == (11, 11, 0, True)


def test_a_wish_that_came_first_makes_way_when_that_is_cheaper():
    assert solve(a_problem(), order=[1, 0]).assigned == ((0,), (1,))


def test_a_wish_is_left_open_rather_than_served_at_more_than_its_price():
    found = solve(a_problem(prices=[50, 8]))
    assert found.assigned == ((0,), ())
    assert found.cost == 2 + 8


@pytest.mark.parametrize("work", [None, 0])
def test_a_place_that_costs_as_much_to_fill_as_to_leave_open_stays_open(work):
    for price, assigned in ((7, ()), (8, (0,))):
        assert solve(
            AssignmentProblem(needs=[1], prices=[price], edges=[[(0, 4)]], loads=[[3]]),
            work=work,
        ).assigned == (assigned,)


def test_the_most_urgent_is_served_when_there_are_not_enough():
    found = solve(
        AssignmentProblem(
            needs=[1, 1], prices=[40, 90], edges=[[(0, 1)], [(0, 30)]], loads=[[0]]
        )
    )
    assert found.assigned == ((), (0,))


def test_a_second_offer_costs_more_so_the_work_is_spread():
    edges = [[(0, 1), (1, 4)], [(0, 1), (1, 4)]]
    assert solve(
        AssignmentProblem(
            needs=[1, 1], prices=[99, 99], edges=edges, loads=[[0, 2], [0, 2]]
        )
    ).assigned == ((0,), (0,))
    spread = solve(
        AssignmentProblem(
            needs=[1, 1], prices=[99, 99], edges=edges, loads=[[0, 5], [0, 5]]
        )
    ).assigned
    assert sorted(spread) == [(0,), (1,)]


def test_two_are_needed_and_the_nearest_does_not_come_twice():
    found = solve(
        AssignmentProblem(
            needs=[2], prices=[99], edges=[[(0, 1), (1, 30)]], loads=[[0, 0], [0]]
        )
    )
    assert found.assigned == ((0, 1),)


def test_nothing_to_do_is_legal():
    assert solve(AssignmentProblem(needs=[], prices=[], edges=[], loads=[])).cost == 0
    assert solve(
        AssignmentProblem(needs=[0, 2], prices=[9, 9], edges=[[(0, 1)], []], loads=[[]])
    ).assigned == ((), ())


@pytest.mark.parametrize("family", FAMILIES)
def test_a_hundred_generated_instances_cost_what_another_solver_says(family):
    for seed in range(100):
        problem = an_instance(seed, family)
        found = solve(problem)
        assert found.cost == cost_by_ortools(problem), seed
        assert found.bound == found.cost, seed
        assert not faults(problem, found), seed
        assert all(
            a < b for volunteers in found.assigned for a, b in pairwise(volunteers)
        ), seed  # ascending, nobody twice


@pytest.mark.parametrize(("wishes", "volunteers"), [(150, 400), (200, 60)])
def test_a_street_costs_what_another_solver_says(wishes, volunteers):
    for seed in range(5):
        problem = a_street(seed, wishes, volunteers)
        found = solve(problem)
        assert found.cost == found.bound == cost_by_ortools(problem)
        assert not faults(problem, found)


def test_the_generated_instances_are_worth_solving():
    """Else the tests above could pass with a solver that does nothing but fill greedily."""
    for family in ("mixed", "scarce", "sparse"):
        problems = [an_instance(seed, family) for seed in range(100)]
        assert (
            sum(
                solve(problem, work=0).regret > solve(problem).regret
                for problem in problems
            )
            > 15
        ), family
    scarce, ample = a_street(1, 200, 60), a_street(1, 150, 400)
    assert sum(map(len, solve(scarce).assigned)) < sum(scarce.needs)
    assert sum(map(len, solve(ample).assigned)) == sum(ample.needs)


@given(TINY)
def test_nothing_that_can_be_tried_is_cheaper(problem):
    assert solve(problem).cost == min(
        cost_of(problem, assigned) for assigned in all_assignments(problem)
    )


@given(INSTANCES, st.randoms(use_true_random=False))
def test_any_order_costs_the_same(problem, dice):
    order = list(range(len(problem.needs)))
    dice.shuffle(order)
    found = solve(problem, order)
    assert found.cost == solve(problem).cost
    assert not faults(problem, found)
    assert sorted(found.order) == sorted(order)


def test_the_same_problem_has_the_same_solution():
    problem = a_street(3, 100, 80)
    assert solve(problem) == solve(problem)


def test_the_dearest_wish_is_taken_first_and_then_the_lower_number():
    problem = AssignmentProblem(
        needs=[1, 1, 1], prices=[5, 9, 9], edges=[[(0, 1)]] * 3, loads=[[0]]
    )
    found = solve(problem)
    assert found.order == (1, 2, 0)
    assert found.assigned == ((), (0,), ())
    assert solve(problem, order=[2, 0, 1]).assigned == ((), (), (0,))


# When the work runs out


@given(INSTANCES, st.integers(0, 60))
def test_with_any_budget_it_can_be_carried_out_and_the_bound_holds(problem, work):
    optimum, found = solve(problem), solve(problem, work=work)
    assert not breaches(problem, found)
    assert found.bound <= optimum.cost <= found.cost
    assert found.complete == (found.exact == len(problem.needs))
    if found.complete:
        assert found == optimum


@given(INSTANCES, st.integers(0, 60))
def test_what_was_inserted_before_is_an_optimum_of_its_own(problem, work):
    found = solve(problem, work=work)
    inserted = set(found.order[: found.exact])
    needs = [need if wish in inserted else 0 for wish, need in enumerate(problem.needs)]
    prefix = replace(problem, needs=needs)
    kept = [
        volunteers if wish in inserted else ()
        for wish, volunteers in enumerate(found.assigned)
    ]
    assert cost_of(prefix, kept) == cost_by_ortools(prefix)


@given(INSTANCES, st.integers(0, 60))
def test_what_is_filled_takes_every_place_that_is_worth_it(problem, work):
    found = solve(problem, work=work)
    taken = [
        sum(volunteer in volunteers for volunteers in found.assigned)
        for volunteer in range(len(problem.loads))
    ]
    for wish in found.order[found.exact :]:
        if len(found.assigned[wish]) < problem.needs[wish]:
            for volunteer, cost in problem.edges[wish]:
                if volunteer not in found.assigned[wish] and taken[volunteer] < len(
                    problem.loads[volunteer]
                ):
                    assert (
                        cost + problem.loads[volunteer][taken[volunteer]]
                        >= problem.prices[wish]
                    )


@given(INSTANCES, st.integers(0, 60))
def test_no_other_price_of_a_wish_that_was_filled_proves_more(problem, work):
    found = solve(problem, work=work)
    for wish in found.order[found.exact :]:
        for step in (-1, 1):
            prices = [
                price + step * (n == wish) for n, price in enumerate(found.wish_prices)
            ]
            assert lower_bound(problem, prices, found.volunteer_prices) <= found.bound


@pytest.mark.parametrize("family", FAMILIES)
def test_more_work_takes_more_wishes_until_all_are_exact(family):
    problem = replace(
        an_instance(7, family), needs=[1] * len(an_instance(7, family).needs)
    )
    whole = solve(problem)
    exact = [solve(problem, work=work).exact for work in range(whole.work + 1)]
    assert exact[0] == 0
    assert exact[-1] == len(problem.needs)
    assert exact == sorted(exact)
    assert all(solve(problem, work=work).work >= work for work in range(whole.work + 1))


def test_what_is_left_is_filled_by_the_cheapest_that_is_still_free_and_the_most_urgent_first():
    edges = [[(0, 3), (1, 4)], [(0, 1), (1, 7)]]
    found = solve(
        AssignmentProblem(needs=[1, 1], prices=[60, 50], edges=edges, loads=[[0], [0]]),
        work=0,
    )
    assert found.assigned == ((0,), (1,))
    assert (found.exact, found.work, found.complete) == (0, 0, False)
    assert (found.cost, found.bound, found.regret) == (10, 5, 5)


@pytest.mark.parametrize(("volunteers", "at_most"), [(70, 0.03), (400, 0.3)])
def test_what_more_work_could_save_is_told_within_reason(volunteers, at_most):
    problem = a_street(1, 200, volunteers)
    whole = solve(problem)
    for part in (0.2, 0.4, 0.6, 0.8):
        found = solve(problem, work=round(part * whole.work))
        assert whole.cost - found.bound <= at_most * whole.cost, part


def test_a_large_component_that_takes_all_the_work_leaves_the_small_ones_exact():
    hard = [
        [(volunteer, (7 * wish * volunteer) % 11) for volunteer in range(4)]
        for wish in range(12)
    ]
    small = [[(4, 2)], [(4, 1), (5, 9)]]
    problem = AssignmentProblem(
        needs=[1] * 14, prices=[90] * 12 + [50, 50], edges=hard + small, loads=[[0]] * 6
    )
    found = solve(problem, work=4)
    assert found.order[:2] == (12, 13)  # although they are the least urgent
    assert found.order[2:] == tuple(range(12))
    assert found.assigned[12:] == ((4,), (5,))
    assert 2 <= found.exact < 14


def test_wishes_that_share_volunteers_through_others_are_one_component():
    edges = [[(0, 1), (1, 1)], [(4, 1)], [(1, 1), (2, 1)], [(2, 1), (3, 1)], []]
    found = solve(
        AssignmentProblem(
            needs=[1] * 5, prices=[9, 5, 8, 7, 6], edges=edges, loads=[[0]] * 5
        )
    )
    assert found.order == (4, 1, 0, 2, 3)


def test_where_volunteers_are_ample_a_search_ends_within_a_few_wishes():
    problem = a_street(1, 400, 1000)
    assert solve(problem).work < 4 * sum(problem.needs)


def test_an_order_that_forgets_or_repeats_a_wish_is_refused():
    for order in ([0], [0, 0], [0, 1, 2]):
        with pytest.raises(ValueError, match="order"):
            solve(a_problem(), order)


# The proof

UNLAWFUL = [
    (
        "somebody who may not be asked",
        {"assigned": ((1,), (1,))},
        "wish 0: volunteer 1 may not be asked",
    ),
    (
        "more than she takes",
        {"assigned": ((0,), (0,))},
        "volunteer 0: asked 2 times, she takes 1",
    ),
    (
        "the same one twice",
        {"assigned": ((0,), (1, 1))},
        "wish 1: a volunteer is asked twice",
    ),
    (
        "more than are needed",
        {"assigned": ((), (0, 1))},
        "wish 1: 2 are asked, 1 are needed",
    ),
    (
        "a wish forgotten",
        {"assigned": ((0,),)},
        "wishes or volunteers are missing or too many",
    ),
    (
        "a wish without a price",
        {"wish_prices": (10,)},
        "wishes or volunteers are missing or too many",
    ),
    (
        "a volunteer without a price",
        {"volunteer_prices": (8,)},
        "wishes or volunteers are missing or too many",
    ),
    ("a lower cost", {"cost": 10}, "the cost is 11 and not 10"),
    ("a higher cost", {"cost": 12}, "the cost is 11 and not 12"),
    (
        "a bound that these prices do not give",
        {"bound": 10},
        "the bound of these prices is 11 and not 10",
    ),
]
DEARER = [
    (
        "a place open that is cheaper filled",
        {"assigned": ((0,), ())},
        "wish 1: a place is open at 50 and priced at 9",
    ),
    (
        "the wrong wish served",
        {"assigned": ((), (0,))},
        "wish 0: a place is open at 50 and priced at 10",
    ),
    (
        "a wish's price too low",
        {"wish_prices": (9, 9)},
        "wish 0: asking volunteer 0 costs 1 more than a place is worth",
    ),
    (
        "a wish's price too high",
        {"wish_prices": (10, 10)},
        "wish 1: a place is worth 1 more than volunteer 0, who is not asked",
    ),
    (
        "a wish's price above that of leaving it",
        {"wish_prices": (51, 9)},
        "wish 0: a place is priced at 51, leaving it open costs 50",
    ),
    (
        "her time too cheap",
        {"volunteer_prices": (7, 0)},
        "wish 1: a place is worth 1 more than volunteer 0, who is not asked",
    ),
    (
        "her time too dear",
        {"volunteer_prices": (9, 0)},
        "wish 0: asking volunteer 0 costs 1 more than a place is worth",
    ),
    (
        "her time below her load",
        {"volunteer_prices": (8, -1)},
        "volunteer 1: offer 1 costs 0, her time is priced at -1",
    ),
]


def plants(table):
    return pytest.mark.parametrize(
        ("changes", "said"),
        [plant[1:] for plant in table],
        ids=[plant[0] for plant in table],
    )


@plants(UNLAWFUL)
def test_what_cannot_be_carried_out_or_is_told_wrongly_is_rejected(changes, said):
    problem = a_problem()
    found = solve(problem)
    assert not faults(problem, found)
    planted = replace(found, **changes)
    assert said in breaches(problem, planted)
    assert breaches(problem, planted) == faults(problem, planted)


@plants(DEARER)
def test_what_does_not_prove_an_optimum_is_rejected_however_truly_it_is_told(
    changes, said
):
    problem = a_problem()
    planted = restated(problem, solve(problem), **changes)
    assert not breaches(problem, planted)
    assert said in faults(problem, planted)


def test_a_dearer_volunteer_is_rejected_when_both_are_free():
    problem = AssignmentProblem(
        needs=[1], prices=[50], edges=[[(0, 2), (1, 5)]], loads=[[0], [0]]
    )
    planted = restated(problem, solve(problem), assigned=((1,),))
    assert faults(problem, planted) == [
        "wish 0: asking volunteer 1 costs 3 more than a place is worth"
    ]


def test_an_offer_that_was_not_made_is_seen_when_her_time_is_priced_above_it():
    problem = a_problem(loads=[[0, 3], [0]])
    planted = restated(problem, solve(a_problem()), assigned=((0,), (1,)))
    assert "volunteer 0: offer 2 would cost 3, her time is priced at 8" in faults(
        problem, planted
    )


@given(INSTANCES, st.randoms(use_true_random=False))
def test_whatever_prices_are_said_no_solution_costs_less_than_their_bound(
    problem, dice
):
    top = max([10, *problem.prices])
    wish_prices = [dice.randint(-top, 2 * top) for _ in problem.needs]
    volunteer_prices = [dice.randint(-top, top) for _ in problem.loads]
    assert lower_bound(problem, wish_prices, volunteer_prices) <= solve(problem).cost


@given(INSTANCES, st.randoms(use_true_random=False))
def test_tampered_prices_are_accepted_exactly_when_they_still_prove_the_optimum(
    problem, dice
):
    found = solve(problem)
    tampered = restated(
        problem,
        found,
        wish_prices=tuple(
            min(p, x + dice.choice((-1, 0, 0, 1)))
            for p, x in zip(problem.prices, found.wish_prices, strict=True)
        ),
        volunteer_prices=tuple(
            price + dice.choice((-1, 0, 0, 1)) for price in found.volunteer_prices
        ),
    )
    assert bool(faults(problem, tampered)) == (tampered.bound < found.cost)


@given(TINY, st.randoms(use_true_random=False))
def test_another_assignment_is_accepted_exactly_when_it_costs_as_little(problem, dice):
    found = solve(problem)
    other = restated(
        problem, found, assigned=dice.choice(list(all_assignments(problem)))
    )
    assert not breaches(problem, other)
    assert bool(faults(problem, other)) == (other.cost > found.cost)


@given(INSTANCES)
def test_a_place_has_the_price_of_leaving_it_open_wherever_one_is_open(problem):
    found = solve(problem)
    for wish, volunteers in enumerate(found.assigned):
        if len(volunteers) < problem.needs[wish]:
            assert found.wish_prices[wish] == problem.prices[wish]


@given(INSTANCES)
def test_a_price_lies_between_what_a_place_less_saves_and_a_place_more_costs(problem):
    found = solve(problem)
    for wish, price in enumerate(found.wish_prices):
        more = replace(
            problem, needs=[need + (n == wish) for n, need in enumerate(problem.needs)]
        )
        assert price <= solve(more).cost - found.cost
        if problem.needs[wish]:
            less = replace(
                problem,
                needs=[need - (n == wish) for n, need in enumerate(problem.needs)],
            )
            assert found.cost - solve(less).cost <= price


# What it is not asked


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"needs": [1]}, "length"),
        ({"prices": [1, 1, 1]}, "length"),
        ({"edges": [[]]}, "length"),
        ({"needs": [1, -1]}, "negative"),
        ({"prices": [-1, 1]}, "negative"),
        ({"loads": [[0], [5, 4]]}, "falls"),
        ({"loads": [[-1], [0]]}, "falls"),
        ({"edges": [[(0, 1), (0, 2)], []]}, "twice"),
        ({"edges": [[(2, 1)], []]}, "nobody"),
        ({"edges": [[(-1, 1)], []]}, "nobody"),
        ({"edges": [[(0, -1)], []]}, "negative"),
    ],
)
def test_a_problem_whose_parts_do_not_fit_is_refused(parts, said):
    with pytest.raises(ValueError, match=said):
        a_problem(**parts)


def test_prices_of_another_problem_have_no_bound():
    with pytest.raises(ValueError, match="zip"):
        lower_bound(a_problem(), [1], [1, 1])
