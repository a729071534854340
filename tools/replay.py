"""Computes a run of matching again and checks its proof. Run by an operator with the installation's environment.

python -m tools.replay run_…    # ends with 1 if it comes out otherwise, or nothing is kept of it
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
    """Compute a run again; return 0 if its record is right in every figure, the same people are asked and the proof holds."""
    parser = argparse.ArgumentParser(description="Compute a run of matching again.")
    parser.add_argument("run", help="the run's id")
    given = parser.parse_args(arguments)
    matching = services().get(matching_feature.feature)
    run = matching.find_run(given.run)
    if run is None:
        print(f"{given.run}: there is no such run")
        return 1
    kept = matching.replay_of(run)
    if kept is None:
        print(f"{run.id}: what it was computed from is not kept (any more)")
        return 1
    return _compare(run, kept, solve(kept.problem))


def _compare(run: Run, kept: Replay, found: Solution) -> int:
    print(
        f"{run.id}  {run.place}  {run.created_at:%Y-%m-%d %H:%M} UTC, by {run.by}{', a preview' if run.dry_run else ''}"
    )
    figures = [
        _same("digest", run.digest, kept.digest),
        _same("cost", run.cost, found.cost),
        _same("bound", run.bound, found.bound),
        _same("regret", run.regret, found.regret),
    ]
    others = sum(
        before != now for before, now in zip(kept.assigned, found.assigned, strict=True)
    )
    print(
        f"assigned  {f'otherwise for {others} of {run.wishes} wishes' if others else 'the same'}"
    )
    wrong = faults(kept.problem, found)
    over = "every eligible pair" if run.priced else "the pairs that were looked at"
    print(f"proof     {'; '.join(wrong) or f'holds over {over}'}")
    if not run.exact:
        print(
            "the run was cut short by its work budget; this is what it would have come to"
        )
    return 0 if all(figures) and not others and not wrong else 1


def _same(name: str, recorded: str | int, now: str | int) -> bool:
    print(f"{name:8}  {now}{'' if now == recorded else f', recorded as {recorded}'}")
    return now == recorded


if __name__ == "__main__":
    sys.exit(main())
