"""The staff directory as staff send and see it. Phones are masked; /reveal needs a reason."""

from datetime import date
from typing import Annotated

from pydantic import Field, RootModel

from ..kernel.access import Role
from ..kernel.text_catalogue import DEFAULT_LOCALE
from ..kernel.unset import UNSET, unset_if_none
from ..people.consent_schemas import ConsentIn, GuardianIn
from ..people.edits import AgeCorrection, PersonCorrection
from ..people.fields import (
    Address,
    BirthYear,
    ContactNote,
    Household,
    Phone,
    mainland_mobile,
)
from ..people.model import Person, Vetting, VettingMethod, mask_phone
from ..people.policy import HOMES_MAX
from ..people.schemas import (
    ChannelsView,
    RoleGrantView,
    RoleRequestView,
    person_fields,
)
from ..web.fields import (
    WHOLE,
    Flag,
    Instant,
    Line,
    LocaleCode,
    Moment,
    Name,
    PageQuery,
    PersonId,
    PlaceCode,
    Prose,
    Request,
    VersionedView,
    View,
)
from .service import NewPerson, Registered
from .vetting_terms import VettingTerms

__all__ = [
    "BlockedIn",
    "HouseholdIn",
    "LimitsIn",
    "PeopleQuery",
    "PersonIn",
    "PersonPatch",
    "PersonView",
    "RegisteredPersonView",
    "RevealAllowanceView",
    "RevealIn",
    "RevealRightIn",
    "RevealedContactView",
    "RevealsAllowedIn",
    "RolesIn",
    "VettingIn",
]

Reason = Annotated[Line, Field(min_length=2, max_length=200)]


class RoleGrantIn(Request):
    """A role at a place and below."""

    role: Role
    place: PlaceCode


class RolesIn(RootModel[Annotated[list[RoleGrantIn], Field(max_length=20)]]):
    """The roles that a person is to have, of those that the caller may give."""


class VettingView(View):
    """The latest vetting of a person."""

    level: Vetting
    how: VettingMethod | None
    expires_at: Instant | None
    by: PersonId
    at: Instant
    changed_at: Instant | None = Field(
        description="Since when another name or home has to be looked at."
    )


class PersonView(VersionedView):
    """A person as staff see them: no full phone, no address."""

    id: PersonId
    name: str
    phone: str | None = Field(description="Masked; see /reveal.")
    home: str | None
    roles: list[RoleGrantView]
    locale: LocaleCode
    channels: ChannelsView
    household: str | None
    contact_via: str | None
    vetting: Vetting
    vetted: VettingView | None
    claims_paused_at: Instant | None = Field(
        description="Since when the volunteer may not claim, until staff lift it."
    )
    homes_7_days: int | None = Field(
        description="Homes that the volunteer may be shown in 7 days; null for the usual number."
    )
    blocked: bool
    phone_lost_at: Instant | None = Field(
        description="Since then the number belongs to somebody else; null if it does not."
    )
    role_requests: list[RoleRequestView] = Field(
        description="Roles that the person has asked for, or agreed to."
    )
    reveal_off: list[PlaceCode] = Field(
        description="Streets where they do not reveal phones and addresses yet."
    )
    created_at: Instant
    updated_at: Instant

    @classmethod
    def of(cls, person: Person) -> "PersonView":
        """Return the masked view of a person."""
        fields = person_fields(person)
        channels: ChannelsView = fields["channels"]
        masked = {
            "phone": mask_phone(person.phone),
            "channels": channels.model_copy(update={"email_address": None}),
        }
        return cls.model_validate(fields | masked)


class RegisteredPersonView(PersonView):
    """A person just registered by staff."""

    possible_duplicates: list[PersonId] = Field(
        description="People of the same name whose home may be the same."
    )

    @classmethod
    def of_registered(cls, registered: Registered) -> "RegisteredPersonView":
        """Return the view of a person and of those who may be the same."""
        fields = dict(PersonView.of(registered.person))
        duplicates = {"possible_duplicates": registered.possible_duplicates}
        return cls.model_validate(fields | duplicates)


class RevealedContactView(View):
    """The full phone and address of a person."""

    id: PersonId
    phone: str | None
    address: str | None
    contact_note: str | None


class RevealsAllowedIn(Request):
    """The reason for further reveals of a colleague; it is recorded."""

    reason: Reason


