"""Two parts of the staff queue: people to visit, and parked jobs; in one list with the wishes."""

import json
from datetime import timedelta
from typing import Any

import pytest
from pynamodb.exceptions import PutError

from chalicelib.kernel.access import Role
from chalicelib.kernel.errors import Conflict
from chalicelib.kernel.place import community_of
from chalicelib.store.tables import JobFailure
from chalicelib.wishes.codes import delivery_code

from ..job_rows import a_job
from ..storage import counted_storage
from ..world import (
    BAIHUA,
    GRID,
    JINFENG,
    OTHER_GRID,
    STREET,
    UNIT,
    Phone,
    World,
)
from .test_queue import queue


def pages(phone: Phone, place: str, limit: int) -> list[list[Any]]:
    found, cursor = [], {}
    while True:
        page = queue(phone, place, limit=limit, **cursor)
        found.append(page["items"])
        if page["next"] is None:
            return found
        cursor = {"cursor": page["next"]}


def unreachable(
    world: World, name: str = "李奶奶", home: str = UNIT, **fields: Any
) -> str:
    """Somebody without a phone whose wish has come onto the wall; returns the wish."""
    ward = world.person(name, phone=None, home=home)
    body = world.wish_body(
        on_behalf_of=ward.id,
        consent={"how": "spoken", "witness": "许见证"},
        **fields,
    )
    boss = world.phone_of(world.admin)
    wish_id = str(boss.post("/v1/wishes", body).json["id"])
    place = community_of(home)
    other = world.staff(place)
    assert other.post(f"/v1/wishes/{wish_id}/approve").status == 200
    return wish_id


def parked(world: World, place: str = UNIT, kind: str = "wish.approved") -> str:
    letters = "".join(
        "abcdefghij"[int(digit)] for digit in f"{next(world.numbers):024}"
    )
    due = a_job(
        id=f"due_{letters}",
        at=world.clock.now(),
        shard="s0",
        kind=kind,
        subject="wsh_x",
        to="per_nobody",
    )
    world.services.outbox.park(due, place)
    return due.id


def of_kind(found: Any, kind: str) -> list[Any]:
    return [item for item in found["items"] if item["kind"] == kind]


# visits


def test_a_visit_names_the_person_and_the_message(world: World):
    unreachable(world, title="一个水壶")
    worker = world.staff(GRID, Role.GRID_WORKER)
    visit = of_kind(queue(worker, GRID), "message.visit")[0]
    assert (
        visit["title"]
        == "李奶奶：您的心愿「一个水壶」已上墙，有人认领会通知您。"
    )
    assert (visit["moves"], visit["place"]) == (["visited"], UNIT)
    answer = worker.get(f"/v1/admin/queue?place={GRID}", Accept_Language="en")
    assert of_kind(answer.json, "message.visit")[0]["title"].startswith(
        "李奶奶: Your wish “一个水壶” is on the wall."
    )


def test_a_visit_tells_staff_no_code(world: World):
    wish_id, helper = unreachable(world), world.volunteer()
    helper.post(f"/v1/wishes/{wish_id}/claim")
    (claim,) = world.services.wish_queries.find(wish_id).claims
    visits = of_kind(queue(world.staff()), "message.visit")
    told = next(
        visit["title"] for visit in visits if "送达码" in visit["title"]
    )
    assert "送达码 ****" in told
    assert not [
        visit
        for visit in visits
        if delivery_code(world.services.keys, claim) in visit["title"]
    ]


def test_an_outdated_message_needs_no_visit(world: World):
    wish_id = unreachable(world)
    world.phone_of(world.admin).post(f"/v1/wishes/{wish_id}/withdraw", {})
    assert [
        visit["title"]
        for visit in of_kind(queue(world.staff()), "message.visit")
    ] == []


def test_who_has_left_is_not_named(world: World):
    resident = world.resident(name="欧阳秀英")
    resident.patch("/v1/me", {"channels": {"sms": False}})
    world.open_wish(resident)
    assert world.erase(resident).status == 202
    text = world.staff().get(f"/v1/admin/queue?place={BAIHUA}").text
    assert "欧阳" not in text


