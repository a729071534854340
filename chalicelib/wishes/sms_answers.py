"""The moves that an SMS reply to a question makes. Pure."""

from dataclasses import replace

from ..kernel.access import Relation
from ..kernel.changes import Changes
from ..kernel.question import NO_COMMENT, AnswerComment, AnswerOutcome
from ..kernel.state_table import AnswerMove
from . import notifications
from .model import ANSWERS, Wish, WishMover, WishState
from .resolution import confirm, dispute, withdraw
from .submission import keep_for_a_week

__all__ = ["answer", "outcome"]

S = WishState
_BY_SMS = "短信回复："
_TAKEN = {S.CLAIMED, S.DELIVERED, S.FULFILLED}
_ENDED = {S.WITHDRAWN, S.EXPIRED}


def answer(
    wish: Wish,
    mover: WishMover,
    kind: str,
    claim_id: str | None,
    *,
    yes: bool,
    comment: AnswerComment = NO_COMMENT,
) -> Changes[Wish]:
    """Make the move of a reply. An outdated question changes nothing.

    A question about a delivery names its claim: the answer is about that claim only. A comment is
    the reason of the move, or a note of its event.
    """
    is_relevant = notifications.is_relevant(wish, kind, claim_id, mover.now)
    if Relation.OWNER not in mover.relations or not is_relevant:
        return Changes(entity=wish, previous=wish)
    found = ANSWERS[kind, yes]
    if comment.text and found.reason:
        found = replace(found, reason=f"{_BY_SMS}{comment.shown}")
    changes = _moved(wish, mover, found, claim_id)
    # No person wrote the note of a reply without a comment.
    shown, note = found.reason or None, found.reason or None
    if comment.text:
        shown, note = f"{_BY_SMS}{comment.shown}", f"{_BY_SMS}{comment.text}"
    events = tuple(
        replace(event, note=note, shown=shown) for event in changes.events
    )
    return replace(changes, events=events)


def _moved(
    wish: Wish, mover: WishMover, found: AnswerMove, claim_id: str | None
) -> Changes[Wish]:
    match found.move:
        case "confirm":
            return confirm(wish, mover, None, None, claim_id=claim_id)
        case "dispute":
            return dispute(wish, mover, found.reason, claim_id=claim_id)
        case "keep":
            return keep_for_a_week(wish, mover)
        case _:
            return withdraw(wish, mover, found.reason)


def outcome(
    wish: Wish, kind: str, claim_id: str | None, *, yes: bool
) -> AnswerOutcome:
    """Return what became of an answer that changes nothing."""
    if _agrees(wish, kind, claim_id, yes=yes):
        return AnswerOutcome.ACTED
    return AnswerOutcome.LATE


def _agrees(wish: Wish, kind: str, claim_id: str | None, *, yes: bool) -> bool:
    """Say whether an answer agrees with what holds already: that is no news for staff."""
    if kind == "wish.expiring":
        return wish.state in (_TAKEN if yes else _ENDED)
    claim = notifications.claim_of(wish, claim_id)
    if claim is None:
        return False
    return claim.is_confirmed if yes else claim.is_disputed
