"""How people and their consents lie in the store."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pynamodb.attributes import UnicodeAttribute
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection

from ..kernel.clock import to_text
from ..kernel.paging import Page, Position, every
from ..kernel.place import sort_key, street_of, subtree
from ..store.rows import EventRecord, Table, load, load_many, page
from .model import Consent, Person, PhoneOwner, Volunteering, volunteering

__all__ = [
    "consents_of",
    "find_person",
    "find_persons",
    "household_members",
    "ids_below",
    "owner_of_phone",
    "people_below",
    "volunteers_of",
]


class ByPlace(GlobalSecondaryIndex["PeopleTable"]):
    """The people of a street, in the order of the place tree."""

    class Meta:
        """Keys only: lists read the people themselves, so no copy of a name or phone lies in an index."""

        index_name = "by_place"
        projection = KeysOnlyProjection()

    street = UnicodeAttribute(hash_key=True)
    place_order = UnicodeAttribute(range_key=True)


class ByHousehold(GlobalSecondaryIndex["PeopleTable"]):
    """The members of a household."""

    class Meta:
        """Keys only."""

        index_name = "by_household"
        projection = KeysOnlyProjection()

    household = UnicodeAttribute(hash_key=True)


class PeopleTable(Table):
    """PK the person; SK `person`, `consent#…`. A phone's owner is a row of its own, which makes the number unique.

    PK `volunteers#<street>`; SK a community (or the street) and a person, in tree order: who may be asked there.
    """

    class Meta:
        """Name."""

        table_name = "people"

    street = UnicodeAttribute(null=True)
    place_order = UnicodeAttribute(null=True)
    household = UnicodeAttribute(null=True)
    by_place = ByPlace()
    by_household = ByHousehold()


class PersonEvent(EventRecord):
    """A line of somebody's timeline."""


@dataclass(frozen=True, slots=True)
class _Key:
    """What a keys-only index gives."""

    pk: str


def _person_keys(person: Person) -> dict[str, str | None]:
    keys: dict[str, str | None] = {"pk": person.id, "sk": "person"}
    if person.places and not person.erased_at:
        place = person.places[0]
        keys |= {"street": street_of(place), "place_order": sort_key(place) + person.id}
    return keys


PersonRow = PeopleTable.holding(Person, _person_keys)
PeopleTable.holding(PhoneOwner, lambda owner: {"pk": f"phone#{owner.fingerprint}", "sk": "owner"})
PeopleTable.holding(Volunteering, lambda v: {"pk": f"volunteers#{street_of(v.area)}", "sk": sort_key(v.area) + v.person_id})
PeopleTable.deriving(Person, volunteering)
ConsentRow = PeopleTable.holding(Consent, lambda c: {"pk": c.person_id, "sk": f"consent#{to_text(c.at)}#{c.id}"})
PeopleTable.keeping_timeline(Person, PersonEvent)


def find_person(person_id: str) -> Person | None:
    """Read one person."""
    return load(Person, person_id, "person")


def find_persons(person_ids: list[str]) -> dict[str, Person]:
    """Read several people in one request, by id."""
    keys = [(id, "person") for id in person_ids if id]  # of who was erased no id is left, and DynamoDB takes no empty key
    return {person.id: person for person in load_many(Person, keys)}


def owner_of_phone(fingerprint: str) -> str | None:
    """Return the id of the person whose phone this is."""
    owner = load(PhoneOwner, f"phone#{fingerprint}", "owner")
    return owner.person_id if owner else None


def household_members(household: str, limit: int) -> list[str]:
    """Return the ids of a household's members."""
    return [key.pk for key in page(_Key, household, index="by_household", limit=limit, row_kind=Person).items]


def people_below(
    place: str, start: Position | None, limit: int, wanted: Callable[[Person], bool], read_at_most: int
) -> Page[Person]:
    """Read the people of a place and everything below it, in tree order; `wanted` filters them.

    A page may be short where few match: at most `read_at_most` people are read for it.
    """
    order = PersonRow.place_order  # type: ignore[attr-defined]
    found: list[Person] = []
    read = 0
    while True:
        keys = page(
            _Key,
            street_of(place),
            index="by_place",
            keys=order.between(*subtree(place)),
            start=start,
            limit=limit,
            row_kind=Person,
        )
        people = load_many(Person, [(key.pk, "person") for key in keys.items])
        read += len(keys.items)
        for n, person in enumerate(people):
            if wanted(person):
                found.append(person)
            if len(found) == limit and n + 1 < len(people):
                return Page(found, _position_of(person))
        start = keys.next
        if start is None or len(found) == limit or read >= read_at_most:
            return Page(found, start)


def ids_below(place: str, start: Position | None, limit: int) -> Page[str]:
    """Read the ids of the people of a place and everything below it, in tree order, from the index alone."""
    order = PersonRow.place_order  # type: ignore[attr-defined]
    keys = order.between(*subtree(place))
    found = page(_Key, street_of(place), index="by_place", keys=keys, start=start, limit=limit, row_kind=Person)
    return Page([key.pk for key in found.items], found.next)


def volunteers_of(area: str, *, below: bool) -> Iterator[Volunteering]:
    """Read the volunteers of one community or street, or with `below` of everything in it, in tree order.

    Eventually consistent, for half the price: whoever is asked is looked at again when she accepts.
    """
    keys = Table.sk.between(*subtree(area)) if below else Table.sk.startswith(sort_key(area))
    part = f"volunteers#{street_of(area)}"
    return every(lambda start: page(Volunteering, part, keys=keys, start=start, limit=1000, consistent=False))


def _position_of(person: Person) -> Position:
    keys = _person_keys(person)
    return {name: str(keys[name]) for name in ("pk", "sk", "street", "place_order")}


def consents_of(person_id: str, start: Position | None = None, limit: int = 100) -> Page[Consent]:
    """Read somebody's consent history, newest first."""
    return page(Consent, person_id, keys=Table.sk.startswith("consent#"), start=start, limit=limit, newest_first=True)
