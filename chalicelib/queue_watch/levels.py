"""The levels that are reminded of a task in turn: those with staff on duty."""

from collections.abc import Mapping, Sequence

from ..kernel.access import Role
from ..kernel.place import PlaceKind, kind_of
from ..people.model import Person

__all__ = [
    "DutyAlong",
    "StaffedLevel",
    "narrowest",
    "staff_of",
    "staffed_levels",
]

# The people on duty at a place and each place around it, by role, innermost place first.
DutyAlong = Mapping[str, Mapping[str, Sequence[Person]]]
StaffedLevel = tuple[str, list[Person]]  # a place, and its staff on duty
_STAFF_ROLES = (Role.GRID_WORKER, Role.COMMUNITY_STAFF, Role.STREET_ADMIN)
_RANKS = list(PlaceKind)  # outermost first


def staffed_levels(lowest: PlaceKind, along: DutyAlong) -> list[StaffedLevel]:
    """Return the levels with staff on duty, from a lowest one upwards.

    If all of these are empty, it is the nearest level below them. Empty: nobody is on duty.
    """
    high: list[StaffedLevel] = []
    low: list[StaffedLevel] = []
    for code, by_role in along.items():
        people = staff_of(by_role)
        is_low = _RANKS.index(kind_of(code)) > _RANKS.index(lowest)
        if people:
            (low if is_low else high).append((code, people))
    return high or low[-1:]


def staff_of(by_role: Mapping[str, Sequence[Person]]) -> list[Person]:
    """Return the staff among people on duty: the property company reads no queue."""
    people: dict[str, Person] = {}
    for role in _STAFF_ROLES:
        people |= {one.id: one for one in by_role.get(role.value, ())}
    return list(people.values())


def narrowest(place: str) -> str:
    """Return the grid of a place, or a wider place itself: no narrower one has staff."""
    return ".".join(place.split(".")[: _RANKS.index(PlaceKind.GRID) + 1])
