"""The delivery of a wish, with or without the resident's code. Pure."""

from dataclasses import replace

from ..kernel.access import STAFF, Relation
from ..kernel.changes import Changes, Count, Message, Write
from ..kernel.errors import Conflict, Invalid
from . import policy
from .claiming import pick_claim
from .helpers import counted
from .model import Claim, ClaimState, Wish, WishMover, WishState
from .transitions import freed, go, row_of, swap, tell, tell_helpers

__all__ = ["booked", "code_guess", "deliver"]

S = WishState


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
    return policy.CODE_TRIES.count(f"tries#{wish.id}#{claim.helper}", locked)


def deliver(
    wish: Wish,
    mover: WishMover,
    claim_id: str | None,
    note: str | None,
    code_right: bool | None,
) -> Changes[Wish]:
    """Note a delivery.

    With the right code it is confirmed at once. `code_right` is None without a code.
    """
    _check_deliverer(wish, mover, with_code=code_right is not None)
    mine = pick_claim(wish, mover, claim_id)
    if code_right is False:
        return _wrong_guess(wish, mover, mine)
    done = replace(
        mine, state=ClaimState.DELIVERED, delivered_at=mover.now, note=note
    )
    if code_right:
        done = booked(done)
    after = replace(wish, claims=swap(wish, done))
    target = _after_delivery(after)
    if target is not S.CLAIMED:
        after = replace(after, told=(), delivered_at=mover.now)
    writes: tuple[Write, ...] = freed([mine])
    if code_right:
        confirmed = counted(mine.helper, active=-1, confirmed=1)
        writes = (code_guess(wish, mover, mine), confirmed)
    delivered = go(
        wish,
        "deliver",
        mover,
        after,
        target=target,
        note=note,
        writes=writes,
        messages=_messages_about(wish, mine, target, code_right),
    )
    if target is S.FULFILLED:
        return _with_fulfilment(delivered, wish, mover)
    return delivered


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


def _with_fulfilment(
    delivered: Changes[Wish], wish: Wish, mover: WishMover
) -> Changes[Wish]:
    """Add the event that the delivery has fulfilled the wish."""
    fulfilled = go(
        wish, "deliver", mover, target=S.FULFILLED, event="wish.fulfilled"
    )
    return replace(delivered, events=(*delivered.events, *fulfilled.events))


def _wrong_guess(wish: Wish, mover: WishMover, claim: Claim) -> Changes[Wish]:
    """Refuse a wrong code. The guess is counted all the same."""
    return Changes(
        entity=wish,
        previous=wish,
        writes=(code_guess(wish, mover, claim),),
        refusal=Invalid("wish.code_wrong", ["code"]),
    )


def _messages_about(
    wish: Wish, claim: Claim, target: WishState, code_right: bool | None
) -> tuple[Message, ...]:
    messages: tuple[Message, ...] = ()
    if code_right:
        messages += tell_helpers(wish, "thanks", [claim])
    if target is S.DELIVERED:  # before, the resident could not confirm
        messages += tell(wish, "delivered", wish.person_id)
    return messages


def _after_delivery(wish: Wish) -> WishState:
    """Return the state of a wish once one of its claims was delivered."""
    if wish.active or wish.places_left:
        return S.CLAIMED
    confirmed = all(claim.state is ClaimState.CONFIRMED for claim in wish.held)
    return S.FULFILLED if confirmed else S.DELIVERED


def booked(claim: Claim) -> Claim:
    """Return the claim as confirmed, with its time booked."""
    minutes = policy.HOURS_DEFAULT
    if claim.checked_in_at and claim.checked_out_at:
        spent = (
            claim.checked_out_at - claim.checked_in_at
        ).total_seconds() / 60
        minutes = max(1, -int(-spent // policy.HOURS_STEP)) * policy.HOURS_STEP
    return replace(claim, state=ClaimState.CONFIRMED, minutes=minutes)
