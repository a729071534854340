"""The moves that an SMS reply to a question makes. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from ..kernel.access import Relation
from ..kernel.changes import Changes
from ..kernel.question import NO_COMMENT, AnswerComment, AnswerOutcome
from ..kernel.state_table import AnswerMove
from . import notifications
from .model import ANSWERS, Wish, WishMover, WishState
from .resolution import confirm, dispute, withdraw
from .submission import keep

__all__ = ["answer", "outcome"]

S = WishState
_BY_SMS = "短信回复："
# An answer that agrees with what holds already is no news for staff.
_AGREES: Mapping[tuple[str, bool], frozenset[WishState]] = {
    ("wish.delivered", True): frozenset({S.FULFILLED}),
    ("wish.delivered", False): frozenset({S.DISPUTED}),
    ("wish.unconfirmed", True): frozenset({S.FULFILLED}),
    ("wish.unconfirmed", False): frozenset({S.DISPUTED}),
    ("wish.expiring", True): frozenset({S.CLAIMED, S.DELIVERED, S.FULFILLED}),
    ("wish.expiring", False): frozenset({S.WITHDRAWN, S.EXPIRED}),
}


def answer(
    wish: Wish,
    mover: WishMover,
    kind: str,
    *,
    yes: bool,
    comment: AnswerComment = NO_COMMENT,
) -> Changes[Wish]:
    """Make the move of a reply. An outdated question changes nothing.

    A comment is the reason of the move, or a note of its event.
    """
    is_relevant = notifications.is_relevant(wish, kind, None, mover.now)
    if Relation.OWNER not in mover.relations or not is_relevant:
        return Changes(entity=wish, previous=wish)
    found = ANSWERS[kind, yes]
    if comment.text and found.reason:
        found = replace(found, reason=f"{_BY_SMS}{comment.shown}")
    changes = _ANSWERED[found.move](wish, mover, found)
    # No person wrote the note of a reply without a comment.
    shown, note = found.reason or None, found.reason or None
    if comment.text:
        shown, note = f"{_BY_SMS}{comment.shown}", f"{_BY_SMS}{comment.text}"
    events = tuple(
        replace(event, note=note, shown=shown) for event in changes.events
    )
    return replace(changes, events=events)


def outcome(wish: Wish, kind: str, *, yes: bool) -> AnswerOutcome:
    """Return what became of an answer that changes nothing."""
    if wish.state in _AGREES[kind, yes]:
        return AnswerOutcome.ACTED
    return AnswerOutcome.LATE


_ANSWERED: Mapping[
    str, Callable[[Wish, WishMover, AnswerMove], Changes[Wish]]
] = {
    "confirm": lambda wish, mover, found: confirm(wish, mover, None, None),
    "dispute": lambda wish, mover, found: dispute(wish, mover, found.reason),
    "keep": lambda wish, mover, found: keep(wish, mover),
    "withdraw": lambda wish, mover, found: withdraw(wish, mover, found.reason),
}
