"""What providers report: signed by them alone, about what they were given, in any order and any number of times."""

from datetime import timedelta

import pytest

from chalicelib.adapters.ports import Refused
from chalicelib.kernel.signing import sign
from chalicelib.message_log.repository import MessageRepository

from ..store.scan import everything, remove
from ..world import World
from .builders import (
    KEY,
    OTHER_KEY,
    lines,
    messages,
    reply,
    report,
    scripted,
    state_of,
    visits,
    webhook,
)

UNKNOWN_ID = "msg_" + "a" * 24


def in_doubt(world: World):
    """A resident whose message went out, or not: the provider never answered. Returns her and the message."""
    resident = world.resident()
    scripted(world, TimeoutError())
    world.open_wish(resident)
    line = messages(world, resident.me["id"], "wish.approved")[0]
    assert (line["state"], line["wants_visit"]) == ("unknown", True)
    return resident, line["id"]


# who may report


def test_only_what_the_provider_has_signed_just_now_is_taken(world: World):
    _, id = in_doubt(world)
    now, before = world.clock.now(), everything()
    old, future = (
        str(int((now + by).timestamp()))
        for by in (timedelta(minutes=-5, seconds=-1), timedelta(minutes=5, seconds=1))
    )
    other_body = sign(KEY, str(int(now.timestamp())), "nonce-0001", b'{"reports": []}')
    for spoilt in (
        {"X_Signature": "0" * 64},
        {"X_Signature": ""},
        {"X_Signature": "签名"},
        {"X_Signature": other_body},
        {"X_Nonce": "nonce-0002"},
        {"X_Nonce": ""},
        {"X_Timestamp": "yesterday"},
        {"X_Timestamp": "9" * 12},
        {"timestamp": old},
        {"timestamp": future},
        {"key": OTHER_KEY},
        {"key": b"guessed"},
    ):
        answer = report(world, id, **spoilt)
        assert (answer.status, answer.code) == (401, "webhook.signature_invalid"), (
            spoilt
        )
    assert report(world, id, provider="west").status == 401
    assert everything() == before
    for edge in (timedelta(minutes=-4, seconds=-59), timedelta(minutes=4, seconds=59)):
        assert (
            report(world, id, timestamp=str(int((now + edge).timestamp()))).status
            == 204
        )


def test_a_provider_without_a_key_does_not_exist(world: World):
    _, id = in_doubt(world)
    before = everything()
    for provider in ("console", "north", "east.", "x" * 64):
        assert report(world, id, provider=provider).status == 404
    assert everything() == before


def test_a_provider_reports_on_what_it_was_given_and_on_nothing_else(world: World):
    resident, id = in_doubt(world)
    assert report(world, id, provider="west", key=OTHER_KEY).status == 204
    assert state_of(world, resident.me["id"], "wish.approved") == "unknown"
    assert report(world, id).status == 204
    assert state_of(world, resident.me["id"], "wish.approved") == "sent"


# what a report does


def test_who_was_reached_after_all_leaves_the_list_of_visits(world: World):
    resident, id = in_doubt(world)
    assert [visit["id"] for visit in visits(world)] == [id]
    assert report(world, id).status == 204
    assert state_of(world, resident.me["id"], "wish.approved") == "sent"
    assert visits(world) == []


def test_who_was_not_reached_stays_on_the_list_of_visits(world: World):
    resident, id = in_doubt(world)
    assert report(world, id, status="failed").status == 204
    assert state_of(world, resident.me["id"], "wish.approved") == "dead"
    assert [visit["id"] for visit in visits(world)] == [id]


def test_a_message_that_was_taken_and_then_failed_comes_onto_the_list(world: World):
    resident = world.resident()
    scripted(world)
    world.open_wish(resident)
    id = messages(world, resident.me["id"])[0]["id"]
    assert (state_of(world, resident.me["id"], "wish.approved"), visits(world)) == (
        "sent",
        [],
    )
    body = {"reports": [{"id": id, "status": "failed", "reason": "号码停机" * 100}]}
    assert webhook(world, body).status == 204
    assert [visit["id"] for visit in visits(world)] == [id]
    assert messages(world, resident.me["id"])[0]["reason"].startswith("号码停机")


@pytest.mark.parametrize("first", ["delivered", "failed"])
def test_of_two_reports_that_contradict_each_other_the_bad_one_stands(
    world: World, first: str
):
    resident, id = in_doubt(world)
    for status in (first, *{"delivered", "failed"} - {first}, first):
        assert report(world, id, status=status).status == 204
    assert state_of(world, resident.me["id"], "wish.approved") == "dead"
    assert len(visits(world)) == 1


def test_reports_that_come_twice_or_about_nothing_change_nothing(world: World):
    resident, id = in_doubt(world)
    assert report(world, id, id, UNKNOWN_ID).status == 204
    before = everything()
    world.clock.advance(timedelta(minutes=1))
    assert (
        report(
            world, id, UNKNOWN_ID, "their-own-test", "msg_", "per_" + "a" * 24
        ).status
        == 204
    )
    assert everything() == before
    assert state_of(world, resident.me["id"], "wish.approved") == "sent"


