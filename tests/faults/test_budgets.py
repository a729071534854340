"""What a use case costs in calls and capacity units, counted where they leave the process. Calls
are the bill.
"""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app import api
from chalicelib.kernel.job import record_of
from chalicelib.store.outbox import shard_of
from chalicelib.tickets.states import TicketStatus

from ..hostile.good import GOOD
from ..job_rows import a_job
from ..storage import counted_storage, intercepted
from ..store.scan import save_all
from ..tickets.builders import a_ticket
from ..tickets.street import TicketStreet, done, stored
from ..world import BAIHUA, START, UNIT, Phone, World
from .cloud import Cloud, Stub, note
from .facts import timers, waiting_messages
from .seams import run_job
from .story import tell

WRITES = (
    "TransactWriteItems",
    "BatchWriteItem",
    "PutItem",
    "UpdateItem",
    "DeleteItem",
)
LONGEST = {
    "title": "愿" * 40,
    "story": "暖" * 500,  # no numeral: a run of those is masked
    "alias": "邻" * 20,
    "dialects": ["重庆话"],
}


def read_units(storage: Any) -> float:
    return sum(
        storage.units(name) for name in ("GetItem", "BatchGetItem", "Query")
    )


@pytest.mark.parametrize(
    ("terms", "most"),
    [({}, 1), (LONGEST, 2)],
    ids=["a kettle", "the longest story"],
)
def test_anybody_reads_a_wish_in_one_request(
    embedded_world: World, terms: dict[str, Any], most: int
) -> None:
    wish = embedded_world.open_wish(**terms)
    with counted_storage() as storage:
        answer = Phone().get(f"/v1/wishes/{wish}")
    assert (answer.status, storage.names) == (200, {"GetItem": 1})
    assert read_units(storage) <= most
    with counted_storage() as storage:
        unchanged = Phone().get(
            f"/v1/wishes/{wish}", if_none_match=answer.headers["etag"]
        )
    assert (unchanged.status, unchanged.text, storage.names) == (
        304,
        "",
        {"GetItem": 1},
    )
    assert read_units(storage) <= most


def test_a_page_of_the_wall_is_one_request(embedded_world: World) -> None:
    resident = embedded_world.resident()
    for _ in range(25):
        embedded_world.open_wish(resident)
    for place in (BAIHUA, "chunhui"):
        with counted_storage() as storage:
            page = Phone().get(f"/v1/wishes?place={place}")
        assert (len(page.json["items"]), bool(page.json["next"])) == (20, True)
        assert storage.names == {"Query": 1}
        with counted_storage() as storage:
            rest = Phone().get(f"/v1/wishes?place={place}&state=open&limit=20")
        assert (len(rest.json["items"]), storage.names) == (20, {"Query": 1})


@pytest.mark.parametrize(
    ("terms", "most"),
    [({}, 31), (LONGEST, 43)],
    ids=["a kettle", "the longest story"],
)
def test_a_claim_is_three_reads_and_one_transaction(
    embedded_world: World, terms: dict[str, Any], most: int
) -> None:
    world, helper = embedded_world, embedded_world.volunteer()
    wish = world.open_wish(**terms)
    queue = world.services.outbox._queue = Stub()
    with counted_storage() as storage:
        answer = helper.post(f"/v1/wishes/{wish}/claim", idempotency_key="tap")
    assert answer.status == 200
    names = [name for name, _, _ in storage.calls]
    committed = names.index("TransactWriteItems")
    items = storage.calls[committed][1]["TransactItems"]
    units = storage.units("TransactWriteItems")
    print(
        f"claim: {names[:committed]}, {len(items)} items, {units:g} write units, "
        f"{read_units(storage):g} read units"
    )
    assert storage.reads == committed <= 3
    assert set(names[committed + 1 :]) <= {"BatchWriteItem"}, (
        "after the commit nothing is read; what the queue took is deleted"
    )
    assert sorted(due.kind for due in queue.taken) == [
        "event.wish.claimed",
        "wish.claimed",
        "wish.yours",
    ]
    assert not waiting_messages()
    assert len(items) <= 25
    assert units <= most


