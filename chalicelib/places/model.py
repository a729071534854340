"""A place and its duty list. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import asin, cos, radians, sin, sqrt
from typing import ClassVar

from ..kernel.access import Resource
from ..kernel.changes import Entity
from ..kernel.place import PlaceKind, kind_of
from . import permissions

__all__ = ["DEFAULT_ZONE", "Location", "Messaging", "Place", "Street"]

DEFAULT_ZONE = "Asia/Shanghai"
_EARTH_RADIUS = 6_371_000  # metres, mean


@dataclass(frozen=True, slots=True)
class Location:
    """A point on the map (WGS 84), in degrees."""

    lat: float
    long: float

    def metres_to(self, other: "Location") -> float:
        """Return the distance over the ground (haversine), good to half a percent."""
        one, two = radians(self.lat), radians(other.lat)
        across, along = (
            radians(other.lat - self.lat),
            radians(other.long - self.long),
        )
        half = sin(across / 2) ** 2 + cos(one) * cos(two) * sin(along / 2) ** 2
        return 2 * _EARTH_RADIUS * asin(min(1.0, sqrt(half)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Messaging:
    """How a street sends messages and is reached. None keeps to the installation's default."""

    sms_signature: str | None = None  # without brackets
    sms_provider: str | None = (
        None  # the first choice; others take its refusals
    )
    contact: str | None = None  # a phone or e-mail address; public
    sms_budget_fen: int | None = None  # of a month


@dataclass(frozen=True, slots=True, kw_only=True)
class Place(Entity):
    """One place; its id is its code. `duty` names, by role, the people who answer for it."""

    entity_kind: ClassVar[str] = "place"

    name: str
    neighbours: tuple[str, ...] = ()
    duty: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    zone: str = DEFAULT_ZONE  # read from the street only
    location: Location | None = None
    hotline: str | None = None  # answered by a person; printed and public
    messaging: Messaging | None = None  # read from the street only

    @property
    def kind(self) -> PlaceKind:
        """Return the level of the tree."""
        return kind_of(self.id)

    def as_resource(self) -> Resource:
        """Return the place as access checks see it."""
        return Resource(see=permissions.SEE, places=(self.id,))


@dataclass(frozen=True, slots=True, kw_only=True)
class Street:
    """The entry of a street in the list of streets, which nightly jobs read instead of a scan."""

    code: str
