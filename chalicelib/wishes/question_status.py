"""Whether questions about wishes are still open."""

from ..kernel.clock import Clock
from ..kernel.paging import Page, Position, every
from ..kernel.question import QuestionRound, QuestionState, QuestionStatus
from . import notifications
from .model import Wish
from .repository import WishEvent, WishRepository

__all__ = ["WishQuestionStatus"]

_CAME = frozenset({"wish.fulfilled", "wish.disputed"})
_NEEDED = frozenset(
    {
        *("wish.kept", "wish.withdrawn", "wish.edited"),
        *("wish.claimed", "wish.unpublished", "wish.expired"),
    }
)
# The events that end a round. Those of the resident's side answer it in the app.
_ENDING = {
    "wish.delivered": _CAME,
    "wish.unconfirmed": _CAME,
    "wish.expiring": _NEEDED,
}


class WishQuestionStatus:
    """Says whether a resident may still answer a question."""

    def __init__(self, *, repository: WishRepository, clock: Clock) -> None:
        self._repository, self._clock = repository, clock

    def of(self, asked: QuestionRound) -> QuestionStatus:
        """Return the status of a question about one delivery or one listing of a wish."""
        wish = self._repository.find_wish(asked.subject)
        if wish is None or wish.person_id != asked.person_id:
            return QuestionStatus(state=QuestionState.OVER)
        if self._waits(wish, asked):
            return QuestionStatus(state=QuestionState.OPEN)
        return self._ended(wish, asked)

    def _waits(self, wish: Wish, asked: QuestionRound) -> bool:
        same = asked.occasion == notifications.occasion_of(wish, asked.kind)
        now = self._clock.now()
        return same and notifications.is_relevant(wish, asked.kind, None, now)

    def _ended(self, wish: Wish, asked: QuestionRound) -> QuestionStatus:
        """Return how a round ended: by the resident, or who acts for them, or without them."""

        def read(start: Position | None) -> Page[WishEvent]:
            return self._repository.timeline_of(wish.id, start, 100)

        for event in every(read):
            ends = event.tag in _ENDING[asked.kind]
            if not ends or event.at < asked.asked_at:
                continue
            state = QuestionState.OVER
            if event.party == "owner":
                state = QuestionState.ANSWERED
            return QuestionStatus(state=state, since=event.at)
        return QuestionStatus(state=QuestionState.OVER, since=wish.updated_at)
