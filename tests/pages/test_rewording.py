"""Refusals on pages name no field of the API, and count in yuan."""

import re

import pytest

from app import api
from chalicelib.kernel.text_catalogue import LOCALES
from chalicelib.pages.rewording import REWORDED, reword

FACT = re.compile(r"\{(\w+)\}")
# Words that a person at a page would not know.
OF_PROGRAMS = re.compile(r"[a-z]+_[a-z]+|JSON|Idempotency|KiB|challenge|分。")


@pytest.mark.parametrize("code", sorted(REWORDED))
@pytest.mark.parametrize("locale", LOCALES)
def test_a_reworded_refusal_is_one_of_the_api_in_plain_words(
    code: str, locale: str
):
    words = REWORDED[code].by_locale[locale]
    assert code in api.words
    assert OF_PROGRAMS.search(words) is None
    facts = set(FACT.findall(words)) - {"yuan"}
    assert facts <= set(FACT.findall(api.words[code].by_locale[locale]))


def test_a_budget_is_said_in_yuan_in_the_detail_and_at_the_field():
    field = {"loc": ["budget_fen"], "msg": "", "type": "wish.budget_too_high"}
    problem = {
        "code": "wish.budget_too_high",
        "detail": "预算不能超过 50000 分。",
        "cap": 50_000,
        "errors": [field],
    }
    shown = reword(problem, "zh-CN")
    assert shown["detail"] == "预算不能超过 500 元。"
    assert shown["errors"][0]["msg"] == "预算不能超过 500 元。"
    assert field["msg"] == ""


def test_other_refusals_keep_their_words():
    problem = {
        "code": "wish.own",
        "detail": "这是您自己的心愿。",
        "status": 409,
    }
    assert reword(problem, "en") == {**problem, "errors": []}
