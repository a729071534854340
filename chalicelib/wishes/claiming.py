"""A helper's claim on a wish: claim, visit, release. Pure."""

from dataclasses import replace
from datetime import datetime

from ..kernel.access import STAFF, Relation
from ..kernel.changes import Changes, Put, Write
from ..kernel.errors import Conflict, Forbidden, Invalid, Refusal
from .helpers import Helper, HelperRecords
from .model import (
    PUBLIC_STATES,
    Claim,
    ClaimPointer,
    ClaimState,
    Wish,
    WishMover,
    WishState,
    is_alone,
)
from .transitions import freed, go, row_of, swap, tell, tell_helpers, tell_staff

__all__ = ["claim", "note_visit", "pick_claim", "refusal_of", "release"]

S = WishState


def claim(
    wish: Wish, mover: WishMover, *, claim_id: str, helper: Helper, home: str
) -> Changes[Wish]:
    """Claim one place on a wish. `home` is the keyed hash of the resident's home.

    Raises:
        Conflict: no place is left, or the volunteer has claimed it already or too often, or has
            no capacity left.
        Forbidden: the wish is the volunteer's own, staff do not know the volunteer well enough
            for it, or the volunteer has paused.
        TooMany: the volunteer was shown too many homes.

    """
    _check_place(wish, mover)
    if Relation.OWNER in mover.relations:
        raise Forbidden("wish.own")
    if refusal := refusal_of(wish, helper, mover.now):
        raise refusal
    if wish.taken_too_often(mover.id, helper.records.given_back_ids):
        raise conflict(wish, mover, "wish.claimed_too_often")
    row_of(wish, "claim", mover)
    helper.check_room(home, mover.now)
    mine = Claim(id=claim_id, helper=mover.id, claimed_at=mover.now)
    messages = tell(wish, "claimed", wish.person_id, claim=claim_id) + tell(
        wish, "yours", mover.id, claim=claim_id
    )
    records = helper.records.with_claim(home, mover.now)
    return go(
        wish,
        "claim",
        mover,
        replace(wish, claims=(*_claims_kept(wish), mine), told=()),
        target=S.CLAIMED if wish.places_left == 1 else S.OPEN,
        writes=(Put(row=_pointer(wish, mine)), *records),
        messages=messages,
    )


def _pointer(wish: Wish, claim: Claim) -> ClaimPointer:
    return ClaimPointer(
        wish_id=wish.id,
        id=claim.id,
        helper=claim.helper,
        claimed_at=claim.claimed_at,
        place=wish.community,
    )


def refusal_of(wish: Wish, helper: Helper, now: datetime) -> Refusal | None:
    """Return why a volunteer may not claim a wish, apart from their room, or None."""
    if helper.refusal:
        return helper.refusal
    if helper.is_unreliable(now):
        return Forbidden("volunteer.paused_by_staff")
    unknown = is_alone(wish) and not helper.is_known
    if unknown or (wish.vetting_required and not helper.is_safeguarding):
        return Forbidden("wish.vetting_required")
    return Forbidden("volunteer.paused") if helper.paused else None


def _check_place(wish: Wish, mover: WishMover) -> None:
    """Refuse a claim with Conflict if the volunteer has one, or no place is left."""
    if any(held.helper == mover.id for held in wish.held):
        moves = wish.moves(mover.id, mover.relations)
        raise Conflict("wish.already_helping", moves=moves)
    if wish.state in PUBLIC_STATES and wish.places_left == 0:
        raise conflict(wish, mover, "wish.already_claimed")


def conflict(wish: Wish, mover: WishMover, code: str) -> Conflict:
    """Return the refusal of a move, with the state and the moves that are available."""
    moves = wish.moves(mover.id, mover.relations)
    return Conflict(code, state=wish.state.value, moves=moves)


def _claims_kept(wish: Wish) -> tuple[Claim, ...]:
    """Return the claims to keep in the wish: of the ended ones only the latest ten."""
    ended = [
        claim for claim in wish.claims if claim.state is ClaimState.RELEASED
    ][-10:]
    return tuple(
        claim for claim in wish.claims if claim in wish.held or claim in ended
    )


def pick_claim(wish: Wish, mover: WishMover, claim_id: str | None) -> Claim:
    """Return the active claim that is meant: the helper's own; for staff the named or only one."""
    staff = bool(mover.relations & STAFF)
    if claim_id:
        found = [
            c
            for c in wish.active
            if c.id == claim_id and (staff or c.helper == mover.id)
        ]
    else:
        found = [c for c in wish.active if c.helper == mover.id] or (
            list(wish.active) if staff else []
        )
    if not found and claim_id:
        raise Invalid("wish.claim_unknown", ["claim"])
    if not found:
        raise Conflict(
            "wish.no_active_claim",
            state=wish.state.value,
            moves=wish.moves(mover.id, mover.relations),
        )
    if len(found) > 1:
        raise Invalid("wish.claim_ambiguous", ["claim"])
    return found[0]


def release(
    wish: Wish,
    mover: WishMover,
    claim_id: str | None,
    reason: str,
    records: HelperRecords | None = None,
) -> Changes[Wish]:
    """Give a claim back. The wish is on the wall again with its age kept; staff get a message.

    `records` are those of a helper who gives their own claim back. It is noted in them.
    """
    row_of(wish, "release", mover)
    mine = pick_claim(wish, mover, claim_id)
    messages = tell(wish, "released", wish.person_id) + tell_staff(
        wish, "released_staff", claim=mine.id
    )
    if mine.helper != mover.id:
        messages += tell_helpers(wish, "claim_ended", [mine])
    writes: tuple[Write, ...] = freed([mine])
    if records:
        writes = records.with_claim_given_back(mine.id, mover.now)
    after = replace(
        wish,
        claims=swap(wish, replace(mine, state=ClaimState.RELEASED)),
        listed_at=mover.now,
        told=(),
    )
    return go(
        wish,
        "release",
        mover,
        after,
        note=reason,
        writes=writes,
        messages=messages,
    )


def note_visit(
    wish: Wish, mover: WishMover, move: str, claim_id: str | None
) -> Changes[Wish]:
    """Note the beginning (``check-in``) or the end (``check-out``) of a visit."""
    row_of(wish, move, mover)
    mine = pick_claim(wish, mover, claim_id)
    if move == "check-out" and mine.checked_in_at is None:
        raise Conflict(
            "wish.not_checked_in",
            state=wish.state.value,
            moves=wish.moves(mover.id, mover.relations),
        )
    if move == "check-in":
        marked = replace(mine, checked_in_at=mover.now, checked_out_at=None)
    else:
        marked = replace(mine, checked_out_at=mover.now)
    return go(wish, move, mover, replace(wish, claims=swap(wish, marked)))
