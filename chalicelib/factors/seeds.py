"""The secret of a factor, derived from a key of the installation and a stored nonce.

The row alone gives nothing (docs/decisions/0040). Keys are replaced, and a phone keeps its secret
for years. So once another key is in force, the row keeps the difference between the secret and
what the new key derives.
"""

import hmac
from datetime import datetime

from ..kernel.codes import Keyring, derive_key
from .model import Seed

__all__ = ["recovery_hash", "renewed", "secret_of", "totp_secret"]

_PURPOSE = "second-factor"
_TOTP_BYTES = 20  # as RFC 4226, section 4, recommends


def secret_of(keys: Keyring, person_id: str, seed: Seed) -> bytes:
    """Return the secret of 32 bytes from which a factor's codes follow."""
    derived = _derived(keys, person_id, seed)
    if not seed.mask:
        return derived
    return _xor(derived, bytes.fromhex(seed.mask))


def renewed(
    keys: Keyring, person_id: str, seed: Seed, nonce: str, now: datetime
) -> Seed:
    """Return the seed of the same secret under the key in force now.

    An unchanged key leaves the seed as it is. `nonce` must be fresh.
    """
    if keys.key(_PURPOSE, seed.at) == keys.key(_PURPOSE, now):
        return seed
    secret = secret_of(keys, person_id, seed)
    derived = _derived(keys, person_id, Seed(nonce=nonce, at=now))
    return Seed(nonce=nonce, at=now, mask=_xor(derived, secret).hex())


def totp_secret(secret: bytes) -> bytes:
    """Return the secret that the app on the phone has."""
    return derive_key(secret, "totp")[:_TOTP_BYTES]


def recovery_hash(secret: bytes, code: str) -> str:
    """Return the keyed hash of a recovery code. It lives as long as the secret."""
    key = derive_key(secret, "recovery")
    return hmac.digest(key, code.encode(), "sha256").hex()[:32]


def _derived(keys: Keyring, person_id: str, seed: Seed) -> bytes:
    text = f"{person_id}|{seed.nonce}".encode()
    return hmac.digest(keys.key(_PURPOSE, seed.at), text, "sha256")


def _xor(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))
