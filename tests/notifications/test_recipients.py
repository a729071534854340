"""Whose phone rings for whom: her own, by mail, by consent a carer's or a housemate's, and where nothing is left, a visit."""

import pytest

from chalicelib.adapters.ports import Refused
from chalicelib.kernel.access import Role
from chalicelib.kernel.message_context import MessageSubject
from chalicelib.people.model import Person

from ..replies.builders import lines, messages, scripted, visits
from ..world import BAIHUA, GRID, START, UNIT, Phone, World
from .builders import a_send

MAIL = "wang@example.com"
SPOKEN = {"how": "spoken"}


def tell(
    world: World, *people: Person, kind: str = "wish.approved", id: str = "due_1"
) -> None:
    """Tell people about a wish that is on the wall."""
    wish_id = world.open_wish(world.resident(), title="一个水壶")
    to = (
        people[0].id
        if len(people) == 1
        else f"people:{','.join(person.id for person in people)}"
    )
    (context,) = world.services.hooks.contexts(
        [MessageSubject(kind=kind, subject=wish_id)]
    )
    world.services.notifier.notify(a_send(id, to, kind, wish_id), START, context)


def told(world: World, person: Person) -> list[str]:
    """What became of what she was to be told: by which channel, how it ended and why."""
    return [
        " ".join(filter(None, (m["channel"], m["state"], m["reason"])))
        for m in messages(world, person.id)
    ]


def heard(world: World, *people: Person) -> list[int]:
    return [len(world.sms_to(person.phone or "", "wish.approved")) for person in people]


def visited(world: World) -> list[str]:
    return [visit["title"].partition("：")[0] for visit in visits(world)]


def with_mail(world: World, person: Person) -> Phone:
    phone = world.phone_of(person)
    phone.post("/v1/me/email", {"address": MAIL})
    code = world.mailbox.read(MAIL)[0].text.split("验证码 ")[1][:6]
    assert phone.post("/v1/me/email/verify", {"code": code}).status == 200
    return phone


def silence(world: World, person: Person) -> None:
    assert (
        world.phone_of(person).patch("/v1/me", {"channels": {"sms": False}}).status
        == 200
    )


def test_her_own_phone(world: World):
    person = world.person()
    tell(world, person)
    assert (heard(world, person), told(world, person), visited(world)) == (
        [1],
        ["sms sent"],
        [],
    )


def test_mail_for_who_wants_no_sms(world: World):
    person = world.person()
    with_mail(world, person)
    silence(world, person)
    tell(world, person)
    assert (heard(world, person), told(world, person), visited(world)) == (
        [0],
        ["email sent"],
        [],
    )
    assert "您的心愿「一个水壶」已上墙" in world.mailbox.read(MAIL)[0].text


def test_a_carers_phone_by_consent_and_in_the_carers_language(world: World):
    carer = world.person("Li Qiang", locale="en")
    old = world.person("李奶奶", phone=None, contact_via=carer.id)
    tell(world, old)
    assert (heard(world, carer), told(world, old), told(world, carer)) == (
        [1],
        ["sms sent"],
        [],
    )
    assert world.sms_to(carer.phone or "")[0].text.startswith(
        "【春晖】Your wish “一个水壶” is on the wall."
    )


def test_a_housemates_phone_by_consent(world: World):
    son = world.person("李强", household="hh-1")
    old = world.person("李奶奶", phone=None, household="hh-1")
    tell(world, old)
    assert (heard(world, son), told(world, old)) == ([1], ["sms sent"])


def test_a_carer_comes_before_a_housemate(world: World):
    carer, son = world.person("李强"), world.person("李明", household="hh-1")
    old = world.person("李奶奶", phone=None, household="hh-1", contact_via=carer.id)
    tell(world, old)
    assert heard(world, carer, son) == [1, 0]


