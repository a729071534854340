"""How people and their consents are stored."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from ..kernel.access import Role
from ..kernel.clock import to_text
from ..kernel.entities import by_id
from ..kernel.paging import Page, Position, every
from ..kernel.place import sort_key, street_of, subtree
from ..store.indexes import index
from ..store.repository import Repository
from ..store.table import SK, EventRecord, Key, Table
from ..store.tables import TASK
from .ended_relations import events_of_change
from .listing import NamedPerson, RoleHolder, listed_by_name, listed_by_role
from .model import Person
from .records import Consent, PhoneMark, PhoneOwner, SealedRecord
from .volunteering import Volunteering, volunteering
from .waiting_tasks import (
    CALL_BACK,
    VOLUNTEER_TASKS,
    consent_sk,
    consent_tasks,
    volunteer_tasks,
)

__all__ = [
    "CONSENT",
    "PERSON",
    "PERSON_EVENT",
    "PHONE_MARK",
    "PHONE_OWNER",
    "SEALED",
    "VOLUNTEERING",
    "PersonEvent",
    "PersonRepository",
]

# PK the person; SK `person`, `consent#…`.
# A phone's owner is a row of its own, which makes the number unique.
# PK `volunteers#<street>`; SK a community (or the street) and a person, in tree order.
# PK `named#<street>`; SK a part of a name, a place and a person. PK `role#<street>#<role>`; SK a
# place and a person, in tree order.
_PEOPLE = Table(
    "people",
    indexes=(
        # In the order of the place tree. Keys only: no copy of a name or phone lies in an index.
        index("by_place", hash_key="street", range_key="place_order"),
        index("by_household", hash_key="household"),
    ),
)
# One page of a search goes through all names that begin so. A street of 43,000 people has about
# 3,000 with the most frequent surname; a request reads as many.
_NAMES_AT_ONCE = 3000


class PersonEvent(EventRecord):
    """A line of a person's event log."""


def _person_keys(person: Person) -> dict[str, str]:
    keys = {"pk": person.id, "sk": "person"}
    if person.places and not person.erased_at:
        place = person.places[0]
        keys |= {
            "street": street_of(place),
            "place_order": sort_key(place) + person.id,
        }
    return keys


def _role_list(place: str, role: Role) -> str:
    return f"role#{street_of(place)}#{role.value}"


def _volunteering_keys(one: Volunteering) -> dict[str, str]:
    return {
        "pk": f"volunteers#{street_of(one.area)}",
        "sk": sort_key(one.area) + one.person_id,
    }


def _consent_keys(consent: Consent) -> dict[str, str]:
    return {"pk": consent.person_id, "sk": consent_sk(consent)}


PERSON = (
    _PEOPLE.row(Person, keys=_person_keys)
    .with_projection(volunteering)
    .with_projection(listed_by_name)
    .with_projection(listed_by_role)
    .with_tasks(*VOLUNTEER_TASKS, derive=volunteer_tasks, sk="person")
    .with_events(events_of_change)
)
PHONE_OWNER = _PEOPLE.row(
    PhoneOwner,
    keys=lambda owner: {"pk": f"phone#{owner.fingerprint}", "sk": "owner"},
)
# What stays of erased people for a time, apart from all others: PK the person or the hash of a
# phone; SK `sealed`, `mark`.
_SEALED = Table("sealed")
PHONE_MARK = _SEALED.row(
    PhoneMark,
    keys=lambda mark: {"pk": f"phone#{mark.fingerprint}", "sk": "mark"},
)
SEALED = _SEALED.row(
    SealedRecord, keys=lambda sealed: {"pk": sealed.person_id, "sk": "sealed"}
)
VOLUNTEERING = _PEOPLE.row(Volunteering, keys=_volunteering_keys)
NAMED = _PEOPLE.row(
    NamedPerson,
    keys=lambda one: {"pk": f"named#{one.street}", "sk": one.order},
)
ROLE_HOLDER = _PEOPLE.row(
    RoleHolder,
    keys=lambda one: {
        "pk": _role_list(one.place, one.role),
        "sk": sort_key(one.place) + one.person_id,
    },
)
CONSENT = _PEOPLE.row(Consent, keys=_consent_keys).with_tasks(
    CALL_BACK, derive=consent_tasks, sk=""
)
PERSON_EVENT = _PEOPLE.event_log(Person, PersonEvent)
_KEY = PERSON.view(Key)