def test_a_replayed_claim_reads_and_writes_nothing_new(
    embedded_world: World,
) -> None:
    world, helper = embedded_world, embedded_world.volunteer()
    wish = world.open_wish()
    assert (
        helper.post(f"/v1/wishes/{wish}/claim", idempotency_key="tap").status
        == 200
    )
    with counted_storage() as storage:
        assert (
            helper.post(
                f"/v1/wishes/{wish}/claim", idempotency_key="tap"
            ).status
            == 200
        )
    assert set(storage.names) <= {"GetItem", "BatchGetItem"}
    assert storage.reads <= 6


def test_ten_sms_reminders_stay_within_the_budget_of_storage_calls(
    embedded_world: World,
) -> None:
    """From ten alarms at once to ten lines that are SENT, for wishes whose row is one kilobyte; the
    shards' queries beside.
    """
    world, shards = embedded_world, embedded_world.settings.due_shards
    cloud = Cloud(world)
    cloud.provide("east")
    for _ in range(10):
        assert (
            world.volunteer()
            .post(f"/v1/wishes/{world.open_wish()}/claim")
            .status
            == 200
        )
    cloud.run(world.clock.now() + timedelta(hours=1))
    (at,) = {due.at for due in timers() if due.kind == "timer.wish"}
    world.clock.move_to(at)
    cloud.calls.clear()
    cloud.requests = 0
    with counted_storage() as storage:
        assert world.services.outbox.sweep() == 10
        while cloud.deliver():
            pass
    assert [call.kind for call in cloud.calls] == ["wish.due_in_2_days"] * 10
    assert not waiting_messages()
    written, read = (
        sum(storage.units(name) for name in WRITES),
        read_units(storage) - shards,
    )
    note(
        f"of ten: {written:g} write units, {read:g} read units, "
        f"{cloud.requests} requests of the queue"
    )
    assert written <= 10 * 12
    # A wish with its people and the helper: no reminder outlives the relation it is for.
    assert read <= 10 * 5
    assert (
        cloud.requests <= 10 * 0.6
    )  # sent, received and deleted, once as an alarm and once as a message


@pytest.mark.parametrize("waiting", [100, 1_000])
def test_a_sweep_with_nothing_due_is_one_request_per_shard(
    embedded_world: World, waiting: int
) -> None:
    world, shards = embedded_world, embedded_world.settings.due_shards
    at = world.clock.now().replace(year=2027)
    ids = [f"due_{n:024}" for n in range(waiting)]
    jobs = [
        a_job(
            id=id,
            at=at,
            shard=shard_of(id, shards),
            kind="timer.wish",
            subject=id,
        )
        for id in ids
    ]
    save_all(record_of(job) for job in jobs)
    with counted_storage() as storage:
        assert world.services.outbox.sweep() == 0
    assert storage.names == {"Query": shards}
    assert read_units(storage) <= shards


# tickets


STREET_PLACE, COMMUNITY, GRID_PLACE = (
    "chunhui",
    "chunhui.baihua",
    "chunhui.baihua.g01",
)


def many_tickets(count: int) -> None:
    made = []
    for n in range(count):
        id, place = (
            f"tkt_{n:024}".translate(LETTERS),
            UNIT if n % 2 else f"{COMMUNITY}.g02.b01",
        )
        made.append(
            a_ticket(
                id=id, place=place, created_at=START + timedelta(seconds=n)
            )
        )
    save_all(made)


LETTERS = str.maketrans("0123456789", "abcdefghij")


@pytest.mark.parametrize("place", [STREET_PLACE, COMMUNITY, GRID_PLACE])
@pytest.mark.parametrize(
    "more", ["", "&state=open", "&category=rubbish&level=grid"]
)
def test_a_page_of_a_queue_of_tickets_is_the_reader_and_one_request(
    embedded_world: World, place: str, more: str
) -> None:
    """Who lost their role sees no queue, so the reader's account is read as well.

    A grid costs the same while the open tickets of its community fit into one read.
    """
    many_tickets(60)
    phone = embedded_world.phone_of(embedded_world.admin)
    with counted_storage() as storage:
        page = phone.get(f"/v1/tickets?place={place}&order=due{more}")
    assert (len(page.json["items"]), bool(page.json["next"])) == (20, True)
    assert storage.names == {"GetItem": 1, "Query": 1}
    note(f"a page of {place}{more}: {read_units(storage):g} read units")
    assert read_units(storage) <= 3 + 3 * bool(more)


