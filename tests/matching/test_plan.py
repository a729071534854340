"""The plan of a run is an optimum over every eligible pair, though few of them are looked at; and what it says of itself is true."""

import random
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from chalicelib.matching import plan as planning
from chalicelib.matching.edges import obstacles
from chalicelib.matching.flow import solve
from chalicelib.matching.plan import Plan, Shortage, gini, make_plan
from chalicelib.matching.policy import RINGS, Weights
from chalicelib.matching.problem import Solution, breaches, faults
from chalicelib.matching.record import digest_of
from chalicelib.offers.policy import OfferUrgency

from .builders import (
    NOW,
    WEIGHTS,
    Street,
    a_helper,
    a_street,
    a_wanted,
    apart,
    carrying,
    crowded,
    everything,
    plan_of,
    room_of,
)

pytestmark = pytest.mark.slow  # hundreds of drawn streets

SEEDS = st.integers(0, 10**6)


def carried_in(street: Street, seed: int) -> dict[str, int]:
    """Draw what everybody carries already."""
    dice = random.Random(seed)
    return {
        helper.id: dice.randint(0, 4)
        for helper in street.helpers
        if dice.random() < 0.6
    }


def check_can_be_carried_out(
    street: Street, plan: Plan, carried: dict[str, int]
) -> None:
    """Demand that nobody is asked whom something stands against, twice, for a place that is not there, or beyond her room."""
    assert not breaches(plan.problem, plan.solution)
    asked = Counter[str]()
    for wish, helpers in plan.asked:
        assert 0 < len(helpers) <= wish.need
        assert len({helper.id for helper in helpers}) == len(helpers)
        for helper in helpers:
            original = next(h for h in street.helpers if h.id == helper.id)
            assert obstacles(wish, original, NOW) == []
            asked[helper.id] += 1
    for helper in street.helpers:
        assert asked[helper.id] <= room_of(helper, carried)


def check_is_optimal(street: Street, plan: Plan, carried: dict[str, int]) -> None:
    """Compare with the flow over every eligible pair in which it is known from the start what everybody carries."""
    best = solve(everything(street, carried))
    assert plan.priced
    assert plan.solution.cost == plan.solution.bound == best.cost
    assert not faults(plan.problem, plan.solution)
    check_can_be_carried_out(street, plan, carried)


# It is an optimum over all pairs


def test_the_plan_of_a_drawn_street_costs_what_looking_at_all_pairs_finds():
    unserved = 0
    for seed in range(120):
        street = a_street(seed)
        plan = plan_of(street)
        check_is_optimal(street, plan, {})
        assert plan.rounds <= 3
        unserved += sum(plan.unserved.values())
    assert unserved > 100  # they are scarce


@pytest.mark.parametrize("few", [1, 2, 3])
def test_however_few_pairs_it_begins_with_it_finds_the_optimum(monkeypatch, few):
    """With so few, nearly all that it uses has to be found by the prices."""
    monkeypatch.setattr(planning, "EDGES_FIRST", few)
    monkeypatch.setattr(planning, "ROUNDS_MOST", 200)
    left_out = 0
    for seed in range(40):
        street = a_street(seed, wishes=15, helpers=40)
        carried = carried_in(street, seed)
        plan = plan_of(street, carried)
        check_is_optimal(street, plan, carried)
        left_out += sum(map(len, everything(street, carried).edges)) - sum(
            map(len, plan.problem.edges)
        )
    assert left_out > 1000


def test_a_crowded_grid_is_served_at_the_least_cost_in_few_rounds():
    """All want the same few, who are nearly alike: what they begin with is not enough."""
    for seed in range(12):
        street = crowded(seed, wishes=60, helpers=(35, 120)[seed % 2])
        plan = plan_of(street)
        check_is_optimal(street, plan, {})
        assert 2 < plan.rounds <= 5
        assert sum(plan.unserved.values()) > 0 or len(street.helpers) > 35


