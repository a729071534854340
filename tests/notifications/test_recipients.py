"""The channel of a message: own phone, e-mail, another phone by consent, or a visit."""

import pytest

from chalicelib.adapters.ports import Refused
from chalicelib.kernel.access import Role
from chalicelib.kernel.message_context import MessageSubject
from chalicelib.people.model import Person

from ..replies.builders import lines, messages, scripted, visits
from ..world import BAIHUA, GRID, START, UNIT, Phone, World
from .builders import a_send

MAIL = "wang@example.com"
SPOKEN = {"how": "spoken", "witness": "许见证"}


def send(
    world: World,
    *people: Person,
    kind: str = "wish.approved",
    id: str = "due_1",
) -> None:
    """Send people a message about an open wish."""
    wish_id = world.open_wish(world.resident(), title="一个水壶")
    ids = ",".join(person.id for person in people)
    to = f"people:{ids}"
    if len(people) == 1:
        to = ids
    subject = MessageSubject(kind=kind, subject=wish_id)
    (context,) = world.services.hooks.contexts([subject])
    world.services.notifier.notify(
        a_send(id, to, kind, wish_id), START, context
    )


def outcomes(world: World, person: Person) -> list[str]:
    """Return the channel, state and reason of each message to a person."""
    found = []
    for message in messages(world, person.id):
        parts = (message["channel"], message["state"], message["reason"])
        found.append(" ".join(filter(None, parts)))
    return found


def sms_counts(world: World, *people: Person) -> list[int]:
    return [
        len(world.sms_to(person.phone or "", "wish.approved"))
        for person in people
    ]


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
        world.phone_of(person)
        .patch("/v1/me", {"channels": {"sms": False}})
        .status
        == 200
    )


def test_a_resident_with_a_phone_gets_an_sms(world: World):
    person = world.person()
    send(world, person)
    assert sms_counts(world, person) == [1]
    assert outcomes(world, person) == ["sms sent"]
    assert visited(world) == []


def test_a_resident_who_opted_out_of_sms_gets_an_e_mail(world: World):
    person = world.person()
    with_mail(world, person)
    silence(world, person)
    send(world, person)
    assert sms_counts(world, person) == [0]
    assert outcomes(world, person) == ["email sent"]
    assert visited(world) == []
    assert "您的心愿「一个水壶」已上墙" in world.mailbox.read(MAIL)[0].text


def test_a_carers_phone_is_used_by_consent_in_the_carers_language(world: World):
    carer = world.person("Li Qiang", locale="en")
    old = world.person("李奶奶", phone=None, contact_via=carer.id)
    send(world, old)
    assert sms_counts(world, carer) == [1]
    assert outcomes(world, old) == ["sms sent"]
    assert outcomes(world, carer) == []
    assert world.sms_to(carer.phone or "")[0].text.startswith(
        "【春晖】Your wish “一个水壶” is on the wall."
    )


def test_a_housemates_phone_is_used_by_consent(world: World):
    son = world.person("李强", household="hh-1")
    old = world.person("李奶奶", phone=None, household="hh-1")
    send(world, old)
    assert sms_counts(world, son) == [1]
    assert outcomes(world, old) == ["sms sent"]


def test_a_carer_comes_before_a_housemate(world: World):
    carer = world.person("李强")
    son = world.person("李明", household="hh-1")
    old = world.person(
        "李奶奶", phone=None, household="hh-1", contact_via=carer.id
    )
    send(world, old)
    assert sms_counts(world, carer, son) == [1, 0]


def test_a_housemates_phone_is_used_if_the_carer_opted_out(world: World):
    carer = world.person("李强")
    son = world.person("李明", household="hh-1")
    old = world.person(
        "李奶奶", phone=None, household="hh-1", contact_via=carer.id
    )
    silence(world, carer)
    send(world, old)
    assert sms_counts(world, carer, son) == [0, 1]
    assert outcomes(world, old) == ["sms sent"]


@pytest.mark.parametrize("consent", ["contact_via", "household"])
def test_a_phone_is_not_used_after_its_consent_is_withdrawn(
    world: World, consent: str
):
    holder = world.person("李强", household="hh-1")
    related = (
        {"contact_via": holder.id}
        if consent == "contact_via"
        else {"household": "hh-1"}
    )
    old = world.person("李奶奶", phone=None, **related)
    assert (
        world.phone_of(old).delete(f"/v1/me/consents/{consent}").status == 204
    )
    send(world, old)
    assert sms_counts(world, holder) == [0]
    assert outcomes(world, old) == ["none suppressed no_channel"]
    assert visited(world) == ["李奶奶"]


def test_the_phone_of_an_erased_housemate_is_not_used(world: World):
    son = world.person("李强", household="hh-1")
    old = world.person("李奶奶", phone=None, household="hh-1")
    assert world.erase(world.phone_of(son)).status == 202
    send(world, old)
    assert outcomes(world, old) == ["none suppressed no_channel"]
    assert visited(world) == ["李奶奶"]


def test_no_other_phone_rings_for_a_resident_with_a_phone(world: World):
    carer = world.person("李强", household="hh-1")
    old = world.person("李奶奶", contact_via=carer.id, household="hh-1")
    silence(world, old)
    send(world, old)
    assert sms_counts(world, carer, old) == [0, 0]
    assert outcomes(world, old) == ["none suppressed opted_out"]


