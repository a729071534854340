"""Short codes that people read aloud. They are derived when needed and kept in no row, queue or log (docs/decisions/0005)."""

import hashlib
import hmac

__all__ = ["Keyring", "derive_digits", "same"]


def derive_digits(key: bytes, *cycle: str, digits: int) -> str:
    """Return the decimal code of one cycle: HMAC-SHA-256, truncated as RFC 4226 section 5.3 does."""
    mac = hmac.digest(key, "|".join(cycle).encode(), "sha256")
    offset = mac[-1] & 0x0F
    number = int.from_bytes(mac[offset : offset + 8]) & 0x7FFF_FFFF_FFFF_FFFF
    return str(number % 10**digits).zfill(digits)


def same(one: str, other: str) -> bool:
    """Compare two secrets in constant time."""
    return hmac.compare_digest(one.encode(), other.encode())


class Keyring:
    """Purpose-bound keys from one secret, so that a key leaked for one purpose opens no other."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) < 32:
            raise ValueError("a secret needs at least 32 bytes")
        self._secret = secret

    def key(self, purpose: str) -> bytes:
        """Return the 32-byte key of a purpose (HKDF-Expand of RFC 5869, first block)."""
        return hmac.digest(self._secret, purpose.encode() + b"\x01", "sha256")

    def fingerprint(self, purpose: str, value: str) -> str:
        """Return a keyed hash by which a value can be looked up without being stored (32 hex digits)."""
        return hmac.new(self.key(purpose), value.encode(), hashlib.sha256).hexdigest()[
            :32
        ]
