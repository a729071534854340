"""Opening the local server."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from botocore.client import BaseClient

from chalicelib.kernel.ids import derived_id
from chalicelib.people.repository import PERSON
from chalicelib.store.table import SK
from devserver import run
from devserver.data_folder import DataFolder
from devserver.options import read_options
from devserver.run import by_day, open_local_server
from onemachine.errors import StartRefused
from onemachine.scan import scan

from ..store.scan import save_all

NIGHT = datetime(
    2026, 12, 31, 15, 59, tzinfo=UTC
)  # a minute to midnight in Shanghai
MORNING = datetime(2027, 1, 1, 1, 10, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _environment() -> Iterator[None]:
    with mock.patch.dict(os.environ):
        yield


def test_messages_of_the_seeding_are_dropped_and_timers_stay(
    tmp_path: Path,
) -> None:
    with open_local_server(tmp_path / "data", "memory", NIGHT) as local:
        local.pump.move_to(NIGHT + timedelta(hours=10))
        kinds = {letter.kind for letter in local.mailbox.read()}
        assert kinds == {"offer.made", "queue.waiting_staff"}
        assert local.services.core.outbox.next_at() is not None


def test_a_street_opened_at_night_begins_in_the_morning() -> None:
    assert by_day(NIGHT) == MORNING
    assert by_day(NIGHT - timedelta(hours=4)) is None


def test_each_slow_step_of_the_start_is_reported(tmp_path: Path) -> None:
    steps: list[str] = []
    with open_local_server(tmp_path / "data", "memory", report=steps.append):
        pass
    assert steps == ["seeding the demo street (about 5 s)"]


# options


def refusal(**environment: str) -> str:
    with pytest.raises(StartRefused) as refused:
        read_options(environment)
    return str(refused.value)


@pytest.mark.parametrize(
    "port", ["abc", "0", "65536", "-1", "8e3", "８０", "9" * 6000]
)
def test_a_port_that_is_no_number_is_refused(port: str) -> None:
    assert refusal(PORT=port).startswith(
        "PORT is a number from 1 to 65535, not "
    )


@pytest.mark.parametrize(
    "start", ["tomorrow", "2026-13-01", "0001-01-01", "9999-12-31"]
)
def test_a_clock_start_that_is_no_instant_is_refused(start: str) -> None:
    assert refusal(CLOCK_START=start).startswith("CLOCK_START is an instant")


def test_an_unknown_store_is_refused() -> None:
    assert refusal(STORE="disk") == "STORE is embedded or memory, not 'disk'."


@pytest.mark.parametrize(
    "start",
    ["2027-01-01T09:10:00+08:00", "2027-01-01T01:10:00Z", "2027-01-01 09:10"],
)
def test_a_clock_start_without_an_offset_is_shanghais_time(start: str) -> None:
    assert read_options({"CLOCK_START": start}).start == MORNING


def test_empty_options_are_the_defaults() -> None:
    options = read_options(
        {"PORT": "", "STORE": "", "DATA_DIR": "", "CLOCK_START": ""}
    )
    assert (options.port, options.store, options.start) == (
        8000,
        "embedded",
        None,
    )
    assert options.folder == Path(".local").resolve()
    assert options.public_url == "http://127.0.0.1:8000"


# the folder


def refusal_of(folder: Path) -> str:
    with pytest.raises(StartRefused) as refused:
        DataFolder(folder).create()
    return str(refused.value)


@pytest.mark.parametrize("below", ["", "sub"])
def test_a_data_dir_that_is_a_file_is_refused(
    tmp_path: Path, below: str
) -> None:
    file = tmp_path / "file"
    file.write_text("")
    assert refusal_of(file / below).startswith(
        "DATA_DIR is a file, or is below one"
    )


@pytest.mark.skipif(not Path("/proc").exists(), reason="Linux only")
@pytest.mark.parametrize("folder", ["/proc", "/proc/chunhui"])
def test_a_data_dir_that_is_not_writable_is_refused(folder: str) -> None:
    assert refusal_of(Path(folder)).startswith(
        "DATA_DIR cannot be written to: /proc"
    )


def test_a_folder_in_use_is_refused_and_free_again_afterwards(
    tmp_path: Path,
) -> None:
    with (
        DataFolder(tmp_path).locked(),
        pytest.raises(StartRefused, match="is in use by another local server"),
        DataFolder(tmp_path).locked(),
    ):
        pass
    with DataFolder(tmp_path).locked():
        pass


def test_data_of_another_version_is_refused(tmp_path: Path) -> None:
    (tmp_path / "seeded").write_text("1\n")
    with pytest.raises(StartRefused, match="data of another version"):
        DataFolder(tmp_path).prepare()


def test_a_seeding_that_was_cut_off_is_cleared_away(tmp_path: Path) -> None:
    (tmp_path / "uploads").mkdir()
    for name in ("store.db", "store.db-wal", "mailbox.jsonl", "clock.json"):
        (tmp_path / name).write_text("{}")
    (tmp_path / "secrets.json").write_text("{}")
    DataFolder(tmp_path).prepare()
    assert [path.name for path in tmp_path.iterdir()] == ["secrets.json"]


@pytest.mark.embedded
def test_a_start_after_the_folders_clock_moves_it_and_one_before_is_refused(
    tmp_path: Path,
) -> None:
    later = MORNING + timedelta(days=1)
    with open_local_server(tmp_path, "embedded", MORNING):
        pass
    with open_local_server(tmp_path, "embedded", later) as local:
        assert local.clock.now() >= later
    with (
        pytest.raises(StartRefused, match="the clock never moves back"),
        open_local_server(tmp_path, "embedded", MORNING + timedelta(hours=1)),
    ):
        pass
    with open_local_server(tmp_path, "embedded", MORNING) as local:
        assert local.clock.now() >= later, "the same command again is a restart"


# what a start asks of the store


@contextmanager
def asked() -> Iterator[list[str]]:
    """Collect the operations of every client meanwhile."""
    operations: list[str] = []
    plain = BaseClient._make_api_call

    def watched(self: Any, operation: str, kwargs: dict[str, Any]) -> Any:
        operations.append(operation)
        return plain(self, operation, kwargs)

    with mock.patch.object(BaseClient, "_make_api_call", watched):
        yield operations


def start_on(folder: Path) -> list[str]:
    """Start on a folder, look once for what is due; return what both asked of the store."""
    ticks = mock.patch.object(run, "_ticking", return_value=nullcontext())
    with (
        ticks,
        asked() as operations,
        open_local_server(folder, "embedded") as local,
    ):
        local.pump.run_due()
    return [name for name in operations if name != "CreateTable"]


def settle(folder: Path) -> None:
    """Start and let the jobs of the seeding run."""
    with open_local_server(folder, "embedded", MORNING) as local:
        local.pump.move_to(local.clock.now() + timedelta(hours=1))


def more_people(folder: Path, number: int) -> None:
    """Write volunteers, with their rows in lists."""
    with open_local_server(folder, "embedded") as local:
        people = scan(local.services.core.store, PERSON, SK == "person")
        one = next(person for person in people if person.volunteer)
        ids = [derived_id("per", str(n)) for n in range(number)]
        save_all(replace(one, id=id) for id in ids)


@pytest.mark.embedded
def test_a_start_asks_only_for_what_is_due_however_many_people_there_are(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "data"
    settle(folder)
    few = start_on(folder)
    more_people(folder, 300)
    many = start_on(folder)
    assert len(many) == len(few) <= 20
    assert set(many) == {"Query"}
