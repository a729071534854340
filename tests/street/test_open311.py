"""The lists of Open311 show everything that is asked for, or say where the rest is."""

from collections.abc import Iterator
from datetime import timedelta
from random import Random
from typing import Any
from urllib.parse import urlencode

import pytest

from chalicelib.kernel.clock import to_text
from chalicelib.open311 import service
from chalicelib.tickets.model import Ticket
from chalicelib.tickets.states import TicketStatus

from ..storage import counted_storage
from ..store.scan import save_all
from ..tickets.builders import a_ticket
from ..world import START, STREET, Answer, Phone, World
from .small import SmallStreet, drawn

PATH = "/open311/v2/requests.json"
DAY = timedelta(days=1)
ROUNDS = 40
CODES = 12  # more than are read one by one


@pytest.fixture(scope="module", params=(1, 2))
def street(request: Any) -> SmallStreet:
    return SmallStreet(things=drawn(request.param))


@pytest.fixture(params=["usual", "cut soon"])
def bounds(request: Any, monkeypatch: Any) -> None:
    if request.param == "cut soon":
        monkeypatch.setattr(service, "MAX_RESULTS", 3)
        monkeypatch.setattr(service, "MAX_READ", 7)


def a_filter(tickets: list[Ticket], dice: Random) -> dict[str, str]:
    query: dict[str, str] = {}
    codes = sorted({one.category for one in tickets} | {"nothing", "No Code"})
    if dice.random() < 0.5:
        some = dice.sample(codes, dice.randint(1, min(CODES, len(codes))))
        query["service_code"] = ",".join(some)
    if dice.random() < 0.6:
        query["status"] = dice.choice(("open", "closed", "open,closed"))
    if dice.random() < 0.5:
        start = START - DAY * dice.randint(1, 300)
        query["start_date"] = to_text(start)
        query["end_date"] = to_text(start + DAY * dice.randint(1, 90))
    if dice.random() < 0.5:
        query["page_size"] = str(dice.choice((1, 2, 3, 10)))
    return query


def expected(tickets: list[Ticket], query: dict[str, str]) -> list[str]:
    """Look through everything; instants count in whole seconds."""
    first, last = START - 90 * DAY, START
    if "start_date" in query:
        first = START.fromisoformat(query["start_date"])
        last = START.fromisoformat(query["end_date"])
    elif query.get("status") == "open":
        first = START - 10_000 * DAY
    statuses = query.get("status", "open,closed").split(",")
    codes = query.get("service_code", "").split(",")
    found = [
        one
        for one in tickets
        if not one.private
        and first <= one.created_at < last + timedelta(seconds=1)
        and ("closed" if one.state is TicketStatus.CLOSED else "open")
        in statuses
        and (codes == [""] or one.category in codes)
    ]
    found.sort(key=lambda one: (one.created_at, one.id), reverse=True)
    return [one.id for one in found]


def read_units(storage: Any) -> float:
    return sum(map(storage.units, ("Query", "GetItem", "BatchGetItem")))


def pages(query: dict[str, str]) -> Iterator[list[str]]:
    """Follow the header that leads to the rest."""
    address = f"{PATH}?{urlencode(query)}"
    for _ in range(1000):
        answer = Phone().get(address)
        assert answer.status == 200, answer.text
        yield [one["service_request_id"] for one in answer.json]
        link = answer.headers.get("link")
        if link is None:
            return
        assert link.startswith("<?")
        assert link.endswith('>; rel="next"')
        address = PATH + link[1:].partition(">")[0]
    raise AssertionError("the list does not end")


def test_pages_and_what_they_lead_to_are_everything_that_is_asked_for(
    street: SmallStreet, bounds: None
) -> None:
    tickets = street.all(Ticket)
    dice = Random(7)
    shown = 0
    for _ in range(ROUNDS):
        query = a_filter(tickets, dice)
        # Two lists meet in a second, whose reports may be in both.
        joined = dict.fromkeys(id for page in pages(query) for id in page)
        assert list(joined) == expected(tickets, query), query
        shown += len(joined)
    assert shown > ROUNDS


def test_an_old_open_report_is_found_among_newer_ones(
    embedded_world: World,
) -> None:
    old = a_ticket(id="tkt_" + "o" * 24, created_at=START - 200 * DAY)
    closed = [
        a_ticket(
            id=f"tkt_{n:024}".translate(
                str.maketrans("0123456789", "abcdefghij")
            ),
            created_at=START - DAY - timedelta(minutes=n),
            state=TicketStatus.CLOSED,
        )
        for n in range(300)
    ]
    save_all([old, *closed])
    with counted_storage() as storage:
        answer = Phone().get(f"{PATH}?status=open")
    assert [one["service_request_id"] for one in answer.json] == [old.id]
    assert read_units(storage) <= 5


@pytest.mark.parametrize("code", ["nothing", "No Code", "x" * 3000])
def test_an_unknown_code_costs_almost_nothing(
    embedded_world: World, code: str
) -> None:
    save_all([a_ticket()])
    with counted_storage() as storage:
        answer = Phone().get(f"{PATH}?{urlencode({'service_code': code})}")
    assert (answer.status, answer.json) == (200, [])
    assert storage.reads <= 2
    assert read_units(storage) <= 3


def test_anybody_may_keep_a_list_for_half_a_minute(
    embedded_world: World,
) -> None:
    answer: Answer = Phone().get(f"{PATH}?jurisdiction_id={STREET}")
    assert answer.headers["cache-control"] == "public, max-age=30"
    again = Phone().get(
        f"{PATH}?jurisdiction_id={STREET}",
        if_none_match=answer.headers["etag"],
    )
    assert again.status == 304


def test_no_id_is_left_out_silently(embedded_world: World) -> None:
    asked = ",".join(f"tkt_{n}" for n in range(101))
    path = "/open311/v2/servicerequestupdates.json"
    answer = Phone().get(f"{path}?service_request_id={asked}")
    assert answer.status == 400
    assert "100" in answer.json[0]["description"]
