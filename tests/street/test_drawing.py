"""A street of any size is what the use cases would have written, row for row."""

from collections import Counter, defaultdict
from dataclasses import replace

import pytest

from chalicelib.kernel.fact import Fact
from chalicelib.kernel.job import JobRecord, record_of
from chalicelib.message_log.model import MessageAttempt
from chalicelib.people.model import Person
from chalicelib.people.records import PhoneOwner
from chalicelib.people.repository import PersonRepository
from chalicelib.places.model import Place
from chalicelib.store.commit import timer_job
from chalicelib.tickets.facts import joined_fact
from chalicelib.tickets.model import Ticket, TicketReport
from chalicelib.tickets.repository import TicketRepository
from chalicelib.wishes.model import Wish
from chalicelib.wishes.repository import WishRepository
from tools.street.scale import StreetScale

from ..store.scan import Reads, everything, store
from ..tickets.street import TicketStreet, done
from ..world import START, World
from .small import SmallStreet, drawn


@pytest.fixture(scope="module")
def street():
    return SmallStreet()


def test_the_same_seed_draws_the_same_street():
    few = StreetScale(people=20)
    first = drawn(scale=few)
    drawn.cache_clear()
    assert drawn(scale=few) == first
    assert drawn(seed=2, scale=few) != first


@pytest.mark.parametrize("people", [1, 43, 120])
def test_a_street_has_as_many_of_everything_as_its_scale_says(people):
    scale = StreetScale(people=people)
    things = drawn(scale=scale)
    counts = Counter(type(thing) for thing in things)
    wishes = Counter(str(one.state) for one in things if type(one) is Wish)
    tickets = Counter(one.is_open for one in things if type(one) is Ticket)
    volunteers = [
        one for one in things if type(one) is Person and one.volunteer
    ]
    residents = [
        one for one in things if type(one) is Person and not one.appointed
    ]
    assert len(residents) == people
    assert len(volunteers) <= scale.volunteers
    assert wishes["submitted"] == scale.unapproved_wishes
    assert wishes["open"] == scale.open_wishes
    assert wishes.total() - wishes["submitted"] - wishes["open"] == (
        scale.past_wishes
    )
    assert tickets == {True: scale.open_tickets, False: scale.past_tickets}
    assert counts[MessageAttempt] <= scale.log_lines
    grids = scale.communities * scale.grids_each
    buildings = grids * scale.buildings_each
    assert counts[Place] == 1 + scale.communities + grids + 3 * buildings


def test_the_whole_scale_is_that_of_a_street():
    whole = StreetScale()
    assert (whole.communities, whole.grids_each * whole.communities) == (
        12,
        120,
    )
    assert whole.grids_each * whole.communities * whole.buildings_each == 2400
    assert (whole.open_tickets, whole.visits) == (1500, 5000)


def test_every_row_is_read_as_it_was_written(street):
    for thing in street.things:
        row = store().row_of(type(thing))
        item = row.from_entity(thing)
        read = row.to_entity(item)
        assert type(read) is type(thing)
        assert row.from_entity(read) == item


@pytest.mark.parametrize(
    ("kind", "find"),
    [
        (Person, Reads(PersonRepository).find_person),
        (Wish, Reads(WishRepository).find_wish),
        (Ticket, Reads(TicketRepository).find_ticket),
    ],
)
def test_every_entity_is_found_by_its_repository(street, kind, find):
    assert street.all(kind)
    for thing in street.all(kind):
        assert find(thing.id) == thing


def test_every_phone_leads_to_its_owner(street):
    phones = street.world.services.phones
    owners = {one.person_id for one in street.all(PhoneOwner)}
    with_phone = [one for one in street.all(Person) if one.phone]
    assert {one.id for one in with_phone} == owners
    assert phones.find_owner(with_phone[-1].phone) == with_phone[-1]


def test_every_entity_has_its_projections_and_no_others(street):
    expected = set()
    kinds = set()
    for thing in street.things:
        for project in store().row_of(type(thing)).projections:
            rows = project(thing)
            expected.update(rows)
            kinds.update(type(row) for row in rows)
    found = {thing for thing in street.things if type(thing) in kinds}
    joined = joined_facts(street)
    assert expected
    assert joined
    # A ticket that ends on the condition that nobody joins has a number to which nothing was added.
    nobody = {
        fact for fact in found if type(fact) is Fact and not (fact.v or fact.n)
    }
    assert found - nobody == expected | joined


def joined_facts(street):
    """Return the facts of those who joined tickets, computed from their reports."""
    joined = Counter(report.ticket_id for report in street.all(TicketReport))
    for ticket in street.all(Ticket):
        joined[ticket.id] -= bool(ticket.person_id)
    return {
        replace(joined_fact(ticket), n=joined[ticket.id])
        for ticket in street.all(Ticket)
        if joined[ticket.id]
    }


