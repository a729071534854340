"""The end of a wish and its new start: confirm, dispute, withdraw, reopen. Pure."""

from dataclasses import replace
from datetime import date

from ..kernel.changes import Changes
from .delivery import booked
from .helpers import counted
from .model import ClaimState, RecordedAnswer, Wish, WishMover, WishState
from .new_phones import hold_confirmation, is_unproven
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
    wish: Wish,
    mover: WishMover,
    rating: int | None,
    thanks: str | None,
    answer: RecordedAnswer | None = None,
) -> Changes[Wish]:
    """Confirm the delivery. The resident may still add a rating and thanks later.

    A phone that was set after the claim confirms nothing. `answer` is what staff recorded with a
    proof for a resident without a phone.
    """
    if is_unproven(wish, mover):
        return hold_confirmation(wish, mover)
    waiting = [
        claim for claim in wish.claims if claim.state is ClaimState.DELIVERED
    ]
    thanked = replace(
        wish, rating=rating or wish.rating, thanks=thanks or wish.thanks
    )
    if wish.state is S.FULFILLED:
        return _thanked(wish, mover, thanked)
    messages = tell_helpers(wish, "thanks", waiting)
    claims = swap(wish, *(booked(claim) for claim in waiting))
    return go(
        wish,
        "confirm",
        mover,
        _with_answer(replace(thanked, claims=claims, told=()), answer),
        writes=tuple(counted(claim.helper, confirmed=1) for claim in waiting),
        messages=messages,
    )


def _thanked(wish: Wish, mover: WishMover, after: Wish) -> Changes[Wish]:
    """Take a later rating or thanks. Each helper gets one message, however often it changes."""
    rated = after.rating and not wish.rating
    confirmed = [
        claim for claim in wish.claims if claim.state is ClaimState.CONFIRMED
    ]
    if not (rated or (after.thanks and not wish.thanks)):
        confirmed = []
    messages = tell_helpers(wish, "thanked", confirmed)
    return go(wish, "confirm", mover, after, messages=messages)


def _with_answer(wish: Wish, answer: RecordedAnswer | None) -> Wish:
    if answer is None:
        return wish
    return replace(wish, answer=answer, proofs=(*wish.proofs, answer.upload))


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
