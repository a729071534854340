"""The clients of `bench.load`, in a process of their own: each a thread with one connection.

They read their plan from standard input and print the result, both as JSON. A request that gets no
answer is tried no further: nobody knows whether it was done.
"""

import http.client
import json
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Client", "LoadPlan"]

# Of twenty requests: ten pages of the wall, four wishes, three tickets, one account, two comments.
MIX = [
    "wall",
    "wish",
    "wall",
    "ticket",
    "wall",
    "comment",
    "wall",
    "wish",
    "wall",
    "me",
]
MIX += [
    "wall",
    "wish",
    "wall",
    "ticket",
    "wall",
    "comment",
    "wall",
    "wish",
    "wall",
    "ticket",
]
WALL = "/v1/wishes?place=chunhui&limit=20"


@dataclass(frozen=True, kw_only=True)
class LoadPlan:
    """What the clients do, and for how long."""

    port: int
    seconds: float
    clients: int
    token: str
    wishes: list[str]
    tickets: list[str]
    only: str = ""  # one kind of request in place of the mix


@dataclass
class Client:
    """One client, and what it has seen."""

    plan: LoadPlan
    number: int
    seconds: list[float] = field(default_factory=list)
    statuses: Counter[str] = field(default_factory=Counter)
    acknowledged: list[tuple[str, str]] = field(default_factory=list)

    def run(self) -> None:
        """Send requests until the time is over."""
        until = time.monotonic() + self.plan.seconds
        connection = self._connection()
        n = self.number  # clients are at different places of the mix
        while time.monotonic() < until:
            n += 1
            try:
                self._send(connection, n)
            except (OSError, http.client.HTTPException):
                self.statuses["no answer"] += 1
                connection.close()
                connection = self._connection()
                time.sleep(0.05)

    def _connection(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection(
            "127.0.0.1", self.plan.port, timeout=30
        )

    def _send(self, connection: http.client.HTTPConnection, n: int) -> None:
        kind = self.plan.only or MIX[n % len(MIX)]
        ticket = self.plan.tickets[self.number % len(self.plan.tickets)]
        wish = self.plan.wishes[n % len(self.plan.wishes)]
        path = {
            "wall": WALL,
            "wish": f"/v1/wishes/{wish}",
            "ticket": f"/v1/tickets/{ticket}",
            "me": "/v1/me",
            "comment": f"/v1/tickets/{ticket}/comment",
        }[kind]
        headers, text, body = {}, "", None
        if kind in ("ticket", "me", "comment"):
            headers["Authorization"] = f"Bearer {self.plan.token}"
        if kind == "comment":
            text = f"note {self.number}-{n}"
            headers["Content-Type"] = "application/json"
            body = json.dumps({"text": text})
        began = time.perf_counter()
        connection.request(
            "POST" if body else "GET", path, body=body, headers=headers
        )
        answer = connection.getresponse()
        answer.read()
        self.seconds.append(time.perf_counter() - began)
        self.statuses[str(answer.status)] += 1
        if kind == "comment" and answer.status == 200:
            self.acknowledged.append((ticket, text))


def run(plan: LoadPlan) -> dict[str, Any]:
    """Run all clients of a plan; return what they have seen together."""
    clients = [Client(plan, number) for number in range(plan.clients)]
    threads = [threading.Thread(target=client.run) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds: list[float] = []
    statuses: Counter[str] = Counter()
    acknowledged: list[tuple[str, str]] = []
    for client in clients:
        seconds += client.seconds
        statuses += client.statuses
        acknowledged += client.acknowledged
    return {
        "seconds": sorted(seconds),
        "statuses": statuses,
        "acknowledged": acknowledged,
    }


if __name__ == "__main__":
    print(json.dumps(run(LoadPlan(**json.load(sys.stdin)))))
