"""Measure a mixed load on the running local server, beside Flask + waitress + sqlite.

Thirty-two clients read the wall, wishes, tickets and an account, and comment on tickets. In the
middle the server is killed with signal 9 and started again. Afterwards every comment that was
acknowledged must be in the timeline of its ticket; the run stops if one is lost.

Server, store and clients share the machine, and so do peer and clients. SECONDS sets the time.
"""

import http.client
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from tests.journeys.server import Server, Somebody, free_port

from .load_clients import LoadPlan
from .peers import ROOT, peer_python
from .table import show, verdict

__all__ = ["main"]

SECONDS = int(os.environ.get("SECONDS", "30"))
CLIENTS = 32
START = "2026-11-30T10:00:00+08:00"
ADMIN, RESIDENTS = "+8613900000001", range(101, 131)
HEADS = (
    "server",
    "load",
    "answers",
    "a second",
    "median, ms",
    "p95, ms",
    "worst, ms",
    "others than 200",
    "acknowledged",
    "lost",
)


@dataclass(frozen=True, kw_only=True)
class Result:
    """What the clients have seen; `seconds` without those in which the server was down."""

    seconds: float
    latencies: list[float]
    statuses: Mapping[str, int]
    acknowledged: list[tuple[str, str]]

    @property
    def rate(self) -> float:
        """Return the answers a second."""
        return len(self.latencies) / self.seconds

    def line(self, server: str, load: str, lost: object) -> tuple[object, ...]:
        """Return a line of the table."""
        count = len(self.latencies)
        others = {k: n for k, n in self.statuses.items() if k != "200"}
        return (
            server,
            load,
            count,
            f"{self.rate:.0f}",
            f"{self.latencies[count // 2] * 1e3:.0f}",
            f"{self.latencies[count * 95 // 100] * 1e3:.0f}",
            f"{self.latencies[-1] * 1e3:.0f}",
            ", ".join(f"{n} {k}" for k, n in sorted(others.items())) or "–",
            len(self.acknowledged),
            lost,
        )


def main(seconds: int = SECONDS) -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        port = free_port()
        with _local_server(folder / "street", port) as server:
            staff, seed = _seed(server)
            plan = LoadPlan(
                port=port,
                seconds=seconds,
                clients=CLIENTS,
                token=staff.token,
                wishes=[wish["id"] for wish in seed["wishes"]],
                tickets=[ticket["id"] for ticket in seed["tickets"]],
            )
            wall = _load(replace(plan, only="wall", seconds=seconds / 3))
        mixed = _load_with_kill(folder / "street", plan)
        with _local_server(folder / "street", port) as server:
            lost = _lost(server, mixed)
        peer_wall, peer = _peer(folder, plan, seed)
    show(
        f"{CLIENTS} clients, {seconds} s of a mixed load (embedded store)",
        HEADS,
        [
            mixed.line("Chunhui, killed once", "mixed", lost),
            peer.line("Flask + waitress + sqlite", "mixed", ""),
            wall.line("Chunhui", "wall", ""),
            peer_wall.line("Flask + waitress + sqlite", "wall", ""),
        ],
    )
    print(f"\nNothing that was acknowledged is lost: {verdict(lost == 0)}")
    if lost:
        sys.exit(1)


@contextmanager
def _local_server(folder: Path, port: int) -> Iterator[Server]:
    server = _started(folder, port)
    try:
        yield server
    finally:
        server.process.send_signal(signal.SIGTERM)
        server.process.wait(30)


def _started(folder: Path, port: int) -> Server:
    env = os.environ | {
        "PORT": str(port),
        "DATA_DIR": str(folder),
        "LOG_LEVEL": "WARNING",
    }
    if not folder.exists():
        env["CLOCK_START"] = START
    env.pop("AWS_ENDPOINT_URL_DYNAMODB", None)
    process = subprocess.Popen(
        [sys.executable, "local.py"],
        cwd=ROOT,
        env=env,
        stdout=subprocess.DEVNULL,
    )
    _wait_for(port, "/healthz")
    return Server(port, process)


