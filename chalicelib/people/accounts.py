"""What people do with their own account."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ..kernel.access import Role
from ..kernel.changes import Changes, Entity, Put, TimelineEvent
from ..kernel.clock import Clock
from ..kernel.errors import Invalid, NotFound
from ..kernel.paging import Page
from ..kernel.request import RequestContext
from ..store.transaction import Transaction
from . import permissions, volunteers
from .access import Access
from .consent_versions import check_current
from .consents import Consents
from .edits import AccountEdit, VolunteerEdit
from .erasure import Erasure
from .export import DataExport, DataExports, PersonalData
from .model import Person
from .moves import make_volunteer, withdraw
from .newcomers import ask_for_role
from .policy import DATA_AT_ONCE, SELF_GIVEN
from .records import Consent
from .registration import Registration
from .volunteer_profile import VolunteerProfile

__all__ = ["Accounts", "CheckPhone", "PhoneProof", "TrailLine"]

# (person, challenge, code, network address) -> the use of the challenge, or a refused try
PhoneProof = Callable[[Person, str, str, str], Changes[Entity]]
# Refuses what takes an account away while staff doubt its phone: (id of the person)
CheckPhone = Callable[[str], None]
# (person, kind of event, network address) -> the line in the security trail
TrailLine = Callable[[Person, str, str], Put]


class Accounts:
    """Use cases about one's own account."""

    def __init__(
        self,
        *,
        transaction: Transaction,
        clock: Clock,
        access: Access,
        consents: Consents,
        registration: Registration,
        erasure: Erasure,
        phone_proof: PhoneProof,
        trail_line: TrailLine,
        check_phone: CheckPhone,
        personal_data: PersonalData,
        data_exports: Callable[[], DataExports],
    ) -> None:
        self._transaction, self._access = transaction, access
        self._clock = clock
        self._consents, self._registration = consents, registration
        self._erasure, self._phone_proof = erasure, phone_proof
        self._personal_data, self._trail_line = personal_data, trail_line
        self._check_phone, self._data_exports = check_phone, data_exports

    def read_me(self, context: RequestContext) -> Person:
        """Return the actor's record."""
        return self._access.require_self(context).person

    def change_me(self, context: RequestContext, edit: AccountEdit) -> Person:
        """Change the actor's name, home, address, language, channels or quiet hours."""

        def change(person: Person) -> tuple[Person, tuple[Put, ...]]:
            edited = self._registration.apply_edit(person, edit)
            changed = volunteers.note_own_change(
                person, edited, self._clock.now()
            )
            return self._registration.guardians.with_age(
                changed, edit.birth_year, edit.guardian
            )

        return self._change(context, change, "person.changed")

    def request_role(
        self, context: RequestContext, role: Role, place: str
    ) -> Person:
        """Ask for a role of staff at a place, as newcomers to a street have to."""

        def change(person: Person) -> tuple[Person, tuple[Put, ...]]:
            self._registration.check_place(place, ["place"])
            now = self._clock.now()
            return ask_for_role(person, role, place, now), ()

        return self._change(context, change, "person.role_requested")

    def read_volunteer(self, context: RequestContext) -> Person:
        """Return the actor's record, with an empty profile if they are no volunteer."""
        person = self._access.require_self(context).person
        return replace(person, volunteer=_profile_of(person))

    def volunteer(
        self, context: RequestContext, profile: VolunteerProfile
    ) -> Person:
        """Make the actor a volunteer, or replace their profile; the vetting stays."""

        def change(person: Person) -> tuple[Person, tuple[Put, ...]]:
            return self._with_profile(person, profile), ()

        return self._change(context, change, "person.volunteered")

    def change_volunteer(
        self, context: RequestContext, edit: VolunteerEdit
    ) -> Person:
        """Change the named fields of the actor's volunteer profile.

        Raises:
            Invalid: the actor is no volunteer yet, and the edit names no places.

        """

        def change(person: Person) -> tuple[Person, tuple[Put, ...]]:
            profile = edit.applied_to(_profile_of(person))
            if not profile.places:
                raise Invalid("volunteer.places_required", ["places"])
            return self._with_profile(person, profile), ()

        return self._change(context, change, "person.volunteered")

    def _with_profile(
        self, person: Person, profile: VolunteerProfile
    ) -> Person:
        """Return a person as a volunteer; staff are asked to vet a new one."""
        for n, place in enumerate(profile.places):
            self._registration.check_place(place, ["places", n])
        changed, now = make_volunteer(person, profile), self._clock.now()
        if changed.vetted and changed.vetted.obstacle(now) is None:
            return changed
        return volunteers.ask_for_vetting(changed, now)

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
                messages=volunteers.next_step(person, changed),
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
            lines = self._consents.record(person, purpose)
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
                writes=lines,
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

    def read_my_data(
        self, context: RequestContext
    ) -> dict[str, Any] | DataExport:
        """Return everything held about the actor, by section. The trail gets a line.

        What is too much for one answer becomes a file, whose progress is returned.

        Raises:
            Conflict: staff correct the phone, and that is not decided.

        """

        def decide() -> tuple[Changes[Entity], dict[str, Any] | DataExport]:
            person = self._require_export(context)
            exports = self._data_exports()
            known = exports.find(person)
            if known:
                return Changes(entity=person, previous=person), known
            data = self._personal_data.up_to(person, DATA_AT_ONCE)
            if data is None:
                return exports.begin(person)
            line = self._trail_line(person, "person.exported", context.address)
            return Changes(entity=person, previous=person, writes=(line,)), data

        return self._transaction.run_with(decide, context)[1]

    def fetch_my_data(self, context: RequestContext) -> str:
        """Return an address of the file with the actor's data. The trail gets a line.

        Raises:
            NotFound: there is none, or not any more.
            Conflict: it is not ready, or staff correct the phone, and that is not decided.

        """

        def decide() -> tuple[Changes[Entity], str]:
            person = self._require_export(context)
            address = self._data_exports().address_of(person)
            line = self._trail_line(person, "person.exported", context.address)
            return Changes(
                entity=person, previous=person, writes=(line,)
            ), address

        return self._transaction.run_with(decide, context)[1]

    def _require_export(self, context: RequestContext) -> Person:
        granted = self._access.require_self(context, permissions.EXPORT_ME)
        self._check_phone(granted.person.id)
        return granted.person

    def erase_me(
        self, context: RequestContext, challenge: str, code: str
    ) -> None:
        """Erase the actor's personal data. Counts stay, without a name.

        Raises:
            Invalid: the code is not that of a challenge of the actor's own phone.
            Conflict: staff correct the phone, and that is not decided.

        """

        def decide() -> tuple[Changes[Entity], None]:
            granted = self._access.require_self(context, permissions.ERASE_ME)
            person = granted.person
            person.check_version(context.seen_version)
            self._check_phone(person.id)
            proved = self._phone_proof(person, challenge, code, context.address)
            if proved.refusal:
                return proved, None
            line = self._trail_line(person, "person.erased", context.address)
            return self._erasure.erased(
                person,
                actor=person.id,
                party="owner",
                writes=(line,),
                related=(proved,),
            ), None

        self._transaction.run_with(decide, context)


def _profile_of(person: Person) -> VolunteerProfile:
    """Return the profile of a person, empty for one who is no volunteer."""
    if person.volunteer:
        return person.volunteer
    served = [g.place for g in person.grants if g.role is Role.VOLUNTEER]
    return VolunteerProfile(places=tuple(served))
