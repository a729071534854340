"""Filters of the staff queue: by kind, by assignee, what is late; and the numbers beside them."""

from typing import Any

import pytest

from ..store.scan import save_all
from ..tickets.builders import a_ticket
from ..tickets.street import TicketStreet, a_body
from ..world import BAIHUA, UNIT, Phone, World
from .cases import a_parked_job
from .test_queue import queue_as_sent


@pytest.fixture
def street(world: World) -> TicketStreet:
    return TicketStreet(world)


def ids(phone: Phone, **query: Any) -> list[str]:
    return [one["id"] for one in queue_as_sent(phone, **query)["items"]]


def report(street: TicketStreet) -> str:
    return str(street.resident.post("/v1/tickets", a_body()).json["id"])


def test_a_kind_alone_or_several(street: TicketStreet, world: World):
    ticket, job = report(street), a_parked_job(world)
    wish = street.resident.post("/v1/wishes", world.wish_body()).json["id"]
    clerk = street.clerk
    assert set(ids(clerk)) == {ticket, job, wish}
    assert ids(clerk, kind="job.parked") == [job]
    both = ids(clerk, kind="wish.approve&kind=ticket.accept")
    assert set(both) == {ticket, wish}
    assert ids(clerk, kind="no.such_kind") == []


def test_whose_it_is(street: TicketStreet, world: World):
    ticket = report(street)
    a_parked_job(world)
    clerk, worker = street.ids["clerk"], street.ids["worker"]
    assert ids(street.clerk, assignee=worker) == [ticket]
    assert ids(street.clerk, assignee="me") == []
    assert ids(street.clerk, assignee="none") == []
    assert street.clerk.post(f"/v1/tickets/{ticket}/accept").status == 200
    page = queue_as_sent(street.clerk, assignee="me")
    (task,) = page["items"]
    assert (task["id"], task["assignee"]) == (ticket, clerk)
    assert task["assignee_name"] == "clerk甲"
    assert task["urgency"] == "general"
    assert page["place_name"] == "柏华社区"


def test_a_ticket_that_nobody_has_is_counted_and_found(street: TicketStreet):
    taken = report(street)
    nobodys = "tkt_" + "b" * 24
    save_all([a_ticket(id=nobodys, place=UNIT, assignee=None)])
    page = queue_as_sent(street.clerk)
    assert page["unassigned"] == {"value": 1, "capped": False}
    assert {one["id"] for one in page["items"]} == {taken, nobodys}
    assert ids(street.clerk, assignee="none") == [nobodys]


def test_what_is_late_is_counted_and_found(street: TicketStreet, world: World):
    ticket = report(street)
    page = queue_as_sent(street.clerk)
    assert (page["late"]["value"], ids(street.clerk, late="true")) == (0, [])
    assert page["next_due_at"] == page["items"][0]["due_at"]
    world.pass_time(hours=2, minutes=1)
    job = a_parked_job(world)
    page = queue_as_sent(street.clerk)
    late = ids(street.clerk, late="true")
    assert page["late"]["value"] == len(late)
    assert job in late
    assert ticket in ids(street.clerk)


@pytest.mark.parametrize(
    "query", ["assignee=x", "late=maybe", "assignee=per_x"]
)
def test_a_filter_that_is_none_is_refused(street: TicketStreet, query: str):
    answer = street.clerk.get(f"/v1/admin/queue?place={BAIHUA}&{query}")
    assert answer.status == 422


def test_a_filtered_queue_is_whole_at_any_page_size(
    street: TicketStreet, world: World
):
    for _ in range(5):
        a_parked_job(world)
        report(street)
    whole = ids(street.clerk, kind="ticket.accept", limit=100)
    assert len(whole) == 5
    for limit in (1, 2, 5):
        found: list[str] = []
        cursor: dict[str, str] = {}
        while True:
            page = queue_as_sent(
                street.clerk, kind="ticket.accept", limit=limit, **cursor
            )
            found += [one["id"] for one in page["items"]]
            if page["next"] is None:
                break
            cursor = {"cursor": page["next"]}
        assert found == whole
