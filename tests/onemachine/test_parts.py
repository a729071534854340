"""The parts of a street in service: settings, secrets, lanes, backups."""

import json
import sqlite3
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from chalicelib.adapters.queue import InlineQueue
from chalicelib.kernel.clock import SystemClock
from chalicelib.kernel.job import Command, ScheduledJob
from chalicelib.kernel.template import Lane
from chalicelib.runtime import log
from devserver.data_folder import DataFolder
from onemachine.backup import (
    MANIFEST,
    STORE,
    BackupFailed,
    back_up,
    newest_first,
)
from onemachine.errors import StartRefused
from onemachine.folder import StreetFolder
from onemachine.front import client_address
from onemachine.held_folder import DATA_FORMAT, SERVICE_MARK
from onemachine.lanes import LaneQueue
from onemachine.options import read_service_options
from onemachine.restore import restore
from onemachine.secrets_file import read_secrets

GATEWAY = [
    {"name": "east", "kind": "gateway", "url": "https://a.cn/s", "key": "k"}
]
SMTP = {"kind": "smtp", "host": "a.cn", "port": 465, "sender": "a@a.cn"}
KEPT = {
    "TOKEN_KEYS": {"first": "t" * 48},
    "SECRET": {"first": "s" * 48},
    "PHONE_KEY": {"first": "p" * 48},
    "SMS_PROVIDERS": GATEWAY,
    "MAIL_SERVER": SMTP,
    "OPEN311_KEYS": {},
}


# settings and secrets


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("PUBLIC_URL", "http://chunhui.example.cn"),
        ("PUBLIC_URL", ""),
        ("DATA_DIR", ""),
        ("SECRETS_FILE", ""),
        ("PORT", "８０"),
        ("PORT", "0"),
    ],
)
def test_a_setting_that_is_wrong_or_missing_is_refused(
    tmp_path: Path, name: str, text: str
):
    good = {
        "DATA_DIR": "/tmp/data",
        "SECRETS_FILE": str(secrets_file(tmp_path)),
        "PUBLIC_URL": "https://chunhui.example.cn/",
    }
    assert read_service_options(good).public_url == "https://chunhui.example.cn"
    with pytest.raises(StartRefused, match=name):
        read_service_options({**good, name: text})


def test_all_that_is_missing_is_said_at_once():
    with pytest.raises(StartRefused) as refused:
        read_service_options({"SECRETS_FILE": "/tmp/none.json"})
    said = str(refused.value)
    for name in ("DATA_DIR is missing", "PUBLIC_URL is missing"):
        assert name in said
    assert "/tmp/none.json does not exist: make it by" in said


def secrets_file(folder: Path, mode: int = 0o600, **changed: Any) -> Path:
    file = folder / "secrets.json"
    file.write_text(json.dumps({**KEPT, **changed}))
    file.chmod(mode)
    return file


def test_secrets_are_read_from_a_file_of_mode_0600_alone(tmp_path: Path):
    assert read_secrets(secrets_file(tmp_path)).mail.host == "a.cn"
    for mode in (0o640, 0o604, 0o666):
        with pytest.raises(StartRefused, match="chmod 0600"):
            read_secrets(secrets_file(tmp_path, mode))
    with pytest.raises(StartRefused, match="does not exist"):
        read_secrets(tmp_path / "none.json")


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("SMS_PROVIDERS", [{"name": "console", "kind": "console"}]),
        ("SMS_PROVIDERS", []),
        ("MAIL_SERVER", {"kind": "console"}),
        ("TOKEN_KEYS", {}),
    ],
)
def test_a_console_and_a_missing_key_are_refused(
    tmp_path: Path, name: str, given: Any
):
    with pytest.raises(StartRefused) as refused:
        read_secrets(secrets_file(tmp_path, **{name: given}))
    assert "ssss" not in str(refused.value)


# who asks


@pytest.mark.parametrize(
    ("peer", "named", "address"),
    [
        ("127.0.0.1", "1.2.3.4", "1.2.3.4"),
        ("127.0.0.1", "9.9.9.9, 1.2.3.4", "1.2.3.4"),
        ("127.0.0.1", "nobody", "127.0.0.1"),
        ("127.0.0.1", "", "127.0.0.1"),
        ("10.0.0.7", "1.2.3.4", "10.0.0.7"),
        ("::1", "2001:db8::1", "2001:db8::1"),
    ],
)
def test_only_a_proxy_on_this_machine_names_the_client(
    peer: str, named: str, address: str
):
    given = {"REMOTE_ADDR": peer, "HTTP_X_FORWARDED_FOR": named}
    assert client_address(given) == address


# the folder


def test_no_demonstration_clears_a_street_in_service(tmp_path: Path):
    StreetFolder(tmp_path).prepare()
    (tmp_path / STORE).write_text("rows")
    with pytest.raises(StartRefused, match="holds a street in service"):
        DataFolder(tmp_path).prepare()
    assert (tmp_path / STORE).read_text() == "rows"


