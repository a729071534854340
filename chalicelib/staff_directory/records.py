"""Records of people as staff make and correct them: registration, households, administrators."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..kernel.access import Actor, Grant, Role, authorize
from ..kernel.changes import Changes, Put, TimelineEvent, Write
from ..kernel.errors import Conflict, Invalid
from ..kernel.request import RequestContext
from ..kernel.unset import fields_set
from ..people import permissions as people_permissions
from ..people.edits import AgeCorrection, PersonCorrection
from ..people.model import Person
from ..people.moves import TERMS
from ..people.policy import CONSENT_TEXTS
from ..people.records import ConsentGiven, GuardianGiven
from .authorized_moves import DirectoryMoves, people_at

__all__ = ["NewPerson", "PersonRecords"]


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
    contact_note: str | None = None
    birth_year: int | None = None
    guardian: GuardianGiven | None = None


class PersonRecords(DirectoryMoves):
    """Use cases of staff that make and correct the records of people."""

    def create_person(self, context: RequestContext, new: NewPerson) -> Person:
        """Register a person, with or without a phone of their own."""

        def decide() -> Changes[Person]:
            resource = people_at(new.home, context)
            actor = self._access.require(
                context, people_permissions.CREATE, resource
            ).actor
            self._registration.check_place(new.home, ["home"])
            self._registration.check_name(new.name, by_staff=True)
            person, ledger, members = self._new_person(new, actor)
            _check_complete(new)
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
            contact_note=new.contact_note,
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
                there = people_at(changed.home, context)
                authorize(actor, people_permissions.CHANGE, there)
            _check_reachable(person, changed)
            changed, writes = self._with_phone(person, changed)
            changed, guarded = self._registration.guardians.corrected(
                changed, age, by=actor.id
            )
            audit = self._audit.record(
                actor,
                "person.changed",
                person,
                detail=_named(edit, age),
                address=context.address,
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
        now, phone = self._clock.now(), changed.phone or ""
        changed = self._phones.given(changed, phone, now)
        return changed, self._claims(changed)

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
                actor,
                "person.household_set",
                person,
                detail=joined or "-",
                address=context.address,
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
                return Changes(
                    entity=admin,
                    previous=known,
                    writes=(self._appointed(known, note),),
                    events=(event,),
                )
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
            writes = (*self._claims(admin), self._appointed(admin, note))
            return Changes(
                entity=admin, previous=None, writes=writes, events=(event,)
            )

        return self._transaction.run(decide, RequestContext())

    def _appointed(self, admin: Person, role: str) -> Put:
        """Return the line in the security trail of a role that the operator gives."""
        operator = Actor(id="operator")
        return self._audit.record(
            operator, "person.granted", admin, detail=role
        )


def _named(edit: PersonCorrection, age: AgeCorrection | None) -> str:
    """Return the names of the fields that a correction changes."""
    names = fields_set(edit)
    if age:
        names.append("age")
    return ", ".join(names)


def _check_complete(new: NewPerson) -> None:
    """Refuse to register somebody without a phone who could not be helped, with Invalid.

    Somebody has to find their door, and nobody can ask them for their consent later.
    """
    if new.phone:
        return
    needed = {"address": new.address, "consent": new.consent}
    missing = [name for name, value in needed.items() if not value]
    if missing:
        raise _incomplete(missing)


def _check_reachable(before: Person, after: Person) -> None:
    """Refuse to empty the address of somebody without a phone, with Invalid."""
    if before.address and not (after.address or after.phone):
        raise _incomplete(["address"])


def _incomplete(missing: Sequence[str]) -> Invalid:
    refusals = [
        Invalid("person.incomplete", [name], missing=list(missing))
        for name in missing
    ]
    return Invalid.together(refusals)
