"""Measure the CPU time of a warm `GET /v1/wishes/{id}`, beside FastAPI + Mangum + PynamoDB.

One process of .venv-bench holds both handlers. Only the socket is a stub, and it answers with a
canned row. So routing, permission, models, signing, serialising, HTTP and parsing all run. TLS does
not, on either side.

Batches of 80 requests run by turns, 11 rounds. The ratio is the median of the rounds' ratios. The
peer writes one log line too and checks the same JWT; the run stops if either side does not log. The
peer has no ETag, moves, or languages.

The parts of ours are wall time, without the parts inside them: the median of 1,500 requests.
"""

import json
import subprocess
from collections.abc import Sequence
from operator import itemgetter
from statistics import median
from typing import Any

from .peers import ROOT, clean_environment, peer_python
from .rounds import ratio
from .table import show, verdict

__all__ = ["main"]

BUDGET = 0.5
PEERS = {
    "async": "FastAPI + Mangum, async def",
    "threaded": "FastAPI + Mangum, def",
}
HEADS = (
    "GET /v1/wishes/{id}",
    "ours, µs CPU",
    "peer",
    "peer, µs CPU",
    "ours ÷ peer",
    "budget",
    "kept",
)
BELOW_PYNAMODB = ("store/dynamo", "botocore", "urllib3")


def main() -> None:
    """Print the tables."""
    found = _measured()
    lines = []
    for kind in ("public", "signed in"):
        for peer in PEERS:
            line = _compared(kind, found[kind], peer)
            lines.append(line)
    show("Warm request, stubbed at the socket only", HEADS, lines)
    _show_parts(found["parts"])


def _measured() -> Any:
    """Run the measuring process and return its figures."""
    done = subprocess.run(
        [peer_python(), "-m", "bench.warm_worker"],
        cwd=ROOT,
        env=clean_environment(),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def _compared(
    kind: str, rounds: dict[str, list[float]], peer: str
) -> Sequence[object]:
    reached = ratio(rounds["ours"], rounds[peer])
    return (
        kind,
        round(median(rounds["ours"])),
        PEERS[peer],
        round(median(rounds[peer])),
        reached,
        BUDGET,
        verdict(reached <= BUDGET),
    )


def _show_parts(parts: dict[str, float]) -> None:
    whole = sum(parts.values())
    store = 0.0
    for name, spent in parts.items():
        if name.startswith(BELOW_PYNAMODB):
            store += spent
    slowest_first = sorted(parts.items(), key=itemgetter(1), reverse=True)
    sums = [("all below PynamoDB", store), ("all of the request", whole)]
    lines = []
    for name, spent in [*slowest_first, *sums]:
        share = f"{spent / whole:.0%}"
        lines.append((name, round(spent), share))
    show("Where a warm signed-in request goes", ("part", "µs", "share"), lines)
