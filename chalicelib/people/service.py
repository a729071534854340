"""What people can have done about themselves and, by staff, about others."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol

from ..kernel.access import ACTIONS, Actor, Grant, Resource, Role, authorize, parties
from ..kernel.call import Call
from ..kernel.clock import Clock
from ..kernel.codes import Keyring
from ..kernel.errors import Conflict, Forbidden, Invalid, NotFound, Unauthenticated
from ..kernel.ids import Ids
from ..kernel.outcome import Delete, Event, Outcome, Put
from ..kernel.paging import Page, every
from ..kernel.place import covers, street_of
from ..store.commit import Committer
from . import rows
from .model import Audit, Consent, Person, PhoneOwner, Vetting, VolunteerProfile, end_session, erase, make_volunteer, regrant
from .policy import CONSENT_TEXTS, HOUSEHOLD_MAX, PEOPLE_READ_MAX

__all__ = ["ConsentGiven", "Holder", "NewPerson", "People"]


class Holder(Protocol):
    """A feature that holds data about people; each is asked when somebody wants to see everything held about her."""

    def __call__(self, person_id: str) -> Mapping[str, Any]:
        """Return what is held about a person, by section, as plain JSON values."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentGiven:
    """How somebody agreed, when others write it down."""

    how: str
    witness: str | None = None


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


