"""The household of a person, and the contact whose phone may ring for them. Both need a consent."""

from dataclasses import replace

from ..kernel.changes import Put
from ..kernel.errors import Invalid
from ..people.consents import Consents
from ..people.model import ConsentGiven, Person
from ..people.policy import CONSENT_TEXTS
from ..people.service import People

__all__ = ["Households"]


class Households:
    """Decides on households and contacts, for the commits of `PersonAdmin`."""

    def __init__(self, *, people: People, consents: Consents) -> None:
        self._people, self._consents = people, consents

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
                line = self._consents.record(
                    person, purpose, consent, recorded_by=by
                )
                ledger.append(line)
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
