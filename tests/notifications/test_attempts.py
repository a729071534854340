"""Attempts: at most once to each address, with facts of the moment of sending."""

from datetime import timedelta

import pytest

from chalicelib.adapters.ports import Refused
from chalicelib.kernel.access import Role
from chalicelib.kernel.message_context import MessageSubject
from chalicelib.message_log.attempts import (
    AttemptInProgress,
    address_fingerprint,
)
from chalicelib.message_log.model import (
    Channel,
    DeliveryState,
    MessageAttempt,
    SuppressionReason,
    attempt_id,
)
from chalicelib.message_log.policy import ATTEMPT_LEASE, RESEND_AFTER, RETRY_FOR
from chalicelib.message_log.repository import MessageRepository

from ..admin.test_queue import queue
from ..signin.builders import sign_up
from ..store.scan import Reads, scheduled
from ..world import BAIHUA, Phone, World
from .builders import ScriptedGateway, lines, over
from .sent import ledger, reasons, send, texts

claim = Reads(MessageRepository).claim


# once


def test_a_message_that_comes_twice_is_sent_once(world: World):
    person = world.person()
    for _ in range(3):
        send(world, person.id)
    assert len(texts(world, person.phone or "")) == 1
    send(world, person.id, id="due_2")
    assert len(texts(world, person.phone or "")) == 2


def test_an_attempt_of_unknown_fate_is_never_made_again(
    world: World,
):
    resident = world.resident()
    gateway = ScriptedGateway(world, TimeoutError())
    over(world, gateway)
    world.open_wish(resident)
    assert ledger() == [(resident.me["id"], "sms", DeliveryState.UNKNOWN)]
    world.pass_time(hours=1)
    assert texts(world, resident.me["phone"]) == []
    assert gateway.asked == 1
    assert ledger() == [(resident.me["id"], "sms", DeliveryState.UNKNOWN)]
    assert [due.kind for due in scheduled()] == ["timer.wish"]


def test_an_urgent_message_of_unknown_fate_is_sent_once_more_by_the_same_provider(
    world: World,
):
    number = world.person().phone or ""
    east = ScriptedGateway(world, TimeoutError(), TimeoutError())
    west = ScriptedGateway(world, name="west")
    over(world, east, west)
    assert Phone().post("/v1/auth/codes", {"phone": number}).status == 202
    assert east.asked == 1
    world.pass_time(seconds=RESEND_AFTER.total_seconds() - 1)
    assert east.asked == 1
    world.pass_time(seconds=1)
    assert east.asked == 2
    assert west.asked == 0
    world.pass_time(hours=1)
    assert east.asked == 2
    assert west.asked == 0
    assert lines()[0].state == DeliveryState.UNKNOWN


def test_a_message_that_a_provider_refused_goes_to_the_next_one(world: World):
    resident = world.resident()
    east = ScriptedGateway(world, Refused("throttled"))
    west = ScriptedGateway(world, name="west")
    over(world, east, west)
    world.open_wish(resident)
    assert ledger() == [(resident.me["id"], "sms", DeliveryState.RETRY)]
    world.pass_time(minutes=1)
    assert ledger() == [(resident.me["id"], "sms", DeliveryState.SENT)]
    assert east.asked == 1
    assert west.asked == 1
    assert lines()[0].provider == "west"
    assert lines()[0].attempt == 2


def test_a_message_is_tried_for_a_day_then_it_is_dead_and_leads_to_a_visit(
    world: World,
):
    resident = world.resident()
    gateway = ScriptedGateway(world, *[Refused("sns.AccessDenied")] * 99)
    over(world, gateway)
    world.open_wish(resident)
    world.pass_time(hours=20)
    assert lines()[0].state is DeliveryState.RETRY
    world.pass_time(hours=8)
    assert lines()[0].state is DeliveryState.DEAD
    assert 10 <= gateway.asked <= 30  # with jitter
    assert lines()[0].settled_at - lines()[0].at <= RETRY_FOR
    page = queue(world.staff())
    visits = [one for one in page["items"] if one["kind"] == "message.visit"]
    assert [visit["id"] for visit in visits] == [lines()[0].id]


def test_waiting_messages_are_sent_once_the_provider_accepts_them(world: World):
    resident = world.resident()
    gateway = ScriptedGateway(world, *[Refused("sns.AccessDenied")] * 9)
    over(world, gateway)
    world.open_wish(resident)
    world.pass_time(hours=6)
    assert len(texts(world, resident.me["phone"])) == 1
    assert ledger() == [(resident.me["id"], "sms", DeliveryState.SENT)]