def test_a_street_with_more_volunteers_than_it_begins_with_is_served_at_the_least_cost():
    left_out = 0
    for seed in range(6):
        street = a_street(seed, wishes=40, helpers=150)
        plan = plan_of(street)
        check_is_optimal(street, plan, {})
        assert plan.rounds <= 5
        left_out += sum(map(len, everything(street).edges)) - sum(
            map(len, plan.problem.edges)
        )
    assert left_out > 1000


def test_it_is_an_optimum_where_what_people_carry_turns_up_on_the_way():
    for seed in range(40):
        street = (
            crowded(seed, wishes=25, helpers=70)
            if seed % 2
            else a_street(seed, wishes=20, helpers=70)
        )
        carried = carried_in(street, seed)
        check_is_optimal(street, plan_of(street, carried), carried)


@settings(deadline=None)
@given(
    SEEDS,
    st.builds(
        Weights,
        **dict.fromkeys(
            (*RINGS, "dialect", "thin", "stranger", "load"), st.integers(0, 200)
        ),
        load_most=st.integers(0, 600),
        base=st.integers(0, 1500),
        refusal_percent=st.integers(0, 100),
    ),
)
def test_it_is_an_optimum_whatever_the_weights(seed, weights):
    street = a_street(seed, wishes=8, helpers=30, weights=weights)
    carried = carried_in(street, seed)
    check_is_optimal(street, plan_of(street, carried), carried)


def test_only_who_comes_into_question_is_looked_up():
    street = crowded(3, wishes=3, helpers=200)
    look_up, asked = carrying({})
    make_plan(street.wishes, street.helpers, WEIGHTS, apart, look_up)
    assert 3 <= len(asked) <= 3 * 24


def test_nobody_is_looked_up_twice(monkeypatch):
    monkeypatch.setattr(planning, "EDGES_FIRST", 3)
    street = crowded(3, wishes=20, helpers=60)
    look_up, asked = carrying({})
    plan = make_plan(street.wishes, street.helpers, WEIGHTS, apart, look_up)
    assert plan.rounds > 2
    assert len(set(asked)) == len(asked) > 20


def test_somebody_who_carries_all_she_can_makes_way_for_the_next():
    helpers = [
        a_helper(id="per_a", capacity=2, room=2),
        a_helper(id="per_b", base="s.c1.g2"),
        a_helper(id="per_c", base="s.c1.g3"),
    ]
    street = Street(
        [a_wanted(id="wsh_a"), a_wanted(id="wsh_b")],
        helpers,
        frozenset({("s.c1.g1", "s.c1.g2")}),
    )
    assert asked_in(plan_of(street, {"per_a": 1})) == {
        "wsh_a": ["per_a"],
        "wsh_b": ["per_b"],
    }
    assert asked_in(plan_of(street, {"per_a": 2})) == {
        "wsh_a": ["per_b"],
        "wsh_b": ["per_c"],
    }
    assert asked_in(plan_of(street, {"per_a": 5, "per_b": 5, "per_c": 5})) == {}


def asked_in(plan: Plan) -> dict[str, list[str]]:
    return {wish.id: [helper.id for helper in helpers] for wish, helpers in plan.asked}


def test_several_are_asked_for_a_wish_that_needs_several_and_nobody_twice():
    helpers = [a_helper(id="per_a", room=2), a_helper(id="per_b", base="s.c2")]
    assert asked_in(plan_of(Street([a_wanted(need=3)], helpers))) == {
        "wsh_a": ["per_a", "per_b"]
    }


def test_nothing_to_do_is_a_plan():
    for wishes, helpers in (([], []), ([a_wanted()], []), ([], [a_helper()])):
        plan = plan_of(Street(wishes, helpers))
        assert (plan.asked, plan.priced, plan.solution.regret) == ([], True, 0)


@settings(deadline=None, max_examples=40)
@given(SEEDS, st.randoms(use_true_random=False))
def test_the_order_in_which_things_were_read_decides_nothing(seed, dice):
    street = a_street(seed, wishes=15, helpers=40)
    carried = carried_in(street, seed)
    one = plan_of(street, carried)
    other = plan_of(
        replace(
            street,
            wishes=shuffled(street.wishes, dice),
            helpers=shuffled(street.helpers, dice),
        ),
        carried,
    )
    assert asked_in(other) == asked_in(one)
    assert digest_of(other) == digest_of(one)


