"""Signatures of requests to an SMS provider and from it, by one scheme."""

import hmac
import re
from datetime import datetime, timedelta

from .codes import same
from .errors import Unauthenticated

__all__ = ["TOLERANCE", "check_signature", "sign"]

TOLERANCE = timedelta(minutes=5)

_TIMESTAMP = re.compile(r"[0-9]{1,12}")
_NONCE = re.compile(r"[A-Za-z0-9_-]{8,64}")
_SIGNATURE = re.compile(r"[0-9a-f]{64}")


def sign(key: bytes, timestamp: str, nonce: str, body: bytes) -> str:
    """Return the signature in hex: HMAC-SHA-256 over ``timestamp LF nonce LF body``.

    Timestamp and nonce cannot hold a line feed and the body comes last, so no two requests share a
    signed text.

    Raises:
        ValueError: `check` would refuse the timestamp or nonce, or the key is empty.

    """
    if not key or not _has_form(timestamp, nonce):
        raise ValueError(
            "a signature needs a key, unix seconds and a nonce of 8 to 64 letters, digits, _ and -"
        )
    signed = b"\n".join((timestamp.encode(), nonce.encode(), body))
    return hmac.digest(key, signed, "sha256").hex()


def check_signature(
    key: bytes,
    *,
    timestamp: str,
    nonce: str,
    signature: str,
    body: bytes,
    now: datetime,
) -> None:
    """Check that a request was signed with the key, at most `TOLERANCE` before or after now.

    A replay within that time passes. The caller must be idempotent, or remember the nonce.

    Raises:
        Unauthenticated: the signature, its time or its form is wrong; it does not tell which.

    """
    has_form = _has_form(timestamp, nonce) and _SIGNATURE.fullmatch(signature)
    if not key or not has_form or not _near(int(timestamp), now):
        raise Unauthenticated("webhook.signature_invalid")
    if not same(signature, sign(key, timestamp, nonce, body)):
        raise Unauthenticated("webhook.signature_invalid")


def _has_form(timestamp: str, nonce: str) -> bool:
    return bool(_TIMESTAMP.fullmatch(timestamp) and _NONCE.fullmatch(nonce))


def _near(seconds: int, now: datetime) -> bool:
    return abs(now.timestamp() - seconds) <= TOLERANCE.total_seconds()
