"""Whose phone is an actor's to correct. Pure."""

from ..kernel.access import Actor, Role
from ..kernel.errors import Forbidden
from ..people.model import Person
from ..staff_directory.grants import check_below

__all__ = ["check_rank"]


def check_rank(actor: Actor, person: Person) -> None:
    """Refuse a person who is not below the actor with Forbidden.

    A street administrator also corrects the phone of another one of the street:
    nobody is above them. Nobody corrects their own.
    """
    if person.id == actor.id:
        raise Forbidden("role.above_own")
    is_administrator_over_all = all(
        actor.role_at(grant.place) is Role.STREET_ADMIN
        for grant in person.grants
    )
    if not is_administrator_over_all:
        check_below(actor, person)
