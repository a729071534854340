"""Signed requests: only a recent request with a valid signature passes."""

import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.kernel.errors import Unauthenticated
from chalicelib.kernel.signing import TOLERANCE, check_signature, sign

KEY = b"k" * 32
NOW = datetime(2026, 11, 23, 0, 40, tzinfo=UTC)
STAMP = str(int(NOW.timestamp()))
NONCE = "non_aaaabbbbccccdddd"
BODY = '{"text":"红烧肉\n不辣"}'.encode()


def refused(
    timestamp=STAMP, nonce=NONCE, signature=None, body=BODY, key=KEY, now=NOW
) -> bool:
    """Say whether a request is turned away, always by the same code and without a fact."""
    try:
        check_signature(
            key,
            timestamp=timestamp,
            nonce=nonce,
            signature=sign(KEY, STAMP, NONCE, BODY)
            if signature is None
            else signature,
            body=body,
            now=now,
        )
    except Unauthenticated as error:
        return (error.code, error.facts) == ("webhook.signature_invalid", {})
    return False


def test_a_signed_request_passes():
    assert not refused()


def test_a_provider_can_sign_with_three_lines_of_any_language():
    text = STAMP.encode() + b"\n" + NONCE.encode() + b"\n" + BODY
    assert (
        sign(KEY, STAMP, NONCE, BODY)
        == hmac.new(KEY, text, hashlib.sha256).hexdigest()
    )


@pytest.mark.parametrize(
    "changed",
    [
        {"body": BODY + b" "},
        {"nonce": NONCE + "x"},
        {"timestamp": str(int(STAMP) + 1)},
        {"key": b"j" * 32},
    ],
)
def test_a_signature_is_good_for_one_request_and_one_key(changed):
    assert refused(**changed)


@pytest.mark.parametrize("way", [1, -1])
def test_clocks_may_differ_by_five_minutes(way):
    assert not refused(now=NOW + way * TOLERANCE)
    assert refused(now=NOW + way * (TOLERANCE + timedelta(seconds=1)))


@pytest.mark.parametrize(
    "timestamp",
    [
        "",
        "now",
        "-1",
        "+1",
        "1.5",
        " 1",
        "1\n",
        "１７９５",
        "1" * 13,
        "0x10",
        "1_0",
    ],
)
def test_a_time_that_is_not_a_plain_number_is_refused(timestamp):
    assert refused(timestamp=timestamp)
    with pytest.raises(ValueError, match="unix seconds"):
        sign(KEY, timestamp, NONCE, BODY)


@pytest.mark.parametrize(
    "nonce",
    [
        "",
        "short",
        "x" * 65,
        "with space",
        "line\nfeed-in-it",
        "abcdefgh\n",
        "non_ä_ö_ü_ß",
        "../../etc",
    ],
)
def test_a_malformed_nonce_is_refused(nonce):
    assert refused(nonce=nonce)
    with pytest.raises(ValueError, match="nonce"):
        sign(KEY, STAMP, nonce, BODY)


@pytest.mark.parametrize(
    "signature",
    [
        "",
        "0" * 64,
        "0" * 63,
        "é" * 64,
        "\ud800" * 64,
        sign(KEY, STAMP, NONCE, BODY).upper(),
    ],
)
def test_a_malformed_signature_is_refused(signature):
    assert refused(signature=signature)


def test_without_a_key_no_request_passes():
    text = f"{STAMP}\n{NONCE}\n".encode() + BODY
    assert refused(
        key=b"", signature=hmac.new(b"", text, hashlib.sha256).hexdigest()
    )
    with pytest.raises(ValueError, match="key"):
        sign(b"", STAMP, NONCE, BODY)


NONCES = st.from_regex(r"[A-Za-z0-9_-]{8,64}", fullmatch=True)
REQUESTS = st.tuples(st.integers(0, 10**12 - 1).map(str), NONCES, st.binary())


@given(REQUESTS, REQUESTS)
def test_two_requests_never_share_a_signature(one, other):
    assert (sign(KEY, *one) == sign(KEY, *other)) == (one == other)


@given(st.text(), st.text(), st.text(), st.binary())
def test_arbitrary_input_is_refused_without_an_error(
    timestamp, nonce, signature, body
):
    assert refused(
        timestamp=timestamp, nonce=nonce, signature=signature, body=body
    )
