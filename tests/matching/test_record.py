"""The stored input and result of a run: replay and digest."""

import json
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.matching import record
from chalicelib.matching.edges import terms_of, why_of
from chalicelib.matching.flow import solve
from chalicelib.matching.model import PlannedOffer
from chalicelib.matching.plan import Plan
from chalicelib.matching.problem import AssignmentProblem, faults
from chalicelib.matching.record import digest_of, pack, unpack

from .builders import MatchingStreet, a_street, crowded, plan_of

STREET = a_street(7, wishes=10, volunteers=30)


def planned_of(street: MatchingStreet, plan: Plan) -> list[PlannedOffer]:
    planned = []
    for wish, volunteers in plan.asked:
        for volunteer in volunteers:
            terms = terms_of(wish, volunteer, street.weights, street.neighbours)
            offer = PlannedOffer(
                wish=wish.id,
                volunteer=volunteer.id,
                cost=sum(terms.values()),
                terms=terms,
                why=why_of(wish, volunteer, street.neighbours),
            )
            planned.append(offer)
    return planned


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 10**6))
def test_an_unpacked_run_has_the_same_solution(seed):
    street = a_street(seed, wishes=10, volunteers=30)
    plan = plan_of(street)
    planned = planned_of(street, plan)
    kept = unpack(pack(plan, planned))
    assert kept.planned == tuple(planned)
    assert kept.wishes == tuple(wish.id for wish in plan.wishes)
    assert kept.volunteers == tuple(
        volunteer.id for volunteer in plan.volunteers
    )
    assert kept.assigned == plan.solution.assigned
    again = solve(kept.problem)
    assert again.assigned == kept.assigned
    assert (again.cost, again.bound) == (
        plan.solution.cost,
        plan.solution.bound,
    )
    assert not faults(kept.problem, again)
    assert kept.digest == digest_of(plan)


def test_the_packed_street_has_real_decisions():
    plan = plan_of(STREET)
    kept = unpack(pack(plan, planned_of(STREET, plan)))
    assert len(kept.planned) > 5
    assert sum(map(len, kept.problem.edges)) > 20


def test_an_empty_run_can_be_packed():
    plan = plan_of(MatchingStreet([], []))
    kept = unpack(pack(plan, []))
    assert (kept.wishes, kept.volunteers, kept.assigned, kept.planned) == (
        (),
        (),
        (),
        (),
    )
    assert solve(kept.problem).assigned == ()


@pytest.mark.parametrize("piece", [1, 100, 500])
def test_a_large_run_is_packed_in_several_pieces(monkeypatch, piece):
    plan = plan_of(STREET)
    planned = planned_of(STREET, plan)
    whole = pack(plan, planned)
    monkeypatch.setattr(record, "_PIECE_BYTES", piece)
    pieces = pack(plan, planned)
    assert len(whole) == 1
    assert len(pieces) == -(-len(whole[0]) // piece) > 1
    assert max(map(len, pieces)) == piece
    assert unpack(pieces) == unpack(whole)


def test_a_missing_piece_is_detected(monkeypatch):
    monkeypatch.setattr(record, "_PIECE_BYTES", 100)
    pieces = pack(plan_of(STREET), [])
    with pytest.raises(zlib.error):
        unpack(pieces[:-1])


def test_a_large_run_fits_a_transaction():
    """Some 24 pairs for each of 150 wishes; it grows with the wishes, not with the street."""
    plan = plan_of(crowded(1, wishes=150, volunteers=200))
    assert sum(map(len, pack(plan, []))) < 150 * 300


# The digest


def bumped(numbers: Any, n: int) -> list:
    return [value + (i == n) for i, value in enumerate(numbers)]


def test_the_same_input_has_the_same_digest():
    assert digest_of(plan_of(STREET)) == digest_of(plan_of(STREET))
    assert len(digest_of(plan_of(STREET))) == 64


def replaced(items: Sequence, n: int, item: object) -> list:
    """Return the items with another one at n."""
    return [*items[:n], item, *items[n + 1 :]]


def plans_of_other_ids(plan: Plan) -> Iterator[Plan]:
    wish, volunteer = plan.wishes[0], plan.volunteers[-1]
    wishes = replaced(plan.wishes, 0, replace(wish, id="wsh_x"))
    yield replace(plan, wishes=wishes)
    volunteers = [*plan.volunteers[:-1], replace(volunteer, id="per_x")]
    yield replace(plan, volunteers=volunteers)


def problems_of_other_numbers(
    problem: AssignmentProblem,
) -> Iterator[AssignmentProblem]:
    for n in range(len(problem.needs)):
        yield replace(problem, needs=bumped(problem.needs, n))
    for n in range(len(problem.prices)):
        yield replace(problem, prices=bumped(problem.prices, n))


def problems_of_other_edges(
    problem: AssignmentProblem,
) -> Iterator[AssignmentProblem]:
    wish = next(i for i, pairs in enumerate(problem.edges) if len(pairs) > 1)
    (volunteer, cost), *others = problem.edges[wish]
    for pairs in (others, [(volunteer, cost + 1), *others]):
        yield replace(problem, edges=replaced(problem.edges, wish, pairs))


def problems_of_other_loads(
    problem: AssignmentProblem,
) -> Iterator[AssignmentProblem]:
    volunteer = next(j for j, load in enumerate(problem.loads) if load)
    load = problem.loads[volunteer]
    for other in ([*load, 999], [load[0] + 1], []):
        yield replace(problem, loads=replaced(problem.loads, volunteer, other))


def test_every_input_changes_the_digest():
    plan = plan_of(STREET)
    problems = [
        *problems_of_other_numbers(plan.problem),
        *problems_of_other_edges(plan.problem),
        *problems_of_other_loads(plan.problem),
    ]
    others = [replace(plan, problem=problem) for problem in problems]
    plans = [plan, *plans_of_other_ids(plan), *others]
    assert len({digest_of(one) for one in plans}) == len(plans)


def test_the_result_does_not_change_the_digest():
    plan = plan_of(STREET)
    nobody = replace(plan.solution, assigned=tuple(() for _ in plan.wishes))
    assert digest_of(
        replace(plan, solution=nobody, priced=False, rounds=9, visits=0)
    ) == digest_of(plan)


def test_a_packed_run_holds_only_ids_and_numbers():
    plan = plan_of(STREET)
    whole = json.loads(zlib.decompress(pack(plan, [])[0]))
    assert set(whole) == {
        "wishes",
        "volunteers",
        "needs",
        "prices",
        "edges",
        "limits",
        "loads",
        "assigned",
        "planned",
    }
