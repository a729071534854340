"""Permissions: what an actor is towards a resource, and which actions that allows.

Permission depends on places. A grant is a role at a place and covers everything below that place. The relations of
an actor to a resource follow from grants, ownership and help alone. An `Action` names the relations that allow it.
Each feature lists its actions in `permissions.py`; use cases, the permission matrix test and the docs read them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from .errors import Forbidden, NotFound, Unauthenticated
from .place import covers, street_of

__all__ = [
    "ANONYMOUS",
    "COMMUNITY",
    "STAFF",
    "SYSTEM",
    "Action",
    "Actor",
    "Grant",
    "Relation",
    "Resource",
    "Role",
    "authorize",
    "relations",
]


class Role(StrEnum):
    """What somebody may be, lowest first."""

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
    """What an actor is towards one resource."""

    PUBLIC = "public"  # anybody, while the resource is public
    SIGNED_IN = "signed_in"
    OWNER = "owner"
    HELPER = "helper"
    VOLUNTEER = "volunteer"  # of the same street
    GRID_WORKER = "grid_worker"  # each staff relation includes those above it, within their own place
    COMMUNITY_STAFF = "community_staff"
    STREET_ADMIN = "street_admin"
    SYSTEM = "system"


STAFF = frozenset(
    {Relation.GRID_WORKER, Relation.COMMUNITY_STAFF, Relation.STREET_ADMIN}
)
COMMUNITY = frozenset({Relation.COMMUNITY_STAFF, Relation.STREET_ADMIN})
_STAFF_ROLES = {
    Role.GRID_WORKER: Relation.GRID_WORKER,
    Role.COMMUNITY_STAFF: Relation.COMMUNITY_STAFF,
    Role.STREET_ADMIN: Relation.STREET_ADMIN,
}


@dataclass(frozen=True, slots=True)
class Action:
    """Something that an actor may do to a resource, such as ``offer.accept``, and the relations that allow it.

    Where `fresh` is set, read the actor from the store before granting it. An access token may be older than the loss
    of a role. Only plain reading may go by the token alone.
    """

    name: str
    allowed: frozenset[Relation]
    fresh: bool = True

    @property
    def verb(self) -> str:
        """Return the name without the feature: ``accept`` of ``offer.accept``."""
        return self.name.rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class Grant:
    """A role at a place and everywhere below it."""

    role: Role
    place: str

    def reaches(self, place: str) -> bool:
        """Say whether the grant covers a place."""
        return covers(self.place, place)


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who is asking: the claims of an access token, or the same read again from the store."""

    id: str
    grants: tuple[Grant, ...] = ()
    token_version: int = 0
    session: str = ""

    def role_at(self, place: str) -> Role:
        """Return the highest role that covers a place."""
        return max(
            (g.role for g in self.grants if g.reaches(place)),
            key=lambda role: role.rank,
            default=Role.RESIDENT,
        )


ANONYMOUS = Actor(id="")
SYSTEM = Actor(id="system")


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """Everything about a resource that permission needs.

    `see` is the action that lets an actor know that the resource exists. `places` say whose staff are staff of the
    resource. `relations` holds the ids of those who are something to it: its owners, its helpers.
    """

    see: Action
    places: tuple[str, ...] = ()
    relations: Mapping[Relation, frozenset[str]] = field(default_factory=dict)
    public: bool = False


def relations(actor: Actor, resource: Resource) -> frozenset[Relation]:
    """Return everything that the actor is towards the resource."""
    if actor is SYSTEM:
        return frozenset({Relation.SYSTEM})
    found = {Relation.PUBLIC} if resource.public else set()
    if actor.id:
        found.add(Relation.SIGNED_IN)
        found.update(
            name for name, ids in resource.relations.items() if actor.id in ids
        )
    for grant in actor.grants:
        found |= _relations_by(grant, resource.places)
    return frozenset(found)


def _relations_by(grant: Grant, places: tuple[str, ...]) -> set[Relation]:
    """Return the relations that one grant makes to a resource at these places."""
    if grant.role is Role.VOLUNTEER:
        # Where a volunteer likes to help is their choice. The matcher follows it, permission does not.
        same_street = any(
            street_of(grant.place) == street_of(place) for place in places
        )
        return {Relation.VOLUNTEER} if same_street else set()
    if grant.role not in _STAFF_ROLES or not any(
        grant.reaches(place) for place in places
    ):
        return set()
    return {
        relation
        for role, relation in _STAFF_ROLES.items()
        if role.rank <= grant.role.rank
    }


def authorize(actor: Actor, action: Action, resource: Resource) -> frozenset[Relation]:
    """Return the relations of the actor to the resource if they allow the action.

    Raises:
        NotFound: the actor may not know that the resource exists.
        Unauthenticated: the action needs a signed-in actor.
        Forbidden: the actor may know of the resource, but not do this.

    """
    found = relations(actor, resource)
    if not found & resource.see.allowed:
        raise NotFound
    if found & action.allowed:
        return found
    if not actor.id:
        raise Unauthenticated("auth.token_missing")
    raise Forbidden("action.forbidden")
