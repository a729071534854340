"""Moves in bulk: each item by itself, told line by line, and a repeat does nothing twice."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError

from chalicelib.kernel.access import Role

from ..storage import intercepted
from ..tickets.cases import reported
from ..wishes.cases import submitted
from ..world import BAIHUA, GRID, JINFENG, Answer, Phone, World
from .cases import a_parked_job
from .test_desk import of_kind, unreachable
from .test_queue import queue

NOBODY = "tkt_" + "a" * 24
MAX_ITEMS = 50


def bulk(
    phone: Phone, move: str, ids: Any, key: str = "", **more: Any
) -> Answer:
    items = [{"id": id} if isinstance(id, str) else id for id in ids]
    headers = {"idempotency_key": key} if key else {}
    body = {"items": items} | more
    return phone.post(f"/v1/admin/queue/{move}", body, **headers)


def codes(answer: Answer) -> list[str | None]:
    """Return the code of each item; None for one that was moved."""
    assert answer.status == 200, answer.text
    for item in answer.json["items"]:
        assert item["ok"] is (item["code"] is None)
    return [item["code"] for item in answer.json["items"]]


def state_of(world: World, id: str) -> str:
    kinds = {"wsh": "wishes", "tkt": "tickets"}
    path = f"/v1/{kinds[id[:3]]}/{id}"
    return str(world.phone_of(world.admin).get(path).json["state"])


def test_each_item_is_moved_or_refused_by_itself(world: World):
    first, second, third = (submitted(world)[0] for _ in range(3))
    staff = world.staff()
    assert staff.post(f"/v1/wishes/{second}/approve").status == 200
    answer = bulk(staff, "approve", [first, second, "wsh_" + "a" * 24, third])
    assert answer.json["items"][0]["id"] == first
    assert codes(answer) == [
        None,
        "wish.wrong_state",
        "resource.not_found",
        None,
    ]
    assert state_of(world, first) == state_of(world, third) == "open"


def test_an_item_that_has_changed_since_it_was_seen_stays_as_it_is(
    world: World,
):
    (first, resident), (second, _) = submitted(world), submitted(world)
    staff = world.staff()
    seen = [
        {"id": item["id"], "version": item["version"]}
        for item in of_kind(queue(staff), "wish.approve")
    ]
    edited = resident.post(f"/v1/wishes/{first}/edit", {"title": "另一个水壶"})
    assert edited.status == 200
    found = dict(
        zip(
            [item["id"] for item in seen],
            codes(bulk(staff, "approve", seen)),
            strict=True,
        )
    )
    assert found == {first: "request.stale", second: None}
    assert state_of(world, first) == "submitted"


def wish_to_reject(world: World) -> str:
    return submitted(world)[0]


def ticket(world: World) -> str:
    return reported(world)[0]


def visit(world: World) -> str:
    known = waiting(world.staff(), "message.visit")
    unreachable(world)
    (id,) = waiting(world.staff(), "message.visit") - known
    return id


MOVES: dict[str, tuple[Callable[[World], str], dict[str, str], str]] = {
    "approve": (wish_to_reject, {}, "wish.approve"),
    "reject": (wish_to_reject, {"reason": "重复了"}, "wish.approve"),
    "accept": (ticket, {}, "ticket.accept"),
    "visited": (visit, {}, "message.visit"),
    "redrive": (a_parked_job, {}, "job.parked"),
}


def waiting(staff: Phone, kind: str) -> set[str]:
    found = of_kind(queue(staff, BAIHUA, limit=100), kind)
    return {item["id"] for item in found}


@pytest.mark.parametrize("move", MOVES)
def test_every_move_of_the_queue_can_be_made_in_bulk(world: World, move):
    make, more, kind = MOVES[move]
    ids = [make(world), make(world)]
    staff = world.staff()
    assert waiting(staff, kind) >= set(ids)
    assert codes(bulk(staff, move, ids, **more)) == [None, None]
    assert not waiting(staff, kind) & set(ids)


def test_several_tickets_are_assigned_to_one_person(world: World):
    ids = [ticket(world), ticket(world)]
    worker = world.person("周涛", (Role.GRID_WORKER, GRID))
    staff = world.staff()
    assert codes(bulk(staff, "assign", ids, to=worker.id)) == [None, None]
    mine = staff.get(f"/v1/tickets?place={BAIHUA}&assignee={worker.id}").json
    assert {item["id"] for item in mine["items"]} == set(ids)


def test_several_tickets_are_merged_into_one(world: World):
    into, first, second = (reported(world)[0] for _ in range(3))
    answer = bulk(world.staff(), "merge", [first, into, second], into=into)
    assert codes(answer) == [None, "ticket.cannot_merge", None]
    assert state_of(world, first) == state_of(world, second) == "closed"


def test_only_staff_may_move_in_bulk_and_only_where_they_serve(world: World):
    id, resident = submitted(world)
    assert bulk(Phone(), "approve", [id]).status == 401
    assert bulk(resident, "approve", [id]).status == 404
    elsewhere = world.staff(JINFENG)
    assert codes(bulk(elsewhere, "approve", [id])) == ["resource.not_found"]
    worker = world.staff(GRID, Role.GRID_WORKER)
    job = a_parked_job(world)
    assert codes(bulk(worker, "redrive", [job])) == ["action.forbidden"]
    blocked = world.staff()
    blocking = {"blocked": True, "reason": "离职"}
    path = f"/v1/people/{blocked.me['id']}/blocked"
    assert world.phone_of(world.admin).put(path, blocking).status == 200
    assert bulk(blocked, "approve", [id]).status == 401
    assert state_of(world, id) == "submitted"


@pytest.mark.parametrize(
    ("move", "body"),
    {
        "no items": ("approve", {"items": []}),
        "too many": (
            "approve",
            {
                "items": [
                    {"id": f"wsh_{n:024}".translate(str.maketrans("01", "ab"))}
                    for n in range(MAX_ITEMS + 1)
                ]
            },
        ),
        "one twice": ("approve", {"items": [{"id": NOBODY}, {"id": NOBODY}]}),
        "no reason": ("reject", {"items": [{"id": NOBODY}]}),
        "a reason too many": (
            "approve",
            {"items": [{"id": NOBODY}], "reason": "重复了"},
        ),
        "no id": ("accept", {"items": [{"id": "1"}]}),
        "a version below zero": (
            "accept",
            {"items": [{"id": NOBODY, "version": -1}]},
        ),
    }.values(),
)
def test_a_body_that_does_not_fit_is_refused_as_a_whole(
    world: World, move, body
):
    answer = world.staff().post(f"/v1/admin/queue/{move}", body)
    assert (answer.status, answer.json["code"]) == (422, "body.invalid")


def test_an_unknown_move_is_not_found(world: World):
    assert bulk(world.staff(), "withdraw", [NOBODY]).status in (403, 404)


def test_a_repeat_with_its_key_tells_the_same_and_does_nothing_twice(
    world: World,
):
    first, second, gone = (submitted(world)[0] for _ in range(3))
    staff = world.staff()
    world.phone_of(world.admin).post(f"/v1/wishes/{gone}/withdraw", {})
    once = codes(bulk(staff, "approve", [gone, first, second], "key-1"))
    assert once == ["wish.wrong_state", None, None]
    assert codes(bulk(staff, "approve", [gone, first, second], "key-1")) == once
    # Without its key the same request finds what it has done itself.
    assert codes(bulk(staff, "approve", [first])) == ["wish.wrong_state"]


def test_a_key_with_another_body_is_refused_before_anything_is_done(
    world: World,
):
    first, second = submitted(world)[0], submitted(world)[0]
    staff = world.staff()
    assert codes(bulk(staff, "approve", [first], "key-1")) == [None]
    other = bulk(staff, "approve", [second], "key-1")
    assert (other.status, other.json["code"]) == (422, "idempotency.mismatch")
    assert state_of(world, second) == "submitted"


@pytest.mark.parametrize("lost", range(1, 5))
def test_a_bulk_that_ends_in_the_middle_is_completed_by_its_repeat(
    world: World, lost
):
    """The store goes away after some commits; the phone asks again with the same key."""
    ids = [submitted(world)[0] for _ in range(3)]
    staff = world.staff()
    commits = 0

    def die(call: Callable[[], Any], name: str, kwargs: dict[str, Any]) -> Any:
        nonlocal commits
        if commits >= lost:
            raise ReadTimeoutError(endpoint_url="https://dynamodb.example")
        answer = call()
        commits += name == "TransactWriteItems"
        return answer

    with intercepted(die):
        first = bulk(staff, "approve", ids, "key-1")
    if first.status == 200:
        assert codes(first)[lost - 1 :] == ["server.busy"] * (4 - lost)
    else:
        assert first.status == 503
    assert codes(bulk(staff, "approve", ids, "key-1")) == [None] * 3
    events = [
        [
            event["event"]
            for event in staff.get(f"/v1/wishes/{id}/timeline").json["items"]
        ]
        for id in ids
    ]
    assert all(line.count("wish.approved") == 1 for line in events), events
