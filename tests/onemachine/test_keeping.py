"""Schedules, upkeep and health of a street in service, without its server."""

import json
import os
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from chalice.app import Chalice

from app import app
from chalicelib.kernel.clock import SystemClock, TestClock, to_text
from chalicelib.runtime import log
from chalicelib.store.counters import Counters
from chalicelib.store.tables import COUNTER
from onemachine import timekeeper
from onemachine.lanes import LaneQueue
from onemachine.scan import scan_items
from onemachine.schedules import schedules_of
from onemachine.service import health_of
from onemachine.timekeeper import Timekeeper
from onemachine.upkeep import Upkeep, remove_expired_rows

from ..world import World

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
NIGHTLY = ["audit", "check_ladders", "seal_months"]


@dataclass
class Calls:
    """The app with functions that only note their calls; some fail."""

    broken: set[str] = field(default_factory=set)
    called: list[str] = field(default_factory=list)
    arrived: list[str] = field(default_factory=list)

    @property
    def event_sources(self) -> list[Any]:
        return app.event_sources

    @property
    def handler_map(self) -> dict[str, Any]:
        names = (*schedules_of(app), "clean_photo")
        return {name: self._function(name) for name in names}

    def _function(self, name: str) -> Any:
        def function(event: Any, context: Any) -> None:
            self.called.append(name)
            if name == "clean_photo":
                self.arrived += _keys(event)
            if name in self.broken:
                raise ConnectionError(name)

        return function


def _keys(event: Any) -> list[str]:
    body = json.loads(event["Records"][0]["body"])
    return [record["s3"]["object"]["key"] for record in body["Records"]]


def keeper(calls: Calls, clock: TestClock, folder: Path) -> Timekeeper:
    """Return a timekeeper as after a start."""
    queue = cast("LaneQueue", None)
    named = cast("Chalice", calls)
    return Timekeeper(named, queue, clock, log, folder / "runs.json")


def kept_from(folder: Path, at: datetime) -> None:
    names = (*NIGHTLY, "match_wishes")
    runs = {name: to_text(at) for name in names}
    (folder / "runs.json").write_text(json.dumps(runs))


# schedules


@pytest.mark.parametrize("nights", [1, 3])
def test_missed_nights_are_made_up_once_at_the_start(
    tmp_path: Path, nights: int
):
    kept_from(tmp_path, NOON - timedelta(days=nights))
    calls, clock = Calls(), TestClock(NOON)
    keeper(calls, clock, tmp_path).run_schedules()
    assert sorted(calls.called) == [*NIGHTLY[:2], "match_wishes", NIGHTLY[2]]
    clock.advance(timedelta(seconds=5))
    keeper(calls, clock, tmp_path).run_schedules()
    assert len(calls.called) == 4, "a second start runs nothing twice"


def test_a_night_that_was_not_missed_waits_for_its_time(tmp_path: Path):
    kept_from(tmp_path, NOON - timedelta(minutes=1))
    calls, clock = Calls(), TestClock(NOON)
    opened = keeper(calls, clock, tmp_path)
    opened.run_schedules()
    assert calls.called == []
    clock.move_to(NOON.replace(hour=18, minute=31))
    opened.run_schedules()
    assert sorted(calls.called) == ["audit", "match_wishes"]


def test_the_first_night_counts_from_the_first_start(tmp_path: Path):
    clock = TestClock(NOON)
    first = keeper(Calls(), clock, tmp_path)
    _start_without_threads(first)
    clock.advance(timedelta(days=1))
    calls = Calls()
    keeper(calls, clock, tmp_path).run_schedules()
    assert set(NIGHTLY) <= set(calls.called)


def _start_without_threads(opened: Timekeeper) -> None:
    opened._threads = []
    opened.start()


def test_a_schedule_that_fails_rests_and_hinders_no_other(tmp_path: Path):
    kept_from(tmp_path, NOON - timedelta(days=1))
    calls, clock = Calls(broken={"audit"}), TestClock(NOON)
    opened = keeper(calls, clock, tmp_path)
    opened.run_schedules()
    opened.run_schedules()
    assert calls.called.count("audit") == 1
    assert calls.called.count("seal_months") == 1
    calls.broken.clear()
    clock.advance(timedelta(minutes=1))
    opened.run_schedules()
    assert calls.called.count("audit") == 2
    assert opened.late(clock.now()) == []


def test_runs_that_cannot_be_kept_end_no_thread(tmp_path: Path):
    kept_from(tmp_path, NOON - timedelta(days=1))
    calls = Calls()
    opened = keeper(calls, TestClock(NOON), tmp_path)
    (tmp_path / "runs.new").mkdir()  # as a full disk does: no file is opened
    opened.run_schedules()
    opened.run_schedules()
    assert len(calls.called) == 4


@pytest.mark.parametrize("text", ["", "[]", '{"audit": 3}', '{"audit": "x"}'])
def test_runs_that_cannot_be_read_do_not_hinder_a_start(
    tmp_path: Path, text: str
):
    (tmp_path / "runs.json").write_text(text)
    opened = keeper(Calls(), TestClock(NOON), tmp_path)
    assert opened.late(NOON + timedelta(days=1))


def test_a_clock_that_was_ahead_stops_no_schedule(tmp_path: Path):
    kept_from(tmp_path, NOON + timedelta(days=365))
    opened = keeper(Calls(), TestClock(NOON), tmp_path)
    assert set(opened.late(NOON + timedelta(days=1))) >= set(NIGHTLY)


