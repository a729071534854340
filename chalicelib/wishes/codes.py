"""What is derived for claims by a key: delivery codes, spoken words, hashes of homes. Pure."""

import hmac

from ..kernel.codes import Keyring, derive_digits
from . import policy
from .model import Claim
from .words import WORDS

__all__ = ["delivery_code", "home_key", "spoken_word", "wish_home_keys"]


def delivery_code(keys: Keyring, claim: Claim) -> str:
    """Return the code of a claim, which the resident tells the helper at the door."""
    return derive_digits(
        keys.key("delivery-code", claim.claimed_at),
        claim.id,
        digits=policy.CODE_DIGITS,
    )


def spoken_word(keys: Keyring, claim: Claim) -> str:
    """Return the word of a claim, which the helper says first at the door."""
    key = keys.key("spoken-word", claim.claimed_at)
    mac = hmac.digest(key, claim.id.encode(), "sha256")
    return WORDS[mac[0]]


def home_key(
    keys: Keyring, person_id: str, home: str | None, address: str | None
) -> str:
    """Return the hash by which the home of a resident is counted.

    People behind one door are one home. Without an address each resident counts.
    """
    door = f"{home}|{address}" if home and address else person_id
    return keys.fingerprint("home", door)[:16]


def wish_home_keys(
    keys: Keyring, home: str, address: str | None
) -> tuple[str, ...]:
    """Return the hashes by which a wish knows the home that it is for, the one in force first."""
    door = f"{home}|{address or ''}"
    return tuple(key[:16] for key in keys.fingerprints("wish-home", door))
