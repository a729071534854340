"""The delivery of a claim, with or without the resident's code. Pure."""

from dataclasses import replace

from ..kernel.access import STAFF, Relation
from ..kernel.changes import Changes, Count, Message, Write
from ..kernel.errors import Conflict, Invalid
from . import policy
from .claiming import pick_claim
from .helpers import counted
from .hours import booked
from .model import Claim, ClaimState, Wish, WishMover
from .transitions import freed, row_of, settle, swap, tell, tell_helpers

__all__ = ["code_guess", "deliver"]


def code_guess(wish: Wish, mover: WishMover, claim: Claim) -> Count:
    """Return the counter of tries at the delivery code of a claim.

    It counts by helper, so that releasing and claiming again gives no new tries. Once it is
    full, the delivery can still be noted without a code.
    """
    locked = Conflict(
        "wish.code_locked",
        state=wish.state.value,
        moves=wish.moves(mover.id, mover.relations),
    )
    return policy.CODE_TRIES.count(guessed_by(wish, claim), locked)


def guessed_by(wish: Wish, claim: Claim) -> str:
    """Return the subject of the counter of tries at a claim's code."""
    return f"tries#{wish.id}#{claim.helper}"


def deliver(
    wish: Wish,
    mover: WishMover,
    claim_id: str | None,
    note: str | None,
    code_right: bool | None,
    tried: int = 0,
) -> Changes[Wish]:
    """Note the delivery of one claim. The other claims go on as they are.

    With the right code it is confirmed at once. `code_right` is None without a code; `tried` counts
    the codes that were tried before.
    """
    _check_deliverer(wish, mover, with_code=code_right is not None)
    mine = pick_claim(wish, mover, claim_id)
    if code_right is False:
        return _wrong_guess(wish, mover, mine, tried)
    done = replace(
        mine, state=ClaimState.DELIVERED, delivered_at=mover.now, note=note
    )
    writes: tuple[Write, ...] = freed([mine])
    messages: tuple[Message, ...] = tell(
        wish, "delivered", wish.person_id, claim=mine.id
    )
    if code_right:
        done = booked(wish, done, mover.now, "helper")
        confirmed = counted(mine.helper, active=-1, confirmed=1)
        writes = (code_guess(wish, mover, mine), confirmed)
        messages = tell_helpers(wish, "thanks", [mine])
    return settle(
        wish,
        "deliver",
        mover,
        replace(wish, claims=swap(wish, done)),
        is_enough=True,
        note=note,
        writes=writes,
        messages=messages,
    )


def _check_deliverer(wish: Wish, mover: WishMover, *, with_code: bool) -> None:
    """Refuse those who may not deliver, and the code of staff who filed the wish.

    With the code they would confirm it, too.
    """
    row_of(wish, "deliver", mover)
    is_staff = bool(mover.relations & STAFF)
    if with_code and is_staff and Relation.FILER in mover.relations:
        raise Conflict(
            "wish.confirm_own",
            state=wish.state.value,
            moves=wish.moves(mover.id, mover.relations),
        )


def _wrong_guess(
    wish: Wish, mover: WishMover, claim: Claim, tried: int
) -> Changes[Wish]:
    """Refuse a wrong code, and say how many tries are left. The guess is counted all the same."""
    left = max(0, policy.CODE_TRIES.limit - tried - 1)
    return Changes(
        entity=wish,
        previous=wish,
        writes=(code_guess(wish, mover, claim),),
        refusal=Invalid("wish.code_wrong", ["code"], tries_left=left),
    )
