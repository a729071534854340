"""Use cases of staff about other people. Every look and every change is written to the audit."""

from collections.abc import Mapping
from dataclasses import dataclass

from ..kernel.access import Role, relations
from ..kernel.changes import Changes
from ..kernel.paging import Page
from ..kernel.place import covers
from ..kernel.request import RequestContext
from ..people import permissions as people_permissions
from ..people.model import Person
from ..security_trail.kinds import EventKind
from .authorized_moves import people_at
from .pending_phone import PendingPhone
from .powers import PersonPowers
from .records import NewPerson, PersonRecords

__all__ = [
    "FoundPeople",
    "NewPerson",
    "PersonAdmin",
    "Registered",
    "StaffRecord",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """A person registered by staff, and the ids of people who may be the same."""

    person: Person
    possible_duplicates: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPeople:
    """A page of people, and the names of their homes by code."""

    page: Page[Person]
    place_names: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffRecord:
    """A person as their record shows them; `place_names` has each place that it names."""

    person: Person
    pending_phone: PendingPhone | None
    place_names: Mapping[str, str]


class PersonAdmin(PersonRecords, PersonPowers):
    """Use cases of staff about people: find, read and reveal, and those of the bases."""

    def list_people(
        self,
        context: RequestContext,
        place: str,
        role: Role | None,
        q: str | None,
        limit: int,
    ) -> FoundPeople:
        """Return the people of a place and below, filtered by role, name part or whole phone.

        Each page is an event of the security trail, which says how it was filtered, not by which
        name or phone.
        """

        def decide() -> tuple[Changes[Person], FoundPeople]:
            me = self._access.require(
                context, people_permissions.READ, people_at(place, context)
            ).person
            page = self._found(context, place, role, q, limit)
            homes = [person.home for person in page.items if person.home]
            names = self._places.names_of(homes)  # before the look is noted
            found = FoundPeople(page=page, place_names=names)
            by = [_kind_of_search(q), f"role={role.value}" if role else ""]
            audit = self._audit.record_look(
                me.as_actor(),
                EventKind.LISTED,
                place,
                context.address,
                detail=" ".join(filter(None, by)),
            )
            return Changes(entity=me, previous=me, writes=(audit,)), found

        return self._transaction.run_with(decide, context)[1]

    def _found(
        self,
        context: RequestContext,
        place: str,
        role: Role | None,
        q: str | None,
        limit: int,
    ) -> Page[Person]:
        if role is Role.RESIDENT:
            role = None  # everybody is one
        if q and q.startswith("+"):
            return Page(self._with_phone_number(q, place, role))
        if q:
            return self._lists.named(q, place, role, context.start, limit)
        if role:
            return self._lists.with_role(role, place, context.start, limit)
        return self._lists.below(place, context.start, limit)

    def _with_phone_number(
        self, phone: str, place: str, role: Role | None
    ) -> list[Person]:
        """Return the owner of a phone, if they are of the place and have the role."""
        owner = self._phones.find_owner(phone)
        if owner is None or (role and not _has(owner, role)):
            return []
        inside = any(covers(place, code) for code in owner.places)
        return [owner] if inside else []

    def register(self, context: RequestContext, new: NewPerson) -> Registered:
        """Register a person, and find those who may be the same.

        They are read first: a read that fails leaves nothing half done.
        """
        duplicates = self._duplicates(context, new.name, new.home)
        person = self.create_person(context, new)
        return Registered(person=person, possible_duplicates=duplicates)

    def reread_registered(
        self, context: RequestContext, person_id: str
    ) -> Registered:
        """Return what a repeated registration shows."""
        person = self.read_person(context, person_id)
        found = self._duplicates(context, person.name, person.home or "")
        others = [id for id in found if id != person.id]
        return Registered(person=person, possible_duplicates=others)

    def _duplicates(
        self, context: RequestContext, name: str, home: str
    ) -> list[str]:
        """Return the ids of people of a name and home that the actor may read."""
        actor = self._access.require_self(context).person.as_actor()
        readable = people_permissions.READ.allowed
        return [
            other.id
            for other in self._lists.namesakes(name, home)
            if relations(actor, other.as_resource()) & readable
        ]

    def read_person(self, context: RequestContext, person_id: str) -> Person:
        """Return a person's record, for staff of their place."""
        return self._require(context, person_id, people_permissions.READ)[1]

    def read_record(
        self, context: RequestContext, person_id: str
    ) -> StaffRecord:
        """Return a person with the names of their places, and the correction of their phone."""
        person = self.read_person(context, person_id)
        places = [*person.places, *person.reveal_off]
        places += [request.place for request in person.role_requests]
        return StaffRecord(
            person=person,
            pending_phone=self._pending_phone(person_id),
            place_names=self._places.names_of(places),
        )


def _has(person: Person, role: Role) -> bool:
    return any(grant.role is role for grant in person.grants)


def _kind_of_search(q: str | None) -> str:
    if not q:
        return ""
    return "by phone" if q.startswith("+") else "by name"
