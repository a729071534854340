"""Signed requests to an SMS provider and from it: one scheme for both directions."""

import hmac
import re
from datetime import datetime, timedelta

from .codes import same
from .errors import Unauthenticated

__all__ = ["TOLERANCE", "check", "sign"]

TOLERANCE = timedelta(minutes=5)

_TIMESTAMP = re.compile(r"[0-9]{1,12}")
_NONCE = re.compile(r"[A-Za-z0-9_-]{8,64}")
_SIGNATURE = re.compile(r"[0-9a-f]{64}")


def sign(key: bytes, timestamp: str, nonce: str, body: bytes) -> str:
    """Return the signature in hex: HMAC-SHA-256 over ``timestamp LF nonce LF body``.

    Neither of the first two can hold a line feed and the body comes last, so no two requests share a signed text.

    Raises:
        ValueError: a timestamp or nonce that `check` would not take, or no key.

    """
    if not (key and _TIMESTAMP.fullmatch(timestamp) and _NONCE.fullmatch(nonce)):
        raise ValueError(
            "a signature needs a key, unix seconds and a nonce of 8 to 64 letters, digits, _ and -"
        )
    return hmac.digest(
        key, b"\n".join((timestamp.encode(), nonce.encode(), body)), "sha256"
    ).hex()


def check(
    key: bytes, timestamp: str, nonce: str, signature: str, body: bytes, now: datetime
) -> None:
    """Return if the request was signed with the key at most `TOLERANCE` from now, before or after.

    A replay within that time passes. The caller must be idempotent, or remember the nonce.

    Raises:
        Unauthenticated: the signature, its time or its form is wrong, and nothing is said about which.

    """
    formed = (
        _TIMESTAMP.fullmatch(timestamp)
        and _NONCE.fullmatch(nonce)
        and _SIGNATURE.fullmatch(signature)
    )
    if not (key and formed and _near(int(timestamp), now)):
        raise Unauthenticated("webhook.signature_invalid")
    if not same(signature, sign(key, timestamp, nonce, body)):
        raise Unauthenticated("webhook.signature_invalid")


def _near(seconds: int, now: datetime) -> bool:
    return abs(now.timestamp() - seconds) <= TOLERANCE.total_seconds()
