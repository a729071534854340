"""People change their own phone: two codes, one number, and nothing learned about others."""

import re
from datetime import timedelta

import pytest

from chalicelib.people.model import Person

from ..cases import number
from ..security_trail.trail import events
from ..signin.builders import refresh, wrong
from ..storage import counted_storage
from ..world import CONSENT, NO_CHALLENGE, Phone, World
from .builders import (
    TERMS,
    asks,
    change,
    codes,
    signed_in,
    stored,
    tries,
    verify,
)

HALF_A_YEAR = timedelta(days=180)


def test_both_codes_give_the_account_the_new_number(world: World):
    phone = signed_in(world)
    wanted, old = number(world), phone.me["phone"]
    answer = verify(phone, codes(world, phone, wanted))
    assert (answer.status, answer.json["phone"]) == (200, wanted)
    assert tries(world, wanted).json["person"]["id"] == phone.me["id"]
    assert tries(world, old).code == "consent.required"


def test_the_codes_come_by_sms_to_the_old_and_the_new_number(world: World):
    phone, wanted = signed_in(world), number(world)
    body = codes(world, phone, wanted)
    for to, kind, code in (
        (phone.me["phone"], "code.phone_old", body["code_old"]),
        (wanted, "code.phone_new", body["code_new"]),
    ):
        (letter,) = world.sms_to(to, kind)
        assert re.findall(r"\d{6}", letter.text) == [code]
    assert body["code_old"] != body["code_new"]


def test_the_session_lives_on_and_the_others_end(world: World):
    phone = signed_in(world)
    old = phone.me["phone"]
    other = world.sign_in(old)
    change(world, phone)
    assert phone.get("/v1/me").status == 200
    assert refresh(phone).status == 201
    assert other.get("/v1/me").status == 401
    assert refresh(other).status == 401


def test_a_kept_session_ends_with_all_that_ends_sessions_later(world: World):
    phone = signed_in(world)
    change(world, phone)
    blocked = {"blocked": True, "reason": "骚扰居民"}
    path = f"/v1/people/{phone.me['id']}/blocked"
    admin = world.phone_of(world.admin)
    assert admin.put(path, blocked).status == 200
    assert admin.put(path, blocked | {"blocked": False}).status == 200
    assert phone.get("/v1/me").status == 401


def test_a_sign_out_ends_the_kept_session(world: World):
    phone = signed_in(world)
    change(world, phone)
    assert phone.delete("/v1/auth/tokens").status == 204
    assert phone.get("/v1/me").status == 401


def test_a_second_change_from_the_same_session_lives_on_too(world: World):
    phone = signed_in(world)
    change(world, phone)
    world.clock.advance(timedelta(minutes=1))
    wanted = change(world, phone)
    assert phone.get("/v1/me").json["phone"] == wanted


def test_the_old_number_is_told_and_the_audit_has_a_line(world: World):
    phone = signed_in(world)
    change(world, phone)
    (letter,) = world.sms_to(phone.me["phone"], "account.phone_changed")
    assert "社区" in letter.text
    lines = events()
    assert [
        (line.actor, line.subject)
        for line in lines
        if line.kind == "person.phone_changed"
    ] == [(phone.me["id"], phone.me["id"])]


def test_limits_go_on_by_every_number_that_a_person_had(world: World):
    phone = signed_in(world)
    before = stored(world, phone.me["id"]).phone_keys
    wanted = change(world, phone)
    after = stored(world, phone.me["id"]).phone_keys
    own = world.services.phones.fingerprints(wanted)
    assert after == (*before, *own)


def test_consents_relations_and_the_record_stay(world: World):
    contact = world.person("李娟")
    phone = signed_in(
        world, household="h1", contact_via=contact.id, consent=CONSENT
    )
    before = stored(world, phone.me["id"])
    ledger = phone.get("/v1/me/consents").json
    change(world, phone)
    after = stored(world, phone.me["id"])
    assert phone.get("/v1/me/consents").json == ledger

    def kept(person: Person) -> tuple[object, ...]:
        return (
            person.consents,
            person.household,
            person.contact_via,
            person.home,
            person.grants,
        )

    assert kept(after) == kept(before)


def test_the_old_number_is_free_for_somebody_else(world: World):
    phone = signed_in(world)
    change(world, phone)
    fresh = tries(world, phone.me["phone"], name="李四", **TERMS)
    assert fresh.json["person"]["id"] != phone.me["id"]


# a number that is not free


def blocked(world: World) -> str:
    person = signed_in(world, "张伟")
    path = f"/v1/people/{person.me['id']}/blocked"
    body = {"blocked": True, "reason": "骚扰居民"}
    assert world.phone_of(world.admin).put(path, body).status == 200
    return str(person.me["phone"])


