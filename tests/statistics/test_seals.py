"""Seals: the figures of a month stay as they were on the first of the next."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from chalicelib.kernel.fact import SEAL, Fact
from chalicelib.runtime import seal_months
from chalicelib.statistics.counts import FigureCounts, TicketCounts, WishCounts
from chalicelib.statistics.seals import (
    FORMULAS,
    Seal,
    bucket_of,
    minutes_of,
    sealed,
)
from chalicelib.store import facts
from chalicelib.store.store import Store

from ..storage import counted_storage, intercepted
from ..store.scan import save_all, scan
from ..street.lists import viewer_of
from ..street.more import with_more
from ..street.small import SmallStreet
from ..wishes.builders import a_wish
from ..world import GRID, STREET, UNIT, Phone, World
from .test_overview import NOVEMBER, fulfilled_wish, overview

SIX = datetime(2026, 11, 30, 22, 0, tzinfo=UTC)  # the first of December, 06:00
GROUPINGS = ("total", "community", "grid", "month", "category")


def seal_at(world: World, at: datetime = SIX) -> int:
    """Run the schedule at an instant; return the number of months that it seals."""
    world.clock.move_to(at)
    return seal_months()


def november(phone: Phone, *more: str, place: str = STREET) -> dict:
    return overview(phone, place, "&".join((NOVEMBER, *more)))


def the_seal() -> Fact:
    (seal,) = [fact for fact in scan(Fact) if fact.kind == SEAL]
    return seal


def test_a_month_is_sealed_once_at_six_of_the_first(world: World):
    world.open_wish()
    assert seal_at(world, SIX - timedelta(seconds=1)) == 0
    assert seal_at(world) == 1
    first = the_seal()
    assert seal_at(world, SIX + timedelta(hours=1)) == 0
    assert seal_at(world, SIX + timedelta(days=1)) == 0
    assert the_seal() == first


def test_a_month_without_facts_is_not_sealed(world: World):
    assert seal_at(world, SIX - timedelta(days=2)) == 0
    assert seal_at(world) == 0


def test_a_lost_run_is_made_up_for_on_the_next_day(world: World):
    world.open_wish()
    assert seal_at(world, SIX + timedelta(days=2)) == 1


def test_two_runs_at_once_seal_a_month_once(world: World):
    """The second finds no seal when it looks, and writes none when it is there."""
    world.open_wish()
    world.clock.move_to(SIX)
    runs: list[int] = []

    def around(call, name, kwargs):
        if name == "PutItem" and not runs:
            runs.append(0)
            runs.append(seal_months())
        return call()

    with intercepted(around):
        assert seal_months() == 0
    assert runs == [0, 1]


def test_a_month_that_is_not_read_whole_is_not_sealed(world, monkeypatch):
    world.open_wish()
    monkeypatch.setattr(facts, "FACTS_MAX", 0)
    assert seal_at(world) == 0


def test_a_later_change_changes_the_facts_and_not_the_seal(world: World):
    resident = world.resident()
    wish = world.open_wish(resident)
    assert resident.post(f"/v1/wishes/{wish}/withdraw").status == 200
    fulfilled_wish(world, 3)
    assert seal_at(world) == 1
    boss = world.phone_of(world.admin)
    before = november(boss)
    (group,) = before["groups"]
    assert (group["wishes"]["ended"], group["sealed"]) == (1, None)
    (seal,) = before["sealed"]
    assert (seal["month"], seal["sealed_at"], seal["formulas"]) == (
        "2026-11",
        "2026-11-30T22:00:00Z",
        FORMULAS,
    )
    resident = world.phone_of(world.services.people.find(resident.me["id"]))
    assert resident.post(f"/v1/wishes/{wish}/reopen").status == 200
    assert november(boss) == before | {"as_of": november(boss)["as_of"]}
    live = november(boss, "live=true")
    assert live["sealed"] == before["sealed"]
    (group,) = live["groups"]
    assert (group["wishes"]["ended"], group["wishes"]["fulfilled"]) == (0, 1)
    assert group["sealed"]["wishes"] == before["groups"][0]["wishes"]
    assert group["sealed"]["tickets"] == group["tickets"]


def test_a_group_that_is_gone_is_shown_beside_what_was_sealed(world: World):
    resident = world.resident()
    wish = world.open_wish(resident)
    assert resident.post(f"/v1/wishes/{wish}/withdraw").status == 200
    save_all([a_wish(id="wsh_b", place=UNIT, opened_at=world.clock.now())])
    assert seal_at(world) == 1
    boss = world.phone_of(world.admin)
    body = {"category": "light", "text": "灯不亮", "place": UNIT}
    late = world.phone_of(world.services.people.find(resident.me["id"]))
    assert late.post("/v1/tickets", body).status == 201
    both = "from=2026-11-01&to=2026-12-31&live=true"
    groups = overview(boss, query=f"{both}&by=month")["groups"]
    assert [group["key"] for group in groups] == ["2026-11", "2026-12"]
    assert groups[0]["sealed"]["wishes"] == groups[0]["wishes"]
    assert groups[1]["sealed"] is None
    (total,) = overview(boss, query=both)["groups"]
    assert total["sealed"] is None, "December is not sealed"
    assert total["tickets"]["reported"] == 1


def test_part_of_a_month_and_a_building_are_counted_anew(world: World):
    fulfilled_wish(world, 3)
    assert seal_at(world) == 1
    boss = world.phone_of(world.admin)
    part = overview(boss, query="from=2026-11-02&to=2026-11-30")
    assert part["sealed"] == []
    assert part["groups"][0]["wishes"]["fulfilled"] == 1
    building = november(boss, place=UNIT)
    assert building["sealed"] == []
    assert building["groups"][0]["wishes"]["opened"] == 1
    assert november(boss, place=GRID)["sealed"] != []


@pytest.mark.parametrize("seed", [1, 2])
def test_a_seal_has_the_figures_of_its_facts(seed: int):
    """In each group of each place, and waits within 2.5 %."""
    street = SmallStreet(things=with_more(seed))
    world = street.world
    assert seal_at(world) == 1
    boss = viewer_of(street, STREET, Random(seed))
    for place in (STREET, f"{STREET}.c00", f"{STREET}.c00.g00"):
        for grouping in GROUPINGS:
            by = f"by={grouping}"
            then = november(boss, by, place=place)
            now = november(boss, by, "live=true", place=place)
            assert len(then["sealed"]) == 1
            assert len(then["groups"]) == len(now["groups"])
            for was, is_now in zip(then["groups"], now["groups"], strict=True):
                beside = is_now.pop("sealed")
                assert beside["wishes"] == was["wishes"]
                assert_near(
                    was["wishes"].pop("wait_hours"),
                    is_now["wishes"].pop("wait_hours"),
                )
                was.pop("sealed")
                assert was == is_now


def assert_near(shown: dict, exact: dict) -> None:
    assert shown["n"] == exact["n"]
    for name in ("median", "p90"):
        if exact["n"]:
            off = abs(shown[name] - exact[name])
            assert off <= 0.025 * exact[name] + 0.02


def test_a_year_of_sealed_months_is_two_requests(world: World):
    world.open_wish()
    assert seal_at(world) == 1
    for month in range(1, 11):
        world.open_wish()
        at = datetime(2027, month, 1, tzinfo=UTC) - timedelta(hours=2)
        assert seal_at(world, at) == 1
    boss = world.phone_of(world.admin)
    year = "from=2026-11-01&to=2027-10-31"
    overview(boss, query=year)  # the zone of the street
    with counted_storage() as storage:
        found = overview(boss, query=year)
    # Who asks, the seals, this month, and the spending.
    assert storage.names == {"GetItem": 1, "BatchGetItem": 2, "Query": 1}
    assert len(found["sealed"]) == 11
    assert found["groups"][0]["wishes"]["opened"] == 11
    with counted_storage() as storage:
        live = overview(boss, query=f"{year}&live=true")
    assert storage.names == {"GetItem": 1, "BatchGetItem": 1, "Query": 12}
    assert live["sealed"] == found["sealed"]
    with counted_storage() as storage:
        overview(boss, query="from=2027-10-01&to=2027-10-31")
    assert storage.names["Query"] == 1
    assert storage.reads == 3, "who asks, the month, the spending"


def test_a_wait_is_shown_within_two_and_a_half_percent():
    for minutes in range(200_000):
        shown = minutes_of(bucket_of(minutes))
        assert abs(shown - minutes) <= 0.025 * minutes + 0.5
    assert minutes_of(bucket_of(0)) == 0


def counts(dice: Random) -> FigureCounts:
    numbers = [dice.choice((0, 0, 1, 3, 17)) for _ in range(14)]
    waits = Counter(dice.randrange(60_000) for _ in range(dice.randrange(4)))
    wishes = WishCounts(dice.randrange(5), waits.total(), 1, waits)
    return FigureCounts(wishes, TicketCounts(*numbers))


def test_the_seal_of_a_large_street_fits_into_its_row(world: World):
    dice = Random(1)
    cells = {
        (f"{STREET}.baihua.g{grid:03}", f"category_{n}"): counts(dice)
        for grid in range(200)
        for n in range(30)
    }
    seal = sealed("2026-11", cells, SIX)
    fact = seal.as_fact(STREET)
    assert len(fact.v) < 200_000  # a row holds 400 KB
    again = Seal.of(fact)
    assert (again, again.digest) == (seal, seal.digest)
    assert again.cells.keys() == cells.keys()
    for key, counted in again.cells.items():
        assert counted.tickets == cells[key].tickets
        assert counted.wishes.waits.total() == cells[key].wishes.fulfilled
    store: Store = world.services.store
    save_all([fact])
    assert Seal.of(the_seal()) == seal
    assert store.item_of(fact)["v"]["S"] == fact.v


def test_the_digest_tells_every_change():
    cells = {(GRID, "light"): counts(Random(2))}
    seal = sealed("2026-11", cells, SIX)
    cells[GRID, "light"].tickets.reported += 1
    others = (
        sealed("2026-11", cells, SIX),
        sealed("2026-12", {}, SIX),
        Seal(seal.month, SIX + timedelta(days=1), 1, seal.text),
        Seal(seal.month, SIX, 2, seal.text),
    )
    digests = {one.digest for one in (seal, *others)}
    assert len(digests) == 5
