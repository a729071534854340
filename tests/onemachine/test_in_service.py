"""A street in service: mail, photos, the store's end, backups among writers, tools."""

import email
import http.client
import json
import os
import re
import signal
import sqlite3
import ssl
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from email import policy
from itertools import cycle
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pytest

from chalicelib.adapters.folder import FolderFiles
from chalicelib.kernel.clock import SystemClock, TestClock
from chalicelib.kernel.codes import derive_key
from onemachine.secrets_file import read_secrets

from ..adapters.pictures import jpeg
from ..adapters.servers import SmtpServer
from ..devserver.test_files import KIND, form
from .page import Installed, installed, wait_until
from .people import (
    ADDRESS,
    ADMIN,
    COMMUNITY,
    GRID,
    HELPERS,
    HOME,
    STAFF,
    Caller,
    found_street,
    install,
    plain_blocks,
    server_block,
)

pytestmark = [pytest.mark.slow, pytest.mark.embedded]
ALERT = ".venv/bin/python -m onemachine.alert"
BY_HAND = {"how": "written", "witness": "居委会"}


class Live(NamedTuple):
    """A street that serves, its people, and the mail server of the town."""

    street: Installed
    people: dict[str, Any]
    mails: SmtpServer


@pytest.fixture(scope="module")
def founded(
    tmp_path_factory: pytest.TempPathFactory,
    certificate: ssl.SSLContext,
    pem: Path,
) -> Iterator[Live]:
    folder = tmp_path_factory.mktemp("street")
    with (
        SmtpServer(certificate) as mails,
        installed(folder, mails.port, SSL_CERT_FILE=str(pem)) as street,
    ):
        install(street)
        yield Live(street, found_street(street), mails)


@pytest.fixture
def live(founded: Live) -> Live:
    """The street, started again if the test before has ended it."""
    if not founded.street.process:
        founded.street.start(server_block())
    return founded


# mail


def letter_to(mails: SmtpServer, address: str) -> str:
    """Return the text of the only letter to an address."""
    letters = []
    for mail in list(mails.mails):
        letter = email.message_from_bytes(mail, policy=policy.default)
        if letter["To"] == address:
            letters.append(letter)
    (letter,) = letters
    body = letter.get_body(("plain",))
    assert body
    return f"{letter['Subject']}\n{body.get_content()}"


def test_a_code_comes_by_mail_over_tls_and_proves_the_address(live: Live):
    helper, address = live.people[HELPERS[0]], "zhao@example.cn"
    before = len(live.mails.mails)
    helper.do("POST", "/v1/me/email", {"address": address})
    wait_until(lambda: len(live.mails.mails) > before)
    code = re.search(r"\b\d{6}\b", letter_to(live.mails, address))
    assert code
    assert "STARTTLS" in live.mails.verbs
    helper.do("POST", "/v1/me/email/verify", {"code": code[0]})
    me = helper.do("GET", "/v1/me")
    assert address in json.dumps(me)
    assert address not in live.street.log


def test_an_alert_is_mailed_once_in_six_hours_for_each_unit(live: Live):
    street, mails = live.street, live.mails
    before = len(mails.mails)
    street.run(f"{ALERT} chunhui-health.service")
    text = letter_to(mails, "duty@example.cn")
    assert "chunhui-health.service failed on" in text
    assert "journalctl -u chunhui-health.service" in text
    assert "has gone out" in street.run(f"{ALERT} chunhui-health.service")
    assert len(mails.mails) == before + 1
    mark = street.data / "alert-chunhui-health.service"
    os.utime(mark, (0, 0))
    street.run(f"{ALERT} chunhui-health.service")
    street.run(f"{ALERT} chunhui-backup.service")
    assert len(mails.mails) == before + 3


def test_an_alert_that_does_not_go_out_is_tried_again(live: Live):
    street = live.street
    # Nobody vouches for the certificate now.
    done = street.attempt(f"{ALERT} x.service", SSL_CERT_FILE="")
    assert done.returncode == 1
    assert done.stderr.startswith("no mail is known to have gone out: smtp.")
    assert not (street.data / "alert-x.service").exists()
    assert "duty@" not in done.stderr


# photos


def send_file(live: Live, body: bytes) -> tuple[int, str]:
    """POST a form to /files, as the proxy passes it on; return status and code."""
    connection = http.client.HTTPConnection("127.0.0.1", live.street.port)
    with closing(connection):
        connection.request("POST", "/files", body, {"Content-Type": KIND})
        answer = connection.getresponse()
        text = answer.read()
    return answer.status, json.loads(text)["code"] if text else ""


def fetch(live: Live, address: str) -> tuple[int, bytes]:
    parts = urlsplit(address)
    assert address.startswith("https://chunhui.example.cn/files/")
    connection = http.client.HTTPConnection("127.0.0.1", live.street.port)
    with closing(connection):
        connection.request("GET", f"{parts.path}?{parts.query}")
        answer = connection.getresponse()
        return answer.status, answer.read()


