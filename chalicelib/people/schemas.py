"""People as clients send and see them. Phones are masked wherever they are not one's own."""

import re
from typing import Annotated, Any, Literal

import phonenumbers
from pydantic import AfterValidator, Field, RootModel

from ..kernel.access import Role
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
    View,
)
from .edits import AccountEdit
from .model import (
    Availability,
    ConsentGiven,
    Person,
    QuietHours,
    Vetting,
    VolunteerProfile,
)

__all__ = [
    "ConsentIn",
    "Me",
    "MePatch",
    "Phone",
    "VolunteerIn",
    "mainland_mobile",
]


_DIALLED = re.compile(r"[+＋]?[\d\s\-－()（）]+")


def mainland_mobile(text: str) -> str:
    """Return E.164; other regions and land lines are refused, for no code and no reminder would reach them."""
    if not _DIALLED.fullmatch(text):
        raise ValueError("phone")  # the library would find a number among words
    try:
        number = phonenumbers.parse(text, "CN")
    except phonenumbers.NumberParseException:
        raise ValueError("phone") from None
    mobile = phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.MOBILE
    if (
        not mobile
        or phonenumbers.region_code_for_number(number) != "CN"
        or number.extension
    ):
        raise ValueError("phone")
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


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
Household = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,40}$")]


class ConsentIn(Request):
    """How somebody agreed."""

    how: Literal["spoken", "written"]
    witness: Name | None = None

    def given(self) -> ConsentGiven:
        """Return it as the service takes it."""
        return ConsentGiven(how=self.how, witness=self.witness)


class GrantView(View):
    """A role at a place and below."""

    role: Role
    place: PlaceCode


class QuietHoursBoth(Request):
    """From when to when nothing but the urgent may ring, local time."""

    start: TimeOfDay = Field(alias="from")
    end: TimeOfDay = Field(alias="to")


class Channels(View):
    """How somebody may be told things."""

    sms: bool
    email: bool
    email_address: str | None
    promotions: bool


class ChannelsPatch(Request):
    """What to change of the channels; `email_address` can only be dropped here. `promotions` is a consent, on record."""

    sms: Flag | None = None
    email: Flag | None = None
    promotions: Flag | None = None
    email_address: Mail | None = None

    def dropped_address(self) -> Maybe[str | None]:
        """Return the e-mail address; null drops it."""
        return self.email_address if "email_address" in self.model_fields_set else UNSET


class QuietHoursView(View):
    """Local times."""

    start: str = Field(serialization_alias="from")
    end: str = Field(serialization_alias="to")


class AvailabilityView(View):
    """A weekly window."""

    weekday: int
    start: str = Field(serialization_alias="from")
    end: str = Field(serialization_alias="to")


class VolunteerView(View):
    """What a volunteer offers, and how far she has been checked."""

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
        description="Kinds that she does not want to be asked for again; naming one in `kinds` takes it back."
    )
    vetting: Vetting

    @classmethod
    def of(cls, person: Person) -> "VolunteerView":
        """Return the view of a volunteer."""
        profile = person.volunteer or VolunteerProfile()
        fields = {
            name: getattr(profile, name)
            for name in VolunteerProfile.__dataclass_fields__
        }
        return cls.model_validate(
            {
                "id": person.id,
                "version": person.version,
                "vetting": person.vetting,
                **fields,
            }
        )


class Me(View):
    """One's own record."""

    id: PersonId
    version: int
    name: str
    phone: str | None
    home: str | None
    address: str | None
    roles: list[GrantView]
    locale: str
    channels: Channels
    quiet_hours: QuietHoursView | None
    household: str | None
    vetting: Vetting
    volunteer: VolunteerView | None = Field(
        description="What she offers, once she is a volunteer."
    )
    created_at: Instant
    updated_at: Instant

    @classmethod
    def of(cls, person: Person) -> "Me":
        """Return the view of a person."""
        offered = VolunteerView.of(person) if person.volunteer else None
        return cls.model_validate(person_fields(person) | {"volunteer": offered})


class MePatch(Request):
    """What one may change of oneself; what is left out stays."""

    name: Name | None = None
    home: PlaceCode | None = None
    address: Address | None = None
    locale: Locale | None = None
    channels: ChannelsPatch | None = None
    quiet_hours: QuietHoursBoth | None = None

    def edit(self) -> AccountEdit:
        """Return the changes; null empties home, address, e-mail address and quiet hours only."""
        given, channels = self.model_fields_set, self.channels or ChannelsPatch()
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
        )

    def _hours(self) -> QuietHours | None:
        hours = self.quiet_hours
        return QuietHours(start=hours.start, end=hours.end) if hours else None


class AvailabilityBoth(Request):
    """A weekly window, weekday 1 is Monday."""

    weekday: Annotated[int, Field(ge=1, le=7), WHOLE]
    start: TimeOfDay = Field(alias="from")
    end: TimeOfDay = Field(alias="to")


class VolunteerIn(Request):
    """What a volunteer offers."""

    places: Annotated[list[PlaceCode], Field(min_length=1, max_length=10)]
    skills: Annotated[list[Label], Field(max_length=20)] = []
    kinds: Annotated[
        list[Literal["goods", "service", "company", "learning"]], Field(max_length=4)
    ] = []
    dialects: Annotated[list[Label], Field(max_length=10)] = []
    availability: Annotated[list[AvailabilityBoth], Field(max_length=28)] = []
    capacity: Annotated[int, Field(ge=1, le=5), WHOLE] = 3
    paused_until: Moment | None = None

    def profile(self) -> VolunteerProfile:
        """Return it as the service takes it."""
        return VolunteerProfile(
            places=tuple(dict.fromkeys(self.places)),
            skills=tuple(self.skills),
            kinds=tuple(self.kinds),
            dialects=tuple(self.dialects),
            availability=tuple(
                Availability(weekday=a.weekday, start=a.start, end=a.end)
                for a in self.availability
            ),
            capacity=self.capacity,
            paused_until=self.paused_until,
        )


class ConsentView(View):
    """One line of the consent ledger."""

    purpose: str
    given: bool
    text_version: str | None
    how: str
    witness: str | None
    recorded_by: str
    at: Instant


class ConsentList(View):
    """A page of the consent ledger, newest first."""

    items: list[ConsentView]
    next: str | None


class MyData(RootModel[dict[str, Any]]):
    """Everything held about oneself, by section."""


def person_fields(person: Person) -> dict[str, Any]:
    """Return the fields that views of somebody are made of."""
    fields = {name: getattr(person, name) for name in (*Person.__dataclass_fields__,)}
    return fields | {
        "roles": person.grants,
        "channels": Channels(
            sms=person.sms,
            email=person.email,
            email_address=person.email_address,
            promotions="promotions" in person.consents,
        ),
    }
