"""Changes to a person's record: by the person, and by staff. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime

from ..kernel.unset import UNSET, Maybe, or_else
from .model import Person
from .moves import agree
from .policy import CONSENT_TEXTS
from .records import ConsentGiven, GuardianGiven
from .volunteer_profile import Availability, QuietHours, VolunteerProfile

__all__ = [
    "AccountEdit",
    "AgeCorrection",
    "PersonCorrection",
    "PersonEdit",
    "VolunteerEdit",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonEdit:
    """The fields that a person and staff may both change; what is unset stays."""

    name: Maybe[str] = UNSET
    home: Maybe[str | None] = UNSET
    address: Maybe[str | None] = UNSET
    locale: Maybe[str] = UNSET

    def applied_to(self, person: Person) -> Person:
        """Return the person with the changes."""
        return replace(
            person,
            name=or_else(self.name, person.name),
            home=or_else(self.home, person.home),
            address=or_else(self.address, person.address),
            locale=or_else(self.locale, person.locale),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonCorrection(PersonEdit):
    """What staff correct; they may add a phone."""

    phone: Maybe[str] = UNSET
    contact_note: Maybe[str | None] = UNSET

    def applied_to(self, person: Person) -> Person:
        """Return the person with the changes."""
        return replace(
            PersonEdit.applied_to(self, person),
            phone=or_else(self.phone, person.phone),
            contact_note=or_else(self.contact_note, person.contact_note),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AgeCorrection:
    """A year of birth that staff correct. Below 14 a guardian agrees, by a consent of theirs."""

    birth_year: int | None
    guardian: GuardianGiven | None
    consent: ConsentGiven | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountEdit(PersonEdit):
    """What a person changes in their own account. `promotions` gives or withdraws a consent."""

    sms: Maybe[bool] = UNSET
    email: Maybe[bool] = UNSET
    email_address: Maybe[str | None] = UNSET
    quiet_hours: Maybe[QuietHours | None] = UNSET
    promotions: Maybe[bool] = UNSET
    birth_year: int | None = None
    guardian: GuardianGiven | None = None

    def applied_to(self, person: Person) -> Person:
        """Return the person with the changes, and with the consent that goes with them."""
        changed = replace(
            PersonEdit.applied_to(self, person),
            sms=or_else(self.sms, person.sms),
            email=or_else(self.email, person.email),
            email_address=or_else(self.email_address, person.email_address),
            quiet_hours=or_else(self.quiet_hours, person.quiet_hours),
        )
        if self.promotions is UNSET:
            return changed
        return agree(
            changed,
            "promotions",
            CONSENT_TEXTS["promotions"] if self.promotions else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class VolunteerEdit:
    """The fields of a volunteer profile to change; what is unset stays."""

    places: Maybe[tuple[str, ...]] = UNSET
    skills: Maybe[tuple[str, ...]] = UNSET
    kinds: Maybe[tuple[str, ...]] = UNSET
    dialects: Maybe[tuple[str, ...]] = UNSET
    availability: Maybe[tuple[Availability, ...]] = UNSET
    capacity: Maybe[int] = UNSET
    paused_until: Maybe[datetime | None] = UNSET

    def applied_to(self, profile: VolunteerProfile) -> VolunteerProfile:
        """Return the profile with the changes."""
        return replace(
            profile,
            places=or_else(self.places, profile.places),
            skills=or_else(self.skills, profile.skills),
            kinds=or_else(self.kinds, profile.kinds),
            dialects=or_else(self.dialects, profile.dialects),
            availability=or_else(self.availability, profile.availability),
            capacity=or_else(self.capacity, profile.capacity),
            paused_until=or_else(self.paused_until, profile.paused_until),
        )
