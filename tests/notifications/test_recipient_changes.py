"""Recipients at the moment of sending: staff, residents of no place, shared phones."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.adapters.ports import Refused
from chalicelib.kernel.access import Role
from chalicelib.kernel.audiences import SeveralPeople
from chalicelib.message_log.model import DeliveryState, SuppressionReason

from ..admin.test_queue import exact_counts
from ..store.scan import save
from ..world import BAIHUA, OTHER_GRID, STREET, UNIT, Phone, World
from .builders import (
    MAIL,
    ScriptedGateway,
    a_send,
    lines,
    notify,
    over,
    wait_for_digest,
    with_mail,
)

JINFENG_HOME = f"{OTHER_GRID}.b01"
REASON = "说好的水壶没有送到"
SAID = "有异议，请处理，理由见应用"


def delivered(world: World, resident: Phone) -> str:
    helper = world.volunteer()
    wish = world.open_wish(resident)
    assert helper.post(f"/v1/wishes/{wish}/claim").status == 200
    assert helper.post(f"/v1/wishes/{wish}/deliver", {}).status == 200
    return wish


def disputed(world: World) -> str:
    resident = world.resident()
    wish = delivered(world, resident)
    fresh = world.phone_of(world.services.people.find(resident.me["id"]))
    assert (
        fresh.post(f"/v1/wishes/{wish}/dispute", {"reason": REASON}).status
        == 200
    )
    return wish


def on_duty(world: World, **home: str):
    worker = world.person("陈敏", (Role.COMMUNITY_STAFF, BAIHUA), **home)
    world.services.places.assign_duty(
        world.boss, BAIHUA, {"community_staff": [worker.id]}
    )
    return worker


def visits(phone: Phone, place: str) -> list[dict]:
    return [
        task
        for task in phone.get(f"/v1/admin/queue?place={place}").json["items"]
        if task["kind"] == "message.visit"
    ]


def kinds(world: World, number: str | None) -> list[str]:
    return [letter.kind for letter in world.sms_to(number or "")]


# staff


def test_staff_on_duty_in_the_morning_are_notified_not_those_of_the_night(
    world: World,
):
    worker = on_duty(world)
    world.pass_time(hours=14)  # 22:40
    disputed(world)
    world.services.person_admin.grant_roles(world.boss, worker.id, [])
    world.pass_time(hours=11)
    assert kinds(world, worker.phone) == []
    assert "wish.disputed_staff" in kinds(world, world.admin.phone)


def test_former_and_blocked_staff_on_a_duty_list_are_not_notified(
    world: World,
):
    demoted = on_duty(world)
    blocked = world.person("周洁", (Role.COMMUNITY_STAFF, BAIHUA))
    world.services.places.assign_duty(
        world.boss, BAIHUA, {"community_staff": [demoted.id, blocked.id]}
    )
    world.services.person_admin.grant_roles(world.boss, demoted.id, [])
    world.services.person_admin.block(
        world.boss, blocked.id, blocked=True, reason="借给他人使用"
    )
    disputed(world)
    assert kinds(world, demoted.phone) == []
    assert kinds(world, blocked.phone) == []
    # The level above answers.
    assert kinds(world, world.admin.phone).count("wish.disputed_staff") == 1


def test_a_visit_to_staff_is_listed_at_the_place_of_the_subject(
    world: World,
):
    worker = on_duty(world, home=JINFENG_HOME)
    world.phone_of(worker).patch("/v1/me", {"channels": {"sms": False}})
    disputed(world)
    assert visits(world.staff(OTHER_GRID, Role.GRID_WORKER), OTHER_GRID) == []
    (visit,) = visits(world.staff(), BAIHUA)
    assert SAID in visit["title"]


def test_former_staff_cannot_read_staff_messages_in_their_inbox(
    world: World,
):
    worker = on_duty(world)
    disputed(world)
    (line,) = world.phone_of(worker).get("/v1/me/inbox").json["items"]
    assert SAID in line["text"]
    former = world.services.person_admin.grant_roles(world.boss, worker.id, [])
    (line,) = world.phone_of(former).get("/v1/me/inbox").json["items"]
    assert line["text"] is None


# residents of no known place


def newcomer(world: World) -> tuple[Phone, str]:
    """Return a resident without a home, and their wish for a place that they name."""
    phone = world.sign_in("+8613812345678", consent="2026-11", name="王奶奶")
    assert phone.me["home"] is None
    return phone, phone.post("/v1/wishes", world.wish_body(place=UNIT)).json[
        "id"
    ]


def test_a_resident_without_a_home_is_visited_by_staff_of_the_subjects_place(
    world: World,
):
    phone, wish = newcomer(world)
    over(world, ScriptedGateway(world, Refused("invalid_number", final=True)))
    boss = world.phone_of(world.admin)
    assert boss.post(f"/v1/wishes/{wish}/approve").status == 200
    (visit,) = visits(world.staff(), BAIHUA)
    assert "王奶奶" in visit["title"]
    assert world.staff(OTHER_GRID, Role.GRID_WORKER).post(
        f"/v1/messages/{visit['id']}/visited"
    ).status in (403, 404)
    assert [
        line["state"]
        for line in boss.get(f"/v1/messages?person={phone.me['id']}").json[
            "items"
        ]
    ] == ["dead"]


def test_a_resident_of_no_known_place_is_visited_by_the_street(world: World):
    phone, _ = newcomer(world)
    over(world, ScriptedGateway(world, TimeoutError()))
    kind = "account.factor_set"  # which stays true
    send = a_send("due_1", phone.me["id"], kind, about="wsh_gone")
    notify(world, send, {})
    assert visits(world.staff(), BAIHUA) == []
    boss = world.phone_of(world.admin)
    (visit,) = visits(boss, STREET)
    counts = exact_counts(boss.get(f"/v1/admin/queue?place={STREET}"))
    assert counts["message.visit"] == 1
    assert world.staff().post(f"/v1/messages/{visit['id']}/visited").status in (
        403,
        404,
    )
    assert boss.post(f"/v1/messages/{visit['id']}/visited").status == 200
    assert visits(boss, STREET) == []


# once, by one channel, and to all recipients


def test_a_message_sent_by_sms_is_not_sent_again_by_e_mail(
    world: World,
):
    phone = with_mail(world)
    wish = world.open_wish()
    send = a_send("due_1", phone.me["id"], about=wish)
    notify(world, send, {"title": "一个水壶"})
    phone.patch("/v1/me", {"channels": {"sms": False}})
    notify(world, send, {"title": "一个水壶"})
    told = [
        letter
        for letter in world.mailbox.read()
        if letter.kind == "wish.approved"
        and letter.to in (phone.me["phone"], MAIL)
    ]
    assert [letter.channel for letter in told] == ["sms"]


@pytest.mark.parametrize("how", ["another number", "erased"])
def test_a_retry_to_a_former_number_is_settled(world: World, how: str):
    resident = world.resident()
    gateway = ScriptedGateway(world, Refused("throttled"))
    over(world, gateway)
    world.open_wish(resident)
    (refused,) = lines()
    assert refused.state is DeliveryState.RETRY
    person = world.services.people.find(resident.me["id"])
    assert person
    if how == "another number":
        save(replace(person, phone="+8613812340000"))
    else:
        assert world.erase(resident).status == 202
    world.pass_time(minutes=2)
    states = {
        line.id: (line.state, line.reason)
        for line in lines()
        if line.kind == "wish.approved"
    }
    reason = SuppressionReason.ELSEWHERE
    if how == "erased":
        reason = SuppressionReason.ERASED
    assert states[refused.id] == (DeliveryState.SUPPRESSED, reason)
    told = [sms.phone for sms in gateway.taken if sms.kind == "wish.approved"]
    assert told == (["+8613812340000"] if how == "another number" else [])
    codes = [sms.phone for sms in gateway.taken if sms.kind == "code.sign_in"]
    assert codes == ([resident.me["phone"]] if how == "erased" else [])


def test_a_visit_names_all_people_who_share_the_phone(world: World):
    owner = world.person("李强")
    wife = world.person("张梅", phone=None, contact_via=owner.id)
    wish = world.open_wish()
    over(world, ScriptedGateway(world, TimeoutError()))
    send = a_send("due_1", owner.id, about=wish)
    for to in (
        send.audience,
        SeveralPeople((wife.id,)),
    ):  # in two shares of one message
        notify(world, replace(send, audience=to), {"title": "一个水壶"})
    (visit,) = visits(world.staff(), BAIHUA)
    assert visit["title"].startswith("李强、张梅：")


def test_both_inboxes_of_a_shared_phone_have_the_message_in_either_order(
    world: World,
):
    owner = world.person("李强")
    wife = world.person("张梅", phone=None, contact_via=owner.id)
    wish = world.open_wish()
    gateway = ScriptedGateway(world, Refused("throttled"))
    over(world, gateway)
    send = a_send("due_1", owner.id, about=wish)
    notify(
        world, send, {"title": "一个水壶"}
    )  # certainly refused, and due again
    world.clock.advance(timedelta(minutes=1))
    notify(
        world,
        replace(send, id="due_2", audience=SeveralPeople((wife.id,))),
        {"title": "一个水壶"},
    )
    assert len(gateway.taken) == 1
    for person in (owner, wife):
        told = [
            line
            for line in world.phone_of(person).get("/v1/me/inbox").json["items"]
            if line["about"] == wish
        ]
        assert [line["state"] for line in told] == ["sent"]


def test_a_digest_contains_all_held_messages(world: World):
    person = world.person()
    wish = world.open_wish()
    wait_for_digest(world)
    for n in range(130):
        send = a_send(f"due_{n:024}", person.id, about=wish)
        notify(world, send, {"title": "一个水壶"})
        world.clock.advance(timedelta(seconds=1))
    world.pass_time(days=1)
    assert (
        "今日130条"
        in world.sms_to(person.phone or "", "reminders.digest")[0].text
    )
    assert not [line for line in lines() if line.state is DeliveryState.HELD]
