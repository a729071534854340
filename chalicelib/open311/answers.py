"""The answers to what a kind of report asks: which must be there, and what each may be. Pure."""

import re
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime

from ..kernel.errors import Invalid
from ..tickets.policy import CategoryQuestion, QuestionKind

__all__ = ["answers_to"]

_NUMBER = re.compile(r"[+-]?\d{1,15}(\.\d{1,15})?")
_LINE = 200


def answers_to(
    questions: Sequence[CategoryQuestion], given: Mapping[str, Sequence[str]]
) -> dict[str, tuple[str, ...]]:
    """Return the answers by the code of their question; applications send along what they know, and the rest is dropped.

    Raises:
        Invalid: some that are required are missing, or some are not what was asked for; all of these are named.

    """
    found = {
        question.code: _said(question, given.get(question.code, ()))
        for question in questions
    }
    missing = [
        question.code
        for question in questions
        if question.required and not found[question.code]
    ]
    if missing:
        raise Invalid(
            "open311.attribute_missing",
            ["attribute", missing[0]],
            codes=", ".join(missing),
        )
    wrong = [
        question.code
        for question in questions
        if found[question.code] and not _fits(question, found[question.code])
    ]
    if wrong:
        raise Invalid(
            "open311.attribute_wrong", ["attribute", wrong[0]], codes=", ".join(wrong)
        )
    return {code: values for code, values in found.items() if values}


def _said(question: CategoryQuestion, values: Sequence[str]) -> tuple[str, ...]:
    if question.kind is QuestionKind.TEXT:
        return tuple(value for value in values if value.strip())
    return tuple(dict.fromkeys(value.strip() for value in values if value.strip()))


def _fits(question: CategoryQuestion, values: Sequence[str]) -> bool:
    choices = {choice.key for choice in question.choices}
    alone = len(values) == 1 or question.kind is QuestionKind.SEVERAL
    return alone and all(_FITTING[question.kind](value, choices) for value in values)


def _is_date(value: str) -> bool:
    """ISO 8601: people answer with a day, or with a day and a time of their own zone."""
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


_FITTING: Mapping[QuestionKind, Callable[[str, AbstractSet[str]], bool]] = {
    QuestionKind.STRING: lambda value, choices: (
        len(value) <= _LINE and len(value.splitlines()) == 1
    ),
    QuestionKind.NUMBER: lambda value, choices: bool(_NUMBER.fullmatch(value)),
    QuestionKind.DATETIME: lambda value, choices: _is_date(value),
    QuestionKind.TEXT: lambda value, choices: True,
    QuestionKind.ONE: lambda value, choices: value in choices,
    QuestionKind.SEVERAL: lambda value, choices: value in choices,
}
