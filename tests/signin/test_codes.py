"""The code by SMS: six digits, five minutes, five tries, one sign-in."""

import re
from datetime import timedelta

from ..store.scan import everything
from ..world import Phone, World
from .builders import NUMBER, ask, exchange, sign_up, wrong

TERMS = {"consent": {"text_version": "2026-11"}}


def test_a_code_of_six_digits_arrives_by_sms(world: World):
    answer = ask(Phone())
    assert (answer.status, answer.json) == (
        202,
        {"retry_after": 60, "challenge": answer.json["challenge"]},
    )
    (letter,) = world.mailbox.read(NUMBER)
    assert (letter.channel, letter.kind) == ("sms", "code.sign_in")
    assert re.fullmatch(r"【春晖】验证码 \d{6}，5分钟内有效。.*", letter.text)


def test_the_code_speaks_the_language_in_which_it_was_asked_for(world: World):
    Phone().post("/v1/auth/codes", {"phone": NUMBER}, accept_language="en")
    assert "Your code is" in world.mailbox.read(NUMBER)[0].text


def test_a_number_is_the_same_however_it_is_written(world: World):
    asked = ask(Phone(), "138 1111 2222")
    assert asked.status == 202
    assert ask(Phone(), "+86 138-1111-2222").status == 429
    signed = exchange(
        Phone(),
        world.code_in_sms(NUMBER),
        "13811112222",
        challenge=asked.json["challenge"],
        **TERMS,
    )
    assert signed.json["person"]["phone"] == NUMBER


def test_only_mainland_mobile_numbers_get_a_code(world: World):
    for number in (
        "+85291234567",
        "+862812345678",
        "+14155550100",
        "13811112222 ext 5",
        "12345678901",
    ):
        assert ask(Phone(), number).status == 422, number
    assert world.mailbox.read() == []


def test_a_code_lasts_for_five_minutes_and_not_longer(world: World):
    phone = Phone()
    ask(phone)
    code = world.code_in_sms(NUMBER)
    world.clock.advance(timedelta(minutes=5) - timedelta(seconds=1))
    assert (
        exchange(phone, code).code == "consent.required"
    )  # the code itself is good
    world.clock.advance(timedelta(seconds=1))
    late = exchange(phone, code, **TERMS)
    assert (late.status, late.code) == (422, "auth.code_wrong")


def test_a_code_is_good_for_one_sign_in(world: World):
    phone = Phone()
    ask(phone)
    code = world.code_in_sms(NUMBER)
    assert exchange(phone, code, **TERMS).status == 201
    assert exchange(phone, code, **TERMS).code == "auth.code_wrong"


def test_a_code_opens_no_other_phone(world: World):
    ask(Phone())
    world.clock.advance(timedelta(seconds=1))
    ask(Phone(), "+8613811113333")
    assert (
        exchange(
            Phone(), world.code_in_sms(NUMBER), "+8613811113333", **TERMS
        ).code
        == "auth.code_wrong"
    )


def test_full_width_digits_are_taken(world: World):
    ask(Phone())
    code = world.code_in_sms(NUMBER).translate(
        str.maketrans("0123456789", "０１２３４５６７８９")
    )
    assert exchange(Phone(), code, **TERMS).status == 201


def test_the_fifth_wrong_try_is_the_last_and_even_the_right_code_comes_too_late(
    world: World,
):
    phone = Phone()
    ask(phone)
    code = world.code_in_sms(NUMBER)
    for _ in range(5):
        answer = exchange(phone, wrong(code), **TERMS)
        assert (answer.status, answer.code) == (422, "auth.code_wrong")
    locked = exchange(phone, code, **TERMS)
    assert (locked.status, locked.code) == (429, "auth.too_many_tries")
    world.clock.advance(timedelta(seconds=60))
    ask(phone)
    assert exchange(phone, world.code_in_sms(NUMBER), **TERMS).status == 201


def test_four_wrong_tries_and_the_right_one_sign_in(world: World):
    phone = Phone()
    ask(phone)
    code = world.code_in_sms(NUMBER)
    for _ in range(4):
        exchange(phone, wrong(code), **TERMS)
    assert exchange(phone, code, **TERMS).status == 201


def test_a_code_without_ever_asking_is_wrong(world: World):
    assert exchange(Phone(), "123456", **TERMS).code == "auth.code_wrong"


def test_the_next_code_waits_for_a_minute_unless_the_last_was_used(
    world: World,
):
    phone = Phone()
    ask(phone)
    world.clock.advance(timedelta(seconds=20, milliseconds=500))
    soon = ask(phone)
    assert (soon.status, soon.code, soon.json["retry_after"]) == (
        429,
        "auth.too_soon",
        40,
    )
    assert exchange(phone, world.code_in_sms(NUMBER), **TERMS).status == 201
    assert ask(phone).status == 202


def test_the_pause_between_codes_holds_for_one_asker_only(world: World):
    assert ask(Phone()).status == 202
    assert ask(Phone()).code == "auth.too_soon"
    assert ask(Phone(address="203.0.113.8")).status == 202


def test_no_row_holds_a_code(world: World):
    ask(Phone())
    assert world.code_in_sms(NUMBER) not in str(everything())


def test_a_code_that_was_used_is_not_sent_late(world: World):
    sign_up(world)
    assert len(world.sms_to(NUMBER)) == 1
    world.pass_time(minutes=10)
    assert len(world.sms_to(NUMBER)) == 1