def test_a_finally_refused_message_is_not_sent_again(world: World):
    person = world.person()
    gateway = ScriptedGateway(world, Refused("invalid_number", final=True))
    over(world, gateway)
    send(world, person.id)
    world.pass_time(hours=12)
    assert gateway.asked == 1
    assert lines()[0].state == DeliveryState.DEAD
    assert lines()[0].reason == "invalid_number"


def test_one_failed_recipient_holds_up_no_other(world: World):
    staff = [
        world.person("陈敏", (Role.COMMUNITY_STAFF, BAIHUA)) for _ in range(3)
    ]
    world.services.places.assign_duty(
        world.boss, BAIHUA, {"community_staff": [person.id for person in staff]}
    )
    resident = world.resident()
    helper = world.volunteer()
    id = world.open_wish(resident)
    helper.post(f"/v1/wishes/{id}/claim")
    helper.post(f"/v1/wishes/{id}/deliver", {})
    over(world, ScriptedGateway(world, TimeoutError()))
    assert (
        resident.post(f"/v1/wishes/{id}/dispute", {"reason": "没收到"}).status
        == 200
    )
    world.pass_time(minutes=5)
    counts = []
    for person in staff:
        counts.append(
            len(world.sms_to(person.phone or "", "wish.disputed_staff"))
        )
    assert sorted(counts) == [0, 1, 1]
    ids = {person.id for person in staff}
    states = [state for person, _, state in ledger() if person in ids]
    assert sorted(states) == ["sent", "sent", "unknown"]


def test_a_running_claim_is_retried_and_an_expired_one_is_of_unknown_fate(
    world: World,
):
    person = world.person()
    now = world.clock.now()
    line = MessageAttempt(
        id=attempt_id(
            "due_1",
            Channel.SMS,
            address_fingerprint(world.services.keys, person.phone or ""),
        ),
        message="due_1",
        kind="wish.approved",
        about="wsh_a",
        person=person.id,
        channel=Channel.SMS,
        state=DeliveryState.CLAIMED,
        attempt=1,
        owner="somebody",
        lease_until=now + ATTEMPT_LEASE,
        at=now,
        ttl=now + timedelta(days=1),
    )
    assert claim(line)
    with pytest.raises(AttemptInProgress):
        send(world, person.id)
    assert ledger() == [(person.id, "sms", DeliveryState.CLAIMED)]
    world.clock.advance(ATTEMPT_LEASE)
    send(world, person.id)
    assert ledger() == [(person.id, "sms", DeliveryState.UNKNOWN)]
    assert texts(world, person.phone or "") == []


# read at the moment of sending


def test_the_code_of_an_ended_claim_is_not_sent(world: World):
    def words(*asked):
        id, kind, params = asked
        (context,) = world.services.hooks.contexts(
            [MessageSubject(kind=kind, subject=id, params=params)]
        )
        return context and context.facts

    resident = world.resident()
    helper = world.volunteer()
    id = world.open_wish(resident)
    claim = helper.post(f"/v1/wishes/{id}/claim").json["claims"][0]["id"]
    assert words(id, "wish.claimed", {"claim": claim})[
        "code"
    ] == world.delivery_code(resident.me["phone"])
    helper.post(f"/v1/wishes/{id}/release", {"reason": "来不了"})
    assert words(id, "wish.claimed", {"claim": claim}) is None
    assert words(id, "wish.yours", {"claim": claim}) is None
    assert words("wsh_none", "wish.approved", {}) is None


def test_sms_name_no_resident_and_no_address(world: World):
    resident = world.resident(name="欧阳秀英", address="望江阁9楼")
    helper = world.volunteer()
    id = world.open_wish(resident, title="欧阳秀英的水壶")
    helper.post(f"/v1/wishes/{id}/claim")
    helper.post(
        f"/v1/wishes/{id}/deliver",
        {"code": world.delivery_code(resident.me["phone"])},
    )
    assert not [
        letter
        for letter in world.mailbox.read()
        if "秀英" in letter.text or "望江阁" in letter.text
    ]
    assert (
        "已记1小时" in world.sms_to(helper.me["phone"], "wish.thanks")[0].text
    )


def test_an_erased_person_gets_no_message(world: World):
    phone = sign_up(world)
    world.erase(phone)
    send(world, phone.me["id"])
    assert texts(world, phone.me["phone"]) == []
    assert (phone.me["id"], SuppressionReason.ERASED) in reasons()
