"""What a former contact, housemate, helper or member of staff can still do: nothing."""

import pytest

from chalicelib.kernel.access import Role
from chalicelib.people.model import Person

from ..replies.builders import delivered, reply, state_of_wish
from ..store.scan import scheduled
from ..world import BAIHUA, GRID, JINFENG, STREET, UNIT, Phone, World
from .held import jobs_wait

SPOKEN = {"how": "spoken"}


def household(world: World, person: Person, **bond: str | None) -> None:
    """Record household and contact of a person, as staff do."""
    body = {"household": None, "contact_via": None} | bond
    answer = world.phone_of(world.admin).put(
        f"/v1/people/{person.id}/household", body | {"consent": SPOKEN}
    )
    assert answer.status == 200, answer.text


def asked_for(world: World, person: Person, helper: Phone) -> str:
    """Return a delivered wish of a person without a phone, whose contact or household is asked."""
    admin = world.phone_of(world.admin)
    body = world.wish_body(on_behalf_of=person.id, consent=SPOKEN)
    wish_id = str(admin.post("/v1/wishes", body).json["id"])
    for phone, move in ((world.staff(), "approve"), (helper, "claim")):
        assert phone.post(f"/v1/wishes/{wish_id}/{move}").status == 200
    assert helper.post(f"/v1/wishes/{wish_id}/deliver", {}).status == 200
    return wish_id


# SMS replies


@pytest.mark.parametrize("word", ["1", "2"])
@pytest.mark.parametrize("when", ["before the reply", "before its job runs"])
def test_the_reply_of_a_former_carer_does_nothing(
    world: World, when: str, word: str
):
    carer = world.person("李强")
    old = world.person("李奶奶", phone=None, contact_via=carer.id)
    wish_id = asked_for(world, old, world.volunteer())
    letters = len(world.sms_to(carer.phone or ""))
    with jobs_wait(world):
        if when == "before the reply":
            household(world, old)
            reply(world, carer.phone or "", word)
        else:
            reply(world, carer.phone or "", word)
            household(world, old)
    world.pass_time(days=4)
    assert state_of_wish(world, wish_id) == "delivered"
    assert len(world.sms_to(carer.phone or "")) == letters


def test_the_reply_of_a_present_carer_counts(world: World):
    carer = world.person("李强")
    old = world.person("李奶奶", phone=None, contact_via=carer.id)
    wish_id = asked_for(world, old, world.volunteer())
    reply(world, carer.phone or "", "1")
    assert state_of_wish(world, wish_id) == "fulfilled"


@pytest.mark.parametrize("leaves", ["the resident", "the housemate"])
def test_a_former_housemate_neither_answers_nor_is_rung(
    world: World, leaves: str
):
    son = world.person("李明", household="hh-1")
    old = world.person("李奶奶", phone=None, household="hh-1")
    wish_id = asked_for(world, old, world.volunteer())
    assert world.sms_to(son.phone or "", "wish.delivered")
    letters = len(world.sms_to(son.phone or ""))
    household(world, old if leaves == "the resident" else son)
    reply(world, son.phone or "", "1")
    world.pass_time(days=4)
    assert state_of_wish(world, wish_id) == "delivered"
    assert len(world.sms_to(son.phone or "")) == letters


@pytest.mark.parametrize("who", ["the carer", "the resident"])
def test_a_block_of_carer_or_resident_ends_the_replies_of_the_carer(
    world: World, who: str
):
    carer = world.person("李强")
    old = world.person("李奶奶", phone=None, contact_via=carer.id)
    wish_id = asked_for(world, old, world.volunteer())
    block(world, carer if who == "the carer" else old)
    reply(world, carer.phone or "", "1")
    assert state_of_wish(world, wish_id) == "delivered"


def test_a_question_for_a_former_ward_does_not_hide_ones_own(world: World):
    carer = world.person("李强")
    old = world.person("李奶奶", phone=None, contact_via=carer.id)
    own = delivered(world, world.phone_of(carer), title="一盏灯")
    theirs = asked_for(world, old, world.volunteer())
    with jobs_wait(world):
        household(world, old)
        reply(world, carer.phone or "", "1")
    world.pass_time(minutes=2)
    assert state_of_wish(world, own) == "fulfilled"
    assert state_of_wish(world, theirs) == "delivered"