def erased_while_blocked(world: World) -> str:
    wanted = blocked(world)
    admin, owner = world.phone_of(world.admin), world.services.people
    person = owner.phone_owner(wanted)
    path = f"/v1/people/{person.id}/erase"
    body = {"reason": "本人到社区申请", "second": None}
    assert admin.post(path, body).status == 202
    second = world.staff()
    assert second.post(path, body).status == 202
    return wanted


NOT_FREE = {
    "of an active account": lambda world: signed_in(world).me["phone"],
    "of one that never signed in": lambda world: world.person().phone,
    "of a blocked account": blocked,
    "of an account erased while blocked": erased_while_blocked,
}


@pytest.mark.parametrize("case", NOT_FREE)
def test_a_number_that_is_not_free_is_answered_like_any_other(
    world: World, case: str
):
    phone, taken = signed_in(world), NOT_FREE[case](world)
    free = phone.post("/v1/me/phone", {"phone": number(world)})
    world.clock.advance(timedelta(minutes=1))
    answer = phone.post("/v1/me/phone", {"phone": taken})
    assert (answer.status, {*answer.json}) == (free.status, {*free.json})
    assert answer.json["retry_after"] == free.json["retry_after"]
    assert not world.sms_to(taken, "code.phone_new")
    assert len(world.sms_to(taken, "account.phone_claimed")) == 1


@pytest.mark.parametrize("case", NOT_FREE)
def test_a_number_that_is_not_free_costs_the_same_calls(
    world: World, case: str
):
    phone, taken = signed_in(world), NOT_FREE[case](world)
    calls = []
    for wanted in (number(world), taken):
        world.clock.advance(timedelta(minutes=1))
        with counted_storage() as storage:
            answer = phone.post("/v1/me/phone", {"phone": wanted})
        assert answer.status == 202
        before = [name for name, _, _ in storage.calls]
        calls.append(before[: before.index("TransactWriteItems") + 1])
    assert calls[0] == calls[1]


@pytest.mark.parametrize("case", NOT_FREE)
def test_the_right_code_of_a_number_that_is_not_free_is_wrong(
    world: World, case: str
):
    phone, taken = signed_in(world), NOT_FREE[case](world)
    body = codes(world, phone, taken)
    refused = verify(phone, body)
    world.clock.advance(timedelta(minutes=1))
    other = codes(world, phone, number(world))
    guessed = verify(phone, other | {"code_new": wrong(other["code_new"])})
    assert (refused.status, refused.code) == (422, "auth.code_wrong")
    assert refused.json["errors"] == guessed.json["errors"]
    assert stored(world, phone.me["id"]).phone == phone.me["phone"]


def test_a_number_that_was_taken_meanwhile_is_not_taken_away(world: World):
    phone, wanted = signed_in(world), number(world)
    body = codes(world, phone, wanted)
    world.person("张伟", phone=wanted)
    assert verify(phone, body).code == "auth.code_wrong"


def test_ones_own_number_is_refused(world: World):
    phone = signed_in(world)
    answer = phone.post("/v1/me/phone", {"phone": phone.me["phone"]})
    assert (answer.status, answer.code) == (422, "phone_change.same")


def test_the_number_of_a_dormant_account_goes_to_its_new_holder(world: World):
    person = world.person("张伟")
    world.sign_in(person.phone or "")
    world.clock.advance(HALF_A_YEAR)
    phone = signed_in(world)
    change(world, phone, person.phone)
    lost = stored(world, person.id)
    assert (lost.phone, lost.phone_lost_at) == (None, world.clock.now())


# wrong codes


@pytest.mark.parametrize("field", ["code_old", "code_new"])
def test_a_wrong_code_is_named_and_the_right_ones_count_after_it(
    world: World, field: str
):
    phone = signed_in(world)
    body = codes(world, phone, number(world))
    answer = verify(phone, body | {field: wrong(body[field])})
    assert (answer.status, answer.code) == (422, "auth.code_wrong")
    assert [error["loc"] for error in answer.json["errors"]] == [[field]]
    assert verify(phone, body).status == 200


@pytest.mark.parametrize("field", ["code_old", "code_new"])
def test_five_wrong_codes_end_that_challenge_only(world: World, field: str):
    phone = signed_in(world)
    body = codes(world, phone, number(world))
    for _ in range(5):
        spoilt = body | {field: wrong(body[field])}
        assert verify(phone, spoilt).code == "auth.code_wrong"
    assert verify(phone, body).code == "auth.too_many_tries"
    assert tries(world, phone.me["phone"]).status == 201
    world.clock.advance(timedelta(minutes=1))
    assert verify(phone, codes(world, phone, number(world))).status == 200


