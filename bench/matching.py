"""What it costs to find whom to ask for which wish, and what the plainer ways of asking lose.

How: drawn streets (`tests/matching/instances.py`): about 30 possible volunteers for a wish, 80,
15 and 5 of a hundred wishes need 1, 2 and 3, everybody takes 1 to 3. Every cell is a process of
its own that draws the street, throws away what drawing took, and then matches once. CPU time,
and the peak of resident memory above what was there before (Linux counts it; elsewhere the cell
stays empty), are medians of three processes, or from one for the two largest sizes. Imports are
not in it: OR-Tools' take 20 MB more. Costs are summed by the bench, and it stops if ours and
OR-Tools' differ, or if the certificate has a fault.
"""

import gc
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from statistics import median

from chalicelib.matching.flow import solve
from chalicelib.matching.problem import faults
from tests.matching.instances import a_street, cost_of

from .matchers import MATCHERS
from .table import show, verdict

__all__ = ["main"]

SIZES = [
    ("ample", 200, 500),
    ("ample", 2_000, 5_000),
    ("scarce", 2_000, 800),
    ("ample", 20_000, 50_000),
    ("scarce", 20_000, 8_000),
]
JUDGED = (2_000, 5_000)
BUDGET = 0.5  # seconds of CPU
SEED, ROUNDS, LARGE = 1, 3, 10_000  # one round is enough for what takes seconds
PARTS_OF_WORK = (0, 0.1, 0.3, 0.6, 1)
Measured = dict[str, float]


def main() -> None:
    """Print the tables."""
    show(
        "Volunteers to ask, by size",
        [
            "wishes x volunteers",
            "by",
            "CPU s",
            "added MB",
            "cost",
            "above the optimum",
            "places left open",
        ],
        [
            line
            for kind, wishes, volunteers in SIZES
            for line in _of_size(kind, wishes, volunteers)
        ],
    )
    taken = _medians("ours, exact", *JUDGED)["cpu"]
    print(
        f"\n2,000 wishes and 5,000 volunteers within {BUDGET} s of CPU: {taken:.2f} s, {verdict(taken <= BUDGET)}"
    )
    show(
        "When the work runs out: 2,000 x 800, volunteers scarce",
        [
            "heap pops allowed",
            "CPU s",
            "exact wishes",
            "above the optimum",
            "above its own bound",
            "places left open",
        ],
        _budgets(),
    )


def _of_size(kind: str, wishes: int, volunteers: int) -> list[Sequence[object]]:
    size = f"{wishes:,} x {volunteers:,}, {kind}"
    lines: list[Sequence[object]] = []
    optimum = 0.0
    for name in MATCHERS:
        if name.startswith("OR-Tools") and find_spec("ortools") is None:
            lines.append((size, name, "not installed", "", "", "", ""))
            continue
        found = _medians(name, wishes, volunteers)
        optimum = optimum or found["cost"]
        if name.startswith("OR-Tools") and found["cost"] != optimum:
            sys.exit(f"{size}: {name} finds {found['cost']} and we {optimum}")
        added = "" if found["added"] < 0 else round(found["added"])
        lines.append(
            (
                size,
                name,
                round(found["cpu"], 3),
                added,
                f"{found['cost']:,}",
                _above(found["cost"], optimum),
                found["open"],
            )
        )
    return lines


def _budgets() -> list[Sequence[object]]:
    problem = a_street(SEED, 2_000, 800)
    whole = solve(problem)
    lines: list[Sequence[object]] = []
    for part in PARTS_OF_WORK:
        start = time.process_time()
        found = solve(problem, work=round(part * whole.work))
        took = time.process_time() - start
        exact = f"{found.exact:,} of {len(problem.needs):,}"
        left = sum(problem.needs) - sum(map(len, found.assigned))
        own = _above(found.cost, found.bound)
        lines.append(
            (
                round(part * whole.work),
                round(took, 2),
                exact,
                _above(found.cost, whole.cost),
                own,
                left,
            )
        )
    return lines


def _above(cost: float, optimum: float) -> str:
    return f"{100 * (cost - optimum) / optimum:.2f} %"


def _medians(name: str, wishes: int, volunteers: int) -> Measured:
    command = [
        sys.executable,
        "-m",
        "bench.matching",
        name,
        str(wishes),
        str(volunteers),
    ]
    rounds = [
        json.loads(
            subprocess.run(command, check=True, capture_output=True).stdout
        )
        for _ in range(ROUNDS if wishes < LARGE else 1)
    ]
    return {key: median(found[key] for found in rounds) for key in rounds[0]}


def measure(name: str, wishes: int, volunteers: int) -> Measured:
    """Match once, in this process."""
    problem = a_street(SEED, wishes, volunteers)
    MATCHERS[name](
        a_street(SEED, 2, 2)
    )  # what is imported on the way is not counted
    gc.collect()
    before = _resident("VmRSS", reset=True)
    start = time.process_time()
    assigned = MATCHERS[name](problem)
    cpu = time.process_time() - start
    added = _resident("VmHWM") - before
    if name.startswith("ours") and (found := faults(problem, solve(problem))):
        sys.exit("\n".join(found))
    left = sum(problem.needs) - sum(map(len, assigned))
    return {
        "cpu": cpu,
        "added": added / 1024,
        "cost": cost_of(problem, assigned),
        "open": left,
    }


def _resident(which: str, *, reset: bool = False) -> int:
    """Return kilobytes of resident memory: now (VmRSS), or the most since it was last reset
    (VmHWM).
    """
    if not Path("/proc/self/clear_refs").exists():
        return 0 if reset else -1
    if reset:
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return int(
        next(line for line in lines if line.startswith(which)).split()[1]
    )


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))))
