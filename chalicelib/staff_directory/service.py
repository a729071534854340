"""Use cases of staff about other people. Every look and every change is written to the audit."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..kernel.access import (
    Action,
    Actor,
    Grant,
    Relation,
    Resource,
    Role,
    authorize,
)
from ..kernel.changes import Changes, Put, TimelineEvent, Write
from ..kernel.clock import Clock
from ..kernel.errors import Conflict, NotFound
from ..kernel.ids import Ids
from ..kernel.paging import Page
from ..kernel.place import covers
from ..kernel.request import RequestContext
from ..kernel.unset import fields_set
from ..people import newcomers, volunteers
from ..people import permissions as people_permissions
from ..people.access import Access
from ..people.consents import Consents
from ..people.edits import AgeCorrection, PersonCorrection
from ..people.model import TERMS, ConsentGiven, GuardianGiven, Person
from ..people.phones import Phones
from ..people.policy import CONSENT_TEXTS
from ..people.registration import Registration
from ..people.service import People
from ..store.transaction import Transaction
from .audit import AuditLog
from .grants import regrant
from .households import Households
from .vetting_terms import VettingTerms, check_terms

__all__ = ["NewPerson", "PersonAdmin"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPerson:
    """A person to be registered by staff."""

    name: str
    phone: str | None
    home: str
    address: str | None
    household: str | None
    contact_via: str | None
    locale: str
    consent: ConsentGiven | None
    birth_year: int | None = None
    guardian: GuardianGiven | None = None


class PersonAdmin:
    """Use cases of staff about people."""

    def __init__(
        self,
        *,
        transaction: Transaction,
        clock: Clock,
        ids: Ids,
        access: Access,
        people: People,
        consents: Consents,
        phones: Phones,
        registration: Registration,
        audit: AuditLog,
    ) -> None:
        self._transaction, self._access, self._people = (
            transaction,
            access,
            people,
        )
        self._clock, self._ids, self._audit = clock, ids, audit
        self._consents, self._phones, self._registration = (
            consents,
            phones,
            registration,
        )
        self._households = Households(people=people, consents=consents)

    def list_people(
        self,
        context: RequestContext,
        place: str,
        role: Role | None,
        q: str | None,
        limit: int,
    ) -> Page[Person]:
        """Return the people of a place and below, filtered by role, name part or whole phone."""
        self._access.require(
            context, people_permissions.READ, _at(place, context)
        )

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

    def create_person(self, context: RequestContext, new: NewPerson) -> Person:
        """Register a person, with or without a phone of their own."""

        def decide() -> Changes[Person]:
            resource = _at(new.home, context)
            actor = self._access.require(
                context, people_permissions.CREATE, resource
            ).actor
            self._registration.check_place(new.home, ["home"])
            self._registration.check_name(new.name, by_staff=True)
            person, ledger, members = self._new_person(new, actor)
            phone = self._claims(person) if person.phone else ()
            event = TimelineEvent(
                tag="person.registered", actor=actor.id, party="staff"
            )
            return Changes(
                entity=person,
                previous=None,
                writes=(*phone, *ledger),
                events=(event,),
                related=members,
            )

        return self._transaction.run(decide, context)

    def _new_person(
        self, new: NewPerson, actor: Actor
    ) -> tuple[Person, tuple[Write, ...], tuple[Changes[Person], ...]]:
        """Return a new person, the lines of their consents, and a changed household member."""
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
        person = self._phones.with_key(person)
        household, members = self._households.resolve(
            person, new.household, actor
        )
        person, lines = self._households.relate(
            person, household, new.contact_via, new.consent, actor.id
        )
        person, guarded = self._registration.guardians.with_age(
            person,
            new.birth_year,
            new.guardian if new.consent else None,
            new.consent,
            recorded_by=actor.id,
        )
        person, agreed = self._agreed(person, new.consent, actor)
        return person, (*lines, *guarded, *agreed), members

    def _agreed(
        self, person: Person, consent: ConsentGiven | None, actor: Actor
    ) -> tuple[Person, tuple[Write, ...]]:
        """Return a person who agreed on paper or by word of mouth, and the lines of that."""
        if consent is None:
            return person, ()
        current = {**person.consents, TERMS: CONSENT_TEXTS[TERMS]}
        person = replace(person, consents=current)
        lines = self._consents.record(
            person, TERMS, consent, recorded_by=actor.id
        )
        if not consent.care:
            return person, lines
        agreed = self._people.agree_to_care(person, consent, actor.id)
        return agreed.entity, (*lines, *agreed.writes)

    def _claims(self, person: Person) -> tuple[Put, ...]:
        return self._phones.claim(person, Conflict("person.phone_taken"))

    def change_person(
        self,
        context: RequestContext,
        person_id: str,
        edit: PersonCorrection,
        age: AgeCorrection | None = None,
    ) -> Person:
        """Correct a person's name, home, address, language or age, or add a phone."""

        def decide() -> Changes[Person]:
            actor, person = self._require(
                context, person_id, people_permissions.CHANGE
            )
            changed = self._registration.apply_edit(person, edit)
            if changed.home and changed.home != person.home:
                authorize(
                    actor, people_permissions.CHANGE, _at(changed.home, context)
                )
            changed, writes = self._with_phone(person, changed)
            changed, guarded = self._registration.guardians.corrected(
                changed, age, by=actor.id
            )
            names = fields_set(edit)
            if age:
                names.append("age")
            audit = self._audit.record(
                actor, "person.changed", person, ", ".join(names)
            )
            event = TimelineEvent(
                tag="person.changed", actor=actor.id, party="staff"
            )
            return Changes(
                entity=changed,
                previous=person,
                writes=(*writes, *guarded, audit),
                events=(event,),
            )

        return self._transaction.run(decide, context)

    def _with_phone(
        self, person: Person, changed: Person
    ) -> tuple[Person, tuple[Put, ...]]:
        """Return a person with a phone that staff add, and the rows that claim it."""
        if changed.phone == person.phone:
            return changed, ()
        if person.phone:
            # The holder of the phone holds the account.
            raise Conflict("person.phone_set")
        changed = self._phones.with_key(changed)
        changed = replace(changed, phone_lost_at=None)
        return changed, self._claims(changed)

    def grant_roles(
        self, context: RequestContext, person_id: str, grants: Sequence[Grant]
    ) -> Person:
        """Replace the roles that the actor may give and take."""

        def decide() -> Changes[Person]:
            action = people_permissions.GRANT
            actor, person = self._require(
                context, person_id, action, takes_newcomers=True
            )
            for n, grant in enumerate(grants):
                self._registration.check_place(grant.place, [n, "place"])
            changed = newcomers.appointed(
                person, regrant(actor, person, grants), self._clock.now()
            )
            text = ", ".join(
                f"{g.role.value}@{g.place}" for g in changed.grants
            )
            audit = self._audit.record(actor, "person.granted", person, text)
            event = TimelineEvent(
                tag="person.granted", actor=actor.id, party="staff", note=text
            )
            return Changes(
                entity=changed,
                previous=person,
                writes=(audit,),
                events=(event,),
            )

        return self._transaction.run(decide, context)

    def reveal(
        self, context: RequestContext, person_id: str, reason: str
    ) -> Person:
        """Return a person's record for their full phone and address, and audit the look."""

        def decide() -> Changes[Person]:
            actor, person = self._require(
                context, person_id, people_permissions.REVEAL
            )
            audit = self._audit.record(actor, "person.revealed", person, reason)
            return Changes(entity=person, previous=person, writes=(audit,))

        return self._transaction.run(decide, context)

    def reread_revealed(
        self, context: RequestContext, person_id: str
    ) -> Person:
        """Return what a repeated reveal shows; the first has audited the look."""
        return self._require(context, person_id, people_permissions.REVEAL)[1]

    def vet(
        self, context: RequestContext, person_id: str, terms: VettingTerms
    ) -> Person:
        """Set the vetting level of a volunteer. Staff cannot vet themselves.

        A vetting also lifts a pause of their claims.
        """

        def decide() -> Changes[Person]:
            actor, person = self._require(
                context,
                person_id,
                people_permissions.VET,
                takes_newcomers=True,
            )
            return self._vetted(actor, person, terms)

        return self._transaction.run(decide, context)

    def _vetted(
        self, actor: Actor, person: Person, terms: VettingTerms
    ) -> Changes[Person]:
        now, level = self._clock.now(), terms.level
        check_terms(terms, now)
        vetted = volunteers.vet(
            person, level, terms.how, terms.expires_at, by=actor.id, now=now
        )
        audit = self._audit.record(
            actor, "person.vetted", person, f"{level.value}: {terms.note}"
        )
        event = TimelineEvent(
            tag="person.vetted",
            actor=actor.id,
            party="staff",
            note=level.value,
        )
        return Changes(
            entity=vetted,
            previous=person,
            writes=(audit,),
            events=(event,),
            messages=volunteers.begin_message(person, vetted, now),
        )

    def set_limits(
        self,
        context: RequestContext,
        person_id: str,
        homes_7_days: int | None,
        reason: str,
    ) -> Person:
        """Allow a volunteer another number of homes in seven days, and lift a pause.

        None returns to the usual numbers.
        """

        def decide() -> Changes[Person]:
            actor, person = self._require(
                context,
                person_id,
                people_permissions.LIMIT,
                takes_newcomers=True,
            )
            now = self._clock.now()
            changed = volunteers.set_limits(person, homes_7_days, now)
            audit = self._audit.record(
                actor, "person.limited", person, f"{homes_7_days}: {reason}"
            )
            event = TimelineEvent(
                tag="person.limited",
                actor=actor.id,
                party="staff",
                note=str(homes_7_days),
            )
            return Changes(
                entity=changed,
                previous=person,
                writes=(audit,),
                events=(event,),
                messages=volunteers.begin_message(person, changed, now),
            )

        return self._transaction.run(decide, context)

    def let_reveal(
        self,
        context: RequestContext,
        person_id: str,
        street: str,
        reason: str,
        *,
        allowed: bool,
    ) -> Person:
        """Let a newcomer reveal phones and addresses in a street, or take that back."""

        def decide() -> Changes[Person]:
            action = people_permissions.LET_REVEAL
            actor, person = self._require(context, person_id, action)
            authorize(actor, action, _at(street, context))
            text = f"{street} {allowed}: {reason}"
            audit = self._audit.record(actor, "person.let_reveal", person, text)
            event = TimelineEvent(
                tag="person.let_reveal", actor=actor.id, party="staff"
            )
            return Changes(
                entity=newcomers.let_reveal(person, street, allowed=allowed),
                previous=person,
                writes=(audit,),
                events=(event,),
            )

        return self._transaction.run(decide, context)

    def block(
        self,
        context: RequestContext,
        person_id: str,
        blocked: bool,
        reason: str,
    ) -> Person:
        """Block an account or open it again; a block ends every session at once."""

        def decide() -> Changes[Person]:
            actor, person = self._require(
                context, person_id, people_permissions.BLOCK
            )
            changed = replace(person, blocked=blocked)
            if blocked and not person.blocked:
                changed = replace(
                    changed, token_version=person.token_version + 1
                )
            tag = "person.blocked" if blocked else "person.unblocked"
            audit = self._audit.record(actor, tag, person, reason)
            event = TimelineEvent(tag=tag, actor=actor.id, party="staff")
            return Changes(
                entity=changed,
                previous=person,
                writes=(audit,),
                events=(event,),
            )

        return self._transaction.run(decide, context)

    def set_household(
        self,
        context: RequestContext,
        person_id: str,
        household: str | None,
        contact_via: str | None,
        consent: ConsentGiven | None,
    ) -> Person:
        """Record a person's household, and the contact who receives messages for them."""

        def decide() -> Changes[Person]:
            actor, person = self._require(
                context, person_id, people_permissions.HOUSEHOLD
            )
            joined, members = self._households.resolve(person, household, actor)
            changed, ledger = self._households.relate(
                person, joined, contact_via, consent, actor.id
            )
            audit = self._audit.record(
                actor, "person.household_set", person, joined or "-"
            )
            event = TimelineEvent(
                tag="person.household_set", actor=actor.id, party="staff"
            )
            return Changes(
                entity=changed,
                previous=person,
                writes=(*ledger, audit),
                events=(event,),
                related=members,
            )

        return self._transaction.run(decide, context)

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

    def bootstrap_admin(self, phone: str, name: str, street: str) -> Person:
        """Make a person the administrator of a street, for the operator's command."""
        self._registration.check_place(street, ["street"])
        grant = Grant(Role.STREET_ADMIN, street)
        note = f"{grant.role.value}@{street}"
        event = TimelineEvent(
            tag="person.granted", actor="operator", party="system", note=note
        )

        def decide() -> Changes[Person]:
            known = self._phones.find_owner(phone)
            if known:
                admin = replace(
                    known, grants=tuple(dict.fromkeys([*known.grants, grant]))
                )
                return Changes(entity=admin, previous=known, events=(event,))
            now = self._clock.now()
            admin = Person(
                id=self._ids.new("per"),
                created_at=now,
                updated_at=now,
                name=name,
                phone=phone,
                home=street,
                grants=(grant,),
            )
            admin = self._phones.with_key(admin)
            writes = self._claims(admin)
            return Changes(
                entity=admin, previous=None, writes=writes, events=(event,)
            )

        return self._transaction.run(decide, RequestContext())


def _at(place: str, context: RequestContext) -> Resource:
    """Return the people of a place as a resource that the actor owns, and so may see."""
    owner = frozenset({context.actor.id})
    return Resource(
        see=people_permissions.SEE,
        places=(place,),
        relations={Relation.OWNER: owner},
    )
