"""The end of a wish and its new start: confirm, dispute, withdraw, reopen. Pure."""

from dataclasses import replace
from datetime import date

from ..kernel.access import Relation
from ..kernel.changes import Changes
from ..kernel.errors import Forbidden
from .delivery import booked
from .helpers import counted
from .model import ClaimState, Wish, WishMover, WishState
from .submission import with_new_day
from .transitions import (
    all_ended,
    go,
    row_of,
    swap,
    tell,
    tell_helpers,
    tell_staff,
)

__all__ = ["confirm", "dispute", "reopen", "withdraw"]

S = WishState


def confirm(
    wish: Wish, mover: WishMover, rating: int | None, thanks: str | None
) -> Changes[Wish]:
    """Confirm the delivery. The resident may still add a rating and thanks later."""
    if Relation.OWNER not in mover.relations and any(
        claim.helper == mover.id for claim in wish.held
    ):
        raise Forbidden("wish.own_delivery")
    waiting = [
        claim for claim in wish.claims if claim.state is ClaimState.DELIVERED
    ]
    thanked = replace(
        wish, rating=rating or wish.rating, thanks=thanks or wish.thanks
    )
    if wish.state is S.FULFILLED:
        # Each helper gets one message, however often it changes.
        added = (rating and not wish.rating) or (thanks and not wish.thanks)
        confirmed = [
            claim
            for claim in wish.claims
            if added and claim.state is ClaimState.CONFIRMED
        ]
        return go(
            wish,
            "confirm",
            mover,
            thanked,
            messages=tell_helpers(wish, "thanked", confirmed),
        )
    messages = tell_helpers(wish, "thanks", waiting)
    claims = swap(wish, *(booked(claim) for claim in waiting))
    return go(
        wish,
        "confirm",
        mover,
        replace(thanked, claims=claims, told=()),
        writes=tuple(counted(claim.helper, confirmed=1) for claim in waiting),
        messages=messages,
    )


def dispute(wish: Wish, mover: WishMover, reason: str) -> Changes[Wish]:
    """Dispute the delivery; staff look into it."""
    messages = tell_staff(wish, "disputed_staff")
    after = replace(wish, reason=reason, disputed_at=mover.now, told=())
    return go(wish, "dispute", mover, after, note=reason, messages=messages)


def withdraw(wish: Wish, mover: WishMover, reason: str | None) -> Changes[Wish]:
    """Withdraw a wish; its helpers get a message at once."""
    ended = all_ended(wish, "withdrawn")
    after = replace(wish, claims=ended.claims)
    return go(
        wish,
        "withdraw",
        mover,
        after,
        note=reason,
        writes=ended.writes,
        messages=ended.messages,
    )


def reopen(
    wish: Wish,
    mover: WishMover,
    reason: str | None,
    needed_by: date | None = None,
) -> Changes[Wish]:
    """Start a wish again: after a dispute on the wall, otherwise with staff.

    Raises:
        Invalid: its day has passed, and `needed_by` names no other.

    """
    row_of(wish, "reopen", mover)
    anew = with_new_day(wish, needed_by, mover.now)
    if wish.state is not S.DISPUTED:
        after = replace(anew, submitted_at=mover.now, reason=None, told=())
        return go(wish, "reopen", mover, after, note=reason)
    delivered = [
        claim for claim in wish.held if claim.state is ClaimState.DELIVERED
    ]
    again = [replace(claim, state=ClaimState.RELEASED) for claim in delivered]
    claims = swap(
        wish, *again
    )  # what was confirmed at the door stays confirmed
    after = replace(
        anew, claims=claims, listed_at=mover.now, delivered_at=None, told=()
    )
    return go(
        wish,
        "reopen",
        mover,
        after,
        note=reason,
        messages=tell(wish, "reopened", wish.person_id)
        + tell_helpers(wish, "claim_ended", delivered),
    )
