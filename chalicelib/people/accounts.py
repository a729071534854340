"""What people do with their own account."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ..kernel.changes import Changes, Entity, Put, TimelineEvent
from ..kernel.errors import Invalid, NotFound
from ..kernel.paging import Page
from ..kernel.request import RequestContext
from ..store.transaction import Transaction
from . import permissions
from .access import Access
from .consent_versions import check_current
from .consents import Consents
from .edits import AccountEdit
from .erasure import Erasure
from .export import PersonalData
from .model import (
    Consent,
    Person,
    VolunteerProfile,
    make_volunteer,
    withdraw,
)
from .policy import SELF_GIVEN
from .registration import Registration

__all__ = ["Accounts", "PhoneProof"]

# (person, challenge, code, network address) -> the use of the challenge, or a refused try
PhoneProof = Callable[[Person, str, str, str], Changes[Entity]]


class Accounts:
    """Use cases about one's own account."""

    def __init__(
        self,
        *,
        transaction: Transaction,
        access: Access,
        consents: Consents,
        registration: Registration,
        erasure: Erasure,
        phone_proof: PhoneProof,
        personal_data: PersonalData,
    ) -> None:
        self._transaction, self._access = transaction, access
        self._consents, self._registration = consents, registration
        self._erasure, self._phone_proof = erasure, phone_proof
        self._personal_data = personal_data

    def read_me(self, context: RequestContext) -> Person:
        """Return the actor's record."""
        return self._access.require_self(context).person

    def change_me(self, context: RequestContext, edit: AccountEdit) -> Person:
        """Change the actor's name, home, address, language, channels or quiet hours."""

        def change(person: Person) -> tuple[Person, tuple[Put, ...]]:
            edited = self._registration.apply_edit(person, edit)
            return self._registration.guardians.with_age(
                edited, edit.birth_year, edit.guardian
            )

        return self._change(context, change, "person.changed")

    def volunteer(
        self, context: RequestContext, profile: VolunteerProfile
    ) -> Person:
        """Make the actor a volunteer, or change their profile; the vetting stays."""

        def change(person: Person) -> tuple[Person, tuple[Put, ...]]:
            for n, place in enumerate(profile.places):
                self._registration.check_place(place, ["places", n])
            return make_volunteer(person, profile), ()

        return self._change(context, change, "person.volunteered")

    def _change(
        self,
        context: RequestContext,
        change: Callable[[Person], tuple[Person, tuple[Put, ...]]],
        tag: str,
    ) -> Person:
        def decide() -> Changes[Person]:
            granted = self._access.require_self(context, permissions.CHANGE_ME)
            person = granted.person
            person.check_version(context.seen_version)
            changed, guarded = change(person)
            lines = self._consents.record_changes(person, changed)
            event = TimelineEvent(tag=tag, actor=person.id, party="owner")
            return Changes(
                entity=changed,
                previous=person,
                writes=(*lines, *guarded),
                events=(event,),
            )

        return self._transaction.run(decide, context)

    def read_consents(
        self, context: RequestContext, limit: int
    ) -> Page[Consent]:
        """Return the actor's consent history, newest first."""
        person = self._access.require_self(context).person
        return self._consents.read_page(person.id, context.start, limit)

    def give_consent(
        self, context: RequestContext, purpose: str, text_version: str
    ) -> Person:
        """Record the actor's consent to the current text of a purpose. Idempotent.

        Raises:
            Invalid: the version is not the current one, or the purpose is given in another way.

        """

        def decide() -> Changes[Person]:
            person = self._access.require_self(context).person
            person.check_version(context.seen_version)
            if purpose not in person.consents and purpose not in SELF_GIVEN:
                raise Invalid("consent.given_elsewhere", ["purpose"])
            check_current(purpose, text_version, ("text_version",))
            if person.consents.get(purpose) == text_version:
                return Changes(entity=person, previous=person)
            line = self._consents.record(person, purpose)
            event = TimelineEvent(
                tag="person.consented",
                actor=person.id,
                party="owner",
                note=purpose,
            )
            agreed = {**person.consents, purpose: text_version}
            return Changes(
                entity=replace(person, consents=agreed),
                previous=person,
                writes=(line,),
                events=(event,),
            )

        return self._transaction.run(decide, context)

    def withdraw_consent(self, context: RequestContext, purpose: str) -> None:
        """Withdraw a consent of the actor.

        Withdrawing the terms ends all sessions. A sign-in then asks for the consent again.
        """

        def decide() -> Changes[Person]:
            person = self._access.require_self(context).person
            person.check_version(context.seen_version)
            if purpose not in person.consents:
                raise NotFound("consent.unknown")
            changed = withdraw(person, purpose)
            line = self._consents.record_withdrawal(person, purpose, person.id)
            event = TimelineEvent(
                tag="person.consent_withdrawn",
                actor=person.id,
                party="owner",
                note=purpose,
            )
            return Changes(
                entity=changed, previous=person, writes=(line,), events=(event,)
            )

        self._transaction.run(decide, context)

    def read_my_data(self, context: RequestContext) -> dict[str, Any]:
        """Return everything held about the actor, by section."""
        person = self._access.require_self(context).person
        return self._personal_data.of(person)

    def erase_me(
        self, context: RequestContext, challenge: str, code: str
    ) -> None:
        """Erase the actor's personal data. Counts stay, without a name.

        Raises:
            Invalid: the code is not that of a challenge of the actor's own phone.

        """

        def decide() -> tuple[Changes[Entity], None]:
            person = self._access.require_self(context).person
            person.check_version(context.seen_version)
            proved = self._phone_proof(person, challenge, code, context.address)
            if proved.refusal:
                return proved, None
            return self._erasure.erased(
                person, actor=person.id, party="owner", related=(proved,)
            ), None

        self._transaction.run_with(decide, context)
