"""Places as clients send and see them."""

from collections.abc import Sequence
from typing import Annotated
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field, RootModel

from ..kernel.access import Role
from ..kernel.place import PlaceKind, community_of
from ..kernel.unset import UNSET, Maybe
from ..web.fields import (
    Line,
    PageQuery,
    PersonId,
    PlaceCode,
    Request,
    VersionedView,
    View,
)
from .model import Location, Place

__all__ = [
    "DoorplateView",
    "DutyIn",
    "LocationIn",
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


Hotline = Annotated[
    str,
    Field(pattern=r"^\+?[0-9][0-9 -]{1,18}[0-9]$", examples=["023-58110000"]),
]


class SubtreeQuery(PageQuery):
    """The place whose tree is listed."""

    under: PlaceCode
    limit: Annotated[int, Field(ge=1, le=100)] = 100


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


class PlaceView(VersionedView):
    """A place. `duty` is shown only to staff of the place."""

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

    @classmethod
    def of(cls, place: Place, *, with_duty: bool) -> "PlaceView":
        """Return the view of a place."""
        zone = location = duty = None
        if place.kind is PlaceKind.STREET:
            zone = place.zone
        if place.location:
            location = LocationView.model_validate(place.location)
        if with_duty:
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
        )


class StreetView(View):
    """A street, as anybody may read it."""

    code: PlaceCode
    name: str
    hotline: str | None = Field(description="The public phone of the street.")

    @classmethod
    def of(cls, place: Place) -> "StreetView":
        """Return the view of a street."""
        return cls(code=place.id, name=place.name, hotline=place.hotline)


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
