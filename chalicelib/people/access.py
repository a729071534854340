"""The access check that every use case makes first."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from ..kernel.access import SYSTEM, Action, Actor, Relation, Resource, authorize
from ..kernel.clock import Clock
from ..kernel.errors import Forbidden, NotFound, Unauthenticated
from ..kernel.place import street_of
from ..kernel.request import RequestContext
from . import permissions
from .consent_versions import check_not_outdated
from .factor_gate import FactorGate
from .model import Person
from .moves import are_one_household
from .repository import PersonRepository

__all__ = ["Access", "Granted"]

ResourceOf = Callable[[Person], Resource]


@dataclass(frozen=True, slots=True, kw_only=True)
class Granted:
    """An actor who may do what they ask, as they are now, and their relations to the resource.

    `people` are the records read with the actor, by id, the actor's own included. It is empty for
    an action that trusts the access token alone.
    """

    actor: Actor
    relations: frozenset[Relation]
    people: Mapping[str, Person] = field(default_factory=dict)

    @property
    def person(self) -> Person:
        """Return the actor's own record; KeyError for an action that goes by the token alone."""
        return self.people[self.actor.id]

    @property
    def phone_since(self) -> datetime | None:
        """Return since when the actor has their phone; None for always."""
        person = self.people.get(self.actor.id)
        return person.phone_since if person else None

    def representing(self, subject: Person) -> "Granted":
        """Return the grant with an actor who represents the subject, if they do now."""
        if not subject.is_represented_by(self.actor.id):
            return self
        return replace(self, actor=self.actor.representing(subject.id))


class Access:
    """Grants actions to the actors of requests."""

    def __init__(
        self, repository: PersonRepository, clock: Clock, factors: FactorGate
    ) -> None:
        self._repository, self._clock = repository, clock
        self._factors = factors

    def require(
        self,
        context: RequestContext,
        action: Action,
        resource: Resource | ResourceOf,
        *,
        reading: Iterable[str] = (),
    ) -> Granted:
        """Return the actor if the action is theirs to take.

        A `fresh` action reads the actor again, so that a block, a lost role or a sign-out counts at
        once. Other people (`reading`) are read in the same request. `resource` may depend
        on the actor's own record.

        Raises:
            Unauthenticated: nobody has signed in, or the access token no longer counts.
            NotFound: the actor may not know that the resource exists.
            Forbidden: the actor is blocked, may not do this, must agree to new terms, or must show
                a fresh second factor first.

        """
        actor, people = context.actor, dict[str, Person]()
        if action.fresh and actor is not SYSTEM:
            actor, people = self.authenticate(actor, reading)
        target = (
            resource
            if isinstance(resource, Resource)
            else resource(people[actor.id])
        )
        if action.fresh:
            actor = self._with_represented(actor, target, people)
        found = authorize(actor, action, target)
        if action.reveals:
            _check_may_reveal(people[actor.id], target)
        if actor.id in people:
            found |= _barring_relations(people[actor.id], target, people)
        if actor.id in people and not action.always_allowed:
            check_not_outdated(people[actor.id], self._clock.now())
        self._factors.check(actor, action)
        return Granted(actor=actor, relations=found, people=people)

    def _with_represented(
        self, actor: Actor, target: Resource, people: Mapping[str, Person]
    ) -> Actor:
        """Return the actor with the resident of a resource, if they represent them now."""
        resident_id = target.proxies.get(actor.id)
        if resident_id is None:
            return actor
        resident = people.get(resident_id)
        if resident is None:
            resident = self._repository.find_person(resident_id)
        if resident is None or not resident.is_represented_by(actor.id):
            return actor
        return actor.representing(resident_id)

    def require_self(
        self, context: RequestContext, action: Action = permissions.ME
    ) -> Granted:
        """Return the actor if they may do something with their own account."""
        return self.require(context, action, Person.as_resource)

    def allows_now(
        self, person_id: str, action: Action, resource: Resource
    ) -> Person | None:
        """Return a person who may still do what they asked for earlier; None for all others.

        For work that goes on without a request. The second factor was shown when it was asked for.
        """
        person = self._repository.find_person(person_id)
        if person is None or not person.may_act:
            return None
        try:
            authorize(person.as_actor(), action, resource)
            if action.reveals:
                _check_may_reveal(person, resource)
        except (Forbidden, NotFound):
            return None
        return person

    def authenticate(
        self,
        actor: Actor,
        reading: Iterable[str] = (),
    ) -> tuple[Actor, dict[str, Person]]:
        """Read an actor again, with others in one request; return the actor, and all by id.

        Raises:
            Unauthenticated: there is no such person, or the access token no longer counts.
            Forbidden: the actor is blocked.

        """
        if not actor.id:
            raise Unauthenticated("auth.token_missing")
        people = self._read([actor.id, *reading])
        if actor.id not in people:
            raise Unauthenticated("auth.token_invalid")
        return people[actor.id].check_still_valid(actor), people

    def _read(self, person_ids: list[str]) -> dict[str, Person]:
        if len(person_ids) > 1:
            return self._repository.find_persons(person_ids)
        person = self._repository.find_person(person_ids[0])
        return {person.id: person} if person else {}


def _check_may_reveal(person: Person, target: Resource) -> None:
    """Refuse staff who do not reveal phones and addresses in a street yet with Forbidden."""
    streets = {street_of(place) for place in target.places}
    if streets & set(person.reveal_off):
        raise Forbidden("role.no_reveal")


def _barring_relations(
    person: Person, target: Resource, people: Mapping[str, Person]
) -> frozenset[Relation]:
    """Return the relations that a person has through their household, and that only bar.

    They hold as far as the others were read with the person. Owners act for themselves.
    """
    owners = target.relations.get(Relation.OWNER, frozenset())
    if person.id in owners:
        return frozenset()
    found = set[Relation]()
    for relation in (Relation.FILER, Relation.SERVES):
        if relation not in target.relations:
            continue
        ids = target.relations[relation]
        if relation is Relation.FILER:
            ids |= owners
        others = [people[id] for id in ids if id in people]
        if any(are_one_household(person, other) for other in others):
            found.add(relation)
    return frozenset(found)