def shuffled(things: list, dice: random.Random) -> list:
    return dice.sample(things, len(things))


# When the work runs out


def test_a_plan_that_runs_out_of_work_can_be_carried_out_and_says_so():
    cut = 0
    for seed in range(30):
        street = (
            crowded(seed, wishes=15, helpers=30)
            if seed % 2
            else a_street(seed, wishes=15, helpers=40)
        )
        carried = carried_in(street, seed)
        best = plan_of(street, carried)
        for work in (0, 1, 3, 10, 30, 100):
            plan = plan_of(street, carried, work)
            check_can_be_carried_out(street, plan, carried)
            assert plan.solution.cost >= best.solution.cost
            assert plan.solution.bound <= plan.solution.cost
            if plan.priced:
                assert plan.solution.cost == best.solution.cost
            cut += not plan.priced
    assert cut > 60


def test_without_any_work_it_is_not_an_optimum_by_its_own_word():
    plan = plan_of(crowded(1), work=0)
    assert not plan.priced
    assert not plan.solution.complete
    assert plan.rounds == 1
    assert plan.asked  # the nearest who are free, the dearest wishes first


def test_running_out_of_work_never_undoes_what_was_found_before(monkeypatch):
    found: list[Solution] = []

    def noting(*given, **named) -> Solution:
        found.append(solve(*given, **named))
        return found[-1]

    monkeypatch.setattr(planning, "solve", noting)
    worse = 0
    for seed in range(4):
        street = a_street(seed, wishes=60, helpers=120, communities=1)
        found.clear()
        plan_of(street)
        spent = [sum(one.work for one in found[: n + 1]) for n in range(len(found))]
        for work in spent[1:-1]:  # one round was finished with the last of the work
            found.clear()
            plan = plan_of(street, work=work)
            assert not plan.priced
            assert plan.solution.cost == min(one.cost for one in found)
            check_can_be_carried_out(street, plan, {})
            worse += found[-1].cost > plan.solution.cost
    assert worse  # it has happened here


def test_it_gives_up_after_so_many_rounds_and_says_so(monkeypatch):
    monkeypatch.setattr(planning, "EDGES_FIRST", 1)
    monkeypatch.setattr(planning, "ROUNDS_MOST", 2)
    plan = plan_of(crowded(1, wishes=20, helpers=40))
    assert (plan.rounds, plan.priced, plan.solution.complete) == (2, False, True)


# What it says of itself


def test_places_that_find_nobody_are_counted_by_urgency():
    street = Street(
        [
            a_wanted(id="wsh_a", need=3, urgency=OfferUrgency.URGENT),
            a_wanted(id="wsh_b", need=2, urgency=OfferUrgency.SOON, place="s.c9.g1"),
            a_wanted(id="wsh_c", urgency=OfferUrgency.SOON, skills=("dancing",)),
            a_wanted(id="wsh_d"),
        ],
        [a_helper(id="per_a"), a_helper(id="per_b")],
    )
    assert plan_of(street).unserved == {"urgent": 1, "soon": 3, "calm": 1}


def test_loads_are_the_offers_of_four_weeks_with_those_of_the_plan():
    helpers = [
        a_helper(id="per_b", recent=3, room=0),
        a_helper(id="per_a", recent=1, room=2),
        a_helper(id="per_c", base="t"),
    ]
    plan = plan_of(Street([a_wanted(id="wsh_a"), a_wanted(id="wsh_b")], helpers))
    assert [
        (helper.id, load) for helper, load in zip(plan.helpers, plan.loads, strict=True)
    ] == [
        ("per_a", 2),
        ("per_b", 3),
        ("per_c", 1),
    ]


