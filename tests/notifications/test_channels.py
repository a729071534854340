"""Messages to people: by one channel, in their language."""

import pytest

from chalicelib.kernel.access import Role
from chalicelib.message_log.model import DeliveryState, SuppressionReason

from ..store.scan import everything
from ..world import BAIHUA, GRID, World
from .builders import MAIL, a_send, notify, with_mail
from .sent import ledger, reasons, send, texts


def test_an_sms_carries_the_signature(world: World):
    person = world.person()
    send(world, person.id)
    assert texts(world, person.phone or "") == [
        "【春晖】您的心愿「一个水壶」已上墙，有人认领会通知您。"
    ]
    assert ledger() == [(person.id, "sms", DeliveryState.SENT)]


def test_each_recipient_gets_the_text_in_their_language(world: World):
    chinese = world.person()
    english = world.person(locale="en")
    for person in (chinese, english):
        send(world, person.id, id=f"due_{person.id}")
    assert "已上墙" in texts(world, chinese.phone or "")[0]
    assert texts(world, english.phone or "")[0].startswith(
        "【春晖】Your wish “一个水壶” is on the wall"
    )


def test_a_resident_without_sms_gets_an_e_mail(world: World):
    phone = with_mail(world)
    phone.patch("/v1/me", {"channels": {"sms": False}})
    send(world, phone.me["id"])
    assert texts(world, phone.me["phone"]) == []
    assert len(texts(world, MAIL)) == 1
    assert (phone.me["id"], "email", DeliveryState.SENT) in ledger()


def test_sms_comes_before_e_mail_and_one_channel_is_enough(world: World):
    phone = with_mail(world)
    send(world, phone.me["id"])
    assert len(texts(world, phone.me["phone"])) == 1
    assert len(texts(world, MAIL)) == 0


def test_a_contacts_phone_rings_in_the_contacts_language(
    world: World,
):
    contact = world.person("李强", locale="en")
    old = world.person("李奶奶", phone=None, contact_via=contact.id)
    send(world, old.id)
    assert texts(world, contact.phone or "")[0].startswith("【春晖】Your wish")
    assert ledger() == [(old.id, "sms", DeliveryState.SENT)]


def test_a_contacts_phone_is_not_used_for_a_resident_with_a_phone(world: World):
    contact = world.person("李强")
    old = world.person("李奶奶", contact_via=contact.id)
    world.phone_of(old).patch("/v1/me", {"channels": {"sms": False}})
    send(world, old.id)
    assert texts(world, contact.phone or "") == []


@pytest.mark.parametrize("why", ["no phone", "sms off", "contact's sms off"])
def test_a_message_without_a_channel_is_logged_as_suppressed(world: World, why):
    contact = world.person("李强")
    phone = None if why != "sms off" else ""
    person = world.person(
        "李奶奶",
        phone=phone,
        contact_via=contact.id if why == "contact's sms off" else None,
    )
    silent = {"sms off": person, "contact's sms off": contact}.get(why)
    if silent:
        world.phone_of(silent).patch("/v1/me", {"channels": {"sms": False}})
    send(world, person.id)
    assert ledger() == [(person.id, "none", DeliveryState.SUPPRESSED)]


def test_a_message_that_is_over_is_logged_and_not_sent(
    world: World,
):
    person = world.person()
    notify(world, a_send(to=person.id), None)
    send(world, "per_nobody")
    assert texts(world, person.phone or "") == []
    assert reasons() == [(person.id, SuppressionReason.OUTDATED)]


def test_the_log_holds_no_address_and_no_name(world: World):
    phone = with_mail(world)
    send(world, phone.me["id"])
    text = str(everything()["messages"])
    assert not [
        word for word in (phone.me["phone"], MAIL, "王秀英") if word in text
    ]


# staff


def test_staff_on_duty_at_the_nearest_level_are_notified(world: World):
    places = world.services.places
    boss = world.boss
    worker = world.person("吴刚", (Role.GRID_WORKER, GRID))
    staff = world.person("陈敏", (Role.COMMUNITY_STAFF, BAIHUA))
    for id, told in (
        ("due_1", world.admin),
        ("due_2", staff),
        ("due_3", worker),
    ):
        send(
            world,
            "staff:chunhui.baihua.g01.b05.u1",
            id=id,
            kind="wish.late_staff",
        )
        assert len(texts(world, told.phone or "")) == 1
        if told == world.admin:
            places.assign_duty(boss, BAIHUA, {"community_staff": [staff.id]})
        if told == staff:
            places.assign_duty(boss, GRID, {"grid_worker": [worker.id]})


def test_each_member_of_staff_on_duty_is_notified_once(world: World):
    staff = [
        world.person(
            "陈敏", (Role.COMMUNITY_STAFF, BAIHUA), (Role.GRID_WORKER, BAIHUA)
        )
        for _ in range(2)
    ]
    duty = {
        "community_staff": [person.id for person in staff],
        "grid_worker": [staff[0].id],
    }
    world.services.places.assign_duty(world.boss, BAIHUA, duty)
    send(world, f"staff:{BAIHUA}", kind="wish.late_staff")
    assert [len(texts(world, person.phone or "")) for person in staff] == [1, 1]
