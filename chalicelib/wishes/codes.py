"""The delivery codes of claims. Pure."""

from ..kernel.codes import Keyring, derive_digits
from . import policy
from .model import Claim

__all__ = ["delivery_code"]


def delivery_code(keys: Keyring, claim: Claim) -> str:
    """Return the code of a claim, which the resident tells the helper at the door."""
    return derive_digits(
        keys.key("delivery-code", claim.claimed_at),
        claim.id,
        digits=policy.CODE_DIGITS,
    )
