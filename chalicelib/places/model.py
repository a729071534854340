"""A place and who answers for it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..kernel.access import Resource
from ..kernel.outcome import Entity
from ..kernel.place import PlaceKind, kind_of

__all__ = ["DEFAULT_ZONE", "Place", "Street"]

DEFAULT_ZONE = "Asia/Shanghai"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place(Entity):
    """One place; its id is its code. `duty` names, by role, the people who answer for it."""

    name: str
    neighbours: tuple[str, ...] = ()
    duty: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    zone: str = DEFAULT_ZONE  # read from the street only

    @property
    def kind(self) -> PlaceKind:
        """Return the level of the tree."""
        return kind_of(self.id)

    def as_resource(self) -> Resource:
        """Return what permission needs to know of it."""
        return Resource(kind="place", places=(self.id,))


@dataclass(frozen=True, slots=True, kw_only=True)
class Street:
    """That there is a street: by these rows a nightly duty finds them all without scanning."""

    code: str
