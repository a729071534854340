"""The staff directory as staff send and see it. Phones are masked; a full one takes a reason."""

from typing import Annotated

from pydantic import Field, RootModel

from ..kernel.access import Role
from ..kernel.text_catalogue import DEFAULT_LOCALE, Locale
from ..kernel.unset import UNSET, unset_if_none
from ..people.edits import PersonCorrection
from ..people.model import Person, Vetting, mask_phone
from ..people.schemas import (
    Address,
    Channels,
    ConsentIn,
    GrantView,
    Household,
    Phone,
    mainland_mobile,
    person_fields,
)
from ..web.fields import (
    Flag,
    Instant,
    Line,
    Name,
    PageQuery,
    PersonId,
    PlaceCode,
    Prose,
    Request,
    View,
)
from .service import NewPerson

__all__ = [
    "BlockedIn",
    "HouseholdIn",
    "NewPersonIn",
    "PeopleList",
    "PeopleQuery",
    "PersonPatch",
    "PersonView",
    "RevealIn",
    "RevealedView",
    "RolesIn",
    "VettingIn",
]

Reason = Annotated[Line, Field(min_length=2, max_length=200)]


class GrantIn(Request):
    """A role at a place and below."""

    role: Role
    place: PlaceCode


class RolesIn(RootModel[Annotated[list[GrantIn], Field(max_length=20)]]):
    """The roles somebody shall have, as far as the caller may give them."""


class PersonView(View):
    """Somebody as staff see her: enough to know who she is, nothing to reach her by."""

    id: PersonId
    version: int
    name: str
    phone: str | None = Field(description="Masked; see /reveal.")
    home: str | None
    roles: list[GrantView]
    locale: str
    channels: Channels
    household: str | None
    contact_via: str | None
    vetting: Vetting
    blocked: bool
    created_at: Instant
    updated_at: Instant

    @classmethod
    def of(cls, person: Person) -> "PersonView":
        """Return the masked view of a person."""
        fields = person_fields(person)
        channels: Channels = fields["channels"]
        masked = {
            "phone": mask_phone(person.phone),
            "channels": channels.model_copy(update={"email_address": None}),
        }
        return cls.model_validate(fields | masked)


class RevealedView(View):
    """What was asked to be revealed."""

    id: PersonId
    phone: str | None
    address: str | None


class PeopleList(View):
    """A page of people."""

    items: list[PersonView]
    next: str | None


class PeopleQuery(PageQuery):
    """Which people; `q` is a part of the name or a whole phone."""

    place: PlaceCode
    role: Role | None = None
    q: Name | None = None

    def search(self) -> str | None:
        """Return what is looked for; a phone in the one form in which phones are kept."""
        try:
            return mainland_mobile(self.q) if self.q else None
        except ValueError:
            return self.q


class NewPersonIn(Request):
    """Somebody whom staff register."""

    name: Name
    phone: Phone | None = None
    home: PlaceCode
    address: Address | None = None
    household: Household | None = None
    contact_via: PersonId | None = None
    locale: Locale = DEFAULT_LOCALE
    consent: ConsentIn | None = None

    def new(self) -> NewPerson:
        """Return it as the service takes it."""
        fields = {
            name: getattr(self, name)
            for name in NewPerson.__dataclass_fields__
            if name != "consent"
        }
        return NewPerson(
            **fields, consent=self.consent.given() if self.consent else None
        )


class PersonPatch(Request):
    """What staff may correct."""

    name: Name | None = None
    phone: Phone | None = None
    home: PlaceCode | None = None
    address: Address | None = None
    locale: Locale | None = None

    def edit(self) -> PersonCorrection:
        """Return the changes; null empties the address only."""
        return PersonCorrection(
            name=unset_if_none(self.name),
            phone=unset_if_none(self.phone),
            home=unset_if_none(self.home),
            address=self.address if "address" in self.model_fields_set else UNSET,
            locale=unset_if_none(self.locale),
        )


class RevealIn(Request):
    """Why somebody's phone and address are needed."""

    reason: Reason


class VettingIn(Request):
    """How far a volunteer was checked, and by what."""

    level: Vetting
    note: Annotated[Prose, Field(max_length=200)] = ""


class BlockedIn(Request):
    """Whether an account is blocked, and why."""

    blocked: Flag
    reason: Reason


class HouseholdIn(Request):
    """With whom somebody lives, and whose phone may be used for her."""

    household: Household | None = None
    contact_via: PersonId | None = None
    consent: ConsentIn | None = None