def test_a_housemate_steps_in_for_a_carer_who_wants_no_sms(world: World):
    carer, son = world.person("李强"), world.person("李明", household="hh-1")
    old = world.person("李奶奶", phone=None, household="hh-1", contact_via=carer.id)
    silence(world, carer)
    tell(world, old)
    assert (heard(world, carer, son), told(world, old)) == ([0, 1], ["sms sent"])


@pytest.mark.parametrize("consent", ["contact_via", "household"])
def test_a_phone_is_not_used_once_the_consent_is_taken_back(world: World, consent: str):
    holder = world.person("李强", household="hh-1")
    related = (
        {"contact_via": holder.id}
        if consent == "contact_via"
        else {"household": "hh-1"}
    )
    old = world.person("李奶奶", phone=None, **related)
    assert world.phone_of(old).delete(f"/v1/me/consents/{consent}").status == 204
    tell(world, old)
    assert (heard(world, holder), told(world, old), visited(world)) == (
        [0],
        ["none suppressed no_channel"],
        ["李奶奶"],
    )


def test_a_housemate_who_has_left_is_not_rung(world: World):
    son = world.person("李强", household="hh-1")
    old = world.person("李奶奶", phone=None, household="hh-1")
    assert world.phone_of(son).delete("/v1/me").status == 202
    tell(world, old)
    assert (told(world, old), visited(world)) == (
        ["none suppressed no_channel"],
        ["李奶奶"],
    )


def test_nobody_elses_phone_rings_for_who_has_one_of_her_own(world: World):
    carer = world.person("李强", household="hh-1")
    old = world.person("李奶奶", contact_via=carer.id, household="hh-1")
    silence(world, old)
    tell(world, old)
    assert (heard(world, carer, old), told(world, old)) == (
        [0, 0],
        ["none suppressed opted_out"],
    )


def test_where_nothing_is_left_the_grid_worker_goes(world: World):
    old = world.person("李奶奶", phone=None)
    tell(world, old)
    assert told(world, old) == ["none suppressed no_channel"]
    found = visits(world)
    assert [visit["title"] for visit in found] == [
        "李奶奶：您的心愿「一个水壶」已上墙，有人认领会通知您。"
    ]
    worker = world.staff(GRID, Role.GRID_WORKER)
    assert worker.post(f"/v1/messages/{found[0]['id']}/visited").status == 200
    tell(world, old)  # the same message again
    assert visits(world) == []


def test_two_who_share_a_phone_hear_it_once_and_both_find_it(world: World):
    owner = world.person("李强")
    wife = world.person("张梅", phone=None, contact_via=owner.id)
    tell(world, owner, wife)
    assert heard(world, owner) == [1]
    for person in (owner, wife):
        items = world.phone_of(person).get("/v1/me/inbox").json["items"]
        assert [item["text"] for item in items] == [
            "您的心愿「一个水壶」已上墙，有人认领会通知您。"
        ]
    assert len([line for line in lines() if line.message == "due_1"]) == 1
    tell(world, wife, owner)  # again, and in another order
    assert heard(world, owner) == [1]


def test_many_are_told_each_by_her_own_way(world: World):
    carer = world.person("李强")
    near, far, old = (
        world.person(),
        world.person(locale="en"),
        world.person("李奶奶", phone=None, contact_via=carer.id),
    )
    alone, gone = world.person("赵奶奶", phone=None), world.person()
    assert world.phone_of(gone).delete("/v1/me").status == 202
    tell(world, near, far, old, alone, gone)
    assert heard(world, near, far, carer) == [1, 1, 1]
    assert [told(world, person) for person in (near, far, old, alone)] == [
        ["sms sent"],
        ["sms sent"],
        ["sms sent"],
        ["none suppressed no_channel"],
    ]
    assert [
        (line.person, line.reason) for line in lines() if line.person == gone.id
    ] == [(gone.id, "erased")]
    assert visited(world) == ["赵奶奶"]


def test_the_list_of_visits_is_that_of_her_home_not_of_the_carers(world: World):
    old = world.person("李奶奶", phone=None, home=UNIT)
    tell(world, old)
    assert len(visits(world, GRID)) == 1
    assert visits(world, "chunhui.jinfeng.g01") == []