# contacts


def test_a_contact_without_consent_in_force_is_none(world: World):
    carer = world.phone_of(world.person("李强"))
    old = world.person("李奶奶", contact_via=carer.me["id"])
    body = world.wish_body(on_behalf_of=old.id, consent=SPOKEN)
    wish_id = carer.post("/v1/wishes", body).json["id"]
    path = f"/v1/wishes/{wish_id}"
    assert carer.get(path).status == 200
    own = world.phone_of(old)
    assert own.delete("/v1/me/consents/contact_via").status == 204
    assert own.patch("/v1/me", {"address": "2楼201室"}).status == 200
    assert carer.get(path).status == 404
    assert carer.post(f"{path}/withdraw", {}).status == 404
    assert carer.post("/v1/wishes", body).status == 403
    assert own.get(path).json["address"] == "2楼201室"


def test_the_next_contact_does_not_become_owner_of_what_the_last_one_filed(
    world: World,
):
    last, following = (
        world.phone_of(world.person(n)) for n in ("李强", "王芳")
    )
    old = world.person("李奶奶", phone=None, contact_via=last.me["id"])
    body = world.wish_body(on_behalf_of=old.id, consent=SPOKEN)
    wish_id = last.post("/v1/wishes", body).json["id"]
    household(world, old, contact_via=following.me["id"])
    assert last.get(f"/v1/wishes/{wish_id}").status == 404
    assert following.get(f"/v1/wishes/{wish_id}").status == 404
    household(world, old, contact_via=last.me["id"])
    assert last.get(f"/v1/wishes/{wish_id}").status == 404


def test_a_former_contact_who_joined_a_ticket_cannot_confirm_for_the_resident(
    world: World,
):
    carer, other = (world.phone_of(world.person(n)) for n in ("李强", "王芳"))
    old = world.person("李奶奶", phone=None, contact_via=carer.me["id"])
    body = {"category": "light", "text": "灯坏了", "place": UNIT}
    filed = body | {"on_behalf_of": old.id, "consent": SPOKEN}
    path = f"/v1/tickets/{carer.post('/v1/tickets', filed).json['id']}"
    for phone in (carer, other):
        phone.post(f"{path}/join", {})
    household(world, old)
    admin = world.phone_of(world.admin)
    assert admin.post(f"{path}/resolve", {"note": "好了"}).status == 200
    named = {"on_behalf_of": old.id}
    assert carer.post(f"{path}/confirm", named).status in (403, 404)
    assert carer.get(path).json["place"] == GRID  # as for all who joined


# helpers


def block(world: World, person: Person) -> None:
    body = {"blocked": True, "reason": "骚扰"}
    answer = world.phone_of(world.admin).put(
        f"/v1/people/{person.id}/blocked", body
    )
    assert answer.status < 300, answer.text


def withdraw_vetting(world: World, helper: Phone) -> None:
    body = {"level": "none", "note": "不再服务"}
    answer = world.phone_of(world.admin).put(
        f"/v1/people/{helper.me['id']}/vetting", body
    )
    assert answer.status < 300, answer.text


def test_a_blocked_helper_loses_the_claim_and_nobody_reminds_them(world: World):
    resident, helper = world.resident(), world.volunteer()
    wish_id = world.open_wish(resident, needed_by="2026-11-26")
    assert helper.post(f"/v1/wishes/{wish_id}/claim").status == 200
    letters = len(world.sms_to(helper.me["phone"]))
    person = world.services.people.find(helper.me["id"])
    assert person
    block(world, person)
    assert state_of_wish(world, wish_id) == "open"
    wall = Phone().get(f"/v1/wishes?place={BAIHUA}").json["items"]
    assert [wish["id"] for wish in wall] == [wish_id]
    world.pass_time(days=4)
    assert len(world.sms_to(helper.me["phone"])) == letters
    assert len(world.sms_to(resident.me["phone"], "wish.released")) == 1
    staff = world.sms_to(world.admin.phone or "", "wish.released_staff")
    assert len(staff) == 1


