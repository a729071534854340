"""What a warm `GET /v1/wishes/{id}` costs in CPU, beside FastAPI + Mangum + PynamoDB doing the same
read, and where ours goes.

How: one process of .venv-bench holds both handlers. The socket is the only stub (it answers with
a canned row), so routing, permission, models, signing, serialising, HTTP and parsing all run;
TLS does not, on either side. Batches of 80 requests by turns, CPU time of the process, 11
rounds; the ratio is the median of the rounds' ratios. The peer writes one log line too and
checks the same JWT (the run stops if either side does not log); it has no ETag, moves, or
languages. The parts are wall time at the borders between them, the median of 1,500 requests,
each without what is inside it.
"""

import json
import subprocess
from statistics import median

from .peers import ROOT, clean_environment, peer_python
from .rounds import ratio
from .table import show

__all__ = ["main"]

BUDGET = 0.5
PEERS = {
    "async": "FastAPI + Mangum, async def",
    "threaded": "FastAPI + Mangum, def",
}


def main() -> None:
    """Print the tables."""
    command = [peer_python(), "-m", "bench.warm_worker"]
    output = subprocess.run(
        command,
        cwd=ROOT,
        env=clean_environment(),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout
    found = json.loads(output.splitlines()[-1])
    lines = []
    for kind in ("public", "signed in"):
        rounds = found[kind]
        ours = round(median(rounds["ours"]))
        for peer, name in PEERS.items():
            reached = ratio(rounds["ours"], rounds[peer])
            lines.append(
                (
                    kind,
                    ours,
                    name,
                    round(median(rounds[peer])),
                    reached,
                    BUDGET,
                    "yes" if reached <= BUDGET else "NO",
                )
            )
    heads = (
        "GET /v1/wishes/{id}",
        "ours, µs CPU",
        "peer",
        "peer, µs CPU",
        "ours ÷ peer",
        "budget",
        "kept",
    )
    show("Warm request, stubbed at the socket only", heads, lines)
    _show_parts(found["parts"])


def _show_parts(parts: dict[str, float]) -> None:
    whole = sum(parts.values())
    ordered = sorted(parts.items(), key=lambda part: -part[1])
    lines = [
        (name, round(spent), f"{spent / whole:.0%}") for name, spent in ordered
    ]
    store = sum(
        spent
        for name, spent in parts.items()
        if name.startswith(("store/dynamo", "botocore", "urllib3"))
    )
    lines.append(("all below PynamoDB", round(store), f"{store / whole:.0%}"))
    lines.append(("all of the request", round(whole), "100%"))
    show("Where a warm signed-in request goes", ("part", "µs", "share"), lines)
