"""SMS parts: tables at the borders of parts, and a comparison with a real splitter."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.kernel.segments import is_gsm7, parts_of, units_of

EXTENDED = "^{}\\[~]|€\f"
PAIR = "𠮷"  # a character of names outside the basic plane: two units
SIGNATURE = "【春晖】"


@pytest.mark.parametrize(
    ("text", "units", "parts"),
    [
        # GSM 7-bit: 160 alone, 153 in each of a chain
        ("", 0, 1),
        ("a", 1, 1),
        ("a" * 160, 160, 1),
        ("a" * 161, 161, 2),
        ("a" * 306, 306, 2),
        ("a" * 307, 307, 3),
        ("a" * 459, 459, 3),
        ("a" * 460, 460, 4),
        # the extension counts two
        ("€", 2, 1),
        ("€" * 80, 160, 1),
        ("€" * 80 + "a", 161, 2),
        ("a" * 158 + "€", 160, 1),
        ("a" * 159 + "€", 161, 2),
        # and is not torn: 152 and a pair leave one septet of the part empty
        ("a" * 152 + "€" + "a" * 152, 306, 3),
        ("a" * 153 + "€" + "a" * 151, 306, 2),
        ("€" * 153, 306, 3),  # 76 pairs fill a part but for one septet
        ("€" * 152, 304, 2),
        # UCS-2: 70 alone, 67 in each of a chain; one such character makes all of it so
        ("春" * 70, 70, 1),
        ("春" * 71, 71, 2),
        ("春" * 134, 134, 2),
        ("春" * 135, 135, 3),
        ("春" * 201, 201, 3),
        ("春" * 202, 202, 4),
        ("a" * 69 + "春", 70, 1),
        ("a" * 70 + "春", 71, 2),
        ("€" * 69 + "春", 70, 1),  # no escape is needed there
        # surrogate pairs
        (PAIR * 35, 70, 1),
        (PAIR * 35 + "春", 71, 2),
        (
            "春" * 66 + PAIR + "春" * 66,
            134,
            3,
        ),  # the pair does not fit behind 66
        ("春" * 65 + PAIR + "春" * 67, 134, 2),
        ("春" * 67 + PAIR + "春" * 65, 134, 2),
        (PAIR * 67, 134, 3),
        (PAIR * 66, 132, 2),
        # the signature counts too
        (SIGNATURE + "春" * 66, 70, 1),
        (SIGNATURE + "春" * 67, 71, 2),
        (SIGNATURE + "春" * 130, 134, 2),
        (SIGNATURE + "春" * 131, 135, 3),
    ],
)
def test_parts_at_their_borders(text: str, units: int, parts: int):
    assert (units_of(text), parts_of(text)) == (units, parts)


def test_the_alphabet_is_the_standards():
    """3GPP TS 23.038, 6.2.1: 127 characters and the escape; ten in the extension table."""
    basic = {c for c in map(chr, range(0x2000)) if is_gsm7(c)} - set(EXTENDED)
    assert len(basic) == 127
    assert sum(units_of(c) for c in EXTENDED) == 2 * len(EXTENDED)
    assert not [c for c in "`ç“”…–áíóúêâ\t" if is_gsm7(c)]
    assert is_gsm7("ÇΔΩ§àÉ")
    assert units_of("a`") == 2  # a back-tick alone makes it UCS-2


def split(text: str) -> list[str]:
    """Cut a text into parts as a handset would have to put it together again."""
    gsm = is_gsm7(text)
    alone, chained = (160, 153) if gsm else (70, 67)

    def size(c: str) -> int:
        return (
            (2 if c in EXTENDED else 1)
            if gsm
            else len(c.encode("utf-16-be")) // 2
        )

    if sum(map(size, text)) <= alone:
        return [text]
    parts = [""]
    for c in text:
        if sum(map(size, parts[-1])) + size(c) > chained:
            parts.append("")
        parts[-1] += c
    return parts


LETTERS = st.sampled_from(["a", "€", "春", PAIR, "…"])
TEXTS = st.one_of(
    st.text("a€[ ", max_size=480),
    st.lists(st.tuples(LETTERS, st.integers(0, 80)), max_size=6).map(
        lambda runs: "".join(c * n for c, n in runs)
    ),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=300),
)


@given(TEXTS)
def test_parts_are_those_of_a_splitter_that_really_splits(text: str):
    parts = split(text)
    assert "".join(parts) == text
    assert parts_of(text) == len(parts)


@given(TEXTS, TEXTS)
def test_a_longer_text_never_costs_less(text: str, more: str):
    assert parts_of(text + more) >= parts_of(text) or is_gsm7(text) != is_gsm7(
        text + more
    )
