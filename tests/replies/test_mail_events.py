"""E-mails that come back: their line is settled, and their address proves nothing any more."""

import json
from collections.abc import Iterator

import pytest

from chalicelib.adapters.mail_events import read_mail_event
from chalicelib.kernel.mail_event import MailFate
from chalicelib.message_log.model import Channel, DeliveryState, MessageAttempt

from ..store.scan import SK, scan
from ..world import Phone, World
from .builders import a_world
from .mail_builders import bounce, complaint, hand_over
from .test_unsubscribe import MAIL, by_mail


@pytest.fixture
def world() -> Iterator[World]:
    with a_world(public_url="https://chunhui.example") as world:
        yield world


def mailed(world: World) -> tuple[Phone, MessageAttempt]:
    """Return a resident without SMS, and a mail that SES took for them."""
    resident = by_mail(world)
    world.open_wish(resident)
    return resident, mail_to(resident)


def mail_to(resident: Phone) -> MessageAttempt:
    return next(
        attempt
        for attempt in scan(MessageAttempt, SK == "delivery")
        if attempt.person == resident.me["id"]
        and attempt.channel is Channel.EMAIL
    )


def address_of(world: World, resident: Phone) -> str | None:
    person = world.services.people.find(resident.me["id"])
    assert person
    return person.email_address


@pytest.mark.parametrize("times", [1, 2])
def test_an_address_that_is_gone_is_unproven_and_the_mail_has_failed(
    world: World, times: int
):
    resident, sent = mailed(world)
    assert sent.state is DeliveryState.SENT
    for _ in range(times):
        assert hand_over(bounce(sent.id, MAIL.upper())) == []
    settled = mail_to(resident)
    assert settled.state is DeliveryState.DEAD
    assert settled.reason == "bounce Permanent General"
    assert address_of(world, resident) is None
    me = resident.get("/v1/me").json
    assert me["channels"]["email"] is False
    assert me["channels"]["email_address"] is None
    again = by_mail_again(world, resident)
    assert again["channels"]["email"] is True


def by_mail_again(world: World, resident: Phone) -> dict:
    resident.post("/v1/me/email", {"address": MAIL})
    text = world.mailbox.read(MAIL)[0].text
    code = text.split("验证码")[1].strip()[:6]
    assert resident.post("/v1/me/email/verify", {"code": code}).status == 200
    return dict(resident.get("/v1/me").json)


def test_staff_learn_of_somebody_whom_no_channel_reaches(world: World):
    _, sent = mailed(world)
    world.staff()
    hand_over(bounce(sent.id, MAIL))
    world.pass_time(minutes=2)
    kinds = [attempt.kind for attempt in scan(MessageAttempt, SK == "delivery")]
    assert "reply.opted_out_staff" in kinds


@pytest.mark.parametrize("kind", ["Transient", "Undetermined"])
def test_a_full_mailbox_fails_the_mail_and_leaves_the_address(
    world: World, kind: str
):
    resident, sent = mailed(world)
    assert hand_over(bounce(sent.id, MAIL, kind)) == []
    assert mail_to(resident).state is DeliveryState.DEAD
    assert address_of(world, resident) == MAIL


def test_a_complaint_ends_mail_although_this_one_has_arrived(world: World):
    resident, sent = mailed(world)
    assert hand_over(complaint(sent.id, MAIL)) == []
    assert mail_to(resident).state is DeliveryState.SENT
    assert address_of(world, resident) is None


def test_a_newer_address_is_not_the_one_that_came_back(world: World):
    resident, sent = mailed(world)
    assert hand_over(bounce(sent.id, "old@example.com")) == []
    assert address_of(world, resident) == MAIL


def test_somebody_who_was_erased_since_is_left_alone(world: World):
    _, sent = mailed(world)
    person = sent.person.replace("per_", "per_z")
    unknown = bounce(sent.id.replace(sent.id[-4:], "0000"), MAIL)
    assert hand_over(unknown, complaint(person, MAIL)) == []


HOSTILE = (
    "",
    "null",
    "[]",
    '"text"',
    "{" * 100_000,
    "{}",
    '{"mail": {}}',
    '{"mail": {"tags": {"delivery": []}}}',
    '{"mail": {"tags": {"delivery": ["a", "b"]}}, "eventType": "Bounce"}',
    json.dumps({"eventType": "Bounce", "mail": {"tags": {"delivery": [7]}}}),
    bounce("a", "b").replace('"Permanent"', "{}").replace("Bounce", "Send"),
    json.dumps({"Type": "Notification", "Message": "no JSON"}),
    json.dumps({"Type": "Notification", "Message": 7}),
    bounce("\ud800", "b@example.com"),
    bounce("a", "b").replace('"b"', "7"),
)


@pytest.mark.parametrize("body", HOSTILE)
def test_a_message_that_says_nothing_of_a_mail_is_taken_and_forgotten(
    world: World, body: str
):
    assert read_mail_event(body) is None
    assert hand_over(body) == []


def test_a_topic_that_wraps_its_messages_is_understood():
    wrapped = json.dumps(
        {"Type": "Notification", "Message": bounce("att_1", MAIL)}
    )
    event = read_mail_event(wrapped)
    assert event
    assert (event.attempt_id, event.fate) == ("att_1", MailFate.GONE)
    assert MAIL not in repr(event)
    assert event == read_mail_event(bounce("att_1", MAIL))


def test_no_log_and_no_reason_holds_the_address(world: World, capsys):
    resident, sent = mailed(world)
    hand_over(bounce(sent.id, MAIL), complaint(sent.id, MAIL))
    shown = capsys.readouterr()
    assert MAIL not in f"{shown.out}{shown.err}{mail_to(resident).reason}"
