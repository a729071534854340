"""The movable clock, and the pump that runs what is due under it."""

from datetime import UTC, datetime, timedelta

import pytest

from app import app
from chalicelib.kernel.clock import SystemClock
from devserver.clock import ShiftedClock
from devserver.dev import DevServer
from devserver.pump import Pump
from onemachine.schedules import read_schedule

from ..store.scan import scheduled
from ..world import START, World, gateway
from .requests import call, server


def test_the_clock_moves_forward_by_seconds_or_to_an_instant(world: World):
    local = server(world)
    _, moved = call(local, "POST", "/dev/clock", {"advance": 90})
    assert moved == {"now": "2026-11-23T00:41:30Z", "ran": {}}
    _, moved = call(
        local, "POST", "/dev/clock", {"now": "2026-11-24T00:00:00Z"}
    )
    assert moved["now"] == "2026-11-24T00:00:00Z"
    assert world.clock.now() == datetime(2026, 11, 24, tzinfo=UTC)


def test_an_instant_of_another_zone_is_answered_in_utc(world: World):
    clock = ShiftedClock(start=START)
    pump = Pump(app, world.services.container, clock)
    container = world.services.container
    local = DevServer(gateway, container, world.mailbox, clock, pump)
    instant = {"now": "2026-11-24T08:00:00+08:00"}
    _, moved = call(local, "POST", "/dev/clock", instant)
    assert moved["now"] == "2026-11-24T00:00:00Z"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"advance": -1},
        {"now": "2026-11-22T00:00:00Z"},
        {"now": "2027-01-01"},
        {"now": "9999-12-31T23:59:59Z"},
        {"now": "0001-01-01T00:00:00+14:00"},
        {"advance": 401 * 86400},
        {"advance": "soon"},
        {"advance": 1, "now": "2027-01-01T00:00:00Z"},
        {"back": 1},
    ],
)
def test_a_move_back_too_far_or_with_two_targets_is_refused(world: World, body):
    assert call(server(world), "POST", "/dev/clock", body)[0] == 422
    assert world.clock.now() == START


def test_moving_the_clock_runs_jobs_at_their_instants(world: World):
    resident = world.resident()
    resident.post("/v1/wishes", world.wish_body())
    status, answer = call(
        server(world), "POST", "/dev/clock", {"advance": 31 * 86400}
    )
    assert status == 200
    assert answer["ran"]["sweep"] >= 1
    (letter,) = world.sms_to(resident.me["phone"], "wish.expired")
    assert letter.sent_at < START + timedelta(days=30, minutes=2)


def test_the_pump_route_runs_only_jobs_that_are_due(world: World):
    world.resident().post("/v1/wishes", world.wish_body())
    assert call(server(world), "POST", "/dev/pump") == (
        200,
        {"now": "2026-11-23T00:40:00Z", "ran": {}},
    )
    world.clock.advance(timedelta(days=30))
    assert call(server(world), "POST", "/dev/pump")[1]["ran"]["sweep"] >= 1
    assert [due.kind for due in scheduled()] == []


def test_a_shifted_clock_ticks_ahead_of_the_machine():
    clock = ShiftedClock(start=START)
    first = clock.now()
    assert START <= first < START + timedelta(seconds=10)
    assert clock.now() >= first
    clock.move_to(START - timedelta(days=1))
    assert clock.now() >= first
    clock.move_to(START + timedelta(days=1))
    moved = START + timedelta(days=1)
    assert moved <= clock.now() < moved + timedelta(seconds=10)


def test_a_moved_clock_is_remembered_over_a_restart(tmp_path):
    file = tmp_path / "clock.json"
    ShiftedClock(file, START).move_to(START + timedelta(days=3))
    again = ShiftedClock(file, START)
    reached = START + timedelta(days=3)
    assert reached <= again.now() < reached + timedelta(minutes=1)
    assert [path.name for path in tmp_path.iterdir()] == ["clock.json"]


def test_a_clock_without_a_start_shows_the_machines_time():
    machine = SystemClock().now()
    assert abs(ShiftedClock().now() - machine) < timedelta(seconds=1)


def test_the_clock_can_be_read_in_utc_and_in_shanghais_time(world: World):
    assert call(server(world), "GET", "/dev/clock") == (
        200,
        {"now": "2026-11-23T00:40:00Z", "local": "2026-11-23T08:40:00+08:00"},
    )


