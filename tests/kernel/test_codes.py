"""Codes that people read aloud: derived, even, and bound to one purpose."""

from collections import Counter

import pytest

from chalicelib.kernel.codes import Keyring, derive_digits, same

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
def test_a_keyring_refuses_a_short_secret(length):
    with pytest.raises(ValueError, match="32 bytes"):
        Keyring(b"x" * length)


def test_each_purpose_has_a_key_of_its_own():
    keys = Keyring(b"s" * 32)
    assert len(keys.key("code")) == 32
    assert (
        len(
            {
                keys.key(purpose)
                for purpose in ("code", "phone", "cursor", "delivery-code")
            }
        )
        == 4
    )
    assert (
        keys.key("code")
        == Keyring(b"s" * 32).key("code")
        != Keyring(b"t" * 32).key("code")
    )


def test_a_fingerprint_tells_equal_values_and_nothing_else():
    keys = Keyring(b"s" * 32)
    mark = keys.fingerprint("phone", "+8613900000001")
    assert mark == keys.fingerprint("phone", "+8613900000001")
    assert mark not in (
        keys.fingerprint("phone", "+8613900000002"),
        keys.fingerprint("mail", "+8613900000001"),
    )
    assert len(mark) == 32
