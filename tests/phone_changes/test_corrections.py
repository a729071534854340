"""Staff correct a phone: at once while nobody has used it, else after a day with notice."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.kernel.access import Role
from chalicelib.kernel.clock import to_text
from chalicelib.kernel.job import Answer as SmsAnswer
from chalicelib.people.model import Person

from ..admin.test_queue import exact_counts
from ..cases import number
from ..replies.builders import PROVIDERS, reply
from ..security_trail.trail import events
from ..signin.builders import refresh
from ..store.scan import everything, save
from ..world import BAIHUA, GRID, JINFENG, STREET, Answer, Phone, World
from .builders import (
    REASON,
    TERMS,
    asks,
    change,
    codes,
    correct,
    force,
    later,
    pending,
    second_admin,
    signed_in,
    stored,
    tries,
    verify,
)


@pytest.fixture
def world() -> World:
    return World(sms_providers=PROVIDERS)


def waiting(world: World, wanted: str, **fields: str) -> Phone:
    """Let somebody sign in, and staff correct their phone."""
    phone = signed_in(world, **fields)
    answer = correct(world.staff(), phone.me["id"], wanted)
    assert answer.status == 200, answer.text
    return phone


def stopped(world: World, wanted: str) -> Phone:
    phone = waiting(world, wanted)
    assert phone.delete("/v1/me/phone").status == 204
    return phone


def actions(world: World) -> list[tuple[str, str]]:
    lines = events()
    return [(line.kind, line.reason) for line in lines if "phone" in line.kind]


def test_who_holds_a_doubted_number_takes_no_data_and_erases_nothing(
    world: World,
):
    phone = waiting(world, number(world))
    erasure = world.fresh_code(phone)
    refused = [
        phone.get("/v1/me/data"),
        phone.call("DELETE", "/v1/me", erasure),
    ]
    for answer in refused:
        assert (answer.status, answer.code) == (409, "phone_change.pending")
    taken_back = world.phone_of(world.admin).delete(
        f"/v1/people/{phone.me['id']}/phone"
    )
    assert taken_back.status == 204
    assert phone.get("/v1/me/data").status == 200
    world.clock.advance(timedelta(minutes=1))
    assert world.erase(phone).status == 202


# at once


def test_a_number_that_nobody_has_used_is_corrected_at_once(world: World):
    person, wanted = world.person(), number(world)
    answer = correct(world.staff(), person.id, wanted)
    assert answer.status == 200
    assert answer.json["phone_change"] is None
    assert answer.json["phone"] == f"{wanted[:-8]}****{wanted[-4:]}"
    assert tries(world, wanted).json["person"]["id"] == person.id
    assert tries(world, person.phone or "").code == "consent.required"
    assert actions(world) == [("person.phone_corrected", REASON["reason"])]


def test_the_holder_of_a_mistyped_number_shares_no_limit_with_the_person(
    world: World,
):
    person = world.person()
    correct(world.staff(), person.id, number(world))
    stranger = tries(world, person.phone or "", name="李四", **TERMS)
    own = stored(world, stranger.json["person"]["id"]).phone_keys
    assert not {*own} & {*stored(world, person.id).phone_keys}


def test_a_person_who_never_had_a_phone_gets_one_at_once(world: World):
    person, wanted = world.person(phone=None), number(world)
    assert correct(world.staff(), person.id, wanted).status == 200
    assert tries(world, wanted).json["person"]["id"] == person.id


def test_a_person_who_lost_their_number_gets_another_at_once(world: World):
    person = signed_in(world)
    world.clock.advance(timedelta(days=180))
    tries(world, person.me["phone"], name="李四", **TERMS)
    wanted = number(world)
    answer = correct(world.staff(), person.me["id"], wanted)
    assert (answer.json["phone_lost_at"], answer.json["phone_change"]) == (
        None,
        None,
    )
    assert tries(world, wanted).json["person"]["id"] == person.me["id"]


def test_a_silent_half_year_counts_from_the_correction(world: World):
    person, wanted = world.person(), number(world)
    world.clock.advance(timedelta(days=181))
    correct(world.staff(), person.id, wanted)
    assert tries(world, wanted).json["person"]["id"] == person.id


@pytest.mark.parametrize("used", [False, True])
def test_a_number_of_somebody_else_is_refused(world: World, used: bool):
    person = signed_in(world).me["id"] if used else world.person().id
    taken = world.person("张伟").phone or ""
    answer = correct(world.staff(), person, taken)
    assert (answer.status, answer.code) == (409, "person.phone_taken")


def test_a_number_for_which_another_correction_waits_is_refused(world: World):
    wanted = number(world)
    waiting(world, wanted)
    answer = correct(world.staff(), world.person().id, wanted)
    assert (answer.status, answer.code) == (409, "person.phone_taken")


def test_the_number_that_is_set_is_refused(world: World):
    person = world.person()
    answer = correct(world.staff(), person.id, person.phone or "")
    assert (answer.status, answer.code) == (422, "phone_change.same")


# who may

WHO = {
    "grid worker": ((Role.GRID_WORKER, GRID), 403),
    "staff": ((Role.COMMUNITY_STAFF, BAIHUA), 200),
    "street admin": ((Role.STREET_ADMIN, STREET), 200),
    "staff elsewhere": ((Role.COMMUNITY_STAFF, JINFENG), 404),
    "volunteer": ((Role.VOLUNTEER, BAIHUA), 404),
}


@pytest.mark.parametrize("who", WHO)
def test_only_staff_of_the_community_and_above_correct(world: World, who: str):
    role, status = WHO[who]
    phone = world.phone_of(world.person("陈敏", role, home=role[1]))
    person = world.person()
    assert correct(phone, person.id, number(world)).status == status


RANKS = {
    "volunteer": (Role.VOLUNTEER, BAIHUA),
    "grid worker": (Role.GRID_WORKER, GRID),
    "staff": (Role.COMMUNITY_STAFF, BAIHUA),
    "street admin": (Role.STREET_ADMIN, STREET),
}


@pytest.mark.parametrize("about", RANKS)
@pytest.mark.parametrize("who", ["staff", "street admin"])
def test_nobody_corrects_above_their_rank_and_only_admins_at_it(
    world: World, who: str, about: str
):
    actor = world.phone_of(world.person("陈敏", RANKS[who], home=BAIHUA))
    person = world.person("周涛", RANKS[about], home=BAIHUA)
    answer = correct(actor, person.id, number(world))
    if who == "staff" and about in ("staff", "street admin"):
        assert (answer.status, answer.code) == (403, "role.above_own")
    else:
        assert answer.status == 200


@pytest.mark.parametrize("who", ["staff", "street admin"])
def test_nobody_corrects_their_own_phone(world: World, who: str):
    actor = world.phone_of(world.person("陈敏", RANKS[who], home=BAIHUA))
    answer = correct(actor, actor.me["id"], number(world))
    assert (answer.status, answer.code) == (403, "role.above_own")


# after the first sign-in


def test_a_used_number_stays_for_24_hours_and_its_holder_is_told(
    world: World,
):
    wanted = number(world)
    phone = waiting(world, wanted)
    (notice,) = world.sms_to(phone.me["phone"], "phone_change.announced")
    assert "24小时" in notice.text
    assert wanted[-4:] not in notice.text
    seen = pending(world.staff(), phone.me["id"])
    assert (seen["state"], seen["stopped_for"]) == ("waiting", None)
    assert seen["phone"] == f"{wanted[:-8]}****{wanted[-4:]}"
    assert stored(world, phone.me["id"]).phone == phone.me["phone"]
    world.pass_time(hours=23)
    assert not world.sms_to(wanted)
    assert tries(world, phone.me["phone"]).status == 201


def test_after_24_hours_a_sign_in_with_the_new_number_completes_it(
    world: World,
):
    wanted = number(world)
    phone = waiting(world, wanted)
    world.pass_time(hours=24)
    assert len(world.sms_to(wanted, "account.phone_ready")) == 1
    assert pending(world.staff(), phone.me["id"])["state"] == "ready"
    still = later(world, phone)  # until the code has come back
    assert still.get("/v1/me").status == 200
    signed = tries(world, wanted)
    assert signed.json["person"]["id"] == phone.me["id"]
    assert signed.json["person"]["phone"] == wanted
    assert pending(world.staff(), phone.me["id"]) is None
    assert Phone(token=signed.json["access_token"]).get("/v1/me").status == 200


def test_the_completion_ends_every_session_and_tells_the_old_number(
    world: World,
):
    wanted = number(world)
    phone = waiting(world, wanted)
    world.pass_time(hours=24)
    still = later(world, phone)
    tries(world, wanted)
    assert still.get("/v1/me").status == 401
    assert refresh(phone).status == 401
    assert tries(world, phone.me["phone"]).code == "consent.required"
    assert world.sms_to(phone.me["phone"], "account.phone_changed")
    assert [action for action, _ in actions(world)] == [
        "person.phone_correction_asked",
        "person.phone_changed",
    ]


def test_the_limits_of_a_used_number_go_on(world: World):
    wanted = number(world)
    phone = waiting(world, wanted)
    before = stored(world, phone.me["id"]).phone_keys
    world.pass_time(hours=24)
    tries(world, wanted)
    after = stored(world, phone.me["id"]).phone_keys
    assert {*before} < {*after}


def test_a_person_who_has_not_agreed_to_the_terms_agrees_at_the_sign_in(
    world: World,
):
    wanted = number(world)
    person = world.person(consent=None)
    world.clock.advance(timedelta(minutes=1))
    assert tries(world, person.phone or "", **TERMS).status == 201
    phone = world.phone_of(stored(world, person.id))
    assert phone.delete("/v1/me/consents/terms").status == 204
    correct(world.staff(), person.id, wanted)
    world.pass_time(hours=25)
    assert force(second_admin(world), person.id).status == 200
    assert tries(world, wanted).code == "consent.required"
    world.clock.advance(timedelta(minutes=1))
    signed = tries(world, wanted, **TERMS)
    assert signed.json["person"]["id"] == person.id


def test_before_24_hours_the_new_number_opens_nothing(world: World):
    wanted = number(world)
    phone = waiting(world, wanted)
    early = tries(world, wanted)
    assert (early.status, early.code) == (409, "phone_change.waiting")
    world.clock.advance(timedelta(minutes=1))
    named = tries(world, wanted, name="王秀英", **TERMS)
    assert named.code == "phone_change.waiting"
    assert stored(world, phone.me["id"]).phone == phone.me["phone"]


@pytest.mark.parametrize("hours", [1, 25])
def test_somebody_else_at_the_new_number_opens_an_account_of_their_own(
    world: World, hours: int
):
    wanted = number(world)
    phone = waiting(world, wanted)
    world.pass_time(hours=hours)
    other = tries(world, wanted, name="李四", **TERMS)
    assert other.json["person"]["id"] != phone.me["id"]
    assert stored(world, phone.me["id"]).phone == phone.me["phone"]


def test_a_wrong_code_of_the_new_number_changes_nothing(world: World):
    wanted = number(world)
    phone = waiting(world, wanted)
    world.pass_time(hours=24)
    stranger = Phone()
    challenge = asks(stranger, wanted).json["challenge"]
    body = {"phone": wanted, "challenge": challenge, "code": "000000"}
    assert stranger.post("/v1/auth/tokens", body).code == "auth.code_wrong"
    assert stored(world, phone.me["id"]).phone == phone.me["phone"]


def test_a_correction_that_nobody_completes_expires(world: World):
    wanted = number(world)
    phone = waiting(world, wanted)
    world.pass_time(days=1)
    world.pass_time(days=14)
    assert pending(world.staff(), phone.me["id"]) is None
    assert tries(world, wanted).code == "consent.required"


def test_a_second_correction_replaces_the_first(world: World):
    first, second = number(world), number(world)
    phone = waiting(world, first)
    world.pass_time(hours=20)
    assert correct(world.staff(), phone.me["id"], second).status == 200
    world.pass_time(hours=5)
    assert pending(world.staff(), phone.me["id"])["state"] == "waiting"
    assert tries(world, first).code == "consent.required"
    world.pass_time(hours=20)
    assert tries(world, second).json["person"]["id"] == phone.me["id"]


def test_staff_withdraw_a_correction(world: World):
    staff, wanted = world.staff(), number(world)
    phone = waiting(world, wanted)
    path = f"/v1/people/{phone.me['id']}/phone"
    assert staff.delete(path).status == 204
    assert pending(world.staff(), phone.me["id"]) is None
    assert staff.delete(path).code == "phone_change.none"
    world.pass_time(hours=25)
    assert tries(world, wanted).code == "consent.required"
    change(world, later(world, phone))


def test_nothing_holds_the_new_number_once_a_correction_is_over(
    world: World,
):
    staff, wanted = world.staff(), number(world)
    phone = waiting(world, wanted)
    assert staff.delete(f"/v1/people/{phone.me['id']}/phone").status == 204
    assert wanted not in str(everything())


# the old number stops it


def test_a_2_by_sms_stops_it_and_tells_the_street(world: World):
    wanted = number(world)
    phone = waiting(world, wanted)
    reply(world, phone.me["phone"], "2")
    seen = pending(world.staff(), phone.me["id"])
    assert (seen["state"], seen["stopped_for"]) == ("stopped", "old_number")
    world.pass_time(hours=30)
    assert world.sms_to(world.admin.phone or "", "phone_change.stopped_staff")
    assert not world.sms_to(wanted)
    assert tries(world, wanted).code == "phone_change.waiting"
    assert stored(world, phone.me["id"]).phone == phone.me["phone"]


def test_a_1_by_sms_changes_nothing(world: World):
    phone = waiting(world, number(world))
    reply(world, phone.me["phone"], "1")
    assert pending(world.staff(), phone.me["id"])["state"] == "waiting"


def test_an_answer_to_an_earlier_correction_stops_no_later_one(world: World):
    staff = world.staff()
    phone, late = waiting(world, number(world)), number(world)
    jobs = world.services.phone_jobs
    first = SmsAnswer(
        id="due_1",
        question="phone_change.announced",
        subject=phone.me["id"],
        person_id=phone.me["id"],
        yes=False,
        phone_of=phone.me["id"],
        occasion=to_text(world.clock.now()),
    )
    world.clock.advance(timedelta(minutes=5))
    assert correct(staff, phone.me["id"], late).status == 200
    jobs.answer(first)
    assert pending(world.staff(), phone.me["id"])["state"] == "waiting"
    jobs.answer(replace(first, occasion=to_text(world.clock.now())))
    assert pending(world.staff(), phone.me["id"])["state"] == "stopped"


def test_a_2_to_a_correction_that_is_withdrawn_changes_nothing(world: World):
    staff = world.staff()
    phone = waiting(world, number(world))
    assert staff.delete(f"/v1/people/{phone.me['id']}/phone").status == 204
    reply(world, phone.me["phone"], "2")
    assert pending(world.staff(), phone.me["id"]) is None


def test_the_app_stops_it_once_and_again(world: World):
    phone = waiting(world, number(world))
    assert phone.delete("/v1/me/phone").status == 204
    assert phone.delete("/v1/me/phone").status == 204
    stops = [a for a, _ in actions(world) if a.endswith("stopped")]
    assert len(stops) == 1


def test_without_a_correction_there_is_nothing_to_stop(world: World):
    answer = signed_in(world).delete("/v1/me/phone")
    assert (answer.status, answer.code) == (409, "phone_change.none")


def test_after_24_hours_it_is_too_late_to_stop(world: World):
    phone = waiting(world, number(world))
    world.pass_time(hours=24)
    answer = later(world, phone).delete("/v1/me/phone")
    assert (answer.status, answer.code) == (409, "phone_change.wrong_state")
    reply(world, phone.me["phone"], "2")
    assert pending(world.staff(), phone.me["id"])["state"] == "ready"


@pytest.mark.parametrize("stops", [False, True])
def test_a_stranger_with_the_old_number_moves_to_no_third_one(
    world: World, stops: bool
):
    phone, third = signed_in(world), number(world)
    body = codes(world, phone, third)
    correct(world.staff(), phone.me["id"], number(world))
    if stops:
        assert phone.delete("/v1/me/phone").status == 204
    assert verify(phone, body).code == "phone_change.pending"
    answer = phone.post("/v1/me/phone", {"phone": third})
    assert (answer.status, answer.code) == (409, "phone_change.pending")


def test_a_stopped_correction_is_in_the_queue_of_the_street(world: World):
    phone = stopped(world, number(world))
    kind = "phone_change.stopped"
    for place in (BAIHUA, STREET):
        path = f"/v1/admin/queue?place={place}"
        answer = second_admin(world).get(path)
        queue = answer.json
        (task,) = [one for one in queue["items"] if one["kind"] == kind]
        assert (task["id"], task["moves"]) == (phone.me["id"], ["force"])
        assert exact_counts(answer)[kind] == 1
    elsewhere = f"/v1/admin/queue?place={JINFENG}"
    assert kind not in second_admin(world).get(elsewhere).json["counts"]
    staff = world.staff().get(f"/v1/admin/queue?place={BAIHUA}")
    assert kind not in staff.json["counts"]


def test_another_admin_forces_it_after_the_24_hours(world: World):
    wanted = number(world)
    phone, admin = stopped(world, wanted), second_admin(world)
    early = force(admin, phone.me["id"])
    assert (early.status, early.code) == (409, "phone_change.too_early")
    world.pass_time(hours=24)
    still = later(world, phone)
    forced = force(second_admin(world), phone.me["id"])
    assert forced.json["phone_change"]["state"] == "ready"
    assert len(world.sms_to(wanted, "account.phone_ready")) == 1
    assert tries(world, wanted).json["person"]["id"] == phone.me["id"]
    assert still.get("/v1/me").status == 401
    assert ("person.phone_correction_forced", "本人到社区核实") in actions(
        world
    )


def test_who_asked_does_not_force(world: World):
    phone, admin = signed_in(world), second_admin(world)
    correct(admin, phone.me["id"], number(world))
    phone.delete("/v1/me/phone")
    world.pass_time(hours=24)
    answer = force(later(world, admin), phone.me["id"])
    assert (answer.status, answer.code) == (403, "phone_change.needs_other")


def test_staff_below_the_street_do_not_force(world: World):
    phone = stopped(world, number(world))
    world.pass_time(hours=24)
    assert force(world.staff(), phone.me["id"]).status == 403


@pytest.mark.parametrize("hours", [1, 24])
def test_only_a_stopped_correction_is_forced(world: World, hours: int):
    phone = waiting(world, number(world))
    world.pass_time(hours=hours)
    answer = force(second_admin(world), phone.me["id"])
    assert (answer.status, answer.code) == (409, "phone_change.wrong_state")


def test_a_stopped_correction_expires_and_the_person_may_change(
    world: World,
):
    phone = stopped(world, number(world))
    world.pass_time(days=30)
    assert pending(world.staff(), phone.me["id"]) is None
    change(world, later(world, phone))


# accounts of other kinds


def block(world: World, person_id: str, blocked: bool = True) -> Answer:
    body = {"blocked": blocked, "reason": "被他人冒用"}
    path = f"/v1/people/{person_id}/blocked"
    return world.phone_of(world.admin).put(path, body)


@pytest.mark.parametrize("first", ["block", "correct"])
def test_a_blocked_account_gets_its_number_by_an_admin_and_stays_blocked(
    world: World, first: str
):
    phone, wanted, staff = signed_in(world), number(world), world.staff()
    steps = {
        "block": lambda: block(world, phone.me["id"]),
        "correct": lambda: correct(staff, phone.me["id"], wanted),
    }
    steps.pop(first)()
    for step in steps.values():
        step()
    world.pass_time(hours=25)
    seen = pending(world.staff(), phone.me["id"])
    assert (seen["state"], seen["stopped_for"]) == ("stopped", "unreachable")
    assert force(second_admin(world), phone.me["id"]).status == 200
    refused = tries(world, wanted)
    assert (refused.status, refused.code) == (403, "person.blocked")
    assert stored(world, phone.me["id"]).phone == wanted
    assert block(world, phone.me["id"], blocked=False).status == 200
    world.clock.advance(timedelta(minutes=1))
    assert tries(world, wanted).json["person"]["id"] == phone.me["id"]
    assert tries(world, phone.me["phone"]).code == "consent.required"


def blocked_by_staff(world: World, phone: Phone) -> Phone:
    """Block somebody, who then cannot erase by phone; return the member of staff."""
    staff = world.staff()
    body = {"blocked": True, "reason": "号码不是本人"}
    answer = staff.put(f"/v1/people/{phone.me['id']}/blocked", body)
    assert answer.status == 200
    return staff


def test_an_erased_person_has_no_correction_left(world: World):
    wanted = number(world)
    phone = waiting(world, wanted)
    for staff in (blocked_by_staff(world, phone), world.staff()):
        path = f"/v1/people/{phone.me['id']}/erase"
        assert staff.post(path, {"reason": "本人申请"}).status < 300
    assert wanted not in str(everything())
    world.pass_time(hours=25)
    assert tries(world, wanted).code == "consent.required"
    answer = correct(world.staff(), phone.me["id"], number(world))
    assert answer.status == 404
    assert not list(world.services.outbox.every_parked())


def test_the_export_of_the_old_number_does_not_show_the_new_one(world: World):
    wanted = number(world)
    phone = waiting(world, wanted)
    staff = blocked_by_staff(world, phone)
    answer = staff.get(f"/v1/people/{phone.me['id']}/data")
    assert (answer.status, wanted in answer.text) == (200, False)


@pytest.mark.parametrize("mail", [False, True])
def test_who_gets_no_messages_is_corrected_by_an_admin_only(
    world: World, mail: bool
):
    phone = signed_in(world)
    person = stored(world, phone.me["id"])
    channels = {"sms": False, "email": mail}
    address = "wang@example.com" if mail else None
    save(replace(person, **channels, email_address=address))
    correct(world.staff(), person.id, number(world))
    state = pending(world.staff(), person.id)["state"]
    assert state == ("waiting" if mail else "stopped")


def test_a_dormant_account_moves_to_the_new_number_without_the_name(
    world: World,
):
    phone, wanted = signed_in(world), number(world)
    world.clock.advance(timedelta(days=200))
    correct(world.staff(), phone.me["id"], wanted)
    world.pass_time(hours=24)
    assert tries(world, wanted).json["person"]["id"] == phone.me["id"]


def test_a_recycled_number_with_a_correction_under_way(world: World):
    """The new holder of the old number opens an account; the correction goes on."""
    phone, wanted = signed_in(world), number(world)
    world.clock.advance(timedelta(days=200))
    correct(world.staff(), phone.me["id"], wanted)
    fresh = tries(world, phone.me["phone"], name="李四", **TERMS)
    assert fresh.json["person"]["id"] != phone.me["id"]
    world.pass_time(hours=24)
    assert tries(world, wanted).json["person"]["id"] == phone.me["id"]
    again = tries(world, phone.me["phone"])
    assert again.json["person"]["id"] == fresh.json["person"]["id"]
    assert not world.sms_to(phone.me["phone"], "account.phone_changed")


def test_the_new_number_may_be_one_that_a_dormant_account_has(world: World):
    dormant = signed_in(world, "张伟")
    world.clock.advance(timedelta(days=200))
    wanted = dormant.me["phone"]
    phone = waiting(world, wanted)
    world.pass_time(hours=24)
    assert tries(world, wanted).json["person"]["id"] == phone.me["id"]
    lost = stored(world, dormant.me["id"])
    assert lost.phone is None
    assert lost.phone_lost_at is not None


def test_the_dormant_account_opens_by_its_own_name_instead(world: World):
    dormant = signed_in(world, "张伟")
    world.clock.advance(timedelta(days=200))
    wanted = dormant.me["phone"]
    phone = waiting(world, wanted)
    world.pass_time(hours=24)
    opened = tries(world, wanted, name="张伟")
    assert opened.json["person"]["id"] == dormant.me["id"]
    assert stored(world, phone.me["id"]).phone == phone.me["phone"]


def test_a_contact_whose_phone_is_corrected_stays_the_contact(world: World):
    wanted = number(world)
    contact = waiting(world, wanted)
    ward = world.person("李奶奶", phone=None, contact_via=contact.me["id"])
    world.pass_time(hours=24)
    tries(world, wanted)
    assert stored(world, ward.id).contact == contact.me["id"]
    holders = world.services.people.holders_for(stored(world, ward.id))
    assert [holder.phone for holder in holders] == [wanted]


def test_the_invitation_counts_as_one_that_strangers_cause(world: World):
    wanted = number(world)
    waiting(world, wanted)
    world.pass_time(hours=23, minutes=55)
    for n in range(6):
        asks(Phone(address=f"198.51.100.{n}"), wanted)
    world.pass_time(minutes=5)
    assert not world.sms_to(wanted, "account.phone_ready")


def test_a_stranger_who_signed_in_as_somebody_loses_all_access(world: World):
    """Staff mistyped the number, and its owner signed in as the resident."""
    person: Person = world.person("王秀英")
    stranger = world.sign_in(person.phone or "")
    wanted, staff = number(world), world.staff()
    correct(staff, person.id, wanted)
    reply(world, person.phone or "", "2")
    world.pass_time(hours=24)
    assert force(second_admin(world), person.id).status == 200
    stranger.token = refresh(stranger).json["access_token"]
    assert stranger.get("/v1/me").status == 200
    assert tries(world, wanted).json["person"]["id"] == person.id
    assert stranger.get("/v1/me").status == 401
    assert refresh(stranger).status == 401
    assert tries(world, person.phone or "").code == "consent.required"
