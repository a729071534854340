"""A local server for the browser: its mailbox, its clock, and people who are signed in."""

import contextlib
import json
import os
import re
import secrets
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener

__all__ = ["ROOT", "Street", "free_port", "open_street", "phone_number"]

ROOT = Path(__file__).resolve().parent.parent.parent
MONDAY_MORNING = "2026-11-30T09:30:00+08:00"
_START_SECONDS = 60


def phone_number(short: str) -> str:
    """Return the number of a demo person: 0101 is +8613900000101."""
    return f"+861390000{short}"


@dataclass
class Street:
    """A running local server with the demo street in memory."""

    port: int
    public_url: str = ""
    log: Path = Path()
    cookies: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return self.public_url or f"http://127.0.0.1:{self.port}"

    def messages(self, short: str) -> list[str]:
        """Return the texts that were sent to a person, the newest first."""
        to = quote(phone_number(short))
        items = self._ask(f"/dev/messages?to={to}")["items"]
        return [item["text"] for item in items]

    def code(self, short: str) -> str:
        """Return the newest sign-in code of a person."""
        return next(
            found[0]
            for text in self.messages(short)
            if (found := re.search(r"\b\d{6}\b", text))
        )

    def wait_for_message(self, short: str, pattern: str) -> re.Match[str]:
        """Wait until a person was sent a text, and return it."""
        until = time.monotonic() + 10
        while time.monotonic() < until:
            for text in self.messages(short):
                if found := re.search(pattern, text):
                    return found
            self.run_due()
            time.sleep(0.1)
        raise AssertionError(f"{short} was not sent {pattern}")

    def run_due(self) -> None:
        """Run what is due now."""
        self._ask("/dev/pump", {})

    def advance(self, **by: float) -> None:
        """Move the clock forward by days, hours or minutes."""
        unit = {"days": 86_400, "hours": 3600, "minutes": 60, "seconds": 1}
        seconds = sum(unit[name] * number for name, number in by.items())
        target = self._ask("/dev/clock", {"advance": seconds})
        self.cookies.clear()  # sessions of staff end with their shift
        while "target" in target:  # there was much to do
            target = self._ask("/dev/clock", {"now": target["target"]})

    def _ask(self, path: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        request = Request(self.url + path, data, headers)
        with build_opener().open(request, timeout=60) as answer:
            return json.loads(answer.read())

    def call(self, short: str, method: str, path: str, body: Any) -> Any:
        """Call the API as a person who has signed in: for what has no page yet."""
        cookies = self.cookies_of(short)
        token = next(each["value"] for each in cookies if each["name"] == "at")
        headers = {
            "Content-Type": "application/json",
            "Authorization": f"Bearer {token}",
            "Idempotency-Key": secrets.token_hex(12),
        }
        data = json.dumps(body).encode()
        request = Request(self.url + path, data, headers, method=method)
        with build_opener().open(request, timeout=60) as answer:
            return json.loads(answer.read() or b"null")

    def cookies_of(self, short: str) -> list[dict[str, Any]]:
        """Return the cookies of a person who has signed in, for a browser."""
        if short not in self.cookies:
            self.cookies[short] = self._sign_in(short)
        return self.cookies[short]

    def _sign_in(self, short: str) -> list[dict[str, Any]]:
        jar = CookieJar()
        opener = build_opener(HTTPCookieProcessor(jar))

        def post(path: str, **fields: str) -> None:
            data = urlencode(fields).encode()
            headers = {"Origin": self.url, "Accept": "text/html"}
            opener.open(Request(self.url + path, data, headers)).close()

        post("/m/sign-in", phone=phone_number(short))
        post("/m/sign-in/code", code=self.code(short))
        kept = [cookie for cookie in jar if cookie.name != "said"]
        return [
            {"name": each.name, "value": each.value, "url": self.url}
            for each in kept
        ]


def free_port() -> int:
    """Return a port on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@contextlib.contextmanager
def open_street(
    folder: Path, port: int = 0, public_url: str = "", *, still: bool = False
) -> Iterator[Street]:
    """Start a server, by default on a free port, with the demo street in memory.

    On a `still` street the minute does not pass, and ids are the same in every run.
    """
    server = ["-m", "tests.browser.still_server"] if still else ["local.py"]
    port = port or free_port()
    environment = os.environ | {
        "PORT": str(port),
        "STORE": "memory",
        "DATA_DIR": str(folder),
        "CLOCK_START": MONDAY_MORNING,
        "PUBLIC_URL": public_url,
    }
    log = folder / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [str(ROOT / ".venv/bin/python"), *server],
            cwd=ROOT,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait_until_open(process, port, log)
        yield Street(port, public_url, log)
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait_until_open(
    process: subprocess.Popen[bytes], port: int, log: Path
) -> None:
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until:
        assert process.poll() is None, log.read_text()
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        time.sleep(0.1)
    raise AssertionError(f"the server did not start: {log.read_text()}")