class PersonRepository(Repository):
    """Reads people, who may be asked, and consents."""

    rows = (
        PERSON,
        PHONE_OWNER,
        PHONE_MARK,
        SEALED,
        VOLUNTEERING,
        NAMED,
        ROLE_HOLDER,
        CONSENT,
        PERSON_EVENT,
    )

    def find_person(self, person_id: str) -> Person | None:
        """Read one person."""
        return self._store.get(PERSON, person_id, "person")

    def find_persons(
        self, person_ids: list[str], *, consistent: bool = True
    ) -> dict[str, Person]:
        """Read several people, a hundred in a request, by id."""
        keys = [(id, "person") for id in person_ids]
        people = self._store.get_many(PERSON, keys, consistent=consistent)
        return by_id(people)

    def owner_of_phone(self, fingerprint: str) -> str | None:
        """Return the id of the person whose phone this is."""
        owner = self._store.get(PHONE_OWNER, f"phone#{fingerprint}", "owner")
        return owner.person_id if owner else None

    def mark_of_phone(self, fingerprint: str) -> PhoneMark | None:
        """Return the mark of a phone whose account was erased. It may have expired."""
        return self._store.get(PHONE_MARK, f"phone#{fingerprint}", "mark")

    def find_sealed(self, person_id: str) -> SealedRecord | None:
        """Return the sealed record of an erased person. It may have expired."""
        return self._store.get(SEALED, person_id, "sealed")

    def household_members(self, household: str, limit: int) -> list[str]:
        """Return the ids of a household's members."""
        found = self._store.page(
            _KEY, household, index="by_household", limit=limit
        )
        return [key.pk for key in found.items]

    def people_below(
        self, place: str, start: Position | None, limit: int
    ) -> Page[Person]:
        """Read the people of a place and everything below it, in tree order."""
        keys = self._keys_below(place, start, limit)
        people = self._store.get_many(
            PERSON, [(key.pk, "person") for key in keys.items]
        )
        return Page(people, keys.next)

    def _keys_below(
        self, place: str, start: Position | None, limit: int
    ) -> Page[Key]:
        keys = PERSON.attribute("place_order").between(*subtree(place))
        return self._store.page(
            _KEY,
            street_of(place),
            index="by_place",
            keys=keys,
            start=start,
            limit=limit,
        )

    def ids_below(
        self, place: str, start: Position | None, limit: int
    ) -> Page[str]:
        """Read the ids of the people of a place and below, in tree order, from the index alone."""
        found = self._keys_below(place, start, limit)
        return Page([key.pk for key in found.items], found.next)

    def people_named(
        self,
        text: str,
        place: str,
        role: Role | None,
        start: Position | None,
        limit: int,
    ) -> Page[Person]:
        """Read the people of a place and below by a part of their folded name, and a role.

        By the found part of the name, then in tree order. A page is full, or the last one.
        """
        found: list[NamedPerson] = []
        while True:
            page = self._store.page(
                NAMED,
                f"named#{street_of(place)}",
                keys=SK.startswith(text),
                start=start,
                limit=limit - len(found),
                wanted=lambda line: line.is_found(text, place, role),
                read_at_once=_NAMES_AT_ONCE,
            )
            found += page.items
            start = page.next
            if start is None or len(found) == limit:
                return Page(self._listed(found), start)

    def namesakes(self, name: str, street: str, limit: int) -> list[Person]:
        """Read people of a street who have exactly a folded name."""
        found = self._store.page(
            NAMED,
            f"named#{street}",
            keys=SK.startswith(f"{name}#"),
            limit=limit,
        )
        return self._listed(found.items)

    def role_holders(
        self, role: Role, place: str, start: Position | None, limit: int
    ) -> Page[Person]:
        """Read the people with a role of a place and below, in tree order."""
        found = self._store.page(
            ROLE_HOLDER,
            _role_list(place, role),
            keys=SK.between(*subtree(place)),
            start=start,
            limit=limit,
        )
        return Page(self._listed(found.items), found.next)

    def _listed(
        self, lines: Sequence[NamedPerson | RoleHolder]
    ) -> list[Person]:
        people = self.find_persons([line.person_id for line in lines])
        ids = [line.person_id for line in lines]
        return [people[id] for id in ids if id in people]

    def volunteers_of(
        self, area: str, *, below: bool
    ) -> Iterator[Volunteering]:
        """Read the volunteers of a community or street, in tree order; with `below` of all in it.

        Eventually consistent, for half the price: a volunteer is read again when they accept.
        """
        keys = (
            SK.between(*subtree(area))
            if below
            else SK.startswith(sort_key(area))
        )
        part = f"volunteers#{street_of(area)}"

        def read(start: Position | None) -> Page[Volunteering]:
            return self._store.page(
                VOLUNTEERING,
                part,
                keys=keys,
                start=start,
                limit=1000,
                consistent=False,
            )

        return every(read)

    def consents_of(
        self, person_id: str, start: Position | None = None, limit: int = 100
    ) -> Page[Consent]:
        """Read a person's consent history, newest first."""
        keys = SK.startswith("consent#")
        return self._store.page(
            CONSENT,
            person_id,
            keys=keys,
            start=start,
            limit=limit,
            newest_first=True,
        )

    def call_backs_due(
        self, street: str, until: datetime, start: Position | None, limit: int
    ) -> Page[Consent]:
        """Read the consents of a street whose call-back was due by an instant.

        A page may be short.
        """
        page = self._store.page(
            TASK,
            street,
            index="by_street",
            keys=to_text(until) >= SK,
            start=start,
            limit=limit,
            wanted=lambda task: task.kind == CALL_BACK,
        )
        keys = [(task.part, task.row) for task in page.items]
        return Page(self._store.get_many(CONSENT, keys), page.next)
