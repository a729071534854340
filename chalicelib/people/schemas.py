"""People as clients send and see them."""

import re
from collections.abc import Sequence
from typing import Annotated, Any, Literal

import phonenumbers
from pydantic import AfterValidator, Field, RootModel

from ..kernel.access import Role
from ..kernel.ids import ID_PATTERN
from ..kernel.text_catalogue import Locale
from ..kernel.unset import UNSET, Maybe, unset_if_none
from ..web.fields import (
    WHOLE,
    Flag,
    Instant,
    Line,
    Moment,
    Name,
    PersonId,
    PlaceCode,
    Request,
    UploadId,
    View,
)
from .consent_versions import consents_due
from .edits import AccountEdit, VolunteerEdit
from .model import (
    Availability,
    ConsentGiven,
    GuardianGiven,
    Person,
    QuietHours,
    Vetting,
    VolunteerProfile,
)

__all__ = [
    "AppointedRole",
    "BirthYear",
    "ChallengeId",
    "Code",
    "ConsentIn",
    "ConsentTextList",
    "ConsentTextView",
    "ErasureIn",
    "GuardianIn",
    "MyAccountPatch",
    "MyAccountView",
    "MyConsentIn",
    "Phone",
    "RoleRequestIn",
    "RoleRequestView",
    "TextVersion",
    "VolunteerIn",
    "VolunteerPatch",
    "mainland_mobile",
]


_DIALLED = re.compile(r"[+＋]?[\d\s\-－()（）]+")


def mainland_mobile(text: str) -> str:
    """Return a mainland mobile number in E.164.

    Other regions and landlines are refused, because no code or reminder would reach them.
    """
    if not _DIALLED.fullmatch(text):
        raise ValueError("phone")  # the library would find a number among words
    try:
        number = phonenumbers.parse(text, "CN")
    except phonenumbers.NumberParseException:
        raise ValueError("phone") from None
    mobile = (
        phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.MOBILE
    )
    if (
        not mobile
        or phonenumbers.region_code_for_number(number) != "CN"
        or number.extension
    ):
        raise ValueError("phone")
    return str(
        phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    )


Phone = Annotated[
    str,
    Field(min_length=11, max_length=24, examples=["+8613900000011"]),
    AfterValidator(mainland_mobile),
]
Mail = Annotated[
    str,
    Field(
        max_length=200,
        pattern=r"^[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$",
    ),
]
TimeOfDay = Annotated[
    str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", examples=["21:00"])
]
Label = Annotated[Line, Field(max_length=20)]
Address = Annotated[Line, Field(max_length=120)]
Household = Annotated[
    str,
    Field(
        pattern=r"^[A-Za-z0-9_-]{1,40}$",
        description=(
            "A member of the same home, or a household (hsh_…) to join. Any other text is a code "
            "of the community."
        ),
    ),
]


# Full-width digits are what a Chinese keyboard may give; they are folded before they are compared.
Code = Annotated[str, Field(pattern=r"^[0-9０-９]{6}$", examples=["123456"])]
ChallengeId = Annotated[str, Field(pattern=f"^chl_{ID_PATTERN}$")]


class ErasureIn(Request):
    """A fresh code to the caller's own phone, and its challenge."""

    code: Code
    challenge: ChallengeId


Purpose = Literal[
    "terms",
    "acting",
    "contact_via",
    "household",
    "promotions",
    "care",
    "guardian",
]
TextVersion = Annotated[Line, Field(max_length=40, examples=["2026-11"])]


BirthYear = Annotated[int, Field(ge=1880, le=2200), WHOLE]


class GuardianIn(Request):
    """A guardian who agrees for a child: a person by id, or the name."""

    person: PersonId | None = None
    name: Name | None = None

    def given(self) -> GuardianGiven:
        """Return it as a value of the model."""
        return GuardianGiven(person_id=self.person, name=self.name)


class ConsentDueView(View):
    """A newer text than the one agreed to."""

    purpose: str
    version: str
    until: Instant = Field(
        description="After this, outdated terms allow little but ending and leaving."
    )


class ConsentIn(Request):
    """A consent given by a person, in front of staff.

    A spoken one needs a witness who is not the recorder, or the photo of a signed slip. Without
    either it waits for a call-back by another member of staff within three days, and lapses then.
    """

    how: Literal["spoken", "written"]
    witness: Name | None = None
    slip: UploadId | None = Field(
        None,
        description="A photo of the recorder's own that has arrived, used for nothing else.",
    )
    care: Flag = Field(
        False,
        description="Whether the person also agrees to marks about care: minor, bedridden, alone.",
    )

    def given(self) -> ConsentGiven:
        """Return it as a value of the model."""
        return ConsentGiven(
            how=self.how, witness=self.witness, slip=self.slip, care=self.care
        )


