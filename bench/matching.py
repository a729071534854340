"""Measure what matching costs, and what simpler ways of asking lose.

Streets are drawn (`tests/matching/instances.py`). A wish has about 30 possible volunteers. Of a
hundred wishes 80 need one volunteer, 15 need two and 5 need three. A volunteer takes 1 to 3 wishes.

Every cell is a process of its own: it draws the street, frees the memory of drawing, and matches
once. Cells are medians of three processes, or of one for the two largest sizes. CPU time and added
memory are measured, without imports (those of OR-Tools take 20 MB more). Added memory is the peak
of resident memory above its level before; only Linux counts it.

The bench sums the costs itself. It stops if the optimum differs from that of OR-Tools, or if the
certificate has a fault.
"""

import gc
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from statistics import median

from chalicelib.matching.flow import solve
from chalicelib.matching.problem import AssignmentProblem, faults
from tests.matching.instances import Assigned, a_street, cost_of

from .matchers import MATCHERS, exact
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
SEED = 1
ROUNDS = 3
LARGE = 10_000  # wishes from which one round is enough: it takes seconds
PARTS_OF_WORK = (0, 0.1, 0.3, 0.6, 1)
SIZE_HEADS = (
    "wishes x volunteers",
    "by",
    "CPU s",
    "added MB",
    "cost",
    "above the optimum",
    "places left open",
)
WORK_HEADS = (
    "heap pops allowed",
    "CPU s",
    "exact wishes",
    "above the optimum",
    "above its own bound",
    "places left open",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The figures of one way of asking."""

    cpu: float  # seconds
    added: float  # MB, negative where memory is not counted
    cost: int
    left: int  # open places


def main() -> None:
    """Print the tables."""
    lines: list[Sequence[object]] = []
    for kind, wishes, volunteers in SIZES:
        lines += _of_size(kind, wishes, volunteers)
    show("Volunteers to ask, by size", SIZE_HEADS, lines)
    wishes, volunteers = JUDGED
    taken = _medians("ours, exact", wishes, volunteers).cpu
    size = f"{wishes:,} wishes and {volunteers:,} volunteers"
    kept = verdict(taken <= BUDGET)
    print(f"\n{size} within {BUDGET} s of CPU: {taken:.2f} s, {kept}")
    show(
        "When the work runs out: 2,000 x 800, volunteers scarce",
        WORK_HEADS,
        _budgets(),
    )


def _of_size(kind: str, wishes: int, volunteers: int) -> list[Sequence[object]]:
    size = f"{wishes:,} x {volunteers:,}, {kind}"
    lines: list[Sequence[object]] = []
    optimum = 0
    for name in MATCHERS:
        by_ortools = name.startswith("OR-Tools")
        if by_ortools and find_spec("ortools") is None:
            lines.append((size, name, "not installed", "", "", "", ""))
            continue
        found = _medians(name, wishes, volunteers)
        optimum = optimum or found.cost  # the exact one comes first
        if by_ortools and found.cost != optimum:
            sys.exit(f"{size}: {name} finds {found.cost} and we {optimum}")
        cells = _cells(found, optimum)
        lines.append((size, name, *cells))
    return lines


def _cells(found: Figures, optimum: float) -> Sequence[object]:
    added: object = ""
    if found.added >= 0:
        added = round(found.added)
    return (
        round(found.cpu, 3),
        added,
        f"{found.cost:,}",
        _above(found.cost, optimum),
        found.left,
    )


def _budgets() -> list[Sequence[object]]:
    problem = a_street(SEED, 2_000, 800)
    whole = solve(problem)
    lines: list[Sequence[object]] = []
    for part in PARTS_OF_WORK:
        work = round(part * whole.work)
        start = time.process_time()
        found = solve(problem, work=work)
        took = time.process_time() - start
        line = (
            work,
            round(took, 2),
            f"{found.exact:,} of {len(problem.needs):,}",
            _above(found.cost, whole.cost),
            _above(found.cost, found.bound),
            _left(problem, found.assigned),
        )
        lines.append(line)
    return lines


def _left(problem: AssignmentProblem, assigned: Assigned) -> int:
    """Return the number of open places."""
    filled = sum(map(len, assigned))
    return sum(problem.needs) - filled


def _above(cost: float, optimum: float) -> str:
    share = (cost - optimum) / optimum
    return f"{100 * share:.2f} %"


def _medians(name: str, wishes: int, volunteers: int) -> Figures:
    """Return the medians of several processes (see `measure`)."""
    command = [
        sys.executable,
        "-m",
        "bench.matching",
        name,
        str(wishes),
        str(volunteers),
    ]
    rounds = []
    for _ in range(ROUNDS if wishes < LARGE else 1):
        done = subprocess.run(command, check=True, capture_output=True)
        figures = Figures(**json.loads(done.stdout))
        rounds.append(figures)
    # the cost and the open places are the same in every round
    return replace(
        rounds[0],
        cpu=median(figures.cpu for figures in rounds),
        added=median(figures.added for figures in rounds),
    )


def measure(name: str, wishes: int, volunteers: int) -> Figures:
    """Match once in this process."""
    match = MATCHERS[name]
    problem = a_street(SEED, wishes, volunteers)
    # A first run on a tiny street, so that its imports are not counted
    match(a_street(SEED, 2, 2))
    gc.collect()
    before = _resident("VmRSS", reset=True)
    start = time.process_time()
    assigned = match(problem)
    cpu = time.process_time() - start
    added = _resident("VmHWM") - before
    if match is exact:
        _check_certificate(problem)
    return Figures(
        cpu=cpu,
        added=added / 1024,
        cost=cost_of(problem, assigned),
        left=_left(problem, assigned),
    )


def _check_certificate(problem: AssignmentProblem) -> None:
    found = faults(problem, solve(problem))
    if found:
        sys.exit("\n".join(found))


def _resident(which: str, *, reset: bool = False) -> int:
    """Return kilobytes of resident memory: now (VmRSS), or the peak since the reset (VmHWM)."""
    if not Path("/proc/self/clear_refs").exists():
        return 0 if reset else -1
    if reset:
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    line = next(line for line in lines if line.startswith(which))
    _, kilobytes, _ = line.split()
    return int(kilobytes)


if __name__ == "__main__":
    name, wishes, volunteers = sys.argv[1:]
    figures = measure(name, int(wishes), int(volunteers))
    print(json.dumps(asdict(figures)))
