"""Messages and questions that wait for a person who may not be reached any more."""

from collections.abc import Iterable
from dataclasses import replace

from ..kernel.clock import Clock
from ..kernel.ended_relations import (
    ACCOUNT_ENDED,
    EndedRelations,
    RelationKind,
)
from ..kernel.paging import Position
from ..people.service import People
from . import decisions
from .model import DeliveryState, MessageAttempt, SuppressionReason
from .questions import Questions
from .repository import MessageRepository

__all__ = ["WaitingMessages"]

_PAGE = 100  # messages looked at in one step
_WAITING = {DeliveryState.HELD, DeliveryState.RETRY}
_REASONS = {
    RelationKind.ERASED: SuppressionReason.ERASED,
    RelationKind.BLOCKED: SuppressionReason.BLOCKED,
    RelationKind.TERMS: SuppressionReason.LEFT,
}


class WaitingMessages:
    """Ends what waits for people whose relations have ended."""

    def __init__(
        self,
        *,
        repository: MessageRepository,
        questions: Questions,
        people: People,
        clock: Clock,
    ) -> None:
        self._repository, self._questions = repository, questions
        self._people, self._clock = people, clock

    def release(self, ended: EndedRelations) -> Position | None:
        """Withdraw the open questions, and suppress the messages that wait; a page in a step."""
        if ended.cursor is None:
            self._withdraw_questions(ended)
        if not ended.kinds & ACCOUNT_ENDED:
            return None
        page = self._repository.messages_to(
            ended.person_id, ended.cursor, _PAGE
        )
        reason = next(
            _REASONS[kind] for kind in _REASONS if kind in ended.kinds
        )
        if RelationKind.ERASED in ended.kinds:
            self._forget_texts(page.items)
        for attempt in page.items:
            if attempt.state in _WAITING and _is_for(attempt, ended.person_id):
                self._suppress(attempt, reason)
        return page.next

    def _forget_texts(self, attempts: Iterable[MessageAttempt]) -> None:
        """Remove the texts of messages to an erased person: they may have words of theirs."""
        for attempt in attempts:
            if attempt.text and attempt.state not in _WAITING:
                self._repository.reclaim(replace(attempt, text=""), attempt)

    def _withdraw_questions(self, ended: EndedRelations) -> None:
        """Withdraw the questions to a person, at each phone that may not answer them any more."""
        holders: Iterable[str] = ended.lost(RelationKind.CONTACT)
        if ended.kinds & ACCOUNT_ENDED:
            holders = (*holders, ended.person_id)
        for holder in self._people.find_many(holders).values():
            if holder.phone:
                self._questions.withdraw(holder.phone, ended.person_id)

    def _suppress(
        self, attempt: MessageAttempt, reason: SuppressionReason
    ) -> None:
        now = self._clock.now()
        suppressed = decisions.suppressed(attempt, now, reason)
        # One that changes meanwhile is being sent, or is settled.
        self._repository.reclaim(suppressed, attempt)


def _is_for(attempt: MessageAttempt, person_id: str) -> bool:
    """Say whether a message is for one person alone; others may share their phone."""
    return attempt.person == person_id and not attempt.others
