"""What people do with their own account."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ..kernel.access import Role
from ..kernel.changes import Changes, TimelineEvent
from ..kernel.clock import Clock
from ..kernel.errors import Invalid, NotFound
from ..kernel.hooks import Hooks
from ..kernel.paging import Page
from ..kernel.request import RequestContext
from ..store.transaction import Transaction
from . import volunteers
from .access import Access
from .consents import Consents
from .edits import AccountEdit, VolunteerEdit
from .model import (
    TERMS,
    Consent,
    Person,
    VolunteerProfile,
    agree,
    erase,
    make_volunteer,
)
from .phones import Phones
from .registration import Registration

__all__ = ["Accounts"]


class Accounts:
    """Use cases about one's own account."""

    def __init__(
        self,
        *,
        transaction: Transaction,
        clock: Clock,
        access: Access,
        consents: Consents,
        phones: Phones,
        registration: Registration,
        hooks: Hooks,
    ) -> None:
        self._transaction, self._clock, self._access = (
            transaction,
            clock,
            access,
        )
        self._consents, self._phones, self._registration = (
            consents,
            phones,
            registration,
        )
        self._hooks = hooks

    def read_me(self, context: RequestContext) -> Person:
        """Return the actor's record."""
        return self._access.require_self(context).person

    def change_me(self, context: RequestContext, edit: AccountEdit) -> Person:
        """Change the actor's name, home, address, language, channels or quiet hours."""

        def change(person: Person) -> Person:
            changed = self._registration.apply_edit(person, edit)
            return volunteers.note_own_change(
                person, changed, self._clock.now()
            )

        return self._change(context, change, "person.changed")

    def read_volunteer(self, context: RequestContext) -> Person:
        """Return the actor's record, with an empty profile if they are no volunteer."""
        person = self._access.require_self(context).person
        return replace(person, volunteer=_profile_of(person))

    def volunteer(
        self, context: RequestContext, profile: VolunteerProfile
    ) -> Person:
        """Make the actor a volunteer, or replace their profile; the vetting stays."""

        def change(person: Person) -> Person:
            return self._with_profile(person, profile)

        return self._change(context, change, "person.volunteered")

    def change_volunteer(
        self, context: RequestContext, edit: VolunteerEdit
    ) -> Person:
        """Change the named fields of the actor's volunteer profile.

        Raises:
            Invalid: the actor is no volunteer yet, and the edit names no places.

        """

        def change(person: Person) -> Person:
            profile = edit.applied_to(_profile_of(person))
            if not profile.places:
                raise Invalid("volunteer.places_required", ["places"])
            return self._with_profile(person, profile)

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
        change: Callable[[Person], Person],
        tag: str,
    ) -> Person:
        def decide() -> Changes[Person]:
            person = self._access.require_self(context).person
            person.check_version(context.seen_version)
            changed = change(person)
            lines = self._consents.record_changes(person, changed)
            event = TimelineEvent(tag=tag, actor=person.id, party="owner")
            return Changes(
                entity=changed,
                previous=person,
                writes=lines,
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

    def withdraw_consent(self, context: RequestContext, purpose: str) -> None:
        """Withdraw a consent of the actor.

        Withdrawing the terms ends all sessions. A sign-in then asks for the consent again.
        """

        def decide() -> Changes[Person]:
            person = self._access.require_self(context).person
            person.check_version(context.seen_version)
            if purpose not in person.consents:
                raise NotFound("consent.unknown")
            changed = _without_consent(person, purpose)
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
        consents = self._consents.read_all(person.id)
        held = {
            "exported_at": self._clock.now(),
            "person": person,
            "consents": consents,
        }
        return held | self._hooks.export(person.id)

    def erase_me(self, context: RequestContext) -> None:
        """Erase the actor's personal data. Counts stay, without a name.

        Other features erase theirs on the event.
        """

        def decide() -> Changes[Person]:
            person = self._access.require_self(context).person
            person.check_version(context.seen_version)
            traces = self._hooks.erased_with(person)
            return Changes(
                entity=erase(person, self._clock.now()),
                previous=person,
                writes=(*self._phones.release(person), *traces),
                events=(
                    TimelineEvent(
                        tag="person.erased", actor=person.id, party="owner"
                    ),
                ),
            )

        self._transaction.run(decide, context)


def _profile_of(person: Person) -> VolunteerProfile:
    """Return the profile of a person, empty for one who is no volunteer."""
    if person.volunteer:
        return person.volunteer
    served = [g.place for g in person.grants if g.role is Role.VOLUNTEER]
    return VolunteerProfile(places=tuple(served))


def _without_consent(person: Person, purpose: str) -> Person:
    """Return a person without a consent, and without what it allowed."""
    changed = agree(person, purpose, None)
    if purpose == TERMS:
        return replace(changed, token_version=person.token_version + 1)
    if purpose == "contact_via":
        return replace(changed, contact_via=None)
    if purpose == "household":
        return replace(changed, household=None)
    return changed
