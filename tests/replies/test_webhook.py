"""Webhooks of SMS providers: signed, in any order and any number of times."""

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
    """Return a resident and the id of their message, which the provider never confirmed."""
    resident = world.resident()
    scripted(world, TimeoutError())
    world.open_wish(resident)
    line = messages(world, resident.me["id"], "wish.approved")[0]
    assert line["state"] == "unknown"
    assert line["wants_visit"]
    return resident, line["id"]


# signatures


def test_only_requests_that_the_provider_signed_recently_are_accepted(
    world: World,
):
    _, id = in_doubt(world)
    now = world.clock.now()
    before = everything()
    old, future = (
        str(int((now + by).timestamp()))
        for by in (
            timedelta(minutes=-5, seconds=-1),
            timedelta(minutes=5, seconds=1),
        )
    )
    other_body = sign(
        KEY, str(int(now.timestamp())), "nonce-0001", b'{"reports": []}'
    )
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
        assert (answer.status, answer.code) == (
            401,
            "webhook.signature_invalid",
        ), spoilt
    assert report(world, id, provider="west").status == 401
    assert everything() == before
    for edge in (
        timedelta(minutes=-4, seconds=-59),
        timedelta(minutes=4, seconds=59),
    ):
        assert (
            report(
                world, id, timestamp=str(int((now + edge).timestamp()))
            ).status
            == 204
        )


def test_a_provider_without_a_key_is_not_found(world: World):
    _, id = in_doubt(world)
    before = everything()
    for provider in ("console", "north", "east.", "x" * 64):
        assert report(world, id, provider=provider).status == 404
    assert everything() == before


def test_a_provider_settles_only_messages_that_it_was_given(world: World):
    resident, id = in_doubt(world)
    assert report(world, id, provider="west", key=OTHER_KEY).status == 204
    assert state_of(world, resident.me["id"], "wish.approved") == "unknown"
    assert report(world, id).status == 204
    assert state_of(world, resident.me["id"], "wish.approved") == "sent"


# delivery reports


def test_a_report_of_delivery_ends_the_visit(world: World):
    resident, id = in_doubt(world)
    assert [visit["id"] for visit in visits(world)] == [id]
    assert report(world, id).status == 204
    assert state_of(world, resident.me["id"], "wish.approved") == "sent"
    assert visits(world) == []


def test_a_report_of_failure_keeps_the_visit(world: World):
    resident, id = in_doubt(world)
    assert report(world, id, status="failed").status == 204
    assert state_of(world, resident.me["id"], "wish.approved") == "dead"
    assert [visit["id"] for visit in visits(world)] == [id]


def test_a_report_of_failure_of_a_sent_message_leads_to_a_visit(world: World):
    resident = world.resident()
    scripted(world)
    world.open_wish(resident)
    id = messages(world, resident.me["id"])[0]["id"]
    assert state_of(world, resident.me["id"], "wish.approved") == "sent"
    assert visits(world) == []
    body = {
        "reports": [{"id": id, "status": "failed", "reason": "号码停机" * 100}]
    }
    assert webhook(world, body).status == 204
    assert [visit["id"] for visit in visits(world)] == [id]
    assert messages(world, resident.me["id"])[0]["reason"].startswith(
        "号码停机"
    )


@pytest.mark.parametrize("first", ["delivered", "failed"])
def test_of_two_contradicting_reports_the_failure_counts(
    world: World, first: str
):
    resident, id = in_doubt(world)
    for status in (first, *{"delivered", "failed"} - {first}, first):
        assert report(world, id, status=status).status == 204
    assert state_of(world, resident.me["id"], "wish.approved") == "dead"
    assert len(visits(world)) == 1


def test_repeated_and_unknown_reports_change_nothing(world: World):
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


def test_a_report_of_delivery_during_the_attempt_is_not_overwritten(
    world: World,
):
    resident = world.resident()

    def reported_then_lost(sms):
        assert report(world, sms.id).status == 204
        return TimeoutError()

    scripted(world, reported_then_lost)
    world.open_wish(resident)
    assert state_of(world, resident.me["id"], "wish.approved") == "sent"
    assert visits(world) == []


def test_a_report_of_failure_during_the_attempt_is_not_overwritten(
    world: World,
):
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
    real = MessageRepository.reclaim
    fails = [True]
    monkeypatch.setattr(
        MessageRepository,
        "reclaim",
        lambda self, line, before: (
            not (fails and fails.pop()) and real(self, line, before)
        ),
    )
    assert report(world, id).status == 204
    assert state_of(world, resident.me["id"], "wish.approved") == "sent"


def test_a_report_does_not_undo_a_visit(world: World):
    resident, id = in_doubt(world)
    assert world.staff().post(f"/v1/messages/{id}/visited").status == 200
    for status in ("failed", "delivered"):
        assert report(world, id, status=status).status == 204
    assert visits(world) == []
    assert messages(world, resident.me["id"])[0]["visited_by"]


def test_a_report_about_a_refused_attempt_is_ignored(world: World):
    resident = world.resident()
    scripted(world, Refused("429"))
    world.open_wish(resident)
    id = messages(world, resident.me["id"])[0]["id"]
    assert state_of(world, resident.me["id"], "wish.approved") == "retry"
    assert report(world, id, status="failed").status == 204
    world.pass_time(minutes=2)
    assert state_of(world, resident.me["id"], "wish.approved") == "sent"


def test_a_late_report_of_delivery_ends_the_visit_without_another_sms(
    world: World,
):
    """The text goes out, the response is lost, and the report comes an hour later."""
    resident = world.resident()
    east = scripted(world)
    east.script = [east.take_and_hang]
    world.open_wish(resident)
    line = lines()[-1]
    assert line.state == "unknown"
    assert line.parts == 1
    assert line.cost_li == 55
    world.pass_time(hours=1)
    assert len(visits(world)) == 1
    assert report(world, line.id).status == 204
    world.pass_time(hours=1)
    assert visits(world) == []
    assert len(world.sms_to(resident.me["phone"])) == 1


# the request


def test_a_request_holds_at_most_a_hundred_reports(world: World):
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


def test_a_repeated_request_within_five_minutes_does_nothing(world: World):
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


def test_one_failing_reply_holds_up_no_other(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    resident, id = in_doubt(world)
    people = world.services.people
    real = people.phone_owner
    fails = [RuntimeError("broken"), RuntimeError("broken")]

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
    assert (
        webhook(world, body).status == 500
    )  # so that the provider sends it again
    assert resident.get("/v1/me").json["channels"]["sms"] is False
    assert state_of(world, resident.me["id"], "wish.approved") == "sent"
    assert webhook(world, body).status == 500
    assert webhook(world, body).status == 204


def test_a_report_about_a_deleted_attempt_is_harmless(world: World):
    _, id = in_doubt(world)
    remove(next(line for line in lines() if line.id == id))
    assert report(world, id).status == 204
    reply(world, "+8613812345678", "1")
