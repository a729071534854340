"""Permissions: the relations of an actor to a resource, and the actions that they allow.

Permission depends on places. A grant is a role at a place and covers everything below that place.
The relations of an actor to a resource follow from grants, ownership and help alone. An `Action`
names the relations that allow it. Each feature lists its actions in `permissions.py`. Use cases,
the permission matrix test and the docs read them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from .errors import Forbidden, NotFound, Unauthenticated
from .place import covers, street_of
from .roles import COMMUNITY, STAFF, Bar, Relation, Role, Toward

__all__ = [
    "ANONYMOUS",
    "COMMUNITY",
    "STAFF",
    "SYSTEM",
    "Action",
    "Actor",
    "Bar",
    "Grant",
    "Relation",
    "Resource",
    "Role",
    "Toward",
    "authorize",
    "check_rank",
    "relations",
]


_STAFF_ROLES = {
    Role.GRID_WORKER: Relation.GRID_WORKER,
    Role.COMMUNITY_STAFF: Relation.COMMUNITY_STAFF,
    Role.STREET_ADMIN: Relation.STREET_ADMIN,
}


@dataclass(frozen=True, slots=True)
class Action:
    """An action on a resource, such as ``offer.accept``, and the relations that allow it.

    With `fresh`, the actor is read from the store first, for an access token may be older than the
    loss of a role. Only plain reading may trust the token alone. An `always_allowed` action is
    open to people whose consent to the terms is outdated: reading one's own, ending, leaving.
    With `factor`, staff of a community or street need a fresh second factor for it. `bars` keep
    actors from judging their own work. `toward` is about the rank of the person that the resource
    is. With `reveals` the actor needs the right to reveal phones and addresses.
    """

    name: str
    allowed: frozenset[Relation]
    fresh: bool = True
    always_allowed: bool = False
    factor: bool = False
    bars: tuple[Bar, ...] = ()
    toward: Toward = Toward.ANYONE
    reveals: bool = False

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
    """The caller: the claims of an access token, or the same facts read from the store.

    A token says neither that staff have `vetted` the caller, nor which residents they represent.
    Both are read from the store, so that they count only as they are now.
    """

    id: str
    grants: tuple[Grant, ...] = ()
    token_version: int = 0
    session: str = ""
    vetted: bool = False
    represents: frozenset[str] = frozenset()

    def role_at(self, place: str) -> Role:
        """Return the highest role that covers a place."""
        highest = Role.RESIDENT
        for grant in self.grants:
            if grant.role.rank > highest.rank and grant.reaches(place):
                highest = grant.role
        return highest

    def representing(self, person_id: str) -> "Actor":
        """Return the actor as one who may act for another person now."""
        return replace(self, represents=self.represents | {person_id})


ANONYMOUS = Actor(id="")
SYSTEM = Actor(id="system")


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """The facts about a resource on which permission depends.

    `see` is the action that lets an actor know that the resource exists. Staff of `places` are
    staff of the resource. `relations` holds the ids of its owners and its helpers. `roles` names
    the role without which such a relation does not count (any more). `proxies` are people who acted
    for an owner, each with the id of that owner. They are owners while they represent them.
    `person` and `standing` are the id and the roles of the person that the resource is.
    """

    see: Action
    places: tuple[str, ...] = ()
    relations: Mapping[Relation, frozenset[str]] = field(default_factory=dict)
    roles: Mapping[Relation, Role] = field(default_factory=dict)
    proxies: Mapping[str, str] = field(default_factory=dict)
    public: bool = False
    person: str = ""
    standing: tuple[Grant, ...] = ()

    def concerns(self, actor: Actor) -> bool:
        """Say whether an actor may be more than a member of the public here.

        By their token alone that is not certain: they have to be read again.
        """
        named = any(actor.id in ids for ids in self.relations.values())
        if named or actor.id in self.proxies:
            return True
        return bool(relations(actor, self) & STAFF)


def relations(actor: Actor, resource: Resource) -> frozenset[Relation]:
    """Return the relations of an actor to a resource."""
    if actor is SYSTEM:
        return frozenset({Relation.SYSTEM})
    found = {Relation.PUBLIC} if resource.public else set()
    if actor.id:
        found.add(Relation.SIGNED_IN)
        found |= _relations_by_name(actor, resource)
    for grant in actor.grants:
        found |= _relations_by(grant, resource.places)
    return frozenset(found)


def check_rank(actor: Actor, action: Action, resource: Resource) -> None:
    """Refuse an action about a person of the actor's own rank or a higher one with Forbidden.

    A rank counts at the place of each role. Volunteers choose their places, so theirs counts
    nowhere.
    """
    if action.toward is Toward.ANYONE or actor is SYSTEM:
        return
    if actor.id == resource.person:
        if action.toward is Toward.BELOW_OR_SELF:
            return
        raise Forbidden("role.above_own")
    if action.toward is Toward.OTHERS:
        return
    for grant in resource.standing:
        is_staff = grant.role.rank > Role.VOLUNTEER.rank
        if is_staff and actor.role_at(grant.place).rank <= grant.role.rank:
            raise Forbidden("role.above_own")


def _relations_by_name(actor: Actor, resource: Resource) -> set[Relation]:
    """Return the relations that a resource names an actor for, if they count now."""
    found = set()
    for relation, ids in resource.relations.items():
        role = resource.roles.get(relation)
        if actor.id in ids and (role is None or _serves(actor, role, resource)):
            found.add(relation)
    if resource.proxies.get(actor.id) in actor.represents:
        found.add(Relation.OWNER)
    return found


def _serves(actor: Actor, role: Role, resource: Resource) -> bool:
    """Say whether an actor serves at a resource in a role, or in a higher one."""
    if role is Role.VOLUNTEER:
        served = (
            _relations_by(grant, resource.places) for grant in actor.grants
        )
        return actor.vetted and any(Relation.VOLUNTEER in by for by in served)
    for grant in actor.grants:
        if grant.role.rank < role.rank:
            continue
        if any(grant.reaches(place) for place in resource.places):
            return True
    return False


def _relations_by(grant: Grant, places: tuple[str, ...]) -> set[Relation]:
    """Return the relations that one grant gives to a resource at these places."""
    if grant.role is Role.VOLUNTEER:
        # Volunteers choose where they like to help. Matching follows that, permission does not.
        if street_of(grant.place) in {street_of(place) for place in places}:
            return {Relation.VOLUNTEER}
        return set()
    if grant.role not in _STAFF_ROLES:
        return set()
    if not any(grant.reaches(place) for place in places):
        return set()
    rank = grant.role.rank
    return {
        relation for role, relation in _STAFF_ROLES.items() if role.rank <= rank
    }


def authorize(
    actor: Actor, action: Action, resource: Resource
) -> frozenset[Relation]:
    """Return the relations of an actor to a resource if they allow an action.

    Raises:
        NotFound: the actor may not know that the resource exists.
        Unauthenticated: the action needs a signed-in actor.
        Forbidden: the actor may know of the resource, but not do this.

    """
    found = relations(actor, resource)
    if not found & resource.see.allowed:
        raise NotFound
    if found & action.allowed:
        check_rank(actor, action, resource)
        return found
    if not actor.id:
        raise Unauthenticated("auth.token_missing")
    raise Forbidden("action.forbidden")