def test_a_report_that_is_quicker_than_the_worker_is_not_overwritten(world: World):
    resident = world.resident()

    def reported_then_lost(sms):
        assert report(world, sms.id).status == 204
        return TimeoutError()

    scripted(world, reported_then_lost)
    world.open_wish(resident)
    assert state_of(world, resident.me["id"], "wish.approved") == "sent"
    assert visits(world) == []


def test_a_report_of_failure_that_is_quicker_than_the_worker_stands_too(world: World):
    resident = world.resident()

    def refused_behind_our_back(sms):
        assert report(world, sms.id, status="failed").status == 204

    scripted(world, refused_behind_our_back)
    world.open_wish(resident)
    assert state_of(world, resident.me["id"], "wish.approved") == "dead"


def test_a_report_that_meets_another_write_is_tried_again(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    resident, id = in_doubt(world)
    real, fails = MessageRepository.reclaim, [True]
    monkeypatch.setattr(
        MessageRepository,
        "reclaim",
        lambda self, line, before: (
            not (fails and fails.pop()) and real(self, line, before)
        ),
    )
    assert report(world, id).status == 204
    assert state_of(world, resident.me["id"], "wish.approved") == "sent"


def test_a_report_does_not_take_back_that_she_was_visited(world: World):
    resident, id = in_doubt(world)
    assert world.staff().post(f"/v1/messages/{id}/visited").status == 200
    for status in ("failed", "delivered"):
        assert report(world, id, status=status).status == 204
    assert visits(world) == []
    assert messages(world, resident.me["id"])[0]["visited_by"]


def test_a_report_about_an_attempt_that_was_refused_is_about_nothing(world: World):
    resident = world.resident()
    scripted(world, Refused("429"))
    world.open_wish(resident)
    id = messages(world, resident.me["id"])[0]["id"]
    assert state_of(world, resident.me["id"], "wish.approved") == "retry"
    assert report(world, id, status="failed").status == 204
    world.pass_time(minutes=2)
    assert state_of(world, resident.me["id"], "wish.approved") == "sent"


def test_a_provider_that_takes_a_message_and_hangs_is_believed_when_it_reports(
    world: World,
):
    """The whole way: the text goes out, the answer is lost, staff are sent, the report comes, nobody is told twice."""
    resident = world.resident()
    east = scripted(world)
    east.script = [east.take_and_hang]
    world.open_wish(resident)
    line = lines()[-1]
    assert (line.state, line.parts, line.cost_li) == ("unknown", 1, 55)
    world.pass_time(hours=1)
    assert len(visits(world)) == 1
    assert report(world, line.id).status == 204
    world.pass_time(hours=1)
    assert (visits(world), len(world.sms_to(resident.me["phone"]))) == ([], 1)


# the form of it


def test_a_hundred_reports_come_at_once_and_no_more(world: World):
    _, id = in_doubt(world)
    many = [{"id": id, "status": "delivered"}] * 101
    assert webhook(world, {"reports": many}).status == 422
    assert webhook(world, {"reports": many[:100]}).status == 204
    assert webhook(world, {}).status == 204
    for unfit in (
        {"reports": [{"id": id}]},
        {"reports": [{"id": id, "status": "lost"}]},
        {"said": 1},
        {"replies": {}},
    ):
        assert webhook(world, unfit).status == 422, unfit


def test_the_same_call_again_within_five_minutes_does_nothing_more(world: World):
    resident, id = in_doubt(world)
    body = {
        "reports": [{"id": id, "status": "delivered"}],
        "replies": [{"id": "r1", "phone": resident.me["phone"], "text": "TD"}],
    }
    stamp = str(int(world.clock.now().timestamp()))
    assert webhook(world, body, timestamp=stamp).status == 204
    assert resident.patch("/v1/me", {"channels": {"sms": True}}).status == 200
    world.clock.advance(timedelta(minutes=4))
    before = everything()
    assert webhook(world, body, timestamp=stamp).status == 204
    assert everything() == before


def test_what_fails_holds_up_nothing_that_came_with_it(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    resident, id = in_doubt(world)
    people = world.services.people
    real, fails = people.phone_owner, [RuntimeError("broken"), RuntimeError("broken")]

    def owner(phone):
        if phone == "+8613812345678" and fails:
            raise fails.pop()
        return real(phone)

    monkeypatch.setattr(people, "phone_owner", owner)
    replies = [
        {"id": f"r{n}", "phone": p, "text": "TD"}
        for n, p in enumerate(("+8613812345678", resident.me["phone"]))
    ]
    body = {"reports": [{"id": id, "status": "delivered"}], "replies": replies}
    assert webhook(world, body).status == 500  # so that the provider sends it again
    assert resident.get("/v1/me").json["channels"]["sms"] is False
    assert state_of(world, resident.me["id"], "wish.approved") == "sent"
    assert webhook(world, body).status == 500
    assert webhook(world, body).status == 204


def test_a_ledger_line_is_forgotten_and_its_report_is_harmless(world: World):
    _, id = in_doubt(world)
    remove(next(line for line in lines() if line.id == id))
    assert report(world, id).status == 204
    reply(world, "+8613812345678", "1")
