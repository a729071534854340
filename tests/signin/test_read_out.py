"""The code that staff read out to somebody who is shut out: who may, about whom, and the trail."""

from datetime import timedelta

import pytest

from chalicelib.kernel.access import Role
from chalicelib.people.model import Person
from chalicelib.security_trail.model import SecurityEvent

from ..store.scan import SK, everything, scan
from ..world import BAIHUA, GRID, JINFENG, NO_CHALLENGE, Answer, Phone, World
from .builders import ask, exchange, wrong

REASON = {"reason": "收不到短信，当面核实"}


def read_out(phone: Phone, person_id: str, **headers: str) -> Answer:
    return phone.post(f"/v1/people/{person_id}/sign-in-code", REASON, **headers)


def used(person_phone: str, answer: Answer) -> Answer:
    return exchange(
        Phone(),
        answer.json["code"],
        person_phone,
        challenge=answer.json["challenge"],
    )


def test_somebody_shut_out_signs_in_with_a_code_that_staff_read_out(
    world: World,
):
    person = world.person()
    for n in range(8):
        ask(Phone(address=f"198.51.100.{n}"), person.phone or "")
    assert ask(Phone(), person.phone or "").status == 429
    answer = read_out(world.staff(GRID, Role.GRID_WORKER), person.id)
    assert answer.status == 201
    assert {*answer.json} == {"code", "challenge", "expires_at"}
    signed = used(person.phone or "", answer)
    assert signed.json["person"]["id"] == person.id
    assert used(person.phone or "", answer).code == "auth.code_wrong"


def test_the_person_gets_a_notice_and_the_audit_a_line(world: World):
    person, staff = world.person(), world.staff()
    answer = read_out(staff, person.id)
    (notice,) = world.sms_to(person.phone or "")
    assert notice.kind == "account.code_read_out"
    assert answer.json["code"] not in notice.text
    lines = scan(SecurityEvent, SK.startswith("20"))
    (line,) = [one for one in lines if one.kind == "person.code_read_out"]
    assert (line.actor, line.subject, line.reason) == (
        staff.me["id"],
        person.id,
        REASON["reason"],
    )
    assert answer.json["code"] not in str(everything())


ACTORS = {
    "grid worker": (Role.GRID_WORKER, GRID),
    "staff": (Role.COMMUNITY_STAFF, BAIHUA),
    "grid worker elsewhere": (Role.GRID_WORKER, f"{JINFENG}.g01"),
    "staff elsewhere": (Role.COMMUNITY_STAFF, JINFENG),
    "property": (Role.PROPERTY, BAIHUA),
    "volunteer": (Role.VOLUNTEER, BAIHUA),
}
ABOUT = {
    "resident": None,
    "volunteer": (Role.VOLUNTEER, GRID),
    "property": (Role.PROPERTY, GRID),
    "grid worker": (Role.GRID_WORKER, GRID),
    "staff": (Role.COMMUNITY_STAFF, BAIHUA),
}
RANKS = {"grid worker": 3, "staff": 4}


@pytest.mark.parametrize("actor", ACTORS)
@pytest.mark.parametrize("about", ABOUT)
def test_only_staff_in_scope_read_out_and_only_below_their_own_rank(
    world: World, actor: str, about: str
):
    roles = [ABOUT[about]] if ABOUT[about] else []
    person = world.person("王秀英", *roles)
    place = ACTORS[actor][1]
    phone = world.phone_of(world.person("陈敏", ACTORS[actor], home=place))
    answer = read_out(phone, person.id)
    if actor not in RANKS:
        assert answer.status == 404
    elif roles and roles[0][0].rank >= RANKS[actor]:
        assert (answer.status, answer.code) == (403, "role.above_own")
    else:
        assert answer.status == 201


def test_nobody_reads_out_a_code_for_themselves(world: World):
    staff = world.staff()
    assert read_out(staff, staff.me["id"]).code == "role.above_own"


def test_a_person_without_a_phone_has_no_sign_in(world: World):
    answer = read_out(world.staff(), world.person(phone=None).id)
    assert (answer.status, answer.code) == (409, "person.no_phone")


def test_a_code_that_was_read_out_lasts_ten_minutes_and_five_tries(
    world: World,
):
    person, staff = world.person(), world.staff()
    answer = read_out(staff, person.id)
    world.clock.advance(timedelta(minutes=10))
    assert used(person.phone or "", answer).code == "auth.code_wrong"
    answer = read_out(staff, person.id)
    for _ in range(5):
        tried = exchange(
            Phone(),
            wrong(answer.json["code"]),
            person.phone or "",
            challenge=answer.json["challenge"],
        )
        assert tried.code == "auth.code_wrong"
    assert used(person.phone or "", answer).code == "auth.too_many_tries"


def test_a_code_of_one_person_opens_no_other_account(world: World):
    person, other, staff = world.person(), world.person(), world.staff()
    answer = read_out(staff, person.id)
    assert used(other.phone or "", answer).code == "auth.code_wrong"
    mine = exchange(
        Phone(),
        answer.json["code"],
        person.phone or "",
        challenge=NO_CHALLENGE,
    )
    assert mine.code == "auth.code_wrong"


