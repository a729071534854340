"""Whether questions about wishes are still open."""

from ..kernel.clock import Clock
from ..kernel.paging import Page, Position, every
from ..kernel.question import QuestionRound, QuestionState, QuestionStatus
from . import notifications
from .model import Wish
from .repository import WishEvent, WishRepository

__all__ = ["WishQuestionStatus"]

# The events after which nobody asks whether a wish is still needed. Those of the resident's side
# answer it in the app.
_ENDING = frozenset(
    {
        *("wish.kept", "wish.withdrawn", "wish.edited"),
        *("wish.claimed", "wish.unpublished", "wish.expired"),
    }
)


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
        about = notifications.claim_asked_about(asked.kind, asked.occasion)
        occasion = notifications.occasion_of(wish, asked.kind, about)
        now = self._clock.now()
        return asked.occasion == occasion and notifications.is_relevant(
            wish, asked.kind, about, now
        )

    def _ended(self, wish: Wish, asked: QuestionRound) -> QuestionStatus:
        """Return how a round ended: by the resident, or who acts for them, or without them."""
        about = notifications.claim_asked_about(asked.kind, asked.occasion)
        if about is not None:
            return _of_delivery(wish, about)

        def read(start: Position | None) -> Page[WishEvent]:
            return self._repository.timeline_of(wish.id, start, 100)

        for event in every(read):
            if event.tag not in _ENDING or event.at < asked.asked_at:
                continue
            state = QuestionState.OVER
            if event.party == "owner":
                state = QuestionState.ANSWERED
            return QuestionStatus(state=state, since=event.at)
        return QuestionStatus(state=QuestionState.OVER, since=wish.updated_at)


def _of_delivery(wish: Wish, claim_id: str) -> QuestionStatus:
    """Return how the question about the delivery of a claim ended."""
    claim = notifications.claim_of(wish, claim_id)
    if claim is None or claim.answered_at is None:
        return QuestionStatus(state=QuestionState.OVER, since=wish.updated_at)
    state = QuestionState.OVER
    if claim.answered_by == "owner":
        state = QuestionState.ANSWERED
    return QuestionStatus(state=state, since=claim.answered_at)
