"""The overview of a place: wishes and tickets by group, and its cost in reads."""

from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.kernel.access import Role
from chalicelib.kernel.fact import microseconds
from chalicelib.statistics.overview import waits_of

from ..storage import counted_storage
from ..world import BAIHUA, GRID, JINFENG, STREET, UNIT, Phone, World

NOVEMBER = "from=2026-11-01&to=2026-11-30"


def overview(phone: Phone, place: str = STREET, query: str = NOVEMBER) -> dict:
    answer = phone.get(f"/v1/admin/overview?place={place}&{query}")
    assert answer.status == 200, answer.text
    return dict(answer.json)


def total(phone: Phone, **query: str) -> dict:
    (group,) = overview(phone, **query)["groups"]
    return dict(group)


def again(world: World, phone: Phone) -> Phone:
    """Return somebody's phone with a token of now."""
    return world.phone_of(world.services.people.find(phone.me["id"]))


def fulfilled_wish(world: World, hours: int) -> str:
    """Have a wish fulfilled so many hours after it came to the wall."""
    resident, helper = world.resident(), world.volunteer()
    wish = world.open_wish(resident)
    assert helper.post(f"/v1/wishes/{wish}/claim").status == 200
    world.clock.advance(timedelta(hours=hours))
    helper, resident = again(world, helper), again(world, resident)
    assert helper.post(f"/v1/wishes/{wish}/deliver", {}).status == 200
    done = resident.post(f"/v1/wishes/{wish}/confirm", {"rating": 5})
    assert done.status == 200, done.text
    return wish


def test_a_wish_counts_when_it_opens_and_when_it_ends(world: World):
    fulfilled_wish(world, 2)
    fulfilled_wish(world, 5)
    resident = world.resident()
    left = world.open_wish(resident)
    assert resident.post(f"/v1/wishes/{left}/withdraw").status == 200
    world.open_wish()
    wishes = total(world.phone_of(world.admin))["wishes"]
    assert wishes == {
        "opened": 4,
        "fulfilled": 2,
        "ended": 1,
        "wait_hours": {"n": 2, "median": 2.0, "p90": 5.0},
    }


def test_a_wish_that_is_opened_again_has_not_ended(world: World):
    resident, boss = world.resident(), world.phone_of(world.admin)
    wish = world.open_wish(resident)
    assert resident.post(f"/v1/wishes/{wish}/withdraw").status == 200
    assert total(boss)["wishes"]["ended"] == 1
    assert resident.post(f"/v1/wishes/{wish}/reopen").status == 200
    wishes = total(boss)["wishes"]
    assert (wishes["opened"], wishes["ended"]) == (1, 0)


def test_tickets_are_counted_in_the_month_of_their_report(world: World):
    resident, boss = world.resident(), world.phone_of(world.admin)
    body = {"category": "light", "text": "灯不亮", "place": UNIT}
    assert resident.post("/v1/tickets", body).status == 201
    found = total(boss)["tickets"]
    assert (found["reported"], found["response"]["n"]) == (1, 0)
    assert (
        total(boss, query="from=2026-10-01&to=2026-10-31")["tickets"][
            "reported"
        ]
        == 0
    )


def test_the_rates_of_an_overview_are_those_of_the_tickets(world: World):
    resident, boss = world.resident(), world.phone_of(world.admin)
    body = {"category": "light", "text": "灯不亮", "place": UNIT}
    ticket = resident.post("/v1/tickets", body).json["id"]
    worker = world.staff(GRID, Role.GRID_WORKER)
    note = {"note": "换了灯泡"}
    assert worker.post(f"/v1/tickets/{ticket}/resolve", note).status == 200
    answer = {"satisfied": 5}
    done = resident.post(f"/v1/tickets/{ticket}/confirm", answer)
    assert done.status == 200, done.text
    rates = boss.get(f"/v1/admin/tickets/rates?place={STREET}&{NOVEMBER}")
    found = total(boss)["tickets"]
    for name in ("reported", "response", "solution", "satisfaction"):
        assert found[name] == rates.json["total"][name]
    assert found["solution"]["hits"] == found["satisfaction"]["hits"] == 1


def test_groups_have_the_names_of_their_places(world: World):
    fulfilled_wish(world, 1)
    boss = world.phone_of(world.admin)
    found = overview(boss, query=f"{NOVEMBER}&by=community")["groups"]
    assert [(one["key"], one["name"]) for one in found] == [
        (BAIHUA, "柏华社区")
    ]
    (month,) = overview(boss, query=f"{NOVEMBER}&by=month")["groups"]
    assert (month["key"], month["name"]) == ("2026-11", None)


def test_a_place_below_counts_its_own_only(world: World):
    fulfilled_wish(world, 1)
    assert total(world.staff(), place=BAIHUA)["wishes"]["fulfilled"] == 1
    other = total(world.staff(JINFENG), place=JINFENG)
    assert other["wishes"]["fulfilled"] == 0
    assert overview(world.staff(), BAIHUA)["sms"] is None


def test_the_spending_of_a_street_is_shown_while_it_is_known(world: World):
    boss = world.phone_of(world.admin)
    assert overview(boss)["sms"] == {"fen": 0, "approximate": True}
    world.open_wish()  # asks nobody
    world.volunteer()
    old = overview(boss, query="from=2025-01-01&to=2025-01-31")
    assert old["sms"] == {"fen": None, "approximate": True}


@pytest.mark.parametrize(
    "query",
    [
        "from=2026-11-02&to=2026-11-01",
        "from=2025-11-01&to=2026-11-02",
        "from=2026-11-01",
        f"{NOVEMBER}&by=person",
    ],
)
def test_an_overview_of_an_impossible_span_is_refused(world: World, query):
    path = f"/v1/admin/overview?place={BAIHUA}&{query}"
    assert world.staff().get(path).status == 422


def test_an_overview_is_for_the_staff_of_the_place(world: World):
    path = f"/v1/admin/overview?place={STREET}&{NOVEMBER}"
    for phone in (world.staff(), world.resident(), world.volunteer()):
        assert phone.get(path).status in (403, 404)


@pytest.mark.parametrize(("months", "reads"), [(1, 1), (12, 12)])
def test_an_overview_reads_each_month_once(
    world: World, months: int, reads: int
):
    boss = world.phone_of(world.admin)
    query = f"from=2025-{13 - months:02}-01&to=2025-12-31"
    overview(boss, query=query)  # the zone of the street
    with counted_storage() as storage:
        overview(boss, query=query)
    assert storage.names["Query"] == reads
    assert storage.reads <= reads + 3  # the actor, the zone, the spending


def test_a_wait_is_the_lower_median_and_the_nearest_rank():
    waits = waits_of({60 * hours: 1 for hours in (4, 1, 3, 2)})
    assert (waits.n, waits.median, waits.p90) == (4, 2.0, 4.0)
    none = waits_of({})
    assert (none.n, none.median, none.p90) == (0, None, None)


def test_microseconds_are_exact():
    instant = datetime(2026, 11, 30, 15, 59, 59, 999_999, tzinfo=UTC)
    following = instant + timedelta.resolution
    assert microseconds(following) - microseconds(instant) == 1
