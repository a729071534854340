"""Cursors open only what they were written for, and a list in several partitions reads as one."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.kernel.errors import Malformed
from chalicelib.kernel.paging import (
    Cursors,
    Page,
    chain,
    every,
    first_found,
    merge_pairs,
)

from ..keys import a_keyring

CURSORS = Cursors(a_keyring())
POSITION = {
    "pk": "wsh_1",
    "sk": "wish",
    "wall_community": "chunhui.baihua#open",
    "n": 2,
}
SCOPES = st.lists(st.text(alphabet="ab|{}", max_size=4), min_size=1, max_size=3)


def test_a_cursor_is_read_back_within_its_scope():
    text = CURSORS.write(POSITION, "list_wishes", "per_1", "{}")
    assert text is not None
    assert CURSORS.read(text, "list_wishes", "per_1", "{}") == POSITION


def test_the_end_has_no_cursor_and_the_beginning_needs_none():
    assert CURSORS.write(None, "x") is None
    assert CURSORS.read(None, "x") is None


@pytest.mark.parametrize(
    "scope",
    [
        ("list_wishes", "per_2", "{}"),
        ("my_wishes", "per_1", "{}"),
        ("list_wishes", "per_1"),
        (),
    ],
)
def test_a_cursor_opens_no_other_list_filter_or_caller(scope):
    text = CURSORS.write(POSITION, "list_wishes", "per_1", "{}")
    with pytest.raises(Malformed):
        CURSORS.read(text, *scope)


@given(SCOPES, SCOPES)
def test_scopes_that_differ_never_share_a_cursor(one, other):
    text = CURSORS.write(POSITION, *one)
    if one == other:
        assert CURSORS.read(text, *other) == POSITION
    else:
        with pytest.raises(Malformed):
            CURSORS.read(text, *other)


@given(st.data())
def test_a_cursor_with_any_character_changed_is_refused(data):
    text = CURSORS.write(POSITION, "x") or ""
    at = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.sampled_from([c for c in "Aa0-_.é=" if c != text[at]]))
    with pytest.raises(Malformed):
        CURSORS.read(text[:at] + other + text[at + 1 :], "x")


@pytest.mark.parametrize(
    "text",
    [
        "A",
        "nonsense",
        "=" * 20,
        "£",
        base64.urlsafe_b64encode(b"0" * 40).decode(),
    ],
)
def test_what_was_never_a_cursor_is_refused(text):
    with pytest.raises(Malformed):
        CURSORS.read(text, "x")


def test_a_cursor_of_another_installation_is_refused():
    with pytest.raises(Malformed):
        CURSORS.read(
            Cursors(a_keyring(secret={"d": b"d" * 32})).write(POSITION, "x"),
            "x",
        )


PARTITIONS = st.lists(st.lists(st.integers(), max_size=5), max_size=5)


def _reader(lists):
    def read(part, key, limit):
        items = lists[int(part)]
        start = key["at"] if key else 0
        more = start + limit < len(items)
        return Page(
            items[start : start + limit],
            {"at": start + limit} if more else None,
        )

    return read


@given(PARTITIONS, st.integers(1, 12))
def test_partitions_page_by_page_are_one_concatenated_list(lists, limit):
    parts = [str(n) for n in range(len(lists))]
    pages, start = [], None
    while True:
        page = chain(parts, _reader(lists), start, limit)
        pages.append(list(page.items))
        start = page.next
        if start is None:
            break
    wanted = [item for items in lists for item in items]
    assert [item for page in pages for item in page] == wanted
    assert all(
        len(page) == limit for page in pages[:-1]
    )  # every page but the last is full


def test_a_full_page_of_the_first_partition_is_one_read():
    reads = []

    def read(part, key, limit):
        reads.append((part, limit))
        return _reader([[1, 2, 3, 4], [5]])(part, key, limit)

    assert chain(["0", "1"], read, None, 3).items == [1, 2, 3]
    assert reads == [("0", 3)]


def test_every_yields_a_list_to_its_end():
    read = _reader([list(range(7))])
    assert list(every(lambda start: read("0", start, 3))) == list(range(7))


# lists that are filtered after a read


def _filtered(wanted, reads):
    """Return a list of which only the truthy items are shown."""

    def read(start, size):
        reads.append(size)
        page = _reader([wanted])("0", start, size)
        at = start["at"] if start else 0
        shown = [n for n in range(at, at + len(page.items)) if wanted[n]]
        return Page(shown, page.next)

    return read


@given(st.lists(st.booleans(), max_size=150), st.integers(1, 12))
def test_a_page_that_is_filtered_after_its_read_is_found_in_few_reads(
    wanted, limit
):
    found, start = [], None
    while True:
        reads = []
        page = first_found(_filtered(wanted, reads), start, limit)
        assert len(reads) <= 16
        assert max(reads) <= 100
        assert len(page.items) <= limit
        assert page.items or page.next is None
        found += page.items
        start = page.next
        if start is None:
            break
    assert found == [n for n, is_wanted in enumerate(wanted) if is_wanted]


def test_a_list_that_shows_nothing_ends_empty_after_few_reads():
    reads = []
    page = first_found(_filtered([False] * 5000, reads), None, 1)
    assert (page.items, page.next) == ([], {"at": sum(reads)})
    assert reads == [1, 4, 16, 64] + [100] * 12


# several lists in one order


def _source(orders, hidden=frozenset(), read_at_most=3):
    """Return pages of a filtered list: a page may be short or empty before the end."""

    def read(after, limit):
        found = []
        rows = [order for order in sorted(orders) if order > after]
        for n, order in enumerate(rows):
            if len(found) == limit or n >= read_at_most:
                return Page(found, {"after": rows[n - 1]})
            if order not in hidden:
                found.append((order, order.upper()))
        return Page(found)

    return read


def merge(sources, after, limit):
    page = merge_pairs([read(after, limit) for read in sources], limit)
    return Page([item for _, item in page.items], page.next)


ORDERS = st.integers(0, 999).map("{:03}".format)
LISTS = st.lists(ORDERS, unique=True, max_size=25).flatmap(
    lambda all_: st.tuples(
        st.just(all_),
        st.lists(st.integers(0, 2), min_size=len(all_), max_size=len(all_)),
    )
)


@given(LISTS, st.integers(1, 7), st.integers(1, 5), st.sets(ORDERS))
def test_several_lists_page_by_page_are_one_in_order(
    lists, limit, read_at_most, hidden
):
    orders, where = lists
    sources = [
        _source(
            [order for order, at in zip(orders, where, strict=True) if at == n],
            hidden,
            read_at_most,
        )
        for n in range(3)
    ]
    found, after, pages = [], "", 0
    while True:
        page = merge(sources, after, limit)
        assert len(page.items) <= limit
        found += page.items
        pages += 1
        if page.next is None:
            break
        assert page.next["after"] > after  # it always gets on
        after = page.next["after"]
    assert found == [order for order in sorted(orders) if order not in hidden]
    assert pages <= len(orders) + 1


def test_items_behind_a_page_that_stopped_early_wait():
    slow, quick = (
        _source(["1", "3"], hidden={"1"}, read_at_most=1),
        _source(["2", "4"]),
    )
    assert merge([slow, quick], "", 2) == Page([], {"after": "1"})
    assert list(merge([slow, quick], "1", 2).items) == ["2", "3"]


def test_merging_no_pages_is_an_empty_last_page():
    assert merge([], "", 5) == merge([_source([])] * 3, "", 5) == Page([])
