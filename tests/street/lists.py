"""What each list of the contract must show, found by looking through everything."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from chalicelib.kernel.access import Role
from chalicelib.kernel.clock import to_text
from chalicelib.kernel.place import (
    PlaceKind,
    kind_of,
)
from chalicelib.people.model import Person
from chalicelib.places.model import Place

from ..world import Phone
from .small import SmallStreet

Street = SmallStreet


@dataclass(frozen=True)
class Listing:
    """A list as somebody asks for it, and the keys of its items in order."""

    phone: Phone
    path: str
    expected: list[Any]
    query: dict[str, Any] = field(default_factory=dict)
    key: Callable[[Any], Any] = lambda item: item["id"]
    in_order: bool = True
    most: int = 100  # items of a page


def order_of(at: Any, id: str) -> str:
    return f"{to_text(at)}#{id}"


def ids_of(things: Any) -> list[str]:
    return [thing.id for thing in things]


def wide_codes(street: Street) -> list[str]:
    return [
        place.id
        for place in street.all(Place)
        if kind_of(place.id) is not PlaceKind.UNIT
    ]


def viewer_of(
    street: Street, place: str, dice: Random, least: Role = Role.GRID_WORKER
) -> Phone:
    """Return the phone of some staff of a place, with a role or one above it."""
    staff = [
        person
        for person in street.all(Person)
        for grant in person.grants
        if grant.role.rank >= least.rank and grant.reaches(place)
    ]
    return street.world.phone_of(dice.choice(staff))


def busiest(street: Street, dice: Random, owners: list[str]) -> Person:
    """Return one of the people who have many of something."""
    by_count = sorted(set(owners), key=owners.count)[-5:]
    chosen = dice.choice(by_count)
    (person,) = [one for one in street.all(Person) if one.id == chosen]
    return person


def some_of(dice: Random, values: Iterable[Any]) -> list[Any]:
    """Return one, two or three of some values, in any order."""
    known = list(values)
    return dice.sample(known, min(len(known), dice.choice((1, 1, 2, 3))))


def any_place(street: Street, dice: Random) -> str:
    return dice.choice(wide_codes(street))


def wide_place(street: Street, dice: Random) -> str:
    """Return the street or a community."""
    wide = [code for code in wide_codes(street) if code.count(".") < 2]
    return dice.choice(wide)
