"""A challenge belongs to the one who asked for it: strangers cannot end, replace or delay it."""

import random
from datetime import timedelta

import pytest

from chalicelib.signin.policy import pause_after

from ..store.scan import everything
from ..world import NO_CHALLENGE, Answer, Phone, World
from .builders import NUMBER, ask, exchange, sign_up, wrong

TERMS = {"consent": {"text_version": "2026-11"}}
MINUTE = timedelta(minutes=1)


def stranger(n: int = 0) -> Phone:
    return Phone(address=f"198.51.100.{n % 250}")


def code_of(world: World, asked: Answer) -> tuple[str, dict[str, str]]:
    """Return the code of a challenge that was just asked for, and the challenge."""
    return world.code_in_sms(NUMBER), {"challenge": asked.json["challenge"]}


def guess(world: World, phone: Phone, tries: int = 5) -> list[int]:
    """Ask for a code as a stranger, and guess wrong."""
    asked = ask(phone)
    if asked.status != 202:
        return []
    code, challenge = code_of(world, asked)
    answers = [exchange(phone, wrong(code), **challenge) for _ in range(tries)]
    return [answer.status for answer in answers]


def test_every_request_has_a_challenge_and_a_code_of_its_own(world: World):
    asked = [ask(stranger(n)) for n in range(6)]
    ids = {answer.json["challenge"] for answer in asked}
    codes = {sms.text for sms in world.sms_to(NUMBER)}
    assert (len(ids), len(codes)) == (6, 6)


def test_a_code_needs_its_challenge(world: World):
    ask(Phone())
    code = world.code_in_sms(NUMBER)
    body = {"phone": NUMBER, "code": code} | TERMS
    without = Phone().post("/v1/auth/tokens", body)
    assert (without.status, without.code) == (422, "auth.challenge_required")
    other = exchange(Phone(), code, challenge=NO_CHALLENGE, **TERMS)
    assert (other.status, other.code) == (422, "auth.code_wrong")
    assert exchange(Phone(), code, **TERMS).status == 201


@pytest.mark.parametrize(
    "challenge", ["", "chl_", "email#per_a", "CHL_" + "a" * 24, 7, None, ["a"]]
)
def test_a_challenge_of_another_form_is_refused(world: World, challenge):
    sent = {"phone": NUMBER, "code": "123456", "challenge": challenge}
    assert Phone().post("/v1/auth/tokens", sent).status == 422


def test_a_code_is_no_good_with_the_challenge_of_another_request(
    world: World,
):
    first = ask(Phone())
    old, _ = code_of(world, first)
    second = ask(stranger())
    new, _ = code_of(world, second)
    assert old != new
    for code, asked in ((old, second), (new, first)):
        answer = exchange(
            Phone(), code, challenge=asked.json["challenge"], **TERMS
        )
        assert answer.code == "auth.code_wrong"


@pytest.mark.parametrize("later", [1, 3, 5])
def test_later_requests_of_strangers_leave_a_challenge_as_it_is(
    world: World, later: int
):
    code, challenge = code_of(world, ask(Phone()))
    for n in range(later):
        assert guess(world, stranger(n))[0] == 422
    signed = exchange(Phone(), code, **challenge, **TERMS)
    assert signed.status == 201


def test_24_wrong_guesses_of_a_stranger_do_not_delay_the_owner(world: World):
    for n in range(5):
        guess(world, stranger(n))
    code, challenge = code_of(world, ask(Phone()))
    assert exchange(Phone(), code, **challenge, **TERMS).status == 201


def test_guesses_behind_the_owners_own_address_do_not_delay_them(
    world: World,
):
    for _ in range(5):
        guess(world, Phone())
        world.clock.advance(MINUTE)
    code, challenge = code_of(world, ask(Phone()))
    assert exchange(Phone(), code, **challenge, **TERMS).status == 201


def test_a_used_challenge_ends_no_other(world: World):
    first, second = ask(Phone()), ask(stranger())
    code, challenge = code_of(world, second)
    assert exchange(Phone(), code, **challenge, **TERMS).status == 201
    again = exchange(
        Phone(), wrong(code), challenge=first.json["challenge"], **TERMS
    )
    assert again.code == "auth.code_wrong"  # alive: a wrong code is a try
    assert exchange(Phone(), code, **challenge).code == "auth.code_wrong"


def test_pauses_grow_with_the_wrong_codes_and_end_at_a_minute():
    pauses = [pause_after(n).total_seconds() for n in range(16)]
    assert pauses[:6] == [0] * 6
    assert pauses == sorted(pauses)
    assert pauses[6:10] == [2, 4, 8, 16]
    assert max(pauses) == pause_after(10_000).total_seconds() == 60


def test_after_many_wrong_codes_each_further_try_waits(world: World):
    for n in range(5):
        guess(world, stranger(n))
        world.clock.advance(timedelta(seconds=10))
    code, challenge = code_of(world, ask(Phone()))
    assert exchange(Phone(), wrong(code), **challenge).status == 422
    paused = exchange(Phone(), code, **challenge, **TERMS)
    assert (paused.status, paused.code) == (429, "auth.pause")
    assert int(paused.headers["retry-after"]) == 32
    world.clock.advance(timedelta(seconds=paused.json["retry_after"]))
    assert exchange(Phone(), code, **challenge, **TERMS).status == 201


def test_wrong_codes_at_many_phones_pause_the_address(world: World):
    """A spray: few guesses at each phone, many from one address."""
    for n in range(4):
        number = f"+861381111300{n}"
        ask(Phone(), number)
        code = world.code_in_sms(number)
        for _ in range(3):
            answer = exchange(Phone(), wrong(code), number)
    assert answer.code == "auth.pause"
    ask(stranger())
    code = world.code_in_sms(NUMBER)
    tries = [exchange(stranger(), wrong(code)).status for _ in range(3)]
    assert tries == [422] * 3


@pytest.mark.parametrize("seed", range(4))
def test_strangers_cannot_guess_more_than_thirty_times_a_day(
    world: World, seed: int
):
    dice = random.Random(seed)
    guesses = 0
    for _ in range(60):
        guesses += guess(
            world, stranger(dice.randrange(250)), dice.randint(1, 7)
        ).count(422)
        world.clock.advance(timedelta(seconds=dice.randrange(900)))
        if world.clock.now().hour == 23:
            break
    assert 0 < guesses <= 30
    assert len(world.sms_to(NUMBER)) <= 6


def test_the_owner_signs_in_on_many_new_devices_in_a_day(world: World):
    """An answered code was not caused by a stranger, so it does not use up the six."""
    sign_up(world)
    for _ in range(9):
        assert world.sign_in(NUMBER).me["phone"] == NUMBER
    for n in range(6):
        assert ask(stranger(n)).status == 202
    assert ask(stranger(6)).code == "auth.throttled"


def test_no_row_but_one_holds_the_phone_of_a_challenge(world: World):
    for n in range(3):
        ask(stranger(n))
    holding = [row for row in everything()["sessions"] if NUMBER in str(row)]
    assert len(holding) == 1
