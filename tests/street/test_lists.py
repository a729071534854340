"""Every list of the contract shows everything, once, in order, and ends.

A page may be short, but an empty one is the last.
"""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlencode

import pytest

from chalicelib.kernel import staff_queue
from chalicelib.store.store import Store

from ..cases import merged
from . import (
    lists_of_people,
    lists_of_tickets,
    lists_of_trail,
    lists_of_wishes,
    lists_of_work,
)
from .lists import Listing, any_place, wide_place
from .more import with_more
from .small import SmallStreet

CONTRACT = Path(__file__).parent.parent.parent / "docs" / "openapi.json"
SEEDS = (1, 2)
LIMITS = (1, 2, 3, 7, 20, 100)
FEW = 3  # rows that a filtered list looks through in a large street
ROUNDS = 8  # of each list and street, with other filters, viewers and limits
Draw = Callable[[SmallStreet, Random], Listing]


def at(find_place: Any, draw: Any, **options: Any) -> Draw:
    """Return a list of a place that is drawn."""

    def drawn_list(street: SmallStreet, dice: Random) -> Listing:
        return draw(street, dice, place=find_place(street, dice), **options)

    return drawn_list


# operation and what is asked for -> the list
LISTS: dict[tuple[str, str], Draw] = {
    ("list_wishes", "by staff, of a wide place"): at(
        wide_place, lists_of_wishes.staff_wishes
    ),
    ("list_wishes", "by staff, of any place"): at(
        any_place, lists_of_wishes.staff_wishes
    ),
    ("list_wishes", "by anybody"): at(
        wide_place, lists_of_wishes.public_wishes
    ),
    ("my_wishes", ""): lists_of_wishes.my_wishes,
    ("my_claims", ""): lists_of_wishes.my_claims,
    ("filed_for_others", ""): lists_of_wishes.filed_for_others,
    ("my_hours", ""): lists_of_wishes.my_hours,
    ("read_timeline", ""): lists_of_work.wish_timeline,
    ("list_tickets", "by deadline"): at(
        any_place,
        lists_of_tickets.queue_of_tickets,
        newest=False,
        filtered=False,
    ),
    ("list_tickets", "created in a span"): at(
        any_place, lists_of_tickets.tickets_of_a_span
    ),
    ("list_tickets", "by deadline, filtered"): at(
        any_place,
        lists_of_tickets.queue_of_tickets,
        newest=False,
        filtered=True,
    ),
    ("list_tickets", "newest first"): at(
        any_place,
        lists_of_tickets.queue_of_tickets,
        newest=True,
        filtered=False,
    ),
    ("list_tickets", "newest first, filtered"): at(
        any_place, lists_of_tickets.queue_of_tickets, newest=True, filtered=True
    ),
    ("list_tickets", "own"): lists_of_tickets.own_tickets,
    ("list_tickets", "near"): lists_of_tickets.tickets_nearby,
    ("list_my_tickets", ""): lists_of_tickets.my_tickets,
    ("read_ticket_timeline", ""): lists_of_work.ticket_timeline,
    ("list_people", "of a place"): at(any_place, lists_of_people.people),
    ("list_people", "by role"): at(
        any_place, lists_of_people.people, by="role"
    ),
    ("list_people", "by name"): at(any_place, lists_of_people.people, by="q"),
    ("list_streets", ""): lists_of_people.streets,
    ("list_places", ""): at(any_place, lists_of_people.places),
    ("list_places", "levels"): at(any_place, lists_of_people.some_levels),
    ("list_places", "alone"): at(any_place, lists_of_people.place_alone),
    ("read_consents", ""): lists_of_people.consents,
    ("list_person_consents", ""): lists_of_people.consents_for_staff,
    ("list_sessions", ""): lists_of_people.sessions,
    ("list_person_sessions", ""): lists_of_people.sessions_for_staff,
    ("list_messages", ""): lists_of_people.messages,
    ("read_inbox", ""): lists_of_people.inbox,
    ("read_queue", ""): at(
        any_place, lists_of_work.staff_queue, filtered=False
    ),
    ("read_queue", "filtered"): at(
        any_place, lists_of_work.staff_queue, filtered=True
    ),
    ("list_matching_runs", ""): at(any_place, lists_of_work.runs),
    ("list_my_offers", ""): lists_of_work.my_offers,
    ("read_trail", ""): partial(lists_of_trail.security_events, filtered=False),
    ("read_trail", "filtered"): partial(
        lists_of_trail.security_events, filtered=True
    ),
}
# Those of further features.
LISTS |= merged("lists")


@pytest.fixture(scope="module", params=SEEDS)
def street(request):
    return SmallStreet(things=with_more(request.param)), request.param


@pytest.fixture
def large(monkeypatch):
    """Let lists look through so few rows that the street is large for them."""
    whole = Store.page

    def page(self: Store, *args: Any, **options: Any) -> Any:
        few = {"read_at_once": 0, "read_at_most": FEW}
        return whole(self, *args, **(options | few))

    monkeypatch.setattr(Store, "page", page)
    monkeypatch.setattr(staff_queue, "MAX_COUNTED", FEW)


def pages_of(listing: Listing, limit: int) -> list[list[Any]]:
    """Return the keys of the items of all pages; fail where the list does not end."""
    pages, cursor = [], None
    for _ in range(10 * len(listing.expected) + 500):
        query = {**listing.query, "limit": str(limit)}
        if cursor:
            query["cursor"] = cursor
        answer = listing.phone.get(
            f"{listing.path}?{urlencode(query, doseq=True)}"
        )
        assert answer.status == 200, answer.text
        pages.append([listing.key(item) for item in answer.json["items"]])
        assert len(pages[-1]) <= limit
        cursor = answer.json["next"]
        if cursor is None:
            return pages
    raise AssertionError("the list does not end")


def walks(
    made: SmallStreet, seed: int, case: tuple[str, str], rounds: int = ROUNDS
) -> Any:
    """Yield lists of a case with all their pages; each shows everything once, in order."""
    dice = Random(f"{seed} {case}")
    for _ in range(rounds):
        listing = LISTS[case](made, dice)
        limit = min(dice.choice(LIMITS), listing.most)
        pages = pages_of(listing, limit)
        joined = [key for page in pages for key in page]
        assert joined == listing.expected, (listing.path, listing.query)
        yield listing, limit, pages


@pytest.mark.parametrize("case", LISTS, ids=", ".join)
def test_pages_joined_are_the_list(street, case):
    for listing, limit, pages in walks(*street, case):
        assert all(pages[:-1]), (listing.path, listing.query, limit)


@pytest.mark.parametrize("case", LISTS, ids=", ".join)
def test_pages_joined_are_the_list_in_a_large_street_too(street, large, case):
    for listing, limit, pages in walks(*street, case):
        assert all(pages[:-1]), (listing.path, listing.query, limit)


def test_every_list_of_the_contract_is_drawn_with_each_of_its_filters():
    contract = json.loads(CONTRACT.read_text())
    asked: dict[str, set[str]] = {}
    for path in contract["paths"].values():
        operation = path.get("get", {})
        names = {
            one["name"]
            for one in operation.get("parameters", ())
            if one.get("in") == "query"
        }
        if "cursor" in names:
            asked[operation["operationId"]] = names
    street = SmallStreet(things=with_more(1))
    drawn: dict[str, set[str]] = {}
    for (operation, _), draw in LISTS.items():
        names = drawn.setdefault(operation, {"cursor", "limit"})
        for n in range(40):
            names.update(draw(street, Random(n)).query)
    assert drawn == asked