def _wait_for(port: int, path: str) -> None:
    """Wait until a server answers; TimeoutError after a minute."""
    for _ in range(600):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", path)
            connection.getresponse().read()
        except (OSError, http.client.HTTPException):
            time.sleep(0.1)
        else:
            return
        finally:
            connection.close()
    raise TimeoutError(path)


def _seed(server: Server) -> tuple[Somebody, dict[str, Any]]:
    """Fill the wall and report tickets; return an administrator, and the seed of the peer."""
    admin = server.sign_in(ADMIN)
    tickets = []
    for number in RESIDENTS:
        resident = server.sign_in(f"+8613900000{number:03}")
        day = "2026-12-20"
        body = {"kind": "goods", "title": "一个电热水壶", "needed_by": day}
        wish = resident.post("/v1/wishes", body, expect=201)
        admin.post(f"/v1/wishes/{wish['id']}/approve")
        problem = {
            "category": "rubbish",
            "text": "楼道里堆了垃圾",
            "place": resident.me["home"],
        }
        ticket = resident.post("/v1/tickets", problem, expect=201)
        tickets.append(admin.get(f"/v1/tickets/{ticket['id']}"))
    wall = server.call("GET", "/v1/wishes?place=chunhui&limit=20")[1]["items"]
    return admin, {
        "wishes": wall,
        "tickets": tickets,
        "me": admin.me,
        "token": admin.token,
    }


def _load(plan: LoadPlan) -> Result:
    return _result(_clients(plan), plan.seconds)


def _clients(plan: LoadPlan) -> "subprocess.Popen[str]":
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.load_clients"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    json.dump(asdict(plan), process.stdin)
    process.stdin.close()
    process.stdin = None
    return process


def _result(clients: "subprocess.Popen[str]", seconds: float) -> Result:
    seen = json.loads(clients.communicate()[0])
    return Result(
        seconds=seconds,
        latencies=seen["seconds"],
        statuses=seen["statuses"],
        acknowledged=[(ticket, text) for ticket, text in seen["acknowledged"]],
    )


def _load_with_kill(folder: Path, plan: LoadPlan) -> Result:
    """Put the load on the server, kill it in the middle, and start it again."""
    server = _started(folder, plan.port)
    clients = _clients(plan)
    time.sleep(plan.seconds / 2)
    server.process.kill()
    server.process.wait()
    began = time.monotonic()
    server = _started(folder, plan.port)
    down = time.monotonic() - began
    result = _result(clients, plan.seconds - down)
    server.process.send_signal(signal.SIGTERM)
    server.process.wait(30)
    return result


def _lost(server: Server, result: Result) -> int:
    """Return the number of acknowledged comments that no timeline has."""
    admin = server.sign_in(ADMIN)
    kept: set[tuple[str, str]] = set()
    for ticket in {ticket for ticket, _ in result.acknowledged}:
        path: str | None = f"/v1/tickets/{ticket}/timeline?limit=100"
        while path:
            page = admin.get(path)
            kept |= {(ticket, event["note"]) for event in page["items"]}
            cursor = page["next"]
            path = None
            if cursor:
                path = (
                    f"/v1/tickets/{ticket}/timeline?limit=100&cursor={cursor}"
                )
    return len(set(result.acknowledged) - kept)


def _peer(
    folder: Path, plan: LoadPlan, seed: dict[str, Any]
) -> tuple[Result, Result]:
    """Put the same loads on the peer; return the results of the wall and of the mix."""
    port = free_port()
    process = subprocess.Popen(
        [peer_python(), "-m", "bench.load_peer", str(port), str(folder / "db")],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    json.dump(seed, process.stdin)
    process.stdin.close()
    try:
        _wait_for(port, "/v1/me")
        there = replace(plan, port=port)
        wall = _load(replace(there, only="wall", seconds=plan.seconds / 3))
        return wall, _load(there)
    finally:
        process.terminate()
        process.wait(30)
