"""The daily check of facts: it finds what does not follow, within a week, and nothing else."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.kernel.fact import Fact
from chalicelib.runtime import seal_months
from chalicelib.statistics.fact_check import FactCheck
from chalicelib.statistics.feature import fact_check
from chalicelib.tickets.facts import TICKET
from chalicelib.tickets.model import Ticket

from ..store.scan import SK, remove, save, scan
from ..street.more import with_more
from ..street.small import SmallStreet
from ..world import STREET, UNIT, World
from .test_overview import fulfilled_wish


def a_week_of_checks(world: World) -> list[int]:
    """Return what each day of a week finds."""
    found = []
    for _ in range(7):
        world.clock.advance(timedelta(days=1))
        found.append(world.services.get(fact_check).check_facts())
    return found


def facts_of_kind(kind: str) -> list[Fact]:
    return [fact for fact in scan(Fact) if fact.kind == kind]


@pytest.fixture
def busy(world: World) -> World:
    """A street with a fulfilled wish and a ticket, in the middle of a month."""
    fulfilled_wish(world, 2)
    body = {"category": "light", "text": "灯不亮", "place": UNIT}
    assert world.resident().post("/v1/tickets", body).status == 201
    return world


def test_facts_that_follow_are_not_wrong():
    street = SmallStreet(things=with_more(1))
    assert a_week_of_checks(street.world) == [0] * 7


def test_the_facts_of_every_entity_are_looked_at_within_a_week(busy: World):
    for fact in scan(Fact):
        save(replace(fact, v=fact.v.replace("[", '["x",', 1)))
    found = a_week_of_checks(busy)
    # A ticket has one fact and a wish two; each differs from the one that follows.
    assert sum(found) == 2 * 3


def test_a_fact_of_nothing_is_found(busy: World):
    (ticket,) = scan(Ticket, SK == "ticket")
    remove(ticket)
    assert sum(a_week_of_checks(busy)) == 1


def test_a_missing_fact_of_a_wish_is_found(busy: World):
    (ended,) = facts_of_kind("we")
    remove(ended)
    assert sum(a_week_of_checks(busy)) == 1


def test_what_changes_between_the_reads_is_not_wrong(busy: World):
    """The entity was written after the facts were read: the second look agrees."""
    (fact,) = facts_of_kind(TICKET)
    check: FactCheck = busy.services.get(fact_check)
    late = replace(fact, v=fact.v.replace("open", "accepted"))
    assert late != fact
    save(late)
    looks = []

    def find(ids):
        looks.append(ids)
        save(fact)
        return check.find_tickets(ids)

    slow = replace(check, find_tickets=find)
    found = []
    for _ in range(7):
        busy.clock.advance(timedelta(days=1))
        found.append(slow.wrong_facts(STREET))
    assert found == [set()] * 7
    assert [fact.id] in looks


def test_the_schedule_counts_wrong_facts(busy: World, monkeypatch):
    counted = {}
    metrics = busy.services.core.metrics
    monkeypatch.setattr(
        type(metrics),
        "count",
        lambda self, name, number=1: counted.update({name: number}),
    )
    seal_months()
    assert counted["FactsWrong"] == 0
