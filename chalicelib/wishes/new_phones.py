"""Confirmations by a phone that was set after the claim. Pure.

A person who sets a phone for a resident could confirm in their place. So such
an answer does not count, and staff look at the delivery.
"""

from dataclasses import replace
from datetime import datetime

from ..kernel.access import Relation
from ..kernel.changes import Changes
from .model import NEW_PHONE, Claim, ClaimState, Wish, WishMover, WishState
from .transitions import go, tell_staff

__all__ = ["hold_confirmation", "is_newer", "is_unproven"]


def is_newer(phone_since: datetime | None, claim: Claim) -> bool:
    """Say whether a phone was set after a claim."""
    return phone_since is not None and phone_since > claim.claimed_at


def is_unproven(wish: Wish, mover: WishMover) -> bool:
    """Say whether a confirmation by the resident, or for them, does not count."""
    if wish.state is not WishState.DELIVERED:
        return False
    waiting = [
        claim for claim in wish.held if claim.state is ClaimState.DELIVERED
    ]
    return Relation.OWNER in mover.relations and any(
        is_newer(mover.phone_since, claim) for claim in waiting
    )


def hold_confirmation(wish: Wish, mover: WishMover) -> Changes[Wish]:
    """Leave a wish delivered, and put it before staff. Idempotent."""
    if NEW_PHONE in wish.told:
        return Changes(entity=wish, previous=wish)
    return go(
        wish,
        "confirm",
        mover,
        replace(wish, told=(*wish.told, NEW_PHONE)),
        target=WishState.DELIVERED,
        event="wish.confirmation_held",
        messages=tell_staff(wish, "new_phone_staff"),
    )
