"""The account that a first sign-in creates, and the people whom later ones admit."""

from datetime import timedelta

from chalicelib.kernel.access import Role

from ..world import BAIHUA, Phone, World
from .builders import NUMBER, ask, exchange, sign_up


def test_the_first_sign_in_needs_consent_and_keeps_the_text_that_was_agreed_to(
    world: World,
):
    phone = Phone()
    ask(phone)
    code = world.code_in_sms(NUMBER)
    without = exchange(phone, code, name="新居民")
    assert (without.status, without.code) == (422, "consent.required")
    assert world.services.people.phone_owner(NUMBER) is None
    answer = exchange(
        phone, code, name="新居民", consent={"text_version": "2026-11"}
    )
    assert answer.status == 201
    phone.token = answer.json["access_token"]
    (line,) = phone.get("/v1/me/consents").json["items"]
    assert (
        line["purpose"],
        line["given"],
        line["text_version"],
        line["how"],
    ) == (
        "terms",
        True,
        "2026-11",
        "app",
    )
    assert line["recorded_by"] == answer.json["person"]["id"]


def test_a_sign_in_answers_with_tokens_and_the_person(world: World):
    phone = sign_up(world)
    answer = phone.seen[-1]
    assert set(answer.json) == {
        "access_token",
        "refresh_token",
        "expires_in",
        "device",
        "person",
    }
    assert answer.json["expires_in"] == 1800
    assert (
        answer.json["person"]
        | {"name": "新居民", "phone": NUMBER, "home": None, "roles": []}
        == answer.json["person"]
    )
    assert phone.get("/v1/me").json["id"] == phone.me["id"]


def test_the_second_sign_in_finds_the_same_person_and_asks_for_nothing(
    world: World,
):
    first = sign_up(world)
    again = world.sign_in(NUMBER)
    assert again.me["id"] == first.me["id"]
    assert len(again.get("/v1/me/consents").json["items"]) == 1


def test_a_later_sign_in_does_not_rename_anybody(world: World):
    sign_up(world)
    assert world.sign_in(NUMBER, name="别的名字").me["name"] == "新居民"


def test_a_person_registered_by_staff_signs_in_to_that_record(world: World):
    person = world.person("王秀英")
    assert (
        world.sign_in(person.phone or "").me["id"] == person.id
    )  # with a written consent


def test_a_resident_registered_without_consent_agrees_at_first_sign_in(
    world: World,
):
    person = world.person("王秀英", consent=None)
    phone, number = Phone(), person.phone or ""
    ask(phone, number)
    code = world.code_in_sms(number)
    assert exchange(phone, code, number).code == "consent.required"
    assert (
        exchange(
            phone, code, number, consent={"text_version": "2026-11"}
        ).status
        == 201
    )
    assert world.sign_in(number).me["id"] == person.id


def test_staff_sign_in_without_the_residents_terms(world: World):
    staff = world.person("陈敏", (Role.COMMUNITY_STAFF, BAIHUA), consent=None)
    assert world.sign_in(staff.phone or "").me["roles"] == [
        {"role": "community_staff", "place": BAIHUA}
    ]
    assert world.sign_in("+8613900000001").me["id"] == world.admin.id


def test_a_volunteer_is_a_resident_and_needs_the_terms(world: World):
    helper = world.person("赵志强", (Role.VOLUNTEER, BAIHUA), consent=None)
    phone = Phone()
    ask(phone, helper.phone or "")
    assert (
        exchange(
            phone, world.code_in_sms(helper.phone or ""), helper.phone or ""
        ).code
        == "consent.required"
    )


def test_a_withdrawn_consent_signs_out_until_it_is_given_again(world: World):
    phone = sign_up(world)
    world.clock.advance(timedelta(minutes=1))
    assert phone.delete("/v1/me/consents/terms").status == 204
    assert phone.get("/v1/me").status == 401
    world.clock.advance(timedelta(minutes=1))
    again = Phone()
    ask(again)
    code = world.code_in_sms(NUMBER)
    assert exchange(again, code).code == "consent.required"
    answer = exchange(again, code, consent={"text_version": "2026-11"})
    assert (answer.status, answer.json["person"]["id"]) == (201, phone.me["id"])
    again.token = answer.json["access_token"]
    history = [
        (line["given"], line["text_version"])
        for line in again.get("/v1/me/consents").json["items"]
    ]
    assert history == [(True, "2026-11"), (False, None), (True, "2026-11")]


def test_a_blocked_account_is_named_so_with_the_right_code_only(
    world: World,
):
    phone = sign_up(world)
    boss = world.phone_of(world.admin)
    blocked = boss.put(
        f"/v1/people/{phone.me['id']}/blocked",
        {"blocked": True, "reason": "骚扰居民"},
    )
    assert blocked.status == 404  # the person has no place yet
    phone.patch("/v1/me", {"home": BAIHUA})
    assert (
        boss.put(
            f"/v1/people/{phone.me['id']}/blocked",
            {"blocked": True, "reason": "骚扰居民"},
        ).status
        == 200
    )
    ask(phone)
    assert (
        exchange(
            Phone(),
            "000000" if world.code_in_sms(NUMBER) != "000000" else "000001",
        ).code
        == "auth.code_wrong"
    )
    answer = exchange(Phone(), world.code_in_sms(NUMBER))
    assert (answer.status, answer.code) == (403, "person.blocked")


def test_either_a_code_or_a_refresh_token_and_not_both_or_neither(world: World):
    phone = sign_up(world)
    for body in (
        {},
        {"phone": NUMBER},
        {"code": "123456"},
        {"refresh_token": phone.refresh, "phone": NUMBER, "code": "123456"},
    ):
        assert (Phone().post("/v1/auth/tokens", body).status) == 422


def test_signing_in_again_leaves_the_other_phone_signed_in(world: World):
    first = sign_up(world)
    world.clock.advance(timedelta(minutes=2))
    second = world.sign_in(NUMBER)
    assert [phone.get("/v1/me").status for phone in (first, second)] == [
        200,
        200,
    ]
