"""Pages of the staff queue: tasks of all kinds, read page by page by each kind of staff."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.kernel import staff_queue
from chalicelib.kernel.access import Role
from chalicelib.kernel.clock import to_text
from chalicelib.kernel.place import covers
from chalicelib.message_log.model import (
    Channel,
    DeliveryState,
    MessageAttempt,
    SuppressionReason,
)
from chalicelib.message_log.policy import VISIT_WITHIN
from chalicelib.replies.model import ReplyEffect, StoredReply
from chalicelib.store.tables import ParkedJob
from chalicelib.wishes.model import WishState

from ..job_rows import a_job
from ..storage import counted_storage, intercepted
from ..store.scan import remove, save_all
from ..tickets.builders import a_ticket
from ..wishes.builders import a_wish
from ..world import BAIHUA, GRID, OTHER_GRID, START, STREET, UNIT, Phone, World
from .test_queue import queue_as_sent as queue

NOWHERE = ""
LETTERS = str.maketrans("0123456789", "abcdefghij")
PREFIXES = {
    "wish.approve": "wsh",
    "ticket.accept": "tkt",
    "message.visit": "msg",
    "job.parked": "due",
    "message.reply": "rpl",
}
STAFF = {
    "community staff": (BAIHUA, Role.COMMUNITY_STAFF),
    "grid worker": (GRID, Role.GRID_WORKER),
    "street administrator": (STREET, Role.STREET_ADMIN),
    "street administrator in a community": (BAIHUA, Role.STREET_ADMIN),
}


@dataclass(frozen=True)
class Waiting:
    """A task that a test makes: its kind, place and due time, and what becomes of it while somebody
    reads the queue.
    """

    kind: str
    place: str
    slot: int
    fate: str = "stays"

    @property
    def due_at(self) -> datetime:
        """Tasks of one slot are due at one instant, of any kind."""
        return START + timedelta(minutes=self.slot)

    def is_shown_at(self, place: str) -> bool:
        return covers(place, self.place) if self.place else place == STREET


def waiting(
    kinds: Sequence[str], places: Sequence[str]
) -> st.SearchStrategy[Waiting]:
    slots, fates = (
        st.integers(0, 2),
        st.sampled_from(["stays", "stays", "stays", "ends", "drops"]),
    )
    return st.builds(
        Waiting, st.sampled_from(kinds), st.sampled_from(places), slots, fates
    )


HERE = (UNIT, f"{BAIHUA}.g02.b01", BAIHUA, OTHER_GRID)
TASKS = st.lists(
    waiting(["wish.approve", "ticket.accept"], HERE)
    | waiting(
        ["message.visit", "job.parked", "message.reply"], (*HERE, NOWHERE)
    ),
    max_size=40,
)


def id_of(number: int, kind: str) -> str:
    return f"{PREFIXES[kind]}_" + f"{number:024}".translate(LETTERS)


def row_of(id: str, task: Waiting, **fields: Any) -> Any:
    """Return the row that makes a task wait."""
    place, due_at = task.place, task.due_at
    if task.kind == "wish.approve":
        return a_wish(
            WishState.SUBMITTED, id=id, place=place, approve_by=due_at
        )
    if task.kind == "ticket.accept":
        ticket = a_ticket(id=id, place=place)
        return replace(
            ticket,
            clocks=(
                replace(ticket.clocks[0], promised_at=due_at),
                *ticket.clocks[1:],
            ),
        )
    if task.kind == "job.parked":
        job = a_job(
            id=id,
            at=due_at,
            shard="s0",
            kind="wish.approved",
            subject="wsh_x",
            to="per_nobody",
        )
        return job, place
    if task.kind == "message.reply":
        return StoredReply(
            id=id,
            created_at=START,
            updated_at=START,
            place=place,
            text="谢谢",
            effect=ReplyEffect.NOT_UNDERSTOOD,
            due_at=due_at,
            ttl=due_at + timedelta(days=90),
            **fields,
        )
    values: dict[str, Any] = {
        "message": "due_x",
        "kind": "account.factor_set",  # always true
        "about": "wsh_x",
        "person": "per_nobody",
    }
    values |= {
        "channel": Channel.NONE,
        "state": DeliveryState.SUPPRESSED,
        "reason": SuppressionReason.NO_CHANNEL,
    }
    at = due_at - VISIT_WITHIN
    values |= {"at": at, "ttl": at + timedelta(days=90)}
    return MessageAttempt(**(values | {"id": id, "place": place} | fields))


class Desk:
    """A street with tasks, and the members of its staff."""

    def __init__(self, tasks: Sequence[Waiting]) -> None:
        self.world = World()
        self.tasks = {id_of(n, task.kind): task for n, task in enumerate(tasks)}
        self.rows = {id: row_of(id, task) for id, task in self.tasks.items()}
        save_all(
            row
            for id, row in self.rows.items()
            if self.tasks[id].kind != "job.parked"
        )
        for id, row in self.rows.items():
            if self.tasks[id].kind == "job.parked":
                self.world.services.outbox.park(*row)

    def phone(self, who: str) -> tuple[Phone, str]:
        place, role = STAFF[who]
        person = self.world.admin if role is Role.STREET_ADMIN else None
        return (
            self.world.phone_of(person)
            if person
            else self.world.staff(place, role)
        ), place

    def with_fate(self, *fates: str) -> list[str]:
        return [id for id, task in self.tasks.items() if task.fate in fates]

    def end(self) -> None:
        """End the tasks that end while somebody reads."""
        parked = {
            job.id: job for job in self.world.services.outbox.every_parked()
        }
        for id in self.with_fate("ends"):
            row: Any = (
                parked.get(id)
                if self.tasks[id].kind == "job.parked"
                else self.rows[id]
            )
            assert (
                isinstance(row, ParkedJob)
                or self.tasks[id].kind != "job.parked"
            )
            remove(row)

    def expected(self, place: str, *fates: str) -> list[str]:
        """Return the ids of the tasks of a place in their order."""
        shown = [
            id
            for id in self.with_fate(*fates)
            if self.tasks[id].is_shown_at(place)
        ]
        return sorted(
            shown, key=lambda id: f"{to_text(self.tasks[id].due_at)}#{id}"
        )

    def counts(self, place: str) -> dict[str, Any]:
        """Return how many tasks of a place wait: all, or those that are counted."""
        ids = self.expected(place, "stays", "ends", "drops")
        counted = ids[: staff_queue.MAX_COUNTED]
        capped = len(counted) < len(ids)
        numbers = Counter(self.tasks[id].kind for id in counted)
        return {
            kind: {"value": number, "capped": capped}
            for kind, number in numbers.items()
        }

    def pages(self, who: str, limit: int) -> Iterator[Any]:
        """Read page by page; a task that drops is in the list, and gone when it is read."""
        phone, place = self.phone(who)
        dropped, cursor = set(self.with_fate("drops")), {}

        def around(
            call: Callable[[], Any], name: str, kwargs: dict[str, Any]
        ) -> Any:
            answer = call()
            if name == "BatchGetItem":
                for table, items in answer["Responses"].items():
                    answer["Responses"][table] = [
                        item for item in items if not dropped & _ids_in(item)
                    ]
            return answer

        while True:
            with intercepted(around):
                page = queue(phone, place, limit=limit, **cursor)
            yield page
            if page["next"] is None:
                return
            cursor = {"cursor": page["next"]}


def _ids_in(item: Any) -> set[str]:
    """Return the ids that a key names: that of a parked job is in its sort key."""
    return {item["pk"]["S"], item["sk"]["S"].rpartition("#")[2]}


def ids_of(pages: Sequence[Any]) -> list[str]:
    return [task["id"] for page in pages for task in page["items"]]


@pytest.mark.parametrize(
    "counted", [3, 2000], ids=["more than is counted", "all are counted"]
)
@pytest.mark.parametrize("who", STAFF)
@settings(max_examples=25, deadline=None, derandomize=True, database=None)
@given(tasks=TASKS, limit=st.integers(1, 9))
def test_all_pages_show_each_task_once_in_order(
    who: str, counted: int, tasks: list[Waiting], limit: int
):
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(staff_queue, "MAX_COUNTED", counted)
        desk, place = Desk(tasks), STAFF[who][0]
        found = list(desk.pages(who, limit))
        assert ids_of(found) == desk.expected(place, "stays", "ends")
        for page in found:
            # A kind that may wait behind what was counted is there, with 0.
            counted = {
                kind: count
                for kind, count in page["counts"].items()
                if count != {"value": 0, "capped": True}
            }
            assert counted == desk.counts(place)
            assert len(page["items"]) <= limit
        assert all(page["items"] for page in found[:-1])
        if not desk.with_fate("drops"):
            assert all(len(page["items"]) == limit for page in found[:-1])


@pytest.mark.parametrize("who", STAFF)
@settings(max_examples=25, deadline=None, derandomize=True, database=None)
@given(tasks=TASKS, limit=st.integers(1, 9))
def test_a_task_that_ends_between_two_pages_hides_no_other(
    who: str, tasks: list[Waiting], limit: int
):
    desk, place, found = Desk(tasks), STAFF[who][0], []
    for page in desk.pages(who, limit):
        if not found:
            desk.end()
        found.append(page)
    ids = ids_of(found)
    assert len(ids) == len(set(ids))
    staying = desk.expected(place, "stays")
    assert [id for id in ids if id in set(staying)] == staying


def full_desk() -> Desk:
    """Return a desk where every line has more tasks than a page, and visits tell of wishes."""
    tasks = []
    for n in range(60):
        tasks += [
            Waiting(kind, (UNIT, BAIHUA, OTHER_GRID)[n % 3], n % 3)
            for kind in PREFIXES
        ]
        tasks.append(Waiting("message.visit", NOWHERE, n % 3))
        tasks.append(Waiting("message.reply", NOWHERE, n % 3))
    desk = Desk(tasks)
    recipients = [
        {
            "person": desk.world.resident().me["id"],
            "others": ("per_a", "per_b"),
        },
        {"person": "per_c"},
    ]
    visits = [
        id for id, task in desk.tasks.items() if task.kind == "message.visit"
    ]
    wishes = [
        id for id, task in desk.tasks.items() if task.kind == "wish.approve"
    ]
    save_all(
        row_of(id, desk.tasks[id], about=wishes[n % 60], **recipients[n % 2])
        for n, id in enumerate(visits)
    )
    save_all(
        row_of(id, task, person_id=recipients[0]["person"])
        for id, task in desk.tasks.items()
        if task.kind == "message.reply" and task.place
    )
    return desk


# The actor, the tasks, their entities, people and places, and what the texts of visits need. An
# administrator of the street also reads the tasks of no known place.
MAX_REQUESTS = 8


@pytest.mark.parametrize("who", STAFF)
def test_every_page_is_few_requests(who: str):
    desk = full_desk()
    phone, place = desk.phone(who)
    start: dict[str, str] | None = {}
    while start is not None:
        with counted_storage() as storage:
            page = queue(phone, place, **start)
        assert page["items"]
        assert storage.reads == sum(storage.names.values())
        assert storage.reads <= MAX_REQUESTS, storage.names
        start = {"cursor": page["next"]} if page["next"] else None


@pytest.mark.parametrize("kind", PREFIXES)
def test_tasks_of_other_places_beyond_the_bound_cost_no_more_requests(
    kind: str,
):
    elsewhere = [
        Waiting(kind, f"{BAIHUA}.g02.b01", n % 3)
        for n in range(staff_queue.MAX_COUNTED + 100)
    ]
    desk = Desk([*elsewhere, Waiting(kind, UNIT, 0)])
    phone, place = desk.phone("grid worker")
    with counted_storage() as storage:
        page = queue(phone, place)
    assert len(page["items"]) == 1
    assert page["counts"] == {kind: {"value": 1, "capped": False}}
    assert storage.reads <= MAX_REQUESTS, storage.names