class People:
    """Use cases about people."""

    def __init__(
        self,
        *,
        commit: Committer,
        clock: Clock,
        ids: Ids,
        keys: Keyring,
        place_exists: Callable[[str], bool],
        holders: Sequence[Holder],
    ) -> None:
        self._commit, self._clock, self._ids, self._keys = commit, clock, ids, keys
        self._place_exists = place_exists
        self._holders = tuple(holders)

    # for other features

    def current(self, actor: Actor) -> tuple[Actor, Person]:
        """Read the actor again, so that a block, a demotion or a sign-out takes effect at once. One request."""
        person = rows.find_person(actor.id)
        if person is None:
            raise Unauthenticated("auth.token_invalid")
        return person.admit(actor), person

    def current_among(self, actor: Actor, others: Iterable[str]) -> tuple[Actor, dict[str, Person]]:
        """Like `current`, and read others in the same one request; returns everybody by id, the actor included."""
        people = rows.find_persons([actor.id, *others])
        if actor.id not in people:
            raise Unauthenticated("auth.token_invalid")
        return people[actor.id].admit(actor), people

    def find(self, person_id: str) -> Person | None:
        """Read somebody without asking on whose behalf; for jobs and compositions."""
        return rows.find_person(person_id)

    def find_many(self, person_ids: Iterable[str]) -> dict[str, Person]:
        """Read several people in one request, by id; those who are not there are left out."""
        return rows.find_persons(list(person_ids))

    def phone_owner(self, phone: str) -> Person | None:
        """Return whose phone this is."""
        person_id = rows.owner_of_phone(self.fingerprint(phone))
        return rows.find_person(person_id) if person_id else None

    def fingerprint(self, phone: str) -> str:
        """Return the keyed hash under which a phone is looked up."""
        return self._keys.fingerprint("phone", phone)

    def kin(self, person: Person) -> list[str]:
        """Return the ids of those who live with somebody, herself included."""
        others = rows.household_members(person.household, HOUSEHOLD_MAX) if person.household else []
        return list(dict.fromkeys([person.id, *others]))

    def subject_of(self, actor: Actor, person: Person, on_behalf_of: str | None) -> Person:
        """Return for whom the actor acts: herself, or somebody she may act for (staff in scope, or the trusted contact)."""
        if on_behalf_of in (None, actor.id):
            return person
        subject = rows.find_person(on_behalf_of or "")
        if subject is None or subject.erased_at:
            if any(grant.role.rank >= Role.GRID_WORKER.rank for grant in actor.grants):
                raise Invalid("person.unknown", ["on_behalf_of"])
            raise Forbidden("person.cannot_act_for")  # the same as for somebody who exists
        if subject.contact_via != actor.id and not parties(actor, subject.as_resource()) & ACTIONS["person.act_for"]:
            raise Forbidden("person.cannot_act_for")
        return subject

    def note_consent(self, subject: Person, purpose: str, given: ConsentGiven, by: str) -> Put:
        """Return the ledger line of a consent that goes into somebody else's commit."""
        consent = Consent(
            person_id=subject.id,
            at=self._clock.now(),
            purpose=purpose,
            given=True,
            text_version=CONSENT_TEXTS[purpose],
            how=given.how,
            witness=given.witness,
            recorded_by=by,
        )
        return Put(row=consent)

    def new_account(self, phone: str, name: str, locale: str, text_version: str) -> tuple[Person, tuple[Put, ...]]:
        """Return somebody who signs in for the first time, and the rows that make her unique and her consent known."""
        now = self._clock.now()
        id = self._ids.new("per")
        consents = {"terms": text_version}
        person = Person(
            id=id, version=1, created_at=now, updated_at=now, name=name, phone=phone, locale=locale, consents=consents
        )
        ledger = Consent(person_id=id, at=now, purpose="terms", given=True, text_version=text_version, recorded_by=id)
        return person, (Put(row=person, taken=Conflict("person.phone_taken")), self._phone_row(person), Put(row=ledger))

    def agree(self, person: Person, text_version: str) -> tuple[Person, Put]:
        """Return somebody who agrees to the terms again after she had withdrawn."""
        agreed = replace(person, consents={**person.consents, "terms": text_version}, version=person.version + 1)
        ledger = Consent(
            person_id=person.id,
            at=self._clock.now(),
            purpose="terms",
            given=True,
            text_version=text_version,
            recorded_by=person.id,
        )
        return agreed, Put(row=ledger)

    def _phone_row(self, person: Person) -> Put:
        owner = PhoneOwner(fingerprint=self.fingerprint(person.phone or ""), person_id=person.id)
        return Put(row=owner, taken=Conflict("person.phone_taken"))

    # oneself

    def read_me(self, call: Call) -> Person:
        """Return one's own record."""
        actor, person = self.current(call.actor)
        authorize(actor, "me", person.as_resource())
        return person

    def change_me(self, call: Call, changes: Mapping[str, Any]) -> Person:
        """Change one's own name, home, address, language, channels or quiet hours."""
        return self._change_self(call, lambda person: self._with(person, changes), "person.changed")

    def volunteer(self, call: Call, profile: VolunteerProfile) -> Person:
        """Make oneself a volunteer, or change what one offers; vetting is not touched."""
        for n, place in enumerate(profile.places):
            self._known_place(place, ["places", n])
        return self._change_self(call, lambda person: make_volunteer(person, profile), "person.volunteered")

    def _change_self(self, call: Call, change: Callable[[Person], Person], tag: str) -> Person:
        def decide() -> Outcome[Person]:
            actor, person = self.current(call.actor)
            authorize(actor, "me", person.as_resource())
            person.check_version(call.seen_version)
            return Outcome(entity=change(person), previous=person, events=(Event(tag=tag, by=actor.id, party="owner"),))

        return self._commit.settle(decide, call)

    def _with(self, person: Person, changes: Mapping[str, Any]) -> Person:
        home = changes.get("home")
        if home is not None and home != person.home:
            self._known_place(home, ["home"])
        mail = changes.get("email_address", person.email_address)
        if mail not in (None, person.email_address):
            raise Invalid("email.verify_first", ["channels", "email_address"])
        return replace(person, **changes)

    def _known_place(self, place: str, loc: list[str | int]) -> None:
        if not self._place_exists(place):
            raise Invalid("place.unknown", loc, place=place)

    def read_consents(self, call: Call, limit: int) -> Page[Consent]:
        """Return one's own consent history, newest first."""
        actor, person = self.current(call.actor)
        authorize(actor, "me", person.as_resource())
        return rows.consents_of(person.id, call.start, limit)

    def withdraw_consent(self, call: Call, purpose: str) -> None:
        """Withdraw a consent. Without the terms there is no account: one is signed out until one agrees again."""

        def decide() -> Outcome[Person]:
            actor, person = self.current(call.actor)
            authorize(actor, "me", person.as_resource())
            if purpose not in person.consents:
                raise NotFound("consent.unknown")
            rest = {name: version for name, version in person.consents.items() if name != purpose}
            changed = replace(person, consents=rest)
            if purpose == "terms":
                changed = replace(changed, token_version=person.token_version + 1)
            if purpose == "contact_via":
                changed = replace(changed, contact_via=None)
            if purpose == "household":
                changed = replace(changed, household=None)
            line = Consent(person_id=person.id, at=self._clock.now(), purpose=purpose, given=False, recorded_by=actor.id)
            event = Event(tag="person.consent_withdrawn", by=actor.id, party="owner", note=purpose)
            return Outcome(entity=changed, previous=person, beside=(Put(row=line),), events=(event,))

        self._commit.settle(decide, call)

    def read_my_data(self, call: Call) -> dict[str, Any]:
        """Return everything held about oneself, as plain JSON values."""
        actor, person = self.current(call.actor)
        authorize(actor, "me", person.as_resource())
        held: dict[str, Any] = {"exported_at": self._clock.now(), "person": person, "consents": _all_consents(person.id)}
        for holder in self._holders:
            held |= holder(person.id)
        return held

    def erase_me(self, call: Call) -> None:
        """Erase one's personal data. What is counted stays, without a name; other features hear of it and do the same."""

        def decide() -> Outcome[Person]:
            actor, person = self.current(call.actor)
            authorize(actor, "me", person.as_resource())
            owner = PhoneOwner(fingerprint=self.fingerprint(person.phone or ""), person_id=person.id)
            witnesses = [Put(row=replace(c, witness=None)) for c in _all_consents(person.id) if c.witness]
            return Outcome(
                entity=erase(person, self._clock.now()),
                previous=person,
                beside=(Delete(row=owner), *witnesses[:10]),
                events=(Event(tag="person.erased", by=actor.id, party="owner"),),
            )

        self._commit.settle(decide, call)

    def end_session(self, person: Person, session: str) -> Person:
        """Return the person with a session ended."""
        return end_session(person, session, self._clock.now())

    # staff

    def list_people(self, call: Call, place: str, role: Role | None, q: str | None, limit: int) -> Page[Person]:
        """Return the people of a place and below, filtered by role, by part of the name or by a whole phone."""
        actor, _ = self.current(call.actor)
        authorize(actor, "person.read", Resource(kind="person", places=(place,), owners=frozenset({actor.id})))
        owner = self.phone_owner(q) if q and q.startswith("+") else None
        if q and q.startswith("+"):
            return Page([owner] if owner and any(covers(place, p) for p in owner.places) else [])

        def wanted(person: Person) -> bool:
            return (not q or q in person.name) and (not role or any(g.role is role for g in person.grants))

        return rows.people_below(place, call.start, limit, wanted, PEOPLE_READ_MAX)

    def read_person(self, call: Call, person_id: str) -> Person:
        """Return somebody's record, for staff of her place."""
        return self._see(call, person_id, "person.read")[1]

    def create_person(self, call: Call, new: NewPerson) -> Person:
        """Register somebody, with or without a phone of her own."""

        def decide() -> Outcome[Person]:
            actor, _ = self.current(call.actor)
            authorize(actor, "person.create", Resource(kind="person", places=(new.home,), owners=frozenset({actor.id})))
            self._known_place(new.home, ["home"])
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
                ledger = (*ledger, self.note_consent(person, "terms", new.consent, actor.id))
            phone = (self._phone_row(person),) if person.phone else ()
            event = Event(tag="person.registered", by=actor.id, party="staff")
            return Outcome(entity=person, previous=None, beside=(*phone, *ledger), events=(event,))

        return self._commit.settle(decide, call)

    def change_person(self, call: Call, person_id: str, changes: Mapping[str, Any]) -> Person:
        """Correct somebody's name, home, address, language, or add a phone where there is none."""

        def decide() -> Outcome[Person]:
            actor, person = self._see(call, person_id, "person.change")
            person.check_version(call.seen_version)
            changed = self._with(person, changes)
            beside: tuple[Put, ...] = ()
            if changed.home and changed.home != person.home:
                authorize(actor, "person.change", Resource(kind="person", places=(changed.home,), owners=frozenset({actor.id})))
            if changed.phone != person.phone:
                if person.phone:
                    raise Conflict("person.phone_set")  # whoever holds the phone holds the account
                beside = (self._phone_row(changed),)
            audit = self._audit(actor, "person.changed", person, ", ".join(sorted(changes)))
            event = Event(tag="person.changed", by=actor.id, party="staff")
            return Outcome(entity=changed, previous=person, beside=(*beside, audit), events=(event,))

        return self._commit.settle(decide, call)

    def grant_roles(self, call: Call, person_id: str, grants: Sequence[Grant]) -> Person:
        """Replace the roles that the caller may give and take."""

        def decide() -> Outcome[Person]:
            actor, person = self._see(call, person_id, "person.grant", open_to_newcomers=True)
            for n, grant in enumerate(grants):
                self._known_place(grant.place, [n, "place"])
            changed = regrant(actor, person, grants)
            text = ", ".join(f"{g.role.value}@{g.place}" for g in changed.grants)
            audit = self._audit(actor, "person.granted", person, text)
            event = Event(tag="person.granted", by=actor.id, party="staff", note=text)
            return Outcome(entity=changed, previous=person, beside=(audit,), events=(event,))

        return self._commit.settle(decide, call)

    def reveal(self, call: Call, person_id: str, reason: str) -> Person:
        """Return somebody's record for her full phone and address; the look is written down."""

        def decide() -> Outcome[Person]:
            actor, person = self._see(call, person_id, "person.reveal")
            return Outcome(entity=person, previous=person, beside=(self._audit(actor, "person.revealed", person, reason),))

        return self._commit.settle(decide, call)

    def reread_revealed(self, call: Call, person_id: str) -> Person:
        """Return what a repeated reveal shows; its look is already written down."""
        return self._see(call, person_id, "person.reveal")[1]

    def vet(self, call: Call, person_id: str, level: Vetting, note: str) -> Person:
        """Record how far a volunteer has been checked."""

        def decide() -> Outcome[Person]:
            actor, person = self._see(call, person_id, "person.vet", open_to_newcomers=True)
            audit = self._audit(actor, "person.vetted", person, f"{level.value}: {note}")
            event = Event(tag="person.vetted", by=actor.id, party="staff", note=level.value)
            return Outcome(entity=replace(person, vetting=level), previous=person, beside=(audit,), events=(event,))

        return self._commit.settle(decide, call)

    def block(self, call: Call, person_id: str, blocked: bool, reason: str) -> Person:
        """Block an account or open it again; a block ends every session at once."""

        def decide() -> Outcome[Person]:
            actor, person = self._see(call, person_id, "person.block")
            if any(actor.role_at(grant.place).rank <= grant.role.rank for grant in person.grants) or person.id == actor.id:
                raise Forbidden("role.above_own")
            changed = replace(person, blocked=blocked)
            if blocked and not person.blocked:
                changed = replace(changed, token_version=person.token_version + 1)
            audit = self._audit(actor, "person.blocked" if blocked else "person.unblocked", person, reason)
            event = Event(tag="person.blocked" if blocked else "person.unblocked", by=actor.id, party="staff")
            return Outcome(entity=changed, previous=person, beside=(audit,), events=(event,))

        return self._commit.settle(decide, call)

    def set_household(
        self, call: Call, person_id: str, household: str | None, contact_via: str | None, consent: ConsentGiven | None
    ) -> Person:
        """Record with whom somebody lives and through whose phone she may be told things."""

        def decide() -> Outcome[Person]:
            actor, person = self._see(call, person_id, "person.household")
            changed, ledger = self._relate(person, household, contact_via, consent, actor.id)
            audit = self._audit(actor, "person.household_set", person, household or "-")
            event = Event(tag="person.household_set", by=actor.id, party="staff")
            return Outcome(entity=changed, previous=person, beside=(*ledger, audit), events=(event,))

        return self._commit.settle(decide, call)

    def _relate(
        self, person: Person, household: str | None, contact_via: str | None, consent: ConsentGiven | None, by: str
    ) -> tuple[Person, tuple[Put, ...]]:
        wanted = {"household": household, "contact_via": contact_via}
        ledger: list[Put] = []
        consents = dict(person.consents)
        for purpose, value in wanted.items():
            if value is None:
                consents.pop(purpose, None)
            elif value != getattr(person, purpose):
                if consent is None:
                    raise Invalid("consent.required", ["consent"])
                consents[purpose] = CONSENT_TEXTS[purpose]
                ledger.append(self.note_consent(person, purpose, consent, by))
        if contact_via and (contact_via == person.id or rows.find_person(contact_via) is None):
            raise Invalid("person.unknown", ["contact_via"])
        return replace(person, household=household, contact_via=contact_via, consents=consents), tuple(ledger)

    def _see(self, call: Call, person_id: str, action: str, *, open_to_newcomers: bool = False) -> tuple[Actor, Person]:
        """Read the caller and somebody else, and let the table decide.

        A newcomer belongs to no place yet; staff of any place may take her in.
        """
        actor, me = self.current(call.actor)
        person = me if person_id == actor.id else rows.find_person(person_id)
        if person is None or person.erased_at:
            raise NotFound
        resource = person.as_resource()
        if open_to_newcomers and not person.places:
            resource = replace(resource, places=tuple(grant.place for grant in actor.grants))
        authorize(actor, action, resource)
        return actor, person

    def _audit(self, actor: Actor, action: str, person: Person, reason: str) -> Put:
        street = street_of((*person.places, *(grant.place for grant in actor.grants), "none")[0])
        now: datetime = self._clock.now()
        id = self._ids.new("aud")
        return Put(row=Audit(id=id, at=now, actor=actor.id, action=action, subject=person.id, reason=reason, street=street))

    # the operator

    def bootstrap_admin(self, phone: str, name: str, street: str) -> Person:
        """Make somebody the administrator of a street; for the operator's command, which no route reaches."""
        self._known_place(street, ["street"])

        def decide() -> Outcome[Person]:
            known = self.phone_owner(phone)
            grant = Grant(Role.STREET_ADMIN, street)
            now = self._clock.now()
            event = Event(tag="person.granted", by="operator", party="system", note=f"{grant.role.value}@{street}")
            if known:
                grants = tuple(dict.fromkeys([*known.grants, grant]))
                return Outcome(entity=replace(known, grants=grants), previous=known, events=(event,))
            person = Person(
                id=self._ids.new("per"), created_at=now, updated_at=now, name=name, phone=phone, home=street, grants=(grant,)
            )
            return Outcome(entity=person, previous=None, beside=(self._phone_row(person),), events=(event,))

        return self._commit.settle(decide, Call())


def _all_consents(person_id: str) -> list[Consent]:
    return list(every(lambda start: rows.consents_of(person_id, start)))
