"""A real local server in a process of its own, and people who talk to it over HTTP and nothing
else.
"""

import contextlib
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

AT_THE_DESK = {"community_staff", "street_admin"}  # whose sessions last a shift
ROOT = Path(__file__).resolve().parent.parent.parent


# The minute in which staff undo a decision is looked at in tests/wishes/test_undo.py.
TOLD_AT_ONCE = """
import runpy
from datetime import timedelta
from chalicelib.wishes import policy
policy.UNDO_WITHIN = timedelta(0)
runpy.run_path("local.py", run_name="__main__")
"""


@dataclass
class Told:
    """A message that somebody was sent."""

    to: str
    kind: str
    text: str


@dataclass
class Server:
    """A running local server."""

    port: int
    process: subprocess.Popen[bytes]
    known: set[str] = field(default_factory=set)

    def call(
        self, method: str, path: str, body: Any = None, **headers: str
    ) -> tuple[int, Any]:
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.port, timeout=60
        )
        sent = {
            name.replace("_", "-"): value for name, value in headers.items()
        } | {"Content-Type": "application/json"}
        connection.request(
            method, path, json.dumps(body) if body is not None else None, sent
        )
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        return answer.status, json.loads(text) if text else None

    def told(self) -> list[Told]:
        """Return every message that was sent since this was last asked, oldest first."""
        items = self.call("GET", "/dev/messages")[1]["items"][::-1]
        fresh = [item for item in items if item["id"] not in self.known]
        self.known |= {item["id"] for item in fresh}
        return [Told(item["to"], item["kind"], item["text"]) for item in fresh]

    def heard(self) -> list[tuple[str, str]]:
        """Return the recipient and kind of each new message, in a fixed order.

        Sign-in codes are left out, and messages of the demo street itself: offers, and those
        about its tickets. So are those of the staff queue, which count its tasks.
        """
        return sorted(
            (told.to, told.kind)
            for told in self.told()
            if not told.kind.startswith(
                ("code.", "offer.", "queue.", "ticket.")
            )
        )

    def advance(self, **by: float) -> dict[str, Any]:
        seconds = sum(
            value
            * {"days": 86400, "hours": 3600, "minutes": 60, "seconds": 1}[unit]
            for unit, value in by.items()
        )
        status, answer = self.call("POST", "/dev/clock", {"advance": seconds})
        assert status == 200, answer
        return answer

    def now(self) -> str:
        return self.call("POST", "/dev/pump")[1]["now"]

    def sign_in(self, number: str, **extra: Any) -> "Somebody":
        status, answer = self.call("POST", "/v1/auth/codes", {"phone": number})
        assert status == 202, answer
        challenge = answer["challenge"]
        newest = self.call("GET", f"/dev/messages?to={quote(number)}")[1][
            "items"
        ][0]
        code = re.search(r"\d{6}", newest["text"])
        assert code
        status, answer = self.call(
            "POST",
            "/v1/auth/tokens",
            {
                "phone": number,
                "code": code[0],
                "challenge": challenge,
                **extra,
            },
        )
        assert status == 201, answer
        return Somebody(
            self,
            number,
            answer["access_token"],
            answer["refresh_token"],
            answer["person"],
        )


@dataclass
class Somebody:
    """A person with a phone who is signed in."""

    server: Server
    number: str
    token: str
    refresh_token: str
    me: dict[str, Any]

    def call(
        self, method: str, path: str, body: Any = None, **headers: str
    ) -> tuple[int, Any]:
        return self.server.call(
            method, path, body, Authorization=f"Bearer {self.token}", **headers
        )

    def get(self, path: str) -> Any:
        status, answer = self.call("GET", path)
        assert status == 200, answer
        return answer

    def post(
        self, path: str, body: Any = None, *, expect: int = 200, **headers: str
    ) -> Any:
        status, answer = self.call("POST", path, body, **headers)
        assert status == expect, answer
        return answer

    def refresh(self) -> None:
        """Use the refresh token; who works at a desk signs in again after a shift."""
        status, answer = self.server.call(
            "POST", "/v1/auth/tokens", {"refresh_token": self.refresh_token}
        )
        if status == 401:
            assert answer["code"] == "auth.refresh_invalid", answer
            assert {grant["role"] for grant in self.me["roles"]} & AT_THE_DESK
            again = self.server.sign_in(self.number)
            self.token, self.refresh_token = again.token, again.refresh_token
            return
        assert status == 201, answer
        self.token, self.refresh_token = (
            answer["access_token"],
            answer["refresh_token"],
        )


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextlib.contextmanager
def running_server(
    folder: Path, store: str = "embedded", clock_start: str = ""
) -> Iterator[Server]:
    """Start local.py on a folder and wait until it is healthy; end it when the context ends."""
    port = free_port()
    env = os.environ | {
        "PORT": str(port),
        "DATA_DIR": str(folder),
        "STORE": store,
        "CLOCK_START": clock_start,
        "LOG_LEVEL": "WARNING",
    }
    env.pop("AWS_ENDPOINT_URL_DYNAMODB", None)
    with (folder.parent / f"{folder.name}.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", TOLD_AT_ONCE],
            cwd=ROOT,
            env=env,
            stdout=log,
            stderr=log,
        )
        server = Server(port, process)
        try:
            _wait_until_healthy(server, folder.parent / f"{folder.name}.log")
            yield server
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(15)


def _wait_until_healthy(server: Server, log: Path) -> None:
    for _ in range(600):
        with contextlib.suppress(OSError):
            if server.call("GET", "/healthz")[0] == 200:
                return
        assert server.process.poll() is None, log.read_text()
        time.sleep(0.1)
    raise AssertionError(f"the server did not start: {log.read_text()}")
