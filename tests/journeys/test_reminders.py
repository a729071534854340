"""What must happen later happens by itself, at the right local time, by a channel that works, over
HTTP and nothing else.
"""

import time
from datetime import datetime
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from .server import Server, Somebody

STAFF, GRID, RESIDENT, HELPER = (
    "+8613900000002",
    "+8613900000004",
    "+8613900000101",
    "+8613900000011",
)
SHANGHAI = ZoneInfo("Asia/Shanghai")


def wish_on_the_wall(
    server: Server, needed_by: str
) -> tuple[str, Somebody, Somebody]:
    staff, resident = server.sign_in(STAFF), server.sign_in(RESIDENT)
    body = {"kind": "goods", "title": "一个电热水壶", "needed_by": needed_by}
    wish = str(resident.post("/v1/wishes", body, expect=201)["id"])
    staff.post(f"/v1/wishes/{wish}/approve")
    return wish, staff, resident


def sent_to(server: Server, number: str) -> list[tuple[str, str]]:
    """Return what a phone was sent, oldest first: the kind, and when by the clocks in Shanghai."""
    items = server.call("GET", f"/dev/messages?to={quote(number)}")[1]["items"][
        ::-1
    ]
    return [
        (item["kind"], f"{_instant(item):%m-%d %H:%M}")
        for item in items
        if item["kind"] != "code.sign_in"
    ]


def _instant(item: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(item["sent_at"]).astimezone(SHANGHAI)


def test_what_a_request_has_to_say_is_said_within_two_seconds_without_a_sweep(
    server: Server,
) -> None:
    wish, _, _ = wish_on_the_wall(server, "2026-12-07")
    helper = server.sign_in(HELPER)
    tapped = time.monotonic()
    helper.post(f"/v1/wishes/{wish}/claim")
    told = {
        kind
        for number in (RESIDENT, HELPER)
        for kind, _ in sent_to(server, number)
    }
    assert {"wish.claimed", "wish.yours"} <= told
    assert time.monotonic() - tapped < 2


def test_a_helper_is_reminded_and_staff_learn_of_a_missed_visit(
    server: Server,
) -> None:
    wish, _, _ = wish_on_the_wall(server, "2026-12-07")
    server.sign_in(HELPER).post(f"/v1/wishes/{wish}/claim")
    server.advance(days=20)
    kinds = dict(sent_to(server, HELPER))
    assert (kinds["wish.due_in_2_days"], kinds["wish.due_tomorrow"]) == (
        "12-05 09:00",
        "12-06 09:00",
    )
    # The day is over at midnight, and nobody's phone rings then.
    assert "12-08 08:00" <= kinds["wish.overdue"] <= "12-08 08:30"
    assert [kind for kind, _ in sent_to(server, HELPER)].count(
        "wish.due_tomorrow"
    ) == 1
    staff = [
        line
        for number in (GRID, STAFF, "+8613900000001")
        for line in sent_to(server, number)
    ]
    assert [
        at
        for kind, at in staff
        if kind in ("wish.late_staff", "reminders.bundle", "reminders.morning")
        and "12-08 08:00" <= at <= "12-08 08:45"
    ]


def test_an_approval_at_night_is_announced_in_the_morning(
    server: Server,
) -> None:
    server.call(
        "POST", "/dev/clock", {"now": "2026-11-23T14:30:00Z"}
    )  # half past ten in the evening
    wish_on_the_wall(server, "2026-12-07")
    assert "wish.approved" not in dict(sent_to(server, RESIDENT))
    server.advance(hours=11)
    assert (
        "11-24 08:00"
        <= dict(sent_to(server, RESIDENT))["wish.approved"]
        <= "11-24 08:30"
    )


def test_the_quiet_hours_of_a_person_are_kept(server: Server) -> None:
    resident = server.sign_in(RESIDENT)
    hours = {
        "quiet_hours": {"from": "12:30", "to": "14:30"}
    }  # a sleep after lunch
    assert resident.call("PATCH", "/v1/me", hours)[0] == 200
    server.call(
        "POST", "/dev/clock", {"now": "2026-11-23T05:00:00Z"}
    )  # one o'clock
    wish_on_the_wall(server, "2026-12-07")
    server.advance(hours=3)
    assert (
        "11-23 14:30"
        <= dict(sent_to(server, RESIDENT))["wish.approved"]
        <= "11-23 15:00"
    )


def test_who_has_no_smartphone_answers_by_sms(server: Server) -> None:
    wish, _, _ = wish_on_the_wall(server, "2026-12-07")
    helper = server.sign_in(HELPER)
    helper.post(f"/v1/wishes/{wish}/claim")
    helper.post(f"/v1/wishes/{wish}/deliver", {})
    assert sent_to(server, RESIDENT)[-1][0] == "wish.delivered"
    assert (
        server.call("POST", "/dev/reply", {"from": RESIDENT, "text": "１"})[0]
        == 200
    )
    assert sent_to(server, HELPER)[-1][0] == "wish.thanks"
    assert (
        server.sign_in(RESIDENT).get(f"/v1/wishes/{wish}")["state"]
        == "fulfilled"
    )


def test_who_wants_no_texts_any_more_is_visited_instead(server: Server) -> None:
    assert (
        server.call("POST", "/dev/reply", {"from": RESIDENT, "text": "td"})[0]
        == 200
    )
    _, staff, resident = wish_on_the_wall(server, "2026-12-07")
    assert sent_to(server, RESIDENT) == []
    assert (
        server.sign_in(RESIDENT).me["channels"]["sms"] is False
    )  # a code still comes: it was asked for
    (visit,) = [
        task
        for task in staff.get("/v1/admin/queue?place=chunhui.baihua")["items"]
        if task["kind"] == "message.visit"
    ]
    assert resident.me["name"] in visit["title"]
    staff.post(f"/v1/messages/{visit['id']}/visited")
    kinds = [
        task["kind"]
        for task in staff.get("/v1/admin/queue?place=chunhui.baihua")["items"]
    ]
    assert "message.visit" not in kinds
