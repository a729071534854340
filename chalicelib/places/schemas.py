"""Places as clients send and see them."""

from collections.abc import Sequence
from typing import Annotated
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field, RootModel

from ..kernel.access import Role
from ..kernel.place import PlaceKind, community_of
from ..kernel.unset import UNSET, Maybe
from ..web.fields import (
    WHOLE,
    Line,
    PageQuery,
    PersonId,
    PlaceCode,
    QueryFlag,
    Request,
    VersionedView,
    View,
)
from .model import Location, Messaging, Place

__all__ = [
    "DoorplateView",
    "DutyIn",
    "LocationIn",
    "MessagingIn",
    "PlaceIn",
    "PlaceList",
    "PlaceView",
    "StreetList",
    "StreetView",
    "SubtreeQuery",
]


def _zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError("zone")
    return name


# Providers register two to twelve characters: Chinese ones, letters, digits and few signs. They
# put it between brackets themselves, and refuse digits alone.
_HAN_OR_LETTER = "\\u3400-\\u4DBF\\u4E00-\\u9FFFA-Za-z"
_SIGNED = f"[{_HAN_OR_LETTER}0-9·&.-]"
_SMS_SIGNATURE = f"^{_SIGNED}*[{_HAN_OR_LETTER}]{_SIGNED}*$"
_MAIL = r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+"
_PHONE = r"\+?[0-9][0-9 -]{1,18}[0-9]"

Hotline = Annotated[
    str,
    Field(pattern=f"^{_PHONE}$", examples=["023-58110000"]),
]
SmsSignature = Annotated[
    str, Field(pattern=_SMS_SIGNATURE, min_length=2, max_length=12)
]
Contact = Annotated[str, Field(pattern=f"^({_PHONE}|{_MAIL})$", max_length=100)]
# A million yuan a month is more than any street spends on text messages.
SmsBudgetFen = Annotated[int, Field(ge=0, le=100_000_000), WHOLE]


class SubtreeQuery(PageQuery):
    """The place whose tree is listed."""

    under: PlaceCode
    limit: Annotated[int, Field(ge=1, le=100)] = 100
    alone: QueryFlag = Field(
        False, description="The place itself only, without what is below it."
    )
    levels: Annotated[int, Field(ge=1, le=4)] | None = Field(
        None,
        description=(
            "How many levels below the place are listed; all if it is left out. A page may then "
            "be short."
        ),
    )


class LocationIn(Request):
    """A point on the map (WGS 84), in degrees."""

    lat: Annotated[float, Field(strict=True, ge=-90, le=90)]
    long: Annotated[float, Field(strict=True, ge=-180, le=180)]

    def as_location(self) -> Location:
        """Return the point as a value of the model."""
        return Location(self.lat, self.long)


class LocationView(View):
    """A point on the map (WGS 84), in degrees."""

    lat: float
    long: float


class PlaceIn(Request):
    """A place to create or change. Its level follows from its code."""

    name: Annotated[Line, Field(min_length=1, max_length=40)]
    kind: PlaceKind | None = Field(
        None, description="Optional; must be the level that the code names."
    )
    neighbours: Annotated[list[PlaceCode], Field(max_length=20)] = []
    zone: Annotated[str, Field(max_length=40), AfterValidator(_zone)] | None = (
        None
    )
    location: LocationIn | None = Field(
        None, description="A point on the map; unchanged if it is left out."
    )
    hotline: Hotline | None = Field(
        None,
        description="A public phone; unchanged if it is left out, removed by null.",
    )

    @property
    def new_hotline(self) -> Maybe[str | None]:
        """Return the hotline to set; UNSET keeps the one that there is."""
        return self.hotline if "hotline" in self.model_fields_set else UNSET


class DutyIn(
    RootModel[dict[Role, Annotated[list[PersonId], Field(max_length=20)]]]
):
    """The ids of the people on duty at a place, by role."""


class MessagingIn(Request):
    """A street's settings of messages. A field that is left out keeps to the default."""

    sms_signature: SmsSignature | None = None
    sms_provider: Annotated[Line, Field(max_length=40)] | None = None
    contact: Contact | None = None
    sms_budget_fen: SmsBudgetFen | None = None

    def as_messaging(self) -> Messaging:
        """Return the settings as a value of the model."""
        return Messaging(**self.model_dump())


class MessagingView(View):
    """A street's settings of messages. Null means the installation's default."""

    sms_signature: str | None
    sms_provider: str | None
    contact: str | None
    sms_budget_fen: int | None


class PlaceView(VersionedView):
    """A place. `duty` and `messaging` are shown only to staff of the place."""

    code: PlaceCode
    name: str
    kind: PlaceKind
    neighbours: list[PlaceCode]
    zone: str | None
    location: LocationView | None
    hotline: str | None = Field(
        description="The public phone of the place, if it has its own."
    )
    duty: dict[Role, list[PersonId]] | None
    messaging: MessagingView | None = Field(
        description="The settings of messages, of a street only."
    )

    @classmethod
    def of(cls, place: Place, *, for_staff: bool) -> "PlaceView":
        """Return the view of a place."""
        zone = location = duty = messaging = None
        if place.kind is PlaceKind.STREET:
            zone = place.zone
            if for_staff:
                messaging = MessagingView.model_validate(
                    place.messaging or Messaging()
                )
        if place.location:
            location = LocationView.model_validate(place.location)
        if for_staff:
            duty = {
                Role(role): list(people) for role, people in place.duty.items()
            }
        return cls(
            code=place.id,
            version=place.version,
            name=place.name,
            kind=place.kind,
            neighbours=list(place.neighbours),
            zone=zone,
            location=location,
            hotline=place.hotline,
            duty=duty,
            messaging=messaging,
        )


class StreetView(View):
    """A street, as anybody may read it."""

    code: PlaceCode
    name: str
    hotline: str | None = Field(description="The public phone of the street.")
    contact: str | None

    @classmethod
    def of(cls, place: Place, contact: str | None) -> "StreetView":
        """Return the view of a street with its public contact."""
        return cls(
            code=place.id,
            name=place.name,
            hotline=place.hotline,
            contact=contact,
        )


class DoorplateView(View):
    """A place, as anybody may read it: its names from the street down, and the number to ring."""

    code: PlaceCode
    names: list[str] = Field(
        description="The names of the places around it and its own, the widest first."
    )
    community: PlaceCode | None = Field(
        description="The community in which it lies; null for a street."
    )
    hotline: str | None = Field(
        description="The public phone of the place, or of the nearest one around it."
    )

    @classmethod
    def of(cls, path: Sequence[Place]) -> "DoorplateView":
        """Return the view of the last place of a path from the street down."""
        place = path[-1]
        hotlines = [each.hotline for each in path if each.hotline]
        community = None
        if place.kind is not PlaceKind.STREET:
            community = community_of(place.id)
        return cls(
            code=place.id,
            names=[each.name for each in path],
            community=community,
            hotline=hotlines[-1] if hotlines else None,
        )


class StreetList(View):
    """A page of the streets of this installation, by code."""

    items: list[StreetView]
    next: str | None


class PlaceList(View):
    """A page of the tree, in tree order."""

    items: list[PlaceView]
    next: str | None
