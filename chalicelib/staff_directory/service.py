"""The register of people: what staff do about others. Whatever they look at or change is written down."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from ..kernel.access import Action, Actor, Grant, Relation, Resource, Role, authorize
from ..kernel.changes import Changes, Event, Put
from ..kernel.clock import Clock
from ..kernel.errors import Conflict, Forbidden, Invalid, NotFound
from ..kernel.ids import Ids
from ..kernel.paging import Page
from ..kernel.place import covers, street_of
from ..kernel.request import RequestContext
from ..people import permissions as people_permissions
from ..people.model import Person, Vetting, regrant
from ..people.policy import CONSENT_TEXTS
from ..people.service import ConsentGiven, People
from ..store.transaction import Transaction
from .model import Audit
from .repository import AuditRepository

__all__ = ["NewPerson", "PersonAdmin"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPerson:
    """Somebody whom staff register."""

    name: str
    phone: str | None
    home: str
    address: str | None
    household: str | None
    contact_via: str | None
    locale: str
    consent: ConsentGiven | None


class PersonAdmin:
    """Use cases of staff about people."""

    def __init__(
        self,
        *,
        transaction: Transaction,
        repository: AuditRepository,
        clock: Clock,
        ids: Ids,
        people: People,
    ) -> None:
        self._transaction, self._repository = transaction, repository
        self._clock, self._ids, self._people = clock, ids, people

    def list_people(self, context: RequestContext, place: str, role: Role | None, q: str | None, limit: int) -> Page[Person]:
        """Return the people of a place and below, filtered by role, by part of the name or by a whole phone."""
        actor, _ = self._people.current(context.actor)
        authorize(
            actor,
            people_permissions.READ,
            Resource(see=people_permissions.SEE, places=(place,), relations={Relation.OWNER: frozenset({actor.id})}),
        )

        def wanted(person: Person) -> bool:
            named = not q or q in person.name or q == person.phone
            return named and (not role or any(g.role is role for g in person.grants))

        if q and q.startswith("+"):  # a whole phone is looked up, not searched for
            owner = self._people.phone_owner(q)
            return Page([owner] if owner and wanted(owner) and any(covers(place, p) for p in owner.places) else [])
        return self._people.below(place, wanted, context.start, limit)

    def read_person(self, context: RequestContext, person_id: str) -> Person:
        """Return somebody's record, for staff of her place."""
        return self._see(context, person_id, people_permissions.READ)[1]

    def create_person(self, context: RequestContext, new: NewPerson) -> Person:
        """Register somebody, with or without a phone of her own."""

        def decide() -> Changes[Person]:
            actor, _ = self._people.current(context.actor)
            authorize(
                actor,
                people_permissions.CREATE,
                Resource(see=people_permissions.SEE, places=(new.home,), relations={Relation.OWNER: frozenset({actor.id})}),
            )
            self._people.check_place(new.home, ["home"])
            now = self._clock.now()
            person = Person(
                id=self._ids.new("per"),
                created_at=now,
                updated_at=now,
                name=new.name,
                phone=new.phone,
                home=new.home,
                address=new.address,
                locale=new.locale,
            )
            person, ledger = self._relate(person, new.household, new.contact_via, new.consent, actor.id)
            if new.consent:  # she agreed to the terms on paper or by word of mouth
                person = replace(person, consents={**person.consents, "terms": CONSENT_TEXTS["terms"]})
                ledger = (*ledger, self._people.note_consent(person, "terms", new.consent, actor.id))
            phone = (self._people.own_phone(person, Conflict("person.phone_taken")),) if person.phone else ()
            event = Event(tag="person.registered", by=actor.id, party="staff")
            return Changes(entity=person, previous=None, writes=(*phone, *ledger), events=(event,))

        return self._transaction.run(decide, context)

    def change_person(self, context: RequestContext, person_id: str, changes: Mapping[str, Any]) -> Person:
        """Correct somebody's name, home, address, language, or add a phone where there is none."""

        def decide() -> Changes[Person]:
            actor, person = self._see(context, person_id, people_permissions.CHANGE)
            changed = self._people.with_changes(person, changes)
            beside: tuple[Put, ...] = ()
            if changed.home and changed.home != person.home:
                authorize(
                    actor,
                    people_permissions.CHANGE,
                    Resource(
                        see=people_permissions.SEE, places=(changed.home,), relations={Relation.OWNER: frozenset({actor.id})}
                    ),
                )
            if changed.phone != person.phone:
                _check_below(actor, person)
                if person.phone:
                    raise Conflict("person.phone_set")  # whoever holds the phone holds the account
                beside = (self._people.own_phone(changed, Conflict("person.phone_taken")),)
            audit = self._audit(actor, "person.changed", person, ", ".join(sorted(changes)))
            event = Event(tag="person.changed", by=actor.id, party="staff")
            return Changes(entity=changed, previous=person, writes=(*beside, audit), events=(event,))

        return self._transaction.run(decide, context)

    def grant_roles(self, context: RequestContext, person_id: str, grants: Sequence[Grant]) -> Person:
        """Replace the roles that the caller may give and take."""

        def decide() -> Changes[Person]:
            actor, person = self._see(context, person_id, people_permissions.GRANT, open_to_newcomers=True)
            for n, grant in enumerate(grants):
                self._people.check_place(grant.place, [n, "place"])
            changed = regrant(actor, person, grants)
            text = ", ".join(f"{g.role.value}@{g.place}" for g in changed.grants)
            audit = self._audit(actor, "person.granted", person, text)
            event = Event(tag="person.granted", by=actor.id, party="staff", note=text)
            return Changes(entity=changed, previous=person, writes=(audit,), events=(event,))

        return self._transaction.run(decide, context)

    def reveal(self, context: RequestContext, person_id: str, reason: str) -> Person:
        """Return somebody's record for her full phone and address; the look is written down."""

        def decide() -> Changes[Person]:
            actor, person = self._see(context, person_id, people_permissions.REVEAL)
            return Changes(entity=person, previous=person, writes=(self._audit(actor, "person.revealed", person, reason),))

        return self._transaction.run(decide, context)

    def reread_revealed(self, context: RequestContext, person_id: str) -> Person:
        """Return what a repeated reveal shows; its look is already written down."""
        return self._see(context, person_id, people_permissions.REVEAL)[1]

    def vet(self, context: RequestContext, person_id: str, level: Vetting, note: str) -> Person:
        """Record how far a volunteer has been checked."""

        def decide() -> Changes[Person]:
            actor, person = self._see(context, person_id, people_permissions.VET, open_to_newcomers=True)
            if person.id == actor.id:
                raise Forbidden("role.above_own")
            audit = self._audit(actor, "person.vetted", person, f"{level.value}: {note}")
            event = Event(tag="person.vetted", by=actor.id, party="staff", note=level.value)
            return Changes(entity=replace(person, vetting=level), previous=person, writes=(audit,), events=(event,))

        return self._transaction.run(decide, context)

    def block(self, context: RequestContext, person_id: str, blocked: bool, reason: str) -> Person:
        """Block an account or open it again; a block ends every session at once."""

        def decide() -> Changes[Person]:
            actor, person = self._see(context, person_id, people_permissions.BLOCK)
            _check_below(actor, person)
            changed = replace(person, blocked=blocked)
            if blocked and not person.blocked:
                changed = replace(changed, token_version=person.token_version + 1)
            audit = self._audit(actor, "person.blocked" if blocked else "person.unblocked", person, reason)
            event = Event(tag="person.blocked" if blocked else "person.unblocked", by=actor.id, party="staff")
            return Changes(entity=changed, previous=person, writes=(audit,), events=(event,))

        return self._transaction.run(decide, context)

    def set_household(
        self,
        context: RequestContext,
        person_id: str,
        household: str | None,
        contact_via: str | None,
        consent: ConsentGiven | None,
    ) -> Person:
        """Record with whom somebody lives and through whose phone she may be told things."""

        def decide() -> Changes[Person]:
            actor, person = self._see(context, person_id, people_permissions.HOUSEHOLD)
            _check_below(actor, person)
            changed, ledger = self._relate(person, household, contact_via, consent, actor.id)
            audit = self._audit(actor, "person.household_set", person, household or "-")
            event = Event(tag="person.household_set", by=actor.id, party="staff")
            return Changes(entity=changed, previous=person, writes=(*ledger, audit), events=(event,))

        return self._transaction.run(decide, context)

    def _relate(
        self, person: Person, household: str | None, contact_via: str | None, consent: ConsentGiven | None, by: str
    ) -> tuple[Person, tuple[Put, ...]]:
        wanted = {"household": household, "contact_via": contact_via}
        ledger: list[Put] = []
        consents = dict(person.consents)
        for purpose, value in wanted.items():
            if value is None and consents.pop(purpose, ""):
                ledger.append(self._people.note_withdrawal(person, purpose, by))
            elif value is not None and value != getattr(person, purpose):
                if consent is None:
                    raise Invalid("consent.required", ["consent"])
                consents[purpose] = CONSENT_TEXTS[purpose]
                ledger.append(self._people.note_consent(person, purpose, consent, by))
        contact = self._people.find(contact_via) if contact_via else None
        if contact_via and (contact is None or contact.id == person.id or contact.erased_at or contact.blocked):
            raise Invalid("person.unknown", ["contact_via"])
        return replace(person, household=household, contact_via=contact_via, consents=consents), tuple(ledger)

    def _see(
        self, context: RequestContext, person_id: str, action: Action, *, open_to_newcomers: bool = False
    ) -> tuple[Actor, Person]:
        """Read the caller and somebody else, and let the table decide.

        A newcomer belongs to no place yet; staff of any place may take her in.
        """
        actor, me = self._people.current(context.actor)
        person = me if person_id == actor.id else self._people.find(person_id)
        if person is None or person.erased_at:
            raise NotFound
        resource = person.as_resource()
        if open_to_newcomers and not person.places:
            resource = replace(resource, places=tuple(grant.place for grant in actor.grants))
        authorize(actor, action, resource)
        person.check_version(context.seen_version)
        return actor, person

    def _audit(self, actor: Actor, action: str, person: Person, reason: str) -> Put:
        street = street_of((*person.places, *(grant.place for grant in actor.grants), "none")[0])
        now: datetime = self._clock.now()
        id = self._ids.new("aud")
        return self._repository.written(
            Audit(id=id, at=now, actor=actor.id, action=action, subject=person.id, reason=reason, street=street)
        )

    def bootstrap_admin(self, phone: str, name: str, street: str) -> Person:
        """Make somebody the administrator of a street; for the operator's command, which no route reaches."""
        self._people.check_place(street, ["street"])

        def decide() -> Changes[Person]:
            known = self._people.phone_owner(phone)
            grant = Grant(Role.STREET_ADMIN, street)
            now = self._clock.now()
            event = Event(tag="person.granted", by="operator", party="system", note=f"{grant.role.value}@{street}")
            if known:
                grants = tuple(dict.fromkeys([*known.grants, grant]))
                return Changes(entity=replace(known, grants=grants), previous=known, events=(event,))
            person = Person(
                id=self._ids.new("per"), created_at=now, updated_at=now, name=name, phone=phone, home=street, grants=(grant,)
            )
            return Changes(
                entity=person,
                previous=None,
                writes=(self._people.own_phone(person, Conflict("person.phone_taken")),),
                events=(event,),
            )

        return self._transaction.run(decide, RequestContext())


def _check_below(actor: Actor, person: Person) -> None:
    """Refuse what would give power over somebody who is not below oneself, oneself included."""
    if person.id == actor.id or any(actor.role_at(grant.place).rank <= grant.role.rank for grant in person.grants):
        raise Forbidden("role.above_own")