def begin(caller: Caller, size: int) -> dict[str, Any]:
    wanted = {"kind": "photo", "content_type": "image/jpeg", "size": size}
    begun: dict[str, Any] = caller.do("POST", "/v1/uploads", wanted)
    return begun


def signer(street: Installed, at: timedelta) -> FolderFiles:
    """Return the signer of this street, at another time."""
    keys = read_secrets(Path(street.environment["SECRETS_FILE"])).secret
    (secret,) = keys.values()
    clock = TestClock(SystemClock().now() + at)
    url = "https://chunhui.example.cn/files"
    return FolderFiles(url, derive_key(secret, "files"), clock)


def test_files_takes_only_what_its_form_allows(live: Live):
    photo = jpeg()
    fields = begin(live.people[HELPERS[0]], len(photo))["fields"]
    other = {**fields, "signature": "0" * 64}
    denied = (403, "files.SignatureDoesNotMatch")
    assert send_file(live, form(other, photo)) == denied
    longer = photo + b"\0" * (8 << 20)
    assert send_file(live, form(fields, longer)) == (
        400,
        "files.EntityTooLarge",
    )
    elsewhere = {**fields, "key": "incoming/upl_other"}
    assert send_file(live, form(elsewhere, photo)) == (
        403,
        "files.AccessDenied",
    )
    old = signer(live.street, -timedelta(minutes=11)).presign_post(
        fields["key"],
        "image/jpeg",
        8 << 20,
        SystemClock().now() - timedelta(minutes=1),
    )
    late = (403, "files.PolicyExpired")
    assert send_file(live, form(dict(old.fields), photo)) == late
    assert not list((live.street.data / "uploads").glob("incoming/*"))
    assert send_file(live, form(fields, photo)) == (204, "")


def test_a_photo_outlives_a_kill_a_backup_and_a_restore(live: Live):
    street, helper = live.street, live.people[HELPERS[0]]
    photo = jpeg()
    begun = begin(helper, len(photo))
    assert send_file(live, form(begun["fields"], photo)) == (204, "")
    street.end(signal.SIGKILL)
    left = begin_and_leave(live)
    path = f"/v1/uploads/{begun['id']}"
    ready = helper.do("GET", path)
    assert ready["state"] == "ready"
    status, shown = fetch(live, ready["url"])
    assert status == 200
    assert fetch(live, f"{ready['url']}0")[0] == 403
    where = f"/v1/uploads/{left}"
    wait_until(lambda: helper.do("GET", where)["state"] == "ready", 20)
    for word in ("onemachine.backup", "onemachine.restore"):
        (script,) = plain_blocks(word)
        street.run(script)
    restored = Path(f"{street.data}-restored")
    assert files_of(restored) == files_of(street.data)
    assert shown in files_of(restored).values()


def begin_and_leave(live: Live) -> str:
    """Start, begin an upload, and leave its file as a crash before the cleaning does."""
    street = live.street
    street.start(server_block())
    begun = begin(live.people[HELPERS[0]], len(jpeg()))
    street.end(signal.SIGKILL)
    file = street.data / "uploads" / begun["fields"]["key"]
    file.write_bytes(jpeg())
    before = time.time() - 70
    os.utime(file, (before, before))
    street.start(server_block())
    return str(begun["id"])


def files_of(folder: Path) -> dict[str, bytes]:
    uploads = folder / "uploads"
    return {
        file.relative_to(uploads).as_posix(): file.read_bytes()
        for file in uploads.rglob("*")
        if file.is_file()
    }


# the store


def test_health_answers_503_while_the_store_hangs(live: Live):
    store = int((live.street.data / "store.pid").read_text())
    os.kill(store, signal.SIGSTOP)
    try:
        status, health = live.street.call("GET", "/healthz")
        assert status == 503
        assert (health["status"], health["store"]) == ("failing", "no answer")
    finally:
        os.kill(store, signal.SIGCONT)
    wait_until(lambda: live.street.call("GET", "/healthz")[0] == 200)


def test_the_server_ends_with_its_store_and_a_new_one_goes_on(live: Live):
    street = live.street
    os.kill(int((street.data / "store.pid").read_text()), signal.SIGKILL)
    assert street.process
    assert street.process.wait(15) != 0
    street.process = None
    assert "the store does not answer" in street.log
    assert "Traceback" not in street.log
    street.start(server_block())
    assert live.people[ADMIN].do("GET", f"/v1/places?under={COMMUNITY}")


# backups among writers


def test_a_backup_among_four_writers_holds_all_that_was_acknowledged(
    live: Live, tmp_path: Path
):
    written: dict[str, list[str]] = {"wsh": [], "tkt": [], "plc": [], "per": []}
    over: list[bool] = []
    with ThreadPoolExecutor(4) as pool:
        writers = (write_wishes, write_wishes, write_tickets, write_places)
        running = [
            pool.submit(w, live, written, over, n)
            for n, w in enumerate(writers)
        ]
        try:
            wait_until(lambda: has_begun(written, running))
            before = {kind: list(ids) for kind, ids in written.items()}
            (script,) = plain_blocks("onemachine.backup")
            live.street.environment["BACKUPS"] = str(tmp_path)
            live.street.run(script)
            after = sum(len(ids) for ids in written.values())
        finally:
            over.append(True)
        for one in running:
            one.result()
    assert after > sum(len(ids) for ids in before.values()), "nobody wrote"
    (backup,) = tmp_path.iterdir()
    rows = rows_of(backup / "store.db")
    kept = {pk for pk, _ in rows["wishes"] | rows["tickets"] | rows["people"]}
    for kind in ("wsh", "tkt", "per"):
        assert set(before[kind]) <= kept, kind
    codes = {word for row in rows["places"] for word in row}
    assert set(before["plc"]) <= codes
    check_nothing_half_applied(rows)


