"""What holds of numbers at any time: each has one owner, and its rows say so."""

from collections import Counter as Tally

from chalicelib.people.model import Person
from chalicelib.people.records import PhoneOwner

from ..store.scan import SK, find, scan
from ..world import World
from .facts import every

__all__ = ["check_numbers", "person_of"]


def person_of(person_id: str) -> Person:
    person = find(Person, person_id, "person")
    assert person
    return person


def check_numbers(world: World) -> None:
    """Assert that every phone has one person, and the row of each names that person."""
    people = [one for one in every(Person) if one.phone]
    held = Tally(one.phone for one in people)
    assert not [phone for phone, n in held.items() if n > 1]
    phones = world.services.phones
    expected = {
        fingerprint: one.id
        for one in people
        for fingerprint in phones.fingerprints(one.phone or "")
    }
    rows = scan(PhoneOwner, SK == "owner")
    assert {row.fingerprint: row.person_id for row in rows} == expected
