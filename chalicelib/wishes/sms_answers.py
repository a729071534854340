"""The moves that an SMS reply to a question makes. Pure."""

from collections.abc import Callable, Mapping

from ..kernel.access import Relation
from ..kernel.changes import Changes
from ..kernel.state_table import AnswerMove
from . import notifications
from .model import ANSWERS, Wish, WishMover
from .resolution import confirm, dispute, withdraw
from .submission import keep

__all__ = ["answer"]


def answer(
    wish: Wish, mover: WishMover, kind: str, *, yes: bool
) -> Changes[Wish]:
    """Make the move of a reply. An outdated question changes nothing."""
    is_relevant = notifications.is_relevant(wish, kind, None, mover.now)
    if Relation.OWNER not in mover.relations or not is_relevant:
        return Changes(entity=wish, previous=wish)
    found = ANSWERS[kind, yes]
    return _ANSWERED[found.move](wish, mover, found)


_ANSWERED: Mapping[
    str, Callable[[Wish, WishMover, AnswerMove], Changes[Wish]]
] = {
    "confirm": lambda wish, mover, found: confirm(wish, mover, None, None),
    "dispute": lambda wish, mover, found: dispute(wish, mover, found.reason),
    "keep": lambda wish, mover, found: keep(wish, mover),
    "withdraw": lambda wish, mover, found: withdraw(wish, mover, found.reason),
}