class RoleGrantView(View):
    """A role at a place and below."""

    role: Role
    place: PlaceCode


class QuietHoursIn(Request):
    """The hours of the day without messages that are not urgent, local time."""

    start: TimeOfDay = Field(alias="from")
    end: TimeOfDay = Field(alias="to")


class ChannelsView(View):
    """The channels for messages to a person."""

    sms: bool
    email: bool
    email_address: str | None
    promotions: bool


class ChannelsPatch(Request):
    """The channels to change. `email_address` can only be removed here.

    `promotions` is a consent and is recorded as one.
    """

    sms: Flag | None = None
    email: Flag | None = None
    promotions: Flag | None = None
    email_address: Mail | None = None

    def dropped_address(self) -> Maybe[str | None]:
        """Return the new e-mail address; null removes it."""
        if "email_address" in self.model_fields_set:
            return self.email_address
        return UNSET


class QuietHoursView(View):
    """The hours without messages that are not urgent, local time."""

    start: str = Field(serialization_alias="from")
    end: str = Field(serialization_alias="to")


class AvailabilityView(View):
    """A weekly window of a volunteer; weekday 1 is Monday."""

    weekday: int
    start: str = Field(serialization_alias="from")
    end: str = Field(serialization_alias="to")


class VolunteerView(View):
    """The profile and vetting level of a volunteer."""

    id: PersonId
    version: int
    places: list[PlaceCode]
    skills: list[str]
    kinds: list[str]
    dialects: list[str]
    availability: list[AvailabilityView]
    capacity: int
    paused_until: Instant | None
    never: list[str] = Field(
        description="Kinds of wishes that are never offered again; naming one in `kinds` ends that."
    )
    vetting: Vetting
    vetting_expires_at: Instant | None = Field(
        description="From then on no new wish can be claimed, until staff vet again."
    )
    awaits_staff: bool = Field(
        description="Whether staff have yet to look at the volunteer, or to lift a pause."
    )

    @classmethod
    def of(cls, person: Person) -> "VolunteerView":
        """Return the view of a volunteer."""
        profile = person.volunteer or VolunteerProfile()
        names = VolunteerProfile.__dataclass_fields__
        fields = {name: getattr(profile, name) for name in names}
        vetted = person.vetted
        fields |= {
            "id": person.id,
            "version": person.version,
            "vetting": person.vetting,
            "vetting_expires_at": vetted.expires_at if vetted else None,
            "awaits_staff": person.waits_for_staff() is not None,
        }
        return cls.model_validate(fields)


AppointedRole = Literal[
    Role.PROPERTY, Role.GRID_WORKER, Role.COMMUNITY_STAFF, Role.STREET_ADMIN
]


class RoleRequestIn(Request):
    """A role of staff that the caller asks for, and its place."""

    role: AppointedRole
    place: PlaceCode


class RoleRequestView(View):
    """A role that a person has asked for, or agreed to."""

    role: Role
    place: PlaceCode
    at: Instant


class MyAccountView(View):
    """The caller's account."""

    id: PersonId
    version: int
    name: str
    phone: str | None
    home: str | None
    address: str | None
    roles: list[RoleGrantView]
    locale: str
    channels: ChannelsView
    quiet_hours: QuietHoursView | None
    household: str | None
    birth_year: int | None
    vetting: Vetting
    volunteer: VolunteerView | None = Field(
        description="The volunteer profile; null for those who are no volunteers."
    )
    consents_due: list[ConsentDueView] = Field(
        description="Newer texts to agree to with POST /v1/me/consents."
    )
    role_requests: list[RoleRequestView]
    created_at: Instant
    updated_at: Instant

    @classmethod
    def of(cls, person: Person) -> "MyAccountView":
        """Return the view of a person."""
        offered = VolunteerView.of(person) if person.volunteer else None
        return cls.model_validate(
            person_fields(person)
            | {"volunteer": offered, "consents_due": consents_due(person)}
        )


class MyAccountPatch(Request):
    """The fields of the account to change; a field that is left out stays."""

    name: Name | None = None
    home: PlaceCode | None = None
    address: Address | None = None
    locale: Locale | None = None
    channels: ChannelsPatch | None = None
    quiet_hours: QuietHoursIn | None = None
    birth_year: BirthYear | None = None
    guardian: GuardianIn | None = None

    def edit(self) -> AccountEdit:
        """Return the changes; null empties home, address, e-mail address and quiet hours only."""
        given, channels = (
            self.model_fields_set,
            self.channels or ChannelsPatch(),
        )
        return AccountEdit(
            name=unset_if_none(self.name),
            home=self.home if "home" in given else UNSET,
            address=self.address if "address" in given else UNSET,
            locale=unset_if_none(self.locale),
            sms=unset_if_none(channels.sms),
            email=unset_if_none(channels.email),
            email_address=channels.dropped_address(),
            quiet_hours=self._hours() if "quiet_hours" in given else UNSET,
            promotions=unset_if_none(channels.promotions),
            birth_year=self.birth_year,
            guardian=self.guardian.given() if self.guardian else None,
        )

    def _hours(self) -> QuietHours | None:
        hours = self.quiet_hours
        if hours is None:
            return None
        return QuietHours(start=hours.start, end=hours.end)


