"""Use cases of staff about the data of people who cannot act by phone. Each look is audited."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from ..kernel.access import Action, Actor, Resource
from ..kernel.changes import Changes, Delete, Entity
from ..kernel.clock import Clock
from ..kernel.errors import Conflict, Invalid, NotFound
from ..kernel.paging import Page
from ..kernel.place import community_of
from ..kernel.request import RequestContext
from ..people import permissions as people_permissions
from ..people.access import Access
from ..people.erasure import Erasure
from ..people.export import PersonalData
from ..people.model import Person
from ..people.records import Consent, SealedRecord
from ..people.service import People
from ..security_trail.audit import AuditLog
from ..store.transaction import Transaction
from . import permissions
from .call_backs import CallBacks
from .model import ErasureRequest
from .policy import ERASURE_WAITS
from .repository import PrivacyRepository

__all__ = ["ErasureState", "Privacy"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureState:
    """How far an erasure through staff is: ``pending`` until `expires_at`, or ``erased``."""

    id: str
    state: str
    requested_by: str | None = None
    expires_at: datetime | None = None


class Privacy:
    """Use cases of staff about the data of others."""

    def __init__(
        self,
        *,
        transaction: Transaction,
        repository: PrivacyRepository,
        clock: Clock,
        access: Access,
        people: People,
        erasure: Erasure,
        personal_data: PersonalData,
        call_backs: CallBacks,
        audit: AuditLog,
    ) -> None:
        self._transaction, self._repository = transaction, repository
        self._clock, self._access, self._people = clock, access, people
        self._erasure, self._personal_data = erasure, personal_data
        self._audit, self.call_backs = audit, call_backs

    def read_data(
        self, context: RequestContext, person_id: str
    ) -> Mapping[str, Any]:
        """Return all data about a person who cannot export it by phone, and audit the look.

        Raises:
            Conflict: the person can do so in their own account.

        """

        def decide() -> Changes[Person]:
            actor, person = self._require(
                context, person_id, permissions.EXPORT
            )
            _check_needs_staff(person)
            audit = self._audit.record(
                actor,
                "person.exported",
                person,
                detail="on request",
                address=context.address,
            )
            return Changes(entity=person, previous=person, writes=(audit,))

        person = self._transaction.run(decide, context)
        return self._personal_data.of(person)

    def list_consents(
        self, context: RequestContext, person_id: str, limit: int
    ) -> Page[Consent]:
        """Return a page of a person's consent history, newest first; for staff of their place."""
        self._require(context, person_id, people_permissions.READ)
        return self.call_backs.page_of(person_id, context.start, limit)

    def erase_person(
        self,
        context: RequestContext,
        person_id: str,
        reason: str,
        second: str | None,
    ) -> ErasureState:
        """Ask for the erasure of a person who cannot do so by phone, or approve it as a second.

        Raises:
            Conflict: the person can do so in their own account.
            Forbidden: the request is the actor's own, or names another colleague.

        """

        def decide() -> tuple[Changes[Entity], ErasureState]:
            actor, person = self._require(context, person_id, permissions.ERASE)
            _check_needs_staff(person)
            known = self._repository.find_request(person_id)
            if known is None or known.ttl <= self._clock.now():
                return self._request(
                    context, actor, person, reason, second, known
                )
            known.check_second(actor.id)
            return self._approve(context, actor, person, reason)

        return self._transaction.run_with(decide, context)[1]

    def _request(
        self,
        context: RequestContext,
        actor: Actor,
        person: Person,
        reason: str,
        second: str | None,
        expired: ErasureRequest | None,
    ) -> tuple[Changes[Entity], ErasureState]:
        if second == actor.id:
            raise Invalid("erasure.needs_second", ["second"])
        now = self._clock.now()
        request = ErasureRequest(
            id=person.id,
            version=expired.version if expired else 0,
            created_at=now,
            updated_at=now,
            requested_by=actor.id,
            second=second,
            place=community_of((person.places or _places_of(actor))[0]),
            ttl=now + ERASURE_WAITS,
        )
        audit = self._audit.record(
            actor,
            "person.erasure_requested",
            person,
            reason,
            address=context.address,
        )
        state = _pending(request)
        return Changes(entity=request, previous=expired, writes=(audit,)), state

    def _approve(
        self,
        context: RequestContext,
        actor: Actor,
        person: Person,
        reason: str,
    ) -> tuple[Changes[Entity], ErasureState]:
        audit = self._audit.record(
            actor, "person.erased", person, reason, address=context.address
        )
        changes = self._erasure.erased(
            person,
            actor=actor.id,
            party="staff",
            writes=(audit,),
        )
        return changes, ErasureState(id=person.id, state="erased")

    def pending_of(self, person: Person) -> list[Delete]:
        """Return the deletion of a person's pending erasure, for the commit that erases them."""
        request = self._repository.find_request(person.id)
        return [Delete(row=request)] if request else []

    def reread_erasure(
        self, context: RequestContext, person_id: str
    ) -> ErasureState:
        """Return how far an erasure is, for a repeated request."""
        _, person = self._require(
            context, person_id, permissions.ERASE, takes_erased=True
        )
        request = self._repository.find_request(person_id)
        if person.erased_at or request is None:
            return ErasureState(id=person_id, state="erased")
        return _pending(request)

    def unseal(
        self, context: RequestContext, person_id: str, reason: str
    ) -> SealedRecord:
        """Return the sealed record of an erased person, and audit the look.

        Raises:
            NotFound: there is none, or not any more.

        """

        def decide() -> tuple[Changes[Person], SealedRecord]:
            sealed, actor, person = self._require_sealed(context, person_id)
            audit = self._audit.record(
                actor,
                "person.unsealed",
                replace(person, name=sealed.name, phone=sealed.phone),
                reason,
                address=context.address,
            )
            return Changes(
                entity=person, previous=person, writes=(audit,)
            ), sealed

        return self._transaction.run_with(decide, context)[1]

    def reread_unsealed(
        self, context: RequestContext, person_id: str
    ) -> SealedRecord:
        """Return what a repeated look shows; the first has been audited."""
        return self._require_sealed(context, person_id)[0]

    def _require_sealed(
        self, context: RequestContext, person_id: str
    ) -> tuple[SealedRecord, Actor, Person]:
        sealed = self._people.find_sealed(person_id)
        person = self._people.find(person_id)
        places = sealed.places if sealed else ()
        resource = Resource(see=people_permissions.SEE, places=places)
        actor = self._access.require(
            context, permissions.UNSEAL, resource
        ).actor
        if sealed is None or person is None or sealed.ttl <= self._clock.now():
            raise NotFound
        person.check_version(context.seen_version)
        return sealed, actor, person

    def _require(
        self,
        context: RequestContext,
        person_id: str,
        action: Action,
        *,
        takes_erased: bool = False,
    ) -> tuple[Actor, Person]:
        person = self._people.find(person_id)
        is_gone = person is None or (person.erased_at and not takes_erased)

        def resource_of(me: Person) -> Resource:
            if person is None or is_gone:
                raise NotFound
            return person.as_resource()

        actor = self._access.require(context, action, resource_of).actor
        if person is None:
            raise NotFound
        person.check_version(context.seen_version)
        return actor, person


def _places_of(actor: Actor) -> tuple[str, ...]:
    return tuple(grant.place for grant in actor.grants)


def _check_needs_staff(person: Person) -> None:
    """Refuse to act for a person who has an account of their own with Conflict."""
    if person.phone and not person.blocked:
        raise Conflict("person.has_account")


def _pending(request: ErasureRequest) -> ErasureState:
    return ErasureState(
        id=request.id,
        state="pending",
        requested_by=request.requested_by,
        expires_at=request.ttl,
    )