def test_the_dearest_wish_comes_first():
    wishes = [
        a_wanted(id="wsh_a"),
        a_wanted(id="wsh_b", urgency=OfferUrgency.URGENT),
        a_wanted(id="wsh_c", price=1600),
    ]
    plan = plan_of(Street(wishes, [a_helper(id=f"per_{n}") for n in range(3)]))
    assert [wish.id for wish, _ in plan.asked] == ["wsh_b", "wsh_c", "wsh_a"]


def test_the_gini_coefficient_by_hand():
    assert gini([]) == gini([0, 0]) == gini([7]) == gini([4, 4, 4]) == 0
    assert gini([0, 1]) == 500
    assert gini([0, 0, 0, 0, 9]) == 800
    assert gini([1, 2, 3]) == 222  # 2 x (1 + 2 + 1) / (2 x 3 x 6)
    assert gini([0] * 999 + [1]) == 999


@given(st.lists(st.integers(0, 60), max_size=40), st.randoms(use_true_random=False))
def test_the_gini_coefficient_is_the_mean_difference_between_two_people(loads, dice):
    dice.shuffle(loads)
    total, count = sum(loads), len(loads)
    exact = (
        Fraction(sum(abs(a - b) for a in loads for b in loads), 2 * count * total)
        if total
        else 0
    )
    assert gini(loads) == 1000 * exact // 1


def test_a_shortage_says_where_somebody_new_would_help_and_by_how_much():
    """Leaving the first open costs 1,500, somebody new 10 and 30 for the risk of a refusal; the second has a neighbour at 40."""
    wishes = [
        a_wanted(id="wsh_a", skills=("plumbing",), place="s.c1.g1.b1"),
        a_wanted(id="wsh_b", place="s.c1.g2.b1"),
    ]
    plan = plan_of(Street(wishes, [a_helper(base="s.c1.g2")]))
    assert plan.shortages(WEIGHTS) == [
        Shortage(grid="s.c1.g1", skill="plumbing", price=1460, wishes=1)
    ]


def test_a_shortage_is_also_where_somebody_is_worn_out_or_far_away():
    plan = plan_of(
        Street(
            [a_wanted(skills=("plumbing",))],
            [a_helper(base="s", recent=10, skills=frozenset({"plumbing"}))],
        )
    )
    assert plan.asked
    assert plan.shortages(WEIGHTS) == [
        Shortage(grid="s.c1.g1", skill="plumbing", price=60 + 30 + 200 - 40, wishes=1)
    ]


def test_shortages_are_named_by_what_it_takes_and_summed_up_by_grid():
    kinds = {
        "wsh_a": {
            "skills": ("plumbing", "reading"),
            "dialects": ("sichuan", "shanghai"),
        },
        "wsh_b": {"dialects": ("sichuan",)},
        "wsh_c": {"vetted": True},
        "wsh_d": {"kind": "service"},
        "wsh_e": {"kind": "service", "urgency": OfferUrgency.SOON},
        "wsh_f": {"kind": "service", "place": "s.c1.g2.b1"},
    }
    plan = plan_of(
        Street([a_wanted(id=id, **fields) for id, fields in kinds.items()], [])
    )
    soon = 2500 - 10 - 50
    assert [(s.grid, s.skill, s.price, s.wishes) for s in plan.shortages(WEIGHTS)] == [
        ("s.c1.g1", "service", soon, 2),
        ("s.c1.g1", "plumbing reading sichuan", 1460, 1),
        ("s.c1.g1", "sichuan", 1460, 1),
        ("s.c1.g1", "vetted", 1460, 1),
        ("s.c1.g2", "service", 1460, 1),
    ]
    assert len(plan.shortages(WEIGHTS, most=2)) == 2


def test_there_is_no_shortage_where_somebody_new_would_be_no_better():
    assert plan_of(Street([a_wanted()], [a_helper()])).shortages(WEIGHTS) == []