def test_a_visit_that_was_made_leaves_the_queue(world: World):
    unreachable(world)
    worker = world.staff(GRID, Role.GRID_WORKER)
    id = queue(worker, GRID)["items"][0]["id"]
    first = worker.post(f"/v1/messages/{id}/visited")
    assert (
        first.status,
        first.json["visited_by"],
        first.json["wants_visit"],
    ) == (
        200,
        worker.me["id"],
        False,
    )
    assert queue(worker, GRID) == {"items": [], "counts": {}, "next": None}
    again = world.staff().post(f"/v1/messages/{id}/visited")
    assert (again.status, again.json["visited_by"]) == (
        200,
        worker.me["id"],
    )  # who came first


def test_a_visit_is_not_known_of_elsewhere(world: World):
    unreachable(world)
    id = queue(world.staff())["items"][0]["id"]
    for phone in (
        world.staff(JINFENG),
        world.staff(OTHER_GRID, Role.GRID_WORKER),
        world.resident(),
        world.volunteer(),
    ):
        assert phone.post(f"/v1/messages/{id}/visited").status == 404
    assert Phone().post(f"/v1/messages/{id}/visited").status == 401
    assert (
        world.staff().post(f"/v1/messages/msg_{'a' * 24}/visited").status == 404
    )
    assert len(queue(world.staff())["items"]) == 1


def test_nobody_is_visited_about_a_delivered_message(world: World):
    resident = world.resident()
    world.open_wish(resident)
    id = (
        world.staff()
        .get(f"/v1/messages?person={resident.me['id']}")
        .json["items"][0]["id"]
    )
    answer = world.staff().post(f"/v1/messages/{id}/visited")
    assert (answer.status, answer.code) == (409, "message.no_visit")


def test_a_code_is_nobodys_visit(world: World):
    from ..replies.builders import lines

    world.sign_in("+8613812345678", consent="2026-11")
    assert (
        world.phone_of(world.admin)
        .post(f"/v1/messages/{lines()[0].id}/visited")
        .status
        == 404
    )


# jobs