# a helper's own phone


def wish_for(world: World, old: Person) -> str:
    boss = world.phone_of(world.admin)
    wish_id = str(
        boss.post(
            "/v1/wishes", world.wish_body(on_behalf_of=old.id, consent=SPOKEN)
        ).json["id"]
    )
    assert boss.post(f"/v1/wishes/{wish_id}/approve").status == 200
    return wish_id


def as_volunteer(world: World, person: Person) -> Phone:
    assert (
        world.phone_of(person)
        .put("/v1/me/volunteer", {"places": [BAIHUA], "capacity": 5})
        .status
        == 200
    )
    found = world.services.people.find(person.id)
    assert found
    return world.phone_of(found)


@pytest.mark.parametrize("near", ["carer", "housemate"])
def test_the_code_and_the_questions_never_ring_at_the_helpers_own_phone(
    world: World, near: str
):
    """She would hold both ends of the delivery: the code that proves it, and the "1" that confirms it."""
    helper = world.person("李强", household="hh-1" if near == "housemate" else None)
    bond = {"contact_via": helper.id} if near == "carer" else {"household": "hh-1"}
    old = world.person("李奶奶", phone=None, **bond)
    wish_id, phone = wish_for(world, old), as_volunteer(world, helper)
    assert heard(world, helper) == [1]  # so far she was only a neighbour
    assert phone.post(f"/v1/wishes/{wish_id}/claim").status == 200
    assert phone.post(f"/v1/wishes/{wish_id}/deliver", {}).json["state"] == "delivered"
    world.pass_time(days=1, hours=1)
    kinds = {letter.kind for letter in world.sms_to(helper.phone or "")}
    assert kinds == {"wish.approved", "wish.yours"}
    spared = {m["kind"] for m in messages(world, old.id) if m["reason"] == "no_channel"}
    assert spared == {"wish.claimed", "wish.delivered", "wish.unconfirmed"}
    assert set(visited(world)) == {"李奶奶"}  # somebody else goes and asks her


def test_a_housemate_who_helps_not_is_asked_in_the_helpers_place(world: World):
    carer, son = world.person("李强"), world.person("李明", household="hh-1")
    old = world.person("李奶奶", phone=None, household="hh-1", contact_via=carer.id)
    wish_id, phone = wish_for(world, old), as_volunteer(world, carer)
    assert phone.post(f"/v1/wishes/{wish_id}/claim").status == 200
    code = world.delivery_code(son.phone or "")
    assert (
        phone.post(f"/v1/wishes/{wish_id}/deliver", {"code": code}).json["state"]
        == "fulfilled"
    )
    assert world.sms_to(carer.phone or "", "wish.claimed") == []


def test_a_code_that_her_phone_did_not_take_is_not_sent_there_once_she_helps_too(
    world: World,
):
    """Refused for now, then the carer takes the other place; the second attempt is not made."""
    carer = world.person("李强")
    old = world.person("李奶奶", phone=None, contact_via=carer.id)
    boss = world.phone_of(world.admin)
    body = world.wish_body(on_behalf_of=old.id, consent=SPOKEN, helpers_needed=2)
    wish_id = boss.post("/v1/wishes", body).json["id"]
    boss.post(f"/v1/wishes/{wish_id}/approve")
    phone, other = as_volunteer(world, carer), world.volunteer()
    east = scripted(world, Refused("429"))
    assert other.post(f"/v1/wishes/{wish_id}/claim").status == 200
    assert phone.post(f"/v1/wishes/{wish_id}/claim").status == 200
    world.pass_time(minutes=10)
    assert [
        (sms.phone, sms.kind) for sms in east.sent if sms.kind == "wish.claimed"
    ] == [(carer.phone, "wish.claimed")]
    assert world.sms_to(carer.phone or "", "wish.claimed") == []
