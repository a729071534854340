"""After half a year without a sign-in the number may be somebody else's: the name decides."""

from datetime import timedelta

import pytest

from chalicelib.kernel.access import Role
from chalicelib.people.model import Person
from chalicelib.security_trail.model import SecurityEvent
from chalicelib.signin.model import LastSeen

from ..store.scan import SK, scan
from ..world import BAIHUA, GRID, Answer, Phone, World
from .builders import ask, exchange, refresh

HALF_A_YEAR = timedelta(days=180)
TERMS = {"consent": {"text_version": "2026-11"}}


def registered(world: World, name: str = "王秀英", **fields) -> Person:
    """Register a person who has signed in once."""
    person = world.person(name, **fields)
    world.sign_in(person.phone or "")
    return person


def return_to(world: World, person: Person, **fields: object) -> Answer:
    phone = Phone()
    ask(phone, person.phone or "")
    code = world.code_in_sms(person.phone or "")
    return exchange(phone, code, person.phone or "", **fields)


def test_a_day_before_half_a_year_the_name_is_not_asked_for(world: World):
    person = registered(world)
    world.clock.advance(HALF_A_YEAR - timedelta(days=1))
    assert return_to(world, person).json["person"]["id"] == person.id


@pytest.mark.parametrize("name", ["王秀英", " 王秀英 ", "王 秀英", "王秀英　"])
def test_the_registered_name_opens_the_account_again(world: World, name: str):
    person = registered(world)
    world.clock.advance(HALF_A_YEAR)
    answer = return_to(world, person, name=name)
    assert answer.json["person"]["id"] == person.id
    assert return_to(world, person).json["person"]["id"] == person.id


@pytest.mark.parametrize("name", ["张伟", "王", "王秀", "王秀英子", None])
def test_another_name_or_none_opens_a_fresh_account(world: World, name):
    person = registered(world)
    world.clock.advance(HALF_A_YEAR)
    fields = {"name": name} if name else {}
    without = return_to(world, person, **fields)
    assert without.code == "consent.required"  # as for an unknown number
    world.clock.advance(timedelta(minutes=1))
    fresh = return_to(world, person, **fields, **TERMS).json["person"]
    assert fresh["id"] != person.id
    assert (fresh["name"], fresh["phone"]) == (name or "", person.phone)
    assert (fresh["home"], fresh["address"], fresh["roles"]) == (
        None,
        None,
        [],
    )
    again = return_to(world, person).json["person"]
    assert again["id"] == fresh["id"]


def lost(world: World, person: Person) -> Answer:
    world.clock.advance(HALF_A_YEAR)
    answer = return_to(world, person, name="张伟", **TERMS)
    assert answer.status == 201
    return answer


def test_the_old_account_keeps_its_data_and_is_marked_for_staff(world: World):
    person = registered(world)
    lost(world, person)
    staff = world.staff()
    seen = staff.get(f"/v1/people/{person.id}").json
    assert (seen["name"], seen["home"], seen["phone"]) == (
        "王秀英",
        person.home,
        None,
    )
    assert seen["phone_lost_at"] is not None
    assert world.person().phone_lost_at is None
    number = "+8613899998888"
    answer = staff.patch(f"/v1/people/{person.id}", {"phone": number})
    assert answer.json["phone_lost_at"] is None
    assert world.sign_in(number, name="王秀英").me["id"] == person.id


def test_staff_of_the_home_community_get_a_message_and_the_audit_a_line(
    world: World,
):
    staff = world.person("陈敏", (Role.COMMUNITY_STAFF, BAIHUA))
    world.services.places.assign_duty(
        world.boss, BAIHUA, {"community_staff": [staff.id]}
    )
    person = registered(world)
    lost(world, person)
    world.pass_time(hours=1)
    (told,) = world.sms_to(staff.phone or "", "account.phone_lost")
    assert "王秀英" in told.text
    assert not world.sms_to(person.phone or "", "account.phone_lost")
    lines = scan(SecurityEvent, SK.startswith("20"))
    actions = [
        (line.actor, line.subject)
        for line in lines
        if line.kind == "person.phone_lost"
    ]
    assert actions == [("system", person.id)]


def test_the_sessions_of_the_old_account_end(world: World):
    person = world.person()
    phone = world.sign_in(person.phone or "")
    device = phone.seen[-1].json["device"]
    lost(world, person)
    assert refresh(phone).status == 401
    for n in range(7):
        ask(Phone(address=f"198.51.100.{n}"), person.phone or "")
    stranger = ask(Phone(), person.phone or "", device=device)
    assert stranger.code == "auth.throttled"  # no device of the new owner


def test_a_refresh_keeps_the_account_awake(world: World):
    person = world.person()
    phone = world.sign_in(person.phone or "")
    for _ in range(3):
        world.clock.advance(HALF_A_YEAR - timedelta(days=1))
        phone.refresh = refresh(phone).json["refresh_token"]
    assert return_to(world, person).json["person"]["id"] == person.id


def test_a_person_who_never_signed_in_counts_from_the_registration(
    world: World,
):
    person = world.person()
    world.clock.advance(HALF_A_YEAR)
    assert return_to(world, person).code == "consent.required"


def test_staff_lose_a_dormant_account_with_its_roles(world: World):
    person = world.person("陈敏", (Role.GRID_WORKER, GRID))
    answer = lost(world, person)
    assert answer.json["person"]["roles"] == []


def test_a_block_does_not_end_by_waiting(world: World):
    person = registered(world)
    world.phone_of(world.admin).put(
        f"/v1/people/{person.id}/blocked",
        {"blocked": True, "reason": "骚扰居民"},
    )
    world.clock.advance(HALF_A_YEAR)
    answer = return_to(world, person, name="张伟", **TERMS)
    assert (answer.status, answer.code) == (403, "person.blocked")


def test_an_account_without_a_name_cannot_be_named(world: World):
    number = "+8613811112222"
    person = world.sign_in(number, consent="2026-11").me
    world.clock.advance(HALF_A_YEAR)
    phone = Phone()
    ask(phone, number)
    code = world.code_in_sms(number)
    answer = exchange(phone, code, number, **TERMS)
    assert answer.json["person"]["id"] != person["id"]


def test_a_sign_in_and_a_refresh_move_no_version_of_the_person(world: World):
    person = world.person()
    phone = world.sign_in(person.phone or "")
    world.clock.advance(timedelta(days=2))
    refresh(phone)
    assert world.services.people.find(person.id) == person


def test_nothing_of_an_erased_person_says_when_they_were_seen(world: World):
    person = registered(world)
    assert world.erase(world.phone_of(person)).status == 202
    assert not scan(LastSeen, SK == "seen")