class RevealAllowanceView(View):
    """Further reveals of a colleague."""

    id: PersonId
    more: int = Field(description="Reveals that were added.")
    day: date = Field(description="The day on which they count.")


class PeopleQuery(PageQuery):
    """The place and role of people to list. `q` is a part of the name or a whole phone.

    In a name of more than eight characters, `q` is the beginning of a word.
    """

    place: PlaceCode
    role: Role | None = None
    q: Name | None = None

    def search(self) -> str | None:
        """Return the text to search for; a phone in E.164."""
        if not self.q:
            return None
        try:
            return mainland_mobile(self.q)
        except ValueError:
            return self.q


class PersonIn(Request):
    """A person to register. Without a phone, address and consent are needed."""

    name: Name
    phone: Phone | None = None
    home: PlaceCode
    address: Address | None = None
    contact_note: ContactNote | None = None
    household: Household | None = None
    contact_via: PersonId | None = None
    locale: LocaleCode = DEFAULT_LOCALE
    consent: ConsentIn | None = None
    birth_year: BirthYear | None = Field(
        None, description="Below 14 a guardian and their consent are needed."
    )
    guardian: GuardianIn | None = None

    def new(self) -> NewPerson:
        """Return the person as a value of the model."""
        return NewPerson(
            name=self.name,
            phone=self.phone,
            home=self.home,
            address=self.address,
            contact_note=self.contact_note,
            household=self.household,
            contact_via=self.contact_via,
            locale=self.locale,
            consent=self.consent.given() if self.consent else None,
            birth_year=self.birth_year,
            guardian=self.guardian.given() if self.guardian else None,
        )


class PersonPatch(Request):
    """The fields of a person that staff may correct."""

    name: Name | None = None
    phone: Phone | None = None
    home: PlaceCode | None = None
    address: Address | None = None
    contact_note: ContactNote | None = None
    locale: LocaleCode | None = None
    birth_year: BirthYear | None = Field(
        None, description="Below 14 a guardian and their consent are needed."
    )
    guardian: GuardianIn | None = None
    consent: ConsentIn | None = None

    def age(self) -> AgeCorrection | None:
        """Return the change of the age and the guardian, None if none is named."""
        if self.birth_year is None and self.guardian is None:
            return None
        return AgeCorrection(
            birth_year=self.birth_year,
            guardian=self.guardian.given() if self.guardian else None,
            consent=self.consent.given() if self.consent else None,
        )

    def edit(self) -> PersonCorrection:
        """Return the changes; null empties the address and the note only."""
        given = self.model_fields_set
        return PersonCorrection(
            name=unset_if_none(self.name),
            phone=unset_if_none(self.phone),
            home=unset_if_none(self.home),
            address=self.address if "address" in given else UNSET,
            contact_note=self.contact_note
            if "contact_note" in given
            else UNSET,
            locale=unset_if_none(self.locale),
        )


class RevealIn(Request):
    """The reason for revealing a person's phone and address."""

    reason: Reason


class RevealRightIn(Request):
    """Whether a newcomer reveals phones and addresses in the street of a place; a reason."""

    allowed: Flag
    place: PlaceCode
    reason: Reason


class VettingIn(Request):
    """The vetting level of a volunteer, how it was checked, and a note on its proof."""

    level: Vetting
    how: VettingMethod | None = Field(
        None, description="Required unless the level is `none`."
    )
    expires_at: Moment | None = Field(
        None, description="In 12 months, unless given."
    )
    note: Annotated[Prose, Field(max_length=200)] = ""

    def terms(self) -> VettingTerms:
        """Return it as a value of the model."""
        return VettingTerms(
            level=self.level,
            how=self.how,
            expires_at=self.expires_at,
            note=self.note,
        )


class LimitsIn(Request):
    """The number of homes that a volunteer may be shown in seven days, with a reason."""

    homes_7_days: Annotated[int, Field(ge=1, le=HOMES_MAX), WHOLE] | None = (
        Field(description="Null returns to the usual number.")
    )
    reason: Reason


class BlockedIn(Request):
    """The blocked state of an account, with a reason."""

    blocked: Flag
    reason: Reason


class HouseholdIn(Request):
    """The household of a person, and the contact whose phone may be used for them."""

    household: Household | None = None
    contact_via: PersonId | None = None
    consent: ConsentIn | None = None
