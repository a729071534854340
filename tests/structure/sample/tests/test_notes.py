"""A note from its first word to its erasure, over the app."""

from datetime import timedelta

import pytest

from chalicelib.feature import Bound
from chalicelib.features import declaration
from chalicelib.kernel.ended_relations import RELATION_ENDED
from chalicelib.kernel.job import Event

from ..store.scan import remove, scheduled
from ..world import BAIHUA, GRID, JINFENG, STREET, Phone, World
from .cases import a_note


def queue(world: World, place: str = BAIHUA) -> tuple[list[dict], dict]:
    """Return the notes in the staff queue of a place, and its counts."""
    answer = world.staff(place).get(f"/v1/admin/queue?place={place}&limit=100")
    assert answer.status == 200, answer.text
    items = [
        item for item in answer.json["items"] if item["kind"] == "note.waiting"
    ]
    counts = answer.json["counts"]
    return items, {kind: count["value"] for kind, count in counts.items()}


def parked(world: World) -> list[str]:
    """Return the kinds of the jobs that failed for good, as the administrator sees them."""
    answer = world.phone_of(world.admin).get(
        f"/v1/admin/queue?place={STREET}&limit=100"
    )
    return [
        item["job"]["kind"]
        for item in answer.json["items"]
        if item["kind"] == "job.parked"
    ]


def state_of(world: World, note_id: str) -> str:
    """Return the state of a note, as staff read it."""
    return str(world.staff().get(f"/v1/notes/{note_id}").json["state"])


def test_a_route_makes_a_note_and_others_may_not_touch_it(world: World):
    owner = world.resident()
    made = owner.post(
        "/v1/notes", {"text": "楼道的灯坏了"}, Idempotency_Key="k"
    )
    assert (made.status, made.json["state"], made.json["moves"]) == (
        201,
        "open",
        ["withdraw"],
    )
    again = owner.post(
        "/v1/notes", {"text": "楼道的灯坏了"}, Idempotency_Key="k"
    )
    assert again.json["id"] == made.json["id"]
    path = f"/v1/notes/{made.json['id']}"
    assert Phone().get(path).status == 401
    assert world.resident().get(path).status == 404
    assert world.resident().post(f"{path}/withdraw", {}).status == 404
    assert world.staff().post(f"{path}/withdraw", {}).status == 403
    assert owner.post(f"{path}/answer", {"answer": "好"}).status == 403


def test_a_note_moves_by_its_state_table(world: World):
    note_id = a_note(world, world.person())
    path = f"/v1/notes/{note_id}/answer"
    answered = world.staff().post(path, {"answer": "明天来修"})
    assert (
        answered.status,
        answered.json["state"],
        answered.json["moves"],
    ) == (
        200,
        "answered",
        [],
    )
    again = world.staff().post(path, {"answer": "后天"}, Accept_Language="en")
    assert (again.status, again.code) == (409, "note.wrong_state")
    assert "This note is answered" in again.text
    assert not scheduled()


def test_the_timer_fires_and_the_owner_is_sent_a_message(world: World):
    owner = world.person()
    note_id = a_note(world, owner)
    world.pass_time(days=1, hours=23)
    assert (
        state_of(world, note_id),
        world.sms_to(owner.phone, "note.unanswered"),
    ) == (
        "open",
        [],
    )
    world.pass_time(hours=2)
    assert state_of(world, note_id) == "overdue"
    (letter,) = world.sms_to(owner.phone, "note.unanswered")
    assert "楼道的灯坏了" in letter.text


def test_an_answered_note_sends_no_message(world: World):
    owner = world.person()
    note_id = a_note(world, owner)
    assert (
        world.staff()
        .post(f"/v1/notes/{note_id}/answer", {"answer": "好"})
        .status
        == 200
    )
    world.pass_time(days=3)
    assert world.sms_to(owner.phone, "note.unanswered") == []


def test_the_event_is_handled_although_another_subscriber_fails(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    offers, runs = declaration("offers"), []

    def fail(service: object, event: Event) -> None:
        runs.append(event.subject)
        raise RuntimeError("broken")

    bound = offers.events[RELATION_ENDED]
    monkeypatch.setitem(
        offers.events, RELATION_ENDED, Bound(bound.provider, fail)
    )
    handled = []
    mine = declaration("notes").events[RELATION_ENDED]

    def note(service: object, event: Event) -> None:
        handled.append(event.subject)
        mine.function(service, event)

    monkeypatch.setitem(
        declaration("notes").events,
        RELATION_ENDED,
        Bound(mine.provider, note),
    )
    owner = world.person()
    note_id = a_note(world, owner)
    body = {"blocked": True, "reason": "冒用"}
    assert (
        world.staff().put(f"/v1/people/{owner.id}/blocked", body).status == 200
    )
    assert state_of(world, note_id) == "withdrawn"
    world.pass_time(hours=1)
    assert parked(world) == [f"event.{RELATION_ENDED}"], (
        "one job, that of the subscriber that failed"
    )
    assert len(runs) == 5
    assert handled == [owner.id], "a failing subscriber repeats no other"


def test_a_note_waits_in_the_staff_queue_of_its_place(world: World):
    note_id = a_note(world, world.person())
    items, counts = queue(world)
    due = (world.clock.now() + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M:%SZ")
    shown = {
        "id": note_id,
        "title": "楼道的灯坏了",
        "due_at": due,
        "moves": ["answer"],
    }
    assert [item | shown for item in items] == items
    assert counts["note.waiting"] == 1
    assert queue(world, GRID)[1]["note.waiting"] == 1
    assert queue(world, JINFENG) == ([], {})
    world.staff().post(f"/v1/notes/{note_id}/answer", {"answer": "好"})
    assert queue(world) == ([], {})


def test_notes_are_exported_and_erased_with_their_owner(world: World):
    owner = world.person()
    phone, note_id = world.phone_of(owner), a_note(world, owner)
    notes = phone.get("/v1/me/data").json["notes"]
    assert [(note["id"], note["text"]) for note in notes] == [
        (note_id, "楼道的灯坏了")
    ]
    assert world.resident().get("/v1/me/data").json["notes"] == []
    assert world.erase(phone).status == 202
    world.pass_time(minutes=5)
    assert world.staff().get(f"/v1/notes/{note_id}").status == 404
    assert queue(world) == ([], {})
    assert not parked(world)
    rows = world.tables[f"{world.settings.table_prefix}notes"].items
    assert "楼道" not in str(rows)
    assert owner.id not in str(rows)


def test_a_lost_timer_is_armed_again(world: World):
    note_id = a_note(world, world.person())
    remove(*[job for job in scheduled() if job.kind == "timer.note"])
    world.pass_time(days=4)
    assert state_of(world, note_id) == "overdue"
