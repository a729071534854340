"""The roles that are an actor's to give. Pure."""

from collections.abc import Iterable
from dataclasses import replace

from ..kernel.access import Action, Actor, Grant, Role, Toward, check_rank
from ..kernel.errors import Forbidden
from ..kernel.place import covers, street_of
from ..people.model import Person

__all__ = ["check_below", "regrant"]


_OVER = Action("person.power", frozenset(), toward=Toward.BELOW)


def check_below(actor: Actor, person: Person) -> None:
    """Refuse power over a person who is not below the actor, the actor included, with Forbidden.

    For people besides the one that an action is about: that one `Access.require` checks.
    """
    check_rank(actor, _OVER, person.as_resource())


def regrant(actor: Actor, person: Person, wanted: Iterable[Grant]) -> Person:
    """Replace the grants that are the actor's to give; the others stay.

    An actor gives and takes roles below their own, inside their own place. A street administrator
    may also appoint another of the same street.

    Raises:
        Forbidden: a wanted grant is new and not the actor's to give.

    """
    kept = [grant for grant in person.grants if not _may_grant(actor, grant)]
    wanted = [grant for grant in wanted if grant.role is not Role.RESIDENT]
    for grant in wanted:
        if grant not in kept and not _may_grant(actor, grant):
            raise Forbidden(
                "role.above_own", role=grant.role.value, place=grant.place
            )
    grants = tuple(dict.fromkeys([*kept, *wanted]))
    return replace(person, grants=grants)


def _may_grant(actor: Actor, grant: Grant) -> bool:
    own = actor.role_at(grant.place)
    if own is Role.STREET_ADMIN and grant.role is Role.STREET_ADMIN:
        return covers(street_of(grant.place), grant.place)
    return own.rank > grant.role.rank and own.rank >= Role.GRID_WORKER.rank
