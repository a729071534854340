"""kill -9 in the middle of the night shift: what was acknowledged is there afterwards, and nothing
is there by half.
"""

import contextlib
import http.client
import json
import os
import random
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter as Tally
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock
from urllib.parse import quote

import pytest

from chalicelib.message_log.model import DeliveryState, MessageAttempt
from chalicelib.people.feature import feature as people
from chalicelib.wishes.model import Wish
from chalicelib.wishes.repository import WishEvent
from devserver.run import open_local_server
from onemachine.store import binary

from ..world import Answer
from .facts import check, every, waiting_messages

pytestmark = pytest.mark.xdist_group("kill")
ROOT = Path(__file__).resolve().parents[2]
ADMIN, WRITERS, ROUNDS = "+8613900000001", 6, 5
Unreachable = (OSError, http.client.HTTPException)


MORNING = "2026-11-23T10:00:00+08:00"
# The server of `local.py`, where a few residents file as many wishes as writers can.
WITHOUT_FILING_LIMITS = """
import runpy
from chalicelib.wishes import policy
policy.OPEN_WISHES = policy.WISHES_PER_WEEK = 10_000
runpy.run_path("local.py", run_name="__main__")
"""


@dataclass
class Server:
    """The local server as a process of its own."""

    folder: Path
    port: int = 0
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.port = _free_port()
        self.process = self.spawn(self.port)
        for _ in range(400):
            assert self.process.poll() is None, (
                self.folder / "log"
            ).read_text()[-2000:]
            with contextlib.suppress(*Unreachable):
                if self.call("GET", "/healthz").status == 200:
                    return
            time.sleep(0.05)
        raise AssertionError("the server did not come up")

    def spawn(self, port: int) -> subprocess.Popen[bytes]:
        env = os.environ | {
            "PORT": str(port),
            "DATA_DIR": str(self.folder),
            "STORE": "embedded",
            "LOG_LEVEL": "ERROR",
        }
        env.pop("AWS_ENDPOINT_URL_DYNAMODB", None)
        self.folder.mkdir(exist_ok=True)
        if not any(self.folder.iterdir()):
            env["CLOCK_START"] = MORNING  # no message waits for the night
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-c", WITHOUT_FILING_LIMITS],
                cwd=ROOT,
                env=env,
                stdout=log,
                stderr=log,
            )

    def kill(self) -> None:
        assert self.process
        self.process.kill()
        self.process.wait(10)

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(15)

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        token: str = "",
        key: str = "",
    ) -> Answer:
        headers = {
            "content-type": "application/json",
            "authorization": f"Bearer {token}",
            "idempotency-key": key,
        }
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.port, timeout=10
        )
        try:
            sent = json.dumps(body) if body is not None else None
            connection.request(
                method,
                path,
                sent,
                {
                    name: value
                    for name, value in headers.items()
                    if value not in ("", "Bearer ")
                },
            )
            answer = connection.getresponse()
            return Answer(
                answer.status, dict(answer.getheaders()), answer.read().decode()
            )
        finally:
            connection.close()

    def letters(self, to: str | None = None) -> list[dict[str, str]]:
        found: list[dict[str, str]] = self.call(
            "GET", "/dev/messages" + (f"?to={quote(to)}" if to else "")
        ).json["items"]
        return found

    def move_clock(self, seconds: float) -> str:
        return str(
            self.call("POST", "/dev/clock", {"advance": seconds}).json["now"]
        )

    def sign_in(self, number: str) -> str:
        asked = self.call("POST", "/v1/auth/codes", {"phone": number})
        assert asked.status == 202
        code = re.search(r"\d{6}", self.letters(number)[0]["text"])
        assert code
        answer = self.call(
            "POST",
            "/v1/auth/tokens",
            {
                "phone": number,
                "code": code[0],
                "challenge": asked.json["challenge"],
                "consent": {"text_version": "2026-11"},
            },
        )
        assert answer.status == 201, answer.text
        return str(answer.json["access_token"])


@dataclass
class Acknowledged:
    """What the server has said is done: by wish the latest version, and each request that can be
    sent again.
    """

    versions: dict[str, int] = field(default_factory=dict)
    requests: list[tuple[str, Any, str, str, int, str]] = field(
        default_factory=list
    )  # path, body, token, key, status, wish
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(
        self, path: str, body: Any, token: str, key: str, answer: Answer
    ) -> None:
        wish = answer.json
        with self.lock:
            self.versions[wish["id"]] = max(
                wish["version"], self.versions.get(wish["id"], 0)
            )
            self.requests.append(
                (path, body, token, key, answer.status, wish["id"])
            )


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("kill") / "house")
    server.start()
    yield server
    server.stop()


