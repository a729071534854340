"""Figures folded from facts are those that SQL finds in the same street, group by group."""

import sqlite3
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

import pytest

from chalicelib.kernel.clock import start_of_day
from chalicelib.kernel.fact import microseconds
from chalicelib.kernel.place import building_of
from chalicelib.places.model import Place
from chalicelib.tickets.model import Ticket, TicketReport
from chalicelib.tickets.policy import SlaKind
from chalicelib.wishes.model import Wish

from .lists import viewer_of
from .more import with_more
from .small import SmallStreet

ZONE = "Asia/Shanghai"
DAY = timedelta(days=1)
SCHEMA = """
create table wishes (id, place, grid, community, category, state, opened_at, ended_at);
create table tickets (id, place, grid, community, building, category, created_at, state,
    ending, met_at, promised_at, until, reopened, answered, bounces, person);
create table ratings (ticket, rating);
create table reports (ticket, person);
"""
# As docs/tickets.md says it.
TICKETS = """
select {key},
  count(*),
  sum(met_at is not null and met_at <= promised_at),
  sum(met_at is not null or promised_at < until),
  coalesce(sum(solved = 1), 0), sum(solved is not null),
  sum((select count(*) from ratings r where r.ticket = t.id and rating >= 4)),
  sum((select count(*) from ratings r where r.ticket = t.id))
from (
  select *, case
    when ending in ('merged', 'withdrawn', 'wish') then null
    when reopened > 0 or ending = 'unsolved' then 0
    when ending = 'confirmed' or ending = 'silent' and answered > 0 then 1
  end as solved from tickets
) t
where (place = :place or place like :below) and created_at >= :first and created_at < :end
group by 1 order by 1
"""
OPENED = """
select {key}, count(*) from wishes
where (place = :place or place like :below) and opened_at >= :first and opened_at < :end
group by 1
"""
ENDED = """
select {key}, sum(state = 'fulfilled'), sum(state <> 'fulfilled') from wishes
where (place = :place or place like :below) and ended_at >= :first and ended_at < :end
  and state in ('fulfilled', 'withdrawn', 'rejected', 'expired')
group by 1
"""
HOT = """
select building, category, count(*) + sum((
  select count(*) from reports r where r.ticket = t.id and r.person is not t.person
)) as reports
from tickets t
where building is not null and ending is not 'withdrawn' and created_at >= :first
  and created_at <= :now and (place = :place or place like :below)
group by 1, 2 having reports >= :least order by reports desc, building, category
"""
KEYS = {"community": "community", "grid": "grid", "category": "category"}


@pytest.fixture(scope="module", params=[1, 2])
def street(request: pytest.FixtureRequest) -> SmallStreet:
    return SmallStreet(things=with_more(request.param))


@pytest.fixture(scope="module")
def sql(street: SmallStreet) -> sqlite3.Connection:
    """The street in tables of another engine."""
    db = sqlite3.connect(":memory:")
    db.executescript(SCHEMA)
    now = street.world.clock.now()
    for wish in street.all(Wish):
        values = [wish.id, *places(wish.place), wish.kind, wish.state]
        values += [at(wish.opened_at), at(wish.ended_at)]
        insert(db, "wishes", values)
    for ticket in street.all(Ticket):
        insert(db, "tickets", ticket_row(ticket, now))
        for rating in ticket.ratings:
            insert(db, "ratings", [ticket.id, rating])
    for report in street.all(TicketReport):
        insert(db, "reports", [report.ticket_id, report.person_id])
    return db


def insert(db: sqlite3.Connection, table: str, values: list[Any]) -> None:
    marks = ",".join("?" * len(values))
    db.execute(f"insert into {table} values ({marks})", values)


def ticket_row(ticket: Ticket, now: datetime) -> list[Any]:
    contact = ticket.sla_timer(SlaKind.CONTACT)
    building = building_of(ticket.place)
    return [
        ticket.id,
        *places(ticket.place),
        building if building.count(".") == 3 else None,
        ticket.category,
        at(ticket.created_at),
        ticket.state,
        ticket.ending,
        at(contact.met_at) if contact else None,
        at(contact.promised_at) if contact else None,
        at(ticket.closed_at or now),
        ticket.reopened,
        ticket.answered,
        ticket.bounces,
        ticket.person_id,
    ]


