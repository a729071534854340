"""Two languages, and which of them a caller wants."""

import pytest

from chalicelib.catalogue import TEMPLATES
from chalicelib.kernel.words import Words, choose_locale
from chalicelib.web.texts import FIELDS, REFUSALS

TEXTS = {kind: Words(template.zh, template.en) for kind, template in TEMPLATES.items()}
WORDS = Words("还有 {n} 个", "{n} left")


def test_a_text_is_said_in_either_language_with_its_facts():
    assert WORDS.say("zh-CN", {"n": 3}) == "还有 3 个"
    assert WORDS.say("en", {"n": 3}) == "3 left"
    assert WORDS.say("fr", {"n": 3}) == "还有 3 个"


def test_a_missing_fact_leaves_its_name_and_nothing_breaks():
    assert WORDS.say("en") == "{n} left"
    assert Words("{a}", "{a}").say("en", {"a": "{b} %s {0.__class__}"}) == "{b} %s {0.__class__}"


@pytest.mark.parametrize(
    ("header", "locale"),
    [
        (None, "zh-CN"),
        ("", "zh-CN"),
        ("en", "en"),
        ("EN-gb", "en"),
        ("zh", "zh-CN"),
        ("zh-TW,en;q=0.9", "zh-CN"),
        ("zh;q=0.3, en;q=0.8", "en"),
        ("fr-FR,fr;q=0.9,en;q=0.5", "en"),
        ("fr", "zh-CN"),
        ("*", "zh-CN"),
        ("english", "zh-CN"),
        ("en;q=abc,zh", "zh-CN"),
        ("en; q=0.9, zh; q=0.1", "en"),  # RFC 9110, 12.4.2 allows white space around the semicolon
        ("fr, en ;q=0.8", "en"),
        ("en;q=0", "zh-CN"),  # RFC 9110, 12.4.2: a weight of 0 is "not acceptable"
    ],
)
def test_the_language_is_the_first_of_ours_that_the_header_names(header, locale):
    assert choose_locale(header) == locale


def test_a_monstrous_header_is_read_in_no_time():
    assert choose_locale("x," * 100_000 + "en") == "zh-CN"


@pytest.mark.parametrize("catalogue", [TEXTS, REFUSALS, FIELDS])
def test_both_languages_of_every_text_name_the_same_facts(catalogue):
    for code, words in catalogue.items():
        named = [{part.split("}")[0] for part in text.split("{")[1:]} for text in (words.zh, words.en)]
        assert named[0] == named[1], code
        assert words.zh, code
        assert words.en, code
