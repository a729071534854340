"""The hours of a claim: the visit, what is booked for it, and longer stays. Pure."""

from dataclasses import replace
from datetime import datetime, timedelta

from ..kernel.changes import Changes
from ..kernel.errors import Conflict, Invalid
from . import policy
from .claims import Claim
from .model import VisitWindow, Wish, WishMover
from .states import ClaimState
from .transitions import go, pick, row_of, swap, tell_helpers

__all__ = ["booked", "cap_of", "note_visit", "settle_hours", "stay_of"]

_MINUTE = timedelta(minutes=1)


def note_visit(
    wish: Wish, mover: WishMover, move: str, claim: Claim
) -> Changes[Wish]:
    """Note the beginning (``check-in``) or the end (``check-out``) of a visit, each once.

    Raises:
        Conflict: it was noted already, or there was no check-in.

    """
    row_of(wish, move, mover)
    if move == "check-in":
        if claim.checked_in_at:
            raise conflict(wish, mover, "wish.already_checked_in")
        marked = replace(claim, checked_in_at=mover.now)
    else:
        if claim.checked_in_at is None:
            raise conflict(wish, mover, "wish.not_checked_in")
        if claim.checked_out_at:
            raise conflict(wish, mover, "wish.already_checked_out")
        marked = replace(claim, checked_out_at=mover.now)
    after = replace(wish, claims=swap(wish, marked))
    return go(wish, move, mover, after, target=wish.state)


def conflict(wish: Wish, mover: WishMover, code: str) -> Conflict:
    moves = wish.moves(mover.id, mover.relations)
    return Conflict(code, state=wish.state.value, moves=moves)


def stay_of(claim: Claim) -> int:
    """Return the measured time of a claim in minutes, in whole steps; 0 if it was not measured."""
    if claim.checked_in_at is None or claim.checked_out_at is None:
        return 0
    spent = claim.checked_out_at - claim.checked_in_at
    steps = -(-spent // (policy.HOURS_STEP * _MINUTE))
    return max(1, steps) * policy.HOURS_STEP


def cap_of(wish: Wish, claim: Claim) -> int:
    """Return the most minutes that are booked for a measured stay without staff."""
    if not wish.window:
        return policy.HOURS_MAX
    return min(
        _length_of(wish.window, claim) + policy.HOURS_OVER, policy.HOURS_MAX
    )


def booked(wish: Wish, claim: Claim, now: datetime, answered_by: str) -> Claim:
    """Return a claim as confirmed, with its time booked up to the cap.

    Without a check-out an hour is booked, or the window where that is shorter. Staff settle a
    longer stay later.
    """
    confirmed = replace(
        claim,
        state=ClaimState.CONFIRMED,
        answered_at=now,
        answered_by=answered_by,
    )
    stay, cap = stay_of(claim), cap_of(wish, claim)
    if stay > cap:
        settle_by = now + policy.SETTLE_HOURS_WITHIN
        return replace(confirmed, minutes=cap, hours_by=settle_by)
    return replace(confirmed, minutes=stay or _unmeasured(wish, claim))


def _unmeasured(wish: Wish, claim: Claim) -> int:
    if not wish.window:
        return policy.HOURS_DEFAULT
    return min(policy.HOURS_DEFAULT, _length_of(wish.window, claim))


def _length_of(windows: tuple[VisitWindow, ...], claim: Claim) -> int:
    """Return the length of the appointment in minutes: the window nearest to the visit."""
    came_at = claim.checked_in_at or claim.delivered_at or claim.claimed_at

    def distance(slot: VisitWindow) -> timedelta:
        return max(slot.start - came_at, came_at - slot.end, timedelta())

    nearest = min(windows, key=distance)
    return (nearest.end - nearest.start) // _MINUTE


def settle_hours(
    wish: Wish,
    mover: WishMover,
    claim_id: str | None,
    minutes: int,
    reason: str,
) -> Changes[Wish]:
    """Book the hours of a stay that was longer than its cap.

    Raises:
        Invalid: the claim is not one of these, or more is booked than the stay.

    """
    row_of(wish, "settle-hours", mover)
    waiting = [claim for claim in wish.claims if claim.hours_by]
    claim = pick(wish, mover, waiting, claim_id, "wish.no_hours_to_settle")
    if minutes > stay_of(claim):
        raise Invalid("wish.hours_above_stay", ["minutes"], stay=stay_of(claim))
    settled = replace(claim, minutes=minutes, hours_by=None)
    return go(
        wish,
        "settle-hours",
        mover,
        replace(wish, claims=swap(wish, settled)),
        target=wish.state,
        note=reason,
        messages=tell_helpers(wish, "hours_settled", [settled]),
    )
