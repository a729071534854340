"""People for other features: lookups, and decisions that go into their commits."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Literal

from ..kernel.access import Actor, Role, relations
from ..kernel.changes import Changes, Put, TimelineEvent
from ..kernel.errors import Forbidden, Invalid
from ..kernel.paging import Page, Position
from ..kernel.place import community_of, street_of
from ..kernel.request import RequestContext
from . import permissions
from .consents import Consents
from .model import CARE, ConsentGiven, Person, SealedRecord, never_again
from .phones import Phones
from .policy import CONSENT_TEXTS, HOUSEHOLD_MAX, PEOPLE_READ_MAX
from .repository import PersonRepository
from .volunteering import Volunteering

__all__ = ["ConsentGiven", "People"]


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

    def find_many(self, person_ids: Iterable[str]) -> dict[str, Person]:
        """Return several people by id, in one request; unknown ids are left out."""
        return self._repository.find_persons(list(person_ids))

    def find_sealed(self, person_id: str) -> SealedRecord | None:
        """Return the sealed record of an erased person. It may have expired."""
        return self._repository.find_sealed(person_id)

    def phone_owner(self, phone: str) -> Person | None:
        """Return the person whose phone this is."""
        return self._phones.find_owner(phone)

    def below(
        self,
        place: str,
        wanted: Callable[[Person], bool],
        start: Position | None,
        limit: int,
    ) -> Page[Person]:
        """Return the people of a place and below, in tree order.

        A page may be short where few are wanted.
        """
        return self._repository.people_below(
            place, start, limit, wanted, PEOPLE_READ_MAX
        )

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
        if (
            subject.contact_via != actor.id
            and not found & permissions.ACT_FOR.allowed
        ):
            raise Forbidden("person.cannot_act_for")
        return subject

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
        line = self._consents.record(subject, CARE, given, recorded_by=by)
        event = TimelineEvent(
            tag="person.consented", actor=by, party="staff", note=CARE
        )
        return Changes(
            entity=replace(subject, consents=consents),
            previous=subject,
            writes=(line,),
            events=(event,),
        )

    def note_consent(
        self, subject: Person, purpose: str, given: ConsentGiven, by: str
    ) -> Put:
        """Return the ledger line of a consent. See `Consents.record`."""
        return self._consents.record(subject, purpose, given, recorded_by=by)

    def opt_out(
        self,
        person_id: str,
        channel: Literal["sms", "email"],
        context: RequestContext,
    ) -> None:
        """Turn a channel off. See `Consents.opt_out`."""
        self._consents.opt_out(person_id, channel, context)
