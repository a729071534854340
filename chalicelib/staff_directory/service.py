"""Use cases of staff about other people. Every look and every change is written to the audit."""

from ..kernel.access import Role
from ..kernel.changes import Changes
from ..kernel.paging import Page
from ..kernel.place import covers
from ..kernel.request import RequestContext
from ..people import permissions as people_permissions
from ..people.model import Person
from ..security_trail.kinds import EventKind
from .authorized_moves import people_at
from .powers import PersonPowers
from .records import NewPerson, PersonRecords

__all__ = ["NewPerson", "PersonAdmin"]


class PersonAdmin(PersonRecords, PersonPowers):
    """Use cases of staff about people: find, read and reveal, and those of the bases."""

    def list_people(
        self,
        context: RequestContext,
        place: str,
        role: Role | None,
        q: str | None,
        limit: int,
    ) -> Page[Person]:
        """Return the people of a place and below, filtered by role, name part or whole phone.

        Each page is an event of the security trail, which says how it was filtered, not by which
        name or phone.
        """

        def decide() -> tuple[Changes[Person], Page[Person]]:
            me = self._access.require(
                context, people_permissions.READ, people_at(place, context)
            ).person
            page = self._found(context, place, role, q, limit)
            by = [_kind_of_search(q), f"role={role.value}" if role else ""]
            audit = self._audit.record_look(
                me.as_actor(),
                EventKind.LISTED,
                place,
                context.address,
                detail=" ".join(filter(None, by)),
            )
            return Changes(entity=me, previous=me, writes=(audit,)), page

        return self._transaction.run_with(decide, context)[1]

    def _found(
        self,
        context: RequestContext,
        place: str,
        role: Role | None,
        q: str | None,
        limit: int,
    ) -> Page[Person]:
        def wanted(person: Person) -> bool:
            named = not q or q in person.name or q == person.phone
            return named and (
                not role or any(g.role is role for g in person.grants)
            )

        if not q or not q.startswith("+"):
            return self._people.below(place, wanted, context.start, limit)
        owner = self._phones.find_owner(q)  # by the index of phones
        if owner is None or not wanted(owner):
            return Page([])
        if any(covers(place, code) for code in owner.places):
            return Page([owner])
        return Page([])

    def read_person(self, context: RequestContext, person_id: str) -> Person:
        """Return a person's record, for staff of their place."""
        return self._require(context, person_id, people_permissions.READ)[1]


def _kind_of_search(q: str | None) -> str:
    if not q:
        return ""
    return "by phone" if q.startswith("+") else "by name"
