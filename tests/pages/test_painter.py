"""Painting: the digest of a page, and what texts become in HTML."""

import pytest
from markupsafe import Markup

from chalicelib.kernel.text_catalogue import text
from chalicelib.pages.painter import Painter, digest_of
from chalicelib.pages.templates import environment

from ..world import World
from .browser import Browser

KEYS = '<input type="hidden" name="_key" value="{}">'


def test_a_fresh_key_is_no_news() -> None:
    assert digest_of(KEYS.format("key_a")) == digest_of(KEYS.format("key_b"))


@pytest.mark.parametrize(
    "other",
    [
        KEYS.format("key_a") + "!",
        '<input type="hidden" name="_csrf" value="key_a">',
        '<input type="hidden" name="_version" value="2">',
    ],
)
def test_anything_else_is_news(other: str) -> None:
    assert digest_of(KEYS.format("key_a")) != digest_of(other)


def test_a_page_with_forms_has_one_digest_until_it_says_something_else(
    world: World,
) -> None:
    browser = Browser(world).enter(world.person())
    one, two = browser.get("/m/wishes/new"), browser.get("/m/wishes/new")
    assert one.text != two.text
    assert one.header("etag") == two.header("etag") != ""


def test_a_sentence_of_another_feature_is_found() -> None:
    loaded: list[str] = []

    def load_all() -> None:
        loaded.append("all")
        painter.add_words({"tea.said.made": text(zh="茶好了。", en="Tea.")})

    painter = Painter(lambda: None, load_all)  # type: ignore[arg-type]
    assert painter.sentence("tea.said.made", "en") == "Tea."
    assert loaded == ["all"]
    for forged in ("", "due", "nav", "no.said.nothing", ".said.", "<b>"):
        assert painter.sentence(forged, "en") == ""


@pytest.mark.parametrize("kind", ["lines", "phone"])
def test_a_filter_of_texts_escapes(kind: str) -> None:
    template = environment().from_string("{{ text|" + kind + " }}")
    text = template.render(text="<b>&\n'\"")
    assert "<b>" not in text
    assert "&lt;b&gt;&amp;" in text


def test_line_breaks_are_kept_and_nothing_else_is_markup() -> None:
    lines = environment().filters["lines"]
    assert lines("a<i>\nb") == Markup("a&lt;i&gt;<br>b")


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("+8613812345678", "138 1234 5678"),
        ("13812345678", "138 1234 5678"),
        ("023-68001234", "023-68001234"),
        ("138****5678", "138 **** 5678"),
    ],
)
def test_a_number_is_said_in_groups(number: str, words: str) -> None:
    assert environment().filters["phone"](number) == words