def write(
    server: Server,
    tokens: tuple[str, str, str],
    number: int,
    done: Acknowledged,
    stop: threading.Event,
) -> None:
    """File, approve, claim and deliver wishes until the server is gone."""
    owner, staff, helper = tokens
    day = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 20 * 86400))

    def ask(path: str, body: Any, token: str) -> str:
        key = f"key-{random.getrandbits(64):x}"
        answer = server.call("POST", path, body, token, key)
        if answer.status >= 400:
            raise ConnectionAbortedError(
                answer.text
            )  # an earlier wish of unknown outcome takes up room
        done.note(path, body, token, key, answer)
        return str(answer.json["id"])

    n = 0
    while not stop.is_set():
        n += 1
        try:
            body = {
                "kind": "company",
                "title": f"陪我聊天第{n}次",
                "needed_by": day,
            }
            at = f"/v1/wishes/{ask('/v1/wishes', body, owner)}"
            ask(f"{at}/approve", None, staff)
            ask(f"{at}/claim", None, helper)
            ask(f"{at}/deliver", {}, helper)
        except Unreachable as error:
            if isinstance(
                error, ConnectionAbortedError
            ) and "too_many_claims" in str(error):
                continue
            stop.wait(0.01)


def one_shift(
    server: Server, people: list[tuple[str, str, str]], done: Acknowledged
) -> list[dict[str, str]]:
    """Let everybody write for a while, kill the server in the middle; return the letters that had
    been shown before.
    """
    stop, acknowledged = threading.Event(), len(done.requests)
    writers = [
        threading.Thread(target=write, args=(server, tokens, n, done, stop))
        for n, tokens in enumerate(people)
    ]
    for writer in writers:
        writer.start()
    until = time.monotonic() + 20
    while len(done.requests) < acknowledged + 50 and time.monotonic() < until:
        time.sleep(0.02)
    letters = server.letters()
    time.sleep(random.uniform(0.1, 0.3))
    server.kill()
    stop.set()
    for writer in writers:
        writer.join(20)
    assert len(done.requests) >= acknowledged + 50, "nothing to lose"
    return letters


def timeline(server: Server, wish: str, staff: str) -> list[int]:
    answer = server.call(
        "GET", f"/v1/wishes/{wish}/timeline?limit=100", token=staff
    )
    assert answer.status == 200, answer.text
    return sorted(event["version"] for event in answer.json["items"])


def assert_nothing_is_lost(
    server: Server, done: Acknowledged, before: dict[str, int], staff: str
) -> None:
    for wish, version in done.versions.items():
        if before.get(wish) == version:
            continue  # looked at after an earlier round, and again at the end
        answer = server.call("GET", f"/v1/wishes/{wish}", token=staff)
        assert answer.status == 200, (
            f"an acknowledged wish is gone: {answer.text}"
        )
        assert answer.json["version"] >= version, "an acknowledged move is gone"
        assert timeline(server, wish, staff) == list(
            range(1, answer.json["version"] + 1)
        )
    for path, body, token, key, status, wish in random.sample(
        done.requests, 25
    ):
        again = server.call("POST", path, body, token, key)
        assert (again.status, again.json["id"]) == (status, wish), (
            f"{path} does not replay: {again.text}"
        )


def assert_whole(
    folder: Path, done: Acknowledged, letters: list[dict[str, str]]
) -> None:
    """Open the services without the server and read every row."""
    with (
        mock.patch.dict(os.environ),
        open_local_server(folder, "embedded") as local,
    ):
        check()
        wishes = {wish.id: wish for wish in every(Wish)}
        assert all(
            wishes[id].version >= version
            for id, version in done.versions.items()
        )
        assert not [
            due for due in waiting_messages() if due.at <= local.clock.now()
        ], "the sweep has left something"
        phones = {
            wish.person_id: local.services.get(people).find(wish.person_id)
            for wish in wishes.values()
        }
        assert_everybody_was_told(
            letters, {id: str(p.phone) for id, p in phones.items() if p}, done
        )


