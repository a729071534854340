"""Who somebody is, for every other feature, and what people do about themselves."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from ..kernel.access import Actor, Role, authorize, relations
from ..kernel.changes import Changes, Delete, Event, Put
from ..kernel.clock import Clock
from ..kernel.codes import Keyring
from ..kernel.errors import Forbidden, Invalid, NotFound, Refusal, Unauthenticated
from ..kernel.hooks import Hooks
from ..kernel.ids import Ids
from ..kernel.paging import Page, Position, every
from ..kernel.place import community_of, street_of
from ..kernel.request import RequestContext
from ..store.transaction import Transaction
from . import permissions
from .model import (
    Consent,
    Person,
    PhoneOwner,
    Volunteering,
    VolunteerProfile,
    agree,
    end_session,
    erase,
    make_volunteer,
    never_again,
)
from .policy import CONSENT_TEXTS, HOUSEHOLD_MAX, PEOPLE_READ_MAX
from .repository import PersonRepository

__all__ = ["ConsentGiven", "People"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentGiven:
    """How somebody agreed, when others write it down."""

    how: str
    witness: str | None = None


class People:
    """Use cases about people."""

    def __init__(
        self,
        *,
        transaction: Transaction,
        clock: Clock,
        ids: Ids,
        keys: Keyring,
        repository: PersonRepository,
        place_exists: Callable[[str], bool],
        hooks: Hooks,
    ) -> None:
        self._transaction, self._clock, self._ids, self._keys = transaction, clock, ids, keys
        self._repository, self._place_exists, self._hooks = repository, place_exists, hooks

    # for other features

    def current(self, actor: Actor) -> tuple[Actor, Person]:
        """Read the actor again, so that a block, a demotion or a sign-out takes effect at once. One request."""
        person = self._repository.find_person(actor.id)
        if person is None:
            raise Unauthenticated("auth.token_invalid")
        return person.admit(actor), person

    def current_among(self, actor: Actor, others: Iterable[str]) -> tuple[Actor, dict[str, Person]]:
        """Like `current`, and read others in the same one request; returns everybody by id, the actor included."""
        people = self._repository.find_persons([actor.id, *others])
        if actor.id not in people:
            raise Unauthenticated("auth.token_invalid")
        return people[actor.id].admit(actor), people

    def find(self, person_id: str) -> Person | None:
        """Read somebody without asking on whose behalf; for jobs and compositions."""
        return self._repository.find_person(person_id)

    def find_many(self, person_ids: Iterable[str]) -> dict[str, Person]:
        """Read several people in one request, by id; those who are not there are left out."""
        return self._repository.find_persons(list(person_ids))

    def phone_owner(self, phone: str) -> Person | None:
        """Return whose phone this is."""
        person_id = self._repository.owner_of_phone(self.fingerprint(phone))
        return self._repository.find_person(person_id) if person_id else None

    def fingerprint(self, phone: str) -> str:
        """Return the keyed hash under which a phone is looked up."""
        return self._keys.fingerprint("phone", phone)

    def below(self, place: str, wanted: Callable[[Person], bool], start: Position | None, limit: int) -> Page[Person]:
        """Return the people of a place and below, in tree order; a page may be short where few are wanted."""
        return self._repository.people_below(place, start, limit, wanted, PEOPLE_READ_MAX)

    def ids_below(self, name: str, as_of: datetime, start: Position | None, limit: int) -> Page[str]:
        """Return the ids of the people of a place and below, in tree order; an audience (see `fanouts`)."""
        return self._repository.ids_below(name, start, limit)

    def volunteers_of(self, place: str) -> list[Volunteering]:
        """Return who may be asked for something at a place: the volunteers of its community, and of its street as a whole.

        Of a street, all its volunteers. Somebody who serves several of its communities is named for each.
        """
        community, street = community_of(place), street_of(place)
        if community == street:
            return list(self._repository.volunteers_of(street, below=True))
        return [*self._repository.volunteers_of(community, below=False), *self._repository.volunteers_of(street, below=False)]

    def never_again(self, person: Person, kind: str) -> Changes[Person]:
        """Return the decision that somebody is not asked for a kind any more; it goes into another feature's commit."""
        event = Event(tag="person.volunteered", by=person.id, party="owner", note=f"never {kind}")
        return Changes(entity=never_again(person, kind), previous=person, events=(event,))

    def kin(self, person: Person) -> list[str]:
        """Return the ids of those who live with somebody, herself included."""
        others = self._repository.household_members(person.household, HOUSEHOLD_MAX) if person.household else []
        return list(dict.fromkeys([person.id, *others]))

    def subject_of(self, actor: Actor, person: Person, on_behalf_of: str | None) -> Person:
        """Return for whom the actor acts: herself, or somebody she may act for (staff in scope, or the trusted contact)."""
        if on_behalf_of in (None, actor.id):
            return person
        subject = self._repository.find_person(on_behalf_of or "")
        if subject is None or subject.erased_at:
            if any(grant.role.rank >= Role.GRID_WORKER.rank for grant in actor.grants):
                raise Invalid("person.unknown", ["on_behalf_of"])
            raise Forbidden("person.cannot_act_for")  # the same as for somebody who exists
        if subject.contact_via != actor.id and not relations(actor, subject.as_resource()) & permissions.ACT_FOR.allowed:
            raise Forbidden("person.cannot_act_for")
        return subject

    def note_consent(self, subject: Person, purpose: str, given: ConsentGiven, by: str) -> Put:
        """Return the ledger line of a consent that goes into somebody else's commit."""
        consent = Consent(
            id=self._ids.new("con"),
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

    def note_withdrawal(self, subject: Person, purpose: str, by: str) -> Put:
        """Return the ledger line of a consent that is taken back."""
        id = self._ids.new("con")
        return Put(row=Consent(id=id, person_id=subject.id, at=self._clock.now(), purpose=purpose, given=False, recorded_by=by))

    def new_account(self, phone: str, name: str, locale: str, text_version: str) -> tuple[Person, tuple[Put, ...]]:
        """Return somebody who signs in for the first time, and the rows that make her unique and her consent known."""
        now = self._clock.now()
        id = self._ids.new("per")
        consents = {"terms": text_version}
        person = Person(
            id=id, version=1, created_at=now, updated_at=now, name=name, phone=phone, locale=locale, consents=consents
        )
        ledger = Consent(
            id=self._ids.new("con"), person_id=id, at=now, purpose="terms", given=True, text_version=text_version, recorded_by=id
        )
        return person, (Put(row=person, new=True), self.own_phone(person), Put(row=ledger))

    def agree(self, person: Person, text_version: str) -> Changes[Person]:
        """Return the decision that somebody agrees to the terms, perhaps again; it goes into the commit that signs her in."""
        agreed = replace(person, consents={**person.consents, "terms": text_version})
        ledger = Consent(
            id=self._ids.new("con"),
            person_id=person.id,
            at=self._clock.now(),
            purpose="terms",
            given=True,
            text_version=text_version,
            recorded_by=person.id,
        )
        return Changes(entity=agreed, previous=person, writes=(Put(row=ledger),))

    def own_phone(self, person: Person, taken: Refusal | None = None) -> Put:
        """Return the row that makes a phone somebody's alone; it goes into the commit that gives it to her."""
        owner = PhoneOwner(fingerprint=self.fingerprint(person.phone or ""), person_id=person.id)
        return Put(row=owner, new=True, on_conflict=taken)

    # oneself

    def read_me(self, context: RequestContext) -> Person:
        """Return one's own record."""
        actor, person = self.current(context.actor)
        authorize(actor, permissions.ME, person.as_resource())
        return person

    def change_me(self, context: RequestContext, changes: Mapping[str, Any]) -> Person:
        """Change one's own name, home, address, language, channels, quiet hours, or whether one wants promotions."""
        fields = {name: value for name, value in changes.items() if name != "promotions"}

        def change(person: Person) -> Person:
            changed = self.with_changes(person, fields)
            wanted = changes.get("promotions")
            return changed if wanted is None else agree(changed, "promotions", CONSENT_TEXTS["promotions"] if wanted else None)

        return self._change_self(context, change, "person.changed")

    def volunteer(self, context: RequestContext, profile: VolunteerProfile) -> Person:
        """Make oneself a volunteer, or change what one offers; vetting is not touched."""

        def change(person: Person) -> Person:
            for n, place in enumerate(profile.places):
                self.check_place(place, ["places", n])
            return make_volunteer(person, profile)

        return self._change_self(context, change, "person.volunteered")

    def _change_self(self, context: RequestContext, change: Callable[[Person], Person], tag: str) -> Person:
        def decide() -> Changes[Person]:
            actor, person = self.current(context.actor)
            authorize(actor, permissions.ME, person.as_resource())
            person.check_version(context.seen_version)
            changed, event = change(person), Event(tag=tag, by=actor.id, party="owner")
            return Changes(entity=changed, previous=person, writes=self._agreed(person, changed), events=(event,))

        return self._transaction.run(decide, context)

    def _agreed(self, before: Person, after: Person) -> tuple[Put, ...]:
        """Return the ledger lines of what somebody has agreed to, or taken back, by changing her own record."""
        given = [purpose for purpose in after.consents if purpose not in before.consents]
        taken = [purpose for purpose in before.consents if purpose not in after.consents]
        lines = [self.note_consent(after, purpose, ConsentGiven(how="app"), after.id) for purpose in given]
        return (*lines, *(self.note_withdrawal(after, purpose, after.id) for purpose in taken))

    def with_changes(self, person: Person, changes: Mapping[str, Any]) -> Person:
        """Return somebody with changed fields, once they are known to be possible."""
        home = changes.get("home")
        if home is not None and home != person.home:
            self.check_place(home, ["home"])
        mail = changes.get("email_address", person.email_address)
        if mail not in (None, person.email_address):
            raise Invalid("email.verify_first", ["channels", "email_address"])
        return replace(person, **changes)

    def check_place(self, place: str, loc: list[str | int]) -> None:
        """Refuse a place that does not exist."""
        if not self._place_exists(place):
            raise Invalid("place.unknown", loc, place=place)

    def opt_out(self, person_id: str, channel: Literal["sms", "email"], context: RequestContext) -> None:
        """Send somebody no more by a channel, as she has asked by that channel; when she asked stays on record."""

        def decide() -> Changes[Person]:
            person = self._repository.find_person(person_id)
            if person is None:
                raise NotFound
            if person.erased_at or not getattr(person, channel):
                return Changes(entity=person, previous=person)
            line = self.note_withdrawal(person, channel, person.id)
            event = Event(tag="person.opted_out", by=person.id, party="owner", note=channel)
            silent = replace(person, sms=False) if channel == "sms" else replace(person, email=False)
            return Changes(entity=silent, previous=person, writes=(line,), events=(event,))

        self._transaction.run(decide, context)

    def read_consents(self, context: RequestContext, limit: int) -> Page[Consent]:
        """Return one's own consent history, newest first."""
        actor, person = self.current(context.actor)
        authorize(actor, permissions.ME, person.as_resource())
        return self._repository.consents_of(person.id, context.start, limit)

    def withdraw_consent(self, context: RequestContext, purpose: str) -> None:
        """Withdraw a consent. Without the terms there is no account: one is signed out until one agrees again."""

        def decide() -> Changes[Person]:
            actor, person = self.current(context.actor)
            authorize(actor, permissions.ME, person.as_resource())
            person.check_version(context.seen_version)
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
            line = self.note_withdrawal(person, purpose, actor.id)
            event = Event(tag="person.consent_withdrawn", by=actor.id, party="owner", note=purpose)
            return Changes(entity=changed, previous=person, writes=(line,), events=(event,))

        self._transaction.run(decide, context)

    def read_my_data(self, context: RequestContext) -> dict[str, Any]:
        """Return everything held about oneself, as plain JSON values."""
        actor, person = self.current(context.actor)
        authorize(actor, permissions.ME, person.as_resource())
        held: dict[str, Any] = {"exported_at": self._clock.now(), "person": person, "consents": self._all_consents(person.id)}
        return held | self._hooks.export(person.id)

    def erase_me(self, context: RequestContext) -> None:
        """Erase one's personal data. What is counted stays, without a name; other features hear of it and do the same."""

        def decide() -> Changes[Person]:
            actor, person = self.current(context.actor)
            authorize(actor, permissions.ME, person.as_resource())
            person.check_version(context.seen_version)
            owner = PhoneOwner(fingerprint=self.fingerprint(person.phone or ""), person_id=person.id)
            traces = self._hooks.erased_with(person)
            return Changes(
                entity=erase(person, self._clock.now()),
                previous=person,
                writes=(Delete(row=owner), *traces),
                events=(Event(tag="person.erased", by=actor.id, party="owner"),),
            )

        self._transaction.run(decide, context)

    def forget_witnesses(self, person_id: str) -> None:
        """Take the names of witnesses out of an erased person's ledger; what was agreed to, and when, stays."""
        named = [consent for consent in self._all_consents(person_id) if consent.witness]
        for n in range(0, len(named), 20):
            blank = tuple(Put(row=replace(consent, witness=None)) for consent in named[n : n + 20])

            def decide(blank: tuple[Put, ...] = blank) -> Changes[Person]:
                person = self._repository.find_person(person_id)
                if person is None:
                    raise NotFound
                return Changes(entity=person, previous=person, writes=blank)

            self._transaction.run(decide, RequestContext())

    def _all_consents(self, person_id: str) -> list[Consent]:
        return list(every(lambda start: self._repository.consents_of(person_id, start)))

    def end_session(self, person: Person, session: str) -> Person:
        """Return the person with a session ended."""
        return end_session(person, session, self._clock.now())
