"""The words that replies may contain."""

import pytest

from chalicelib.catalogue import TEMPLATES, question_words
from chalicelib.message_log.policy import NO, YES
from chalicelib.replies.policy import STOP
from chalicelib.replies.service import word_of

from ..store.scan import everything
from ..world import World
from .builders import delivered, reply, state_of_wish


def test_every_question_has_its_own_reply_words(world: World):
    assert set(question_words()) == {
        kind for kind, template in TEMPLATES.items() if template.asks
    }


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "12",
        "1 2",
        "谢谢",
        "好的1",
        "TDD",
        "不退订",
        "😀" * 500,
        "🧓🏻‍🦽" * 500,
        "1" * 5000,
        "\x00",
    ],
)
def test_any_other_text_does_nothing(world: World, text: str):
    resident = world.resident()
    wish_id = delivered(world, resident)
    before = everything()
    reply(world, resident.me["phone"], text)
    assert everything() == before
    assert state_of_wish(world, wish_id) == "delivered"


def test_a_reply_word_has_one_meaning_however_it_is_typed():
    own = {
        word: yes
        for answers in question_words().values()
        for word, yes in answers.items()
    }
    words = YES | NO | STOP | set(own)
    assert len(words) == len(YES) + len(NO) + len(STOP) + len(own)
    assert all(
        answers.get(word, yes) is yes
        for answers in question_words().values()
        for word, yes in own.items()
    )
    assert {word_of(word) for word in words} == words
    for typed, word in (
        ("１", "1"),
        ("①", "1"),
        ("1️⃣", "1"),
        (" 1。", "1"),
        ("“1”", "1"),
        ("没 收 到！", "没收到"),
        ("ｙｅｓ", "YES"),
    ):
        assert word_of(typed) == word
