"""People in lists by name and by role: projections of a person. Pure."""

import re
from dataclasses import dataclass
from unicodedata import normalize

from ..kernel.access import Role
from ..kernel.place import covers, sort_key, street_of
from .model import Person

__all__ = [
    "NamedPerson",
    "RoleHolder",
    "fold_name",
    "listed_by_name",
    "listed_by_role",
]

# Names of at most this length are found by any part. Chinese names have two to four characters.
_SHORT_NAME = 8
_WORD = re.compile(r"[^\s·.,-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedPerson:
    """A person under one part of their name, from `start` to the end of the name.

    Follows from the person alone (see `store.table.RowType.with_projection`). `place` is the one
    that people are listed by, `name` is folded.
    """

    person_id: str
    name: str
    start: int
    place: str
    roles: tuple[str, ...] = ()

    @property
    def street(self) -> str:
        """Return the street in which they are listed."""
        return street_of(self.place)

    @property
    def order(self) -> str:
        """Return the sort key: by the part of the name, then in tree order."""
        part = self.name[self.start :]
        return f"{part}#{sort_key(self.place)}{self.person_id}"

    def is_found(self, text: str, place: str, role: Role | None) -> bool:
        """Say whether a search shows this line: once for each person, and only inside `place`."""
        if not covers(place, self.place):
            return False
        if role and role.value not in self.roles:
            return False
        starts = _starts(self.name)
        found = [at for at in starts if self.name.startswith(text, at)]
        return self.start == min(found, default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleHolder:
    """A person with a role, at the place that people are listed by."""

    person_id: str
    role: Role
    place: str


def fold_name(name: str) -> str:
    """Return a name as it is compared: without width and case."""
    return normalize("NFKC", name).casefold().strip()


def listed_by_name(person: Person) -> tuple[NamedPerson, ...]:
    """Return a person under each part of their name by which they are found."""
    place = _listed_at(person)
    if place is None:
        return ()
    name = fold_name(person.name)
    roles = tuple(role.value for role in _roles(person))
    return tuple(
        NamedPerson(
            person_id=person.id,
            name=name,
            start=start,
            place=place,
            roles=roles,
        )
        for start in _starts(name)
    )


def listed_by_role(person: Person) -> tuple[RoleHolder, ...]:
    """Return a person under each of their roles."""
    place = _listed_at(person)
    if place is None:
        return ()
    return tuple(
        RoleHolder(person_id=person.id, role=role, place=place)
        for role in _roles(person)
    )


def _listed_at(person: Person) -> str | None:
    """Return the place by which a person is listed: the home, or else that of the first grant."""
    if person.erased_at or not person.places:
        return None
    return person.places[0]


def _roles(person: Person) -> list[Role]:
    return list(dict.fromkeys(grant.role for grant in person.grants))


def _starts(name: str) -> list[int]:
    """Return where the parts of a name begin: anywhere in a short one, else at each word."""
    if len(name) <= _SHORT_NAME:
        return list(range(len(name)))
    return [word.start() for word in _WORD.finditer(name)]
