"""People for other features: lookups, and decisions that go into their commits."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Literal

from ..kernel.access import Actor, Role, relations
from ..kernel.changes import Changes, Message, Put, TimelineEvent
from ..kernel.errors import Forbidden, Invalid
from ..kernel.paging import Page, Position
from ..kernel.place import (
    PlaceKind,
    building_of,
    community_of,
    kind_of,
    street_of,
)
from ..kernel.redaction import mask_personal
from ..kernel.request import RequestContext
from . import permissions
from .consents import Consents
from .model import Person
from .moves import CARE, never_again
from .phones import Phones
from .policy import (
    CONSENT_TEXTS,
    HOUSEHOLD_MAX,
    NAMES_MAX,
)
from .records import ConsentGiven, SealedRecord
from .repository import PersonRepository
from .volunteering import Volunteering

__all__ = ["ConsentGiven", "Mask", "People", "phone_since"]

Mask = Callable[[str], str]


class People:
    """Finds people. It does not ask on whose behalf: the caller has authorized."""

    def __init__(
        self,
        *,
        repository: PersonRepository,
        phones: Phones,
        consents: Consents,
    ) -> None:
        self._repository = repository
        self._phones, self._consents = phones, consents

    # lookups

    def find(self, person_id: str) -> Person | None:
        """Return one person."""
        return self._repository.find_person(person_id)

    def find_many(
        self, person_ids: Iterable[str], *, consistent: bool = True
    ) -> dict[str, Person]:
        """Return several people by id, in one request; unknown ids are left out.

        Eventually consistent for half the price.
        """
        return self._repository.find_persons(
            list(person_ids), consistent=consistent
        )

    def find_sealed(self, person_id: str) -> SealedRecord | None:
        """Return the sealed record of an erased person. It may have expired."""
        return self._repository.find_sealed(person_id)

    def phone_owner(self, phone: str) -> Person | None:
        """Return the person whose phone this is."""
        return self._phones.find_owner(phone)

    def ids_below(
        self, place: str, start: Position | None, limit: int
    ) -> Page[str]:
        """Return the ids of the people of a place and below, in tree order."""
        return self._repository.ids_below(place, start, limit)

    def volunteers_of(self, place: str) -> list[Volunteering]:
        """Return the volunteers who may be asked for something at a place.

        They are those of its community and of its street as a whole; of a street, all. A volunteer
        of several of its communities is returned for each.
        """
        community, street = community_of(place), street_of(place)
        if community == street:
            return list(self._repository.volunteers_of(street, below=True))
        return [
            *self._repository.volunteers_of(community, below=False),
            *self._repository.volunteers_of(street, below=False),
        ]

    def kin(self, person: Person) -> list[str]:
        """Return the ids of a person's household, their own first."""
        if not person.household:
            return [person.id]
        others = self._repository.household_members(
            person.household, HOUSEHOLD_MAX
        )
        return list(dict.fromkeys([person.id, *others]))

    def members(self, household: str) -> list[Person]:
        """Return the members of a household."""
        ids = self._repository.household_members(household, HOUSEHOLD_MAX)
        return list(self._repository.find_persons(ids).values())

    def holders_for(self, person: Person) -> Iterator[Person]:
        """Yield the other people whose phones may ring for a person now, by consent.

        They are the contact, then the household. Blocked people and those who left are none.
        """
        if not person.may_act:
            return
        if person.contact:
            contact = self._repository.find_person(person.contact)
            if contact and contact.may_act:
                yield contact
        if "household" not in person.consents:
            return
        kin = {*self.kin(person)} - {person.id, person.contact}
        members = self._repository.find_persons(sorted(kin))
        for _, member in sorted(members.items()):
            # The index may be a moment late.
            if member.may_act and member.household == person.household:
                yield member

    def may_answer(self, person_id: str, holder_id: str) -> bool:
        """Say whether the holder of a phone may answer for a person now.

        The person may, and those whose phones ring for them.
        """
        person = self._repository.find_person(person_id)
        if person is None or not person.may_act or not holder_id:
            return False
        if person.id == holder_id:
            return True
        return any(one.id == holder_id for one in self.holders_for(person))

    def subject_of(
        self, actor: Actor, person: Person, on_behalf_of: str | None
    ) -> Person:
        """Return the person that the actor acts for: themself, or another.

        Staff in scope and the trusted contact may act for another.

        Raises:
            Invalid: a staff member names nobody.
            Forbidden: the actor may not act for this person, who may not even exist.

        """
        if on_behalf_of in (None, actor.id):
            return person
        subject = self._repository.find_person(on_behalf_of or "")
        if subject is None or subject.erased_at:
            if any(
                grant.role.rank >= Role.GRID_WORKER.rank
                for grant in actor.grants
            ):
                raise Invalid("person.unknown", ["on_behalf_of"])
            raise Forbidden("person.cannot_act_for")
        found = relations(actor, subject.as_resource())
        is_contact = subject.is_represented_by(actor.id)
        if not is_contact and not found & permissions.ACT_FOR.allowed:
            raise Forbidden("person.cannot_act_for")
        return subject

    def mask_for(self, people: Sequence[Person], *places: str) -> Mask:
        """Return the redaction of texts about people, and by the names registered in buildings.

        The buildings are those of the places. Names are read with the first text.
        """

        @cache
        def names() -> Sequence[str]:
            return self.names_at(*places)

        def mask(text: str) -> str:
            if not text:
                return text
            known = [person.name for person in people]
            secrets = [word for person in people for word in person.secrets]
            return mask_personal(
                text, names=[*known, *names()], secrets=secrets
            )

        return mask

    def names_at(self, *places: str) -> list[str]:
        """Return the names registered in the buildings of places; a wider place has none."""
        names: list[str] = []
        for building in _buildings(places):
            page = self._repository.people_below(building, None, NAMES_MAX)
            names += [person.name for person in page.items if person.name]
        return names

    # decisions

    def never_again(self, person: Person, kind: str) -> Changes[Person]:
        """Return the decision that a volunteer is not asked for a kind any more."""
        note = f"never {kind}"
        event = TimelineEvent(
            tag="person.volunteered", actor=person.id, party="owner", note=note
        )
        return Changes(
            entity=never_again(person, kind), previous=person, events=(event,)
        )

    def agree_to_care(
        self, subject: Person, given: ConsentGiven, by: str
    ) -> Changes[Person]:
        """Return the decision that a person agrees to marks about care."""
        consents = {**subject.consents, CARE: CONSENT_TEXTS[CARE]}
        lines = self._consents.record(subject, CARE, given, recorded_by=by)
        event = TimelineEvent(
            tag="person.consented", actor=by, party="staff", note=CARE
        )
        return Changes(
            entity=replace(subject, consents=consents),
            previous=subject,
            writes=lines,
            events=(event,),
        )

    def note_consent(
        self, subject: Person, purpose: str, given: ConsentGiven, by: str
    ) -> tuple[Put, ...]:
        """Return the ledger lines of a consent. See `Consents.record`."""
        return self._consents.record(subject, purpose, given, recorded_by=by)

    def opt_out(
        self,
        person_id: str,
        channel: Literal["sms", "email"],
        context: RequestContext,
        messages: Callable[[Person], tuple[Message, ...]],
    ) -> None:
        """Turn a channel off. See `Consents.opt_out`."""
        self._consents.opt_out(person_id, channel, context, messages)

    def unprove_email(
        self,
        person_id: str,
        addresses: Iterable[str],
        messages: Callable[[Person], tuple[Message, ...]],
    ) -> None:
        """Remove an address to which mail comes back. See `Consents.unprove_email`."""
        self._consents.unprove_email(person_id, addresses, messages)


def phone_since(people: People, person_id: str) -> datetime | None:
    """Return since when a person has their phone; None for always, or nobody."""
    person = people.find(person_id) if person_id else None
    return person.phone_since if person else None


def _buildings(places: Iterable[str]) -> list[str]:
    """Return the buildings of places; a wider place has none."""
    buildings = dict.fromkeys(map(building_of, places))
    return [code for code in buildings if kind_of(code) is PlaceKind.BUILDING]
