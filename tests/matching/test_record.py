"""What is kept of a run: from it the run is computed again, and its digest stands for all that it follows from."""

import json
import zlib
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.matching import record
from chalicelib.matching.edges import terms_of, why_of
from chalicelib.matching.flow import solve
from chalicelib.matching.model import Planned
from chalicelib.matching.plan import Plan
from chalicelib.matching.problem import faults
from chalicelib.matching.record import digest_of, pack, unpack

from .builders import Street, a_street, crowded, plan_of

STREET = a_street(7, wishes=10, helpers=30)


def planned_of(street: Street, plan: Plan) -> list[Planned]:
    return [
        Planned(
            wish=wish.id,
            volunteer=helper.id,
            cost=sum(
                (
                    terms := terms_of(wish, helper, street.weights, street.neighbours)
                ).values()
            ),
            terms=terms,
            why=why_of(wish, helper, street.neighbours),
        )
        for wish, helpers in plan.asked
        for helper in helpers
    ]


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 10**6))
def test_what_was_packed_is_unpacked_and_the_flow_comes_to_the_same(seed):
    street = a_street(seed, wishes=10, helpers=30)
    plan = plan_of(street)
    planned = planned_of(street, plan)
    kept = unpack(pack(plan, planned))
    assert kept.planned == tuple(planned)
    assert kept.wishes == tuple(wish.id for wish in plan.wishes)
    assert kept.volunteers == tuple(helper.id for helper in plan.helpers)
    assert kept.assigned == plan.solution.assigned
    again = solve(kept.problem)
    assert again.assigned == kept.assigned
    assert (again.cost, again.bound) == (plan.solution.cost, plan.solution.bound)
    assert not faults(kept.problem, again)
    assert kept.digest == digest_of(plan)


def test_the_instance_that_is_kept_is_one_in_which_there_was_something_to_decide():
    plan = plan_of(STREET)
    kept = unpack(pack(plan, planned_of(STREET, plan)))
    assert len(kept.planned) > 5
    assert sum(map(len, kept.problem.edges)) > 20


def test_nobody_and_nothing_is_kept_too():
    plan = plan_of(Street([], []))
    kept = unpack(pack(plan, []))
    assert (kept.wishes, kept.volunteers, kept.assigned, kept.planned) == (
        (),
        (),
        (),
        (),
    )
    assert solve(kept.problem).assigned == ()


@pytest.mark.parametrize("piece", [1, 100, 500])
def test_a_large_run_is_kept_in_pieces_that_are_one_again(monkeypatch, piece):
    plan = plan_of(STREET)
    planned = planned_of(STREET, plan)
    whole = pack(plan, planned)
    monkeypatch.setattr(record, "_PIECE", piece)
    pieces = pack(plan, planned)
    assert len(whole) == 1
    assert len(pieces) == -(-len(whole[0]) // piece) > 1
    assert max(map(len, pieces)) == piece
    assert unpack(pieces) == unpack(whole)


def test_a_piece_that_is_missing_is_not_overlooked(monkeypatch):
    monkeypatch.setattr(record, "_PIECE", 100)
    pieces = pack(plan_of(STREET), [])
    with pytest.raises(zlib.error):
        unpack(pieces[:-1])


def test_a_large_run_stays_far_below_what_a_transaction_holds():
    """Some 24 pairs for each of 150 wishes; it grows with the wishes, not with the street."""
    plan = plan_of(crowded(1, wishes=150, helpers=200))
    assert sum(map(len, pack(plan, []))) < 150 * 300


# The digest


def bumped(numbers: Any, n: int) -> list:
    return [value + (i == n) for i, value in enumerate(numbers)]


def test_the_same_instance_has_the_same_digest():
    assert digest_of(plan_of(STREET)) == digest_of(plan_of(STREET))
    assert len(digest_of(plan_of(STREET))) == 64


def test_every_input_changes_the_digest():
    plan = plan_of(STREET)
    problem = plan.problem
    wish = next(i for i, pairs in enumerate(problem.edges) if len(pairs) > 1)
    pairs, served = (
        list(problem.edges[wish]),
        next(j for j, load in enumerate(problem.loads) if load),
    )

    def edges(changed: list) -> Plan:
        return replace(
            plan,
            problem=replace(
                problem,
                edges=[
                    changed if i == wish else e for i, e in enumerate(problem.edges)
                ],
            ),
        )

    def loads(changed: list) -> Plan:
        return replace(
            plan,
            problem=replace(
                problem,
                loads=[
                    changed if j == served else e for j, e in enumerate(problem.loads)
                ],
            ),
        )

    others = [
        replace(plan, wishes=[replace(plan.wishes[0], id="wsh_x"), *plan.wishes[1:]]),
        replace(
            plan, helpers=[*plan.helpers[:-1], replace(plan.helpers[-1], id="per_x")]
        ),
        *(
            replace(plan, problem=replace(problem, needs=bumped(problem.needs, n)))
            for n in range(len(problem.needs))
        ),
        *(
            replace(plan, problem=replace(problem, prices=bumped(problem.prices, n)))
            for n in range(len(problem.prices))
        ),
        edges(pairs[1:]),
        edges([(pairs[0][0], pairs[0][1] + 1), *pairs[1:]]),
        loads([*problem.loads[served], 999]),
        loads([problem.loads[served][0] + 1]),
        loads([]),
    ]
    digests = {digest_of(one) for one in [plan, *others]}
    assert len(digests) == 1 + len(others)


def test_what_is_no_input_leaves_the_digest():
    plan = plan_of(STREET)
    nobody = replace(plan.solution, assigned=tuple(() for _ in plan.wishes))
    assert digest_of(
        replace(plan, solution=nobody, priced=False, rounds=9, visits=0)
    ) == digest_of(plan)


def test_what_is_kept_holds_ids_and_numbers_and_nothing_else():
    plan = plan_of(STREET)
    whole = json.loads(zlib.decompress(pack(plan, [])[0]))
    assert set(whole) == {
        "wishes",
        "volunteers",
        "needs",
        "prices",
        "edges",
        "loads",
        "assigned",
        "planned",
    }
