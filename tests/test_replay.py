"""The operator's command that computes a run again: right for a real run, and not fooled by a
record that is wrong.
"""

from dataclasses import replace

import pytest

from chalicelib.matching.model import ReplayPiece, Run
from chalicelib.matching.plan import Plan
from chalicelib.matching.policy import REPLAY_TTL
from chalicelib.matching.record import digest_of, pack
from chalicelib.matching.repository import MatchingRepository
from tools import replay
from tools.replay import main

from .matching.builders import a_street, plan_of
from .store.scan import Reads, save
from .world import BAIHUA, World

rows = Reads(MatchingRepository)


def ran(world: World, **body: object) -> str:
    """Match three wishes and four volunteers; return the run."""
    for _ in range(4):
        world.volunteer()
    for title in ("一个水壶", "一袋大米", "一盏台灯"):
        world.open_wish(title=title)
    phone = world.phone_of(world.admin)
    answer = phone.post("/v1/matching/runs", {"place": BAIHUA} | body)
    assert answer.status == 202
    run = phone.get(f"/v1/matching/runs/{answer.json['id']}").json
    assert (run["state"], len(run["offers"])) == ("done", 3)
    return str(run["id"])


def change(run_id: str, **fields: object) -> None:
    """Have a record say something else."""
    run = rows.find_run(run_id)
    assert run
    keep(replace(run, **fields))


def keep(thing: Run | ReplayPiece) -> None:
    save(thing)


def said(
    capsys: pytest.CaptureFixture[str], run_id: str
) -> tuple[int, dict[str, str]]:
    code = main([run_id])
    lines = [
        line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines()
    ]
    return code, dict(lines)


@pytest.mark.parametrize("dry_run", [False, True])
def test_a_run_comes_to_the_same_again(world: World, capsys, dry_run) -> None:
    run_id = ran(world, dry_run=dry_run)
    run = rows.find_run(run_id)
    code, lines = said(capsys, run_id)
    assert code == 0
    assert lines["digest"] == run.digest
    assert (lines["cost"], lines["bound"], lines["regret"]) == (
        str(run.cost),
        str(run.cost),
        "0",
    )
    assert (lines["assigned"], lines["proof"]) == (
        "the same",
        "holds over every eligible pair",
    )
    assert (
        lines[run_id]
        == f"{BAIHUA}  2026-11-23 00:40 UTC, by {world.admin.id}{', a preview' if dry_run else ''}"
    )


@pytest.mark.parametrize(
    ("name", "value"), [("digest", "0" * 64), ("cost", 1), ("bound", 1)]
)
def test_a_record_with_a_wrong_figure_is_found_out(
    world: World, capsys, name, value
) -> None:
    run_id = ran(world)
    change(run_id, **{name: value})
    code, lines = said(capsys, run_id)
    assert code == 1
    assert lines[name].endswith(f", recorded as {value}")
    assert lines["assigned"] == "the same"


def test_a_run_of_which_nothing_is_kept_any_more_cannot_be_computed(
    world: World, capsys
) -> None:
    run_id = ran(world)
    change(run_id, chunks=2)  # a piece of it has gone
    code, lines = said(capsys, run_id)
    assert (code, lines) == (
        1,
        {f"{run_id}:": "its input is not kept"},
    )


def test_a_run_that_never_was_cannot_be_computed(world: World, capsys) -> None:
    assert said(capsys, "run_none") == (
        1,
        {"run_none:": "there is no such run"},
    )


def keep_run(world: World, plan: Plan) -> str:
    """Write down a run of a larger street, and return its id."""
    now, solution = world.clock.now(), plan.solution
    run = Run(
        id="run_a",
        version=1,
        created_at=now,
        updated_at=now,
        place="s",
        by="schedule",
        wishes=len(plan.wishes),
        chunks=1,
        digest=digest_of(plan),
        cost=solution.cost,
        bound=solution.bound,
        exact=solution.complete,
        priced=plan.priced,
    )
    (data,) = pack(plan, [])
    keep(run)
    keep(ReplayPiece(run_id=run.id, number=0, data=data, ttl=now + REPLAY_TTL))
    return run.id


STREET = a_street(3, wishes=20, volunteers=40)


def test_a_run_whose_offers_were_changed_is_found_out(
    world: World, capsys
) -> None:
    plan = plan_of(STREET)
    assert said(capsys, keep_run(world, plan))[0] == 0
    served = next(i for i, found in enumerate(plan.solution.assigned) if found)
    assigned = tuple(
        () if i == served else found
        for i, found in enumerate(plan.solution.assigned)
    )
    code, lines = said(
        capsys,
        keep_run(
            world,
            replace(plan, solution=replace(plan.solution, assigned=assigned)),
        ),
    )
    assert (code, lines["assigned"]) == (1, "differs for 1 of 20 wishes")


def test_a_run_whose_instance_was_changed_is_found_out(
    world: World, capsys
) -> None:
    plan = plan_of(STREET)
    run_id = keep_run(world, plan)
    dearer = replace(
        plan,
        problem=replace(
            plan.problem, prices=[price + 1 for price in plan.problem.prices]
        ),
    )
    (data,) = pack(dearer, [])
    keep(
        ReplayPiece(
            run_id=run_id,
            number=0,
            data=data,
            ttl=world.clock.now() + REPLAY_TTL,
        )
    )
    code, lines = said(capsys, run_id)
    assert (code, lines["digest"]) == (
        1,
        f"{digest_of(dearer)}, recorded as {digest_of(plan)}",
    )


def test_a_run_that_was_cut_short_comes_out_otherwise_and_it_is_said_why(
    world: World, capsys
) -> None:
    plan = plan_of(STREET, work=1)
    code, lines = said(capsys, keep_run(world, plan))
    assert code == 1
    assert lines["cost"].endswith(f", recorded as {plan.solution.cost}")
    assert lines["proof"] == "holds over the pairs that were examined"
    assert lines["the"].startswith("run was cut short")


def test_a_proof_that_does_not_hold_is_said(
    world: World, capsys, monkeypatch
) -> None:
    run_id = ran(world)
    monkeypatch.setattr(
        replay,
        "faults",
        lambda problem, found: ["a place is open at 2", "a load is too high"],
    )
    code, lines = said(capsys, run_id)
    assert (code, lines["proof"]) == (
        1,
        "a place is open at 2; a load is too high",
    )
