"""Roles of people, their relations to a resource, and what bars one of them. See `access`."""

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["COMMUNITY", "STAFF", "Bar", "Relation", "Role", "Toward"]


class Role(StrEnum):
    """The roles of people, lowest first."""

    RESIDENT = "resident"
    VOLUNTEER = "volunteer"
    PROPERTY = "property"
    GRID_WORKER = "grid_worker"
    COMMUNITY_STAFF = "community_staff"
    STREET_ADMIN = "street_admin"

    @property
    def rank(self) -> int:
        """Return the position in the order of roles, 0 for the lowest."""
        return list(Role).index(self)


class Relation(StrEnum):
    """The relations of an actor to one resource."""

    PUBLIC = "public"  # everyone, while the resource is public
    SIGNED_IN = "signed_in"
    OWNER = "owner"
    HELPER = "helper"
    VOLUNTEER = "volunteer"  # of the same street
    # Each staff relation includes those above it, within its place.
    GRID_WORKER = "grid_worker"
    COMMUNITY_STAFF = "community_staff"
    STREET_ADMIN = "street_admin"
    SYSTEM = "system"
    # These two allow nothing: they only bar (see `Bar`).
    FILER = "filer"  # filed it for somebody, or recorded their answer
    SERVES = "serves"  # does the work that others judge


STAFF = frozenset(
    {Relation.GRID_WORKER, Relation.COMMUNITY_STAFF, Relation.STREET_ADMIN}
)
COMMUNITY = frozenset({Relation.COMMUNITY_STAFF, Relation.STREET_ADMIN})


@dataclass(frozen=True, slots=True)
class Bar:
    """A relation that bars an action which other relations allow, and the code of the refusal.

    So nobody judges their own work. A household counts as one person. With `staff_only` the bar
    holds for those who act as staff. `is_conflict` chooses Conflict instead of Forbidden.
    """

    relation: Relation
    code: str
    staff_only: bool = False
    is_conflict: bool = True

    def holds_for(self, relations: frozenset[Relation]) -> bool:
        """Say whether an actor of these relations is barred."""
        acts = not self.staff_only or bool(relations & STAFF)
        return acts and self.relation in relations


class Toward(StrEnum):
    """The people that an action may be about, by their rank and that of the actor."""

    ANYONE = "anyone"
    OTHERS = "others"  # not oneself
    BELOW_OR_SELF = "below_or_self"
    BELOW = "below"
