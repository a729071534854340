"""The household of a person, and the contact whose phone may ring for them. Both need a consent."""

import re
from dataclasses import replace

from ..kernel.access import Actor
from ..kernel.changes import Changes, Put, TimelineEvent
from ..kernel.errors import Invalid
from ..kernel.ids import ID_PATTERN, derived_id
from ..kernel.place import community_of, covers
from ..people.consents import Consents
from ..people.model import Person
from ..people.policy import CONSENT_TEXTS
from ..people.records import ConsentGiven
from ..people.service import People
from .grants import check_below

__all__ = ["Households"]

_PERSON = re.compile(f"per_{ID_PATTERN}")
_HOUSEHOLD = re.compile(f"hsh_{ID_PATTERN}")
_BUILDING = 4  # parts of its code


class Households:
    """Decides on households and contacts, for the commits of `PersonAdmin`."""

    def __init__(self, *, people: People, consents: Consents) -> None:
        self._people, self._consents = people, consents

    def resolve(
        self, person: Person, wanted: str | None, actor: Actor
    ) -> tuple[str | None, tuple[Changes[Person], ...]]:
        """Return the id of the household that a request names, and the changes of a member.

        It names a member, or the household, of the same home; or a code, which is that of one
        household in its community only.

        Raises:
            Invalid: there is no such member or household in the home.
            Forbidden: the member, who has no household yet, is not below the actor.

        """
        if wanted is None or wanted == person.household:
            return wanted, ()
        if _PERSON.fullmatch(wanted):
            return self._of_member(person, self._people.find(wanted), actor)
        if _HOUSEHOLD.fullmatch(wanted):
            return self._existing(person, wanted), ()
        if person.home is None:
            raise Invalid("household.unknown", ["household"])
        scoped = f"{community_of(person.home)} {wanted}"
        return derived_id("hsh", scoped), ()

    def _of_member(
        self, person: Person, member: Person | None, actor: Actor
    ) -> tuple[str, tuple[Changes[Person], ...]]:
        """Return the household of a member; one who has none yet founds it."""
        if member is None or member.id == person.id:
            raise Invalid("household.unknown", ["household"])
        if member.erased_at or not _share_home(person, member):
            raise Invalid("household.unknown", ["household"])
        if member.household:
            return member.household, ()
        check_below(actor, member)
        household = derived_id("hsh", member.id)
        event = TimelineEvent(
            tag="person.household_set", actor=actor.id, party="staff"
        )
        founded = Changes(
            entity=replace(member, household=household),
            previous=member,
            events=(event,),
        )
        return household, (founded,)

    def _existing(self, person: Person, household: str) -> str:
        for member in self._people.members(household):
            if member.id != person.id and _share_home(person, member):
                return household
        raise Invalid("household.unknown", ["household"])

    def relate(
        self,
        person: Person,
        household: str | None,
        contact_via: str | None,
        consent: ConsentGiven | None,
        by: str,
    ) -> tuple[Person, tuple[Put, ...]]:
        """Return a person with a household and a contact, and the lines of these consents.

        Raises:
            Invalid: a consent is missing, or the contact does not exist.

        """
        wanted = {"household": household, "contact_via": contact_via}
        ledger: list[Put] = []
        consents = dict(person.consents)
        for purpose, value in wanted.items():
            if value is None and consents.pop(purpose, ""):
                ledger.append(
                    self._consents.record_withdrawal(person, purpose, by)
                )
            elif value is not None and value != getattr(person, purpose):
                if consent is None:
                    raise Invalid("consent.required", ["consent"])
                consents[purpose] = CONSENT_TEXTS[purpose]
                ledger += self._consents.record(
                    person, purpose, consent, recorded_by=by
                )
        if contact_via:
            self._check_contact(person, contact_via)
        changed = replace(
            person,
            household=household,
            contact_via=contact_via,
            consents=consents,
        )
        return changed, tuple(ledger)

    def _check_contact(self, person: Person, contact_id: str) -> None:
        contact = self._people.find(contact_id)
        gone = contact is None or not contact.may_act
        if gone or contact_id == person.id:
            raise Invalid("person.unknown", ["contact_via"])


def _share_home(one: Person, other: Person) -> bool:
    """Say whether two people may live together: in one building, as far as it is known."""
    if one.home is None or other.home is None:
        return False
    homes = [
        ".".join(home.split(".")[:_BUILDING]) for home in (one.home, other.home)
    ]
    return covers(*homes) or covers(*reversed(homes))
