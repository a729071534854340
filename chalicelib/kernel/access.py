"""Who may do what: one table, read by every use case, by the permission matrix test and by the docs.

Permission is place-shaped. A grant is (role, place) and covers everything below that place; what somebody is
towards a resource (its parties) follows from grants, ownership and help alone, and the table says which party
an action needs.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from .errors import Forbidden, NotFound, Unauthenticated
from .place import covers, street_of

__all__ = ["ACTIONS", "ANONYMOUS", "STAFF", "SYSTEM", "Actor", "Grant", "Party", "Resource", "Role", "authorize", "parties"]


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


class Party(StrEnum):
    """What an actor is towards one resource."""

    PUBLIC = "public"  # anybody, while the resource is public
    SIGNED_IN = "signed_in"
    OWNER = "owner"
    HELPER = "helper"
    VOLUNTEER = "volunteer"  # of the same street
    GRID_WORKER = "grid_worker"  # each staff party includes those above it, within their own place
    COMMUNITY_STAFF = "community_staff"
    STREET_ADMIN = "street_admin"
    SYSTEM = "system"


STAFF = frozenset({Party.GRID_WORKER, Party.COMMUNITY_STAFF, Party.STREET_ADMIN})
_STAFF_ROLES = {
    Role.GRID_WORKER: Party.GRID_WORKER,
    Role.COMMUNITY_STAFF: Party.COMMUNITY_STAFF,
    Role.STREET_ADMIN: Party.STREET_ADMIN,
}
_OWNER_OR_STAFF = STAFF | {Party.OWNER}
_HELPER_OR_STAFF = STAFF | {Party.HELPER}
_COMMUNITY = frozenset({Party.COMMUNITY_STAFF, Party.STREET_ADMIN})
_MEMBER = frozenset({Party.SIGNED_IN})

ACTIONS: Mapping[str, frozenset[Party]] = {
    # people; "person.read" is the staff view of somebody else, "me" is one's own account
    "me": _MEMBER,
    "person.see": _OWNER_OR_STAFF,
    "person.read": STAFF,
    "person.create": STAFF,
    "person.change": STAFF,
    "person.grant": STAFF,
    "person.reveal": STAFF,
    "person.vet": _COMMUNITY,
    "person.block": _COMMUNITY,
    "person.household": STAFF,
    "person.act_for": _OWNER_OR_STAFF,
    # places
    "place.see": _MEMBER,
    "place.read": _MEMBER,
    "place.read_duty": STAFF,
    "place.change": _COMMUNITY,
    "place.assign_duty": _COMMUNITY,
    # wishes; the moves of its transition table stand here too, the table says from which state
    "wish.see": _OWNER_OR_STAFF | {Party.HELPER, Party.PUBLIC, Party.SYSTEM},
    "wish.list": frozenset({Party.PUBLIC}),
    "wish.list_all": STAFF,
    "wish.submit": _OWNER_OR_STAFF,
    "wish.read_timeline": _OWNER_OR_STAFF | {Party.HELPER},
    "wish.approve": STAFF,
    "wish.reject": STAFF,
    "wish.edit": _OWNER_OR_STAFF,
    "wish.keep": _OWNER_OR_STAFF,
    "wish.unpublish": STAFF,
    "wish.claim": frozenset({Party.VOLUNTEER}),
    "wish.release": _HELPER_OR_STAFF,
    "wish.deliver": _HELPER_OR_STAFF,
    "wish.check-in": _HELPER_OR_STAFF,
    "wish.check-out": _HELPER_OR_STAFF,
    "wish.confirm": _OWNER_OR_STAFF,
    "wish.dispute": _OWNER_OR_STAFF,
    "wish.withdraw": _OWNER_OR_STAFF,
    "wish.reopen": _OWNER_OR_STAFF,
    # offers and matching
    "wish.read_matching": STAFF,
    "offer.see": _OWNER_OR_STAFF,
    "offer.accept": frozenset({Party.OWNER}),
    "offer.decline": frozenset({Party.OWNER}),
    "matching.see": STAFF,
    "matching.read": STAFF,
    "matching.run": STAFF,
    "matching.weigh": frozenset({Party.STREET_ADMIN}),
    # tickets; whoever has one is its helper, everybody who reported it an owner
    "ticket.see": _OWNER_OR_STAFF | {Party.HELPER, Party.PUBLIC, Party.SYSTEM},
    "ticket.look_inside": _OWNER_OR_STAFF | {Party.HELPER},
    "ticket.list_all": STAFF,
    "ticket.submit": _MEMBER,
    "ticket.accept": _HELPER_OR_STAFF,
    "ticket.assign": STAFF,
    "ticket.bounce": _HELPER_OR_STAFF,
    "ticket.comment": _OWNER_OR_STAFF | {Party.HELPER},
    "ticket.hold": _HELPER_OR_STAFF,
    "ticket.resume": _HELPER_OR_STAFF,
    "ticket.resolve": _HELPER_OR_STAFF,
    "ticket.confirm": _OWNER_OR_STAFF,
    "ticket.reopen": _OWNER_OR_STAFF,
    "ticket.close": _OWNER_OR_STAFF,
    "ticket.escalate": _HELPER_OR_STAFF,
    "ticket.join": _MEMBER,
    "ticket.merge": STAFF,
    "ticket.split": STAFF,
    "ticket.turn": STAFF,
    "rulebook.see": _MEMBER,
    "rulebook.read": _MEMBER,
    "rulebook.read_rules": STAFF,
    "rulebook.replay": STAFF,
    "rulebook.set": frozenset({Party.STREET_ADMIN}),
    "figures.see": STAFF,
    "figures.read": STAFF,
    # uploads; what shows a photo asks by its own rules
    "upload.see": frozenset({Party.OWNER}),
    "upload.read": frozenset({Party.OWNER}),
    "upload.create": _MEMBER,
    # the staff desk
    "queue.see": STAFF,
    "queue.read": STAFF,
    "queue.read_nowhere": frozenset({Party.STREET_ADMIN}),  # what concerns no known place
    "queue.redrive": _COMMUNITY,
}


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
        return max((g.role for g in self.grants if g.reaches(place)), key=lambda role: role.rank, default=Role.RESIDENT)


ANONYMOUS = Actor(id="")
SYSTEM = Actor(id="system")


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """What is asked about, as far as permission needs it."""

    kind: str
    places: tuple[str, ...] = ()  # staff of any of them are staff of the resource
    owners: frozenset[str] = field(default_factory=frozenset)
    helpers: frozenset[str] = field(default_factory=frozenset)
    public: bool = False


def parties(actor: Actor, resource: Resource) -> frozenset[Party]:
    """Return everything that the actor is towards the resource."""
    if actor is SYSTEM:
        return frozenset({Party.SYSTEM})
    found = {Party.PUBLIC} if resource.public else set()
    if actor.id:
        found |= {Party.SIGNED_IN} | ({Party.OWNER} if actor.id in resource.owners else set())
        found |= {Party.HELPER} if actor.id in resource.helpers else set()
    for grant in actor.grants:
        if grant.role is Role.VOLUNTEER and any(street_of(grant.place) == street_of(p) for p in resource.places):
            found.add(Party.VOLUNTEER)  # where she likes to help is her choice; the matcher follows it, permission does not
        if grant.role in _STAFF_ROLES and any(grant.reaches(p) for p in resource.places):
            found |= {party for role, party in _STAFF_ROLES.items() if role.rank <= grant.role.rank}
    return frozenset(found)


def authorize(actor: Actor, action: str, resource: Resource) -> frozenset[Party]:
    """Return what the actor is towards the resource if the action is hers to take.

    Raises:
        NotFound: the actor may not know that the resource exists.
        Unauthenticated: nobody has signed in.
        Forbidden: the actor may know of it, but not do this.

    """
    found = parties(actor, resource)
    if not found & ACTIONS[f"{resource.kind}.see"]:
        raise NotFound
    if found & ACTIONS[action]:
        return found
    if not actor.id:
        raise Unauthenticated("auth.token_missing")
    raise Forbidden("action.forbidden")
