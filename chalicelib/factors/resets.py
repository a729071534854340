"""The reset of a lost factor: one member of staff asks, another approves within a day."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from ..kernel.access import (
    COMMUNITY,
    Actor,
    Relation,
    Resource,
    Role,
    relations,
)
from ..kernel.audiences import OnePerson, StaffOnDuty
from ..kernel.changes import Changes, Delete, Entity, Message, TimelineEvent
from ..kernel.clock import Clock
from ..kernel.ended_relations import EndedRelations
from ..kernel.errors import Conflict, Forbidden, NotFound
from ..kernel.message_context import MessageContext, MessageSubject
from ..kernel.place import street_of
from ..kernel.request import RequestContext
from ..people.access import Access, Granted
from ..people.model import Person
from ..people.service import People
from ..security_trail.audit import AuditLog
from ..store.transaction import Transaction
from . import permissions
from .model import Factor, FactorReset
from .policy import RESET_WAITS
from .repository import FactorRepository

__all__ = ["FactorResets", "ResetState"]

_OPERATOR = Actor(id="operator")
_WAITS_STAFF = "account.factor_waits_staff"


@dataclass(frozen=True, slots=True, kw_only=True)
class ResetState:
    """How far a reset is: ``pending`` until `expires_at`, or ``reset``."""

    id: str
    state: str
    requested_by: str | None = None
    expires_at: datetime | None = None


class FactorResets:
    """Removes factors. The person is notified, and signs in and sets up another."""

    def __init__(
        self,
        *,
        transaction: Transaction,
        repository: FactorRepository,
        clock: Clock,
        access: Access,
        people: People,
        audit: AuditLog,
    ) -> None:
        self._transaction, self._repository = transaction, repository
        self._clock, self._access = clock, access
        self._people, self._audit = people, audit

    def reset(
        self, context: RequestContext, person_id: str, reason: str
    ) -> ResetState:
        """Ask for the reset of a person's factor, or approve it as a second.

        Raises:
            Forbidden: the factor or the request is the actor's own, the person is above the
                actor, or neither of the two is an administrator of the street.
            Conflict: the person has no factor.

        """

        def decide() -> tuple[Changes[Entity], ResetState]:
            granted, person = self._require(context, person_id)
            factor = self._repository.find_factor(person_id)
            if factor is None or factor.seed is None:
                raise Conflict("factor.none")
            known = self._repository.find_reset(person_id)
            by_author = self._relations_of_author(known, person)
            if known is None or not by_author:
                return self._request(context, granted, person, reason, known)
            if granted.actor.id == known.requested_by:
                raise Forbidden("factor.needs_second")
            if Relation.STREET_ADMIN not in by_author | granted.relations:
                raise Forbidden("factor.needs_admin")
            return self._approved(
                granted.actor, "staff", person, factor, reason, context.address
            )

        return self._transaction.run_with(decide, context)[1]

    def reread(self, context: RequestContext, person_id: str) -> ResetState:
        """Return how far a reset is, for a repeated request."""
        self._require(context, person_id)
        known = self._repository.find_reset(person_id)
        if known is None:
            return ResetState(id=person_id, state="reset")
        return _pending(known)

    def message_contexts(
        self, subjects: Sequence[MessageSubject]
    ) -> list[MessageContext | None]:
        """Return the contexts of notices; None for a request that waits no more."""
        waiting = [one.subject for one in subjects if one.kind == _WAITS_STAFF]
        people = self._people.find_many(waiting) if waiting else {}
        resets = self._repository.find_resets(waiting) if waiting else {}
        contexts: list[MessageContext | None] = []
        for subject in subjects:
            if subject.kind != _WAITS_STAFF:
                contexts.append(MessageContext())
                continue
            person = people.get(subject.subject)
            reset = resets.get(subject.subject)
            is_over = reset is None or reset.ttl <= self._clock.now()
            if person is None or is_over:
                contexts.append(None)
            else:
                contexts.append(MessageContext(facts={"name": person.name}))
        return contexts

    def reset_by_operator(self, person_id: str) -> bool:
        """Remove a person's factor by the operator's command; False if there is none."""

        def decide() -> tuple[Changes[Entity], ResetState]:
            person = self._people.find(person_id)
            factor = self._repository.find_factor(person_id)
            if person is None or factor is None:
                raise Conflict("factor.none")
            return self._approved(
                _OPERATOR, "system", person, factor, "by the operator"
            )

        try:
            self._transaction.run_with(decide, RequestContext())
        except Conflict:
            return False
        return True

    def forget_showings(self, ended: EndedRelations) -> None:
        """Let a factor count only after it is shown again. It stays with its person."""

        def decide() -> Changes[Factor]:
            factor = self._repository.find_factor(ended.person_id)
            if factor is None:
                now = self._clock.now()
                nothing = Factor(
                    id=ended.person_id, created_at=now, updated_at=now
                )
                return Changes(entity=nothing, previous=nothing)
            return Changes(entity=replace(factor, showings=()), previous=factor)

        self._transaction.run(decide, RequestContext())

    def _require(
        self, context: RequestContext, person_id: str
    ) -> tuple[Granted, Person]:
        """Return the actor, who may reset the factor of a person, and the person."""
        person = self._people.find(person_id)

        def resource_of(me: Person) -> Resource:
            if person is None or person.erased_at:
                raise NotFound
            return person.as_resource()

        granted = self._access.require(context, permissions.RESET, resource_of)
        assert person is not None  # noqa: S101 - `resource_of` has refused
        if granted.actor.id == person_id:
            raise Forbidden("factor.needs_others")
        _check_not_above(granted.actor, person)
        return granted, person

    def _relations_of_author(
        self, request: FactorReset | None, person: Person
    ) -> frozenset[Relation]:
        """Return the relations by which a request counts now; none if it does not any more."""
        if request is None or request.ttl <= self._clock.now():
            return frozenset()
        author = self._people.find(request.requested_by)
        if author is None or not author.may_act:
            return frozenset()
        return relations(author.as_actor(), person.as_resource()) & COMMUNITY

    def _request(
        self,
        context: RequestContext,
        granted: Granted,
        person: Person,
        reason: str,
        expired: FactorReset | None,
    ) -> tuple[Changes[Entity], ResetState]:
        now = self._clock.now()
        request = FactorReset(
            id=person.id,
            version=expired.version if expired else 0,
            created_at=now,
            updated_at=now,
            requested_by=granted.actor.id,
            place=_place_of(person),
            ttl=now + RESET_WAITS,
        )
        audit = self._audit.record(
            granted.actor,
            "person.factor_reset_requested",
            person,
            reason,
            address=context.address,
        )
        notice = Message(
            kind="account.factor_reset_asked",
            audience=OnePerson(person.id),
            subject=person.id,
        )
        changes: Changes[Entity] = Changes(
            entity=request,
            previous=expired,
            writes=(audit,),
            messages=(notice, *_to_second(request, granted.relations)),
        )
        return changes, _pending(request)

    def _approved(
        self,
        actor: Actor,
        party: str,
        person: Person,
        factor: Factor,
        reason: str,
        address: str = "",
    ) -> tuple[Changes[Entity], ResetState]:
        """Return the removal of a factor. Every session of the person ends with it."""
        request = self._repository.find_reset(person.id)
        ended = (Delete(row=request),) if request else ()
        audit = self._audit.record(
            actor, "person.factor_reset", person, reason, address=address
        )
        event = TimelineEvent(
            tag="person.factor_reset", actor=actor.id, party=party
        )
        notice = Message(
            kind="account.factor_reset",
            audience=OnePerson(person.id),
            subject=person.id,
        )
        changes: Changes[Entity] = Changes(
            entity=replace(person, token_version=person.token_version + 1),
            previous=person,
            writes=(Delete(row=factor), *ended, audit),
            events=(event,),
            messages=(notice,),
        )
        return changes, ResetState(id=person.id, state="reset")


def _place_of(person: Person) -> str:
    """Return where a person works: the place of their highest role, else their home."""
    ranked = sorted(person.grants, key=lambda one: one.role.rank)
    if ranked:
        return ranked[-1].place
    return person.places[0] if person.places else ""


def _to_second(
    request: FactorReset, relations_of_author: frozenset[Relation]
) -> tuple[Message, ...]:
    """Return the message to the staff who may approve a request.

    Of the two one is an administrator of the street.
    """
    if not request.place:
        return ()
    place = request.place
    if Relation.STREET_ADMIN not in relations_of_author:
        place = street_of(place)
    return (
        Message(
            kind=_WAITS_STAFF,
            audience=StaffOnDuty(place),
            subject=request.id,
        ),
    )


def _check_not_above(actor: Actor, person: Person) -> None:
    """Refuse power over a person of a higher role with Forbidden."""
    for grant in person.grants:
        own = actor.role_at(grant.place)
        is_high = grant.role.rank >= Role.COMMUNITY_STAFF.rank
        if is_high and own.rank < grant.role.rank:
            raise Forbidden("role.above_own")


def _pending(request: FactorReset) -> ResetState:
    return ResetState(
        id=request.id,
        state="pending",
        requested_by=request.requested_by,
        expires_at=request.ttl,
    )