def _went_out(line: MessageAttempt) -> bool:
    """Say whether a message was sent by itself, not in a digest."""
    return line.state is DeliveryState.SENT and not line.ref


def _lines_of(person: str) -> Tally[tuple[str, str, str]]:
    """Return what became of the messages to a person."""
    return Tally(
        (line.kind, line.state.value, str(line.reason))
        for line in every(MessageAttempt)
        if line.person == person
    )


def assert_everybody_was_told(
    letters: list[dict[str, str]], phones: dict[str, str], done: Acknowledged
) -> None:
    """Each approval was sent at most once; the message log explains each that was not."""
    wishes = {wish.id: wish for wish in every(Wish) if wish.id in done.versions}
    approved = Tally(
        wishes[e.subject].person_id
        for e in every(WishEvent)
        if e.tag == "wish.approved" and e.subject in wishes
    )
    ours = [letter for letter in letters if letter["kind"] == "wish.approved"]
    explained = Tally(
        line.person
        for line in every(MessageAttempt)
        if line.kind == "wish.approved" and not _went_out(line)
    )
    for person, times in approved.items():
        told = [letter["to"] for letter in ours].count(phones[person])
        assert told <= times <= told + explained[person], (
            f"approved {times}, told {told}, explained {explained[person]}: "
            f"{_lines_of(person)}"
        )


def test_a_moved_clock_and_the_tokens_it_expired_survive_a_kill(
    server: Server,
) -> None:
    token = server.sign_in(ADMIN)
    assert server.call("GET", "/v1/me", token=token).status == 200
    moved = server.move_clock(31 * 60)
    assert server.call("GET", "/v1/me", token=token).status == 401
    server.kill()
    server.start()
    assert server.move_clock(0) >= moved
    assert server.call("GET", "/v1/me", token=token).status == 401


def test_the_store_dies_with_the_server_or_is_cleared_away_at_the_next_start(
    server: Server,
) -> None:
    store = int((server.folder / "store.pid").read_text())
    server.kill()
    server.start()
    assert int((server.folder / "store.pid").read_text()) != store
    assert not _is_store(store)


def _is_store(pid: int) -> bool:
    with contextlib.suppress(OSError):
        return b"dynoxide" in Path(f"/proc/{pid}/cmdline").read_bytes()
    return False


def test_an_orphaned_store_is_cleared_away_at_the_next_start(
    server: Server, tmp_path: Path
) -> None:
    """Where the system does not end the store with the server, its pid file does."""
    server.kill()
    command = [
        str(binary()),
        "--port",
        str(_free_port()),
        "--db-path",
        str(tmp_path / "other.db"),
    ]
    orphan = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        (server.folder / "store.pid").write_text(str(orphan.pid))
        server.start()
        assert orphan.wait(5) == -signal.SIGKILL
    finally:
        if orphan.poll() is None:
            orphan.kill()
            orphan.wait(5)


def test_a_second_server_on_the_same_folder_says_so_and_goes_away(
    server: Server,
) -> None:
    second = server.spawn(_free_port())
    try:
        assert second.wait(20) != 0
    finally:
        second.kill()
        second.wait(10)
    assert (
        f"{server.folder} is in use by another local server"
        in (server.folder / "log").read_text()
    )
    assert server.call("GET", "/healthz").status == 200, (
        "and the first one does not notice"
    )


def test_five_kills_under_six_writers_lose_no_acknowledged_write(
    server: Server,
) -> None:
    staff = server.sign_in(ADMIN)
    people, volunteer = [], {"places": ["chunhui.baihua"], "capacity": 5}
    for n in range(WRITERS):
        helper = server.sign_in(f"+86139000000{11 + n}")
        assert (
            server.call("PUT", "/v1/me/volunteer", volunteer, helper).status
            == 200
        )
        people.append((server.sign_in(f"+8613900000{101 + n}"), staff, helper))
    done = Acknowledged()
    for _ in range(ROUNDS):
        before = dict(done.versions)
        letters = one_shift(server, people, done)
        server.start()
        kept = {letter["id"]: letter for letter in server.letters()}
        assert all(kept.get(letter["id"]) == letter for letter in letters), (
            "a message that was shown is gone"
        )
        server.move_clock(60)
        assert_nothing_is_lost(server, done, before, staff)
    server.move_clock(
        300
    )  # what was being sent when the server died is not being sent any more
    letters = server.letters()
    server.stop()
    assert_whole(server.folder, done, letters)
