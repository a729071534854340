"""The solver: compared with OR-Tools and with exhaustive search, and its certificate."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain, combinations, pairwise, product

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
    """Two volunteers and two wishes: 0 is eligible for both, 1 only for the second."""
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


def restated(
    problem: AssignmentProblem, solution: Solution, **changes
) -> Solution:
    """Return the changed solution with its true cost and bound, so only the change is wrong."""
    changed = replace(solution, **changes)
    bound = lower_bound(problem, changed.wish_prices, changed.volunteer_prices)
    return replace(
        changed, cost=cost_of(problem, changed.assigned), bound=bound
    )


def all_assignments(
    problem: AssignmentProblem,
) -> Iterator[tuple[tuple[int, ...], ...]]:
    choices = [
        subsets(dict(edges), need)
        for need, edges in zip(problem.needs, problem.edges, strict=True)
    ]
    for assigned in product(*choices):
        taken = Counter(chain.from_iterable(assigned))
        if all(taken[j] <= len(load) for j, load in enumerate(problem.loads)):
            yield assigned


def subsets(volunteers: Iterable[int], limit: int) -> list[tuple[int, ...]]:
    """Return all subsets of at most `limit` volunteers."""
    found: list[tuple[int, ...]] = []
    for size in range(limit + 1):
        found += combinations(sorted(volunteers), size)
    return found


# Solutions


def test_a_volunteer_for_both_is_left_to_the_wish_without_another():
    found = solve(a_problem())
    assert found.assigned == ((0,), (1,))
    assert (found.cost, found.bound, found.regret, found.complete) == (
        11,
        11,
        0,
        True,
    )


def test_an_earlier_wish_is_displaced_when_that_is_cheaper():
    assert solve(a_problem(), order=[1, 0]).assigned == ((0,), (1,))


def test_a_wish_stays_open_rather_than_cost_more_than_its_price():
    found = solve(a_problem(prices=[50, 8]))
    assert found.assigned == ((0,), ())
    assert found.cost == 2 + 8


@pytest.mark.parametrize("work", [None, 0])
def test_a_place_that_costs_as_much_to_fill_as_to_leave_open_stays_open(work):
    for price, assigned in ((7, ()), (8, (0,))):
        assert solve(
            AssignmentProblem(
                needs=[1], prices=[price], edges=[[(0, 4)]], loads=[[3]]
            ),
            work=work,
        ).assigned == (assigned,)


def test_the_dearest_wish_is_served_when_volunteers_are_scarce():
    found = solve(
        AssignmentProblem(
            needs=[1, 1],
            prices=[40, 90],
            edges=[[(0, 1)], [(0, 30)]],
            loads=[[0]],
        )
    )
    assert found.assigned == ((), (0,))


def test_a_second_offer_costs_more_so_offers_are_spread():
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


def test_a_wish_that_needs_two_gets_two_different_volunteers():
    found = solve(
        AssignmentProblem(
            needs=[2],
            prices=[99],
            edges=[[(0, 1), (1, 30)]],
            loads=[[0, 0], [0]],
        )
    )
    assert found.assigned == ((0, 1),)


def test_an_empty_problem_has_a_solution():
    assert (
        solve(AssignmentProblem(needs=[], prices=[], edges=[], loads=[])).cost
        == 0
    )
    assert solve(
        AssignmentProblem(
            needs=[0, 2], prices=[9, 9], edges=[[(0, 1)], []], loads=[[]]
        )
    ).assigned == ((), ())


@pytest.mark.parametrize("family", FAMILIES)
def test_a_hundred_instances_cost_the_same_as_by_another_solver(family):
    for seed in range(100):
        problem = an_instance(seed, family)
        found = solve(problem)
        assert found.cost == cost_by_ortools(problem), seed
        assert found.bound == found.cost, seed
        assert not faults(problem, found), seed
        assert all(
            a < b
            for volunteers in found.assigned
            for a, b in pairwise(volunteers)
        ), seed  # ascending, without repetition


@pytest.mark.parametrize(("wishes", "volunteers"), [(150, 400), (200, 60)])
def test_a_street_costs_the_same_as_by_another_solver(wishes, volunteers):
    for seed in range(5):
        problem = a_street(seed, wishes, volunteers)
        found = solve(problem)
        assert found.cost == found.bound == cost_by_ortools(problem)
        assert not faults(problem, found)


def is_missed_greedily(problem: AssignmentProblem) -> bool:
    return solve(problem, work=0).regret > solve(problem).regret


def test_greedy_filling_misses_the_optimum_of_many_instances():
    """Otherwise the tests above could pass with a greedy solver."""
    for family in ("mixed", "scarce", "sparse"):
        problems = [an_instance(seed, family) for seed in range(100)]
        missed = [
            problem for problem in problems if is_missed_greedily(problem)
        ]
        assert len(missed) > 15, family
    scarce, ample = a_street(1, 200, 60), a_street(1, 150, 400)
    assert sum(map(len, solve(scarce).assigned)) < sum(scarce.needs)
    assert sum(map(len, solve(ample).assigned)) == sum(ample.needs)


@given(TINY)
def test_no_assignment_is_cheaper_than_the_solution(problem):
    assert solve(problem).cost == min(
        cost_of(problem, assigned) for assigned in all_assignments(problem)
    )


@given(INSTANCES, st.randoms(use_true_random=False))
def test_the_cost_does_not_depend_on_the_order(problem, dice):
    order = list(range(len(problem.needs)))
    dice.shuffle(order)
    found = solve(problem, order)
    assert found.cost == solve(problem).cost
    assert not faults(problem, found)
    assert sorted(found.order) == sorted(order)


def test_the_same_problem_has_the_same_solution():
    problem = a_street(3, 100, 80)
    assert solve(problem) == solve(problem)


def test_the_default_order_is_by_price_then_by_number():
    problem = AssignmentProblem(
        needs=[1, 1, 1], prices=[5, 9, 9], edges=[[(0, 1)]] * 3, loads=[[0]]
    )
    found = solve(problem)
    assert found.order == (1, 2, 0)
    assert found.assigned == ((), (0,), ())
    assert solve(problem, order=[2, 0, 1]).assigned == ((), (), (0,))


# Limited work


@given(INSTANCES, st.integers(0, 60))
def test_with_any_budget_the_solution_is_valid_and_the_bound_holds(
    problem, work
):
    optimum, found = solve(problem), solve(problem, work=work)
    assert not breaches(problem, found)
    assert found.bound <= optimum.cost <= found.cost
    assert found.complete == (found.exact == len(problem.needs))
    if found.complete:
        assert found == optimum


@given(INSTANCES, st.integers(0, 60))
def test_the_inserted_wishes_are_an_optimum_of_their_own(problem, work):
    found = solve(problem, work=work)
    inserted = set(found.order[: found.exact])
    needs, kept = list(problem.needs), list(found.assigned)
    for wish in set(range(len(needs))) - inserted:
        needs[wish], kept[wish] = 0, ()
    prefix = replace(problem, needs=needs)
    assert cost_of(prefix, kept) == cost_by_ortools(prefix)


@given(INSTANCES, st.integers(0, 60))
def test_greedy_filling_takes_every_place_that_is_worth_its_cost(problem, work):
    found = solve(problem, work=work)
    taken = Counter(chain.from_iterable(found.assigned))
    for wish in found.order[found.exact :]:
        if len(found.assigned[wish]) < problem.needs[wish]:
            for volunteer, cost in problem.edges[wish]:
                if volunteer not in found.assigned[wish] and taken[
                    volunteer
                ] < len(problem.loads[volunteer]):
                    assert (
                        cost + problem.loads[volunteer][taken[volunteer]]
                        >= problem.prices[wish]
                    )


@given(INSTANCES, st.integers(0, 60))
def test_no_other_price_of_a_filled_wish_proves_more(problem, work):
    found = solve(problem, work=work)
    for wish in found.order[found.exact :]:
        for step in (-1, 1):
            prices = [
                price + step * (n == wish)
                for n, price in enumerate(found.wish_prices)
            ]
            assert (
                lower_bound(problem, prices, found.volunteer_prices)
                <= found.bound
            )


@pytest.mark.parametrize("family", FAMILIES)
def test_more_work_inserts_more_wishes_until_all_are_exact(family):
    problem = replace(
        an_instance(7, family), needs=[1] * len(an_instance(7, family).needs)
    )
    whole = solve(problem)
    exact = [solve(problem, work=work).exact for work in range(whole.work + 1)]
    assert exact[0] == 0
    assert exact[-1] == len(problem.needs)
    assert exact == sorted(exact)
    assert all(
        solve(problem, work=work).work >= work for work in range(whole.work + 1)
    )


def test_waiting_wishes_are_filled_in_order_by_the_cheapest_free_volunteer():
    edges = [[(0, 3), (1, 4)], [(0, 1), (1, 7)]]
    found = solve(
        AssignmentProblem(
            needs=[1, 1], prices=[60, 50], edges=edges, loads=[[0], [0]]
        ),
        work=0,
    )
    assert found.assigned == ((0,), (1,))
    assert (found.exact, found.work, found.complete) == (0, 0, False)
    assert (found.cost, found.bound, found.regret) == (10, 5, 5)


@pytest.mark.parametrize(("volunteers", "at_most"), [(70, 0.03), (400, 0.3)])
def test_the_regret_without_work_is_not_far_from_the_truth(volunteers, at_most):
    problem = a_street(1, 200, volunteers)
    whole = solve(problem)
    for part in (0.2, 0.4, 0.6, 0.8):
        found = solve(problem, work=round(part * whole.work))
        assert whole.cost - found.bound <= at_most * whole.cost, part


def test_a_large_component_that_uses_up_the_work_leaves_small_ones_exact():
    hard = []
    for wish in range(12):
        hard.append(
            [(volunteer, 7 * wish * volunteer % 11) for volunteer in range(4)]
        )
    small = [[(4, 2)], [(4, 1), (5, 9)]]
    problem = AssignmentProblem(
        needs=[1] * 14,
        prices=[90] * 12 + [50, 50],
        edges=hard + small,
        loads=[[0]] * 6,
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


def test_with_ample_volunteers_a_search_ends_within_a_few_wishes():
    problem = a_street(1, 400, 1000)
    assert solve(problem).work < 4 * sum(problem.needs)


def test_an_order_that_omits_or_repeats_a_wish_is_refused():
    for order in ([0], [0, 0], [0, 1, 2]):
        with pytest.raises(ValueError, match="order"):
            solve(a_problem(), order)


# The certificate

UNLAWFUL = [
    (
        "an ineligible volunteer",
        {"assigned": ((1,), (1,))},
        "wish 0: volunteer 1 may not be asked",
    ),
    (
        "more than the capacity",
        {"assigned": ((0,), (0,))},
        "volunteer 0: asked 2 times, takes 1",
    ),
    (
        "a volunteer twice",
        {"assigned": ((0,), (1, 1))},
        "wish 1: a volunteer is asked twice",
    ),
    (
        "more than are needed",
        {"assigned": ((), (0, 1))},
        "wish 1: 2 are asked, 1 are needed",
    ),
    (
        "a wish omitted",
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
        "wish 0: volunteer 0 costs 1 more than a place",
    ),
    (
        "a wish's price too high",
        {"wish_prices": (10, 10)},
        "wish 1: unasked volunteer 0 would save 1",
    ),
    (
        "a wish's price above that of leaving it",
        {"wish_prices": (51, 9)},
        "wish 0: a place is priced at 51, leaving it open costs 50",
    ),
    (
        "a time price too low",
        {"volunteer_prices": (7, 0)},
        "wish 1: unasked volunteer 0 would save 1",
    ),
    (
        "a time price too high",
        {"volunteer_prices": (9, 0)},
        "wish 0: volunteer 0 costs 1 more than a place",
    ),
    (
        "a time price below the load",
        {"volunteer_prices": (8, -1)},
        "volunteer 1: offer 1 costs 0, their time is priced at -1",
    ),
]


def plants(table):
    return pytest.mark.parametrize(
        ("changes", "said"),
        [plant[1:] for plant in table],
        ids=[plant[0] for plant in table],
    )


@plants(UNLAWFUL)
def test_an_invalid_or_misstated_solution_has_breaches(changes, said):
    problem = a_problem()
    found = solve(problem)
    assert not faults(problem, found)
    planted = replace(found, **changes)
    assert said in breaches(problem, planted)
    assert breaches(problem, planted) == faults(problem, planted)


@plants(DEARER)
def test_prices_that_do_not_prove_an_optimum_have_faults(changes, said):
    problem = a_problem()
    planted = restated(problem, solve(problem), **changes)
    assert not breaches(problem, planted)
    assert said in faults(problem, planted)


def test_choosing_the_dearer_free_volunteer_is_a_fault():
    problem = AssignmentProblem(
        needs=[1], prices=[50], edges=[[(0, 2), (1, 5)]], loads=[[0], [0]]
    )
    planted = restated(problem, solve(problem), assigned=((1,),))
    assert faults(problem, planted) == [
        "wish 0: volunteer 1 costs 3 more than a place"
    ]


def test_a_cheap_offer_left_out_is_a_fault_at_a_higher_price_of_time():
    problem = a_problem(loads=[[0, 3], [0]])
    planted = restated(problem, solve(a_problem()), assigned=((0,), (1,)))
    assert (
        "volunteer 0: offer 2 would cost 3, their time is priced at 8"
        in faults(problem, planted)
    )


@given(INSTANCES, st.randoms(use_true_random=False))
def test_no_solution_costs_less_than_the_bound_of_any_prices(problem, dice):
    top = max([10, *problem.prices])
    wish_prices = [dice.randint(-top, 2 * top) for _ in problem.needs]
    volunteer_prices = [dice.randint(-top, top) for _ in problem.loads]
    assert (
        lower_bound(problem, wish_prices, volunteer_prices)
        <= solve(problem).cost
    )


@given(INSTANCES, st.randoms(use_true_random=False))
def test_tampered_prices_pass_exactly_when_they_still_prove_the_optimum(
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
            price + dice.choice((-1, 0, 0, 1))
            for price in found.volunteer_prices
        ),
    )
    assert bool(faults(problem, tampered)) == (tampered.bound < found.cost)


@given(TINY, st.randoms(use_true_random=False))
def test_another_assignment_passes_exactly_when_it_costs_the_same(
    problem, dice
):
    found = solve(problem)
    other = restated(
        problem, found, assigned=dice.choice(list(all_assignments(problem)))
    )
    assert not breaches(problem, other)
    assert bool(faults(problem, other)) == (other.cost > found.cost)


@given(INSTANCES)
def test_a_wish_with_an_open_place_is_priced_at_leaving_it_open(problem):
    found = solve(problem)
    for wish, volunteers in enumerate(found.assigned):
        if len(volunteers) < problem.needs[wish]:
            assert found.wish_prices[wish] == problem.prices[wish]


@given(INSTANCES)
def test_a_price_is_between_the_saving_of_one_less_and_the_cost_of_one_more(
    problem,
):
    found = solve(problem)
    for wish, price in enumerate(found.wish_prices):
        more = replace(
            problem,
            needs=[need + (n == wish) for n, need in enumerate(problem.needs)],
        )
        assert price <= solve(more).cost - found.cost
        if problem.needs[wish]:
            less = replace(
                problem,
                needs=[
                    need - (n == wish) for n, need in enumerate(problem.needs)
                ],
            )
            assert found.cost - solve(less).cost <= price


# Invalid input


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
