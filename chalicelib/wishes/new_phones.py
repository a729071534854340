"""Confirmations by a phone that was set after the claim. Pure.

A person who sets a phone for a resident could confirm in their place. So such
an answer does not count, and staff look at the delivery.
"""

from dataclasses import replace
from datetime import datetime

from ..kernel.access import Relation
from ..kernel.changes import Changes
from .claims import NEW_PHONE, Claim
from .model import Wish, WishMover
from .transitions import go, swap, tell_staff

__all__ = ["hold_confirmation", "is_newer", "is_unproven"]


def is_newer(phone_since: datetime | None, claim: Claim) -> bool:
    """Say whether a phone was set after a claim."""
    return phone_since is not None and phone_since > claim.claimed_at


def is_unproven(claim: Claim, mover: WishMover) -> bool:
    """Say whether the resident's confirmation of a claim, or one for them, does not count."""
    is_owner = Relation.OWNER in mover.relations
    return (
        is_owner and claim.is_unanswered and is_newer(mover.phone_since, claim)
    )


def hold_confirmation(
    wish: Wish, claim: Claim, mover: WishMover
) -> Changes[Wish]:
    """Leave a claim unanswered, and put it before staff. Idempotent."""
    if NEW_PHONE in claim.told:
        return Changes(entity=wish, previous=wish)
    held = replace(claim, told=(*claim.told, NEW_PHONE))
    return go(
        wish,
        "confirm",
        mover,
        replace(wish, claims=swap(wish, held)),
        target=wish.state,
        event="wish.confirmation_held",
        messages=tell_staff(wish, "new_phone_staff", claim=claim.id),
    )
