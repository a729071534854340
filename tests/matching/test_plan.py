"""The plan of a run is an optimum over every eligible pair, and its figures are true."""

import random
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from itertools import accumulate

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
    MatchingStreet,
    a_street,
    a_volunteer,
    an_open_wish,
    apart,
    carrying,
    crowded,
    everything,
    plan_of,
    room_of,
)

pytestmark = pytest.mark.slow  # hundreds of drawn streets

SEEDS = st.integers(0, 10**6)


def carried_in(street: MatchingStreet, seed: int) -> dict[str, int]:
    """Draw the wishes that volunteers carry already."""
    dice = random.Random(seed)
    return {
        volunteer.id: dice.randint(0, 4)
        for volunteer in street.volunteers
        if dice.random() < 0.6
    }


def check_can_be_carried_out(
    street: MatchingStreet, plan: Plan, carried: dict[str, int]
) -> None:
    """Require that only eligible volunteers are asked, once each, within need and room."""
    assert not breaches(plan.problem, plan.solution)
    asked = Counter[str]()
    for wish, volunteers in plan.asked:
        assert 0 < len(volunteers) <= wish.need
        assert len({volunteer.id for volunteer in volunteers}) == len(
            volunteers
        )
        for volunteer in volunteers:
            original = next(
                h for h in street.volunteers if h.id == volunteer.id
            )
            assert obstacles(wish, original, NOW) == []
            asked[volunteer.id] += 1
    for volunteer in street.volunteers:
        assert asked[volunteer.id] <= room_of(volunteer, carried)


def check_is_optimal(
    street: MatchingStreet, plan: Plan, carried: dict[str, int]
) -> None:
    """Compare with the flow over every eligible pair, with all carried wishes known."""
    best = solve(everything(street, carried))
    assert plan.priced
    assert plan.solution.cost == plan.solution.bound == best.cost
    assert not faults(plan.problem, plan.solution)
    check_can_be_carried_out(street, plan, carried)


# Optimality over all pairs


def test_the_plan_of_a_street_costs_the_same_as_the_flow_over_all_pairs():
    unserved = 0
    for seed in range(120):
        street = a_street(seed)
        plan = plan_of(street)
        check_is_optimal(street, plan, {})
        assert plan.rounds <= 3
        unserved += sum(plan.unserved.values())
    assert unserved > 100  # volunteers are scarce


@pytest.mark.parametrize("few", [1, 2, 3])
def test_the_optimum_is_found_from_any_number_of_first_candidates(
    monkeypatch, few
):
    """With so few first candidates the prices have to find nearly all pairs."""
    monkeypatch.setattr(planning, "FIRST_CANDIDATES", few)
    monkeypatch.setattr(planning, "MAX_ROUNDS", 200)
    left_out = 0
    for seed in range(50):
        street = a_street(seed, wishes=15, volunteers=40)
        carried = carried_in(street, seed)
        plan = plan_of(street, carried)
        check_is_optimal(street, plan, carried)
        left_out += sum(map(len, everything(street, carried).edges)) - sum(
            map(len, plan.problem.edges)
        )
    assert left_out > 1000


def test_a_crowded_grid_is_solved_in_few_rounds():
    """All wishes compete for the same few: the first candidates are not enough."""
    for seed in range(12):
        street = crowded(seed, wishes=60, volunteers=(35, 120)[seed % 2])
        plan = plan_of(street)
        check_is_optimal(street, plan, {})
        assert 2 < plan.rounds <= 5
        assert sum(plan.unserved.values()) > 0 or len(street.volunteers) > 35


def test_the_optimum_is_found_with_more_volunteers_than_first_candidates():
    left_out = 0
    for seed in range(8):
        street = a_street(seed, wishes=40, volunteers=150)
        plan = plan_of(street)
        check_is_optimal(street, plan, {})
        assert plan.rounds <= 5
        left_out += sum(map(len, everything(street).edges)) - sum(
            map(len, plan.problem.edges)
        )
    assert left_out > 1000


