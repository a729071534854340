"""The process that `make run` starts: each refusal is one sentence and exit code 1."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from devserver.data_folder import DATA_FORMAT, DataFolder

from ..journeys.server import ROOT, free_port

pytestmark = pytest.mark.slow


def start(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    options = {
        "PORT": str(free_port()),
        "DATA_DIR": str(folder),
        "STORE": "memory",
    }
    return subprocess.run(
        [sys.executable, "local.py"],
        cwd=ROOT,
        env=os.environ | {"CLOCK_START": ""} | options | environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def assert_refused(ended: subprocess.CompletedProcess[str], text: str) -> None:
    assert ended.returncode == 1
    assert text in ended.stderr
    assert ended.stderr.count("\n") == 1, ended.stderr
    assert ended.stderr.endswith(".\n")
    assert ended.stdout == ""


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_a_busy_port_is_one_sentence(tmp_path: Path, taken_port: int):
    ended = start(tmp_path, PORT=str(taken_port))
    assert_refused(ended, f"Port {taken_port} is in use by another program")


@pytest.mark.parametrize(
    ("option", "value", "text"),
    [
        ("PORT", "http", "PORT is a number"),
        ("CLOCK_START", "yesterday", "CLOCK_START is an instant"),
        ("STORE", "disk", "STORE is embedded or memory"),
        ("DATA_DIR", __file__, "DATA_DIR is a file"),
    ],
)
def test_a_bad_option_is_one_sentence(
    tmp_path: Path, option: str, value: str, text: str
):
    assert_refused(start(tmp_path, **{option: value}), text)


@pytest.mark.embedded
def test_a_folder_in_use_is_one_sentence(tmp_path: Path):
    with DataFolder(tmp_path).locked():
        ended = start(tmp_path, STORE="embedded")
    assert_refused(ended, "is in use by another local server")


@pytest.mark.embedded
def test_a_clock_start_that_has_passed_is_one_sentence(tmp_path: Path):
    (tmp_path / "seeded").write_text(DATA_FORMAT)
    (tmp_path / "clock.json").write_text('{"shift": 864000}')
    ended = start(tmp_path, STORE="embedded", CLOCK_START="2026-01-01T08:00")
    assert_refused(ended, "the clock never moves back")
