"""Rows: a dataclass survives storage, also from rows older than some of its fields."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given

from chalicelib.people.model import Person
from chalicelib.people.repository import PERSON
from chalicelib.store.table import EventRecord
from chalicelib.wishes.model import Wish
from chalicelib.wishes.repository import WISH, WISH_EVENT, WishEvent
from chalicelib.wishes.wall import WallEntry

from ..people.builders import PEOPLE, a_person
from ..storage import counted_storage
from ..wishes.builders import WISHES, a_claim, a_wish
from ..world import START, World
from .conftest import STORES
from .scan import SK, find, save, store

ROWS = {Person: PERSON, Wish: WISH}


def through_the_store(thing):
    """What DynamoDB would give back for a thing, without asking it."""
    return ROWS[type(thing)].from_entity(thing)


@given(PEOPLE)
def test_any_person_survives_storage(person):
    assert PERSON.to_entity(through_the_store(person)) == person


@given(WISHES)
def test_any_wish_survives_storage(wish):
    assert WISH.to_entity(through_the_store(wish)) == wish


@given(WISHES)
def test_a_public_line_equals_its_wish(wish):
    entry = WISH.view(WallEntry, id="pk").to_entity(through_the_store(wish))
    assert entry.community == wish.community
    for name in WallEntry.__dataclass_fields__.keys() - {"wall_community"}:
        assert getattr(entry, name) == getattr(wish, name)


def test_a_row_from_before_a_field_existed_takes_the_fields_default():
    raw = through_the_store(
        a_wish(claims=(a_claim(),), helpers_needed=3, told=("late",))
    )
    for younger in (
        "helpers_needed",
        "told",
        "claims",
        "thanks",
        "safeguarding",
    ):
        raw.pop(younger, None)
    wish = WISH.to_entity(raw)
    assert (
        wish.helpers_needed,
        wish.told,
        wish.claims,
        wish.thanks,
        wish.safeguarding,
    ) == (1, (), (), None, ())


def test_a_row_from_before_a_field_of_a_nested_part_existed_still_loads():
    raw = through_the_store(a_wish(claims=(a_claim(),)))
    raw["claims"]["S"] = (
        '[{"id": "clm_1", "helper": "per_h", "claimed_at": "2026-11-23T00:40:00Z"}]'
    )
    assert WISH.to_entity(raw).claims == (a_claim("per_h", id="clm_1"),)


def test_a_row_with_an_attribute_that_is_gone_from_the_code_still_loads():
    raw = through_the_store(a_person()) | {"shoe_size": {"N": "38"}}
    assert PERSON.to_entity(raw) == a_person()


def test_two_kinds_in_one_table_do_not_take_one_anothers_rows(world: World):
    person = world.person()
    assert find(Person, person.id, "person") == person
    assert find(Wish, person.id, "wish") is None


def test_events_are_in_the_order_of_version_and_number(
    world: World,
):
    wanted = [
        (version, number)
        for version in (1, 2, 9, 10, 11, 100)
        for number in (0, 1)
    ]
    for version, number in reversed(wanted):
        event = WishEvent(
            subject="wsh_a",
            version=version,
            number=number,
            at=START,
            tag="wish.edited",
            by="per_a",
            party="owner",
        )
        save(event)
    found = (
        store()
        .page(WISH_EVENT, "wsh_a", keys=SK.startswith("event#"), limit=100)
        .items
    )
    assert [(event.version, event.number) for event in found] == wanted
    assert issubclass(WishEvent, EventRecord)


def test_many_rows_are_read_in_key_order_without_missing_ones(
    world: World,
):
    one, two = world.person(), world.person()
    found = store().get_many(
        PERSON,
        [
            (two.id, "person"),
            ("per_none", "person"),
            (one.id, "person"),
            (two.id, "person"),
        ],
    )
    assert [person.id for person in found] == [two.id, one.id, two.id]
    assert store().get_many(PERSON, []) == []


def _put_events(number: int) -> None:
    for n in range(number):
        at = START + timedelta(minutes=n)
        save(
            WishEvent(
                subject="wsh_a",
                version=n,
                number=0,
                at=at,
                tag=f"t{n % 3}",
                by="b",
                party="owner",
            )
        )


def _pages(limit: int, **options):
    start, pages = None, []
    while True:
        found = store().page(
            WISH_EVENT, "wsh_a", start=start, limit=limit, **options
        )
        pages.append([event.version for event in found.items])
        start = found.next
        if start is None:
            return pages


def test_pages_of_any_size_end_exactly_at_the_end(world: World):
    _put_events(7)
    for limit in (1, 2, 3, 6, 7, 8):
        pages = _pages(limit)
        assert [version for found in pages for version in found] == list(
            range(7)
        )
        assert len(pages) == -(
            -7 // limit
        )  # no empty page follows a full last one


def test_newest_first_is_the_same_list_backwards(world: World):
    _put_events(5)
    assert _pages(2, newest_first=True) == [[4, 3], [2, 1], [0]]


# Not on moto's: 1,200 rows take it seven seconds, and it counts as the others do.
@pytest.mark.parametrize(
    "world", [STORES[0], STORES[-1]], indirect=True, ids=("memory", "embedded")
)
@pytest.mark.parametrize("limit", [1, 20, 100])
def test_a_filter_that_nothing_matches_costs_few_requests(
    world: World, limit: int
):
    _put_events(1200)
    with counted_storage() as storage:
        found = store().page(
            WISH_EVENT,
            "wsh_a",
            limit=limit,
            wanted=lambda event: False,
            empty_after=1000,
        )
    assert (found.items, found.next is None) == ([], False)
    assert storage.reads <= 12
    with counted_storage() as storage:
        rest = _pages(limit, wanted=lambda event: False, empty_after=1000)
    assert rest == [[], []]


def test_a_filtered_page_reads_on_while_nothing_is_found(world: World):
    _put_events(40)
    for limit in (1, 3, 20):
        pages = _pages(
            limit,
            wanted=lambda event: event.version in (30, 31),
            read_at_most=5,
        )
        assert [version for page in pages for version in page] == [30, 31]
        assert [] not in pages[:-1]


def test_a_filtered_list_loses_nothing_at_any_read_size(world: World):
    _put_events(11)
    for limit in (1, 2, 5):
        for most in (1, 4, 300):
            pages = _pages(
                limit, wanted=lambda event: event.tag == "t1", read_at_most=most
            )
            assert [version for found in pages for version in found] == [
                1,
                4,
                7,
                10,
            ]


def test_empty_fields_are_not_stored(world: World):
    raw = through_the_store(replace(a_person(), address=None, household=None))
    assert not {"address", "household", "timer"} & raw.keys()
