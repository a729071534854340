"""Replies that stop text messages to a phone."""

import pytest

from chalicelib.adapters.ports import Refused

from ..world import World
from .builders import consents, messages, reply, scripted, visits, webhook


@pytest.mark.parametrize(
    "text",
    [
        "TD",
        "T",
        "R",
        "退订",
        "td",
        "ＴＤ",
        " t d ",
        "Td。",
        "\tTD\r\n",
        "“退订”",
        "拒收!",
        "\u3000r\u200b",
    ],
)
def test_a_stop_reply_ends_sms_and_is_recorded_as_a_withdrawn_consent(
    world: World, text: str
):
    resident = world.resident()
    reply(world, resident.me["phone"], text)
    assert resident.get("/v1/me").json["channels"]["sms"] is False
    assert ("sms", False) in consents(world, resident)
    world.open_wish(resident)
    assert world.sms_to(resident.me["phone"]) == []
    line = messages(world, resident.me["id"], "wish.approved")[0]
    assert line["state"] == "suppressed"
    assert line["reason"] == "opted_out"
    assert line["channel"] == "none"
    assert [visit["id"] for visit in visits(world)] == [line["id"]]


def test_sign_in_codes_are_sent_after_a_stop_reply(world: World):
    resident = world.resident()
    reply(world, resident.me["phone"], "TD")
    assert (
        world.sign_in(resident.me["phone"], consent="2026-11").me["id"]
        == resident.me["id"]
    )


def test_e_mail_replaces_sms_after_a_stop_reply(world: World):
    resident = world.resident()
    resident.post("/v1/me/email", {"address": "wang@example.com"})
    code = world.mailbox.read("wang@example.com")[0].text.split("验证码 ")[1][
        :6
    ]
    assert resident.post("/v1/me/email/verify", {"code": code}).status == 200
    reply(world, resident.me["phone"], "退订")
    world.open_wish(resident)
    assert [
        letter.kind for letter in world.mailbox.read("wang@example.com")
    ] == [
        "wish.approved",
        "code.email",
    ]
    assert visits(world) == []


def test_a_repeated_stop_reply_does_not_undo_a_later_opt_in(
    world: World,
):
    resident = world.resident()
    reply(world, resident.me["phone"], "TD", id="r-1")
    assert resident.patch("/v1/me", {"channels": {"sms": True}}).status == 200
    for _ in range(2):
        reply(world, resident.me["phone"], "TD", id="r-1")
    assert resident.get("/v1/me").json["channels"]["sms"] is True
    assert (
        len([line for line in consents(world, resident) if line[0] == "sms"])
        == 1
    )
    reply(world, resident.me["phone"], "TD", id="r-2")
    assert resident.get("/v1/me").json["channels"]["sms"] is False


def test_reply_ids_need_not_be_unique(world: World):
    one = world.resident()
    other = world.resident()
    reply(world, one.me["phone"], "你好", id="1")
    reply(world, one.me["phone"], "TD", id="1")
    reply(world, other.me["phone"], "TD", id="1")
    assert [
        phone.get("/v1/me").json["channels"]["sms"] for phone in (one, other)
    ] == [
        False,
        False,
    ]


def test_a_stop_reply_before_the_second_attempt_wins(world: World):
    """After the opt-out the second attempt is not made."""
    resident = world.resident()
    east = scripted(world, Refused("429"))
    world.open_wish(resident)
    reply(world, resident.me["phone"], "TD")
    world.pass_time(minutes=10)
    assert east.kinds() == ["wish.approved", "reply.opted_out_staff"]
    assert [visit["title"].partition("：")[0] for visit in visits(world)] == [
        "王秀英"
    ]


def test_unknown_and_foreign_phones_hold_up_no_other_reply(world: World):
    resident = world.resident()
    numbers = [
        "+8613812345678",
        "+14155552671",
        "10086",
        "",
        "not a number",
        "+86 10 6552 9988",
        "9" * 40,
    ]
    everybody = [*numbers, resident.me["phone"].removeprefix("+86")]
    replies = [
        {"id": f"r{n}", "phone": phone, "text": "TD"}
        for n, phone in enumerate(everybody)
    ]
    assert webhook(world, {"replies": replies}).status == 204
    assert resident.get("/v1/me").json["channels"]["sms"] is False


def test_a_carers_stop_reply_is_for_the_carers_phone(world: World):
    carer = world.person("李强")
    old = world.person("李奶奶", phone=None, contact_via=carer.id)
    reply(world, carer.phone or "", "TD")
    assert world.phone_of(carer).get("/v1/me").json["channels"]["sms"] is False
    wish = (
        world.phone_of(carer)
        .post(
            "/v1/wishes",
            world.wish_body(
                on_behalf_of=old.id,
                consent={"how": "spoken", "witness": "许见证"},
            ),
        )
        .json
    )
    assert (
        world.phone_of(world.admin)
        .post(f"/v1/wishes/{wish['id']}/approve")
        .status
        == 200
    )
    assert world.sms_to(carer.phone or "") == []
    assert len(visits(world)) == 1
