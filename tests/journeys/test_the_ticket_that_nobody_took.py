"""Story 4: nobody accepts a ticket before a holiday week: it escalates, one message a level."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .server import Server, Somebody, running_server

GRID, COMMUNITY, STREET, PROPERTY = (
    "+8613900000004",
    "+8613900000002",
    "+8613900000001",
    "+8613900000006",
)
RESIDENT = "+8613900000101"
PLACE = "chunhui.baihua.g01.b01.u1"

CATEGORY = (
    "垃圾堆放"  # what a message says of a text that staff have not released
)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """Friday, 9 February 2024, 17:30: Spring Festival begins; Sunday the 18th is worked again."""
    with running_server(
        tmp_path / "data", clock_start="2024-02-09T09:30:00Z"
    ) as running:
        yield running


def test_the_ticket_that_nobody_took(server: Server) -> None:
    people = {
        number: server.sign_in(number)
        for number in (GRID, COMMUNITY, STREET, PROPERTY, RESIDENT)
    }
    resident, worker, staff, administrator = (
        people[n] for n in (RESIDENT, GRID, COMMUNITY, STREET)
    )
    body = {"category": "rubbish", "text": "楼道里堆满了纸箱", "place": PLACE}
    ticket = resident.post("/v1/tickets", body, expect=201)
    path = f"/v1/tickets/{ticket['id']}"
    assert told_of(server) == [(GRID, "ticket.new")]

    # Half an hour is left of Friday; the rest of the two hours is Sunday's, from 08:30.
    accept = clock_of(resident, path, "accept")
    assert accept["due"] == "2024-02-18T02:00:00Z"
    days = {
        line["day"]: line
        for run in accept["explanation"]
        for line in run["lines"]
    }
    assert (days["2024-02-09"]["minutes"], days["2024-02-18"]["minutes"]) == (
        30,
        90,
    )
    assert {days[f"2024-02-{day}"]["why"] for day in range(10, 18)} == {
        "holiday"
    }
    assert days["2024-02-18"]["why"] == "makeup"

    move_to(server, people, "2024-02-18T01:59:00Z")
    assert (level_of(resident, path), told_of(server)) == ("grid", [])
    move_to(server, people, "2024-02-18T02:00:00Z")
    wait_for_level(resident, path, "community")
    assert (level_of(resident, path), told_of(server)) == (
        "community",
        [(COMMUNITY, "ticket.climbed_staff")],
    )
    due = clock_of(resident, path, "accept")["due"]
    assert (
        due == "2024-02-18T03:00:00Z"
    )  # the community has half of the time again
    move_to(server, people, "2024-02-18T03:00:00Z")
    wait_for_level(resident, path, "street")
    assert (level_of(resident, path), told_of(server)) == (
        "street",
        [(STREET, "ticket.climbed_staff")],
    )
    assert (
        administrator.get("/v1/tickets?place=chunhui")["items"][0]["id"]
        == ticket["id"]
    )
    top = next(
        task
        for task in administrator.get("/v1/admin/queue?place=chunhui")["items"]
        if task["kind"].startswith("ticket.")
    )
    assert (top["id"], top["kind"], top["due_at"]) == (
        ticket["id"],
        "ticket.accept",
        "2024-02-18T02:00:00Z",
    )

    # "Not mine", twice: no clock stops for it, and the level above has to name somebody.
    before = clock_of(resident, path, "resolve")["due"]
    assert (
        worker.post(f"{path}/bounce", {"reason": "不在我的网格"})["state"]
        == "open"
    )
    assert (
        staff.post(f"{path}/assign", {"to": "property"})["state"] == "assigned"
    )
    assert (
        people[PROPERTY].post(f"{path}/bounce", {"reason": "不归物业管"})[
            "state"
        ]
        == "accepted"
    )
    bounced = administrator.get(path)
    assert (bounced["level"], bounced["must_be_assigned"]) == ("street", True)
    assert clock_of(resident, path, "resolve")["due"] == before
    for somebody in (worker, staff):
        refused = somebody.post(
            f"{path}/assign", {"to": "grid_worker"}, expect=409
        )
        assert (refused["code"], "assign" in refused["moves"]) == (
            "ticket.must_be_assigned",
            False,
        )
    assert (
        worker.post(f"{path}/bounce", {"reason": "还是不归我"}, expect=409)[
            "code"
        ]
        == "ticket.must_be_assigned"
    )
    assert "assign" in administrator.get(path)["moves"]
    assigned = administrator.post(f"{path}/assign", {"to": worker.me["id"]})
    assert (
        assigned["state"],
        assigned["assignee"],
        assigned["must_be_assigned"],
    ) == (
        "assigned",
        worker.me["id"],
        False,
    )
    assert (
        worker.post(f"{path}/bounce", {"reason": "还是不归我"}, expect=409)[
            "code"
        ]
        == "ticket.bounced_out"
    )
    assert (
        worker.post(f"{path}/resolve", {"note": "已清运"})["state"]
        == "resolved"
    )


def test_in_2027_the_clocks_go_by_ordinary_weeks_and_say_so(
    tmp_path: Path,
) -> None:
    with running_server(
        tmp_path / "data", clock_start="2027-02-05T09:30:00Z"
    ) as server:
        resident = server.sign_in(RESIDENT)
        ticket = resident.post(
            "/v1/tickets",
            {"category": "dirt", "text": "楼道脏", "place": PLACE},
            expect=201,
        )
        accept = clock_of(resident, f"/v1/tickets/{ticket['id']}", "accept")
        assert (
            accept["due"] == "2027-02-08T02:00:00Z"
        )  # Monday; nobody knows yet that it will be a holiday
        assert "2027" in accept["warning"]


def told_of(server: Server) -> list[tuple[str, str]]:
    return sorted(
        (told.to, told.kind)
        for told in server.told()
        if "纸箱" in told.text or CATEGORY in told.text
    )


def wait_for_level(resident: Somebody, path: str, level: str) -> None:
    """Wait for a job that the server's own schedule has taken a moment before the clock moved."""
    for _ in range(100):
        if level_of(resident, path) == level:
            return
        time.sleep(0.1)


def level_of(somebody: Somebody, path: str) -> str:
    return str(somebody.get(path)["level"])


def clock_of(somebody: Somebody, path: str, name: str) -> dict[str, Any]:
    return next(
        clock
        for clock in somebody.get(f"{path}/clocks")["items"]
        if clock["clock"] == name
    )


def move_to(server: Server, people: dict[str, Somebody], instant: str) -> None:
    assert server.call("POST", "/dev/clock", {"now": instant})[0] == 200
    for somebody in people.values():
        somebody.refresh()