def test_every_entity_waits_for_its_earliest_deadline_with_one_job(street):
    jobs = set()
    for thing in street.entities():
        earliest = min(thing.deadlines().values(), default=None)
        assert (thing.timer and thing.timer.at) == earliest
        if thing.timer:
            assert thing.timer.at > START
            jobs.add(record_of(timer_job(thing, thing.timer)).id)
    records = street.all(JobRecord)
    assert jobs
    assert sorted(record.id for record in records) == sorted(jobs)


def test_nothing_is_due_when_the_street_is_complete(street):
    assert street.world.services.outbox.sweep() == 0
    assert street.world.services.outbox.next_at() > START


# beside the use cases


def confirmed_wish(world: World) -> str:
    resident, helper = world.resident(), world.volunteer()
    id = world.open_wish(resident)
    assert helper.post(f"/v1/wishes/{id}/claim").status == 200
    assert helper.post(f"/v1/wishes/{id}/deliver").status == 200
    thanks = {"rating": 5, "thanks": "谢谢！"}
    assert resident.post(f"/v1/wishes/{id}/confirm", thanks).status == 200
    return id


def wish_by_code(world: World) -> str:
    resident, helper = world.resident(), world.volunteer()
    id = world.open_wish(resident)
    assert helper.post(f"/v1/wishes/{id}/claim").status == 200
    code = {"code": world.delivery_code(resident.me["phone"])}
    assert helper.post(f"/v1/wishes/{id}/deliver", code).status == 200
    return id


def waiting_wish(world: World) -> str:
    return world.resident().post("/v1/wishes", world.wish_body()).json["id"]


def confirmed_ticket(world: World) -> str:
    street = TicketStreet(world)
    id = street.report()
    done(street.worker, id, "accept")
    done(street.worker, id, "resolve", note="已处理完毕", publish=True)
    done(street.resident, id, "confirm", satisfied=5)
    return id


def silent_ticket(world: World) -> str:
    street = TicketStreet(world)
    id = street.report()
    done(street.worker, id, "accept")
    done(street.worker, id, "resolve", note="已处理完毕")
    world.pass_time(days=7)
    return id


def registered_person(world: World) -> str:
    return world.person().id


def vetted_volunteer(world: World) -> str:
    person = world.person()
    body = {
        "places": ["chunhui.baihua"],
        "skills": ["理发"],
        "dialects": ["重庆话"],
        "availability": [{"weekday": 1, "from": "09:00", "to": "17:00"}],
        "capacity": 2,
    }
    phone = world.phone_of(person)
    assert phone.put("/v1/me/volunteer", body).status == 200
    return world.vet(person.id).id


# What people choose to say, and what of it is masked.
CHOSEN = {"story", "budget_fen", "safeguarding", "as_written", "dialects"}


def rows_of(items):
    """Return the names of the attributes of rows, by the kind of row, each with their number."""
    rows = Counter()
    for item in items:
        kind = item["sk"]["S"].partition("#")[0]
        rows[kind, tuple(sorted(item.keys() - CHOSEN))] += 1
    return rows


def tags_of(items):
    lines = [item for item in items if item["sk"]["S"].startswith("event#")]
    lines.sort(key=lambda line: line["sk"]["S"])
    return tuple(line["tag"]["S"] for line in lines)


def by_subject(table):
    rows = defaultdict(list)
    for item in everything()[table]:
        rows[item["pk"]["S"]].append(item)
    return rows


@pytest.mark.parametrize(
    ("table", "live"),
    [
        ("wishes", confirmed_wish),
        ("wishes", wish_by_code),
        ("wishes", waiting_wish),
        ("tickets", confirmed_ticket),
        ("tickets", silent_ticket),
        ("people", registered_person),
        ("people", vetted_volunteer),
    ],
)
def test_an_entity_has_the_rows_that_its_use_cases_write(table, live):
    id = live(World())
    written = by_subject(table)[id]
    SmallStreet()
    alike = [
        rows_of(items)
        for items in by_subject(table).values()
        if tags_of(items) == tags_of(written)
    ]
    assert rows_of(written) in alike


def test_a_line_of_the_message_log_has_what_sending_writes():
    world = World()
    confirmed_wish(world)
    TicketStreet(world).report()
    sent = [rows_of([item]) for item in everything()["messages"]]
    SmallStreet()
    drawn_lines = [rows_of([item]) for item in everything()["messages"]]
    texts = [row for row in sent if tuple(k[0] for k in row) == ("delivery",)]
    assert texts
    assert all(row in drawn_lines for row in texts)
