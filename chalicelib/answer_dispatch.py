"""Answers by SMS: the feature of the question acts, or staff see that nothing has changed."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from .feature import Bound, Feature, Get
from .kernel.errors import Busy, Refusal
from .kernel.job import Answer
from .kernel.question import AnswerOutcome, AnswerState

__all__ = ["AnswerDispatcher", "Unhandled"]


class Unhandled(Exception):
    """No feature declares a handler for a job. The job is retried and then parked."""


class AnswerDispatcher:
    """Runs the jobs of answers."""

    def __init__(self, get: Get) -> None:
        self._get = get
        self._handlers: dict[str, Bound] = {}
        self._checks: list[Bound] = []
        self._state: Bound | None = None
        self._late: Bound | None = None

    def add(self, feature: Feature[Any]) -> None:
        """Add the handlers that a feature declares."""
        for kind, handler in feature.answers.items():
            if kind in self._handlers:
                raise ValueError(
                    f"{feature.name} declares {kind} a second time"
                )
            self._handlers[kind] = handler
        if feature.answer_check:
            self._checks.append(feature.answer_check)
        self._state = feature.answer_state or self._state
        self._late = feature.late_answers or self._late

    def run(self, answer: Answer) -> None:
        """Have the feature act on an answer. One that changes nothing is kept for staff."""
        outcome = self._outcome(answer)
        if outcome is not AnswerOutcome.ACTED and self._late:
            provider, keep = self._late
            keep(self._get(provider), answer, outcome)

    def _outcome(self, answer: Answer) -> AnswerOutcome:
        bound = self._handlers.get(answer.feature_kind)
        if bound is None:
            raise Unhandled(answer.kind)
        if not self._counts(answer):
            return AnswerOutcome.NOT_ALLOWED
        state = self._state_of(answer)
        if state.has_acted:
            return AnswerOutcome.ACTED
        provider, act = bound
        return self._act(act, self._get(provider), answer, state.comment)

    def _act(
        self,
        act: Callable[..., AnswerOutcome | None],
        service: Any,
        answer: Answer,
        comment: str,
    ) -> AnswerOutcome:
        try:
            outcome = act(service, replace(answer, comment=comment))
        except Busy:
            raise  # nothing is decided yet: the queue brings the answer again
        except Refusal:
            return AnswerOutcome.LATE
        return outcome or AnswerOutcome.ACTED

    def _state_of(self, answer: Answer) -> AnswerState:
        if self._state is None:
            return AnswerState()
        provider, read = self._state
        state: AnswerState = read(self._get(provider), answer)
        return state

    def _counts(self, answer: Answer) -> bool:
        """Say whether the person who answers may do so now, by every feature that checks it."""
        return all(
            check(self._get(provider), answer)
            for provider, check in self._checks
        )
