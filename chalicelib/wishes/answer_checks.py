"""Answers that staff record for a resident without a phone, and the check of some. Pure."""

from dataclasses import replace

from ..kernel.access import STAFF, Relation
from ..kernel.changes import Changes
from ..kernel.codes import Keyring
from ..kernel.errors import Conflict, Invalid
from . import policy
from .helpers import counted
from .model import Claim, ClaimState, Wish, WishMover, WishState
from .recorded import AnswerProof, RecordedAnswer
from .transitions import (
    go,
    pick,
    row_of,
    settled,
    swap,
    tell_administrators,
    tell_staff,
)

__all__ = ["as_recorder", "check", "is_drawn", "record", "waiting_for"]

S = WishState


def is_drawn(keys: Keyring, wish_id: str) -> bool:
    """Say whether the answer to a wish is checked: one in ten, by a keyed hash of its id.

    Nobody can know that before. The same wish is drawn each time.
    """
    drawn = int(keys.sign("answer-check", wish_id), 16)
    return drawn % policy.CHECKED_ONE_IN == 0


def waiting_for(wish: Wish, mover: WishMover) -> tuple[Claim, ...]:
    """Return the deliveries that a caller may confirm: disputed ones only as staff."""
    if mover.relations & STAFF and wish.state is not S.FULFILLED:
        return (*wish.unanswered, *wish.disputed)
    return wish.unanswered


def record(
    wish: Wish,
    mover: WishMover,
    *,
    claim_id: str | None = None,
    how: AnswerProof,
    upload: str,
    has_phone: bool,
    drawn: bool,
) -> RecordedAnswer:
    """Return the answer that a member of staff records for the resident.

    Raises:
        Invalid: the resident can answer by phone, or there is no delivery to answer about.

    """
    is_staff = bool(mover.relations & STAFF) and mover.id != wish.person_id
    if has_phone or not is_staff or not wish.unanswered:
        raise Invalid("wish.proof_not_taken", ["proof"])
    claim = pick(wish, mover, wish.unanswered, claim_id, "wish.no_delivery")
    check_by = None
    if drawn:
        check_by = mover.now + policy.CHECK_WITHIN
    return RecordedAnswer(
        by=mover.id,
        at=mover.now,
        how=how,
        upload=upload,
        claims=(claim.id,),
        check_by=check_by,
    )


def as_recorder(mover: WishMover) -> WishMover:
    """Return the mover as one who may confirm: the proof replaces the second pair of eyes."""
    return replace(mover, relations=mover.relations - {Relation.FILER})


def check(
    wish: Wish, mover: WishMover, *, right: bool, note: str | None
) -> Changes[Wish]:
    """Note what the resident said about a recorded answer.

    If it is not right, the confirmation is taken back and staff settle it as a dispute.
    """
    row_of(wish, "check", mover)
    answer = wish.answer
    if answer is None or answer.check_by is None:
        moves = wish.moves(mover.id, mover.relations)
        raise Conflict("wish.wrong_state", state=wish.state.value, moves=moves)
    checked = replace(
        answer,
        check_by=None,
        checked_by=mover.id,
        checked_at=mover.now,
        right=right,
    )
    after = replace(wish, answer=checked)
    if right:
        return go(wish, "check", mover, after, note=note)
    return _taken_back(wish, mover, after, note)


def _taken_back(
    wish: Wish, mover: WishMover, after: Wish, note: str | None
) -> Changes[Wish]:
    """Return the end of a confirmation that the resident denies."""
    ids = after.answer.claims if after.answer else ()
    wrong = [
        claim
        for claim in wish.claims
        if claim.id in ids and claim.state is ClaimState.CONFIRMED
    ]
    doubted = [_unconfirmed(claim, mover) for claim in wrong]
    after = replace(
        after,
        claims=swap(wish, *doubted),
        rating=None,
        thanks=None,
        reason=note,
    )
    messages = tell_administrators(wish, "check_failed_staff")
    for claim in wrong:
        messages += tell_staff(wish, "disputed_staff", claim=claim.id)
    target = settled(after, is_enough=False)
    return go(
        wish,
        "check",
        mover,
        after,
        target=target,
        event="wish.check_failed",
        note=note,
        writes=tuple(counted(claim.helper, confirmed=-1) for claim in wrong),
        messages=messages,
    )


def _unconfirmed(claim: Claim, mover: WishMover) -> Claim:
    """Return a claim whose confirmation the resident denies: staff settle it as a dispute."""
    return replace(
        claim,
        state=ClaimState.DELIVERED,
        answered_at=mover.now,
        answered_by=mover.party,
        minutes=0,
        hours_by=None,
        rating=None,
        thanks=None,
    )
