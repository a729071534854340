"""Replies that answer the only question of a phone: yes or no."""

from dataclasses import replace

from chalicelib.wishes.repository import WishRepository

from ..store.scan import Reads, save
from ..world import World
from .builders import delivered, expiring, reply, state_of_wish

find_wish = Reads(WishRepository).find_wish


def test_yes_fulfils_a_delivered_wish_and_the_helper_is_thanked(
    world: World,
):
    resident = world.resident()
    helper = world.volunteer()
    wish_id = delivered(world, resident, helper)
    reply(world, resident.me["phone"], "1")
    assert state_of_wish(world, wish_id) == "fulfilled"
    assert len(world.sms_to(helper.me["phone"], "wish.thanks")) == 1


def test_no_disputes_a_delivered_wish_and_staff_are_notified(world: World):
    resident = world.resident()
    wish_id = delivered(world, resident)
    reply(world, resident.me["phone"], "2")
    assert state_of_wish(world, wish_id) == "disputed"
    assert (
        len(world.sms_to(world.admin.phone or "", "wish.disputed_staff")) == 1
    )


def test_yes_keeps_an_expiring_wish(world: World):
    resident = world.resident()
    wish_id = expiring(world, resident)
    reply(world, resident.me["phone"], "需要。")
    assert state_of_wish(world, wish_id) == "open"
    world.pass_time(days=4)
    assert state_of_wish(world, wish_id) == "open"


def test_no_withdraws_an_expiring_wish(world: World):
    resident = world.resident()
    wish_id = expiring(world, resident)
    reply(world, resident.me["phone"], "2")
    assert state_of_wish(world, wish_id) == "withdrawn"


def test_a_carer_answers_for_the_resident(world: World):
    carer = world.person("李强")
    old = world.person("李奶奶", phone=None, contact_via=carer.id)
    phone = world.phone_of(carer)
    helper = world.volunteer()
    wish = phone.post(
        "/v1/wishes",
        world.wish_body(
            on_behalf_of=old.id, consent={"how": "spoken", "witness": "许见证"}
        ),
    ).json["id"]
    world.phone_of(world.admin).post(f"/v1/wishes/{wish}/approve")
    helper.post(f"/v1/wishes/{wish}/claim")
    assert helper.post(f"/v1/wishes/{wish}/deliver", {}).status == 200
    reply(world, carer.phone or "", "1")
    assert state_of_wish(world, wish) == "fulfilled"


def test_a_carer_who_is_the_helper_cannot_confirm_the_delivery(
    world: World,
):
    """A question that was asked before they became the helper is not answered either."""
    carer = world.person("李强")
    old = world.person("李奶奶", phone=None, contact_via=carer.id)
    boss = world.phone_of(world.admin)
    helper = world.volunteer()
    wish_id = boss.post(
        "/v1/wishes",
        world.wish_body(
            on_behalf_of=old.id, consent={"how": "spoken", "witness": "许见证"}
        ),
    ).json["id"]
    world.staff().post(f"/v1/wishes/{wish_id}/approve")
    helper.post(f"/v1/wishes/{wish_id}/claim")
    helper.post(f"/v1/wishes/{wish_id}/deliver", {})
    assert len(world.sms_to(carer.phone or "", "wish.delivered")) == 1
    wish = find_wish(wish_id)
    assert wish
    save(replace(wish, claims=(replace(wish.claims[0], helper=carer.id),)))
    reply(world, carer.phone or "", "1")
    assert state_of_wish(world, wish_id) == "delivered"
