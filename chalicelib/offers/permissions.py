"""Actions about offers. Pure."""

from collections.abc import Mapping

from ..kernel.access import STAFF, Action, Relation

__all__ = ["ACCEPT", "DECLINE", "MOVES", "PERMISSIONS", "SEE"]

_OWNER = frozenset({Relation.OWNER})

SEE = Action("offer.see", STAFF | _OWNER, always_allowed=True)
ACCEPT = Action("offer.accept", _OWNER)
DECLINE = Action("offer.decline", _OWNER, always_allowed=True)

_MOVES = (ACCEPT, DECLINE)
MOVES: Mapping[str, Action] = {action.verb: action for action in _MOVES}

PERMISSIONS = (SEE, *_MOVES)