def test_a_move_that_takes_too_long_says_how_far_it_came(world: World):
    world.resident().post("/v1/wishes", world.wish_body())
    container, pump = world.services.container, world.pump
    local = DevServer(
        gateway, container, world.mailbox, world.clock, pump, max_move_seconds=0
    )
    target = {"now": "2026-12-24T00:40:00Z"}
    status, moved = call(local, "POST", "/dev/clock", target)
    assert (status, moved["reached"], moved["target"]) == (
        200,
        False,
        target["now"],
    )
    assert moved["now"] < target["now"]
    _, moved = call(server(world), "POST", "/dev/clock", target)
    assert "reached" not in moved
    assert moved["now"] == target["now"]
    assert scheduled() == []


@pytest.mark.parametrize("seconds", [0, 0.02])
def test_a_move_in_parts_runs_the_same_jobs_at_the_same_instants(
    world: World, monkeypatch, seconds: float
):
    seen = []
    on_timer = world.services.wish_jobs.wake_wish

    def note(*args: object) -> None:
        seen.append(world.clock.now())
        on_timer(*args)

    monkeypatch.setattr(world.services.wish_jobs, "wake_wish", note)
    world.resident().post("/v1/wishes", world.wish_body(needed_by="2027-03-01"))
    target = START + timedelta(days=31)
    for _ in range(100):
        world.pump.move_to(target, seconds)
        if world.clock.now() == target:
            break
        world.pump.move_to(world.clock.now() + timedelta(days=1))
    assert seen == [START + timedelta(days=30)]


# the pump


def test_the_pump_stops_at_each_instant_at_which_something_is_due(
    world: World, monkeypatch
):
    seen = []
    wake = world.services.wish_jobs.wake_wish
    monkeypatch.setattr(
        world.services.wish_jobs,
        "wake_wish",
        lambda *args: (seen.append(world.clock.now()), wake(*args)),
    )
    resident = world.resident()
    for minutes in (0, 10, 25):
        world.clock.move_to(START + timedelta(minutes=minutes))
        resident.post(
            "/v1/wishes",
            world.wish_body(title=f"心愿{minutes}", needed_by="2027-03-01"),
        )
    world.pass_time(days=40)
    assert seen == [
        START + timedelta(days=30, minutes=minutes) for minutes in (0, 10, 25)
    ]
    assert world.clock.now() == START + timedelta(days=40, minutes=25)


def test_a_month_with_nothing_due_is_passed_in_one_step(world: World):
    ran = world.pass_time(days=30)
    # Each night begins retention, which the next sweep finds; nothing else is due.
    assert set(ran) == {"audit", "match_wishes", "seal_months", "sweep"}
    assert ran["audit"] == ran["sweep"] == 30


def test_a_job_that_keeps_failing_does_not_hold_the_clock(
    world: World, monkeypatch
):
    def fail(*args: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(world.services.wish_jobs, "wake_wish", fail)
    world.resident().post("/v1/wishes", world.wish_body())
    world.pass_time(days=30, minutes=1)
    assert world.clock.now() == START + timedelta(days=30, minutes=1)
    assert [due.kind for due in scheduled()] == [
        "timer.wish"
    ]  # it stays until it can be done
    monkeypatch.undo()
    assert (
        world.pass_time(minutes=2)["sweep"] >= 1
    )  # what has failed three times rests for 80 seconds
    assert scheduled() == []


@pytest.mark.parametrize(
    ("rate", "seconds"),
    [
        ("rate(1 minute)", 60),
        ("rate(5 minutes)", 300),
        ("rate(2 hours)", 7200),
        ("rate(1 day)", 86400),
    ],
)
def test_the_pump_knows_the_rates_that_schedules_use(rate, seconds):
    assert read_schedule(rate).next_after(START) == START + timedelta(
        seconds=seconds
    )


def test_the_pump_knows_daily_schedules():
    nightly = read_schedule("cron(30 18 * * ? *)")
    first = datetime(2026, 11, 23, 18, 30, tzinfo=UTC)
    assert nightly.next_after(START) == first
    assert nightly.next_after(first) == first + timedelta(days=1)


def test_an_unknown_schedule_is_refused():
    with pytest.raises(NotImplementedError):
        read_schedule("cron(0 8 1 * ? *)")


def test_the_pump_runs_every_schedule_that_the_app_declares(world: World):
    declared = {
        source.name
        for source in app.event_sources
        if hasattr(source, "schedule_expression")
    }
    pump = Pump(app, world.services.container, world.clock)
    assert pump.functions == declared
