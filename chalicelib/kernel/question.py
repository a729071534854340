"""Rounds of questions that are asked by SMS, and whether they are still open. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from .changes import Count

__all__ = [
    "ACTED",
    "NO_COMMENT",
    "AnswerComment",
    "AnswerOutcome",
    "AnswerState",
    "QuestionRound",
    "QuestionState",
    "QuestionStatus",
    "acted",
]

ACTED = "acted"  # counts the commits by which an answer was acted on
_ACTED_KEPT = timedelta(days=30)  # longer than a queue can bring a job again


class QuestionState(StrEnum):
    """Whether a person may still answer a round of a question."""

    OPEN = "open"
    ANSWERED = "answered"  # by the person, in the app for example
    OVER = "over"  # nobody waits for the answer any more


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionStatus:
    """The state of a round, and since when it is over."""

    state: QuestionState
    since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionRound:
    """One round of a question to one person.

    `occasion` is the round (`MessageContext`): a delivery of a wish, a solution of a ticket.
    `asked_at` is the instant of the first SMS about it.
    """

    kind: str
    subject: str
    occasion: str
    person_id: str
    asked_at: datetime


class AnswerOutcome(StrEnum):
    """What became of an answer, as its handler returns it."""

    ACTED = "acted"  # or it agrees with what holds already
    LATE = "late"  # nothing could be changed; staff and the sender must know
    # Staff must know. The feature has explained it to the sender.
    EXPLAINED = "explained"
    # Staff must know. The sender has no part in it any more.
    NOT_ALLOWED = "not_allowed"


class AnswerComment(NamedTuple):
    """What an SMS says beside an answer, and the same without personal data."""

    text: str = ""
    shown: str = ""


NO_COMMENT = AnswerComment()


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerState:
    """What is known of an answer when its job runs: a queue may bring a job twice."""

    comment: str = ""  # what the SMS says beside the answer
    has_acted: bool = False


def acted(answer_id: str, now: datetime) -> Count:
    """Return the write that notes, in the commit of a move, that an answer has made it."""
    return Count(
        subject=answer_id, name=ACTED, add=1, expires_at=now + _ACTED_KEPT
    )