def test_a_reminder_that_is_due_before_the_release_is_not_sent(world: World):
    helper = world.volunteer()
    wish_id = world.open_wish(needed_by="2026-11-25")
    assert helper.post(f"/v1/wishes/{wish_id}/claim").status == 200
    letters = len(world.sms_to(helper.me["phone"]))
    with jobs_wait(world):
        withdraw_vetting(world, helper)
        world.pass_time(days=1)
    ended = [job for job in scheduled() if "relation_ended" in job.kind]
    assert ended, "the control: the release has not run"
    for job in sorted(scheduled(), key=lambda job: job in ended):
        if job.at <= world.clock.now():
            world.services.run_job(job)
    assert len(world.sms_to(helper.me["phone"])) == letters


def test_a_helper_whose_roles_were_taken_does_not_read_the_address(
    world: World,
):
    helper = world.volunteer()
    wish_id = world.open_wish(world.resident(address="9楼917室"))
    assert "917" in helper.post(f"/v1/wishes/{wish_id}/claim").text
    with jobs_wait(world):
        roles = f"/v1/people/{helper.me['id']}/roles"
        assert world.phone_of(world.admin).put(roles, []).status == 200
        assert "917" not in helper.get(f"/v1/wishes/{wish_id}").text
        assert "917" not in helper.get("/v1/me/claims").text


def test_a_volunteer_who_moves_within_the_street_keeps_the_claim(world: World):
    helper = world.volunteer()
    wish_id = world.open_wish()
    assert helper.post(f"/v1/wishes/{wish_id}/claim").status == 200
    moved = helper.put("/v1/me/volunteer", {"places": [JINFENG]})
    assert moved.status == 200
    assert state_of_wish(world, wish_id) == "claimed"
    assert helper.get(f"/v1/wishes/{wish_id}").json["address"]


def test_an_unblocked_helper_does_not_get_the_claim_back(world: World):
    helper = world.volunteer()
    wish_id = world.open_wish()
    assert helper.post(f"/v1/wishes/{wish_id}/claim").status == 200
    path = f"/v1/people/{helper.me['id']}/blocked"
    admin = world.phone_of(world.admin)
    with jobs_wait(world):
        for blocked in (True, False):
            body = {"blocked": blocked, "reason": "核实"}
            assert admin.put(path, body).status < 300
    world.pass_time(minutes=2)
    assert state_of_wish(world, wish_id) == "open"


# staff


@pytest.mark.parametrize("how", ["blocked", "roles taken"])
def test_the_old_token_of_former_staff_lists_nothing(world: World, how: str):
    person = world.person("陈敏", (Role.COMMUNITY_STAFF, BAIHUA), home=BAIHUA)
    staff, resident = world.phone_of(person), world.resident()
    body = {"category": "care", "text": "邻居吵架", "place": UNIT}
    ticket = resident.post("/v1/tickets", body | {"private": True}).json["id"]
    world.open_wish(resident)
    lists = [
        f"/v1/tickets?place={BAIHUA}",
        f"/v1/wishes?place={GRID}",
        f"/v1/people?place={BAIHUA}",
        f"/v1/admin/queue?place={BAIHUA}",
        f"/v1/messages?person={resident.me['id']}",
        f"/v1/statistics/tickets?place={STREET}",
        f"/v1/places/{BAIHUA}/duty",
    ]
    assert ticket in staff.get(lists[0]).text
    before = {path: staff.get(path) for path in lists}
    if how == "blocked":
        block(world, person)
    else:
        roles = f"/v1/people/{person.id}/roles"
        assert world.phone_of(world.admin).put(roles, []).status == 200
    world.pass_time(minutes=20)
    for path in lists:
        if before[path].status >= 300:
            continue
        answer = staff.get(path)
        if how == "blocked":
            assert answer.status in (401, 403), path
        else:
            shown = answer.status < 300 and answer.text != before[path].text
            empty = answer.status < 300 and answer.json["items"] == []
            assert answer.status in (403, 404) or shown or empty, path
        assert ticket not in answer.text
        assert resident.me["id"] not in answer.text
    assert sum(answer.status < 300 for answer in before.values()) >= 5
