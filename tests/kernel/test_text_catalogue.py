"""Texts by locale, which locale a caller wants, and that no text of the tree lacks one."""

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from enum import EnumType

import pytest

import chalicelib
from chalicelib.kernel.template import Template
from chalicelib.kernel.text_catalogue import (
    DEFAULT_LOCALE,
    LOCALES,
    Text,
    choose_locale,
    placeholders,
    text,
)

WORDS = text(zh="还有 {n} 个", en="{n} left")


def test_a_text_is_formatted_in_either_language_with_its_facts():
    assert WORDS.format("zh-CN", {"n": 3}) == "还有 3 个"
    assert WORDS.format("en", {"n": 3}) == "3 left"
    assert WORDS.format("fr", {"n": 3}) == "还有 3 个"


def test_a_missing_fact_leaves_its_name_and_nothing_breaks():
    assert WORDS.format("en") == "{n} left"
    assert (
        text(zh="{a}", en="{a}").format("en", {"a": "{b} %s {0.__class__}"})
        == "{b} %s {0.__class__}"
    )


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
        (
            "en; q=0.9, zh; q=0.1",
            "en",
        ),  # RFC 9110, 12.4.2 allows white space around the semicolon
        ("fr, en ;q=0.8", "en"),
        (
            "en;q=0",
            "zh-CN",
        ),  # RFC 9110, 12.4.2: a weight of 0 is "not acceptable"
    ],
)
def test_the_first_known_language_of_the_header_is_chosen(header, locale):
    assert choose_locale(header) == locale


def test_a_huge_header_is_read_quickly():
    assert choose_locale("x," * 100_000 + "en") == "zh-CN"


def test_a_text_is_given_by_language_and_kept_by_locale():
    assert text(zh="好", en="Good") == Text({"zh-CN": "好", "en": "Good"})
    with pytest.raises(KeyError):
        text(zh="好", fr="Bon")


def test_texts_are_joined_locale_by_locale_and_keep_their_names():
    assert text(zh="还有", en="Only ") + WORDS == text(
        zh="还有还有 {n} 个", en="Only {n} left"
    )


def test_a_code_is_shown_by_its_name_in_the_locale():
    names = {"open": text(zh="待认领", en="free")}
    named = text(zh="（{state}）", en="({state})").naming(state=names)
    assert named.format("zh-CN", {"state": "open"}) == "（待认领）"
    assert (named + named).format("en", {"state": "open"}) == "(free)(free)"
    assert named.format("en", {"state": "other"}) == "(other)"


def test_without_a_known_language_the_default_locale_is_used():
    assert DEFAULT_LOCALE in LOCALES
    assert choose_locale(None) == DEFAULT_LOCALE


def _texts(value: object, name: str) -> Iterator[tuple[str, Text]]:
    """Yield every text within a value, with its path."""
    if isinstance(value, Text):
        yield name, value
    elif isinstance(value, Template):
        yield name, value.text
    elif isinstance(value, Mapping):
        for key, inner in list(value.items()):
            yield from _texts(inner, f"{name}[{key!r}]")
    elif isinstance(value, EnumType):
        for member in value:
            yield from _texts(
                getattr(member, "label", member.value), f"{name}.{member.name}"
            )
    elif isinstance(value, list | tuple | set | frozenset):
        for n, inner in enumerate(value):
            yield from _texts(inner, f"{name}[{n}]")


def _texts_of_the_tree() -> dict[str, Text]:
    found: dict[str, Text] = {}
    for module in pkgutil.walk_packages(chalicelib.__path__, "chalicelib."):
        for name, value in vars(importlib.import_module(module.name)).items():
            if not name.startswith("__"):
                found |= _texts(value, f"{module.name}.{name}")
    return found


ALL = _texts_of_the_tree()


def test_the_texts_of_the_tree_are_found():
    places = {
        "chalicelib.wishes.message_texts.MESSAGES['wish.approved']",
        "chalicelib.web.errors.TITLES[404]",
    }
    assert set(ALL) >= places | {
        "chalicelib.message_log.policy.PROMOTION_SUFFIX"
    }
    assert len(ALL) > 200


@pytest.mark.parametrize(
    "package", sorted({name.split(".")[1] for name in ALL})
)
def test_every_text_has_every_locale_and_the_same_facts_in_each(package: str):
    for name, said in ALL.items():
        if name.split(".")[1] != package:
            continue
        by_locale = said.by_locale
        assert set(by_locale) == set(LOCALES), name
        assert all(words.strip() for words in by_locale.values()), name
        first, *others = (placeholders(words) for words in by_locale.values())
        assert all(other == first for other in others), name
