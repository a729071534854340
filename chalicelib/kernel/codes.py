"""Short codes that people read aloud, and the keys from which they are derived.

A code is derived when needed. No row, queue or log holds it (docs/decisions/0005).
"""

import hmac
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Protocol

__all__ = [
    "KeySource",
    "Keyring",
    "derive_digits",
    "derive_key",
    "key_id_at",
    "newest_first",
    "same",
]

_MIN_SECRET = 32  # bytes: as long as the hash
_BEGINS = re.compile(r"[0-9]{8}T[0-9]{4}")


def derive_digits(key: bytes, *cycle: str, digits: int) -> str:
    """Return the decimal code of one cycle: HMAC-SHA-256, truncated as in RFC 4226, 5.3."""
    mac = hmac.digest(key, "|".join(cycle).encode(), "sha256")
    offset = mac[-1] & 0x0F
    number = int.from_bytes(mac[offset : offset + 8]) & 0x7FFF_FFFF_FFFF_FFFF
    return str(number % 10**digits).zfill(digits)


def derive_key(secret: bytes, purpose: str) -> bytes:
    """Return the 32-byte key of a purpose (HKDF-Expand of RFC 5869, first block).

    Each purpose has its own, so that a leaked key opens nothing else.
    """
    if len(secret) < _MIN_SECRET:
        raise ValueError(f"a secret needs at least {_MIN_SECRET} bytes")
    return hmac.digest(secret, purpose.encode() + b"\x01", "sha256")


def same(one: str, other: str) -> bool:
    """Compare two secrets in constant time."""
    return hmac.compare_digest(one.encode(), other.encode())


def newest_first(key_ids: Iterable[str]) -> list[str]:
    """Sort ids of keys by the instant from which each signs, the latest first.

    The id is that instant in UTC (``20261124T0300``). Any other id signs from the beginning.
    """
    return sorted(key_ids, key=_beginning, reverse=True)


def key_id_at(key_ids: Iterable[str], instant: datetime) -> str:
    """Return the id of the key in force at an instant: the latest that had begun, else the first.

    So every process that knows the keys chooses the same one, whenever it began itself.
    """
    ids = newest_first(key_ids)
    now = f"{instant.astimezone(UTC):%Y%m%dT%H%M}"
    begun = [id for id in ids if _beginning(id) <= now]
    return begun[0] if begun else ids[-1]


def _beginning(key_id: str) -> str:
    return key_id if _BEGINS.fullmatch(key_id) else ""


class KeySource(Protocol):
    """The secrets from which keys are derived, by id. They are read when they are first needed."""

    @property
    def secret(self) -> Mapping[str, bytes]:
        """Return the secrets of codes and signatures."""
        ...

    @property
    def phone_key(self) -> Mapping[str, bytes]:
        """Return the secrets of hashes for looking up."""
        ...


class Keyring:
    """Keys of two kinds, each from several secrets: one is in force, the others are still read.

    What is signed or derived changes with the key in force. A hash for looking up must stay as it
    is in the rows, so it has a secret of its own, which is changed by writing the rows again.
    """

    def __init__(self, secrets: KeySource, now: Callable[[], datetime]) -> None:
        self._secrets, self._now = secrets, now

    def key(self, purpose: str, at: datetime) -> bytes:
        """Return the key of a purpose that was in force at an instant.

        A code is derived by the key of the instant at which its cycle began, and so stays the same.
        """
        secrets = self._secrets.secret
        return derive_key(secrets[key_id_at(secrets, at)], purpose)

    def signing_key(self, purpose: str) -> bytes:
        """Return the key of a purpose that is in force now."""
        return self.key(purpose, self._now())

    def known_keys(self, purpose: str) -> list[bytes]:
        """Return all keys of a purpose that may have signed."""
        secrets = self._secrets.secret.values()
        return [derive_key(secret, purpose) for secret in secrets]

    def sign(self, purpose: str, value: str) -> str:
        """Return the signature of a value, in 32 hex digits."""
        return _mac(self.signing_key(purpose), value)

    def is_signed(self, purpose: str, value: str, signature: str) -> bool:
        """Say whether any known key has made a signature of a value."""
        found = [
            same(_mac(key, value), signature)
            for key in self.known_keys(purpose)
        ]
        return any(found)

    def fingerprint(self, purpose: str, value: str) -> str:
        """Return a keyed hash of a value, in 32 hex digits.

        A value can be looked up by it without being stored.
        """
        return self.fingerprints(purpose, value)[0]

    def fingerprints(self, purpose: str, value: str) -> tuple[str, ...]:
        """Return the hashes of a value under which rows may lie, the one in force first.

        There are several only while the rows are written again under another key.
        """
        secrets = self._secrets.phone_key
        current = key_id_at(secrets, self._now())
        ids = dict.fromkeys([current, *newest_first(secrets)])
        return tuple(
            _mac(derive_key(secrets[id], purpose), value) for id in ids
        )


def _mac(key: bytes, value: str) -> str:
    return hmac.digest(key, value.encode(), "sha256").hex()[:32]