def has_begun(
    written: dict[str, list[str]], running: list[Future[None]]
) -> bool:
    for one in running:
        if one.done():
            one.result()
    return min(len(ids) for ids in written.values()) > 8


def write_wishes(
    live: Live, written: dict[str, list[str]], over: list[bool], n: int
) -> None:
    staff = live.people[STAFF]
    day = SystemClock().now().date() + timedelta(days=14)
    while not over:
        new = {"name": "罗桂芳", "home": HOME, "consent": BY_HAND}
        new["address"] = ADDRESS
        new["contact_via"] = live.people["daughter"]
        id = staff.do("POST", "/v1/people", new)["id"]
        written["per"].append(id)
        wish = {"kind": "goods", "title": f"水壶{n}", "budget_fen": 12000}
        wish |= {"needed_by": day.isoformat(), "on_behalf_of": id}
        made = staff.do("POST", "/v1/wishes", {**wish, "consent": BY_HAND})
        written["wsh"].append(made["id"])


def write_tickets(
    live: Live, written: dict[str, list[str]], over: list[bool], n: int
) -> None:
    # One person may report twenty problems a day.
    reporters = cycle([live.people[phone] for phone in (GRID, STAFF, ADMIN)])
    while not over:
        time.sleep(0.1)
        ticket = {"category": "light", "text": f"灯坏了{n}", "place": HOME}
        made = next(reporters).do("POST", "/v1/tickets", ticket)
        written["tkt"].append(made["id"])


def write_places(
    live: Live, written: dict[str, list[str]], over: list[bool], n: int
) -> None:
    while not over:
        place = f"{COMMUNITY}.g01.v{len(written['plc'])}"
        live.people[STAFF].do("PUT", f"/v1/places/{place}", {"name": "栋"})
        written["plc"].append(place)


def rows_of(file: Path) -> dict[str, set[tuple[str, str]]]:
    """Return the keys of all rows, by table. The store writes them as `S:key`."""
    rows = {}
    named = "SELECT table_name FROM _tables"
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as store:
        for (name,) in store.execute(named).fetchall():
            keys = f'SELECT substr(pk, 3), substr(sk, 3) FROM "{name}"'
            found = store.execute(keys).fetchall()
            rows[name.removeprefix("chunhui-")] = set(found)
    return rows


def check_nothing_half_applied(rows: dict[str, set[tuple[str, str]]]) -> None:
    """Each wish and ticket has its timeline and its task, and no timeline is alone."""
    tasks = " ".join(sk for _, sk in rows["tasks"])
    for table, kind in (("wishes", "wish"), ("tickets", "ticket")):
        keys = rows[table]
        ids = {pk for pk, sk in keys if sk == kind}
        timelines = {pk for pk, sk in keys if sk.startswith("event#")}
        assert ids == timelines
        open_ids = {id for id in ids if id in tasks}
        assert open_ids == ids
    reports = {pk for pk, sk in rows["tickets"] if sk.startswith("report#")}
    assert reports == {pk for pk, sk in rows["tickets"] if sk == "ticket"}


# tools, and what is missing


def test_a_tool_runs_while_the_server_is_down_or_up(live: Live):
    (script,) = plain_blocks("tools.bootstrap")
    assert "is street_admin" in live.street.run(script)
    live.street.end(signal.SIGKILL)  # its address stays behind
    assert "is street_admin" in live.street.run(script)
    (live.street.data / "format").write_text("1\n")
    try:
        done = live.street.attempt(script)
    finally:
        (live.street.data / "format").write_text("6\n")
    assert done.returncode == 1
    assert "holds data of format 1" in done.stderr
    assert "Traceback" not in done.stderr


def test_serve_says_all_that_is_missing_without_a_traceback(
    live: Live, tmp_path: Path
):
    nothing = {"SECRETS_FILE": "", "PUBLIC_URL": "", "DATA_DIR": str(tmp_path)}
    said = live.street.attempt(server_block(), **nothing).stderr
    assert "SECRETS_FILE is missing" in said
    assert "PUBLIC_URL is missing" in said
    none = {**nothing, "SECRETS_FILE": str(tmp_path / "secrets.json")}
    said = live.street.attempt(server_block(), **none).stderr
    assert "secrets.json does not exist" in said
    assert "PUBLIC_URL is missing" in said
    assert "Traceback" not in said
    assert list(tmp_path.iterdir()) == [], "nothing was made"
