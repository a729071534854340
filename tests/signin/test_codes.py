"""The code by SMS: six digits, five minutes, five tries, one at a time, and not too often."""

import re
from datetime import timedelta

from ..store.scan import everything
from ..world import Phone, World
from .builders import NUMBER, ask, exchange, sign_up, wrong

TERMS = {"consent": {"text_version": "2026-11"}}


def test_a_code_of_six_digits_arrives_by_sms(world: World):
    answer = ask(Phone())
    assert (answer.status, answer.json) == (202, {"retry_after": 60})
    (letter,) = world.mailbox.read(NUMBER)
    assert (letter.channel, letter.kind) == ("sms", "code.sign_in")
    assert re.fullmatch(r"【春晖】验证码 \d{6}，5分钟内有效。.*", letter.text)


def test_the_code_speaks_the_language_in_which_it_was_asked_for(world: World):
    Phone().post("/v1/auth/codes", {"phone": NUMBER}, accept_language="en")
    assert "Your code is" in world.mailbox.read(NUMBER)[0].text


def test_known_and_unknown_numbers_are_answered_alike(world: World):
    known = world.person().phone
    one, other = ask(Phone(), known or ""), ask(Phone())
    assert (one.status, one.json) == (other.status, other.json)
    assert one.headers == other.headers | {"etag": one.headers["etag"]}
    assert world.sms_to(known or "", "code.sign_in")
    assert world.sms_to(NUMBER, "code.sign_in")


def test_a_number_is_the_same_however_it_is_written(world: World):
    assert ask(Phone(), "138 1111 2222").status == 202
    assert ask(Phone(), "+86 138-1111-2222").status == 429
    assert (
        exchange(
            Phone(), world.code_in_sms(NUMBER), "13811112222", **TERMS
        ).json["person"]["phone"]
        == NUMBER
    )


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


def test_a_new_code_replaces_the_old_one(world: World):
    phone = Phone()
    ask(phone)
    old = world.code_in_sms(NUMBER)
    world.clock.advance(timedelta(seconds=60))
    ask(phone)
    assert exchange(phone, old, **TERMS).code == "auth.code_wrong"
    assert exchange(phone, world.code_in_sms(NUMBER), **TERMS).status == 201


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


def test_ten_codes_an_hour_and_the_eleventh_says_when(world: World):
    phone = Phone()
    for _ in range(10):
        assert ask(phone).status == 202
        world.clock.advance(timedelta(seconds=60))
    # The clock began at 40 minutes past the hour, and is at 50.
    full = ask(phone)
    assert (full.status, full.code, full.json["retry_after"]) == (
        429,
        "auth.throttled",
        600,
    )
    assert len(world.sms_to(NUMBER)) == 10
    world.clock.advance(timedelta(seconds=600))
    assert ask(phone).status == 202


def test_thirty_codes_a_day(world: World):
    phone = Phone()
    for _ in range(3):
        world.clock.advance(timedelta(hours=1))
        for _ in range(10):
            assert ask(phone).status == 202
            world.clock.advance(timedelta(seconds=61))
    world.clock.advance(timedelta(hours=2))
    assert ask(phone).code == "auth.throttled"
    world.clock.advance(timedelta(days=1))
    assert ask(phone).status == 202


def test_one_address_asks_for_so_many_codes_an_hour_and_others_are_not_held_up(
    world: World,
):
    busy = World(codes_per_address_hour=3)
    for n in range(3):
        assert ask(Phone(), f"+861381111000{n}").status == 202
    assert ask(Phone(), "+8613811110009").code == "auth.throttled"
    assert ask(Phone(address="203.0.113.8"), "+8613811110009").status == 202
    assert len(busy.mailbox.read()) == 4


def test_an_installation_sends_a_limited_number_of_codes_a_day(world: World):
    World(codes_per_day=2)
    for n in range(2):
        assert (
            ask(Phone(address=f"203.0.113.{n}"), f"+861381111000{n}").status
            == 202
        )
    assert ask(Phone(address="203.0.113.99"), "+8613811110009").status == 429


def test_no_row_holds_a_code(world: World):
    ask(Phone())
    assert world.code_in_sms(NUMBER) not in str(everything())


def test_a_code_that_was_used_is_not_sent_late(world: World):
    sign_up(world)
    assert len(world.sms_to(NUMBER)) == 1
    world.pass_time(minutes=10)
    assert len(world.sms_to(NUMBER)) == 1
