"""The words that replies may contain."""

import pytest

from chalicelib.catalogue import TEMPLATES, question_words
from chalicelib.kernel.digits import FAMILIES
from chalicelib.message_log.policy import NO, YES
from chalicelib.replies.policy import STOP
from chalicelib.replies.reading import Reading, read_sms, word_of

from ..world import World
from .builders import delivered, reply, state_of_wish, waiting


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
        "1.5",
        "1 没收到",
        "2点以后在家",
        "住2号楼1单元",
        "下午 2",
        "TDD",
        "不退订",
        "😀" * 500,
        "🧓🏻‍🦽" * 500,
        "1" * 5000,
        "\x00",
    ],
)
def test_any_other_text_waits_for_staff_beside_the_last_question(
    world: World, text: str
):
    resident = world.resident()
    wish_id = delivered(world, resident)
    reply(world, resident.me["phone"], text)
    assert state_of_wish(world, wish_id) == "delivered"
    (task,) = waiting(world)
    assert task["subject"] == wish_id
    assert task["moves"] == ["handled"]
    assert " ".join(text[:500].split()) in task["title"]


def answer(number: str, comment: str = "") -> Reading:
    return Reading(number=number, word=word_of(comment), comment=comment)


@pytest.mark.parametrize(
    ("text", "reading"),
    [
        ("1", answer("1")),
        ("１", answer("1")),
        ("①", answer("1")),
        ("1️⃣", answer("1")),
        (" 1。", answer("1")),
        ("“1”", answer("1")),
        ("一", answer("1")),
        ("二。", answer("2")),
        ("７２", answer("72")),
        ("回复1", answer("1")),
        ("好的，1", answer("1")),
        ("2 还是不亮", answer("2", "还是不亮")),
        ("2、还是不亮！", answer("2", "还是不亮")),
        ("72没有", answer("72", "没有")),
        ("71解决了", answer("71", "解决了")),
        ("还是不亮 2", answer("2", "还是不亮")),
        ("2，我家在5号楼", answer("2", "我家在5号楼")),
        ("1谢谢\u200b", answer("1", "谢谢")),
        ("2\n还是黑的", answer("2", "还是黑的")),
    ],
)
def test_a_number_is_read_with_what_is_written_beside_it(
    text: str, reading: Reading
):
    assert read_sms(text) == reading


@pytest.mark.parametrize(
    "text",
    [
        *("2点以后在家", "2个水壶", "1单元", "1/2", "1.5", "1:30", "2-3"),
        *("12:00", "1 2", "7 1", "71 72", "5栋2", "下午 2", "2km", "2%"),
    ],
)
def test_a_quantity_a_time_or_an_address_is_no_answer(text: str):
    assert read_sms(text).number == ""


@pytest.mark.parametrize(
    "text",
    [
        *("请退订", "我要退订，谢谢", "别发了，TD", "回复TD退订", "回复R"),
        *("Please stop", "unsubscribe me please", "拒收你们的短信", "r 谢谢"),
        *("Stop sending me these messages", "2 退订", "ＳＴＯＰ！"),
    ],
)
def test_a_word_of_refusal_counts_inside_a_short_sentence(text: str):
    assert read_sms(text).is_stop


@pytest.mark.parametrize(
    "text",
    [
        *("不退订", "没有退订", "请勿退订", "don't stop", "TDD", "R u ok"),
        *("T恤一件", "nonstop", "stopped", "AR眼镜"),
        "昨天收到退订的通知，请问还要再来社区办什么手续吗",
    ],
)
def test_a_word_of_refusal_in_another_meaning_stops_nothing(text: str):
    assert not read_sms(text).is_stop


def test_no_number_is_in_two_families_and_none_looks_like_another():
    numbers = [
        number
        for family in FAMILIES
        for pair in family.pairs
        for number in (pair.yes, pair.no)
    ]
    assert len(numbers) == len(set(numbers))
    assert numbers[:4] == ["1", "2", "71", "72"]
    assert numbers[-2:] == ["77", "78"]
    names = [family.name for family in FAMILIES]
    assert len(names) == len(set(names))


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
