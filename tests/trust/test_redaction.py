"""Redaction: a corpus of sentences, and work that grows with the length of a text only."""

import time
from collections.abc import Callable

import pytest

from chalicelib.kernel.redaction import (
    mask_personal,
    needs_review,
    without_contacts,
)
from chalicelib.kernel.template import Template
from chalicelib.kernel.text_catalogue import text
from chalicelib.kernel.user_text import UserText

from .corpus import (
    CONTACTS,
    NEIGHBOURS,
    REPORTER,
    SENTENCES,
    SIGNATURES,
    Sentence,
)

LONG = 4_000  # characters, the longest text that anybody may write
# One character of each kind that a pattern begins with, and some that none does.
REPEATED = "1一a.@·点号楼房微q【住- _/王秀xhw东京0①十,、:\n的(（k"
MIXED = (
    "1 ",
    "a.",
    "一,",
    "@a",
    "微信",
    "5-",
    "【】",
    "王秀",
    "1.",
    "a@",
    "住3",
    "q1",
    "楼1",
)


def redact(written: str) -> str:
    return mask_personal(
        written, name="王秀英", names=["秀秀秀秀", "欧阳娜娜"], secrets=["302"]
    )


WORK = {"mask": redact, "cut": without_contacts, "review": needs_review}


def test_the_corpus_is_large():
    assert len(SENTENCES) + len(SIGNATURES) >= 200


@pytest.mark.parametrize("sentence", SENTENCES, ids=lambda one: one.text)
def test_a_secret_is_redacted_and_the_rest_stays(sentence: Sentence):
    shown = mask_personal(sentence.text, name=REPORTER, names=NEIGHBOURS)
    for secret in sentence.secrets:
        assert secret not in shown
    assert "＊＊" in shown


@pytest.mark.parametrize(
    "sentence", [*CONTACTS, *SIGNATURES], ids=lambda one: one.text
)
def test_contacts_and_signatures_are_cut_from_any_fact(sentence: Sentence):
    """A template that knows nothing of the sieve passes through it all the same."""
    template = Template(
        text(zh="「{said}」", en="“{said}”"),
        recipients="anybody",
        slots={"said": 60},
    )
    for fact in (
        sentence.text,
        UserText(words="", public=sentence.text),
        UserText(words=sentence.text, owners=frozenset({"per_a"})),
    ):
        sent = template.fill("zh-CN", {"said": fact}, "per_a")
        for secret in (*sentence.secrets, "【", "】"):
            assert secret not in sent


@pytest.mark.parametrize(
    "written",
    [
        "楼道里堆了垃圾",
        "单元门的闭门器坏了，关门声音很大",
        "坐3号线去，一双38码的鞋，预算120元",
        "请在12:30-14:30之间来，2026年修过",
        "家里有5个人，最大的80岁",
        "打120的急救车来过，公交103路停了",
        "一五一十地说了，三三两两来看",
        "20-100元都可以，3-5个人就够",
        "no water in the yard since Monday",
    ],
)
def test_a_text_without_personal_data_stays(written: str):
    assert mask_personal(written, name="王秀英", names=NEIGHBOURS) == written
    assert without_contacts(written) == written


@pytest.mark.parametrize(
    "written",
    [
        "独居老人",
        "一个人住，害怕",
        "钥匙在门口花盆下",
        "家里没人，白天来",
        "家 里 没 人",
        "独·居",
        "卧床半年",
        "门锁坏了",
        "She lives alone",
        "The key is under the mat",
    ],
)
def test_words_about_an_empty_home_or_health_are_held(written: str):
    assert needs_review(written)


@pytest.mark.parametrize(
    "written", ["楼道里堆了垃圾", "灯不亮", "电梯坏了两天", "树倒了"]
)
def test_other_words_are_not_held(written: str):
    assert not needs_review(written)


def seconds(work: Callable[[str], object], written: str) -> float:
    """Return the CPU time of the shortest of some runs."""
    best = 1.0
    for _ in range(5):
        begin = time.thread_time()
        work(written)
        best = min(best, time.thread_time() - begin)
    return best


@pytest.mark.parametrize("name", WORK)
@pytest.mark.parametrize("unit", [*REPEATED, *MIXED])
def test_the_work_grows_with_the_length_only(name: str, unit: str):
    work = WORK[name]
    short = unit * (LONG // len(unit))
    # A busy machine may disturb one measurement, not five.
    assert any(
        seconds(work, short * 8) < 12 * (seconds(work, short) + 2e-5)
        for _ in range(5)
    )


def test_redacting_twice_changes_nothing_more():
    for sentence in SENTENCES:
        once = mask_personal(sentence.text, name=REPORTER, names=NEIGHBOURS)
        assert mask_personal(once, name=REPORTER, names=NEIGHBOURS) == once
