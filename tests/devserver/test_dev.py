"""The local server's own routes, its clock and its pump."""

import json
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest

from app import app
from chalicelib.adapters.console import DevMailbox
from devserver.clock import ShiftedClock
from devserver.dev import DevServer
from devserver.pump import Pump, _timer

from ..store.scan import scheduled
from ..world import START, World, gateway

NUMBER = "+8613811112222"


def server(world: World) -> DevServer:
    return DevServer(gateway, world.services, world.mailbox, world.clock, world.pump)


def call(server: DevServer, method: str, target: str, body: object = None):
    content = json.dumps(body).encode() if body is not None else b""
    headers = {"content-type": "application/json"} if content else {}
    status, answered, text = server.handle(
        method, target, headers, content, "127.0.0.1"
    )
    kind = dict(answered).get("Content-Type", "")
    return status, json.loads(text) if "json" in kind else text.decode()


def put(world: World, number: int) -> None:
    for n in range(number):
        world.mailbox.put(
            NUMBER if n % 2 == 0 else "a@example.com",
            "sms",
            f"第{n}条<b>",
            "code.sign_in",
        )
        world.clock.advance(timedelta(minutes=1))


def test_messages_are_listed_newest_first_with_everything_about_them(world: World):
    put(world, 3)
    status, answer = call(server(world), "GET", "/dev/messages")
    assert status == 200
    assert [item["text"] for item in answer["items"]] == [
        "第2条<b>",
        "第1条<b>",
        "第0条<b>",
    ]
    assert set(answer["items"][0]) == {"id", "to", "channel", "text", "kind", "sent_at"}
    assert datetime.fromisoformat(answer["items"][2]["sent_at"]) == START


@pytest.mark.parametrize("form", [NUMBER, quote(NUMBER)])
def test_messages_to_somebody(world: World, form):
    put(world, 3)
    _, answer = call(server(world), "GET", f"/dev/messages?to={form}")
    assert [item["text"] for item in answer["items"]] == ["第2条<b>", "第0条<b>"]


@pytest.mark.parametrize(
    "after",
    [
        "2026-11-23T00:41:00Z",
        "2026-11-23T08:41:00%2B08:00",
        "2026-11-23T08:41:00+08:00",
    ],
)
def test_messages_since_an_instant(world: World, after):
    put(world, 3)
    _, answer = call(server(world), "GET", f"/dev/messages?after={after}")
    assert [item["text"] for item in answer["items"]] == ["第2条<b>", "第1条<b>"]


@pytest.mark.parametrize("after", ["yesterday", "2026-11-23T00:41:00"])
def test_an_instant_that_is_none_is_a_problem(world: World, after):
    put(world, 1)
    assert call(server(world), "GET", f"/dev/messages?after={after}")[0] == 422


def test_the_mailbox_is_a_page_that_shows_messages_and_runs_none_of_them(world: World):
    put(world, 2)
    status, page = call(server(world), "GET", "/dev/mailbox")
    assert status == 200
    assert "第1条&lt;b&gt;" in page
    assert "<b>" not in page
    assert (
        "a@example.com"
        not in call(server(world), "GET", f"/dev/mailbox?to={quote(NUMBER)}")[1]
    )


def test_everything_else_goes_to_the_house(world: World):
    assert call(server(world), "GET", "/healthz") == (200, {"status": "ok"})
    assert call(server(world), "GET", "/dev/nothing")[0] == 404
    assert call(server(world), "PUT", "/dev/clock")[0] in (404, 405)


# what is written back


def test_somebody_writes_back_and_her_answer_counts(world: World):
    resident, helper = world.resident(), world.volunteer()
    wish = world.open_wish(resident)
    assert helper.post(f"/v1/wishes/{wish}/claim").status == 200
    assert helper.post(f"/v1/wishes/{wish}/deliver", {}).status == 200
    assert (
        call(
            server(world),
            "POST",
            "/dev/reply",
            {"from": resident.me["phone"], "text": "1"},
        )[0]
        == 200
    )
    assert resident.get(f"/v1/wishes/{wish}").json["state"] == "fulfilled"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"from": "nobody", "text": "1"},
        {"from": NUMBER},
        {"from": NUMBER, "text": ""},
    ],
)
def test_a_reply_that_is_none_is_a_problem(world: World, body):
    assert call(server(world), "POST", "/dev/reply", body)[0] == 422


# the clock


def test_the_clock_moves_forward_by_seconds_or_to_an_instant(world: World):
    house = server(world)
    assert (
        call(house, "POST", "/dev/clock", {"advance": 90})[1]["now"]
        == "2026-11-23T00:41:30Z"
    )
    assert (
        call(house, "POST", "/dev/clock", {"now": "2026-11-24T00:00:00Z"})[1]["now"]
        == "2026-11-24T00:00:00Z"
    )
    assert world.clock.now() == datetime(2026, 11, 24, tzinfo=UTC)