def test_the_plan_is_optimal_when_volunteers_turn_out_to_carry_wishes():
    for seed in range(40):
        street = (
            crowded(seed, wishes=25, volunteers=70)
            if seed % 2
            else a_street(seed, wishes=20, volunteers=70)
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
def test_the_plan_is_optimal_at_any_weights(seed, weights):
    street = a_street(seed, wishes=8, volunteers=30, weights=weights)
    carried = carried_in(street, seed)
    check_is_optimal(street, plan_of(street, carried), carried)


def test_only_candidates_are_looked_up():
    street = crowded(3, wishes=3, volunteers=200)
    look_up, asked = carrying({})
    make_plan(street.wishes, street.volunteers, WEIGHTS, apart, look_up)
    assert 3 <= len(asked) <= 3 * 24


def test_no_volunteer_is_looked_up_twice(monkeypatch):
    monkeypatch.setattr(planning, "FIRST_CANDIDATES", 3)
    street = crowded(3, wishes=20, volunteers=60)
    look_up, asked = carrying({})
    plan = make_plan(street.wishes, street.volunteers, WEIGHTS, apart, look_up)
    assert plan.rounds > 2
    assert len(set(asked)) == len(asked) > 20


def test_a_volunteer_without_capacity_gives_way_to_the_next():
    volunteers = [
        a_volunteer(id="per_a", capacity=2, room=2),
        a_volunteer(id="per_b", base="s.c1.g2"),
        a_volunteer(id="per_c", base="s.c1.g3"),
    ]
    street = MatchingStreet(
        [an_open_wish(id="wsh_a"), an_open_wish(id="wsh_b")],
        volunteers,
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
    asked = {}
    for wish, volunteers in plan.asked:
        asked[wish.id] = [volunteer.id for volunteer in volunteers]
    return asked


def test_a_wish_that_needs_several_gets_different_volunteers():
    volunteers = [
        a_volunteer(id="per_a", room=2),
        a_volunteer(id="per_b", base="s.c2"),
    ]
    assert asked_in(
        plan_of(MatchingStreet([an_open_wish(need=3)], volunteers))
    ) == {"wsh_a": ["per_a", "per_b"]}


def test_an_empty_street_has_a_plan():
    for wishes, volunteers in (
        ([], []),
        ([an_open_wish()], []),
        ([], [a_volunteer()]),
    ):
        plan = plan_of(MatchingStreet(wishes, volunteers))
        assert (plan.asked, plan.priced, plan.solution.regret) == ([], True, 0)


@settings(deadline=None, max_examples=40)
@given(SEEDS, st.randoms(use_true_random=False))
def test_the_plan_does_not_depend_on_the_order_of_the_input(seed, dice):
    street = a_street(seed, wishes=15, volunteers=40)
    carried = carried_in(street, seed)
    one = plan_of(street, carried)
    other = plan_of(
        replace(
            street,
            wishes=shuffled(street.wishes, dice),
            volunteers=shuffled(street.volunteers, dice),
        ),
        carried,
    )
    assert asked_in(other) == asked_in(one)
    assert digest_of(other) == digest_of(one)


def shuffled(things: list, dice: random.Random) -> list:
    return dice.sample(things, len(things))


# Limited work


def test_a_plan_that_runs_out_of_work_is_valid_and_not_exact():
    cut = 0
    for seed in range(30):
        street = (
            crowded(seed, wishes=15, volunteers=30)
            if seed % 2
            else a_street(seed, wishes=15, volunteers=40)
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


def test_a_plan_without_work_is_not_marked_as_exact():
    plan = plan_of(crowded(1), work=0)
    assert not plan.priced
    assert not plan.solution.complete
    assert plan.rounds == 1
    assert plan.asked  # filled greedily, the dearest wishes first


def test_running_out_of_work_keeps_the_better_earlier_solution(monkeypatch):
    found: list[Solution] = []

    def noting(*given, **named) -> Solution:
        found.append(solve(*given, **named))
        return found[-1]

    monkeypatch.setattr(planning, "solve", noting)
    worse = 0
    for seed in range(4):
        street = a_street(seed, wishes=60, volunteers=120, communities=1)
        found.clear()
        plan_of(street)
        spent = list(accumulate(one.work for one in found))
        for work in spent[
            1:-1
        ]:  # one round was finished with the last of the work
            found.clear()
            plan = plan_of(street, work=work)
            assert not plan.priced
            assert plan.solution.cost == min(one.cost for one in found)
            check_can_be_carried_out(street, plan, {})
            worse += found[-1].cost > plan.solution.cost
    assert worse  # it has happened here


def test_a_plan_after_the_last_round_is_not_marked_as_priced(monkeypatch):
    monkeypatch.setattr(planning, "FIRST_CANDIDATES", 1)
    monkeypatch.setattr(planning, "MAX_ROUNDS", 2)
    plan = plan_of(crowded(1, wishes=20, volunteers=40))
    assert (plan.rounds, plan.priced, plan.solution.complete) == (
        2,
        False,
        True,
    )


# Figures


def test_unserved_places_are_counted_by_urgency():
    street = MatchingStreet(
        [
            an_open_wish(id="wsh_a", need=3, urgency=OfferUrgency.URGENT),
            an_open_wish(
                id="wsh_b", need=2, urgency=OfferUrgency.SOON, place="s.c9.g1"
            ),
            an_open_wish(
                id="wsh_c", urgency=OfferUrgency.SOON, skills=("dancing",)
            ),
            an_open_wish(id="wsh_d"),
        ],
        [a_volunteer(id="per_a"), a_volunteer(id="per_b")],
    )
    assert plan_of(street).unserved == {"urgent": 1, "soon": 3, "calm": 1}


def test_loads_are_the_recent_offers_plus_those_of_the_plan():
    volunteers = [
        a_volunteer(id="per_b", recent=3, room=0),
        a_volunteer(id="per_a", recent=1, room=2),
        a_volunteer(id="per_c", base="t"),
    ]
    plan = plan_of(
        MatchingStreet(
            [an_open_wish(id="wsh_a"), an_open_wish(id="wsh_b")], volunteers
        )
    )
    assert [
        (volunteer.id, load)
        for volunteer, load in zip(plan.volunteers, plan.loads, strict=True)
    ] == [
        ("per_a", 2),
        ("per_b", 3),
        ("per_c", 1),
    ]


def test_asked_wishes_are_in_order_of_price():
    wishes = [
        an_open_wish(id="wsh_a"),
        an_open_wish(id="wsh_b", urgency=OfferUrgency.URGENT),
        an_open_wish(id="wsh_c", price=1600),
    ]
    plan = plan_of(
        MatchingStreet(wishes, [a_volunteer(id=f"per_{n}") for n in range(3)])
    )
    assert [wish.id for wish, _ in plan.asked] == ["wsh_b", "wsh_c", "wsh_a"]


def test_the_gini_coefficient_by_hand():
    assert gini([]) == gini([0, 0]) == gini([7]) == gini([4, 4, 4]) == 0
    assert gini([0, 1]) == 500
    assert gini([0, 0, 0, 0, 9]) == 800
    assert gini([1, 2, 3]) == 222  # 2 x (1 + 2 + 1) / (2 x 3 x 6)
    assert gini([0] * 999 + [1]) == 999


@given(
    st.lists(st.integers(0, 60), max_size=40), st.randoms(use_true_random=False)
)
def test_the_gini_coefficient_is_the_mean_difference_of_two_loads(loads, dice):
    dice.shuffle(loads)
    total, count = sum(loads), len(loads)
    exact = Fraction(0)
    if total:
        differences = sum(abs(a - b) for a in loads for b in loads)
        exact = Fraction(differences, 2 * count * total)
    assert gini(loads) == 1000 * exact // 1


def test_a_shortage_has_the_points_a_new_volunteer_would_save():
    """An open place costs 1,500, a new volunteer 10 + 30; the second wish has one at 40."""
    wishes = [
        an_open_wish(id="wsh_a", skills=("plumbing",), place="s.c1.g1.b1"),
        an_open_wish(id="wsh_b", place="s.c1.g2.b1"),
    ]
    plan = plan_of(MatchingStreet(wishes, [a_volunteer(base="s.c1.g2")]))
    assert plan.shortages(WEIGHTS) == [
        Shortage(grid="s.c1.g1", skill="plumbing", price=1460, wishes=1)
    ]


def test_tired_and_distant_volunteers_also_make_a_shortage():
    plan = plan_of(
        MatchingStreet(
            [an_open_wish(skills=("plumbing",))],
            [a_volunteer(base="s", recent=10, skills=frozenset({"plumbing"}))],
        )
    )
    assert plan.asked
    assert plan.shortages(WEIGHTS) == [
        Shortage(
            grid="s.c1.g1", skill="plumbing", price=60 + 30 + 200 - 40, wishes=1
        )
    ]


def test_shortages_are_grouped_by_grid_and_skill():
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
        MatchingStreet(
            [an_open_wish(id=id, **fields) for id, fields in kinds.items()], []
        )
    )
    soon = 2500 - 10 - 50
    assert [
        (s.grid, s.skill, s.price, s.wishes) for s in plan.shortages(WEIGHTS)
    ] == [
        ("s.c1.g1", "service", soon, 2),
        ("s.c1.g1", "plumbing reading sichuan", 1460, 1),
        ("s.c1.g1", "sichuan", 1460, 1),
        ("s.c1.g1", "vetted", 1460, 1),
        ("s.c1.g2", "service", 1460, 1),
    ]
    assert len(plan.shortages(WEIGHTS, limit=2)) == 2


def test_no_shortage_where_a_new_volunteer_would_save_nothing():
    assert (
        plan_of(MatchingStreet([an_open_wish()], [a_volunteer()])).shortages(
            WEIGHTS
        )
        == []
    )


@settings(deadline=None, max_examples=60)
@given(SEEDS)
def test_no_new_volunteer_saves_more_than_the_shortage(seed):
    street = a_street(seed, wishes=8, volunteers=12, communities=1, grids=2)
    plan = plan_of(street)
    promised = {
        (s.grid, s.skill): s.price for s in plan.shortages(WEIGHTS, limit=99)
    }
    for wish in street.wishes:
        if (
            wish.skills
            or wish.dialects
            or wish.vetted
            or len(wish.place.split(".")) < 3
        ):
            continue
        grid = ".".join(wish.place.split(".")[:3])
        new = a_volunteer(
            id="per_new",
            places=(grid,),
            base=grid,
            kinds=frozenset({wish.kind}),
            met=frozenset({wish.resident}),
        )
        only = list(street.wishes)
        for n, other in enumerate(only):
            if other.kind != wish.kind or not other.place.startswith(grid):
                only[n] = replace(
                    other, not_again=other.not_again | {"per_new"}
                )
        after = plan_of(
            replace(street, wishes=only, volunteers=[*street.volunteers, new])
        )
        saved = plan.solution.cost - after.solution.cost
        assert saved >= 0
        plain = not any(
            w.skills or w.dialects or w.vetted
            for w in only
            if "per_new" not in w.not_again
        )
        assert not plain or saved <= promised.get((grid, wish.kind), 0)


# No wish stays open because volunteers are too dear


OTHERS = st.fixed_dictionaries(
    dict.fromkeys(
        (*RINGS, "dialect", "thin", "stranger", "load_most"),
        st.integers(0, 300),
    )
    | {
        "load": st.integers(0, 300),
        "refusal_percent": st.integers(0, 99),
        "urgent": st.integers(0, 3000),
    }
)


def least_base(others: dict[str, int]) -> int:
    """Return the least sufficient base price, by bisection."""
    low, high = 0, 10**6
    while low < high:
        middle = (low + high) // 2
        low, high = (
            (middle + 1, high)
            if Weights(**others, base=middle).can_price_out_a_wish
            else (low, middle)
        )
    return low


@settings(deadline=None)
@given(SEEDS, OTHERS, st.integers(0, 1))
def test_no_wish_stays_open_while_an_eligible_volunteer_has_room(
    seed, others, more
):
    weights = Weights(**others, base=least_base(others) + more)
    assume(not weights.can_price_out_a_wish)
    street = a_street(
        seed, wishes=10, volunteers=15, communities=2, weights=weights
    )
    carried = carried_in(street, seed)
    plan = plan_of(street, carried)
    asked = Counter(
        volunteer.id for _, volunteers in plan.asked for volunteer in volunteers
    )
    for wish, found in zip(plan.wishes, plan.solution.assigned, strict=True):
        if len(found) < wish.need:
            for volunteer in street.volunteers:
                idle = asked[volunteer.id] < room_of(volunteer, carried)
                assert (
                    not idle
                    or obstacles(wish, volunteer, NOW)
                    or volunteer.id in [plan.volunteers[j].id for j in found]
                )


@pytest.mark.parametrize(("base", "served"), [(757, False), (758, True)])
def test_the_least_sufficient_base_price_is_exact(base, served):
    """The dearest offer: every cost term applies, and acceptance is 0."""
    weights = Weights(base=base, refusal_percent=5)
    assert weights.can_price_out_a_wish == (not served)
    wish = an_open_wish(
        price=base,
        kind="company",
        dialects=("sichuan",),
        windows=((NOW, NOW + timedelta(hours=1)),),
    )
    volunteer = a_volunteer(
        places=("s",),
        base="s",
        availability=((1, "10:00", "11:00"),),
        recent=99,
        acceptance=0,
    )
    assert (
        bool(
            plan_of(MatchingStreet([wish], [volunteer], weights=weights)).asked
        )
        == served
    )


@pytest.mark.parametrize("ring", RINGS)
def test_the_base_price_must_exceed_the_furthest_ring(ring):
    assert not Weights(**{ring: 60}).can_price_out_a_wish
    assert Weights(**{ring: 60 + 1500}).can_price_out_a_wish


def test_a_refusal_of_the_whole_price_can_price_out_a_wish():
    for percent in (100, 101, 1000):
        assert Weights(
            base=100_000, refusal_percent=percent
        ).can_price_out_a_wish
    assert not Weights().can_price_out_a_wish
