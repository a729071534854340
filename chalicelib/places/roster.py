"""Duty lists, and the people of them who are in office now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..kernel.job import Event
from ..kernel.place import ancestors
from ..people.model import Person
from .model import Place

__all__ = ["DUTY_TAKEN", "Roster", "along", "duty_taken", "in_office"]

DUTY_TAKEN = "place.duty_taken"


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """The places of a street and the people on duty there, all read at once."""

    places: Mapping[str, Place]
    people: Mapping[str, Person]

    def duty_along(self, code: str) -> dict[str, dict[str, list[Person]]]:
        """Return the people on duty at a place and each place around it, by role, if in office."""
        lists = {level: self.duty_at(level) for level in ancestors(code)}
        return along(lists, self.people)

    def duty_at(self, code: str) -> Mapping[str, Sequence[str]]:
        """Return the ids on the duty list of one place by role, in office or not."""
        place = self.places.get(code)
        if place is None:
            return {}
        return place.duty


def along(
    lists: Mapping[str, Mapping[str, Sequence[str]]],
    people: Mapping[str, Person],
) -> dict[str, dict[str, list[Person]]]:
    """Return the people in office by place and role; `lists` are duty lists by place."""
    along: dict[str, dict[str, list[Person]]] = {}
    for level, duty in lists.items():
        by_role = along[level] = {}
        for role, ids in duty.items():
            by_role[role] = in_office(ids, people, [role], level)
    return along


def duty_taken(before: Place, after: Place) -> tuple[Event, ...]:
    """Return the event that people have taken duty at a place, if there are new ones."""
    known: set[str] = set().union(*before.duty.values())
    new: dict[str, None] = {}
    for ids in after.duty.values():
        new |= dict.fromkeys(one for one in ids if one not in known)
    if not new:
        return ()
    people = {"people": ",".join(new)}
    return (Event(id="", tag=DUTY_TAKEN, subject=after.id, params=people),)


def in_office(
    ids: Sequence[str],
    people: Mapping[str, Person],
    roles: Sequence[str],
    place: str,
) -> list[Person]:
    """Return the active people of `ids` who still hold one of the roles at a place."""
    serving = []
    for id in ids:
        person = people.get(id)
        if person is None or not person.may_act:
            continue
        if _holds(person, roles, place):
            serving.append(person)
    return serving


def _holds(person: Person, roles: Sequence[str], place: str) -> bool:
    there = [grant for grant in person.grants if grant.reaches(place)]
    return any(grant.role.value in roles for grant in there)