def test_an_instant_of_another_zone_is_answered_in_utc(world: World):
    clock = ShiftedClock(start=START)
    house = DevServer(
        gateway,
        world.services,
        world.mailbox,
        clock,
        Pump(app, world.services.container, clock),
    )
    assert (
        call(house, "POST", "/dev/clock", {"now": "2026-11-24T08:00:00+08:00"})[1][
            "now"
        ]
        == "2026-11-24T00:00:00Z"
    )


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"advance": -1},
        {"now": "2026-11-22T00:00:00Z"},
        {"now": "2027-01-01"},
        {"advance": 1, "now": "2027-01-01T00:00:00Z"},
        {"back": 1},
    ],
)
def test_the_clock_never_moves_back_and_takes_one_way_of_saying_it(world: World, body):
    assert call(server(world), "POST", "/dev/clock", body)[0] == 422
    assert world.clock.now() == START


def test_moving_the_clock_does_what_became_due_on_the_way(world: World):
    resident = world.resident()
    resident.post("/v1/wishes", world.wish_body())
    status, answer = call(server(world), "POST", "/dev/clock", {"advance": 31 * 86400})
    assert status == 200
    assert answer["ran"]["sweep"] >= 1
    assert world.sms_to(resident.me["phone"], "wish.expired")[
        0
    ].sent_at < START + timedelta(days=30, minutes=2)


def test_the_pump_does_what_is_due_now_and_nothing_else(world: World):
    world.resident().post("/v1/wishes", world.wish_body())
    assert call(server(world), "POST", "/dev/pump") == (
        200,
        {"now": "2026-11-23T00:40:00Z", "ran": {}},
    )
    world.clock.advance(timedelta(days=30))
    assert call(server(world), "POST", "/dev/pump")[1]["ran"]["sweep"] >= 1
    assert [due.kind for due in scheduled()] == []


def test_a_shifted_clock_ticks_ahead_of_the_machine_and_never_goes_back():
    clock = ShiftedClock(start=START)
    first = clock.now()
    assert START <= first < START + timedelta(seconds=10)
    assert clock.now() >= first
    clock.move_to(START - timedelta(days=1))
    assert clock.now() >= first
    clock.move_to(START + timedelta(days=1))
    assert (
        START + timedelta(days=1) <= clock.now() < START + timedelta(days=1, seconds=10)
    )


def test_a_moved_clock_is_remembered_over_a_restart_and_a_start_is_for_the_first_time_only(
    tmp_path,
):
    file = tmp_path / "clock.json"
    ShiftedClock(file, START).move_to(START + timedelta(days=3))
    again = ShiftedClock(file, START)
    assert (
        START + timedelta(days=3) <= again.now() < START + timedelta(days=3, minutes=1)
    )
    assert [path.name for path in tmp_path.iterdir()] == ["clock.json"]


def test_a_clock_without_a_start_is_the_machines():
    assert abs(ShiftedClock().now() - datetime.now(UTC)) < timedelta(seconds=1)  # noqa: TID251 - the machine's own is meant


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
    assert set(ran) == {"audit", "match_wishes"}  # no sweep finds anything
    assert (ran["audit"], ran["match_wishes"]) == (
        30,
        30 + 2,
    )  # the one every night; the other at each stop, and not between


def test_a_job_that_keeps_failing_does_not_hold_the_clock(world: World, monkeypatch):
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
    assert _timer(rate)(START) == START + timedelta(seconds=seconds)


def test_the_pump_knows_what_comes_once_a_day():
    nightly = _timer("cron(30 18 * * ? *)")
    first = datetime(2026, 11, 23, 18, 30, tzinfo=UTC)
    assert nightly(START) == first
    assert nightly(first) == first + timedelta(days=1)


def test_a_schedule_that_the_pump_does_not_know_is_not_passed_over_in_silence():
    with pytest.raises(NotImplementedError):
        _timer("cron(0 8 1 * ? *)")


def test_the_pump_runs_every_schedule_that_the_app_declares(world: World):
    declared = {
        source.name
        for source in app.event_sources
        if hasattr(source, "schedule_expression")
    }
    pump = Pump(app, world.services.container, world.clock)
    assert {pump._sweep, *pump._others} == declared


# the mailbox


def test_a_mailbox_with_a_file_survives_a_restart_and_a_line_that_was_cut_off(tmp_path):
    file = tmp_path / "mailbox.jsonl"
    box = DevMailbox(lambda: START, file)
    for n in range(2):
        box.put(NUMBER, "sms", f"第{n}条\n第二行", "code.sign_in")
    file.write_bytes(file.read_bytes() + b'{"id": "dev_3", "to": "+86')
    again = DevMailbox(lambda: START, file)
    assert again.read() == box.read()
    again.put(NUMBER, "sms", "之后", "code.sign_in")
    assert [letter.text for letter in DevMailbox(lambda: START, file).read()] == [
        "之后",
        "第1条\n第二行",
        "第0条\n第二行",
    ]