def places(code: str) -> list[str]:
    """Return a place, its grid, and its community."""
    parts = code.split(".")
    return [code, ".".join(parts[:3]), ".".join(parts[:2])]


def at(instant: datetime | None) -> int | None:
    return microseconds(instant) if instant else None


def span_of(place: str, first: date, last: date) -> dict[str, Any]:
    return {
        "place": place,
        "below": f"{place}.%",
        "first": at(start_of_day(first, ZONE)),
        "end": at(start_of_day(last + DAY, ZONE)),
    }


def cases(street: SmallStreet, seed: int) -> list[tuple[str, date, date]]:
    """Return places and spans of days that end at about today."""
    dice, today = Random(seed), street.world.clock.now().date() + DAY
    found = []
    for length in (0, 6, 30, 364):
        place = dice.choice(street.all(Place)).id
        last = today - timedelta(days=dice.randrange(60))
        found.append((place, last - timedelta(days=length), last))
    return [*found, ("chunhui", today - timedelta(days=364), today)]


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("seed", range(3))
def test_rates_and_overviews_are_those_of_sql(
    street: SmallStreet, sql: sqlite3.Connection, seed: int, key: str
):
    for place, first, last in cases(street, seed):
        boss = viewer_of(street, place, Random(seed))
        span = span_of(place, first, last)
        query = f"place={place}&from={first}&to={last}&by={key}"
        tickets = sql.execute(TICKETS.format(key=KEYS[key]), span).fetchall()
        rates = boss.get(f"/v1/admin/tickets/rates?{query}").json["groups"]
        assert [of_tickets(group["key"], group) for group in rates] == tickets
        answer = boss.get(f"/v1/admin/overview?{query}").json
        shown = answer["groups"]
        assert [
            of_tickets(group["key"], group["tickets"])
            for group in shown
            if group["tickets"]["reported"]
        ] == tickets
        opened = dict(sql.execute(OPENED.format(key=KEYS[key]), span))
        ended = {
            row[0]: row[1:]
            for row in sql.execute(ENDED.format(key=KEYS[key]), span)
        }
        wishes = {group["key"]: group["wishes"] for group in shown}
        for name, found in wishes.items():
            assert found["opened"] == opened.pop(name, 0)
            both = (found["fulfilled"], found["ended"])
            assert both == ended.pop(name, (0, 0))
        assert not opened
        assert not ended


def of_tickets(key: str, shown: dict[str, Any]) -> tuple[Any, ...]:
    """Return what a view shows as a row of SQL."""
    rates = [shown[name] for name in ("response", "solution", "satisfaction")]
    numbers = [number for rate in rates for number in (rate["hits"], rate["n"])]
    return (key, shown["reported"], *numbers)


def test_hot_spots_are_those_of_sql(
    street: SmallStreet, sql: sqlite3.Connection
):
    """By a policy by which a street of this size has some."""
    now, seen = street.world.clock.now(), 0
    boss = viewer_of(street, "chunhui", Random(1))
    policy = {"hot_spot_reports": 2, "hot_spot_days": 90}
    path = "/v1/policies/tickets?place=chunhui"
    assert boss.put(path, policy).status == 200
    for place in ("chunhui", "chunhui.c00", "chunhui.c00.g00"):
        where = span_of(place, now.date(), now.date())
        where |= {"first": at(now - 90 * DAY), "now": at(now), "least": 2}
        answer = boss.get(f"/v1/admin/tickets/hot-spots?place={place}").json
        found = sql.execute(HOT, where).fetchall()
        assert answer["cut"] is (len(found) > 100)
        assert [of_spot(spot) for spot in answer["items"]] == found[:100]
        seen += len(found)
    assert seen > 1


def of_spot(spot: dict[str, Any]) -> tuple[str, str, int]:
    return spot["place"], spot["category"], spot["reports"]


def test_the_street_has_something_to_count(sql: sqlite3.Connection):
    for table in ("wishes", "tickets", "ratings", "reports"):
        ((count,),) = sql.execute(f"select count(*) from {table}")
        assert count > 20
