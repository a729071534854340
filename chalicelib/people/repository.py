"""How people and their consents are stored."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ..kernel.clock import to_text
from ..kernel.entities import by_id
from ..kernel.paging import Page, Position, every
from ..kernel.place import covers, sort_key, street_of, subtree
from ..store.batches import BATCH_GET
from ..store.indexes import index
from ..store.repository import Repository
from ..store.table import SK, EventRecord, Key, Table, behind
from .ended_relations import events_of_change
from .model import Person
from .records import Consent, PhoneMark, PhoneOwner, SealedRecord
from .volunteering import Volunteering, volunteering

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
    "WaitingVolunteer",
]

# PK the person; SK `person`, `consent#…`.
# A phone's owner is a row of its own, which makes the number unique.
# PK `volunteers#<street>`; SK a community (or the street) and a person, in tree order.
_PEOPLE = Table(
    "people",
    indexes=(
        # In the order of the place tree. Keys only: no copy of a name or phone lies in an index.
        index("by_place", hash_key="street", range_key="place_order"),
        index("by_household", hash_key="household"),
        # The volunteers of a street who wait for staff, soonest due first. Sparse, no names.
        index(
            "by_waiting",
            hash_key="waits_in",
            range_key="waits_order",
            include=("id", "waits_at", "waits_for"),
        ),
        # Spoken consents that wait for a call-back in a street, soonest due first. Sparse.
        index("by_call_back", hash_key="calls_in", range_key="calls_order"),
    ),
)
_WAITING_READ_MAX = 2000  # tasks of a street, filtered for one of its places


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingVolunteer:
    """A volunteer who waits for staff, as the index holds them."""

    id: str
    waits_at: str
    waits_for: str
    waits_order: str


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
        keys |= _waiting_keys(person, place)
    return keys


def _waiting_keys(person: Person, place: str) -> dict[str, str]:
    waiting = person.waits_for_staff()
    if waiting is None:
        return {}
    waits_for, due_at = waiting
    return {
        "waits_in": street_of(place),
        "waits_order": f"{to_text(due_at)}#{person.id}",
        "waits_at": place,
        "waits_for": waits_for,
    }


def _volunteering_keys(one: Volunteering) -> dict[str, str]:
    return {
        "pk": f"volunteers#{street_of(one.area)}",
        "sk": sort_key(one.area) + one.person_id,
    }


def _consent_keys(consent: Consent) -> dict[str, str]:
    keys = {
        "pk": consent.person_id,
        "sk": f"consent#{to_text(consent.at)}#{consent.id}",
    }
    if consent.confirm_by and consent.place:
        keys |= {
            "calls_in": street_of(consent.place),
            "calls_order": f"{to_text(consent.confirm_by)}#{consent.id}",
        }
    return keys


_COMPUTED = {"waits_at": str, "waits_for": str}
PERSON = (
    _PEOPLE.row(Person, keys=_person_keys, computed=_COMPUTED)
    .with_projection(volunteering)
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
CONSENT = _PEOPLE.row(Consent, keys=_consent_keys)
PERSON_EVENT = _PEOPLE.event_log(Person, PersonEvent)
_KEY = PERSON.view(Key)
_WAITING = PERSON.view(WaitingVolunteer)
_CONSENT_KEY = CONSENT.view(Key)
_CALL_BACKS_READ = 2000  # looked through for one page of the staff queue


def _position_of(person: Person) -> Position:
    keys = _person_keys(person)
    return {name: keys[name] for name in ("pk", "sk", "street", "place_order")}


class PersonRepository(Repository):
    """Reads people, who may be asked, and consents."""

    rows = (
        PERSON,
        PHONE_OWNER,
        PHONE_MARK,
        SEALED,
        VOLUNTEERING,
        CONSENT,
        PERSON_EVENT,
    )

    def find_person(self, person_id: str) -> Person | None:
        """Read one person."""
        return self._store.get(PERSON, person_id, "person")

    def find_persons(self, person_ids: list[str]) -> dict[str, Person]:
        """Read several people, a hundred in a request, by id."""
        people = self._store.get_many(
            PERSON, [(id, "person") for id in person_ids]
        )
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
        self,
        place: str,
        start: Position | None,
        limit: int,
        wanted: Callable[[Person], bool],
        read_at_most: int,
    ) -> Page[Person]:
        """Read the people of a place and everything below it, in tree order; `wanted` filters them.

        A page may be short where few match: at most `read_at_most` people are read for it, and
        twice as many in each further request.
        """
        found: list[Person] = []
        read, at_once = 0, limit
        while True:
            keys = self._keys_below(place, start, at_once)
            people = self._store.get_many(
                PERSON, [(key.pk, "person") for key in keys.items]
            )
            read += len(keys.items)
            at_once = min(2 * at_once, BATCH_GET)
            for n, person in enumerate(people):
                if wanted(person):
                    found.append(person)
                if len(found) == limit and n + 1 < len(people):
                    return Page(found, _position_of(person))
            start = keys.next
            if start is None or len(found) == limit or read >= read_at_most:
                return Page(found, start)

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

    def waiting_at(
        self, place: str, after: str, limit: int
    ) -> Page[WaitingVolunteer]:
        """Read the volunteers who wait for the staff of a place, soonest due first."""
        return self._store.page(
            _WAITING,
            street_of(place),
            index="by_waiting",
            keys=behind(PERSON.attribute("waits_order"), after),
            limit=limit,
            wanted=lambda waiting: covers(place, waiting.waits_at),
            read_at_most=_WAITING_READ_MAX,
        )

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

    def consents_waiting(
        self, place: str, after: str, limit: int
    ) -> Page[tuple[str, Consent]]:
        """Read the consents that wait for a call-back at a place and below, each with its order."""
        page = self._store.page(
            _CONSENT_KEY,
            street_of(place),
            index="by_call_back",
            keys=behind(CONSENT.attribute("calls_order"), after),
            limit=limit,
            read_at_most=_CALL_BACKS_READ,
        )
        found = self._store.get_many(
            CONSENT, [(key.pk, key.sk) for key in page.items]
        )
        pairs = [
            (_consent_keys(consent)["calls_order"], consent)
            for consent in found
            if consent.confirm_by and covers(place, consent.place or "")
        ]
        position = page.next and {"after": page.next["calls_order"]}
        return Page(pairs, position)
