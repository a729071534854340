"""Whether questions about wishes are still open."""

from ..kernel.clock import Clock
from ..kernel.paging import Page, Position, every
from ..kernel.question import QuestionRound, QuestionState, QuestionStatus
from . import notifications
from .model import Wish
from .repository import WishEvent, WishRepository

__all__ = ["WishQuestionStatus"]

_CAME = frozenset({"wish.fulfilled", "wish.disputed"})
_NEEDED = frozenset({"wish.kept", "wish.withdrawn", "wish.edited"})
# The events by which the resident's side answers a question in the app.
_ANSWERING = {
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
        state = QuestionState.OVER
        if self._was_answered(wish, asked):
            state = QuestionState.ANSWERED
        return QuestionStatus(state=state, since=wish.updated_at)

    def _waits(self, wish: Wish, asked: QuestionRound) -> bool:
        same = asked.occasion == notifications.occasion_of(wish, asked.kind)
        now = self._clock.now()
        return same and notifications.is_relevant(wish, asked.kind, None, now)

    def _was_answered(self, wish: Wish, asked: QuestionRound) -> bool:
        """Say whether the resident, or who acts for them, has answered since they were asked."""

        def read(start: Position | None) -> Page[WishEvent]:
            return self._repository.timeline_of(wish.id, start, 100)

        return any(
            event.party == "owner"
            and event.at >= asked.asked_at
            and event.tag in _ANSWERING[asked.kind]
            for event in every(read)
        )