def test_the_codes_last_five_minutes(world: World):
    phone = signed_in(world)
    body = codes(world, phone, number(world))
    world.clock.advance(timedelta(minutes=5))
    assert verify(phone, body).code == "auth.code_wrong"


def test_the_codes_of_somebody_else_change_nothing(world: World):
    phone, other = signed_in(world), signed_in(world, "张伟")
    body = codes(world, other, number(world))
    assert verify(phone, body).code == "auth.code_wrong"
    nobodys = body | {"challenge": NO_CHALLENGE}
    assert verify(phone, nobodys).code == "auth.code_wrong"
    assert verify(other, body).status == 200


def test_a_sign_in_code_is_no_code_of_a_change_nor_the_other_way(
    world: World,
):
    phone, wanted = signed_in(world), number(world)
    world.clock.advance(timedelta(minutes=1))
    asked = asks(Phone(), phone.me["phone"]).json["challenge"]
    body = codes(world, phone, wanted)
    assert verify(phone, body | {"challenge": asked}).code == "auth.code_wrong"
    answer = Phone().post(
        "/v1/auth/tokens",
        {
            "phone": phone.me["phone"],
            "challenge": body["challenge"],
            "code": body["code_old"],
        },
    )
    assert answer.code == "auth.code_wrong"


def test_used_codes_change_nothing_again(world: World):
    phone = signed_in(world)
    body = codes(world, phone, number(world))
    assert verify(phone, body).status == 200
    assert verify(phone, body).code == "auth.code_wrong"


# limits


def test_five_changes_a_day_from_one_account_and_its_phones(world: World):
    phone = signed_in(world)
    for _ in range(5):
        body = {"phone": number(world)}
        assert phone.post("/v1/me/phone", body).status == 202
        assert phone.post("/v1/me/phone", body).code == "auth.too_soon"
        world.clock.advance(timedelta(minutes=1))
    answer = phone.post("/v1/me/phone", {"phone": number(world)})
    assert (answer.status, answer.code) == (429, "auth.throttled")


def test_strangers_shut_nobody_out_of_a_change(world: World):
    phone = signed_in(world)
    for n in range(8):
        asks(Phone(address=f"198.51.100.{n}"), phone.me["phone"])
    assert asks(Phone(), phone.me["phone"]).status == 429
    change(world, phone)


def test_codes_to_a_wanted_number_count_as_those_that_strangers_cause(
    world: World,
):
    wanted = number(world)
    for n in range(6):
        asks(Phone(address=f"198.51.100.{n}"), wanted)
    answer = signed_in(world).post("/v1/me/phone", {"phone": wanted})
    assert (answer.status, answer.code) == (429, "auth.throttled")


def test_without_a_budget_the_answer_is_the_same_and_nothing_is_sent():
    world = World(codes_per_day=2)
    phone, taken = signed_in(world), world.person().phone
    world.clock.advance(timedelta(minutes=1))
    assert phone.post("/v1/me/phone", {"phone": number(world)}).status == 202
    world.clock.advance(timedelta(minutes=1))
    for wanted in (number(world), taken):
        sent = len(world.mailbox.read(phone.me["phone"]))
        assert phone.post("/v1/me/phone", {"phone": wanted}).status == 202
        assert not world.sms_to(wanted or "")
        assert len(world.mailbox.read(phone.me["phone"])) == sent
        world.clock.advance(timedelta(minutes=1))


# repeated requests


def test_a_repeated_request_for_codes_sends_none_again(world: World):
    phone, body = signed_in(world), {"phone": number(world)}
    first = phone.post("/v1/me/phone", body, idempotency_key="k1")
    again = phone.post("/v1/me/phone", body, idempotency_key="k1")
    assert again.json == first.json
    assert len(world.sms_to(body["phone"])) == 1


def test_a_repeated_verification_answers_as_the_first(world: World):
    phone = signed_in(world)
    body = codes(world, phone, number(world))
    first = verify(phone, body, idempotency_key="k1")
    again = verify(phone, body, idempotency_key="k1")
    assert (again.status, again.json) == (200, first.json)
    assert len(world.sms_to(phone.me["phone"], "account.phone_changed")) == 1


def test_an_erasure_between_request_and_codes_leaves_no_number(world: World):
    phone, wanted = signed_in(world), number(world)
    body = codes(world, phone, wanted)
    assert world.erase(phone).status == 202
    assert verify(phone, body).status == 401
    assert world.services.phones.find_owner(wanted) is None
