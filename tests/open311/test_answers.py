"""The answers to what a kind of report asks."""

import pytest

from chalicelib.kernel.errors import Invalid
from chalicelib.open311.answers import answers_to
from chalicelib.tickets.policy import CategoryQuestion, Choice, QuestionKind

CHOICES = tuple(Choice(key=key, zh=key, en=key) for key in ("a", "b", "c"))


def asked(kind, *, required=False, code="q"):
    return CategoryQuestion(
        code=code,
        zh="问",
        en="Ask",
        kind=kind,
        required=required,
        choices=CHOICES,
    )


@pytest.mark.parametrize(
    ("kind", "given", "kept"),
    [
        (QuestionKind.STRING, [" 三楼 "], ("三楼",)),
        (QuestionKind.TEXT, [" 一\n二 "], (" 一\n二 ",)),
        (QuestionKind.NUMBER, ["-3.50"], ("-3.50",)),
        (QuestionKind.DATETIME, ["2026-11-23"], ("2026-11-23",)),
        (
            QuestionKind.DATETIME,
            ["2026-11-23T08:40:00+08:00"],
            ("2026-11-23T08:40:00+08:00",),
        ),
        (QuestionKind.ONE, ["b", "b"], ("b",)),
        (QuestionKind.SEVERAL, ["c", "a", "c"], ("c", "a")),
        (QuestionKind.SEVERAL, [], None),
        (QuestionKind.STRING, ["  "], None),
    ],
)
def test_an_answer_is_kept_as_what_was_asked_for(kind, given, kept):
    assert answers_to([asked(kind)], {"q": given, "fixmystreet_id": ["7"]}) == (
        {"q": kept} if kept else {}
    )


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        (QuestionKind.STRING, ["一\n二"]),
        (QuestionKind.STRING, ["字" * 201]),
        (QuestionKind.STRING, ["a", "b"]),
        (QuestionKind.NUMBER, ["三"]),
        (QuestionKind.NUMBER, ["1e9"]),
        (QuestionKind.NUMBER, ["9" * 5000]),
        (QuestionKind.NUMBER, ["NaN"]),
        (QuestionKind.DATETIME, ["明天"]),
        (QuestionKind.DATETIME, ["2026-02-30"]),
        (QuestionKind.ONE, ["d"]),
        (QuestionKind.ONE, ["a", "b"]),
        (QuestionKind.SEVERAL, ["a", "d"]),
    ],
)
def test_an_answer_that_was_not_asked_for_is_refused(kind, given):
    with pytest.raises(Invalid) as refused:
        answers_to([asked(kind)], {"q": given})
    assert (refused.value.code, refused.value.location) == (
        "open311.attribute_wrong",
        ("attribute", "q"),
    )


def test_everything_that_is_missing_is_named_at_once():
    questions = [
        asked(QuestionKind.STRING, required=True, code=code)
        for code in ("one", "two", "three")
    ]
    with pytest.raises(Invalid) as refused:
        answers_to(
            [*questions, asked(QuestionKind.ONE)],
            {"two": ["x"], "three": [""], "q": ["nonsense"]},
        )
    assert refused.value.location == ("attribute", "one")
    assert refused.value.facts == {"codes": "one, three"}
