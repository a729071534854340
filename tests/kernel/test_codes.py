"""Codes that people read aloud: derived, even, and bound to one purpose."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import permutations
from zoneinfo import ZoneInfo

import pytest

from chalicelib.kernel.codes import (
    derive_digits,
    derive_key,
    key_id_at,
    newest_first,
    same,
)

from ..keys import a_keyring
from ..world import START

KEY = b"k" * 32


def test_the_same_cycle_gives_the_same_code_and_another_cycle_another():
    assert derive_digits(KEY, "clm_1", digits=6) == derive_digits(
        KEY, "clm_1", digits=6
    )
    codes = {derive_digits(KEY, f"clm_{n}", digits=6) for n in range(50)}
    assert len(codes) > 45


def test_the_key_is_part_of_the_code():
    assert derive_digits(KEY, "x", digits=8) != derive_digits(
        b"j" * 32, "x", digits=8
    )


def test_codes_keep_their_leading_zeros():
    codes = [derive_digits(KEY, str(n), digits=4) for n in range(400)]
    assert {len(code) for code in codes} == {4}
    assert any(code.startswith("0") for code in codes)
    assert all(code.isascii() and code.isdigit() for code in codes)


def test_every_digit_is_about_as_likely_at_every_place():
    """Pearson's chi-squared over 20,000 fixed codes; 9 degrees of freedom, p = 0.0001 at 33.7."""
    codes = [
        derive_digits(KEY, "even", str(n), digits=4) for n in range(20_000)
    ]
    for place in range(4):
        counts = Counter(code[place] for code in codes)
        assert (
            sum((counts[digit] - 2000) ** 2 / 2000 for digit in "0123456789")
            < 33.7
        )


def test_secrets_are_compared_whole():
    assert same("1234", "1234")
    assert not same("1234", "1235")
    assert not same("1234", "123")


@pytest.mark.parametrize("length", [0, 16, 31])
def test_a_key_is_not_derived_from_a_short_secret(length):
    with pytest.raises(ValueError, match="32 bytes"):
        derive_key(b"x" * length, "code")


def test_each_purpose_has_a_key_of_its_own():
    keys = a_keyring()
    purposes = ("code", "phone", "cursor", "delivery-code")
    assert len({keys.key(purpose, START) for purpose in purposes}) == 4
    assert len(keys.key("code", START)) == 32
    assert (
        keys.key("code", START)
        == a_keyring().key("code", START)
        != a_keyring(secret={"first": b"t" * 32}).key("code", START)
    )


def test_a_fingerprint_tells_equal_values_and_nothing_else():
    keys = a_keyring()
    mark = keys.fingerprint("phone", "+8613900000001")
    assert mark == keys.fingerprint("phone", "+8613900000001")
    assert mark not in (
        keys.fingerprint("phone", "+8613900000002"),
        keys.fingerprint("mail", "+8613900000001"),
    )
    assert len(mark) == 32


# several keys

OLD, NEW = {"first": b"o" * 32}, {"20261124T0300": b"n" * 32}
BEGINS = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("instant", "id"),
    [
        (BEGINS - MINUTE, "first"),
        (BEGINS, "20261124T0300"),
        (BEGINS.astimezone(ZoneInfo("Asia/Shanghai")), "20261124T0300"),
        (BEGINS + timedelta(days=999), "20270101T0000"),
        (datetime(2000, 1, 1, tzinfo=UTC), "first"),
    ],
)
def test_the_id_of_a_key_says_from_when_it_is_in_force(instant, id):
    ids = ["20261124T0300", "first", "20270101T0000"]
    for order in permutations(ids):
        assert key_id_at(order, instant) == id
        assert newest_first(order) == [
            "20270101T0000",
            "20261124T0300",
            "first",
        ]


def test_before_its_first_key_an_installation_uses_that_one():
    assert (
        key_id_at(["20261124T0300", "20270101T0000"], START) == "20261124T0300"
    )


def test_of_keys_without_an_instant_the_first_is_in_force():
    assert key_id_at(["k2", "k1"], START) == "k2"


def test_a_signature_is_good_as_long_as_its_key_is_kept():
    before = a_keyring(secret=OLD).sign("refresh-token", "a")
    for now in (BEGINS - MINUTE, BEGINS):
        keys = a_keyring(secret=NEW | OLD, now=now)
        assert keys.is_signed("refresh-token", "a", before)
        assert keys.is_signed(
            "refresh-token", "a", keys.sign("refresh-token", "a")
        )
        assert (keys.sign("refresh-token", "a") == before) is (now < BEGINS)
    dropped = a_keyring(secret=NEW)
    assert not dropped.is_signed("refresh-token", "a", before)
    assert not keys.is_signed("unsubscribe", "a", before)
    assert not keys.is_signed("refresh-token", "b", before)
    assert not keys.is_signed("refresh-token", "a", "é")


def test_a_code_keeps_the_key_with_which_it_began():
    one, both = a_keyring(secret=OLD), a_keyring(secret=NEW | OLD, now=BEGINS)
    assert both.key("code", BEGINS - MINUTE) == one.key("code", START)
    assert both.key("code", BEGINS) == derive_key(NEW["20261124T0300"], "code")


def test_hashes_for_looking_up_have_keys_of_their_own():
    one, more = a_keyring(secret=OLD), a_keyring(secret=NEW | OLD, now=BEGINS)
    assert one.fingerprints("phone", "a") == more.fingerprints("phone", "a")
    before, after = (
        a_keyring(phone_key=NEW | OLD, now=now).fingerprints("phone", "a")
        for now in (BEGINS - MINUTE, BEGINS)
    )
    (old,) = a_keyring(phone_key=OLD).fingerprints("phone", "a")
    (new,) = a_keyring(phone_key=NEW).fingerprints("phone", "a")
    assert before == (old, new)
    assert after == (new, old)
