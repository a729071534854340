"""Place codes: the code alone gives coverage and order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.kernel.place import (
    PlaceKind,
    ancestors,
    community_of,
    covers,
    kind_of,
    parent_of,
    sort_key,
    street_of,
    subtree,
)

PARTS = st.text(
    alphabet="a0-z9", min_size=1, max_size=3
)  # few characters, so that prefixes of one another are common
CODES = st.lists(PARTS, min_size=1, max_size=5).map(".".join)


@given(CODES, st.lists(CODES, max_size=12))
def test_a_subtree_holds_exactly_the_places_it_covers(scope, others):
    first, last = subtree(scope)
    for code in {scope, f"{scope}.x", f"{scope}-x", f"{scope}0", *others}:
        assert (first <= sort_key(code) <= last) == covers(scope, code)
        assert (first <= sort_key(code) + "per_abc" <= last) == covers(
            scope, code
        )  # people lie by place and id


@given(CODES, st.lists(CODES, max_size=12))
def test_a_place_and_everything_below_it_sort_together(scope, others):
    ordered = sorted({scope, f"{scope}.b01", *others}, key=sort_key)
    inside = [covers(scope, code) for code in ordered]
    assert (
        "".join("x" if hit else " " for hit in inside).strip().count(" ") == 0
    )


@given(CODES)
def test_a_place_is_covered_by_itself_and_the_places_above(code):
    assert ancestors(code)[0] == code
    assert ancestors(code)[-1] == street_of(code)
    assert all(covers(above, code) for above in ancestors(code))
    assert parent_of(code) == (ancestors(code)[1] if "." in code else None)


def test_a_place_does_not_cover_its_namesake_with_a_longer_name():
    assert not covers("chunhui.baihua.g1", "chunhui.baihua.g10")
    assert not covers("chunhui.bai", "chunhui.baihua")
    assert not covers("chunhui.baihua", "chunhui")


@pytest.mark.parametrize(
    ("code", "kind"),
    list(
        zip(
            ["s", "s.c", "s.c.g", "s.c.g.b", "s.c.g.b.u"],
            PlaceKind,
            strict=True,
        )
    ),
)
def test_the_level_follows_from_the_code(code, kind):
    assert kind_of(code) is kind


def test_the_community_of_a_place():
    assert community_of("chunhui.baihua.g01.b05.u1") == "chunhui.baihua"
    assert community_of("chunhui") == "chunhui"
