"""The answers to the questions of a category: required ones, and valid values. Pure."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime

from ..kernel.errors import Invalid
from ..tickets.policy import CategoryQuestion, QuestionKind

__all__ = ["answers_to"]

_NUMBER = re.compile(r"[+-]?\d{1,15}(\.\d{1,15})?")
_MAX_LINE = 200


def answers_to(
    questions: Sequence[CategoryQuestion], given: Mapping[str, Sequence[str]]
) -> dict[str, tuple[str, ...]]:
    """Return the answers by the code of their question. Answers to other questions are dropped.

    Raises:
        Invalid: required answers are missing, or answers are not valid; lists all such codes.

    """
    answers: dict[str, tuple[str, ...]] = {}
    missing, wrong = [], []
    for question in questions:
        values = _values(question, given.get(question.code, ()))
        if values:
            answers[question.code] = values
        if question.required and not values:
            missing.append(question.code)
        if values and not _is_valid(question, values):
            wrong.append(question.code)
    if missing:
        loc = ["attribute", missing[0]]
        raise Invalid(
            "open311.attribute_missing", loc, codes=", ".join(missing)
        )
    if wrong:
        loc = ["attribute", wrong[0]]
        raise Invalid("open311.attribute_wrong", loc, codes=", ".join(wrong))
    return answers


def _values(
    question: CategoryQuestion, given: Sequence[str]
) -> tuple[str, ...]:
    values = tuple(value for value in given if value.strip())
    if question.kind is QuestionKind.TEXT:
        return values
    return tuple(dict.fromkeys(value.strip() for value in values))


def _is_valid(question: CategoryQuestion, values: Sequence[str]) -> bool:
    if len(values) > 1 and question.kind is not QuestionKind.SEVERAL:
        return False
    choices = {choice.key for choice in question.choices}
    is_valid = _CHECKS[question.kind]
    return all(is_valid(value, choices) for value in values)


def _is_line(value: str, choices: Collection[str]) -> bool:
    return len(value) <= _MAX_LINE and len(value.splitlines()) == 1


def _is_number(value: str, choices: Collection[str]) -> bool:
    return _NUMBER.fullmatch(value) is not None


def _is_date(value: str, choices: Collection[str]) -> bool:
    """Tell whether a value is in ISO 8601: a day, or a day and a time with any or no zone."""
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def _is_text(value: str, choices: Collection[str]) -> bool:
    return True


def _is_choice(value: str, choices: Collection[str]) -> bool:
    return value in choices


_CHECKS: Mapping[QuestionKind, Callable[[str, Collection[str]], bool]] = {
    QuestionKind.STRING: _is_line,
    QuestionKind.NUMBER: _is_number,
    QuestionKind.DATETIME: _is_date,
    QuestionKind.TEXT: _is_text,
    QuestionKind.ONE: _is_choice,
    QuestionKind.SEVERAL: _is_choice,
}
