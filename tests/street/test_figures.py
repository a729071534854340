"""Figures of a street, folded from facts, are those of the entities themselves."""

from datetime import date, timedelta
from random import Random

import pytest

from chalicelib.kernel.clock import start_of_day
from chalicelib.kernel.place import covers
from chalicelib.places.model import Place
from chalicelib.tickets.model import Ticket, TicketReport
from chalicelib.wishes.model import Wish

from ..statistics.oracle import (
    facts_of,
    stored_facts,
    ticket_figures,
    wish_figures,
)
from ..store.scan import everything
from .lists import viewer_of
from .more import with_more
from .small import SmallStreet

ZONE = "Asia/Shanghai"
RATES = ("response", "solution", "satisfaction", "bounces")
DAY = timedelta(days=1)


@pytest.fixture(scope="module", params=[1, 2])
def street(request) -> SmallStreet:
    return SmallStreet(things=with_more(request.param))


def spans(street: SmallStreet, dice: Random) -> list[tuple[date, date]]:
    """Return spans of days that end at about today."""
    today = street.world.clock.now().date() + DAY
    lengths = (0, 6, 30, 365)
    return [
        (today - timedelta(days=length + back), today - timedelta(days=back))
        for length in lengths
        for back in (0, dice.randrange(300))
    ]


def test_facts_are_those_of_the_entities_and_none_besides(street: SmallStreet):
    expected = facts_of(
        street.all(Wish), street.all(Ticket), street.all(TicketReport)
    )
    assert stored_facts() == expected
    assert len(expected) > 50
    assert any(fact.n for fact in expected)


def test_a_fact_is_a_small_row(street: SmallStreet):
    sizes = [
        sum(len(name) + len(*value.values()) for name, value in row.items())
        for row in everything()["facts"]
    ]
    assert max(sizes) <= 250
    assert sum(sizes) / len(sizes) <= 200


@pytest.mark.parametrize("seed", range(4))
def test_rates_are_those_of_the_tickets(street: SmallStreet, seed: int):
    dice = Random(seed)
    place = dice.choice(street.all(Place)).id
    boss = viewer_of(street, place, dice)
    for first, last in spans(street, dice):
        query = f"place={place}&from={first}&to={last}"
        answer = boss.get(f"/v1/admin/tickets/rates?{query}")
        assert answer.status == 200, answer.text
        found = answer.json["total"]
        for name in RATES:
            found[name] = (found[name]["hits"], found[name]["n"])
        begin = start_of_day(first, ZONE)
        end = start_of_day(last + DAY, ZONE)
        reported = [
            ticket
            for ticket in street.all(Ticket)
            if covers(place, ticket.place) and begin <= ticket.created_at < end
        ]
        expected = ticket_figures(reported, street.world.clock.now())
        assert found == {"key": ""} | expected


@pytest.mark.parametrize("seed", range(4))
def test_an_overview_is_that_of_the_wishes(street: SmallStreet, seed: int):
    dice = Random(seed)
    place = dice.choice(street.all(Place)).id
    boss = viewer_of(street, place, dice)
    for first, last in spans(street, dice):
        query = f"place={place}&from={first}&to={last}"
        answer = boss.get(f"/v1/admin/overview?{query}")
        assert answer.status == 200, answer.text
        (group,) = answer.json["groups"]
        found = group["wishes"]
        wishes = [one for one in street.all(Wish) if covers(place, one.place)]
        begin = start_of_day(first, ZONE)
        end = start_of_day(last + DAY, ZONE)
        expected = wish_figures(wishes, begin, end)
        waits = expected.pop("waits")
        shown = found.pop("wait_hours")
        assert found == expected
        assert shown["n"] == len(waits)
        if waits:
            median = waits[(len(waits) - 1) // 2]
            assert shown["median"] == round(median / 60, 2)
