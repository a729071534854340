"""A helper's claim on a wish: claim, visit, release. Pure."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from ..kernel.access import STAFF, Relation
from ..kernel.changes import Changes, Message, Put, Write
from ..kernel.errors import Conflict, Forbidden, Refusal
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
from .transitions import (
    freed,
    go,
    pick,
    released,
    row_of,
    settle,
    swap,
    tell,
    tell_helpers,
    tell_staff,
)

__all__ = [
    "claim",
    "give_place_back",
    "pick_claim",
    "refusal_of",
    "release",
]

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
        replace(
            wish,
            claims=(*_claims_kept(wish), mine),
            told=(),
            approved_at=None,  # its message is not sent any more, and a row below 1 KB costs half
        ),
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
    own = [claim for claim in wish.active if claim.helper == mover.id]
    chosen = own
    if mover.relations & STAFF and (claim_id or not own):
        chosen = list(wish.active)
    return pick(wish, mover, chosen, claim_id, "wish.no_active_claim")


def release(
    wish: Wish,
    mover: WishMover,
    claim_id: str | None,
    reason: str,
    records: HelperRecords | None = None,
) -> Changes[Wish]:
    """Give a claim back. Its place is on the wall again with the age of the wish kept.

    Staff get a message. `records` are those of a helper who gives their own claim back. It is
    noted in them.
    """
    row_of(wish, "release", mover)
    mine = pick_claim(wish, mover, claim_id)
    messages: tuple[Message, ...] = ()
    if mine.helper != mover.id:
        messages = tell_helpers(wish, "claim_ended", [mine])
    writes: tuple[Write, ...] = freed([mine])
    if records:
        writes = records.with_claim_given_back(mine.id, mover.now)
    return give_place_back(
        wish,
        mover,
        "release",
        [mine],
        note=reason,
        writes=writes,
        messages=messages,
    )


def give_place_back(
    wish: Wish,
    mover: WishMover,
    move: str,
    claims: Sequence[Claim],
    *,
    note: str,
    writes: tuple[Write, ...],
    messages: tuple[Message, ...] = (),
) -> Changes[Wish]:
    """Release claims, and tell the resident and staff. Other claims go on."""
    after = replace(
        wish,
        claims=swap(wish, *map(released, claims)),
        listed_at=mover.now,
        told=(),
    )
    about = claims[0].id
    messages = (
        *tell(wish, "released", wish.person_id, claim=about),
        *tell_staff(wish, "released_staff", claim=about),
        *messages,
    )
    return settle(
        wish,
        move,
        mover,
        after,
        note=note,
        writes=writes,
        messages=messages,
    )
