"""Statistics and hot spots over HTTP: the tickets counted, the access, and the cost in reads."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.kernel.access import Role
from chalicelib.statistics import service as statistics
from chalicelib.store import facts
from chalicelib.tickets.facts import joined_fact
from chalicelib.tickets.model import Ticket
from chalicelib.tickets.states import Ending, TicketStatus

from ..storage import counted_storage
from ..store.scan import save
from ..world import (
    BAIHUA,
    BUILDING,
    GRID,
    JINFENG,
    OTHER_GRID,
    STREET,
    UNIT,
    Phone,
    World,
)
from .test_model import a_ticket

SPAN = "from=2026-11-01&to=2026-11-30"


def saved(world: World, n: int, **fields) -> Ticket:
    letters = "".join("abcdefghij"[int(digit)] for digit in f"{n:024}")
    now = world.clock.now()
    ticket = replace(
        a_ticket(),
        **{
            "id": f"tkt_{letters}",
            "created_at": now,
            "updated_at": now,
            "place": BUILDING,
        }
        | fields,
    )
    save(ticket)
    return ticket


def solved(world: World, n: int, **fields) -> Ticket:
    ended = {
        "state": TicketStatus.CLOSED,
        "ending": Ending.CONFIRMED,
        "closed_at": world.clock.now(),
        "answered": 1,
        "ratings": (5,),
    }
    return saved(world, n, **ended | fields)


def rates(phone: Phone, place: str = BAIHUA, span: str = SPAN, **query):
    answer = phone.get(
        f"/v1/admin/tickets/rates?place={place}&{span}"
        + "".join(f"&{k}={v}" for k, v in query.items())
    )
    assert answer.status == 200, answer.text
    return answer.json


def test_staff_see_the_statistics_of_their_own_place(world: World):
    for n in range(4):
        solved(world, n, reopened=int(n == 0), private=n == 1)
    saved(world, 10, place=OTHER_GRID)
    found = rates(world.staff())
    assert (
        found["cut"],
        found["total"]["key"],
        found["total"]["reported"],
    ) == (
        False,
        "",
        4,
    )
    assert [group["key"] for group in found["groups"]] == [BAIHUA]
    solution = found["total"]["solution"]
    assert (solution["n"], solution["hits"], solution["value"]) == (4, 3, 0.75)
    assert (round(solution["low"], 3), round(solution["high"], 3)) == (
        0.301,
        0.954,
    )
    assert found["total"]["satisfaction"]["value"] == 1.0
    assert rates(world.staff(JINFENG), JINFENG)["total"]["solution"] == {
        "n": 0,
        "hits": 0,
        "value": None,
        "low": None,
        "high": None,
    }
    worker = world.staff(GRID, Role.GRID_WORKER)
    assert rates(worker, GRID, by="category")["groups"][0]["key"] == "light"
    assert [
        group["key"]
        for group in rates(world.phone_of(world.admin), STREET, by="grid")[
            "groups"
        ]
    ] == [GRID, OTHER_GRID]
    for phone in (
        worker,
        world.resident(),
        world.volunteer(),
        world.staff(JINFENG),
    ):
        assert (
            phone.get(f"/v1/admin/tickets/rates?place={BAIHUA}&{SPAN}").status
            == 404
        )
        assert (
            phone.get(f"/v1/admin/tickets/hot-spots?place={BAIHUA}").status
            == 404
        )


def test_a_span_is_of_local_days_both_included(world: World):
    for n, at in enumerate(
        (
            "2026-10-31T15:59:59",
            "2026-10-31T16:00:00",
            "2026-11-30T15:59:59",
            "2026-11-30T16:00:00",
        )
    ):
        saved(
            world, n, created_at=datetime.fromisoformat(at).replace(tzinfo=UTC)
        )
    assert rates(world.staff())["total"]["reported"] == 2
    assert (
        rates(world.staff(), span="from=2026-10-31&to=2026-10-31")["total"][
            "reported"
        ]
        == 1
    )
    assert [
        g["key"]
        for g in rates(
            world.staff(), span="from=2026-10-01&to=2026-12-31", by="month"
        )["groups"]
    ] == [
        "2026-10",
        "2026-11",
        "2026-12",
    ]


@pytest.mark.parametrize(
    "span",
    [
        "from=2026-11-02&to=2026-11-01",
        "from=2025-11-01&to=2026-11-02",
        "from=0001-01-01&to=0001-01-02",
        "to=2026-11-01",
        "from=9999-12-31&to=9999-12-31",
        "from=2026-11-01&to=2026-11-31",
        "from=20261101&to=2026-11-02T10:00:00",
        "from=1&to=2",
        "from=2026-11-01&to=2026-11-02&by=person",
    ],
)
def test_a_span_that_cannot_be_is_refused(world: World, span: str):
    assert (
        world.staff()
        .get(f"/v1/admin/tickets/rates?place={BAIHUA}&{span}")
        .status
        == 422
    )


def test_a_year_is_a_span(world: World):
    assert (
        rates(world.staff(), span="from=2025-11-01&to=2026-11-01")["total"][
            "reported"
        ]
        == 0
    )
    assert (
        rates(world.staff(), span="from=2199-12-31&to=2199-12-31")["total"][
            "reported"
        ]
        == 0
    )


def test_a_month_of_facts_is_one_read(world: World):
    for n in range(230):
        saved(world, n, created_at=world.clock.now() + timedelta(minutes=n))
    for n in range(230, 460):
        saved(world, n, created_at=world.clock.now() - timedelta(days=40))
    staff = world.staff()
    with counted_storage() as storage:
        assert rates(staff)["total"]["reported"] == 230
    assert storage.names["Query"] == 1
    assert storage.reads == 1 + 2  # and who asks, and in which time zone
    assert not storage.names["Scan"]


def test_where_facts_are_left_out_it_is_said(world: World, monkeypatch):
    """The latest months are read as a whole; of the others nothing is claimed."""
    for n in range(6):
        saved(world, n, created_at=world.clock.now() - timedelta(days=n * 10))
    path, staff = f"/v1/admin/tickets/hot-spots?place={BAIHUA}", world.staff()
    span = "from=2026-10-01&to=2026-11-30"
    found = rates(staff, span=span)
    assert (found["cut"], found["read_from"]) == (False, "2026-10-01")
    assert found["total"]["reported"] == 6
    assert staff.get(path).json["since"] == "2026-10-24T00:40:00Z"
    monkeypatch.setattr(facts, "FACTS_MAX", 5)
    found = rates(staff, span=span)
    assert (found["cut"], found["read_from"]) == (True, "2026-11-01")
    assert found["total"]["reported"] == 3
    spots = staff.get(path).json
    assert (spots["cut"], spots["since"]) == (True, "2026-10-31T16:00:00Z")
    assert [spot["reports"] for spot in spots["items"]] == [3]
    monkeypatch.setattr(facts, "FACTS_MAX", 2)
    found = rates(staff, span=span)
    assert (found["cut"], found["read_from"]) == (True, None)
    assert found["total"]["reported"] == 0
    assert staff.get(path).json == {"items": [], "since": None, "cut": True}


def test_where_there_are_more_hot_spots_it_is_said(world: World, monkeypatch):
    monkeypatch.setattr(statistics, "_MAX_SPOTS", 1)
    for n in range(6):
        saved(world, n, category="lift" if n % 2 else "light")
    path = f"/v1/admin/tickets/hot-spots?place={BAIHUA}"
    found = world.staff().get(path).json
    assert (len(found["items"]), found["cut"]) == (1, True)


def test_the_same_again_in_a_building_suggests_one_ticket_for_the_cause(
    world: World,
):
    first = saved(world, 1, place=UNIT)
    joined = saved(
        world,
        2,
        state=TicketStatus.CLOSED,
        ending=Ending.MERGED,
        created_at=world.clock.now() + timedelta(hours=1),
    )
    saved(world, 3, category="lift")
    saved(world, 4, created_at=world.clock.now() - timedelta(days=31))
    path = f"/v1/admin/tickets/hot-spots?place={BAIHUA}"
    world.clock.advance(timedelta(hours=2))
    staff = world.staff()
    assert staff.get(path).json == {
        "items": [],
        "since": "2026-10-24T02:40:00Z",
        "cut": False,
    }
    save(replace(joined_fact(first), n=1))
    with counted_storage() as storage:
        (spot,) = staff.get(path).json["items"]
    # Who asks, the rules, two months of facts, the building's name.
    assert storage.reads == 5
    assert spot == {
        "place": BUILDING,
        "category": "light",
        "reports": 3,
        "tickets": [joined.id, first.id],
        "first_at": "2026-11-23T00:40:00Z",
        "last_at": "2026-11-23T01:40:00Z",
        "suggestion": {
            "category": "light",
            "place": BUILDING,
            "text": "5号楼：30 天内有 3 次反映「公共照明」，请查明根本原因。",
        },
    }
    assert staff.get(path, accept_language="en").json["items"][0]["suggestion"][
        "text"
    ] == (
        "5号楼: 3 reports of “Lighting” within 30 days. Please find the cause."
    )
    made = staff.post("/v1/tickets", spot["suggestion"])
    assert made.status == 201, made.text
    assert (
        staff.get(f"/v1/admin/tickets/hot-spots?place={JINFENG}").status == 404
    )


def test_a_street_says_what_a_hot_spot_is_and_an_old_category_is_not_suggested(
    world: World,
):
    for n in range(3):
        saved(world, n, category="old")
    admin, path = (
        world.phone_of(world.admin),
        f"/v1/admin/tickets/hot-spots?place={STREET}",
    )
    (spot,) = admin.get(path).json["items"]
    assert (spot["category"], spot["reports"], spot["suggestion"]) == (
        "old",
        3,
        None,
    )
    assert (
        admin.put(
            f"/v1/policies/tickets?place={STREET}", {"hot_spot_reports": 4}
        ).status
        == 200
    )
    assert admin.get(path).json["items"] == []