def test_a_demo_street_and_another_format_are_not_served(tmp_path: Path):
    (tmp_path / "seeded").write_text(DATA_FORMAT)
    with pytest.raises(StartRefused, match="demo street"):
        StreetFolder(tmp_path).prepare()
    (tmp_path / "seeded").unlink()
    (tmp_path / SERVICE_MARK).write_text("1\n")
    with pytest.raises(StartRefused, match="format 1"):
        StreetFolder(tmp_path).prepare()


# lanes


def job(id: str, shard: str = "s0") -> ScheduledJob:
    command = Command(id=id, name="retain", subject="x")
    return ScheduledJob(job=command, at=SystemClock().now(), shard=shard)


def test_a_row_stays_until_its_job_is_done_and_nobody_waits():
    gate, finished = threading.Event(), []

    def work(entry: ScheduledJob) -> None:
        assert gate.wait(10)

    one_by_one = InlineQueue(work, lambda entry: None, SystemClock())
    lanes = LaneQueue(
        one_by_one, lambda entry: Lane.URGENT, finished.append, log
    )
    entry = job("due_a")
    assert lanes.enqueue([entry]) == set()
    assert lanes.enqueue([entry]) == set(), "it has begun already"
    assert finished == []
    gate.set()
    lanes.close()
    assert finished == [entry]


def test_a_job_that_fails_keeps_its_row_and_one_without_waits_for_the_sweep():
    finished: list[ScheduledJob] = []

    def work(entry: ScheduledJob) -> None:
        raise ValueError(entry.id)

    one_by_one = InlineQueue(work, lambda entry: None, SystemClock())
    lanes = LaneQueue(one_by_one, lambda entry: Lane.BULK, finished.append, log)
    lanes.enqueue([job("due_a")])
    assert not lanes.wake.is_set()
    lanes.enqueue([job("due_b", shard="")])
    assert lanes.wake.is_set()
    lanes.close()
    assert finished == []


# backups


@pytest.fixture
def street(tmp_path: Path) -> Path:
    """A folder in service with a small store and a photo."""
    folder = tmp_path / "data"
    folder.mkdir()
    StreetFolder(folder).prepare()
    with closing(sqlite3.connect(folder / STORE)) as store:
        store.execute("CREATE TABLE _tables (table_name TEXT)")
        store.execute("CREATE TABLE 'chunhui-due' (pk TEXT)")
        store.execute("INSERT INTO _tables VALUES ('chunhui-due')")
        store.execute("INSERT INTO 'chunhui-due' VALUES ('a')")
        store.commit()
    photos = folder / "uploads" / "photos"
    photos.mkdir(parents=True)
    (photos / "upl_a.jpg").write_bytes(b"photo")
    (photos / ".upl_b.jpg.1").write_bytes(b"half a photo")
    return folder


def test_a_backup_is_private_whole_and_without_halves(street: Path):
    done = back_up(street, street.parent / "backups", 14)
    manifest = json.loads((done / MANIFEST).read_text())
    assert manifest["rows"] == {"chunhui-due": 1}
    assert set(manifest["files"]) == {STORE, "uploads/photos/upl_a.jpg"}
    assert done.stat().st_mode & 0o077 == 0


def test_the_newest_backups_are_kept(street: Path):
    to = street.parent / "backups"
    for day in range(10, 16):
        old = to / f"chunhui-202001{day}T000000Z"
        old.mkdir(parents=True)
        (old / MANIFEST).write_text("{}")
    (to / "chunhui-20200101T000000Z.partial").mkdir()
    done = back_up(street, to, 3)
    names = [path.name for path in newest_first(to)]
    assert names == [
        done.name,
        "chunhui-20200115T000000Z",
        "chunhui-20200114T000000Z",
    ]
    assert len(list(to.iterdir())) == 3


@pytest.mark.parametrize("name", [STORE, "uploads/photos/upl_a.jpg"])
def test_a_damaged_backup_is_not_restored(street: Path, name: str):
    done = back_up(street, street.parent / "backups", 14)
    data = bytearray((done / name).read_bytes())
    data[-1] ^= 1
    (done / name).write_bytes(data)
    with pytest.raises(BackupFailed, match="is damaged"):
        restore(done, street.parent / "new")
    assert not (street.parent / "new").exists()


def test_a_folder_with_data_is_not_restored_over(street: Path):
    done = back_up(street, street.parent / "backups", 14)
    with pytest.raises(BackupFailed, match="is not empty"):
        restore(done, street)


def test_a_folder_that_is_not_in_service_is_not_backed_up(tmp_path: Path):
    with pytest.raises(BackupFailed, match="no street in service"):
        back_up(tmp_path, tmp_path / "backups", 14)
    assert not (tmp_path / "backups").exists()