# health


def test_health_names_what_is_late_and_never_fails_by_itself(tmp_path: Path):
    kept_from(tmp_path, NOON)
    opened = keeper(Calls(), TestClock(NOON), tmp_path)
    now = SystemClock().now()
    opened.swept_at = now
    found = health_of(lambda: None, opened)
    assert found["schedules"].startswith("late: ")
    assert "audit" in found["schedules"]
    assert (found["status"], found["store"]) == ("failing", "ok")
    opened._ran_at = dict.fromkeys(opened._ran_at, now)
    assert health_of(lambda: None, opened)["status"] == "ok"
    waiting = now - timedelta(minutes=6)
    assert health_of(lambda: waiting, opened)["jobs"] == "late"
    gone = health_of(_no_answer, opened)
    assert (gone["status"], gone["store"]) == ("failing", "no answer")


def _no_answer() -> None:
    raise TimeoutError


def test_a_store_that_does_not_answer_is_lost_after_a_minute(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    seconds = [0.0]
    monkeypatch.setattr(timekeeper.time, "monotonic", lambda: seconds[0])
    calls = Calls(broken={"sweep"})
    opened = keeper(calls, TestClock(NOON), tmp_path)
    seconds[0] = 59
    opened.sweep()
    assert not opened.is_lost
    seconds[0] = 61
    assert opened.is_lost
    calls.broken.clear()
    opened.sweep()
    assert not opened.is_lost


# upkeep


def upkeep(world: World, calls: Calls, files: Path) -> Upkeep:
    return Upkeep(cast("Chalice", calls), world.services, world.clock, files)


def aged(world: World, file: Path, age: timedelta) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"x")
    at = (world.clock.now() - age).timestamp()
    os.utime(file, (at, at))
    return file


def test_photos_that_a_crash_left_are_cleaned_after_a_minute(
    world: World, tmp_path: Path
):
    minute = timedelta(minutes=1, seconds=1)
    aged(world, tmp_path / "incoming" / "upl_left", minute)
    aged(world, tmp_path / "incoming" / "upl_new", timedelta(seconds=30))
    aged(world, tmp_path / "incoming" / ".upl_half.7", minute)
    aged(world, tmp_path / "photos" / "upl_done.jpg", minute)
    calls = Calls()
    assert upkeep(world, calls, tmp_path).clean_again() == 1
    assert calls.arrived == ["incoming/upl_left"]


def test_files_live_as_long_as_in_the_bucket(world: World, tmp_path: Path):
    day, more = timedelta(days=1), timedelta(minutes=1)
    gone = [
        aged(world, tmp_path / "incoming" / "upl_a", day + more),
        aged(world, tmp_path / "exports" / "o" / "a.csv", 8 * day + more),
        aged(world, tmp_path / "photos" / ".upl_a.jpg.7", day + more),
    ]
    kept = [
        aged(world, tmp_path / "incoming" / "upl_b", day - more),
        aged(world, tmp_path / "exports" / "o" / "b.csv", 8 * day - more),
        aged(world, tmp_path / "photos" / ".upl_b.jpg.7", day - more),
        aged(world, tmp_path / "photos" / "upl_c.jpg", 400 * day),
    ]
    assert upkeep(world, Calls(), tmp_path).remove_files() == len(gone)
    assert not [file for file in gone if file.exists()]
    assert all(file.exists() for file in kept)


def test_rows_past_their_time_are_deleted_and_no_others(world: World):
    store, now = world.services.core.store, world.clock.now()
    for subject, seconds in (("old", -1), ("live", 60)):
        expires = now + timedelta(seconds=seconds)
        Counters(world.services.core.store).try_add(subject, "n", 1, expires)
    before = _subjects(world)
    assert {"old", "live"} <= before
    assert remove_expired_rows(store, world.clock) >= 1
    assert _subjects(world) & {"old", "live"} == {"live"}
    assert remove_expired_rows(store, world.clock) == 0


def test_a_row_that_is_renewed_meanwhile_stays(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    store, now = world.services.core.store, world.clock.now()
    counters = Counters(world.services.core.store)
    counters.try_add("old", "n", 1, now - timedelta(seconds=1))
    delete = store.connection.delete_item

    def renew_first(*given: Any, **more: Any) -> Any:
        counters.try_add("old", "n", 1, now + timedelta(hours=1))
        return delete(*given, **more)

    monkeypatch.setattr(store.connection, "delete_item", renew_first)
    remove_expired_rows(store, world.clock)
    assert "old" in _subjects(world)


def _subjects(world: World) -> set[str]:
    store = world.services.core.store
    return {item["pk"]["S"] for item in scan_items(store, COUNTER.table)}


def test_upkeep_runs_each_minute_and_day_and_survives_a_failure(
    world: World, tmp_path: Path
):
    stale = aged(world, tmp_path / "incoming" / "upl_a", timedelta(days=2))
    calls = Calls(broken={"clean_photo"})
    work = upkeep(world, calls, tmp_path)
    with pytest.raises(ConnectionError):
        work.run()
    work.run()
    assert not stale.exists(), "the work of the day is done the next time"
    aged(world, tmp_path / "incoming" / "upl_b", timedelta(days=2))
    work.run()
    assert calls.arrived == ["incoming/upl_a"], "once in a minute"
