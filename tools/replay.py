"""Compute a matching run again and check its proof, with the installation's environment.

python -m tools.replay run_…    # ends with 1 if the result differs or its input is not kept
"""

import argparse
import sys
from collections.abc import Sequence

from chalicelib.matching import feature as matching_feature
from chalicelib.matching.flow import solve
from chalicelib.matching.model import Run
from chalicelib.matching.problem import Solution, faults
from chalicelib.matching.record import Replay
from chalicelib.runtime import services

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Return 0 if the run has the same cost, bound and assignments, and its proof holds."""
    parser = argparse.ArgumentParser(
        description="Compute a run of matching again."
    )
    parser.add_argument("run", help="the run's id")
    given = parser.parse_args(arguments)
    matching = services().get(matching_feature.feature)
    run = matching.find_run(given.run)
    if run is None:
        print(f"{given.run}: there is no such run")
        return 1
    record = matching.replay_of(run)
    if record is None:
        print(f"{run.id}: its input is not kept")
        return 1
    solution = solve(record.problem)
    return _compare(run, record, solution)


def _compare(run: Run, record: Replay, solution: Solution) -> int:
    preview = ""
    if run.dry_run:
        preview = ", a preview"
    created = f"{run.created_at:%Y-%m-%d %H:%M} UTC"
    print(f"{run.id}  {run.place}  {created}, by {run.by}{preview}")
    checks = [
        _check("digest", run.digest, record.digest),
        _check("cost", run.cost, solution.cost),
        _check("bound", run.bound, solution.bound),
        _check("regret", run.regret, solution.regret),
        _check_assignments(run, record, solution),
        _check_proof(run, record, solution),
    ]
    if not run.exact:
        print(
            "the run was cut short by its work budget; this is the full result"
        )
    if not all(checks):
        return 1
    return 0


def _check(name: str, recorded: str | int, computed: str | int) -> bool:
    if computed == recorded:
        print(f"{name:8}  {computed}")
        return True
    print(f"{name:8}  {computed}, recorded as {recorded}")
    return False


def _check_assignments(run: Run, record: Replay, solution: Solution) -> bool:
    different = 0
    for before, now in zip(record.assigned, solution.assigned, strict=True):
        if before != now:
            different += 1
    if different:
        print(f"assigned  differs for {different} of {run.wishes} wishes")
        return False
    print("assigned  the same")
    return True


def _check_proof(run: Run, record: Replay, solution: Solution) -> bool:
    wrong = faults(record.problem, solution)
    if wrong:
        print(f"proof     {'; '.join(wrong)}")
        return False
    scope = "the pairs that were examined"
    if run.priced:
        scope = "every eligible pair"
    print(f"proof     holds over {scope}")
    return True


if __name__ == "__main__":
    sys.exit(main())
