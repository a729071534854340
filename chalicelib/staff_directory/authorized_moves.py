"""The base of use cases of staff about people: the services they need, and the access check."""

from collections.abc import Callable
from dataclasses import replace

from ..kernel.access import Action, Actor, Relation, Resource
from ..kernel.clock import Clock
from ..kernel.errors import NotFound
from ..kernel.ids import Ids
from ..kernel.request import RequestContext
from ..people import permissions as people_permissions
from ..people.access import Access
from ..people.consents import Consents
from ..people.lists import PeopleLists
from ..people.model import Person
from ..people.phones import Phones
from ..people.registration import Registration
from ..people.service import People
from ..places.reader import PlaceReader
from ..security_trail.audit import AuditLog
from ..store.transaction import Transaction
from .households import Households
from .pending_phone import PendingPhone
from .reveals import Reveals

__all__ = ["DirectoryMoves", "people_at"]


class DirectoryMoves:
    """The common parts of all use cases of staff about people."""

    def __init__(
        self,
        *,
        transaction: Transaction,
        clock: Clock,
        ids: Ids,
        access: Access,
        people: People,
        lists: PeopleLists,
        consents: Consents,
        phones: Phones,
        registration: Registration,
        audit: AuditLog,
        reveals: Reveals,
        places: PlaceReader,
        pending_phone: Callable[[str], PendingPhone | None],
    ) -> None:
        self._transaction, self._access, self._people = (
            transaction,
            access,
            people,
        )
        self._lists = lists
        self._clock, self._ids, self._audit = clock, ids, audit
        self.reveals, self._pending_phone = reveals, pending_phone
        self._places = places
        self._consents, self._phones, self._registration = (
            consents,
            phones,
            registration,
        )
        self._households = Households(people=people, consents=consents)

    def _require(
        self,
        context: RequestContext,
        person_id: str,
        action: Action,
        *,
        takes_newcomers: bool = False,
    ) -> tuple[Actor, Person]:
        """Return the actor, who may do this to a person, and the person.

        With `takes_newcomers` staff of any place may act on a person who has no place yet.
        """
        person = (
            self._people.find(person_id)
            if person_id != context.actor.id
            else None
        )

        def resource_of(me: Person) -> Resource:
            found = me if person_id == me.id else person
            if found is None or found.erased_at:
                raise NotFound
            resource = found.as_resource()
            if takes_newcomers and not found.places:
                own = tuple(grant.place for grant in me.grants)
                return replace(resource, places=own)
            return resource

        granted = self._access.require(context, action, resource_of)
        subject = person or granted.person
        subject.check_version(context.seen_version)
        return granted.actor, subject


def people_at(place: str, context: RequestContext) -> Resource:
    """Return the people of a place as a resource that the actor owns, and so may see."""
    owner = frozenset({context.actor.id})
    return Resource(
        see=people_permissions.SEE,
        places=(place,),
        relations={Relation.OWNER: owner},
    )