def test_a_repeated_request_reads_the_same_code_and_notifies_once(
    world: World,
):
    person, staff = world.person(), world.staff()
    first = read_out(staff, person.id, idempotency_key="k1")
    again = read_out(staff, person.id, idempotency_key="k1")
    assert again.json == first.json
    assert len(world.sms_to(person.phone or "")) == 1


def test_six_codes_about_one_person_a_day(world: World):
    person, staff = world.person(), world.staff()
    for _ in range(6):
        assert read_out(staff, person.id).status == 201
        assert read_out(staff, person.id).code == "auth.too_soon"
        world.clock.advance(timedelta(minutes=1))
    assert read_out(staff, person.id).code == "auth.throttled"


# the code that was read out, for a challenge of the person's own


def asked(person: Person, address: str = "203.0.113.7") -> str:
    answer = ask(Phone(address=address), person.phone or "")
    assert answer.status == 202
    return str(answer.json["challenge"])


def try_code(person: Person, challenge: str, code: str) -> Answer:
    return exchange(Phone(), code, person.phone or "", challenge=challenge)


@pytest.mark.parametrize("first", ["asked", "read out"])
def test_the_code_that_was_read_out_answers_ones_own_challenge(
    world: World, first: str
):
    person, staff = world.person(), world.staff()
    if first == "asked":
        challenge = asked(person)
        answer = read_out(staff, person.id)
    else:
        answer = read_out(staff, person.id)
        challenge = asked(person)
    signed = try_code(person, challenge, answer.json["code"])
    assert signed.json["person"]["id"] == person.id


def test_the_code_that_was_read_out_is_used_up_with_it(world: World):
    person, staff = world.person(), world.staff()
    answer = read_out(staff, person.id)
    first, second = asked(person), asked(person, "198.51.100.1")
    code = answer.json["code"]
    assert try_code(person, first, code).status == 201
    assert try_code(person, second, code).code == "auth.code_wrong"
    assert used(person.phone or "", answer).code == "auth.code_wrong"


def test_ones_own_code_still_answers_ones_own_challenge(world: World):
    person = world.person()
    answer = read_out(world.staff(), person.id)
    challenge = asked(person)
    code = world.code_in_sms(person.phone or "")
    assert try_code(person, challenge, code).status == 201
    assert used(person.phone or "", answer).status == 201


def test_a_code_that_was_read_out_answers_no_challenge_of_another_phone(
    world: World,
):
    person, other = world.person(), world.person("张伟")
    code = read_out(world.staff(), person.id).json["code"]
    challenge = asked(other)
    assert try_code(other, challenge, code).code == "auth.code_wrong"


def test_after_ten_minutes_it_answers_no_challenge(world: World):
    person = world.person()
    code = read_out(world.staff(), person.id).json["code"]
    world.clock.advance(timedelta(minutes=10))
    challenge = asked(person)
    assert try_code(person, challenge, code).code == "auth.code_wrong"


def test_the_latest_code_that_was_read_out_counts(world: World):
    person, staff = world.person(), world.staff()
    first = read_out(staff, person.id).json["code"]
    world.clock.advance(timedelta(minutes=1))
    second = read_out(staff, person.id).json["code"]
    challenge = asked(person)
    assert try_code(person, challenge, first).code == "auth.code_wrong"
    assert try_code(person, challenge, second).status == 201


def test_challenges_together_have_ten_tries_at_it(world: World):
    """Strangers guess with two challenges of five tries, each from another address."""
    person = world.person()
    answer = read_out(world.staff(), person.id)
    code = answer.json["code"]
    for n in range(2):
        challenge = asked(person, f"198.51.100.{n}")
        own = world.code_in_sms(person.phone or "")
        guess = next(
            f"{k:06}" for k in range(9) if f"{k:06}" not in (own, code)
        )
        for _ in range(5):
            tried = try_code(person, challenge, guess)
            assert tried.code == "auth.code_wrong"
            world.clock.advance(timedelta(seconds=30))
    challenge = asked(person)
    assert try_code(person, challenge, code).code == "auth.code_wrong"
    assert used(person.phone or "", answer).status == 201


def test_a_wrong_code_spends_a_try_of_the_challenge_all_the_same(
    world: World,
):
    person = world.person()
    answer = read_out(world.staff(), person.id)
    challenge = asked(person)
    code = answer.json["code"]
    for _ in range(5):
        tried = try_code(person, challenge, wrong(code))
        assert tried.code == "auth.code_wrong"
    assert try_code(person, challenge, code).code == "auth.too_many_tries"


def test_it_proves_no_email_and_changes_no_phone(world: World):
    person = world.person()
    phone = world.sign_in(person.phone or "")
    code = read_out(world.staff(), person.id).json["code"]
    sent = phone.post("/v1/me/phone", {"phone": "+8613900077777"})
    body = {
        "challenge": sent.json["challenge"],
        "code_old": code,
        "code_new": code,
    }
    answer = phone.post("/v1/me/phone/verify", body)
    assert answer.code == "auth.code_wrong"
