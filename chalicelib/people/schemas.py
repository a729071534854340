"""People as clients send and see them."""

from typing import Annotated, Any, Literal

from pydantic import Field, RootModel

from ..kernel.access import Role
from ..kernel.unset import UNSET, Maybe, unset_if_none
from ..web.choices import Choices
from ..web.fields import (
    Flag,
    Instant,
    LocaleCode,
    Name,
    PersonId,
    PlaceCode,
    Request,
    View,
)
from .consent_schemas import ConsentDueView, GuardianIn
from .consent_versions import consents_due
from .edits import AccountEdit
from .export import DataExport
from .fields import Address, BirthYear, ChallengeId, Code, Mail, TimeOfDay
from .model import Person, Vetting
from .volunteer_profile import QuietHours
from .volunteer_schemas import VolunteerView

__all__ = [
    "AppointedRole",
    "DataExportView",
    "ErasureIn",
    "MyAccountPatch",
    "MyAccountView",
    "RoleRequestIn",
    "RoleRequestView",
]


class ErasureIn(Request):
    """A fresh code to the caller's own phone, and its challenge."""

    code: Code
    challenge: ChallengeId


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


AppointedRole = Annotated[
    Literal[
        Role.PROPERTY,
        Role.GRID_WORKER,
        Role.COMMUNITY_STAFF,
        Role.STREET_ADMIN,
    ],
    Choices("AppointedRole", "A role that somebody has to grant."),
]
DataExportFailure = Annotated[
    str,
    Choices(
        "DataExportFailure",
        "The reason why a file of one's own data was not made.",
        lambda: ("storage", "server"),
    ),
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
    locale: LocaleCode
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
    locale: LocaleCode | None = None
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


class MyDataView(RootModel[dict[str, Any]]):
    """All data held about the caller, by section."""


class DataExportView(View):
    """The file that is made of the caller's data. A message tells when it is ready."""

    id: str
    state: Annotated[
        Literal["queued", "running", "ready", "failed"],
        Choices("DataExportState", "The state of a file of one's own data."),
    ]
    failure: DataExportFailure | None = Field(
        description="`storage` or `server`: ask again later."
    )
    expires_at: Instant | None = Field(
        description="Until when a ready file can be fetched."
    )
    file: str | None = Field(
        description="The path of a ready file, for the app."
    )

    @classmethod
    def of(cls, export: DataExport) -> "DataExportView":
        """Return the view of an export."""
        is_ready = export.state == "ready"
        return cls.model_validate(
            {
                "id": export.id,
                "state": export.state,
                "failure": export.failure,
                "expires_at": export.expires_at,
                "file": "/v1/me/data/file" if is_ready else None,
            }
        )


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
