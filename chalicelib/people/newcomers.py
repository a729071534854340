"""Roles of people who have not worked in a street before: they ask for them, or agree. Pure."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from ..kernel.access import Grant, Role
from ..kernel.errors import Conflict
from ..kernel.place import street_of
from .model import Person
from .policy import ROLE_REQUEST_LASTS, ROLE_REQUESTS_MAX
from .role_request import RoleRequest

__all__ = [
    "appointed",
    "ask_for_role",
    "has_worked_in",
    "let_reveal",
]


def has_worked_in(person: Person, street: str) -> bool:
    """Say whether a person has, or had, a role of staff in a street."""
    return street in person.worked_in or street in _streets(person.grants)


def ask_for_role(
    person: Person, role: Role, place: str, now: datetime
) -> Person:
    """Return a person who asks for a role. A later request replaces the same earlier one."""
    kept = [
        one
        for one in _alive(person, now)
        if (one.role, one.place) != (role, place)
    ]
    asked = (*kept, RoleRequest(role=role, place=place, at=now))
    return replace(person, role_requests=asked[-ROLE_REQUESTS_MAX:])


def appointed(before: Person, after: Person, now: datetime) -> Person:
    """Return a person with their new roles, or refuse these.

    A newcomer has to have asked for each. They reveal nothing in that street until an
    administrator lets them.

    Raises:
        Conflict: the newcomer has asked for no such role.

    """
    wanted = [grant for grant in after.grants if grant not in before.grants]
    asked = {(one.role, one.place) for one in _alive(before, now)}
    off = dict.fromkeys(before.reveal_off)
    for grant in wanted:
        street = street_of(grant.place)
        if not _is_staff(grant) or has_worked_in(before, street):
            continue
        if (grant.role, grant.place) not in asked:
            raise Conflict(
                "role.not_requested", role=grant.role.value, place=grant.place
            )
        off[street] = None
    new = {(grant.role, grant.place) for grant in wanted}
    left = [
        one for one in before.role_requests if (one.role, one.place) not in new
    ]
    worked = (*before.worked_in, *_streets((*before.grants, *after.grants)))
    return replace(
        after,
        role_requests=tuple(left),
        worked_in=tuple(dict.fromkeys(worked)),
        reveal_off=tuple(off),
    )


def let_reveal(person: Person, street: str, *, allowed: bool) -> Person:
    """Return a person who may reveal phones and addresses in a street, or may not."""
    others = [one for one in person.reveal_off if one != street]
    off = others if allowed else [*others, street]
    return replace(person, reveal_off=tuple(off))


def _alive(person: Person, now: datetime) -> list[RoleRequest]:
    since = now - ROLE_REQUEST_LASTS
    return [one for one in person.role_requests if one.at > since]


def _is_staff(grant: Grant) -> bool:
    return grant.role.rank > Role.VOLUNTEER.rank


def _streets(grants: Iterable[Grant]) -> list[str]:
    """Return the streets of the roles of staff."""
    found = [street_of(grant.place) for grant in grants if _is_staff(grant)]
    return list(dict.fromkeys(found))
