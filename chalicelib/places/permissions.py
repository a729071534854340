"""Actions about places. Pure."""

from ..kernel.access import COMMUNITY, STAFF, Action, Relation

__all__ = [
    "ASSIGN_DUTY",
    "CHANGE",
    "PERMISSIONS",
    "READ",
    "READ_DUTY",
    "SEE",
    "SET_MESSAGING",
]

_SIGNED_IN = frozenset({Relation.SIGNED_IN})
_ADMIN = frozenset({Relation.STREET_ADMIN})

SEE = Action("place.see", _SIGNED_IN, fresh=False)
READ = Action(
    "place.read", _SIGNED_IN, fresh=False
)  # names of places are no secret
READ_DUTY = Action("place.read_duty", STAFF)
CHANGE = Action("place.change", COMMUNITY)
ASSIGN_DUTY = Action("place.assign_duty", COMMUNITY)
SET_MESSAGING = Action("place.set_messaging", _ADMIN)

PERMISSIONS = (SEE, READ, READ_DUTY, CHANGE, ASSIGN_DUTY, SET_MESSAGING)