@pytest.mark.parametrize("place", [STREET_PLACE, COMMUNITY, GRID_PLACE])
def test_a_page_of_closed_tickets_reads_those_of_its_place(
    embedded_world: World, place: str
) -> None:
    """Twenty of them are read whole; 600 open ones, and as many elsewhere, are not looked at."""
    made = []
    for n in range(1200):
        ticket = a_ticket(
            id=f"tkt_{n:024}".translate(LETTERS),
            place=UNIT if n % 20 == 0 else f"{COMMUNITY}.g02.b01",
            created_at=START + timedelta(seconds=n),
        )
        if n % 2 == 0:
            ticket = replace(ticket, state=TicketStatus.CLOSED, clocks=())
        made.append(ticket)
    save_all(made)
    phone = embedded_world.phone_of(embedded_world.admin)
    with counted_storage() as storage:
        page = phone.get(f"/v1/tickets?place={place}&state=closed")
    assert len(page.json["items"]) == 20
    assert storage.reads <= 4
    note(f"closed tickets of {place}: {read_units(storage):g} read units")
    assert read_units(storage) <= 18


def cost(world: World, what: str, ask: Any) -> tuple[Any, Any]:
    """Ask with a queue that only takes; return the answer and what was counted, and note it."""
    world.services.outbox._queue = Stub()
    with counted_storage() as storage:
        answer = ask()
    names = [name for name, _, _ in storage.calls]
    reads, units = storage.reads, storage.units("TransactWriteItems")
    items = sum(
        len(kwargs["TransactItems"])
        for name, kwargs, _ in storage.calls
        if name == "TransactWriteItems"
    )
    note(
        f"{what}: {reads} reads ({read_units(storage):g} units), {items} items, "
        f"{units:g} write units: {names}"
    )
    if "TransactWriteItems" in names:
        committed = names.index("TransactWriteItems")
        assert names.count("TransactWriteItems") == 1
        assert set(names[committed + 1 :]) <= {"BatchWriteItem"}, (
            "after the commit nothing is read"
        )
    return answer, storage


@pytest.fixture
def street(embedded_world: World) -> TicketStreet:
    return TicketStreet(embedded_world)


LONG = {"text": "暖" * 1000, "location_note": "灯" * 200}


@pytest.mark.parametrize(
    ("who", "reads"),
    [
        ("neighbour", 3),
        ("resident", 4),
        ("company", 3),
        ("worker", 4),
        ("admin", 4),
    ],
)
def test_a_ticket_is_read_in_a_few_requests(
    street: TicketStreet, who: str, reads: int
) -> None:
    id, phone = street.report(**LONG), getattr(street, who)
    answer, storage = cost(
        street.world,
        f"{who} reads a ticket",
        lambda: phone.get(f"/v1/tickets/{id}"),
    )
    assert answer.status == 200
    assert storage.reads <= reads
    assert set(storage.names) <= {"GetItem", "BatchGetItem"}


# What is done, what it may read before its one transaction, and the write units of that.
# A text costs two reads of the names that are registered in the building. A fact costs two units
# (decision 0045). A waiting task costs four where it comes or goes, and eight where its deadline
# moves (0048). The lists of a grid, of a community and of the public cost five or six (0050).
DONE: dict[str, tuple[str, str, dict[str, Any], int, int]] = {
    "join": ("neighbour", "join", {}, 5, 12),
    "accept": ("worker", "accept", {}, 4, 39),
    "assign": ("worker", "assign", {"to": "property"}, 6, 41),
    "comment": ("worker", "comment", {"text": "下午来"}, 7, 15),
    "resolve": ("worker", "resolve", {"note": "已清走"}, 9, 36),
    "close": ("worker", "close", {"reason": "不在职责内"}, 9, 30),
}


