"""Text: allowed characters, similarity of titles, and redaction."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.kernel.redaction import mask_personal
from chalicelib.kernel.text import (
    LINE_PATTERN,
    PROSE_PATTERN,
    check_seen,
    normalise,
    normalise_name,
    overlap,
)

TITLES = st.text(
    alphabet="电热水壶一个书包大米 abcAB·，0123456789", max_size=20
)


def test_a_decomposed_letter_and_a_composed_one_become_the_same():
    assert normalise("Rene\u0301e ") == "Renée"


def test_rare_name_characters_are_not_folded_into_common_ones():
    assert normalise("ﬁ㍿") == "ﬁ㍿"  # NFKC would rewrite both
    assert normalise("㐂 𠮷") == "㐂 𠮷"


@pytest.mark.parametrize("dot", "•‧・．·")
def test_every_middle_dot_of_a_name_is_written_alike(dot):
    assert normalise_name(f" 阿依古丽{dot}买买提 ") == "阿依古丽·买买提"


@given(st.text())
def test_normalising_twice_changes_nothing_more(text):
    assert normalise(normalise(text)) == normalise(text)


@pytest.mark.parametrize(
    "text",
    ["一个电热水壶", "👨\u200d👩\u200d👧 一家", "a", "买买提·阿依", "𠮷野家"],
)
def test_a_line_takes_what_people_write(text):
    assert re.search(LINE_PATTERN, text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "\u3000",
        "\u200d",
        "a\nb",
        "a\tb",
        "\x00a",
        "a\u202eb",
        "a\u200bb",
        "\ufeffa",
        "a\x85b",
    ],
)
def test_a_line_refuses_the_empty_and_what_hides_or_reverses(text):
    assert not re.search(LINE_PATTERN, text)


@pytest.mark.parametrize(
    "text",
    [
        "\u200d\u200c",
        "\u3164",
        "\u2800 \u115f",
        "\ufe0f\u034f",
        " \n\t ",
        "\U000e0041\U000e007f",
    ],
)
def test_a_text_of_which_nothing_is_seen_is_refused(text):
    with pytest.raises(ValueError, match="nothing to see"):
        check_seen(text)
    by_pattern = text.strip("\U000e0041\U000e007f")
    assert not by_pattern or not re.search(PROSE_PATTERN, by_pattern)


@pytest.mark.parametrize(
    "text", ["", "❤️", "👩\u200d🔬", "क्\u200dष", "。", "ㅤ完"]
)
def test_a_text_that_is_seen_stays_as_it_is(text):
    assert check_seen(text) == text


def test_prose_takes_line_breaks_and_emptiness_but_no_controls():
    assert re.search(PROSE_PATTERN, "第一行\n第二行\t完")
    assert re.search(PROSE_PATTERN, "")
    assert not re.search(PROSE_PATTERN, "a\x07b")
    assert not re.search(PROSE_PATTERN, "a\u2066b")


@pytest.mark.parametrize(
    ("one", "other", "least", "most"),
    [
        ("电热水壶一个", "一个电热水壶", 0.8, 0.8),
        ("电热水壶", "电热水壶", 1, 1),
        ("一个书包", "十公斤大米", 0, 0),
        (
            "Rice Cooker",
            "ｒｉｃｅ　ｃｏｏｋｅｒ！",
            1,
            1,
        ),  # width, case and punctuation do not matter
        ("一个电饭煲", "一个电热水壶", 0.4, 0.49),
        ("米", "米", 1, 1),
        ("！！", "！！", 0, 0),  # nothing to compare
    ],
)
def test_similarity_of_titles(one, other, least, most):
    assert least <= overlap(one, other) <= most


@given(TITLES, TITLES)
def test_similarity_is_symmetric_and_between_0_and_1(one, other):
    assert overlap(one, other) == overlap(other, one)
    assert 0 <= overlap(one, other) <= 1


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("请打 138 1234 5678 找我", "1234"),
        ("请打１３８１２３４５６７８", "１３８"),
        ("电话+86-138-1234-5678", "5678"),
        ("身份证 11010519491231002X", "11010519491231002X"),
        ("写信到 wang.xiuying@example.com 即可", "example"),
        ("送到5号楼", "5号楼"),
        ("送到十二栋三单元", "三单元"),
        ("在302室等", "302室"),
        ("三楼，敲门", "三楼"),
    ],
)
def test_personal_data_is_redacted(text, hidden):
    assert hidden in text
    assert hidden not in mask_personal(text)
    assert "＊＊" in mask_personal(text)


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("3号楼二楼走廊的灯", "3号"),
        ("住在二楼走廊尽头", "二楼"),
        ("三楼302的灯", "302"),
        ("二楼二零三走廊", "二零三"),
        ("2楼2室走廊", "2室"),
        ("三楼的老王", "三楼"),
        ("二楼走廊302室", "302"),
    ],
)
def test_a_storey_of_all_hides_no_door_beside_it(text: str, hidden: str):
    assert hidden not in mask_personal(text)


def test_full_name_and_given_name_are_redacted():
    assert (
        mask_personal("王秀英的水壶，秀英急用", name="王秀英")
        == "＊＊的水壶，＊＊急用"
    )
    assert "阿依古丽" not in mask_personal(
        "阿依古丽家要米", name="阿依古丽·买买提"
    )
    assert (
        mask_personal("WANG Li needs rice", name="Wang Li") == "＊＊ needs rice"
    )


@pytest.mark.parametrize(
    "text",
    [
        "十公斤大米",
        "2026年",
        "坐3号线去",
        "一双38码的鞋",
        "预算120元",
        "一个电热水壶",
        "二楼走廊的灯不亮",
        "2楼的楼道灯坏了",
        "二楼到三楼之间的扶手松了",
        "12层电梯不停",
    ],
)
def test_a_text_without_personal_data_is_unchanged(text):
    assert mask_personal(text, name="王秀英") == text


@given(
    st.text(max_size=30),
    st.sampled_from(
        ["王秀英", "柏华路8弄", "+8613812345678", "a.b@example.com"]
    ),
    st.text(max_size=30),
)
def test_a_secret_is_redacted_everywhere(before, secret, after):
    assert secret not in mask_personal(
        before + secret + after, secrets=[secret]
    )
