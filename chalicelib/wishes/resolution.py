"""The answer to a delivery, the end of a wish, and its new start. Pure."""

from dataclasses import replace
from datetime import date

from ..kernel.changes import Changes, Message
from .answer_checks import waiting_for
from .helpers import counted
from .hours import booked
from .model import (
    Claim,
    RecordedAnswer,
    VisitWindow,
    Wish,
    WishMover,
    WishState,
)
from .new_phones import hold_confirmation, is_unproven
from .submission import with_new_day
from .transitions import (
    FULFILLED,
    all_ended,
    go,
    pick,
    released,
    row_of,
    settle,
    settled,
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
    *,
    claim_id: str | None = None,
) -> Changes[Wish]:
    """Confirm the delivery of one claim. Its resident may still add a rating and thanks later.

    Where no delivery waits for an answer, the owner says that those who came are enough. A phone
    that was set after the claim confirms nothing. `answer` is what staff recorded with a proof for
    a resident without a phone.
    """
    row_of(wish, "confirm", mover)
    if wish.state is S.FULFILLED:
        return _thanked(wish, mover, claim_id, rating, thanks)
    waiting = waiting_for(wish, mover)
    if not waiting and not claim_id and wish.is_enough:
        return _enough(wish, mover)
    claim = pick(wish, mover, waiting, claim_id, "wish.no_delivery")
    if is_unproven(claim, mover):
        return hold_confirmation(wish, claim, mover)
    done = replace(
        booked(wish, claim, mover.now, mover.party),
        rating=rating,
        thanks=thanks,
    )
    return _confirmed(_with_answer(wish, answer), mover, done, wish)


def _confirmed(
    wish: Wish, mover: WishMover, claim: Claim, before: Wish
) -> Changes[Wish]:
    """Return a wish with one claim confirmed, its rating and thanks included."""
    after = replace(
        wish,
        claims=swap(wish, claim),
        rating=claim.rating or wish.rating,
        thanks=claim.thanks or wish.thanks,
    )
    return settle(
        before,
        "confirm",
        mover,
        after,
        is_enough=True,
        event=_event_of(after),
        writes=(counted(claim.helper, confirmed=1),),
        messages=tell_helpers(wish, "thanks", [claim]),
    )


def _event_of(after: Wish) -> str:
    is_fulfilled = settled(after, is_enough=True) is S.FULFILLED
    return FULFILLED if is_fulfilled else "wish.confirmed"


def _enough(wish: Wish, mover: WishMover) -> Changes[Wish]:
    """Return a wish whose owner does without further helpers."""
    return settle(wish, "confirm", mover, wish, is_enough=True, event=FULFILLED)


def _thanked(
    wish: Wish,
    mover: WishMover,
    claim_id: str | None,
    rating: int | None,
    thanks: str | None,
) -> Changes[Wish]:
    """Take a later rating or thanks: for one helper, or without a claim for all.

    Each helper gets one message, however often it changes.
    """
    meant = list(wish.confirmed)
    if claim_id:
        meant = [pick(wish, mover, meant, claim_id, "wish.no_delivery")]
    changed, told = list[Claim](), list[Claim]()
    for claim in meant:
        is_rated = bool(rating) and not (claim.rating or wish.rating)
        is_thanked = bool(thanks) and not (claim.thanks or wish.thanks)
        if is_rated or is_thanked:
            told.append(claim)
        words = thanks or claim.thanks
        changed.append(
            replace(claim, rating=rating or claim.rating, thanks=words)
        )
    after = replace(
        wish,
        claims=swap(wish, *changed),
        rating=rating or wish.rating,
        thanks=thanks or wish.thanks,
    )
    messages = tell_helpers(wish, "thanked", told)
    return go(wish, "confirm", mover, after, messages=messages)


def _with_answer(wish: Wish, answer: RecordedAnswer | None) -> Wish:
    if answer is None:
        return wish
    proofs = (*wish.proofs, answer.upload)
    return replace(wish, answer=answer.after(wish.answer), proofs=proofs)


def dispute(
    wish: Wish, mover: WishMover, reason: str, *, claim_id: str | None = None
) -> Changes[Wish]:
    """Dispute the delivery of one claim; staff look into it."""
    row_of(wish, "dispute", mover)
    claim = pick(wish, mover, wish.unanswered, claim_id, "wish.no_delivery")
    disputed = replace(claim, answered_at=mover.now, answered_by=mover.party)
    after = replace(wish, claims=swap(wish, disputed), reason=reason)
    return settle(
        wish,
        "dispute",
        mover,
        after,
        note=reason,
        messages=tell_staff(wish, "disputed_staff", claim=claim.id),
    )


def withdraw(wish: Wish, mover: WishMover, reason: str | None) -> Changes[Wish]:
    """Withdraw a wish; its active helpers get a message at once.

    What was delivered stays: it waits for its answer, and what was confirmed has fulfilled the
    wish.
    """
    row_of(wish, "withdraw", mover)
    ended = all_ended(wish, "withdrawn")
    after = replace(wish, claims=ended.claims)
    target = S.WITHDRAWN
    if after.held:
        after = replace(after, places_closed=True)
        target = settled(after, is_enough=True)
    return go(
        wish,
        "withdraw",
        mover,
        after,
        target=target,
        note=reason,
        writes=ended.writes,
        messages=ended.messages,
    )


def reopen(
    wish: Wish,
    mover: WishMover,
    reason: str | None,
    needed_by: date | None = None,
    *,
    window: tuple[VisitWindow, ...] | None = None,
    claim_id: str | None = None,
) -> Changes[Wish]:
    """Start a wish again: after a dispute about a claim on the wall, otherwise with staff.

    Raises:
        Invalid: its day has passed, and `needed_by` names no other.

    """
    row_of(wish, "reopen", mover)
    anew = with_new_day(wish, needed_by, mover.now, window)
    if not wish.is_listed:
        after = replace(anew, submitted_at=mover.now, reason=None, told=())
        return go(wish, "reopen", mover, after, note=reason)
    claim = pick(wish, mover, wish.disputed, claim_id, "wish.no_delivery")
    # The other claims stay: what was confirmed at the door stays confirmed.
    after = replace(
        anew,
        claims=swap(anew, released(claim)),
        listed_at=mover.now,
        places_closed=False,
        told=(),
    )
    messages: tuple[Message, ...] = tell(
        wish, "reopened", wish.person_id
    ) + tell_helpers(wish, "claim_ended", [claim])
    return settle(wish, "reopen", mover, after, note=reason, messages=messages)
