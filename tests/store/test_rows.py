"""Rows: whatever a dataclass holds comes back as it was, also from rows that are older than its fields."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given

from chalicelib.people.model import Person
from chalicelib.store.rows import EventRecord, Table, load, load_many, page, row_of
from chalicelib.wishes.model import WallEntry, Wish
from chalicelib.wishes.rows import WishEvent

from ..people.builders import PEOPLE, a_person
from ..wishes.builders import WISHES, a_claim, a_wish
from ..world import START, World


def through_the_store(thing):
    """What DynamoDB would give back for a thing, without asking it."""
    row = row_of(thing)
    return type(row).from_raw_data(row.serialize())


@given(PEOPLE)
def test_any_person_comes_back_as_she_was(person):
    assert through_the_store(person).as_a(Person) == person


@given(WISHES)
def test_any_wish_comes_back_as_it_was(wish):
    assert through_the_store(wish).as_a(Wish) == wish


@given(WISHES)
def test_a_line_of_the_wall_says_what_its_wish_says(wish):
    entry = through_the_store(wish).as_a(WallEntry)
    for name in WallEntry.__dataclass_fields__:
        assert getattr(entry, name) == getattr(wish, name)


def test_a_row_from_before_a_field_existed_takes_the_fields_default():
    row = row_of(a_wish(claims=(a_claim(),), helpers_needed=3, told=("late",)))
    raw = row.serialize()
    for younger in ("helpers_needed", "told", "claims", "thanks", "safeguarding"):
        raw.pop(younger, None)
    wish = type(row).from_raw_data(raw).as_a(Wish)
    assert (wish.helpers_needed, wish.told, wish.claims, wish.thanks, wish.safeguarding) == (1, (), (), None, ())


def test_a_row_from_before_a_field_of_a_nested_part_existed_still_loads():
    row = row_of(a_wish(claims=(a_claim(),)))
    raw = row.serialize()
    raw["claims"]["S"] = '[{"id": "clm_1", "helper": "per_h", "claimed_at": "2026-11-23T00:40:00Z"}]'
    assert type(row).from_raw_data(raw).as_a(Wish).claims == (a_claim("per_h", id="clm_1"),)


def test_a_row_with_an_attribute_that_is_gone_from_the_code_still_loads():
    row = row_of(a_person())
    assert type(row).from_raw_data(row.serialize() | {"shoe_size": {"N": "38"}}).as_a(Person) == a_person()


def test_two_kinds_in_one_table_do_not_take_one_anothers_rows(world: World):
    person = world.person()
    assert load(Person, person.id, "person") == person
    assert load(Wish, person.id, "wish") is None


def test_events_lie_in_the_order_of_versions_beyond_ten_and_of_numbers_within(world: World):
    wanted = [(version, number) for version in (1, 2, 9, 10, 11, 100) for number in (0, 1)]
    for version, number in reversed(wanted):
        event = WishEvent(subject="wsh_a", version=version, number=number, at=START, tag="wish.edited", by="per_a", party="owner")
        row_of(event).save()
    found = page(WishEvent, "wsh_a", keys=Table.sk.startswith("event#"), limit=100).items
    assert [(event.version, event.number) for event in found] == wanted
    assert issubclass(WishEvent, EventRecord)


def test_many_are_read_in_the_order_asked_for_and_the_missing_are_left_out(world: World):
    one, two = world.person(), world.person()
    found = load_many(Person, [(two.id, "person"), ("per_none", "person"), (one.id, "person"), (two.id, "person")])
    assert [person.id for person in found] == [two.id, one.id, two.id]
    assert load_many(Person, []) == []


def _put_events(number: int) -> None:
    for n in range(number):
        at = START + timedelta(minutes=n)
        row_of(WishEvent(subject="wsh_a", version=n, number=0, at=at, tag=f"t{n % 3}", by="b", party="owner")).save()


def _pages(limit: int, **options):
    start, pages = None, []
    while True:
        found = page(WishEvent, "wsh_a", start=start, limit=limit, **options)
        pages.append([event.version for event in found.items])
        start = found.next
        if start is None:
            return pages


def test_pages_end_exactly_at_the_end_whatever_their_size(world: World):
    _put_events(7)
    for limit in (1, 2, 3, 6, 7, 8):
        pages = _pages(limit)
        assert [version for found in pages for version in found] == list(range(7))
        assert len(pages) == -(-7 // limit)  # no empty page follows a full last one


def test_newest_first_is_the_same_list_backwards(world: World):
    _put_events(5)
    assert _pages(2, newest_first=True) == [[4, 3], [2, 1], [0]]


def test_a_filtered_list_loses_nothing_however_little_is_read_at_once(world: World):
    _put_events(11)
    for limit in (1, 2, 5):
        for most in (1, 4, 300):
            pages = _pages(limit, wanted=lambda event: event.tag == "t1", read_at_most=most)
            assert [version for found in pages for version in found] == [1, 4, 7, 10]


def test_a_thing_is_written_without_what_it_does_not_have(world: World):
    raw = row_of(replace(a_person(), address=None, household=None)).serialize()
    assert not {"address", "household", "timer"} & raw.keys()
