"""The forms about a person on the desk: the operation of each, and the state that it needs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["GROUPS", "MOVES", "PersonMove", "offered"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonMove:
    """A form about a person. One that `shows` answers with what is to be seen once.

    A `versioned` one is refused if somebody has changed the person meanwhile.
    """

    route: str
    shows: bool = False
    versioned: bool = True


_PERSON = "/v1/people/{person_id}"
MOVES: Mapping[str, PersonMove] = {
    "reveal": PersonMove(
        route=f"POST {_PERSON}/reveal", shows=True, versioned=False
    ),
    "correct": PersonMove(route=f"PATCH {_PERSON}"),
    "phone": PersonMove(route=f"POST {_PERSON}/phone"),
    "phone-withdraw": PersonMove(
        route=f"DELETE {_PERSON}/phone", versioned=False
    ),
    "phone-force": PersonMove(
        route=f"POST {_PERSON}/phone/force", versioned=False
    ),
    "household": PersonMove(route=f"PUT {_PERSON}/household"),
    "vet": PersonMove(route=f"PUT {_PERSON}/vetting"),
    "limits": PersonMove(route=f"PUT {_PERSON}/limits"),
    "roles": PersonMove(route=f"PUT {_PERSON}/roles"),
    "role-code": PersonMove(
        route=f"POST {_PERSON}/role-code", shows=True, versioned=False
    ),
    "role-agree": PersonMove(
        route=f"POST {_PERSON}/role-code/verify", versioned=False
    ),
    "block": PersonMove(route=f"PUT {_PERSON}/blocked"),
    "unblock": PersonMove(route=f"PUT {_PERSON}/blocked"),
    "sign-in-code": PersonMove(
        route=f"POST {_PERSON}/sign-in-code", shows=True, versioned=False
    ),
    "allow-reveals": PersonMove(
        route=f"POST {_PERSON}/reveals/allow", versioned=False
    ),
    "let-reveal": PersonMove(route=f"PUT {_PERSON}/reveal-right"),
    "factor-reset": PersonMove(
        route=f"POST {_PERSON}/factor/reset", shows=True, versioned=False
    ),
    "call-back": PersonMove(
        route=f"POST {_PERSON}/consents/{{consent_id}}/confirm"
    ),
    "data": PersonMove(
        route=f"GET {_PERSON}/data", shows=True, versioned=False
    ),
    "erase": PersonMove(
        route=f"POST {_PERSON}/erase", shows=True, versioned=False
    ),
    "unseal": PersonMove(
        route=f"POST {_PERSON}/unseal", shows=True, versioned=False
    ),
}
GROUPS: Mapping[str, tuple[str, ...]] = {
    "record": (
        "correct",
        "phone",
        "phone-withdraw",
        "phone-force",
        "household",
        "call-back",
    ),
    "volunteer": ("vet", "limits"),
    "account": ("roles", "role-code", "sign-in-code", "block", "unblock"),
    "colleague": ("allow-reveals", "let-reveal", "factor-reset"),
    "data": ("data", "erase"),
}
_STAFF = frozenset(("grid_worker", "community_staff", "street_admin"))


def offered(person: Any) -> dict[str, list[str]]:
    """Return the forms that make sense for a person as they are now, by group.

    The API says at each whether the caller may: a refusal has its reason.
    """
    out = _senseless(person)
    found: dict[str, list[str]] = {}
    for group, moves in GROUPS.items():
        left = [move for move in moves if move not in out]
        if left:
            found[group] = left
    return found


def _senseless(person: Any) -> set[str]:
    """Return the forms that a person has no use for."""
    roles = {grant.role.value for grant in person.roles}
    pending = person.phone_change
    reachable = person.phone is not None
    checks = {
        ("unblock",): person.blocked,
        ("block",): not person.blocked,
        ("phone",): pending is None,
        ("phone-withdraw",): pending is not None,
        ("phone-force",): pending is not None and pending.state == "stopped",
        ("sign-in-code", "role-code"): reachable and not person.blocked,
        GROUPS["volunteer"]: "volunteer" in roles,
        GROUPS["colleague"]: bool(roles & _STAFF),
        GROUPS["data"]: person.blocked or not reachable,
    }
    out: set[str] = set()
    for moves, is_useful in checks.items():
        if not is_useful:
            out |= set(moves)
    return out