class AvailabilityIn(Request):
    """A weekly window of a volunteer; weekday 1 is Monday."""

    weekday: Annotated[int, Field(ge=1, le=7), WHOLE]
    start: TimeOfDay = Field(alias="from")
    end: TimeOfDay = Field(alias="to")


Places = Annotated[list[PlaceCode], Field(min_length=1, max_length=10)]
Skills = Annotated[list[Label], Field(max_length=20)]
Kinds = Annotated[
    list[Literal["goods", "service", "company", "learning"]],
    Field(max_length=4),
]
Dialects = Annotated[list[Label], Field(max_length=10)]
Availabilities = Annotated[list[AvailabilityIn], Field(max_length=28)]
Capacity = Annotated[int, Field(ge=1, le=5), WHOLE]


class VolunteerIn(Request):
    """The profile of a volunteer."""

    places: Places
    skills: Skills = []
    kinds: Kinds = []
    dialects: Dialects = []
    availability: Availabilities = []
    capacity: Capacity = 3
    paused_until: Moment | None = None

    def profile(self) -> VolunteerProfile:
        """Return it as a value of the model."""
        return VolunteerProfile(
            places=tuple(dict.fromkeys(self.places)),
            skills=tuple(self.skills),
            kinds=tuple(self.kinds),
            dialects=tuple(self.dialects),
            availability=_windows(self.availability),
            capacity=self.capacity,
            paused_until=self.paused_until,
        )


class VolunteerPatch(Request):
    """The fields of the profile to change; a field that is left out stays.

    Null empties a list, and ends a pause. Places and capacity can only be replaced.
    """

    places: Places | None = None
    skills: Skills | None = None
    kinds: Kinds | None = None
    dialects: Dialects | None = None
    availability: Availabilities | None = None
    capacity: Capacity | None = None
    paused_until: Moment | None = None

    def edit(self) -> VolunteerEdit:
        """Return the changes."""
        places: Maybe[tuple[str, ...]] = UNSET
        if self.places is not None:
            places = tuple(dict.fromkeys(self.places))
        named = self.model_fields_set
        hours: Maybe[tuple[Availability, ...]] = UNSET
        if "availability" in named:
            hours = _windows(self.availability or [])
        return VolunteerEdit(
            places=places,
            skills=self._labels("skills"),
            kinds=self._labels("kinds"),
            dialects=self._labels("dialects"),
            availability=hours,
            capacity=unset_if_none(self.capacity),
            paused_until=self.paused_until
            if "paused_until" in named
            else UNSET,
        )

    def _labels(self, name: str) -> Maybe[tuple[str, ...]]:
        """Return a list that the request names, where null empties it."""
        if name not in self.model_fields_set:
            return UNSET
        return tuple(getattr(self, name) or ())


def _windows(windows: Sequence[AvailabilityIn]) -> tuple[Availability, ...]:
    return tuple(
        Availability(weekday=window.weekday, start=window.start, end=window.end)
        for window in windows
    )


class ConsentView(View):
    """A line of the consent history."""

    purpose: str
    given: bool
    text_version: str | None
    how: str
    witness: str | None
    slip: str | None = Field(description="The photo of a signed slip.")
    recorded_by: str
    at: Instant
    confirm_by: Instant | None = Field(
        description="Until when another member of staff has to call back."
    )


class ConsentList(View):
    """A page of the consent history, newest first."""

    items: list[ConsentView]
    next: str | None


class MyConsentIn(Request):
    """A purpose, and the version of its text that the caller has read."""

    purpose: Purpose
    text_version: TextVersion


class ConsentTextView(View):
    """A text that people agree to, in one language."""

    purpose: str
    version: str
    locale: str
    hash: str = Field(description="SHA-256 of the text, in hexadecimal digits.")
    text: str


class ConsentTextList(RootModel[list[ConsentTextView]]):
    """The current texts of all purposes in all languages."""


class MyDataView(RootModel[dict[str, Any]]):
    """All data held about the caller, by section."""


def person_fields(person: Person) -> dict[str, Any]:
    """Return the fields that the views of a person share."""
    fields = {
        name: getattr(person, name) for name in (*Person.__dataclass_fields__,)
    }
    return fields | {
        "vetting": person.vetting,
        "roles": person.grants,
        "channels": ChannelsView(
            sms=person.sms,
            email=person.email,
            email_address=person.email_address,
            promotions="promotions" in person.consents,
        ),
    }