def test_a_resident_without_any_channel_is_visited(world: World):
    old = world.person("李奶奶", phone=None)
    send(world, old)
    assert outcomes(world, old) == ["none suppressed no_channel"]
    found = visits(world)
    assert [visit["title"] for visit in found] == [
        "李奶奶：您的心愿「一个水壶」已上墙，有人认领会通知您。"
    ]
    worker = world.staff(GRID, Role.GRID_WORKER)
    assert worker.post(f"/v1/messages/{found[0]['id']}/visited").status == 200
    send(world, old)  # the same message again
    assert visits(world) == []


def test_a_shared_phone_rings_once_and_both_inboxes_have_the_message(
    world: World,
):
    owner = world.person("李强")
    wife = world.person("张梅", phone=None, contact_via=owner.id)
    send(world, owner, wife)
    assert sms_counts(world, owner) == [1]
    for person in (owner, wife):
        items = world.phone_of(person).get("/v1/me/inbox").json["items"]
        assert [item["text"] for item in items] == [
            "您的心愿「一个水壶」已上墙，有人认领会通知您。"
        ]
    assert len([line for line in lines() if line.message == "due_1"]) == 1
    send(world, wife, owner)  # again, and in another order
    assert sms_counts(world, owner) == [1]


def test_each_of_many_recipients_is_reached_by_their_own_channel(world: World):
    carer = world.person("李强")
    near = world.person()
    far = world.person(locale="en")
    old = world.person("李奶奶", phone=None, contact_via=carer.id)
    alone = world.person("赵奶奶", phone=None)
    gone = world.person()
    assert world.erase(world.phone_of(gone)).status == 202
    send(world, near, far, old, alone, gone)
    assert sms_counts(world, near, far, carer) == [1, 1, 1]
    assert [outcomes(world, person) for person in (near, far, old, alone)] == [
        ["sms sent"],
        ["sms sent"],
        ["sms sent"],
        ["none suppressed no_channel"],
    ]
    assert [
        (line.person, line.reason) for line in lines() if line.person == gone.id
    ] == [(gone.id, "erased")]
    assert visited(world) == ["赵奶奶"]


def test_a_visit_is_listed_at_the_residents_home(world: World):
    old = world.person("李奶奶", phone=None, home=UNIT)
    send(world, old)
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
    other = world.staff()  # who filed it does not approve it
    assert other.post(f"/v1/wishes/{wish_id}/approve").status == 200
    return wish_id


def as_volunteer(world: World, person: Person) -> Phone:
    world.vet(person.id)
    assert (
        world.phone_of(person)
        .put("/v1/me/volunteer", {"places": [BAIHUA], "capacity": 5})
        .status
        == 200
    )
    return world.phone_of(world.vet(person.id))


@pytest.mark.parametrize("near", ["carer", "housemate"])
def test_codes_and_questions_never_go_to_the_helpers_phone(
    world: World, near: str
):
    """Otherwise the helper alone could prove the delivery and confirm it."""
    helper = world.person(
        "李强", household="hh-1" if near == "housemate" else None
    )
    bond = (
        {"contact_via": helper.id} if near == "carer" else {"household": "hh-1"}
    )
    old = world.person("李奶奶", phone=None, **bond)
    wish_id = wish_for(world, old)
    phone = as_volunteer(world, helper)
    assert sms_counts(world, helper) == [1]  # before they claimed the wish
    assert phone.post(f"/v1/wishes/{wish_id}/claim").status == 200
    assert (
        phone.post(f"/v1/wishes/{wish_id}/deliver", {}).json["state"]
        == "delivered"
    )
    world.pass_time(days=1, hours=1)
    kinds = {letter.kind for letter in world.sms_to(helper.phone or "")}
    assert kinds == {"wish.approved", "wish.yours"}
    spared = {
        m["kind"]
        for m in messages(world, old.id)
        if m["reason"] == "no_channel"
    }
    assert spared == {"wish.claimed", "wish.delivered", "wish.unconfirmed"}
    assert set(visited(world)) == {"李奶奶"}  # staff visit and ask instead


def test_another_housemate_is_asked_in_place_of_the_helper(world: World):
    carer = world.person("李强")
    son = world.person("李明", household="hh-1")
    old = world.person(
        "李奶奶", phone=None, household="hh-1", contact_via=carer.id
    )
    wish_id = wish_for(world, old)
    phone = as_volunteer(world, carer)
    assert phone.post(f"/v1/wishes/{wish_id}/claim").status == 200
    code = world.delivery_code(son.phone or "")
    assert (
        phone.post(f"/v1/wishes/{wish_id}/deliver", {"code": code}).json[
            "state"
        ]
        == "fulfilled"
    )
    assert world.sms_to(carer.phone or "", "wish.claimed") == []


def test_a_refused_code_is_not_sent_again_to_a_carer_who_became_the_helper(
    world: World,
):
    """The carer claims the second place; the second attempt is not made."""
    carer = world.person("李强")
    old = world.person("李奶奶", phone=None, contact_via=carer.id)
    boss = world.phone_of(world.admin)
    body = world.wish_body(
        on_behalf_of=old.id, consent=SPOKEN, helpers_needed=2
    )
    wish_id = boss.post("/v1/wishes", body).json["id"]
    world.staff().post(f"/v1/wishes/{wish_id}/approve")
    phone = as_volunteer(world, carer)
    other = world.volunteer()
    east = scripted(world, Refused("429"))
    assert other.post(f"/v1/wishes/{wish_id}/claim").status == 200
    assert phone.post(f"/v1/wishes/{wish_id}/claim").status == 200
    world.pass_time(minutes=10)
    assert [
        (sms.phone, sms.kind) for sms in east.sent if sms.kind == "wish.claimed"
    ] == [(carer.phone, "wish.claimed")]
    assert world.sms_to(carer.phone or "", "wish.claimed") == []
