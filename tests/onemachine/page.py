"""docs/one-machine.md as a shell script, and a street that was installed by it."""

import contextlib
import http.client
import json
import os
import re
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

from chalicelib.kernel.clock import SystemClock
from chalicelib.kernel.signing import check_signature

from ..journeys.server import ROOT, free_port

BLOCK = re.compile(
    r"(?:<!-- (?P<mark>\w+) -->\s*)?^ *```sh\n(?P<script>.*?)^ *```",
    re.DOTALL | re.MULTILINE,
)
KEY = "what both agreed on"
SHARED = ("chalicelib", "onemachine", "tools", "infra", ".chalice")
FILES = ("app.py", "Makefile", "package.json")


def blocks() -> list[tuple[str, str]]:
    """Return the blocks of the page, each with its mark: root, server or nothing."""
    page = (ROOT / "docs" / "one-machine.md").read_text(encoding="utf-8")
    return [
        (block["mark"] or "", block["script"]) for block in BLOCK.finditer(page)
    ]


class SmsGateway:
    """A provider of SMS. It checks signatures, and can be too busy."""

    def __init__(self) -> None:
        self.accepted: list[dict[str, str]] = []
        self.refused: list[dict[str, str]] = []
        self.is_busy = False
        gateway = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                check_signature(
                    KEY.encode(),
                    timestamp=self.headers["X-Timestamp"],
                    nonce=self.headers["X-Nonce"],
                    signature=self.headers["X-Signature"],
                    body=body,
                    now=SystemClock().now(),
                )
                busy = gateway.is_busy
                kept = gateway.refused if busy else gateway.accepted
                kept.append(json.loads(body))
                self.send_response(429 if busy else 200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def to(self, phone: str, kind: str) -> list[str]:
        """Return the texts of a kind that a phone has received."""
        return [
            sms["text"]
            for sms in list(self.accepted)
            if (sms["phone"], sms["kind"]) == (phone, kind)
        ]

    def wait_for(self, phone: str, kind: str, seconds: float = 30) -> str:
        """Wait for the first text of a kind to a phone."""
        wait_until(lambda: self.to(phone, kind), seconds)
        return self.to(phone, kind)[0]


def wait_until(holds: Any, seconds: float = 30) -> None:
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until, "it did not come"
        time.sleep(0.05)


@dataclass
class Installed:
    """A street that was installed by the page into an empty folder."""

    home: Path
    port: int
    gateway: SmsGateway
    environment: dict[str, str]
    process: subprocess.Popen[bytes] | None = None
    printed: dict[str, str] = field(default_factory=dict)

    def run(self, script: str) -> str:
        done = self.attempt(script)
        assert done.returncode == 0, f"{script}\n{done.stdout}{done.stderr}"
        return done.stdout

    def attempt(
        self, script: str, **settings: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a script that may fail. An empty setting is not set."""
        environment = self.environment | settings
        return subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script],
            cwd=self.home,
            env={name: text for name, text in environment.items() if text},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def start(self, script: str) -> None:
        """Start the server in a session of its own, and wait until it is well."""
        log = (self.home / "server.log").open("ab")
        self.process = subprocess.Popen(
            ["bash", "-euc", f"exec {script.strip()}"],
            cwd=self.home,
            env=self.environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        with log:
            wait_until(self.is_well, 30)

    def is_well(self) -> bool:
        assert self.process
        assert self.process.poll() is None, self.log
        with contextlib.suppress(OSError):
            return self.call("GET", "/healthz")[0] == 200
        return False

    @property
    def data(self) -> Path:
        return Path(self.environment["DATA_DIR"])

    @property
    def log(self) -> str:
        return (self.home / "server.log").read_text()

    def end(self, how: int = signal.SIGTERM) -> int:
        """End the server; -9 leaves it no time for anything."""
        if not self.process:
            return 0
        with contextlib.suppress(ProcessLookupError):
            if how == signal.SIGTERM:
                # As systemd does: the server alone. It ends its store itself.
                os.kill(self._server_pid(), how)
            else:
                os.killpg(self.process.pid, how)
        code = self.process.wait(30)
        self.process = None
        return code

    def _server_pid(self) -> int:
        """Return the process that make has started."""
        assert self.process
        listing = subprocess.run(
            ["ps", "--ppid", str(self.process.pid), "-o", "pid="],
            capture_output=True,
            text=True,
            check=True,
        )
        return int(listing.stdout)

    def call(
        self, method: str, path: str, body: Any = None, **headers: str
    ) -> tuple[int, Any]:
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.port, timeout=60
        )
        sent = {name.replace("_", "-"): text for name, text in headers.items()}
        sent["Content-Type"] = "application/json"
        content = None if body is None else json.dumps(body)
        with contextlib.closing(connection):
            connection.request(method, path, content, sent)
            answer = connection.getresponse()
            text = answer.read()
        return answer.status, json.loads(text) if text else None


@contextlib.contextmanager
def installed(
    folder: Path, mail_port: int = 9, **settings: str
) -> Iterator[Installed]:
    """Copy what `git clone` would bring, and set the page's settings for this test."""
    home = folder / "home"
    home.mkdir()
    for name in SHARED:
        shutil.copytree(
            ROOT / name,
            home / name,
            ignore=shutil.ignore_patterns("__pycache__"),
        )
    for path in (*FILES, *(p.name for p in ROOT.glob("requirements*.txt"))):
        shutil.copy2(ROOT / path, home / path)
        os.utime(home / path, (0, 0))  # so that make finds all installed
    for name in (".venv", ".store"):
        (home / name).symlink_to((ROOT / name).resolve())
    port = free_port()
    with SmsGateway() as gateway:
        url = f"http://127.0.0.1:{gateway.port}/send"
        sms = {"name": "east", "kind": "gateway", "url": url, "key": KEY}
        (home / "sms.json").write_text(json.dumps([sms]))
        mail = {"kind": "smtp", "host": "127.0.0.1", "port": mail_port} | {
            "sender": "春晖 <house@example.cn>"
        }
        (home / "mail.json").write_text(json.dumps(mail))
        environment = os.environ | {
            "DATA_DIR": str(folder / "data"),
            "SECRETS_FILE": str(folder / "secrets.json"),
            "PUBLIC_URL": "https://chunhui.example.cn",
            "PORT": str(port),
            "BACKUPS": str(folder / "backups"),
            "ALERT_EMAIL": "duty@example.cn",
            **settings,
        }
        street = Installed(home, port, gateway, environment)
        try:
            yield street
        finally:
            street.end(signal.SIGKILL)