def test_a_job_that_failed_for_good_is_seen_and_runs_again(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    resident, staff = world.resident(), world.staff()
    with monkeypatch.context() as patched:
        patched.setattr(
            world.services.wish_jobs, "message_contexts", lambda *_: 1 / 0
        )
        wish_id = world.open_wish(resident)
        for _ in range(5):
            world.pass_time(minutes=2)  # as often as a queue brings it
    job = of_kind(queue(staff), "job.parked")[0]
    assert (job["moves"], job["place"]) == (["redrive"], UNIT)
    assert job["title"].startswith("没发出的消息：您的心愿「…」已上墙")
    assert job["subject"] == wish_id
    assert (job["job"]["kind"], job["job"]["error"]) == (
        "wish.approved",
        "ZeroDivisionError",
    )
    assert job["job"]["failed_at"] > job["due_at"]
    assert world.sms_to(resident.me["phone"]) == []
    assert staff.post(f"/v1/admin/jobs/{job['id']}/redrive").status == 204
    world.pump.run_due()
    assert len(world.sms_to(resident.me["phone"], "wish.approved")) == 1
    assert queue(staff)["counts"] == {}
    assert staff.post(f"/v1/admin/jobs/{job['id']}/redrive").status == 404
    assert staff.get(f"/v1/wishes/{wish_id}").json["state"] == "open"


def test_a_failure_by_a_refusal_is_named_by_its_code(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    def refuse(*_: object) -> None:
        raise Conflict("wish.wrong_state", title="一个水壶")

    staff = world.staff()
    with monkeypatch.context() as patched:
        patched.setattr(world.services.wish_jobs, "message_contexts", refuse)
        world.open_wish(world.resident(name="王秀英"), title="一个水壶")
        for _ in range(5):
            world.pass_time(minutes=2)
    (job,) = of_kind(queue(staff), "job.parked")
    assert job["job"]["error"] == "wish.wrong_state"
    assert "水壶" not in json.dumps(job, ensure_ascii=False)
    assert "王秀英" not in json.dumps(job, ensure_ascii=False)


def test_a_job_that_an_unknown_error_ended_has_none(world: World):
    parked(world)
    (job,) = of_kind(queue(world.staff()), "job.parked")
    assert job["job"]["error"] is None


def test_a_failure_that_cannot_be_noted_hides_no_error(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    def fail(thing: object, condition: object = None) -> None:
        if isinstance(thing, JobFailure):
            raise PutError("no capacity")
        put(thing, condition)

    put = world.services.store.put
    monkeypatch.setattr(world.services.store, "put", fail)
    monkeypatch.setattr(
        world.services.wish_jobs, "message_contexts", lambda *_: 1 / 0
    )
    world.open_wish(world.resident())
    for _ in range(5):
        world.pass_time(minutes=2)
    (job,) = of_kind(queue(world.staff()), "job.parked")
    assert job["job"]["error"] is None


def test_who_may_redrive_a_job(world: World):
    id = parked(world)
    path = f"/v1/admin/jobs/{id}/redrive"
    worker = world.staff(GRID, Role.GRID_WORKER)
    assert of_kind(queue(worker, GRID), "job.parked")[0]["moves"] == []
    statuses = [
        phone.post(path).status
        for phone in (Phone(), worker, world.resident(), world.staff(JINFENG))
    ]
    assert statuses == [401, 403, 404, 404]
    assert (
        world.staff().post(f"/v1/admin/jobs/due_{'z' * 24}/redrive").status
        == 404
    )
    assert world.staff().post(path).status == 204


def test_a_job_of_no_known_place_is_for_the_administrator_of_the_street(
    world: World,
):
    id = parked(world, place="")
    boss = world.phone_of(world.admin)
    assert (
        of_kind(queue(world.staff()), "job.parked")
        == of_kind(queue(boss, BAIHUA), "job.parked")
        == []
    )
    assert of_kind(queue(boss, STREET), "job.parked")[0]["moves"] == ["redrive"]
    assert world.staff().post(f"/v1/admin/jobs/{id}/redrive").status == 404
    assert boss.post(f"/v1/admin/jobs/{id}/redrive").status == 204


def test_what_failed_elsewhere_does_not_hide_what_failed_here(world: World):
    for _ in range(40):
        parked(world, place=OTHER_GRID)
    id = parked(world)
    found = queue(world.staff())
    assert [item["id"] for item in of_kind(found, "job.parked")] == [id]
    assert (found["next"], found["counts"]) == (None, {"job.parked": 1})


# one queue


def a_full_desk(world: World) -> None:
    """Wishes to approve, visits and jobs of two communities, in no particular order of time."""
    resident, there = world.resident(), world.resident(home=OTHER_GRID)
    for n in range(5):
        resident.post("/v1/wishes", world.wish_body(title=f"心愿{n}"))
        unreachable(world, f"老人{n}", home=(UNIT, OTHER_GRID)[n % 2])
        parked(world, place=(UNIT, OTHER_GRID, "")[n % 3])
        there.post("/v1/wishes", world.wish_body(title=f"那边{n}"))
        if n % 2:
            world.clock.advance(timedelta(minutes=7))
            unreachable(world, f"又一位{n}")
            parked(world, kind="wish.claimed")


@pytest.mark.parametrize("place", [STREET, BAIHUA, OTHER_GRID])
def test_three_lists_are_one_queue_at_any_page_size(world: World, place: str):
    a_full_desk(world)
    boss = world.phone_of(world.admin)
    whole = queue(boss, place, limit=100)
    assert whole["next"] is None
    ids = [item["id"] for item in whole["items"]]
    assert len(set(ids)) == len(ids) == sum(whole["counts"].values())
    assert set(whole["counts"]) == {
        "wish.approve",
        "message.visit",
        "job.parked",
    }
    assert [item["due_at"] for item in whole["items"]] == sorted(
        item["due_at"] for item in whole["items"]
    )
    for limit in (1, 2, 3, 5, 7):
        found = pages(boss, place, limit)
        assert [item["id"] for page in found for item in page] == ids, limit
        assert all(len(page) <= limit for page in found)


def test_lines_and_people_are_read_together(world: World):
    reads = []
    for n in (1, 12):
        for _ in range(n):
            unreachable(world)
        staff = world.staff()
        with counted_storage() as storage:
            queue(staff, limit=100)
        reads.append(storage.reads)
    assert reads[0] == reads[1], reads
