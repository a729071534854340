"""Short codes that people read aloud, and the keys from which they are derived.

A code is derived when needed. No row, queue or log holds it (docs/decisions/0005).
"""

import hashlib
import hmac

__all__ = ["Keyring", "derive_digits", "same"]


def derive_digits(key: bytes, *cycle: str, digits: int) -> str:
    """Return the decimal code of one cycle: HMAC-SHA-256, truncated as in RFC 4226, 5.3."""
    mac = hmac.digest(key, "|".join(cycle).encode(), "sha256")
    offset = mac[-1] & 0x0F
    number = int.from_bytes(mac[offset : offset + 8]) & 0x7FFF_FFFF_FFFF_FFFF
    return str(number % 10**digits).zfill(digits)


def same(one: str, other: str) -> bool:
    """Compare two secrets in constant time."""
    return hmac.compare_digest(one.encode(), other.encode())


class Keyring:
    """Keys from one secret, one for each purpose, so that a leaked key opens nothing else."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) < 32:
            raise ValueError("a secret needs at least 32 bytes")
        self._secret = secret

    def key(self, purpose: str) -> bytes:
        """Return the 32-byte key of a purpose (HKDF-Expand of RFC 5869, first block)."""
        return hmac.digest(self._secret, purpose.encode() + b"\x01", "sha256")

    def fingerprint(self, purpose: str, value: str) -> str:
        """Return a keyed hash of a value, in 32 hex digits.

        A value can be looked up by it without being stored.
        """
        digest = hmac.new(self.key(purpose), value.encode(), hashlib.sha256)
        return digest.hexdigest()[:32]