@pytest.mark.parametrize(
    "terms", [{}, LONG], ids=["a usual ticket", "the longest"]
)
def test_a_report_is_a_few_reads_and_one_transaction(
    street: TicketStreet, terms: dict[str, Any]
) -> None:
    body, phone = (
        {"category": "rubbish", "text": "楼道里有垃圾", "place": UNIT} | terms,
        street.resident,
    )
    answer, storage = cost(
        street.world,
        "a report",
        lambda: phone.post("/v1/tickets", body, idempotency_key="tap"),
    )
    assert answer.status == 201
    assert storage.reads <= 8  # two of them are the names of the building
    # Two of them are its fact (decision 0045), four its waiting task (0048), and five lists (0050).
    assert storage.units("TransactWriteItems") <= (56 if terms else 39)


@pytest.mark.parametrize("what", DONE)
def test_what_is_done_with_a_ticket_is_a_few_reads_and_one_transaction(
    street: TicketStreet, what: str
) -> None:
    who, move, body, reads, units = DONE[what]
    id, phone = street.report(), getattr(street, who)
    answer, storage = cost(
        street.world,
        what,
        lambda: phone.post(
            f"/v1/tickets/{id}/{move}", body, idempotency_key="tap"
        ),
    )
    assert answer.status == 200, answer.text
    assert storage.reads <= reads
    assert storage.units("TransactWriteItems") <= units


def test_a_firing_clock_is_three_reads_and_one_transaction(
    street: TicketStreet,
) -> None:
    id = street.report()
    (timer,) = timers(id)
    street.world.clock.move_to(timer.at)
    _, storage = cost(
        street.world, "a level up", lambda: run_job(street.world, timer)
    )
    ticket = stored(id)
    assert ticket.level.value == "community"
    assert storage.reads <= 3
    # With the line of the staff queue, which names the assignee.
    assert storage.units("TransactWriteItems") <= 25


def everything_about_tickets(street: TicketStreet) -> None:
    """Go through every route and every job of tickets."""
    world = street.world
    for name, good in GOOD.items():
        if name.endswith("_ticket") or name in (
            "report_problem",
            "replay_ticket_policy",
        ):
            operation = next(op for op in api.operations if op.name == name)
            assert good(world).send(operation.method).status < 300, name
    id = street.report()
    done(street.neighbour, id, "join")
    for operation in (
        op
        for op in api.operations
        if op.method == "GET"
        and "ticket" in op.path
        and "open311" not in op.path
        and "export" not in op.path
    ):
        path = operation.path.replace("{ticket_id}", id)
        more = {
            "list_tickets": f"?place={COMMUNITY}",
            "read_ticket_policy": f"?place={COMMUNITY}",
            "list_hot_spots": f"?place={COMMUNITY}",
        }
        more["read_rates"] = f"?place={COMMUNITY}&from=2026-11-01&to=2026-11-30"
        assert (
            street.admin.get(path + more.get(operation.name, "")).status == 200
        ), operation.name
        assert (
            street.admin.get(
                f"/v1/tickets?place={STREET_PLACE}&order=new&state=closed"
            ).status
            == 200
        )
    for phone in (street.resident, street.company):
        assert phone.get(f"/v1/tickets?place={COMMUNITY}").status == 200
    assert street.admin.get(f"/v1/admin/queue?place={COMMUNITY}").status == 200
    done(street.worker, id, "resolve")
    world.pass_time(days=6)
    given = street.report(street.neighbour)
    done(street.worker, given, "assign", to="property")
    assert GOOD["set_ticket_policy"](world).send("PUT").status == 200
    street.grant("company")
    assert world.erase(street.neighbour).status == 202
    world.pass_time(hours=3)
    assert world.services.audit() == 0


def test_nothing_about_tickets_ever_scans(world: World) -> None:
    street = TicketStreet(world)
    called: set[str] = set()

    def around(call: Any, name: str, kwargs: dict[str, Any]) -> Any:
        called.add(name)
        return call()

    with intercepted(around):
        everything_about_tickets(street)
    assert "Scan" not in called
    assert {"GetItem", "BatchGetItem", "Query", "TransactWriteItems"} <= called


def test_nothing_ever_scans(embedded_world: World) -> None:
    called: set[str] = set()

    def around(call: Any, name: str, kwargs: dict[str, Any]) -> Any:
        called.add(name)
        return call()

    tell(embedded_world, around=around)
    with counted_storage() as storage:
        embedded_world.pass_time(days=60)
    called |= set(storage.names)
    assert "Scan" not in called
    assert {"GetItem", "BatchGetItem", "Query", "TransactWriteItems"} <= called