@settings(deadline=None, max_examples=60)
@given(SEEDS)
def test_nobody_new_saves_more_than_the_shortages_say(seed):
    street = a_street(seed, wishes=8, helpers=12, communities=1, grids=2)
    plan = plan_of(street)
    promised = {(s.grid, s.skill): s.price for s in plan.shortages(WEIGHTS, most=99)}
    for wish in street.wishes:
        if (
            wish.skills
            or wish.dialects
            or wish.vetted
            or len(wish.place.split(".")) < 3
        ):
            continue
        grid = ".".join(wish.place.split(".")[:3])
        new = a_helper(
            id="per_new",
            places=(grid,),
            base=grid,
            kinds=frozenset({wish.kind}),
            met=frozenset({wish.resident}),
        )
        only = [
            w
            if w.kind == wish.kind and w.place.startswith(grid)
            else replace(w, not_again=w.not_again | {"per_new"})
            for w in street.wishes
        ]
        after = plan_of(replace(street, wishes=only, helpers=[*street.helpers, new]))
        saved = plan.solution.cost - after.solution.cost
        assert saved >= 0
        plain = not any(
            w.skills or w.dialects or w.vetted
            for w in only
            if "per_new" not in w.not_again
        )
        assert not plain or saved <= promised.get((grid, wish.kind), 0)


# Nobody is left because everybody is too dear


OTHERS = st.fixed_dictionaries(
    dict.fromkeys(
        (*RINGS, "dialect", "thin", "stranger", "load_most"), st.integers(0, 300)
    )
    | {
        "load": st.integers(0, 300),
        "refusal_percent": st.integers(0, 99),
        "urgent": st.integers(0, 3000),
    }
)


def least_base(others: dict[str, int]) -> int:
    """Return the least price of a wish that is enough, found by trying."""
    low, high = 0, 10**6
    while low < high:
        middle = (low + high) // 2
        low, high = (
            (middle + 1, high)
            if Weights(**others, base=middle).leaves_somebody
            else (low, middle)
        )
    return low


@settings(deadline=None)
@given(SEEDS, OTHERS, st.integers(0, 1))
def test_with_weights_that_leave_nobody_no_wish_stays_open_while_somebody_who_fits_has_room(
    seed, others, more
):
    weights = Weights(**others, base=least_base(others) + more)
    assume(not weights.leaves_somebody)
    street = a_street(seed, wishes=10, helpers=15, communities=2, weights=weights)
    carried = carried_in(street, seed)
    plan = plan_of(street, carried)
    asked = Counter(helper.id for _, helpers in plan.asked for helper in helpers)
    for wish, found in zip(plan.wishes, plan.solution.assigned, strict=True):
        if len(found) < wish.need:
            for helper in street.helpers:
                idle = asked[helper.id] < room_of(helper, carried)
                assert (
                    not idle
                    or obstacles(wish, helper, NOW)
                    or helper.id in [plan.helpers[j].id for j in found]
                )


@pytest.mark.parametrize(("base", "served"), [(757, False), (758, True)])
def test_the_least_price_of_a_wish_that_is_enough_is_just_enough(base, served):
    """The dearest offer: the far end of the street, another dialect, thin, a stranger, worn out, and sure to say no."""
    weights = Weights(base=base, refusal_percent=5)
    assert weights.leaves_somebody == (not served)
    wish = a_wanted(
        price=base,
        kind="company",
        dialects=("sichuan",),
        windows=((NOW, NOW + timedelta(hours=1)),),
    )
    helper = a_helper(
        places=("s",),
        base="s",
        availability=((1, "10:00", "11:00"),),
        recent=99,
        acceptance=0,
    )
    assert bool(plan_of(Street([wish], [helper], weights=weights)).asked) == served


@pytest.mark.parametrize("ring", RINGS)
def test_a_wish_has_to_be_dearer_than_the_furthest_way_whichever_that_is(ring):
    assert not Weights(**{ring: 60}).leaves_somebody
    assert Weights(**{ring: 60 + 1500}).leaves_somebody


def test_a_refusal_that_costs_all_of_a_wish_may_leave_somebody():
    for percent in (100, 101, 1000):
        assert Weights(base=100_000, refusal_percent=percent).leaves_somebody
    assert not Weights().leaves_somebody
